"""A graph as a stack with branches: paths that split and rejoin become brackets, everything else a name.

A step is the number of a node, or Branches; a branch is None (`_`, pass the input through), a Name, or a list of steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.graph.graph import call_order
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.graph.graph import Graph

MAX_NESTING = 20  # depth of nested brackets; beyond that names read better


class Name(Record):
    """The output of a layer that was written earlier."""

    node: int


class Branches(Record):
    """[a | b]: each branch starts from the same input."""

    branches: tuple[list[Step] | Name | None, ...]


Step = int | Branches


class _NotNestedError(Exception):
    """The graph cannot be written with brackets."""


def as_steps(graph: Graph) -> list[Step]:
    """The whole model, each layer once, its inputs in their order."""
    order = [node for node, _ in call_order(graph)[0]]
    inputs = [ref.node for ref in graph.inputs]
    try:
        steps = _Nesting(graph, order).whole()
    except _NotNestedError:
        return _flat(graph, order)
    in_order = [step for step in _walk(steps) if step in inputs] == inputs
    return steps if in_order else _flat(graph, order)


def _walk(steps: list[Step]) -> Iterator[int | Name]:
    for step in steps:
        if isinstance(step, int):
            yield step
            continue
        for branch in step.branches:
            if isinstance(branch, Name):
                yield branch
            elif branch is not None:
                yield from _walk(branch)


def _sources(graph: Graph, node: int) -> list[int]:
    return [ref.node for ref in graph.nodes[node].calls[0].refs]


def _flat(graph: Graph, order: list[int]) -> list[Step]:
    """Inputs first, then one layer after the other, with its inputs named unless it takes the previous output."""
    inputs = [ref.node for ref in graph.inputs]
    steps: list[Step] = [inputs[0]] if len(inputs) == 1 else [Branches(tuple([node] for node in inputs))]
    last = inputs
    for node in (node for node in order if node not in set(inputs)):
        sources = _sources(graph, node)
        if sources != last:
            steps.append(Branches(tuple(map(Name, sources))))
        steps.append(node)
        last = [node]
    outputs = [ref.node for ref in graph.outputs]
    return steps if outputs == last else [*steps, Branches(tuple(map(Name, outputs)))]


class _Nesting:
    """Builds the steps from the outputs upwards; the immediate dominator of a join is where its bracket opens.

    Every node between a dominator and its join is dominated too, so a bracket never reaches before the one around it,
    and a name always comes after its layer.
    """

    def __init__(self, graph: Graph, order: list[int]) -> None:
        self.graph = graph
        self.done: set[int] = set()
        self.above: dict[int, int | None] = {}
        self.depth: dict[int | None, int] = {None: 0}
        for node in order:
            self.above[node] = self.common(_sources(graph, node))
            self.depth[node] = self.depth[self.above[node]] + 1

    def common(self, nodes: list[int]) -> int | None:
        """The last layer on every path to the nodes."""
        if not nodes:
            return None
        met: int | None = nodes[0]
        for other in nodes[1:]:
            node: int | None = other
            while node != met:
                if self.depth[node] >= self.depth[met] and node is not None:
                    node = self.above[node]
                elif met is not None:
                    met = self.above[met]
        return met

    def whole(self) -> list[Step]:
        ends = [ref.node for ref in self.graph.outputs]
        if len(ends) == 1:
            return self.chain(ends[0], None, 0)
        met = self.common(ends)
        branches = self.branches(ends, met, 1)
        return [branches] if met is None else [*self.chain(met, None, 0), branches]

    def chain(self, end: int, start: int | None, nesting: int) -> list[Step]:
        """The steps after `start` (None: from the inputs) that end with the node `end`."""
        if nesting > MAX_NESTING:
            raise _NotNestedError
        steps: list[Step] = []
        node: int | None = end
        while node is not None and node != start:
            if node in self.done:
                steps.append(Branches((Name(node),)))
                break
            self.done.add(node)
            steps.append(node)
            sources = _sources(self.graph, node)
            if len(sources) > 1:
                met = self.above[node]
                steps.append(self.branches(sources, met, nesting + 1))
                node = met
            else:
                node = sources[0] if sources else None
        return steps[::-1]

    def branches(self, ends: list[int], met: int | None, nesting: int) -> Branches:
        return Branches(tuple(None if end == met else self.branch(end, met, nesting) for end in ends))

    def branch(self, end: int, met: int | None, nesting: int) -> list[Step] | Name:
        return Name(end) if end in self.done else self.chain(end, met, nesting)
