"""Line breaks on a narrow terminal: between words, else between the parts of a name, else anywhere."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from densecli.text import cell_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# conv2_|block1|[0][0], Batch|Normalization, activation=|relu, encoder/|dense
_SEAM = re.compile(r"(?<=[_/=,])(?=[^\s_])|(?<=[^\s\](])(?=[\[(])|(?<=[a-z])(?=[A-Z])")

_SHAPE = r"[(\[][\dNone?]++, [\dNone?, ]*+[)\]]"  # (None, 28, 28, 192), [3, 3]
# A word; parentheses belong to it, sizes in brackets, too, and the unit to its number: 64 B
_ONE = rf"[^\s()]*\([^()]*\)\S*|[^\s()\[\]]*{_SHAPE}\S*|[^\s\d.,]*[\d.,]++ (?:[KMGTP]?i?B|%)(?!\w)\S*"
_WORD = re.compile(rf"^\s*(?:{_ONE}|\S*)\s*|(?:{_ONE}|\S+)\s*")
_WITH_SHAPE = re.compile(rf"\[?{_SHAPE}[,\])]{{0,3}}")
_PIECE = rf"\[?{_SHAPE}[,\])]{{0,3}}|[^\s(\[]+|[(\[][^\s(\[]*"  # of a word with a shape: shape=|(28, 28, 1)
_PIECES = re.compile(rf"^\s*(?:{_PIECE})\s*|(?:{_PIECE})\s*")
_PLAIN = re.compile(r"^\s*\S*\s*|\S+\s*")


def line_starts(text: str, width: int, indent: int = 0, *, whole: bool = False) -> list[int]:
    """Where the lines after the first begin; they have `indent` cells less room.

    A word is cut only if it fits no line; with `whole` not even then, so that its line is too long.
    """
    starts: list[int] = []
    used = 0
    for start, end in _words(text, width - indent):
        word = text[start:end]
        needed = cell_width(word.rstrip())
        if used > indent and used + needed > width:
            starts.append(start)
            used = indent
        if used + needed > width and not whole:
            cuts = list(_cuts(word, width, used, indent))
            starts += [start + cut for cut in cuts]
            used = indent + cell_width(word[cuts[-1] :]) if cuts else used + cell_width(word)
        else:
            used += cell_width(word)
    return starts


def _words(text: str, width: int) -> Iterator[tuple[int, int]]:
    """The words with the spaces after them; text before the first belongs to it.

    Long words are split around their shapes, and those without at their spaces.
    """
    for found in _WORD.finditer(text):
        start, word = found.start(), found.group()
        if cell_width(word.strip()) <= width:
            yield found.span()
            continue
        shape = longest_shape(word)
        pieces = _PIECES.finditer(word) if 0 < shape <= width else _PLAIN.finditer(word)
        yield from ((start + each.start(), start + each.end()) for each in pieces)


def _cuts(word: str, width: int, used: int, indent: int) -> Iterator[int]:
    """Offsets in a word that fits no line: at the last seam before the end of each line, if there is one."""
    seams = {found.start() for found in _SEAM.finditer(word)}
    start, seam = 0, 0
    for at, char in enumerate(word.rstrip()):
        if at in seams:
            seam = at
        if used + cell_width(char) > width and at > start:
            start = seam if seam > start else at
            yield start
            used = indent + cell_width(word[start:at])
        used += cell_width(char)


def lines(text: str, width: int, indent: int = 0, *, whole: bool = False) -> list[str]:
    """The lines themselves, those after the first indented."""
    starts = [0, *line_starts(text, width, indent, whole=whole)]
    parts = [text[start:end].rstrip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    return [parts[0], *(" " * indent + part for part in parts[1:])]


def longest_word(text: str) -> int:
    """Cells of the longest word."""
    return max((cell_width(found.group().strip()) for found in _WORD.finditer(text)), default=0)


def longest_shape(text: str) -> int:
    """Cells of the longest shape, with the brackets and the comma around it."""
    return max((len(found.group()) for found in _WITH_SHAPE.finditer(text)), default=0)


def longest_piece(text: str) -> int:
    """Cells of the longest piece between spaces and seams."""
    return max((cell_width(piece) for word in text.split() for piece in _SEAM.split(word)), default=0)


def shared_out(room: int, wishes: Sequence[Sequence[int]]) -> list[int]:
    """Widths of columns that share this many cells. Each has preferred widths, from the widest to the narrowest acceptable."""
    levels = list(zip(*wishes, strict=True))
    for upper, lower in pairwise(levels):
        if sum(upper) <= room:
            return list(upper)
        if sum(lower) <= room:
            return _between(upper, lower, room - sum(lower))
    return list(levels[-1])


def _between(upper: Sequence[int], lower: Sequence[int], spare: int) -> list[int]:
    """Distribute the remaining cells among the columns that want more, in proportion."""
    want = sum(upper) - sum(lower)
    return [low + spare * (high - low) // want for high, low in zip(upper, lower, strict=True)]
