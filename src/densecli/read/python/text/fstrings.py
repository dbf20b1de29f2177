"""Quotes inside f-strings: since Python 3.12 they may equal the outer ones, `f"{sizes["units"]}"`; older versions refuse that."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from densecli.read.python.text.rewrite import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.read.python.text.scan import Token

_START = re.compile(r"(?:[fF][rR]?|[rR][fF])(\"(?!\"\")|'(?!''))")
_LETTERS = re.compile(r"\{\{|\}\}|\\[^\r\n]|[^\\{}'\"\r\n]++|['\"]")  # of an f-string, outside its fields
_CODE = re.compile(r"[^{}'\"\r\n]++")  # of a field
_STRING = re.compile(r"\"([^\"'\\{}\r\n]*+)\"|'([^\"'\\{}\r\n]*+)'")  # in a field, can be written with other quotes
_OTHER = {'"': "'", "'": '"'}


def edits(text: str, tokens: Sequence[Token]) -> Iterator[Edit]:
    """Other quotes for the strings in f-strings, where this Python needs them."""
    at = 0
    for token in tokens if sys.version_info < (3, 12) else ():
        start = _START.match(token.text) if token.start >= at else None
        if start is not None:
            at, changes = _strings(text, token.start + start.end(), start[1])
            yield from changes


def _strings(text: str, at: int, quote: str) -> tuple[int, list[Edit]]:
    """The end of an f-string, and the edits of the strings in its fields."""
    found: list[Edit] = []
    depth = 0
    while at < len(text):
        inner = _STRING.match(text, at) if depth else None
        if inner is not None and inner[0][0] == quote:
            found += [Edit(each, each + 1, _OTHER[quote]) for each in (at, inner.end() - 1)]
        match = inner or (_CODE if depth else _LETTERS).match(text, at)
        end = match.end() if match is not None else at + 1
        if match is None:
            if text[at] not in "{}":
                break
            depth = max(depth + (1 if text[at] == "{" else -1), 0)
        elif not depth and match[0] == quote:
            return end, found
        at = end
    return at, []
