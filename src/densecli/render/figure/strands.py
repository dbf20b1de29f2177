"""Arrows from one source, or to one target, share a line: it is drawn once, or it would be darker where many of them lie."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from densecli.render.figure.paths import BEND, arrow, wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.render.figure.parts import Link
    from densecli.render.figure.scene import Point, Shape


class Strands:
    """The arrows of one frame so far, by their ends."""

    def __init__(self) -> None:
        self.leaving: dict[tuple[int, int], list[Point]] = {}
        self.ending: dict[int, list[Point]] = {}

    def draw(self, link: Link, points: list[Point]) -> Iterator[Shape]:
        """What an arrow adds to the one before it from the same source, and to the one before it to the same target."""
        before, onto = self.leaving.get(link.source), self.ending.get(link.target)
        self.leaving[link.source] = self.ending[link.target] = points
        own = points if before is None else rest(points, before)
        if onto is None:
            yield from arrow(own)
        else:
            yield wire(rest(own[::-1], onto[::-1])[::-1])


def rest(points: list[Point], other: list[Point]) -> list[Point]:
    """The points of a line from a bend before the place where it leaves another one that starts like it."""
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(points, other, strict=False))))
    if not same or same >= min(len(points), len(other)):
        return points
    here, (one, other_one) = points[same - 1], (points[same], other[same])
    along = 0 if abs(one[1] - here[1]) < abs(one[0] - here[0]) else 1
    ahead, shared = one[along] - here[along], other_one[along] - here[along]
    if ahead * shared <= 0 or other_one[1 - along] != here[1 - along] or one[1 - along] != here[1 - along]:
        return points[same - 1 :]
    reach = max(min(abs(ahead), abs(shared)) - BEND, 0.0) * (1 if ahead > 0 else -1)
    start = (here[0] + reach, here[1]) if along == 0 else (here[0], here[1] + reach)
    return [start, *points[same:]]
