"""Python source of every kind to an `ast` whose nodes have their places in the text that users see."""

from __future__ import annotations

import ast
import warnings
from contextlib import suppress
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from densecli.errors import Source, SpecSyntaxError
from densecli.read.limits import LIMITS, Limits
from densecli.read.python.text import fstrings, magics, mistakes, notebook, page, python2
from densecli.read.python.text.draft import Draft
from densecli.read.python.text.nesting import too_deep
from densecli.read.python.text.scan import logical_lines, tokens
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.errors import DenseError, Place


class Code(Record):
    """A module's `ast`. Line numbers refer to `source`, the text that users see; columns may not."""

    tree: ast.Module
    source: Source
    draft: Draft

    @property
    def python2(self) -> bool:
        """Whether the original text is valid only in Python 2, where `/` of integers is an integer."""
        return self.draft.python2

    def place(self, node: Any) -> Place:
        """The place of a node that has a line and a column."""
        line, column = node.lineno, node.col_offset
        last, end = node.end_lineno or line, node.end_col_offset or column
        return self.draft.place(self.draft.offset(line, column), self.draft.offset(last, end))


def parse(source: Source, limits: Limits = LIMITS) -> Code:
    """The code of a script, of a notebook, or on a page.

    Raises SpecSyntaxError (E206, E302), LimitError (E501 to E504) or ReadError (E103, E104).
    """
    source = Source(source.name, source.text[1:]) if source.text[:1] == "\ufeff" else source
    draft = notebook.draft(source, limits) if notebook.is_notebook(source.text) else Draft(source, source)
    mistakes.check(draft.source, limits)
    errors = []
    for text in _texts(draft):
        try:
            return _attempt(text, limits)
        except SpecSyntaxError as error:
            errors.append(error)
    raise max(errors, key=_offset)  # of the text that parsed further


def _offset(error: DenseError) -> int:
    return -1 if error.place is None else error.place.start


def _texts(draft: Draft) -> Iterator[Draft]:
    """The original text, and the text without the page around the code."""
    numbered = page.has_number(draft.now.text)
    if not numbered:  # to Python, `In [1]: x = 3` is a variable with a type
        yield draft
    bare = draft.edited(page.edits(draft.now.text))
    if numbered or bare is not draft:
        yield bare


def _attempt(draft: Draft, limits: Limits) -> Code:
    """Parse the original text, or else the text with the syntax of IPython and Python 2 replaced."""
    if not python2.prints_to_a_file(draft.now.text):  # to Python, `print >>f, x` is a tuple
        with suppress(SyntaxError, ValueError):
            return _code(draft, limits)
    draft = _in_words_of_today(draft)
    try:
        return _code(draft, limits)
    except (SyntaxError, ValueError) as error:
        raise mistakes.explain(draft, error) from None


def _code(draft: Draft, limits: Limits) -> Code:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # escapes such as "\d"
            tree = ast.parse(draft.now.text)
    except (RecursionError, MemoryError):
        raise mistakes.too_deep_for_python(draft) from None
    code = Code(tree, draft.source, draft)
    deep = too_deep(tree, limits.nesting)
    if deep is not None:
        raise mistakes.too_deep(code.place(deep), limits)
    return code


def _in_words_of_today(draft: Draft) -> Draft:
    text = draft.now.text
    found = list(tokens(text))
    lines = list(logical_lines(found))
    old = [edit for line in lines for edit in python2.edits(line)]
    changes = [edit for line in lines for edit in (*python2.tabs(text, line), *magics.edits(line))]
    if old:
        changes += [edit for line in lines for edit in python2.escapes(line)]
    changes = sorted([*changes, *old, *page.blanks(text, found), *fstrings.edits(text, found)], key=itemgetter(0, 1))
    return draft.edited(changes, python2=bool(old))
