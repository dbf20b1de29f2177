"""The order of statements for which Keras generates the names in the graph."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from densecli.automatic_names import snake_case
from densecli.render.convert.python_operations import is_function

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.graph.graph import Graph, Step
    from densecli.render.convert.given import Names


def in_turn(graph: Graph, steps: Sequence[Step], names: Names) -> Iterator[Step]:
    """The steps in an order that runs. Functions, which cannot be named, come in the order of their numbers: add_1 follows add.

    `names` must know a step's name before the next step is requested.
    """
    if not any(map(is_function, graph.nodes)):
        yield from steps
        return
    queue = _Queue(graph, steps)
    for _ in steps:
        step = queue.next(names)
        yield step
        queue.done(step, names)


class _Queue:
    """Steps whose input tensors all exist, by position in `steps`; those that are too early wait for their number."""

    def __init__(self, graph: Graph, steps: Sequence[Step]) -> None:
        self.graph, self.steps = graph, steps
        self.users: dict[Step, list[int]] = {step: [] for step in steps}
        self.missing = [self.enter(place, step) for place, step in enumerate(steps)]
        self.ready = [place for place, missing in enumerate(self.missing) if not missing]
        self.early: list[int] = []
        self.waiting: dict[tuple[str, int], list[int]] = {}
        self.taken: set[int] = set()
        heapify(self.ready)

    def enter(self, place: int, step: Step) -> int:
        """How many steps this one needs."""
        sources = {ref[:2] for ref in self.graph.nodes[step[0]].calls[step[1]].refs} & self.users.keys()
        for source in sources:
            self.users[source].append(place)
        return len(sources)

    def next(self, names: Names) -> Step:
        """The first step in turn, or else the first that is too early."""
        while self.ready:
            place = heappop(self.ready)
            turn = self.turn(place, names)
            if turn is None and place not in self.taken:
                return self.take(place)
            if turn is not None:
                self.waiting.setdefault(turn, []).append(place)
                heappush(self.early, place)
        while (place := heappop(self.early)) in self.taken:
            pass
        return self.take(place)

    def take(self, place: int) -> Step:
        self.taken.add(place)
        return self.steps[place]

    def turn(self, place: int, names: Names) -> tuple[str, int] | None:
        """The stem and number of a name that is still to come."""
        node = self.graph.nodes[self.steps[place][0]]
        stem = snake_case(node.layer.type_name)
        number = node.name.removeprefix(f"{stem}_")
        if not number.isdecimal() or len(number) > 9 or int(number) <= names.counts.get(stem, 0):
            return None
        return stem, int(number)

    def done(self, step: Step, names: Names) -> None:
        """Release the steps that waited for this one's tensors or for its number to be used."""
        for place in self.users[step]:
            self.missing[place] -= 1
            if not self.missing[place]:
                heappush(self.ready, place)
        stem = snake_case(self.graph.nodes[step[0]].layer.type_name)
        for place in self.waiting.pop((stem, names.counts.get(stem, 0)), ()):
            heappush(self.ready, place)
