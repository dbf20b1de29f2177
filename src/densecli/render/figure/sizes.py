"""How large a layer is drawn: its output's shape on logarithmic scales that fit the whole model."""

from __future__ import annotations

from math import log2
from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.figure.parts import WORN, solids_of
from densecli.render.table.columns import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from densecli.render.figure.parts import Frame, Solid
    from densecli.shape import Shape

LARGEST, SMALLEST = 150.0, 14.0  # extents of the largest axis of a model, and of an axis of 1
STEEPEST = 30.0  # pixels an octave
WIDEST, THINNEST = 36.0, 6.0  # of channels, which lie along the direction of the figure
BAR, BAR_DEPTH = 9.0, 9.0  # of a vector: how thick it is
SHEET = 12.0  # how deep a sequence is
SLAB = 3.5  # of a layer that another wears
PLATE = 7.0  # of such a layer that stands alone
NOMINAL = 8  # what an unknown size is drawn as


class Extent(Record):
    """How long a layer is along the figure, how high across it, and how deep; pixels."""

    along: float
    across: float
    deep: float


class Axes(Record):
    """An output as a figure sees it: sizes in space or time, and channels; None where a size is unknown."""

    space: tuple[int | None, ...]
    channels: int | None


class Scales(Record):
    """Pixels for the sizes of one model."""

    space: Scale
    channels: Scale
    vector: Scale

    def extent(self, solid: Solid) -> Extent:
        """The extent of a layer."""
        axes = axes_of(solid)
        if not axes.space:
            return Extent(BAR, self.vector.of(axes.channels), BAR_DEPTH)
        along = PLATE if solid.box.kind.name in WORN else self.channels.of(axes.channels)
        if len(axes.space) == 1:
            return Extent(along, self.space.of(axes.space[0]), SHEET)
        if len(axes.space) > 2:  # depth times height: frames of a video lie one behind the other
            along *= 1.5
        return Extent(along, self.space.of(axes.space[-2]), self.space.of(axes.space[-1]))


class Scale(Record):
    """From sizes to pixels: so many for a size of 1, and so many more an octave; never fewer than `least`."""

    base: float
    octave: float
    least: float

    def of(self, size: int | None) -> float:
        return max(self.base + self.octave * log2(max(NOMINAL if size is None else size, 1)), self.least)


def scales(frame: Frame) -> Scales:
    """The scales in which the largest axis of the model has the largest extent."""
    axes = [axes_of(solid) for solid in solids_of(frame)]
    space = [size for each in axes for size in each.space if size]
    channels = [each.channels for each in axes if each.channels and each.space]
    vectors = [each.channels for each in axes if each.channels and not each.space]
    return Scales(
        _scale(space, SMALLEST, LARGEST),
        _scale(channels, THINNEST, WIDEST, 3.5),
        _scale(vectors, SMALLEST, LARGEST, 14.0),
    )


def _scale(sizes: Iterable[int], least: float, most: float, steepest: float = STEEPEST) -> Scale:
    """The largest size gets the most pixels; as steep as lets the smallest, or one of 4, have the least."""
    found = [log2(max(size, 1)) for size in sizes]
    low, high = min([*found, 2.0]), max(found, default=1.0)
    octave = min(steepest, (most - least) / max(high - low, 1.0))
    return Scale(min(most - octave * high, most * 0.4), octave, least)


def axes_of(solid: Solid) -> Axes:
    """The axes of a layer's output without the batch."""
    shape = solid.shape
    if not shape or len(shape) == 1:
        return Axes((), None)
    sizes = shape[1:]
    if _channels_first(solid) and len(sizes) > 1:
        return Axes(sizes[1:], sizes[0])
    return Axes(sizes[:-1], sizes[-1])


def _channels_first(solid: Solid) -> bool:
    return solid.box.row is not None and getattr(solid.box.row.layer, "data_format", None) == "channels_first"


def number(size: int | None) -> str:
    return UNKNOWN if size is None else str(size)


def space_label(shape: Axes) -> str:
    """224 × 224"""
    return " × ".join(map(number, shape.space))


def shape_label(shape: Shape | None) -> str:
    """224 × 224 × 3, without the batch."""
    if shape is None:
        return UNKNOWN
    return " × ".join(map(number, shape[1:])) or "scalar"
