"""Where boxes and edges go: a layered drawing, top to bottom (Sugiyama, Tagawa and Toda 1981).

Ranks by longest path, dummies where edges from a box pass a rank (one for all of them), order within a rank by barycenters with the fewest crossings
kept, positions by least squares: each rank in turn moves as near to its neighbors as its order and widths allow.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from densecli.errors import LimitError
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_POINTS = 200_000  # boxes and bends of a drawing
SWEEPS = 12
GAP = 28.0  # between neighbors in a rank
RANK_GAP = 30.0  # between ranks: room for the curves
BEND_GAP = 14.0  # between edges that pass side by side
STRAIGHTENINGS = 4
INFINITE = float("inf")
FIRM, LOOSE = 200.0, 0.05  # how much a box wants to stand in line with a box, and a bend with a box
STIFF = 1e7  # and a box of the spine with the next one: nothing else counts


class Size(Record):
    """Width and height of a box; `left` is how much of the width is left of the line that it stands on, if that is not half."""

    width: float
    height: float
    left: float | None = None

    @property
    def reach(self) -> tuple[float, float]:
        """How far it goes to the left and to the right of its line."""
        left = self.width / 2 if self.left is None else self.left
        return left, self.width - left


class Layout(Record):
    """Centers of the boxes (across, where their lines are), the points of each edge from top to bottom, and the total size."""

    centres: list[tuple[float, float]]
    paths: list[list[tuple[float, float]]]
    size: Size


def lay_out(
    sizes: Sequence[Size],
    edges: Sequence[tuple[int, int]],
    *,
    gaps: tuple[float, float] = (RANK_GAP, GAP),
    spine: Sequence[int] = (),
) -> Layout:
    """Place boxes with edges between their indices. Edges must not form loops. Raises LimitError E509.

    `gaps` are between ranks and between neighbors in one; the boxes of the `spine` stand in one line, and others make way.
    """
    if not sizes:
        return Layout([], [], Size(0, 0))
    ranks = _ranks(len(sizes), edges)
    net = _Net(sizes, edges, ranks)
    net.gap, net.beside = gaps
    net.straighten_spine(spine)
    net.order()
    net.place()
    return net.layout()


def _ranks(boxes: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The longest path from a source; sources themselves are placed right above the boxes they feed."""
    after: list[list[int]] = [[] for _ in range(boxes)]
    waiting = [0] * boxes
    for source, target in edges:
        after[source].append(target)
        waiting[target] += 1
    sources = [box for box in range(boxes) if not waiting[box]]
    ranks, ready = [0] * boxes, list(sources)
    while ready:
        box = ready.pop()
        for target in after[box]:
            ranks[target] = max(ranks[target], ranks[box] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for box in sources:
        if after[box]:
            ranks[box] = min(ranks[target] for target in after[box]) - 1
    return ranks


class _Net:
    """Boxes and the dummies of long edges, in ranks."""

    def __init__(self, sizes: Sequence[Size], edges: Sequence[tuple[int, int]], ranks: list[int]) -> None:
        self.boxes = len(sizes)
        self.gap, self.beside, self.spine = RANK_GAP, GAP, frozenset[int]()
        self.rank = list(ranks)
        self.sizes = list(sizes)
        self.up: list[list[int]] = [[] for _ in sizes]
        self.down: list[list[int]] = [[] for _ in sizes]
        self.steps: set[tuple[int, int]] = set()
        self.passed = 0  # ranks that edges pass
        self.bends: dict[tuple[int, int], int] = {}  # the dummy of a box in a rank
        self.routes: list[list[int]] = [self.route(*edge) for edge in edges]
        self.ranks: list[list[int]] = [[] for _ in range(max(self.rank) + 1)]
        for point, rank in enumerate(self.rank):
            self.ranks[rank].append(point)
        self.x: list[float] = [0.0] * len(self.rank)
        self.index: dict[int, int] = {}  # place of each point in its rank
        # Bends of a box's only edge count as the box; those of a shortcut do not.
        leaving = Counter(source for source, _ in edges)
        self.lonely = {bend for route in self.routes for bend in route[1:-1] if leaving[route[0]] == 1}

    def route(self, source: int, target: int) -> list[int]:
        """The points of an edge: its ends, and a dummy in each rank between them, which edges from the same box share."""
        ranks = range(self.rank[source] + 1, self.rank[target])
        route = [source, *[self.bend(source, rank) for rank in ranks], target]
        self.passed += len(ranks)
        if self.boxes + self.passed > MAX_POINTS:
            message = f"the diagram needs more than {MAX_POINTS:,} bends"
            raise LimitError(
                message, code="E509", hint="show fewer layers (--collapse, --max-blocks), or use dot or mermaid"
            )
        for step in pairwise(route):
            if step not in self.steps:
                self.steps.add(step)
                self.down[step[0]].append(step[1])
                self.up[step[1]].append(step[0])
        return route

    def bend(self, source: int, rank: int) -> int:
        bend = self.bends.setdefault((source, rank), len(self.rank))
        if bend == len(self.rank):
            self.rank.append(rank)
            self.sizes.append(Size(0, 0))
            self.up.append([])
            self.down.append([])
        return bend

    def straighten_spine(self, spine: Sequence[int]) -> None:
        """Keep the boxes of a path in one line, and the bends of its edges."""
        steps = {*pairwise(spine), *pairwise(reversed(spine))}
        bends = [bend for route in self.routes if (route[0], route[-1]) in steps for bend in route[1:-1]]
        self.spine = frozenset([*spine, *bends])

    # -- order within the ranks -----------------------------------------------------------
    def order(self) -> None:
        best, fewest = [list(rank) for rank in self.ranks], self.crossings()
        for sweep in range(SWEEPS):
            if not fewest:
                break
            self.sweep(downwards=sweep % 2 == 0)
            found = self.crossings()
            if found < fewest:
                best, fewest = [list(rank) for rank in self.ranks], found
        self.ranks = best

    def sweep(self, *, downwards: bool) -> None:
        neighbours = self.up if downwards else self.down
        for rank in self.ranks if downwards else reversed(self.ranks):
            at = {point: _mean([self.x[other] for other in neighbours[point]], self.x[point]) for point in rank}
            rank.sort(key=at.__getitem__)
            self.number(rank)

    def number(self, rank: list[int]) -> None:
        for index, point in enumerate(rank):
            self.x[point] = index

    def crossings(self) -> int:
        """Pairs of edges that cross between neighboring ranks."""
        for rank in self.ranks:
            self.number(rank)
        return sum(
            _crossings([int(self.x[below]) for point in rank for below in self.in_order(point)]) for rank in self.ranks
        )

    def in_order(self, point: int) -> list[int]:
        return sorted(self.down[point], key=self.x.__getitem__)

    # -- positions ------------------------------------------------------------------------
    def place(self) -> None:
        for rank in self.ranks:
            self.index.update((point, at) for at, point in enumerate(rank))
            self.settle(rank, [(0.0, 1.0)] * len(rank))
        for sweep in range(SWEEPS):
            neighbours = self.up if sweep % 2 == 0 else self.down
            for rank in self.ranks if sweep % 2 == 0 else reversed(self.ranks):
                self.settle(rank, [self.wish(point, neighbours[point]) for point in rank])
        routes, chains = [route[1:-1] for route in self.routes], [*self.chains()]
        for _ in range(STRAIGHTENINGS):
            for route in (*routes, *chains):
                self.straighten(route)

    def wish(self, point: int, neighbours: list[int]) -> tuple[float, float]:
        """The preferred position of a point, and its weight: boxes in line with boxes first, then bends with bends."""
        if not neighbours:
            return self.x[point], LOOSE
        if self.spine:
            own = [other for other in neighbours if (other in self.spine) == (point in self.spine)]
            weight = STIFF if point in self.spine else 1.0
            return (self.median(own), weight) if own else (self.median(neighbours), LOOSE)
        boxes = [other for other in neighbours if other < self.boxes or other in self.lonely]
        median = self.median(boxes or neighbours)
        if point < self.boxes:
            return median, FIRM if boxes else 1.0
        return median, LOOSE if neighbours[0] < self.boxes else 1.0

    def median(self, points: list[int]) -> float:
        found = sorted(self.x[point] for point in points)
        return (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2

    def straighten(self, bends: list[int]) -> None:
        """Put as many points of a line as possible below each other, without moving anything else."""
        while bends:
            low, high, fitting = -INFINITE, INFINITE, 0
            for bend in bends:
                left, right = self.room(bend)
                if max(low, left) > min(high, right):
                    break
                low, high, fitting = max(low, left), min(high, right), fitting + 1
            stretch, bends = bends[: max(fitting, 1)], bends[max(fitting, 1) :]
            middle = sorted(self.x[bend] for bend in stretch)[len(stretch) // 2]
            for bend in stretch if fitting else ():
                self.x[bend] = min(max(middle, low), high)

    def chains(self) -> Iterator[list[int]]:
        """Boxes in a row that only feed the next one, which nothing else feeds; the spine is in line already."""
        follows = {
            point: below[0]
            for point, below in enumerate(self.down)
            if len(below) == 1 and len(self.up[below[0]]) == 1 and not {point, below[0]} & self.spine
        }
        for start in follows.keys() - set(follows.values()):
            chain = [start]
            while chain[-1] in follows:
                chain.append(follows[chain[-1]])
            yield chain

    def room(self, point: int) -> tuple[float, float]:
        """The range in which a point can move without touching its neighbors."""
        rank, at = self.ranks[self.rank[point]], self.index[point]
        left = self.x[rank[at - 1]] + self.apart(rank[at - 1], point) if at else -INFINITE
        right = self.x[rank[at + 1]] - self.apart(point, rank[at + 1]) if at + 1 < len(rank) else INFINITE
        return left, right

    def settle(self, rank: list[int], wishes: list[tuple[float, float]]) -> None:
        """Least squares under the order: pool neighbors that would overlap (isotonic regression)."""
        offsets = [0.0]
        for left, right in pairwise(rank):
            offsets.append(offsets[-1] + self.apart(left, right))
        pools: list[tuple[float, float, int]] = []  # sum of weighted wishes, weight, points
        for (wish, weight), offset in zip(wishes, offsets, strict=True):
            pool = (weight * (wish - offset), weight, 1)
            while pools and pools[-1][0] / pools[-1][1] > pool[0] / pool[1]:
                last = pools.pop()
                pool = (last[0] + pool[0], last[1] + pool[1], last[2] + pool[2])
            pools.append(pool)
        base = [total / weight for total, weight, points in pools for _ in range(points)]
        for point, start, offset in zip(rank, base, offsets, strict=True):
            self.x[point] = start + offset

    def apart(self, left: int, right: int) -> float:
        gap = BEND_GAP if left >= self.boxes or right >= self.boxes else self.beside
        return self.sizes[left].reach[1] + self.sizes[right].reach[0] + gap

    # -- the result -------------------------------------------------------------------------
    def layout(self) -> Layout:
        heights = [max((self.sizes[point].height for point in rank), default=0.0) for rank in self.ranks]
        tops = [0.0]
        for height in heights:
            tops.append(tops[-1] + height + self.gap)
        left = min(self.x[point] - self.sizes[point].reach[0] for point in range(len(self.x)))
        right = max(self.x[point] + self.sizes[point].reach[1] for point in range(len(self.x)))
        middle = [top + height / 2 for top, height in zip(tops, heights, strict=False)]
        centres = [(self.x[box] - left, middle[self.rank[box]]) for box in range(self.boxes)]
        paths = [self.path(route, centres, left, (tops, heights)) for route in self.routes]
        return Layout(centres, paths, Size(right - left, tops[-1] - self.gap))

    def path(
        self, route: list[int], centres: list[tuple[float, float]], left: float, bands: tuple[list[float], list[float]]
    ) -> list[tuple[float, float]]:
        """From the lower side of a box straight through the ranks between to the upper side of the other."""
        tops, heights = bands
        start, end = route[0], route[-1]
        points = [(centres[start][0], centres[start][1] + self.sizes[start].height / 2)]
        for dummy in route[1:-1]:
            rank, x = self.rank[dummy], self.x[dummy] - left
            points += [(x, tops[rank]), (x, tops[rank] + heights[rank])]
        return [*points, (centres[end][0], centres[end][1] - self.sizes[end].height / 2)]


def _crossings(ends: Sequence[int]) -> int:
    """Pairs of ends of which the later one is smaller, counted with a Fenwick tree over the ends so far."""
    total, counts = 0, [0] * (max(ends, default=0) + 2)
    for seen, end in enumerate(ends):
        total += seen
        at = end + 1
        while at:  # ends up to this one
            total -= counts[at]
            at -= at & -at
        at = end + 1
        while at < len(counts):
            counts[at] += 1
            at += at & -at
    return total


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
