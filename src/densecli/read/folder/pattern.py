"""One pattern of a .gitignore, as a regular expression that takes linear time, whatever the pattern.

The rules are git's own (gitignore(5), wildmatch.c). A `*` in the middle matches as little as possible and is never tried again: what
follows it up to the next `*` is found first where it leaves most room. The usual translation tries again, and a pattern such as
`*a*a*a*a*b` in an unreviewed checkout would then take years.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

STAR, FOLDERS, REST = "*", "**/", "**"  # within a name; any folders, also none; everything below
SPECIAL = b"*?[\\"
_CLASSES = {
    b"alnum": b"0-9A-Za-z",
    b"alpha": b"A-Za-z",
    b"blank": b" \\t",
    b"cntrl": b"\\x00-\\x1f\\x7f",
    b"digit": b"0-9",
    b"graph": b"\\x21-\\x7e",
    b"lower": b"a-z",
    b"print": b"\\x20-\\x7e",
    b"punct": b"\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e",
    b"space": b"\\x09-\\x0d\\x20",
    b"upper": b"A-Z",
    b"xdigit": b"0-9A-Fa-f",
}


class InvalidPattern(Exception):  # noqa: N818  # git takes such a pattern for one that matches nothing
    """A backslash at the end, or a bracket that is not closed."""


def matcher(pattern: bytes) -> Callable[[bytes], object]:
    """Whether a name, or a path with slashes, is what the pattern describes."""
    if not any(byte in SPECIAL for byte in pattern):
        return pattern.__eq__
    try:
        expression = _regex(list(_tokens(pattern)))
        return re.compile(expression, re.DOTALL).match
    except InvalidPattern:
        return lambda _: False


class _Token(Record):
    """A wildcard, or the expression for one byte."""

    wild: str
    one: bytes


def _tokens(pattern: bytes) -> Iterator[_Token]:
    at, literal = 0, next((at for at, byte in enumerate(pattern) if byte in SPECIAL), len(pattern))
    while at < len(pattern):
        char = pattern[at : at + 1]
        if char == b"*":
            end = next((end for end in range(at, len(pattern)) if pattern[end] != ord("*")), len(pattern))
            # git compares the part before the first wildcard on its own, so to it what follows starts afresh.
            alone = end - at > 1 and (at in (0, literal) or pattern[at - 1] == ord("/"))
            wild = STAR if not alone else _deep(pattern, end)
            yield _Token(wild, b"")
            at = end + (wild == FOLDERS) + (wild == FOLDERS and pattern[end : end + 1] == b"\\")
        elif char == b"[":
            one, at = _bracket(pattern, at + 1)
            yield _Token("", one)
        else:
            at += char == b"\\"
            if at == len(pattern):
                raise InvalidPattern
            yield _Token("", b"[^/]" if char == b"?" else re.escape(pattern[at : at + 1]))
            at += 1


def _deep(pattern: bytes, end: int) -> str:
    """What a `**` means by what follows it."""
    if end == len(pattern):
        return REST
    return FOLDERS if pattern.startswith((b"/", b"\\/"), end) else STAR


def _bracket(pattern: bytes, at: int) -> tuple[bytes, int]:
    """The expression for `[a-z]`, whose inside starts at `at`, and where it ends. It never matches a slash."""
    negated = pattern[at : at + 1] in (b"!", b"^")
    at += negated
    start, ranges = at, list[bytes]()
    while at == start or pattern[at : at + 1] != b"]":
        named = re.match(rb"\[:([a-z]*+):\]", pattern[at:])
        if named:
            if named[1] not in _CLASSES:
                raise InvalidPattern
            ranges.append(_CLASSES[named[1]])
            at += named.end()
            continue
        low, at = _member(pattern, at)
        high = low
        if pattern[at : at + 1] == b"-" and pattern[at + 1 : at + 2] not in (b"]", b""):
            high, at = _member(pattern, at + 1)
        ranges.append(re.escape(low) + b"-" + re.escape(max(low, high)))  # git takes the first letter in any case
    inside = b"".join(ranges)
    return (b"[^/" + inside + b"]" if negated else b"(?!/)[" + inside + b"]"), at + 1


def _member(pattern: bytes, at: int) -> tuple[bytes, int]:
    at += pattern[at : at + 1] == b"\\"
    if at >= len(pattern):
        raise InvalidPattern
    return pattern[at : at + 1], at + 1


# -- from tokens to the expression -----------------------------------------------------------
def _regex(tokens: Sequence[_Token]) -> bytes:
    """Each run between `**/` is found at the first folder where it fits."""
    runs: list[list[_Token]] = [[]]
    for token in tokens:
        if token.wild in (FOLDERS, REST):
            runs.append([])
        else:
            runs[-1].append(token)
    if tokens[-1].wild == REST:
        runs.pop()
        return b"".join(_found(run, at, last=False) for at, run in enumerate(runs)) + rb".*\Z"
    last = len(runs) - 1
    return b"".join(_found(run, at, last=at == last) for at, run in enumerate(runs))


def _found(run: Sequence[_Token], at: int, *, last: bool) -> bytes:
    run_text = _run(run, last=last)
    if at == 0:
        return run_text
    return rb"(?:[^/]*+/)*?" + run_text if last else rb"(?>(?:[^/]*+/)*?" + run_text + b")"


def _run(tokens: Sequence[_Token], *, last: bool) -> bytes:
    fixed: list[bytes] = [b""]
    for token in tokens:
        if token.wild:
            fixed.append(b"")
        else:
            fixed[-1] += token.one
    head, *rest = fixed
    end = rb"\Z" if last else b""
    if not rest:
        return head + end
    middle = b"".join(rb"(?>[^/]*?" + part + b")" for part in (rest[:-1] if last else rest))
    return head + middle + (b"[^/]*" + rest[-1] + end if last else b"")
