"""Where the parts of a figure are: along it by what feeds them, across it by their branches, with room for skips."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.diagram.layout import Size, lay_out
from densecli.render.figure.labels import NORMAL
from densecli.render.figure.letters import width
from densecli.render.figure.measure import Room
from densecli.render.figure.parts import layers_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.figure.measure import Ruler
    from densecli.render.figure.parts import Frame, Link, Part

GAP, BESIDE = 24.0, 10.0  # between parts: along the figure, for arrows, and across it
TIP = 7.0  # of an arrow, which is straight
STEP = 9.0  # between skips one above the other
PAD, PAD_ALONG = 12.0, 20.0  # of frames, across the figure and along it, where a side sticks out
TITLE = 15.0


class Laid(Record):
    """A frame with places: of each part where it starts along the figure, and its axis across it; bends of links; heights of skips."""

    frame: Frame
    rooms: list[Room]
    at: list[tuple[float, float]]
    bends: dict[Link, list[tuple[float, float]]]
    heights: dict[Link, float]  # of a skip: how far from the axis of its ends
    inner: list[Laid | None]
    joined: bool  # whether the links are known

    def span(self, part: int) -> tuple[float, float]:
        """Where a part starts and ends along the figure."""
        start = self.at[part][0]
        return start, start + self.rooms[part].length


def laid(frame: Frame, ruler: Ruler) -> Laid:
    """The places of a frame's parts, the frames among them first."""
    inner = [None if part.frame is None else laid(part.frame, ruler) for part in frame.parts]
    rooms = [_room(part, each, ruler) for part, each in zip(frame.parts, inner, strict=True)]
    heights, near = _skips(frame, rooms)
    joined = bool(frame.links or frame.skips)
    edges = list(dict.fromkeys((link.source[0], link.target) for link in frame.links))
    if not joined:
        edges = list(pairwise(range(len(frame.parts))))
    sizes = [
        Size(above + room.far, room.before + room.length + room.after, above)
        for above, room in zip(near, rooms, strict=True)
    ]
    layout = lay_out(sizes, edges, gaps=(GAP, BESIDE), spine=_spine(frame, edges))
    at = [
        (along - size.height / 2 + room.before, across)
        for (across, along), size, room in zip(layout.centres, sizes, rooms, strict=True)
    ]
    paths = dict(zip(edges, layout.paths, strict=True))
    bands = _bands([along for _, along in layout.centres], [size.height for size in sizes])
    bends = {link: _bends(link, paths[link.source[0], link.target], at, bands) for link in frame.links}
    return Laid(frame, rooms, at, bends, heights, inner, joined)


def _bands(centers: Sequence[float], lengths: Sequence[float]) -> list[tuple[float, float]]:
    """For each part where its rank starts and ends: as far as the longest part with the same middle."""
    longest: dict[float, float] = {}
    for center, length in zip(centers, lengths, strict=True):
        longest[center] = max(longest.get(center, 0.0), length)
    return [(center - longest[center] / 2, center + longest[center] / 2) for center in centers]


def _bends(
    link: Link,
    path: Sequence[tuple[float, float]],
    at: Sequence[tuple[float, float]],
    bands: Sequence[tuple[float, float]],
) -> list[tuple[float, float]]:
    """The points between the ends of a link: it crosses the figure between ranks only, not beside a longer part of its own."""
    inner = [(along, across) for across, along in path[1:-1]]
    part = link.source[0]
    if not inner and abs(at[part][1] - at[link.target][1]) < 0.5:
        return []
    return [(bands[part][1], at[part][1]), *inner, (bands[link.target][0] - TIP, at[link.target][1])]


def _room(part: Part, inner: Laid | None, ruler: Ruler) -> Room:
    return ruler.room(part) if inner is None else _room_of_frame(inner, ruler)


def extents(laid: Laid) -> tuple[float, float, float, float]:
    """From where to where the parts and skips of a frame reach, along and across."""
    rooms = list(zip(laid.at, laid.rooms, strict=True))
    skips = [laid.at[link.target][1] - height for link, height in laid.heights.items()]
    return (
        min((along - room.before for (along, _), room in rooms), default=0.0),
        max((along + room.length + room.after for (along, _), room in rooms), default=0.0),
        min([across - room.near for (_, across), room in rooms] + skips, default=0.0),
        max((across + room.far for (_, across), room in rooms), default=0.0),
    )


def title_of(frame: Frame) -> str:
    """× 6 for a block that repeats; the name of a nested model, and how often it is called."""
    if frame.box.times > 1:
        return f"× {frame.box.times}"
    calls = 0 if frame.box.row is None else len(frame.box.row.calls)
    return f"{frame.box.short_name} · {calls} calls" if calls > 1 else frame.box.short_name


def _room_of_frame(laid: Laid, ruler: Ruler) -> Room:
    """What leads in and out is on the axis of the parts inside."""
    start, stop, low, high = extents(laid)
    axis = axis_of(laid)
    title = width(title_of(laid.frame), NORMAL, bold=True) + PAD
    near, far = axis - low + PAD, high - axis + PAD
    length = stop - start + 2 * PAD_ALONG
    if ruler.way.horizontal:
        return Room(0.0, max(length, title), 0.0, near + TITLE, far)
    return Room(0.0, length + TITLE, 0.0, max(near, title / 2), max(far, title / 2))


def axis_of(laid: Laid) -> float:
    """The axis of what comes first in a frame."""
    return laid.at[0][1] if laid.at else 0.0


def _spine(frame: Frame, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The parts of the path with most layers, which is drawn in one line."""
    before: list[int | None] = [None] * len(frame.parts)
    layers = [layers_in(part) for part in frame.parts]
    length = list(layers)
    for source, target in sorted(edges, key=lambda edge: edge[1]):  # sources come before their targets
        if length[source] + layers[target] > length[target]:
            before[target], length[target] = source, length[source] + layers[target]
    at: int | None = max(range(len(length)), key=length.__getitem__, default=None)
    spine = []
    while at is not None:
        spine.append(at)
        at = before[at]
    return spine


# -- skips ---------------------------------------------------------------------------------
def _skips(frame: Frame, rooms: Sequence[Room]) -> tuple[dict[Link, float], list[float]]:
    """How far from the axis each skip runs, and how much room all parts need on that side; short skips are inside."""
    near = [room.near for room in rooms]
    sources: dict[int, list[int]] = {}
    for link in frame.links:
        sources.setdefault(link.target, []).append(link.source[0])
    heights: dict[Link, float] = {}
    for between, link in sorted(
        ((_between(link, sources), link) for link in frame.skips), key=lambda pair: len(pair[0])
    ):
        ends = {link.source[0], link.target}
        height = max([near[part] for part in between] + [rooms[part].near for part in ends]) + STEP
        heights[link] = height
        for part in between | ends:
            near[part] = max(near[part], height)
    return heights, near


def _between(link: Link, sources: dict[int, list[int]]) -> set[int]:
    """The parts that a skip leads past: those behind its first end that feed its last."""
    first, last = sorted((link.source[0], link.target))
    found: set[int] = set()
    pending = list(sources.get(last, ()))
    while pending:
        part = pending.pop()
        if part > first and part not in found:
            found.add(part)
            pending += sources.get(part, ())
    return found
