"""A model as layers called on each other's outputs; the orders in which Keras lists them and in which they can run."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any

from densecli.errors import GraphError
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from densecli.errors import Place
    from densecli.layer import Layer
    from densecli.shape import Shape


class Ref(Record):
    """One tensor: which node made it, at which of its calls, and which of the outputs it is."""

    node: int
    call: int = 0
    tensor: int = 0


class Origin(Record):
    """Where in a Python source a model comes from: line, variable, function, and what shows it (summary, built, …)."""

    line: int
    variable: str | None
    function: str | None
    event: str
    options: tuple[str, ...] = ()  # of its `summary()`: expand_nested, show_trainable


_NONE: dict[str, Any] = {}  # never written to


class Call:
    """One use of a layer: `args` and `kwargs` as in Keras' call, with a Ref for every tensor.

    `extra` are arguments that don't affect shapes (mask, training); tensors in them are connections all the same, and
    so among the `refs`. A `plain` call, with one tensor, is the shortcut that makes large models fast.
    """

    __slots__ = ("args", "extra", "kwargs", "plain", "refs")

    def __init__(
        self, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None, extra: dict[str, Any] | None = None
    ) -> None:
        self.args, self.kwargs, self.extra = args, kwargs or _NONE, extra or _NONE
        self.plain = len(args) == 1 and type(args[0]) is Ref and not kwargs and not extra
        self.refs: tuple[Ref, ...] = args if self.plain else tuple(refs_in(self._arguments()))

    def mapped(self, function: Callable[[Ref], Ref]) -> Call:
        """The same call on other tensors."""
        return Call(*map_refs(self._arguments(), function))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Call) and self._arguments() == other._arguments()

    def _arguments(self) -> tuple[Any, ...]:
        return self.args, self.kwargs, self.extra

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Call{self._arguments()!r}"


class Node:
    """A layer in a graph: its name, the layer, every call of it, and where it was written."""

    __slots__ = ("calls", "layer", "name", "place")

    def __init__(self, name: str, layer: Layer, calls: list[Call], place: Place | None = None) -> None:
        self.name, self.layer, self.calls, self.place = name, layer, calls, place


Step = tuple[int, int]  # a node and one of its calls
# What a file says about the outputs of calls, by index and as the file has it: {shape, dtype}. Nothing else is known of
# custom layers.
Told = dict[Step, dict[int, Mapping[str, Any]]]


class Listed(Record):
    """A row of a model that a class defines: a layer that it holds.

    `shapes` are those that Keras prints: None for "?", an empty list for those of the first call. A layer that nothing called
    is `unbuilt`.
    """

    node: int
    name: str
    shapes: Sequence[Shape | None] | None
    unbuilt: bool = False


class Graph:
    """A whole model. `kind` is Keras' class (Sequential or Functional); nodes are in order of creation.

    A deferred graph has an input whose shape only its caller knows (a nested Sequential without an input shape).
    """

    __slots__ = (
        "beside", "code", "deferred", "examples", "expect", "held_as", "inputs", "kind", "listed", "name", "nodes", "order", "origin", "outputs", "place",
        "signatures", "steps", "told",
        "trainable",
        "warnings",
        "weights_only",
    )  # fmt: skip

    def __init__(self, name: str, kind: str, nodes: list[Node], inputs: list[Ref], outputs: list[Ref]) -> None:
        self.name, self.kind, self.nodes, self.inputs, self.outputs = name, kind, nodes, inputs, outputs
        self.trainable = True
        self.deferred = False
        self.beside: list[int] = []  # nodes that no output needs and Keras lists all the same
        self.warnings: list[str] = []
        self.weights_only = False  # whether it stands for a file that holds arrays and no layers
        self.place: Place | None = None
        self.order: tuple[list[Step], dict[int, int]] | None = None  # once computed; calls do not change afterward
        self.expect: dict[str, Any] = {}
        self.told: Told = {}
        self.code: Any = None  # what a file says about a class that builds all this, and whose code it lacks
        self.held_as: Mapping[str, str] | None = None  # of a class of a source: which attribute holds each layer
        self.listed: list[Listed] | None = None  # the rows, if Keras prints others than the layers that were called
        self.origin: Origin | None = None
        self.steps: list[Step] = []  # calls in the order in which a spec has them
        self.signatures: Sequence[Any] = ()  # of a SavedModel without layers: name, inputs and outputs of each
        self.examples: list[Any] = []  # numbers for the inputs that a source predicts on, in nested lists

    def with_layers(self, change: Callable[[Layer], Layer]) -> Graph:
        """The same graph with other layers at its nodes."""
        found = copy(self)
        found.nodes = [Node(node.name, change(node.layer), node.calls, node.place) for node in self.nodes]
        return found


def require_layers(graph: Graph, purpose: str) -> None:
    """Raise GraphError (E325) for a file that holds weights and no layers, of which there is nothing to `purpose`."""
    if graph.weights_only:
        message = f"{quote(graph.name)} holds weights and no layers: there is nothing to {purpose}"
        raise GraphError(
            message, code="E325", hint="give the model itself: a .keras or .h5 file, a SavedModel, a spec or Python"
        )


def refs_in(tree: Any) -> Iterator[Ref]:
    """Every tensor in the arguments of a call, in order."""
    if isinstance(tree, Ref):
        yield tree
    elif isinstance(tree, list | tuple):
        for item in tree:
            yield from refs_in(item)
    elif isinstance(tree, dict):
        for item in tree.values():
            yield from refs_in(item)
    elif isinstance(tree, slice):
        yield from refs_in((tree.start, tree.stop, tree.step))


def map_refs(tree: Any, function: Callable[[Ref], Any]) -> Any:
    """The same structure with `function(ref)` in the place of each Ref."""
    if isinstance(tree, Ref):
        return function(tree)
    if isinstance(tree, list):
        return [map_refs(item, function) for item in tree]
    if isinstance(tree, tuple):
        return tuple([map_refs(item, function) for item in tree])
    if isinstance(tree, dict):
        return {key: map_refs(item, function) for key, item in tree.items()}
    if isinstance(tree, slice):
        return slice(*(map_refs(item, function) for item in (tree.start, tree.stop, tree.step)))
    return tree


def call_order(graph: Graph) -> tuple[list[Step], dict[int, int]]:
    """The calls that the outputs need, each after those it depends on; and when each node was first seen on the way.

    Depth-first from the outputs with an explicit stack, so neither long chains nor diamond lattices hurt.
    """
    if graph.order is None:
        graph.order = _call_order(graph)
    return graph.order


def _call_order(graph: Graph) -> tuple[list[Step], dict[int, int]]:
    order: list[Step] = []
    seen: dict[int, int] = {}
    done: dict[Step, bool] = {}  # False on the way there
    inputs = {ref[:2] for ref in graph.inputs}
    for output in graph.outputs:
        if output[:2] not in done:
            _visit(graph, output[:2], inputs, (done, order, seen))
    return order, seen


def first_calls_first(graph: Graph) -> list[Step]:
    """The same calls, the first call of a layer before its others wherever it can be: it makes the weights."""
    order = call_order(graph)[0]
    if not any(call for _, call in order):
        return order
    needed = set(order)
    return in_order(graph, (each for step in order for each in ((step[0], 0), step) if each in needed))


def in_order(graph: Graph, steps: Iterable[Step]) -> list[Step]:
    """Calls in a given order, each after those it depends on."""
    inputs, done, found = {ref[:2] for ref in graph.inputs}, dict[Step, bool](), list[Step]()
    for step in steps:
        if step not in done:
            _visit(graph, step, inputs, (done, found, {}))
    return found


def beside_order(graph: Graph) -> list[Step]:
    """The calls of `graph.beside` and those that only they need, each after those it depends on."""
    order, seen = call_order(graph)
    inputs = {ref[:2] for ref in graph.inputs}
    done, found = dict.fromkeys((*inputs, *order), True), list[Step]()
    for index in graph.beside:
        for call in range(len(graph.nodes[index].calls)):
            if (index, call) not in done:
                _visit(graph, (index, call), inputs, (done, found, dict(seen)))
    return found


def _visit(
    graph: Graph, step: Step, inputs: set[Step], state: tuple[dict[Step, bool], list[Step], dict[int, int]]
) -> None:
    done, order, seen = state
    nodes = graph.nodes
    path: list[tuple[Step, Iterator[Ref]]] = []
    while True:
        done[step] = False
        seen.setdefault(step[0], len(seen))
        path.append((step, iter(() if step in inputs else nodes[step[0]].calls[step[1]].refs)))
        while path:
            for node, call, _ in path[-1][1]:
                if not done.get((node, call)):
                    break
            else:
                finished = path.pop()[0]
                done[finished] = True
                order.append(finished)
                continue
            break
        else:
            return
        step = (node, call)
        if step in done:
            raise _cycle(graph, [each for each, _ in path], step)


def _cycle(graph: Graph, path: list[Step], step: Step) -> GraphError:
    loop = [graph.nodes[node].name for node, _ in [*path[path.index(step) :], step]]
    loop = loop[::-1] if len(loop) < 12 else [*loop[:-6:-1], "…", loop[0]]
    return GraphError(f"the layers form a cycle: {' -> '.join(loop)}", code="E401").at(graph.nodes[step[0]].place)  # type: ignore[return-value]


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
        depth = nodes[step[0]] = max(steps.get(step, 0), nodes.get(step[0], 0))
        if step not in inputs:
            for node, call, _ in graph.nodes[step[0]].calls[step[1]].refs:
                if steps.get((node, call), 0) <= depth:
                    steps[node, call] = depth + 1
    return nodes
