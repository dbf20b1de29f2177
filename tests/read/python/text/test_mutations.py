"""Sources with misplaced characters and lines are read or refused; nodes of those that are read have places in the text."""

from __future__ import annotations

import ast
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densecli.errors import DenseError, Place, Source, draw
from densecli.read.python.text.looks import looks_like_python
from densecli.read.python.text.parse import parse
from read.python.text.test_parse import FORMS

PIECES = [
    *"()[]{}'\"`#\\:;,.=%!?@\n\r\t\f \ufeff\u00a0é😀\u2028\0\ud800", "'''", '"""', ">>> ", "... ", "In [1]: ", "Out[1]: ", "```", "~~~\n",
    "```python\n", "print ", "exec ", "raise a, b", "except a, b:", "lambda ", "f'{", "ur'", "0777", "10L", "<>", "->", "%%bash\n", "!ls ",
    "\\\n", "\r\n", "    ", "\n\n", "if x:\n", "else:", "def f(", "import ", " as ", "async ", "await ", "match x:", "0x", "1e", "é = ", "'\\N{'",
]  # fmt: skip
TEXTS = [text for text, _ in FORMS.values()]


@st.composite
def mutated(draw_from):
    """One of the forms, with pieces put in, taken out and doubled."""
    text = draw_from(st.sampled_from(TEXTS))
    for _ in range(draw_from(st.integers(1, 6))):
        start = draw_from(st.integers(0, len(text)))
        end = min(len(text), start + draw_from(st.sampled_from((0, 0, 1, 2, 10))))
        piece = draw_from(st.sampled_from(PIECES) | st.just(text[start:end] * 2) | st.sampled_from(TEXTS))
        text = text[:start] + piece + text[end:]
    return text


def check(source):
    """A source is read, with every node in its place, or refused with one error that can be drawn."""
    try:
        code = parse(source)
    except DenseError as error:
        draw(error)
        return
    for node in ast.walk(code.tree):
        if hasattr(node, "lineno"):
            place = code.place(node)
            assert isinstance(place, Place)
            assert 0 <= place.start <= place.end <= len(code.source.text)
            assert code.source.position(place.start)[0] == node.lineno


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_mutated_sources_are_read_or_refused(text):
    looks_like_python(text)
    check(Source("x.py", text))


@settings(max_examples=100, deadline=None)
@given(st.lists(mutated(), max_size=3), st.sampled_from(("source", "input")))
def test_mutated_cells_are_read_or_refused(texts, key):
    cells = [{"cell_type": "code", key: text} for text in texts]
    check(Source("nb.ipynb", json.dumps({"cells": cells, "nbformat": 4})))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(("code", "markdown", "x = 1")),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(("cells", "cell_type", "source", "input", "metadata", "worksheets", "kernelspec", "language")), inner),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(("cells", "worksheets", "metadata")), JSON))
def test_odd_notebooks_are_read_or_refused(document):
    with suppress(DenseError):
        parse(Source("nb.ipynb", json.dumps({"nbformat": 4, "cells": [], **document})))


@pytest.mark.parametrize("text", TEXTS)
def test_every_beginning_of_a_source_is_read_or_refused(text):
    for end in range(len(text)):
        check(Source("x.py", text[:end]))
