"""Where the parts of a figure are: along it by what feeds them, across it by their branches, with room for skips."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.diagram.layout import Size, lay_out
from densecli.render.figure.labels import NORMAL, calls
from densecli.render.figure.letters import width
from densecli.render.figure.measure import Room
from densecli.render.figure.parts import layers_in
from densecli.render.figure.ranks import GAP, ranks
from densecli.render.figure.rows import AHEAD, FANNED, breaks, rows
from densecli.render.figure.tracks import STRAIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.diagram.layout import Layout
    from densecli.render.figure.measure import Ruler
    from densecli.render.figure.parts import Frame, Link, Part
    from densecli.render.figure.ranks import Ranks
    from densecli.render.figure.rows import Rows
    from densecli.render.figure.scene import Point

BESIDE = 10.0  # between parts across the figure
STEP = 9.0  # between skips one above the other
PAD, PAD_ALONG = 12.0, 20.0  # of frames, across the figure and along it, where a side sticks out
TITLE = 15.0


class Laid(Record):
    """A frame with places: of each part where it starts along the figure, and its axis across it; bends of links; heights of skips."""

    frame: Frame
    rooms: list[Room]
    at: list[Point]
    bends: dict[Link, list[Point]]
    heights: dict[Link, float]  # of a skip: how far from the axis of its ends
    heads: dict[Link, Point]  # where a skip leaves the arrow that leads to its row, if it starts in an earlier one
    inner: list[Laid | None]
    joined: bool  # whether the links are known

    def span(self, part: int) -> tuple[float, float]:
        """Where a part starts and ends along the figure."""
        start = self.at[part][0]
        return start, start + self.rooms[part].length


def laid(frame: Frame, ruler: Ruler, most: float) -> Laid:
    """The places of a frame's parts, the frames among them first, in rows of at most this length, if that is possible.

    A skip whose ends turn out to stand in different lines is an arrow like others, or it would cross what stands between them.
    """
    inner = [None if part.frame is None else laid(part.frame, ruler, most - 2 * PAD_ALONG) for part in frame.parts]
    rooms = [_room(part, each, ruler) for part, each in zip(frame.parts, inner, strict=True)]
    found = _placed(frame, inner, rooms, most, shows_ends=ruler.way.shows_ends)
    while crooked := [skip for skip in found.frame.skips if _is_crooked(skip, found)]:
        skips = tuple(skip for skip in found.frame.skips if skip not in crooked)
        frame = found.frame._replace(links=tuple(dict.fromkeys((*found.frame.links, *crooked))), skips=skips)
        found = _placed(frame, inner, rooms, most, shows_ends=ruler.way.shows_ends)
    return found


def _is_crooked(skip: Link, found: Laid) -> bool:
    (part, solid), target = skip
    leads_on = part < target and solid == len(found.frame.parts[part].solids) - 1 and skip not in found.heads
    return leads_on and abs(found.at[part][1] + found.rooms[part].leaves - found.at[target][1]) > STRAIGHT


def _placed(frame: Frame, inner: list[Laid | None], rooms: list[Room], most: float, *, shows_ends: bool) -> Laid:
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
    paths = dict(zip(edges, layout.paths, strict=True))
    lanes = {link: _lanes(paths[link.source[0], link.target], rooms[link.source[0]]) for link in frame.links}
    grid = ranks(layout, sizes, lanes, shows_ends=shows_ends)
    broken = rows(grid, breaks(grid, frame.links, frame.skips, joined=joined), _across(grid, layout, sizes), most)
    at = [
        _moved(broken, rank, ((grid.starts[rank] + grid.ends[rank] - size.height) / 2 + room.before, across))
        for (across, _), size, room, rank in zip(layout.centres, sizes, rooms, grid.of, strict=True)
    ]
    bends = {link: _bends(link, grid, broken) for link in frame.links}
    heads = {skip: (-FANNED, at[skip.target][1]) for skip in frame.skips if _breaks(skip, grid, broken)}
    return Laid(frame, rooms, at, bends, heights, heads, inner, joined)


def _lanes(path: Sequence[Point], source: Room) -> list[float]:
    """Where an arrow is across the figure: at its source, in each rank that it passes, at its target."""
    return [path[0][0] + source.leaves, *[across for across, _ in path[1:-1:2]], path[-1][0]]


def _across(grid: Ranks, layout: Layout, sizes: Sequence[Size]) -> list[tuple[float, float]]:
    """From where to where each rank reaches across the figure."""
    found: list[list[float]] = [[] for _ in grid.starts]
    for (across, _), size, rank in zip(layout.centres, sizes, grid.of, strict=True):
        found[rank] += [across - size.reach[0], across + size.reach[1]]
    for link, steps in grid.steps.items():
        for rank, step in enumerate(steps, grid.of[link.source[0]]):
            found[rank].append(step.start)
    return [(min(each), max(each)) for each in found]


def _moved(broken: Rows, rank: int, point: Point) -> Point:
    """A point of a rank, in its row."""
    along, across = broken.shifts[broken.of[rank]]
    return point[0] + along, point[1] + across


def _breaks(link: Link, grid: Ranks, broken: Rows) -> bool:
    """Whether a link goes on in a later row."""
    return broken.of[grid.of[link.source[0]]] < broken.of[grid.of[link.target]]


def _bends(link: Link, grid: Ranks, broken: Rows) -> list[Point]:
    """The corners of an arrow: it crosses the figure between ranks only, and leads back to the start of the next row."""
    bends: list[Point] = []
    for rank, step in enumerate(grid.steps[link], grid.of[link.source[0]]):
        if broken.of[rank] < broken.of[rank + 1]:
            leave, level = broken.turns[broken.of[rank]]
            start, end = (_moved(broken, rank + 1, (0.0, across))[1] for across in (step.start, step.end))
            here = _moved(broken, rank, (0.0, step.start))[1]
            bends += [(leave, here), (leave, level), (-AHEAD, level), (-AHEAD, start)]
            bends += [] if step.is_straight else [(-FANNED, start), (-FANNED, end)]
        elif not step.is_straight:
            along = grid.track(rank, step)
            bends += [_moved(broken, rank, (along, across)) for across in (step.start, step.end)]
    return bends


def _room(part: Part, inner: Laid | None, ruler: Ruler) -> Room:
    return ruler.room(part) if inner is None else _room_of_frame(inner, ruler)


def extents(laid: Laid) -> tuple[float, float, float, float]:
    """From where to where the parts, arrows and skips of a frame reach, along and across."""
    rooms = list(zip(laid.at, laid.rooms, strict=True))
    bends = [point for each in laid.bends.values() for point in each]
    skips = [laid.at[link.target][1] - height for link, height in laid.heights.items()]
    along, across = [point[0] for point in bends], [point[1] for point in bends]
    return (
        min([along - room.before for (along, _), room in rooms] + along, default=0.0),
        max([along + room.length + room.after for (along, _), room in rooms] + along, default=0.0),
        min([across - room.near for (_, across), room in rooms] + across + skips, default=0.0),
        max([across + room.far for (_, across), room in rooms] + across, default=0.0),
    )


def title_of(frame: Frame) -> str:
    """× 6 for a block that repeats; the name of a nested model, and how often it is called."""
    if frame.box.times > 1:
        return f"× {frame.box.times}"
    return " · ".join(part for part in (frame.box.short_name, calls(frame.box)) if part)


def _room_of_frame(laid: Laid, ruler: Ruler) -> Room:
    """What leads in and out is on the axis of the parts inside, and not on the title."""
    start, stop, low, high = extents(laid)
    axis = axis_of(laid)
    title = width(title_of(laid.frame), NORMAL, bold=True) + 2 * PAD
    near, far = axis - low + PAD, high - axis + PAD
    length = stop - start + 2 * PAD_ALONG
    leaves = laid.at[last][1] - axis if (last := last_of(laid.frame)) is not None else 0.0
    if ruler.way.horizontal:
        return Room(0.0, max(length, title), 0.0, near + TITLE, far, leaves=leaves)
    return Room(0.0, length + TITLE, 0.0, max(near, title), far, leaves=leaves)


def last_of(frame: Frame) -> int | None:
    """The part whose output goes out of a frame, if it is one alone."""
    sources = {link.source[0] for link in (*frame.links, *frame.skips)}
    last = [part for part in range(len(frame.parts)) if part not in sources]
    return last[0] if len(last) == 1 else None


def axis_of(laid: Laid) -> float:
    """The axis of what comes first in a frame."""
    return laid.at[0][1] if laid.at else 0.0


def _spine(frame: Frame, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The parts of the path with most layers, which is drawn in one line."""
    before: list[int | None] = [None] * len(frame.parts)
    layers = [layers_in(part) for part in frame.parts]
    length = list(layers)
    for source, target in sorted(edges, key=lambda edge: edge[1]):  # sources come before their targets
        if before[target] is None or length[source] + layers[target] > length[target]:
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
