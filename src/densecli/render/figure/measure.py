"""How much room each part of a figure takes, along the figure and across it, and where its layers are in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.figure.labels import Label, Labels
from densecli.render.figure.parts import INLET, REST, is_merge, solids_of
from densecli.render.figure.ranks import SHARED
from densecli.render.figure.sizes import SLAB, Extent, scales
from densecli.render.figure.solids import INLET as DOT
from densecli.render.figure.solids import MERGE, SLANT
from densecli.render.figure.way import Way

if TYPE_CHECKING:
    from collections.abc import Iterable

    from densecli.render.diagram.diagram import Box
    from densecli.render.figure.options import Options
    from densecli.render.figure.parts import Frame, Part, Solid

LINE = 12.0
TOUCH = 3.0  # between layers side by side
PAD, PADS = 9.0, 10.0  # left and right of text in a box; above and below it, together
GAP = 4.0  # between a layer and its label, and between labels
WIDEST_BOX = 230.0


class Place(Record):
    """Where a layer is in its part: from its start to its end along the figure, and its extents; then what it wears."""

    start: float
    extent: Extent
    worn: tuple[Extent, ...] = ()
    labels: tuple[Label, ...] = ()  # beside the layer

    @property
    def end(self) -> float:
        return self.start + self.extent.along + sum(each.along for each in self.worn)


class Room(Record):
    """What a part takes: along the figure `length` between its ends and margins beyond them; across it, on both sides."""

    before: float
    length: float
    after: float
    near: float  # on the side of skips: above, or to the left
    far: float  # on the side of labels: below, or to the right
    places: tuple[Place, ...] = ()
    captions: tuple[Label, ...] = ()
    leaves: float = 0.0  # how far across from where arrows arrive they leave


class Ruler:
    """Measures the parts of one figure."""

    def __init__(self, frame: Frame, options: Options) -> None:
        self.options, self.way, self.scales = options, Way(options.direction), scales(frame)
        self.labels = Labels(options.labels, horizontal=self.way.horizontal)
        boxes = [box for solid in solids_of(frame) for box in (solid.box, *solid.worn) if not is_merge(box)]
        self.widest = max(map(self.text_width, boxes), default=0.0)

    def has_text(self, box: Box) -> bool:
        """Whether a layer is a box with text in it."""
        return (self.options.style == "boxes" and box.type != INLET and not is_merge(box)) or box.type == REST

    def text_width(self, box: Box) -> float:
        return min(_widest(self.labels.in_box(box)) + 2 * PAD, WIDEST_BOX)

    # -- layers -----------------------------------------------------------------------------
    def place(self, solid: Solid, start: float) -> Place:
        """A layer and what it wears, from some start on."""
        box = solid.box
        if box.type == INLET:
            return Place(start, Extent(2 * DOT, 2 * DOT, 0.0))
        if is_merge(box):
            return Place(start, Extent(2 * MERGE, 2 * MERGE, 0.0), (), self.beside(solid))
        if self.has_text(box):
            extent = self.box(box)
            worn = [self.box(each, worn=True)._replace(across=extent.across) for each in solid.worn]
            return Place(start, extent, tuple(worn))
        extent = self.scales.extent(solid)
        if self.options.style == "flat":
            extent = extent._replace(deep=0.0)
        return Place(start, extent, tuple([extent._replace(along=SLAB)] * len(solid.worn)), self.beside(solid))

    def beside(self, solid: Solid) -> tuple[Label, ...]:
        return () if self.options.style == "boxes" else self.labels.beside(solid)

    def box(self, box: Box, *, worn: bool = False) -> Extent:
        """A layer with its text: where boxes stand one below the other, all are as wide as the widest."""
        wide = self.text_width(box) if self.way.horizontal or box.type == REST else self.widest
        return Extent(*self.way.turned(wide, LINE * len(self.labels.in_box(box, worn=worn)) + PADS))

    # -- parts ------------------------------------------------------------------------------
    def room(self, part: Part) -> Room:
        """Of layers side by side, with their labels."""
        places = [self.place(part.solids[0], 0.0)]
        for solid in part.solids[1:]:
            place = self.place(solid, 0.0)
            places.append(place._replace(start=places[-1].end + self.gap(places[-1], place)))
        captions = (
            () if self.has_text(part.solids[0].box) or self.options.style == "boxes" else self.labels.of_block(part)
        )
        bare = self.bare(places)._replace(captions=captions)
        return self.labeled_below(bare) if self.way.horizontal else self.labeled_right(bare)

    def gap(self, one: Place, other: Place) -> float:
        """Between layers side by side: enough for their labels."""
        needed = (_widest(one.labels) + _widest(other.labels)) / 2 + GAP if self.way.horizontal else LINE
        middles = (one.extent.along + other.extent.along) / 2 + sum(each.along for each in one.worn)
        return max(TOUCH, needed - middles)

    def bare(self, places: list[Place]) -> Room:
        """Without labels. The edge that an arrow ends or starts at has room of its own; the side behind it shares the arrow's."""
        first, last = (place.extent.deep * SLANT / 2 for place in (places[0], places[-1]))
        across = max((place.extent.across + place.extent.deep * SLANT) / 2 for place in places)
        beside = max((last if self.way.shows_ends else first) - SHARED, 0.0)
        before, after = (first, beside) if self.way.shows_ends else (beside, last)
        return Room(before, places[-1].end, after, across, across, tuple(places))

    def labeled_below(self, room: Room) -> Room:
        """Labels stand below fronts, which are left of the middles of their layers, by half of what their sides stick out."""
        lines = len(room.captions) + max(len(place.labels) for place in room.places)
        side = SLANT / 2 if self.way.name == "right" else -SLANT / 2
        first, last = (
            max((_widest(place.labels) - place.extent.along) / 2, (_widest(room.captions) - room.length) / 2)
            for place in (room.places[0], room.places[-1])
        )
        before = first + room.places[0].extent.deep * side
        after = last - room.places[-1].extent.deep * side
        far = room.far + LINE * lines + GAP if lines else room.far
        return room._replace(before=max(room.before, before), after=max(room.after, after), far=far)

    def labeled_right(self, room: Room) -> Room:
        wide = max(_widest(place.labels) for place in room.places)
        far = room.far + sum(each + 2 * GAP for each in (wide, _widest(room.captions)) if each)
        high = (LINE * len(room.captions) - room.length) / 2
        return room._replace(far=far, before=max(room.before, high), after=max(room.after, high))


def _widest(labels: Iterable[Label]) -> float:
    return max((label.width for label in labels), default=0.0)
