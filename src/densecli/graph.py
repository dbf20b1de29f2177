"""A model as layers that call each other's tensors; the orders in which Keras lists them and in which they can run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from densecli.errors import GraphError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from densecli.errors import Place
    from densecli.layer import Layer
    from densecli.shape import Shape


class Ref(NamedTuple):
    """One tensor: which node made it, at which of its calls, and which of the outputs it is."""

    node: int
    call: int = 0
    tensor: int = 0


class Call(NamedTuple):
    """One use of a layer: `args` and `kwargs` as in Keras' call, with a Ref wherever a tensor stands.

    `extra` are arguments without a bearing on shapes (mask, training); tensors in them are connections nevertheless.
    `stated` are the (shape, dtype) of the outputs that a file tells, by output index: all that is known of custom layers.
    """

    args: tuple[Any, ...]
    kwargs: dict[str, Any] = {}  # noqa: RUF012  # never written to
    extra: dict[str, Any] = {}  # noqa: RUF012
    stated: dict[int, tuple[Shape, str]] | None = None

    @property
    def plain(self) -> bool:
        """Whether this is the usual call, with one tensor: the shortcut that makes large models fast."""
        return len(self.args) == 1 and type(self.args[0]) is Ref and not self.kwargs and not self.extra

    def refs(self) -> list[Ref]:
        args = self.args
        if len(args) == 1 and type(args[0]) is Ref and not self.kwargs and not self.extra:  # `plain`, without the call
            return [args[0]]
        found: list[Ref] = []
        map_refs((self.args, self.kwargs, self.extra), found.append)
        return found


class Node:
    """A layer in a graph: its name, the layer, every call of it, and where it was written."""

    __slots__ = ("calls", "layer", "name", "place")

    def __init__(self, name: str, layer: Layer, calls: list[Call], place: Place | None = None) -> None:
        self.name, self.layer, self.calls, self.place = name, layer, calls, place


class Graph:
    """A whole model. `kind` is Keras' class (Sequential or Functional); nodes stand in the order they were made.

    A deferred graph has an input whose shape only its caller knows (a nested Sequential that nobody gave one).
    """

    __slots__ = (
        "beside", "deferred", "expect", "inputs", "kind", "name", "nodes", "order", "outputs", "place", "trainable", "warnings",
    )  # fmt: skip

    def __init__(self, name: str, kind: str, nodes: list[Node], inputs: list[Ref], outputs: list[Ref]) -> None:
        self.name, self.kind, self.nodes, self.inputs, self.outputs = name, kind, nodes, inputs, outputs
        self.trainable = True
        self.deferred = False
        self.beside: list[int] = []  # nodes that no output needs and Keras lists all the same
        self.warnings: list[str] = []
        self.place: Place | None = None
        self.order: tuple[list[Step], dict[int, int]] | None = None  # once somebody asked; calls then stay as they are
        self.expect: dict[str, Any] = {}


def map_refs(tree: Any, function: Callable[[Ref], Any]) -> Any:
    """The same structure with `function(ref)` in the place of each Ref."""
    if isinstance(tree, Ref):
        return function(tree)
    if isinstance(tree, list):
        return [map_refs(item, function) for item in tree]
    if isinstance(tree, tuple):
        return tuple(map_refs(item, function) for item in tree)
    if isinstance(tree, dict):
        return {key: map_refs(item, function) for key, item in tree.items()}
    if isinstance(tree, slice):
        return slice(*(map_refs(item, function) for item in (tree.start, tree.stop, tree.step)))
    return tree


Step = tuple[int, int]  # a node and one of its calls


def call_order(graph: Graph) -> tuple[list[Step], dict[int, int]]:
    """The calls that the outputs need, each after those it depends on; and when each node was first seen on the way.

    Depth-first from the outputs with a stack of its own, so neither long chains nor diamond lattices hurt.
    """
    if graph.order is None:
        graph.order = _call_order(graph)
    return graph.order


def _call_order(graph: Graph) -> tuple[list[Step], dict[int, int]]:
    done: set[Step] = set()
    order: list[Step] = []
    seen: dict[int, int] = {}
    inputs = {ref[:2] for ref in graph.inputs}
    for output in graph.outputs:
        _visit(graph, output[:2], inputs, (done, order, seen))
    return order, seen


def beside_order(graph: Graph) -> list[Step]:
    """The calls of `graph.beside` and those that only they need, each after those it depends on."""
    order, seen = call_order(graph)
    inputs = {ref[:2] for ref in graph.inputs}
    done, found = inputs | set(order), list[Step]()
    for index in graph.beside:
        for call in range(len(graph.nodes[index].calls)):
            _visit(graph, (index, call), inputs, (done, found, dict(seen)))
    return found


def _visit(graph: Graph, start: Step, inputs: set[Step], state: tuple[set[Step], list[Step], dict[int, int]]) -> None:
    done, order, seen = state
    path: dict[Step, Iterator[Ref]] = {}
    pending = [] if start in done else [start]
    while pending:
        step = pending[-1]
        if step not in path:
            seen.setdefault(step[0], len(seen))
            path[step] = iter(() if step in inputs else graph.nodes[step[0]].calls[step[1]].refs())
        for node, call, _ in path[step]:
            if (node, call) not in done:
                break
        else:
            del path[pending.pop()]
            done.add(step)
            order.append(step)
            continue
        if (node, call) in path:
            raise _cycle(graph, list(path), (node, call))
        pending.append((node, call))


def _cycle(graph: Graph, path: list[Step], step: Step) -> GraphError:
    loop = [graph.nodes[node].name for node, _ in [*path[path.index(step) :], step]]
    loop = loop[::-1] if len(loop) < 12 else [*loop[:-6:-1], "…", loop[0]]
    return GraphError(f"the layers form a loop: {' -> '.join(loop)}", code="E401").at(graph.nodes[step[0]].place)  # type: ignore[return-value]


def row_order(graph: Graph) -> list[int]:
    """The nodes as Keras lists them: by distance from the outputs, farthest first, then as first met from the outputs."""
    if graph.kind == "Sequential":
        return [index for index, node in enumerate(graph.nodes) if not _is_input(graph, index) and node.calls]
    order, seen = call_order(graph)
    depths = _depths(graph, order)
    depths.update((ref.node, 0) for ref in graph.inputs if ref.node not in depths)
    return [*sorted(depths, key=lambda node: (-depths[node], seen.get(node, -1))), *graph.beside]


def _is_input(graph: Graph, index: int) -> bool:
    return any(ref.node == index for ref in graph.inputs)


def _depths(graph: Graph, order: list[Step]) -> dict[int, int]:
    """Per node the longest way to an output; all calls of a node count as deep as its deepest so far (as Keras does)."""
    steps: dict[Step, int] = {}
    nodes: dict[int, int] = {}
    inputs = {ref[:2] for ref in graph.inputs}
    for step in reversed(order):
        depth = steps[step] = nodes[step[0]] = max(steps.get(step, 0), nodes.get(step[0], 0))
        if step in inputs:
            continue
        for ref in graph.nodes[step[0]].calls[step[1]].refs():
            steps[ref[:2]] = max(steps.get(ref[:2], 0), depth + 1)
    return nodes
