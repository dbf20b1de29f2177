"""Patterns of file names and layer types, matched in one pass: no pattern takes longer than its length times the name's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 1_000  # maximum length of a pattern; file systems allow far less
SIGNS = "*?["


class _Class(Record):
    """`[a-z]` or `[!a-z]`: one character."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool

    def holds(self, char: str) -> bool:
        return self.negated != any(low <= char <= high for low, high in self.ranges)


def matches_path(path: str, pattern: str) -> bool:
    """As in .gitignore: a pattern without a slash is about the file's name, `**/` stands for any folders."""
    path = path.removeprefix("./")
    if "/" not in pattern:
        return matches(path.rpartition("/")[2], pattern)
    return matches(path, pattern.removeprefix("./").removeprefix("/"), wall="/")


def matches(text: str, pattern: str, wall: str = "") -> bool:
    """Whether the pattern is the whole of a text. `*`, `?` and `[…]` stop at a wall, and then `**` does not."""
    if not any(sign in pattern for sign in SIGNS):
        return text == pattern
    reached = {0}
    for piece in _tokens(pattern, wall):
        reached = _step(text, piece, reached, wall)
        if not reached:
            return False
    return len(text) in reached


def _tokens(pattern: str, wall: str) -> Iterator[str | _Class]:
    at, wilds = 0, ("**/", "**", "*") if wall else ("*",)
    while at < len(pattern):
        piece = next((wild for wild in wilds if pattern.startswith(wild, at)), pattern[at])
        start = at + 1 + (pattern[at + 1 : at + 2] in ("!", "^"))
        end = pattern.find("]", start + 1) if piece == "[" else -1  # a bracket at the start is one of the characters
        if end > 0 and not (wall and wall in pattern[at:end]):
            yield _Class(tuple(_ranges(pattern[start:end])), start > at + 1)
            at = end + 1
        else:
            yield piece
            at += len(piece)


def _ranges(inside: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(inside):
        wide = inside[at + 1 : at + 2] == "-" and at + 2 < len(inside)
        yield inside[at], inside[at + 2 * wide]
        at += 3 if wide else 1


def _step(text: str, piece: str | _Class, reached: set[int], wall: str) -> set[int]:
    """The offsets after a piece that starts at any of those `reached`."""
    if piece == "**":
        return set(range(min(reached), len(text) + 1))
    if piece == "**/":
        return _folders(text, reached)
    if piece == "*":
        return _up_to(wall, text, reached)
    return {at + 1 for at in reached if at < len(text) and _is(text[at], piece, wall)}


def _is(char: str, piece: str | _Class, wall: str) -> bool:
    if isinstance(piece, _Class):
        return char != wall and piece.holds(char)
    return char != wall if piece == "?" else char == piece


def _up_to(wall: str, text: str, reached: set[int]) -> set[int]:
    found, on = set(), False
    for at in range(len(text) + 1):
        on = at in reached or (on and text[at - 1] != wall)
        if on:
            found.add(at)
    return found


def _folders(text: str, reached: set[int]) -> set[int]:
    """The same offsets, and those after each slash that ends a folder's name."""
    found, on = set(reached), False
    for at, char in enumerate(text):
        if char == "/" and on:
            found.add(at + 1)
        on = char != "/" and (on or at in found)
    return found
