"""JSON text to plain values: as fast as the standard library, but stricter and with better errors.

`json.loads` does the work. What it lets through (duplicate keys, NaN, half characters) is refused by hooks and cheap checks of
the text; the grammar then reads the text again, slowly, to say what is wrong and where.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from densecli.errors import Place, Source, SpecSyntaxError
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.read.text import spans
from densecli.read.text.encoding import empty, surrogate
from densecli.text import describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.errors import Part

# Patterns that most texts never need are compiled on first use.
_BLANK = r"[ \t\r\n]*+"
_LEXEME = r'"[^"\\]*+(?>(?:\\.[^"\\]*+)*)"?|[\[\]{},]'
_SCALAR = r'"[^"\\]*+(?>(?:\\.[^"\\]*+)*)"?|[^\s,\]}]+'
# Escapes one by one: a pair of surrogates is one character, a surrogate alone (the group) is none.
_ESCAPE = r"(?s)\\(?:u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|(u[dD][89a-fA-F]\w\w)|.)"
_ALL_BUT_STRUCTURE = bytes(set(range(256)) - set(b'[]{},:"'))
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_ONE_DIGIT = bytes.maketrans(b"123456789", b"0" * 9)


def load_json(source: Source, limits: Limits = LIMITS, expected: str | None = None, data: bytes | None = None) -> Any:
    """The value of a JSON text; afterward `source.locate` finds pointers in it.

    With `expected` (`a model`), the document must be an object. `data` are the bytes that the text was decoded from, if
    available. Raises SpecSyntaxError (E2xx), LimitError (E5xx), or ReadError (E101, E104).
    """
    text = source.text
    if not text.strip(" \t\r\n"):
        raise empty(source)
    source.locate = Locator(text)
    raw = text.encode(errors="replace") if data is None else data
    bare = structure(raw)
    if _beyond(source, bare, limits) or long_number(raw, limits.digits):
        check(source, limits)
    value, keys = _loads(source, limits)
    if keys != bare.count(b":"):  # a duplicate key is in its object only once
        check(source, limits)
    _check_escapes(source)
    if expected is not None and not isinstance(value, dict):
        raise not_an_object(source, value, expected)
    return value


def check(source: Source, limits: Limits) -> None:
    """Raise what the grammar finds wrong in a text, if anything."""
    from densecli.read.text import json_grammar  # noqa: PLC0415  # only on the way to an error

    json_grammar.check(source, limits)


def not_an_object(source: Source, value: Any, expected: str) -> SpecSyntaxError:
    got = "a list" if isinstance(value, list) else describe(value)
    return SpecSyntaxError(f"expected {expected} object, got {got}", code="E302", place=Place(source, pointer=""))


def _loads(source: Source, limits: Limits) -> tuple[Any, int]:
    """The value, and the number of keys in all its objects."""
    keys = 0

    def counted(found: dict[str, Any]) -> dict[str, Any]:
        nonlocal keys
        keys += len(found)
        return found

    try:
        value = json.loads(source.text, object_hook=counted, parse_float=_finite, parse_constant=_no_constant)
    except ValueError as error:
        check(source, limits)
        at = getattr(error, "pos", 0)
        raise SpecSyntaxError(str(error), place=Place(source, at, at + 1)) from None
    return value, keys


def _finite(digits: str) -> float:
    value = float(digits)
    if value - value != 0.0:  # infinite
        raise ValueError("a number too large for a float")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _beyond(source: Source, bare: bytes, limits: Limits) -> bool:
    """Whether a text has more values or deeper brackets than allowed, or unmatched brackets.

    Unmatched brackets look deep here; the grammar then explains them.
    """
    brackets = bare.translate(None, b",:")
    opened, commas = brackets.count(b"["), bare.count(b",")
    if opened + commas - brackets.count(b"[]") > limits.nodes:
        raise beyond(limits, "nodes", f"more than {limits.nodes:,} values", "E502", Place(source))
    return opened + commas >= limits.nodes or too_deep(brackets, limits.depth)


def structure(text: bytes) -> bytes:
    """Brackets, commas and colons outside of strings, every bracket as a square one. Some 30 times faster than tokens."""
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Two quotes in a row toggle nothing, so most strings are gone before the regular expression sees any.
    rest = text.translate(None, _ALL_BUT_STRUCTURE).replace(b'""', b"")
    return re.sub(rb'"[^"]*+"', b"", rest).translate(_ONE_KIND)


def long_number(text: bytes, digits: int) -> bool:
    """Whether there are that many digits in a row. In such a run every tenth is a digit, which is rare and quick to check."""
    if b"0" * (digits // 10) not in text[::10].translate(_ONE_DIGIT):
        return False
    return b"0" * digits in text.translate(_ONE_DIGIT)


def too_deep(brackets: bytes, depth: int) -> bool:
    """Whether anything is left after removing all innermost pairs `depth` times."""
    for _ in range(depth):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def _check_escapes(source: Source) -> None:
    if "\\" not in source.text or (r"\ud" not in source.text and r"\uD" not in source.text):
        return
    for found in re.finditer(_ESCAPE, source.text):
        if found.group(1):
            raise surrogate(Place(source, found.start(), found.end()))


class Locator:
    """Finds the offsets of what a pointer names, by scanning the text before it.

    The scan of a container is remembered, so the next pointer into it continues from there.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.known: dict[int, dict[str, tuple[int, int]]] = {}  # by a container's offset: key or index: key's, value's
        self.unread: dict[int, Iterator[tuple[str, int, int]]] = {}

    def __call__(self, pointer: str, part: Part = None) -> tuple[int, int] | None:
        key, start = -1, self.skip(0)
        for token in spans.split(pointer):
            found = self.member(start, token)
            if found is None:
                return None
            key, start = found
        if part == "key" and key >= 0:
            return key, self.end(key)
        span = start, self.end(start)
        return span if part is None or part == "key" else self.within(span, part)

    def within(self, span: tuple[int, int], part: tuple[int, int]) -> tuple[int, int]:
        quoted = self.text[slice(*span)]
        return spans.within(self.text, span, json.loads(quoted), part) if quoted.startswith('"') else span

    def skip(self, at: int) -> int:
        found = re.compile(_BLANK).match(self.text, at)
        return found.end() if found else at

    def end(self, start: int) -> int:
        if self.text[start : start + 1] in ("{", "["):
            return next((token.end() for token, depth in self.tokens(start) if depth == 0), len(self.text))
        scalar = re.compile(_SCALAR).match(self.text, start)
        return scalar.end() if scalar else start + 1

    def member(self, start: int, token: str) -> tuple[int, int] | None:
        if start not in self.known:
            read = {"{": self.entries, "[": self.items}.get(self.text[start : start + 1])
            self.known[start], self.unread[start] = {}, iter(()) if read is None else read(start)
        known = self.known[start]
        while token not in known:
            entry = next(self.unread[start], None)
            if entry is None:
                return None
            known[entry[0]] = entry[1:]
        return known[token]

    def tokens(self, start: int) -> Iterator[tuple[re.Match[str], int]]:
        """Strings, brackets and commas of one container, each with the depth after it; nothing from deeper inside."""
        depth = 0
        for token in re.compile(_LEXEME).finditer(self.text, start):
            char = self.text[token.start()]
            if char in "{[":
                depth += 1
            elif char in "}]":
                depth -= 1
            if depth <= 1:
                yield token, depth
            if depth == 0:
                return

    def items(self, start: int) -> Iterator[tuple[str, int, int]]:
        if self.text[self.skip(start + 1)] == "]":
            return
        starts = (token.end() for token, _ in self.tokens(start) if token.group() == "," or token.start() == start)
        for index, at in enumerate(starts):
            yield str(index), -1, self.skip(at)

    def entries(self, start: int) -> Iterator[tuple[str, int, int]]:
        is_key = True
        for token, _ in self.tokens(start):
            if is_key and token.group().startswith('"'):
                yield json.loads(token.group()), token.start(), self.skip(self.skip(token.end()) + 1)
                is_key = False
            elif token.group() == ",":
                is_key = True
