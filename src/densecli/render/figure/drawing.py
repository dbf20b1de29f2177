"""Draws frames that have their places: parts from back to front, what leads from one to the next, and skips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.figure import captions, solids
from densecli.render.figure.labels import NORMAL
from densecli.render.figure.layout import PAD_ALONG, TITLE, axis_of, extents, title_of
from densecli.render.figure.links import Links
from densecli.render.figure.parts import INLET, is_merge, merged_by
from densecli.render.figure.scene import Group, Look, Text, circle, rectangle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.render.figure.layout import Laid
    from densecli.render.figure.links import Drawn
    from densecli.render.figure.measure import Place, Room, Ruler
    from densecli.render.figure.parts import Solid
    from densecli.render.figure.scene import Point, Shape

ROUND = 8.0  # corners of frames


class Drawing:
    """Draws the frames of one figure. `at` and `origin` are along and across the figure."""

    def __init__(self, ruler: Ruler) -> None:
        self.ruler, self.way = ruler, ruler.way

    def frame(self, laid: Laid, origin: Point) -> Iterator[Shape]:
        """The shapes of a frame, from back to front; skips last."""
        links = Links(laid, origin, self.ruler)
        drawn = [*links.arrows()] if laid.joined else []
        for index in range(len(laid.at)):
            drawn += self.part(laid, index, origin)
        for _, _, shape in sorted(drawn, key=lambda each: each[:2]):
            yield shape
        yield from links.skips()

    def part(self, laid: Laid, index: int, origin: Point) -> Iterator[Drawn]:
        """A frame, or layers side by side and what is said of them all."""
        at = laid.at[index][0] + origin[0], laid.at[index][1] + origin[1]
        room, inner = laid.rooms[index], laid.inner[index]
        if inner is not None:
            yield self.near(at[0] + room.length / 2, at[1]), 1, self.inner_frame(inner, room, at)
            return
        for solid, place in zip(laid.frame.parts[index].solids, room.places, strict=True):
            shapes = Group(_title(solid), tuple(self.solid(solid, place, room, at)))
            yield self.near(at[0] + (place.start + place.end) / 2, at[1]), 1, shapes
        yield self.near(at[0] + room.length, at[1]), 2, Group("", tuple(captions.below(room, at, self.ruler)))

    def near(self, along: float, across: float) -> float:
        return self.way.nearness(self.way.point(along, across))

    def inner_frame(self, inner: Laid, room: Room, at: Point) -> Group:
        """A nested model, or a block that repeats, in a frame with its title."""
        one, other = self.way.point(at[0], at[1] - room.near), self.way.point(at[0] + room.length, at[1] + room.far)
        corner = min(one[0], other[0]), min(one[1], other[1])
        look = Look("fold" if inner.frame.box.times > 1 else "frame")
        ground = rectangle(look, corner, (abs(one[0] - other[0]), abs(one[1] - other[1])), ROUND)
        title = Text((corner[0] + 8, corner[1] + 13), title_of(inner.frame), NORMAL, "start", bold=True)
        start, stop, _, _ = extents(inner)
        lead = (
            (room.length - stop + start) / 2
            if self.way.horizontal
            else PAD_ALONG + (TITLE if self.way.name == "down" else 0.0)
        )
        origin = at[0] + lead - start, at[1] - axis_of(inner)
        through = Links(inner, origin, self.ruler).through(at, room.length)
        return Group(inner.frame.box.name, (ground, title, *through, *self.frame(inner, origin)))

    def solid(self, solid: Solid, place: Place, room: Room, at: Point) -> Iterator[Shape]:
        """A layer with what it wears, and its label."""
        along = at[0] + place.start
        pieces = []
        for box, extent in ((solid.box, place.extent), *zip(solid.worn, place.worn, strict=True)):
            pieces.append((box, extent, self.way.point(along + extent.along / 2, at[1])))
            along += extent.along
        for box, extent, middle in sorted(pieces, key=lambda piece: self.way.nearness(piece[2])):
            if box.type == INLET:
                yield circle(Look("tip"), middle, solids.INLET)
            elif is_merge(box):
                yield from solids.merge(middle, merged_by(box), box.kind)
            elif self.ruler.has_text(box):
                yield solids.ground(self.way.cuboid(middle, extent), box.kind)
                yield from captions.inside(self.ruler.labels.in_box(box, worn=box is not solid.box), middle)
            else:
                yield from solids.faces(self.way.cuboid(middle, extent), box.kind)
        if not self.ruler.has_text(solid.box):
            yield from captions.beside(place, room, at, self.ruler)


def _title(solid: Solid) -> str:
    """What a pointer on a layer reads."""
    box = solid.box
    first = box.name if box.type == INLET else f"{box.name} ({box.type})"
    return " · ".join(
        part for part in (first, box.detail, *[f"{each.name} ({each.type})" for each in solid.worn]) if part
    )
