"""The same numbers in another shape: Flatten, Reshape, Permute."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any

from densecli.render.pictures.drawing import LINE, Area, Drawing
from densecli.render.pictures.figure import Figure, Sample
from densecli.render.pictures.grid import HUED, HUES, count, counted, draw_title, drawn_size, sized
from densecli.render.pictures.moved import Tensor, fits, flat, gather, in_memory, places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.render.pictures.kinds import Permuted, Recut
    from densecli.shape import Shape

STRIPES = 60  # that can be told apart


# -- Flatten and Reshape ------------------------------------------------------------------------
def recut(picture: Recut, sample: Sample) -> Figure:
    before, after = picture.before or (1,), picture.after or (1,)
    total = None if None in before else prod(dim or 0 for dim in before)
    small = None not in (*before, *after) and bool(total) and fits(before, after)
    laid = _laid(before, after, rows=None if small else before[0])
    stripe = "" if small else _stripe(before if len(before) > 1 else after)
    same = "numbers" if total is None else counted(total, "numbers")
    caption = f"The same {same} in the same order: {laid}.{stripe}"
    if small and total:
        row = (before if len(before) > 1 else after)[-1] or 1
        hues = [index // row for index in range(total)]
        drawing = gather(
            [Tensor("input", before, hues, flat(sample.input()))], Tensor("output", after, hues, flat(sample.output())),
            [(0, index) for index in range(total)],
        )  # fmt: skip
        return Figure(drawing, caption)
    drawing = Drawing()
    _stripes(drawing, before, after)
    return Figure(drawing, caption)


def _laid(before: Shape, after: Shape, *, rows: int | None) -> str:
    if len(after) == 1 and len(before) > 1:
        if rows is None and None not in before:
            return f"{counted(prod(dim or 0 for dim in before[:-1]), 'rows')} of {sized(before[-1])}, laid end to end"
        return f"{counted(before[0], 'rows')} of {sized(*before[1:])}, laid end to end"
    return f"{sized(*before)} is cut anew into {sized(*after)}"


def _stripe(shape: Shape) -> str:
    """What a stripe stands for where there are more rows than stripes."""
    rows = drawn_size(shape[0])
    return f" Each stripe stands for about {round(rows / STRIPES):,} rows." if rows > STRIPES else ""


def _stripes(drawing: Drawing, before: Shape, after: Shape) -> None:
    """Both shapes as lines of numbers to scale, a line for each place on the first axis, in the colors of the rows."""
    total = max(count(before), count(after), 1)
    colored = drawn_size(before[0] if len(before) > 1 else after[0])
    lines = [max(drawn_size(shape[0]) if len(shape) > 1 else 1, 1) for shape in (before, after)]
    width = 700.0 / max(total / min(lines), 1)
    y = 2 * LINE + 6
    for title, shape, rows in zip(("input", "output"), (before, after), lines, strict=True):
        draw_title(drawing, 0, y - 8, title, sized(*shape))
        area = Area(0, y, total / rows * width, min(14.0 * rows, max(160.0, 14.0)))
        for piece, hue in _pieces(rows, colored, area):
            drawing.rect(piece, HUED[hue % HUES])
        y = area.bottom + 2 * LINE + 34
        if title == "input":
            drawing.arrow((12, area.bottom + 6), (12, area.bottom + 24))


def _pieces(rows: int, colored: int, area: Area) -> Iterator[tuple[Area, int]]:
    """The stripes of `colored` rows, cut where lines end. So many rows that nobody can see one share a stripe."""
    colored, rows = min(colored, STRIPES), min(rows, STRIPES)
    ends = sorted(
        {*(at * rows for at in range(colored + 1)), *(at * colored for at in range(rows + 1))}
    )  # of colored × rows
    height, line = area.height / rows, colored
    for start, end in pairwise(ends):
        row = start // line
        x, right = (start - row * line) / line, (end - row * line) / line
        yield Area(area.x + x * area.width, area.y + row * height, (right - x) * area.width, height), start // rows


# -- Permute --------------------------------------------------------------------------------------
def permuted(picture: Permuted, sample: Sample) -> Figure:
    before, after = picture.before, tuple(picture.before[axis] for axis in picture.dims)
    moves = ", ".join(f"axis {axis + 1} becomes axis {at + 1}" for at, axis in enumerate(picture.dims) if axis != at)
    caption = f"The axes change places: {moves or 'none moves'}. The numbers stay what they are."
    if None not in before and fits(before, after):
        total, row = count(before), before[-1] or 1
        sources = [_source(picture, after, index) for index in range(total)]
        drawing = gather(
            [Tensor("input", before, [index // row for index in range(total)], flat(sample.input()))],
            Tensor("output", after, [source // row for source in sources], flat(sample.output())),
            [(0, source) for source in sources],
        )  # fmt: skip
        return Figure(drawing, caption)
    return Figure(_axes(picture), caption)


def _source(picture: Permuted, after: Shape, index: int) -> int:
    place = [0] * len(after)
    for axis, at in zip(picture.dims, places(after, index), strict=True):
        place[axis] = at
    return in_memory(picture.before, place)


def _axes(picture: Permuted) -> Drawing:
    """The axes as bars to scale, joined to their new places."""
    drawing, longest = Drawing(), max(map(drawn_size, picture.before))
    draw_title(drawing, 0, -14, "input")
    draw_title(drawing, 420, -14, "output")
    for at, dim in enumerate(picture.before):
        _axis(drawing, (0, at * 34.0), (at, dim), drawn_size(dim) / longest)
    for at, axis in enumerate(picture.dims):
        _axis(drawing, (420, at * 34.0), (axis, picture.before[axis]), drawn_size(picture.before[axis]) / longest, at)
        drawing.arrow((260, axis * 34.0 + 9), (300, axis * 34.0 + 9), (380, at * 34.0 + 9), (410, at * 34.0 + 9))
    return drawing


def _axis(
    drawing: Drawing, corner: tuple[float, float], axis: tuple[int, Any], part: float, at: int | None = None
) -> None:
    x, y = corner
    drawing.text(x, y + 13, f"axis {axis[0] + 1 if at is None else at + 1}", "dim")
    bar = Area(x + 50, y, max(130 * part, 4), 18)
    drawing.rect(bar, HUED[axis[0] % HUES])
    drawing.text(bar.right + 8, y + 13, sized(axis[1]))
