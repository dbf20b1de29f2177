"""One layer as shapes: a volume in perspective, a flat face, or a box with text; merges and inlets are small circles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.figure.scene import Look, Text, circle, polygon, rectangle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.render.figure.scene import Path, Point, Shape
    from densecli.render.palette.kinds import Kind

SLANT = 0.32  # pixels to the right and up for each pixel of depth
MERGE, INLET = 9.0, 2.5  # radii
LARGE, SMALL = 14.0, 7.0  # sizes of signs, and of words for one
SIGNS = {
    "add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "dot": "•", "average": "avg", "maximum": "max", "minimum": "min",
}  # fmt: skip


class Cuboid(Record):
    """A box in space: the middle of it on paper, the size of its front, and its depth; pixels."""

    middle: Point
    width: float
    height: float
    depth: float

    @property
    def shift(self) -> float:
        """How far its back is shifted, right and up."""
        return self.depth * SLANT

    @property
    def corner(self) -> Point:
        """The upper left corner of the front."""
        return self.middle[0] - (self.width + self.shift) / 2, self.middle[1] - (self.height - self.shift) / 2


def faces(cuboid: Cuboid, kind: Kind) -> Iterator[Path]:
    """The faces that one sees: top, side and front."""
    (x, y), shift = cuboid.corner, cuboid.shift
    right, low = x + cuboid.width, y + cuboid.height
    if shift:
        back = (x + shift, y - shift), (right + shift, y - shift), (right + shift, low - shift)
        yield polygon(Look("top", kind), (x, y), back[0], back[1], (right, y))
        yield polygon(Look("side", kind), (right, y), back[1], back[2], (right, low))
    yield rectangle(Look("front", kind), (x, y), (cuboid.width, cuboid.height))


def ground(cuboid: Cuboid, kind: Kind) -> Path:
    """What is behind the text of a layer that is drawn as a box."""
    return rectangle(Look("front", kind), cuboid.corner, (cuboid.width, cuboid.height), 4.0)


def merge(middle: Point, name: str, kind: Kind) -> Iterator[Shape]:
    """A merge as a circle with the sign of its function; a concatenation as two parts side by side."""
    yield circle(Look("front", kind), middle, MERGE)
    (x, y), sign = middle, SIGNS.get(name, "")
    size = LARGE if len(sign) == 1 else SMALL
    if sign:
        yield Text((x, y + size * 0.34), sign, size, bold=size == SMALL)
    for side in (-1, 1) if name == "concatenate" else ():
        yield rectangle(Look("side", kind), (x + side * 2.6 - 2, y - 4.5), (4, 9))
