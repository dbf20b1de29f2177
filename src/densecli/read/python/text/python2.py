"""Python 2 becomes Python 3, as far as that is a matter of words: `print x`, `except E, e`, backticks, `<>`, `0777`, `10L`.

What the same words mean (`xrange`, `/` on integers) is for the interpreter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.read.python.text.rewrite import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.read.python.text.scan import Token

_NO_ARGUMENT = {
    "=",
    ".",
    ",",
    ")",
    "]",
    "}",
    ":",
    "==",
    "!=",
    "<",
    ">",
    "<=",
    ">=",
    ":=",
    "*",
    "/",
    "|",
    "&",
    "^",
    "@",
    "%",
}
_NO_ARGUMENT_WORDS = {"in", "is", "and", "or", "if", "else", "for"}


def prints_to_a_file(text: str) -> bool:
    """Whether a line may say `print >>file, x`."""
    return re.search(r"(?m)^[^\S\r\n]*print[^\S\r\n]*>>", text) is not None


def tabs(text: str, line: Sequence[Token]) -> Iterator[Edit]:
    """The indentation of a logical line in blanks: a tab goes to the next column of eight."""
    start = end = line[0].start
    while start and text[start - 1] in " \t\f":
        start -= 1
    if "\t" in text[start:end]:
        yield Edit(start, end, text[start:end].expandtabs())


def edits(line: Sequence[Token]) -> list[Edit]:
    """What makes Python 3 of a logical line, in order."""
    found = [edit for statement in _statements(line) for edit in _statement(statement)]
    found += [edit for token in line for edit in _word(token)]
    ticks = [token for token in line if token.text == "`"]
    found += [Edit(token.start, token.end, "repr(" if index % 2 == 0 else ")") for index, token in enumerate(ticks)]
    return sorted(found)


def _statements(line: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The simple statements of a line, and the heads of compound ones with their colon."""
    start = 0
    for index, token in enumerate(line):
        if (token.depth == 0 and token.text in (":", ";")) or token.kind == "end":
            yield line[start : index + (token.text == ":")]
            start = index + 1
    yield line[start:]


def _statement(tokens: Sequence[Token]) -> Iterator[Edit]:
    """The edits of one statement, by its first word."""
    if len(tokens) < 1 or tokens[0].kind != "name":
        return iter(())
    rule = _RULES.get(tokens[0].text)
    return iter(()) if rule is None else rule(tokens)


def _print(tokens: Sequence[Token]) -> Iterator[Edit]:
    """`print a, b` is `print(a, b)`; the file of `print >>file, a` plays no part."""
    word, rest = tokens[0], tokens[1:]
    if not rest:
        yield Edit(word.end, word.end, "()")
        return
    if _is_name_only(rest) or _is_call(rest):
        return
    start = rest[0].start
    if rest[0].text == ">>":
        comma = next((token for token in rest if token.text == "," and token.depth == 0), None)
        start = rest[-1].end if comma is None else comma.end
    yield Edit(word.end, start, "(")
    yield Edit(rest[-1].end, rest[-1].end, ")")


def _exec(tokens: Sequence[Token]) -> Iterator[Edit]:
    return iter(()) if len(tokens) < 2 else _print(tokens)


def _is_name_only(rest: Sequence[Token]) -> bool:
    """Whether the word before is a name that somebody gave to something, and no statement."""
    first = rest[0]
    return first.text in _NO_ARGUMENT_WORDS if first.kind == "name" else first.text in _NO_ARGUMENT


def _is_call(rest: Sequence[Token]) -> bool:
    """Whether all of it stands in one pair of parentheses."""
    depth = rest[0].depth
    return rest[0].text == "(" and all(token.depth > depth for token in rest[1:-1]) and rest[-1].text == ")"


def _except(tokens: Sequence[Token]) -> Iterator[Edit]:
    """`except E, e:` is `except E as e:`; a target that is no name is left out."""
    comma = _comma(tokens)
    if comma is not None and tokens[-1].text == ":":
        named = len(tokens) == tokens.index(comma) + 3
        yield Edit(comma.start, comma.end, " as ") if named else Edit(comma.start, tokens[-1].start)


def _raise(tokens: Sequence[Token]) -> Iterator[Edit]:
    """`raise E, "x"` is `raise E("x")`."""
    comma = _comma(tokens)
    if comma is not None:
        yield Edit(comma.start, comma.end, "(")
        yield Edit(tokens[-1].end, tokens[-1].end, ")")


def _comma(tokens: Sequence[Token]) -> Token | None:
    return next((token for token in tokens if token.text == "," and token.depth == 0), None)


_RULES = {"print": _print, "exec": _exec, "except": _except, "raise": _raise}


def _word(token: Token) -> Iterator[Edit]:
    """Numbers, string prefixes and `<>` of old."""
    if token.kind == "number":
        new = re.sub(r"^0+(?=[1-7][0-7]*[lL]?$)", "0o", token.text).rstrip("lL")
        new = new.ljust(len(token.text))  # a blank for the L: `7L.real`
    elif token.kind == "string":
        new = re.sub(r"^[uU](?=[rR])", "", token.text)
    else:
        new = "!=" if token.text == "<>" else token.text
    if new != token.text:
        yield Edit(token.start, token.end, new)
