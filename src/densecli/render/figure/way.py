"""The way that a figure goes: from positions along and across it to points on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.figure.solids import Cuboid

if TYPE_CHECKING:
    from densecli.render.figure.scene import Point
    from densecli.render.figure.sizes import Extent


class Way(Record):
    """A direction by its name. Across, small is above a figure that goes right or left, and left of one that goes down or up."""

    name: str

    @property
    def horizontal(self) -> bool:
        return self.name in ("right", "left")

    @property
    def shows_ends(self) -> bool:
        """Whether the faces that are seen, from the upper right, are those where layers end."""
        return self.name in ("right", "up")

    def point(self, along: float, across: float) -> Point:
        """The point on paper."""
        ahead = along if self.name in ("right", "down") else -along
        return (ahead, across) if self.horizontal else (across, ahead)

    def nearness(self, point: Point) -> float:
        """How near a point is to the eye: seen from the upper right, what is further right or further up."""
        return point[0] if self.horizontal else -point[1]

    def cuboid(self, middle: Point, extent: Extent) -> Cuboid:
        """A layer on paper."""
        along, across, deep = extent
        return Cuboid(middle, along, across, deep) if self.horizontal else Cuboid(middle, across, along, deep)

    def turned(self, width: float, height: float) -> tuple[float, float, float]:
        """The extent of something of this size on paper, such as text."""
        return (width, height, 0.0) if self.horizontal else (height, width, 0.0)
