"""What leads from part to part of a frame: arrows, funnels, skips, and the lines through its border."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.figure import paths
from densecli.render.figure.layout import last_of
from densecli.render.figure.parts import INLET, is_solid
from densecli.render.figure.scene import Group, Path
from densecli.render.figure.solids import SLANT
from densecli.render.figure.strands import Strands
from densecli.render.figure.tracks import STRAIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.render.figure.layout import Laid
    from densecli.render.figure.measure import Place, Ruler
    from densecli.render.figure.parts import Link
    from densecli.render.figure.scene import Point, Shape
    from densecli.render.figure.solids import Cuboid

Drawn = tuple[float, int, "Shape"]  # how near it is to the eye; a tie is broken by the second number
BRANCH = 7.0  # behind a sign, where a skip leaves the arrow


class Links:
    """The links of one frame. Positions along and across it become points on paper in `way`."""

    def __init__(self, laid: Laid, origin: Point, ruler: Ruler) -> None:
        self.laid, self.origin, self.style, self.way = laid, origin, ruler.options.style, ruler.way

    def at(self, part: int) -> Point:
        """Where a part starts, and its axis."""
        return self.laid.at[part][0] + self.origin[0], self.laid.at[part][1] + self.origin[1]

    def place(self, part: int, solid: int) -> Place | None:
        """The place of a layer in its part; None in a frame."""
        places = self.laid.rooms[part].places
        return places[solid] if places else None

    # -- arrows -----------------------------------------------------------------------------
    def arrows(self) -> Iterator[Drawn]:
        strands = Strands()
        for link in self.laid.frame.links:
            start, end = self.start(link), self.end(link.target)
            bends = [(along + self.origin[0], across + self.origin[1]) for along, across in self.laid.bends[link]]
            points = [self.way.point(*each) for each in (start, *bends, end)]
            shapes = [*self.funnel(link)] if abs(start[1] - end[1]) < STRAIGHT else []
            yield self.way.nearness(points[0]), 0, Group("", (*shapes, *strands.draw(link, points)))

    def start(self, link: Link) -> Point:
        """On the face of the source that is seen, or at the edge of the one that is not."""
        place = self.place(*link.source)
        along, across = self.at(link.source[0])
        if place is None:
            room = self.laid.rooms[link.source[0]]
            return along + room.length, across + room.leaves
        return along + place.end + (0.0 if self.way.shows_ends else place.extent.deep * SLANT / 2), across

    def end(self, part: int) -> Point:
        place, (along, across) = self.place(part, 0), self.at(part)
        hidden = place is not None and self.way.shows_ends
        return along - 1.0 - (place.extent.deep * SLANT / 2 if hidden and place else 0.0), across

    def funnel(self, link: Link) -> Iterator[Shape]:
        """Between layers whose faces have different sizes."""
        ends = [link.source, (link.target, 0)]
        boxes = [self.laid.frame.parts[part].solids[solid].box for part, solid in ends]
        if self.style == "boxes" or not all(is_solid(box) for box in boxes):
            return
        one, other = sorted((self.cuboid(*end) for end in ends), key=self.order)
        if self.face(one) != self.face(other):
            yield paths.funnel(one, other, horizontal=self.way.horizontal)

    def order(self, cuboid: Cuboid) -> float:
        return cuboid.middle[0 if self.way.horizontal else 1]

    def face(self, cuboid: Cuboid) -> Point:
        return (cuboid.height if self.way.horizontal else cuboid.width), cuboid.depth

    def cuboid(self, part: int, solid: int) -> Cuboid:
        """A layer with what it wears."""
        place, (along, across) = self.laid.rooms[part].places[solid], self.at(part)
        middle = self.way.point(along + (place.start + place.end) / 2, across)
        return self.way.cuboid(middle, place.extent._replace(along=place.end - place.start))

    # -- skips ------------------------------------------------------------------------------
    def skips(self) -> Iterator[Shape]:
        """From the near side of a layer, or from the arrow behind a sign, past what is between to the near side of another."""
        for link, height in self.laid.heights.items():
            leave, arrive = self.leaving(link), self.arriving(link.target)
            start = self.at(link.target if link in self.laid.heads else link.source[0])
            level = min(start[1], self.at(link.target)[1]) - height
            corners = [leave, (leave[0], level), (arrive[0], level), (arrive[0], arrive[1] - 1.0)]
            yield from paths.arrow([self.way.point(*corner) for corner in corners])

    def leaving(self, link: Link) -> Point:
        if link in self.laid.heads:
            along, across = self.laid.heads[link]
            return along + self.origin[0], across + self.origin[1]
        part, solid = link.source
        (along, across), place = self.at(part), self.place(part, solid)
        if place is None or not is_solid(self.laid.frame.parts[part].solids[solid].box):
            room = self.laid.rooms[part]
            return along + room.length + BRANCH, across + room.leaves
        return along + (place.start + place.end) / 2, across - place.extent.across / 2

    def arriving(self, part: int) -> Point:
        (along, across), place = self.at(part), self.place(part, 0)
        if place is None:
            return along + self.laid.rooms[part].length / 2, across - self.laid.rooms[part].near
        return along + place.start + place.extent.along / 2, across - place.extent.across / 2

    # -- through the border -----------------------------------------------------------------
    def through(self, at: Point, length: float) -> Iterator[Path]:
        """Lines from a frame's border to what comes in, and from the layer whose output goes out, if it is one alone."""
        frame = self.laid.frame
        targets = {link.target for link in frame.links}
        first, last = [part for part in range(len(frame.parts)) if part not in targets], last_of(frame)
        if len(first) == 1 and frame.parts[first[0]].solids[0].box.type == INLET:
            yield self.line(at, self.at(first[0]))
        if last is not None:
            start, across = self.at(last)[0] + self.laid.rooms[last].length, self.at(last)[1]
            yield self.line((start, across), (at[0] + length, across))

    def line(self, start: Point, end: Point) -> Path:
        return Path(paths.WIRE, self.way.point(*start), ((self.way.point(*end),),))
