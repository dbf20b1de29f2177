"""Arrows, funnels and skips between parts that have their places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.figure.scene import Look, Path, bent, polygon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.render.figure.scene import Point, Shape
    from densecli.render.figure.solids import Cuboid

WIRE, TIP, FUNNEL = Look("wire"), Look("tip"), Look("funnel")
LENGTH, HALF = 6.0, 3.0  # of a tip
BEND = 7.0


def tip(end: Point, before: Point) -> Path:
    """An arrowhead at the end of a line that runs along one of the axes."""
    (x, y), dx, dy = end, _sign(end[0] - before[0]), _sign(end[1] - before[1])
    if abs(end[0] - before[0]) >= abs(end[1] - before[1]):
        return polygon(TIP, end, (x - dx * LENGTH, y - HALF), (x - dx * LENGTH, y + HALF))
    return polygon(TIP, end, (x - HALF, y - dy * LENGTH), (x + HALF, y - dy * LENGTH))


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)


def arrow(points: list[Point]) -> Iterator[Shape]:
    """Through points, in straight lines with round corners."""
    yield wire(points)
    yield tip(points[-1], points[-2])


def wire(points: list[Point]) -> Path:
    """An arrow without its tip."""
    return bent(WIRE, points, BEND)


def funnel(one: Cuboid, other: Cuboid, *, horizontal: bool) -> Path:
    """What leads from a face to a larger or smaller one; `one` is left of or above `other`."""
    (x0, y0), (x1, y1) = one.corner, other.corner
    a, b = one.shift, other.shift
    if horizontal:
        x0, low0, low1 = x0 + one.width, y0 + one.height, y1 + other.height
        return polygon(FUNNEL, (x0, low0), (x0, y0), (x0 + a, y0 - a), (x1 + b, y1 - b), (x1, y1), (x1, low1))
    y0, right0, right1 = y0 + one.height, x0 + one.width, x1 + other.width
    return polygon(FUNNEL, (x0, y0), (right0, y0), (right0 + a, y0 - a), (right1 + b, y1 - b), (right1, y1), (x1, y1))
