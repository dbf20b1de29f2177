"""The text of a figure: in boxes, beside layers, and below or beside their blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.figure.letters import cut
from densecli.render.figure.measure import GAP, LINE, WIDEST_BOX
from densecli.render.figure.scene import Text
from densecli.render.figure.solids import SLANT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.figure.labels import Label
    from densecli.render.figure.measure import Place, Room, Ruler
    from densecli.render.figure.scene import Anchor, Point

RISE, HALF = 0.72, 0.36  # of a capital letter, and of half of one, to the size of the text
NUDGE = 3.5  # from the middle of a line to its baseline


def inside(labels: Sequence[Label], middle: Point) -> Iterator[Text]:
    """Lines around a point."""
    top = middle[1] + NUDGE - LINE * (len(labels) - 1) / 2
    for row, label in enumerate(labels):
        shown = cut(label.text, label.size, WIDEST_BOX - GAP, bold=label.bold)
        yield Text((middle[0], top + row * LINE), shown, label.size, bold=label.bold, dim=label.dim)


def beside(place: Place, room: Room, at: Point, ruler: Ruler) -> Iterator[Text]:
    """The label of one layer: below its front, or to the right of its block."""
    cuboid = ruler.way.cuboid(ruler.way.point(at[0] + place.start + place.extent.along / 2, at[1]), place.extent)
    x, y = cuboid.corner
    for label in place.labels:
        if ruler.way.horizontal:
            yield Text((x + cuboid.width / 2, y + cuboid.height + GAP + label.size * RISE), label.text, label.size)
        else:
            yield Text((at[1] + room.near + GAP, cuboid.middle[1] + label.size * HALF), label.text, label.size, "start")


def below(room: Room, at: Point, ruler: Ruler) -> Iterator[Text]:
    """What is said of all layers of a part: below their labels, or to the right of them."""
    x, y = ruler.way.point(at[0] + room.length / 2, at[1])
    anchor: Anchor = "middle"
    if ruler.way.horizontal:
        x -= max((place.extent.deep for place in room.places), default=0.0) * SLANT / 2
        y += room.near + LINE * max((len(place.labels) for place in room.places), default=0) + LINE
    else:
        x += (
            room.near
            + GAP
            + max((label.width + 2 * GAP for place in room.places for label in place.labels), default=0.0)
        )
        y += NUDGE - LINE * (len(room.captions) - 1) / 2
        anchor = "start"
    for row, label in enumerate(room.captions):
        yield Text((x, y + row * LINE), label.text, label.size, anchor, dim=label.dim)
