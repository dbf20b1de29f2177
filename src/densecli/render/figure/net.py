"""The boxes of a frame as a graph: which is worn by which, which edges lead past others, which boxes stand side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.diagram.diagram import Edge
from densecli.render.figure.parts import WORN, Frame, Link, Part, Solid, output_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from densecli.render.diagram.diagram import Box

    Joins = Callable[[Solid, Solid], bool]

FARTHEST = 200  # boxes that a skip leads past; arrows that go further are like others, and the work stays linear


def frame_of(box: Box, joins: Joins) -> Frame:
    net = _Net(box)
    parts = [_part(solids, joins) for solids in net.parts(joins)]
    links, skips = net.links()
    return Frame(box, tuple(parts), tuple(links), tuple(skips))


def _part(solids: Sequence[Solid], joins: Joins) -> Part:
    box = solids[0].box
    return Part(tuple(solids), frame_of(box, joins) if box.boxes else None)


class _Net:
    """Ids are those of the boxes; `place` says which part a box is in, and where there."""

    def __init__(self, box: Box) -> None:
        self.boxes = {each.id: each for each in box.boxes}
        self.order = {each.id: at for at, each in enumerate(box.boxes)}
        self.wearer: dict[int, int] = {}
        self.worn: dict[int, list[Box]] = {}
        self.edges = [edge for edge in box.edges if self.leads_on(edge)]
        self.back = [edge for edge in box.edges if not self.leads_on(edge)]  # to a layer that is called again
        self.dress()
        self.edges = list(dict.fromkeys(self.seen(edge) for edge in self.edges if edge.target not in self.wearer))
        self.place: dict[int, tuple[int, int]] = {}
        self.sources, _ = _neighbors(self.edges)
        self.parent = _parents(self.edges, [each for each in self.boxes if each not in self.wearer])
        self.span = _spans(self.parent)

    def leads_on(self, edge: Edge) -> bool:
        return self.order[edge.source] < self.order[edge.target]

    def dress(self) -> None:
        """Let layers wear those that follow them alone and change no shape."""
        sources, targets = _neighbors([*self.edges, *self.back])
        for key, box in self.boxes.items():
            before = sources.get(key, [])
            if box.kind.name not in WORN or len(before) != 1 or len(targets[before[0]]) != 1:
                continue
            wearer = self.wearer.get(before[0], before[0])
            if _can_wear(self.boxes[wearer], box):
                self.wearer[key] = wearer
                self.worn.setdefault(wearer, []).append(box)

    def seen(self, edge: Edge) -> Edge:
        return Edge(self.wearer.get(edge.source, edge.source), edge.target)

    def is_skip(self, edge: Edge) -> bool:
        """Whether an edge leads past a chain of boxes between its ends, which nothing from elsewhere feeds."""
        at = self.parent.get(edge.target)
        if at == edge.source or not self.is_above(edge.source, edge.target):
            return False
        for _ in range(FARTHEST):
            if at is None or at == edge.source:
                break
            if not all(self.is_above(edge.source, each) and self.is_above(each, at) for each in self.sources[at]):
                return False
            at = self.parent[at]
        return at == edge.source and all(self.is_above(each, edge.target) for each in self.sources[edge.target])

    def is_above(self, one: int, other: int) -> bool:
        """Whether a box is on the longest path to another, or is that one."""
        first, last = self.span[one]
        return first <= self.span[other][0] <= last

    def parts(self, joins: Joins) -> list[list[Solid]]:
        _, onward = _neighbors([edge for edge in self.edges if not self.is_skip(edge)])
        parts: list[list[Solid]] = []
        for key, box in self.boxes.items():
            if key in self.wearer:
                continue
            solid = Solid(box, tuple(self.worn.get(key, ())))
            before = self.sources.get(key, [])
            at = self.place[before[0]] if len(before) == 1 and len(onward[before[0]]) == 1 else None
            if at is not None and at[1] == len(parts[at[0]]) - 1 and joins(parts[at[0]][-1], solid):
                parts[at[0]].append(solid)
                self.place[key] = (at[0], at[1] + 1)
            else:
                parts.append([solid])
                self.place[key] = (len(parts) - 1, 0)
        return parts

    def links(self) -> tuple[list[Link], list[Link]]:
        """Arrows, and skips, some of them back; none between layers side by side."""
        links, skips = list[Link](), list[Link]()
        for edge in self.edges:
            link = Link(self.place[edge.source], self.place[edge.target][0])
            if link.source[0] == link.target and self.place[edge.target][1]:
                continue
            (skips if self.is_skip(edge) else links).append(link)
        skips += [Link(self.place[edge.source], self.place[edge.target][0]) for edge in map(self.seen, self.back)]
        return links, [skip for skip in dict.fromkeys(skips) if skip.source[0] != skip.target]


def _can_wear(wearer: Box, box: Box) -> bool:
    return (
        not wearer.boxes
        and wearer.kind.name not in ("merge", "input")
        and output_of(box) is not None
        and output_of(wearer) == output_of(box)
    )


def _neighbors(edges: Sequence[Edge]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    sources: dict[int, list[int]] = {}
    targets: dict[int, list[int]] = {}
    for edge in edges:
        sources.setdefault(edge.target, []).append(edge.source)
        targets.setdefault(edge.source, []).append(edge.target)
    return sources, targets


def _parents(edges: Sequence[Edge], ids: Sequence[int]) -> dict[int, int | None]:
    """For each box the one before it on the longest path to it."""
    rank = dict.fromkeys(ids, 0)
    sources, _ = _neighbors(edges)
    parent: dict[int, int | None] = {}
    for key in ids:  # sources come before their targets
        before = sources.get(key, [])
        parent[key] = max(before, key=rank.__getitem__, default=None)
        rank[key] = max((rank[each] + 1 for each in before), default=0)
    return parent


def _spans(parent: dict[int, int | None]) -> dict[int, tuple[int, int]]:
    """An interval of numbers for each box of a tree, within that of each of its ancestors."""
    size = dict.fromkeys(parent, 1)
    for key in reversed(parent):
        above = parent[key]
        if above is not None:
            size[above] += size[key]
    start: dict[int | None, int] = {None: 0}
    span: dict[int, tuple[int, int]] = {}
    for key, above in parent.items():
        first = start[above]
        start[above] = first + size[key]
        start[key] = first + 1
        span[key] = (first, first + size[key] - 1)
    return span
