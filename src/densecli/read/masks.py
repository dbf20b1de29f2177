"""The rows that masks add to the Functional models of a spec, with the names that Keras gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.automatic_names import snake_case
from densecli.errors import SpecErrors
from densecli.graph.graph import Call, Node, Ref, call_order, in_order, map_refs
from densecli.graph.masks import given, made_by, taken
from densecli.graph.model import models_in
from densecli.graph.trace import trace
from densecli.layers.operations.functions import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from densecli.graph.graph import Graph, Step
    from densecli.graph.trace import Result
    from densecli.layer import Layer


def show_masks(graph: Graph, automatic: Collection[str] = ()) -> None:
    """Add the operations that make the masks which the layers of a model take, those of models inside it included.

    `automatic` are the names that the spec left to Keras. A model with a mistake stays as it is.
    """
    if not any(map(made_by, _layers(graph))):
        return
    run = _Run()
    try:
        run.model(graph)
    except SpecErrors:  # whoever asks for the shapes will tell
        return
    run.name(automatic)


def _layers(graph: Graph) -> Iterator[Layer]:
    for node in graph.nodes:
        yield node.layer
        for model in models_in(node.layer):
            yield from _layers(model.graph)


class _Tensor:
    """What a call gives, with the mask that it carries."""

    __slots__ = ("dtype", "mask", "ref", "shape")

    def __init__(self, shape: Any, dtype: str, ref: Ref | None = None) -> None:
        self.shape, self.dtype, self.ref = shape, dtype, ref
        self.mask: _Tensor | None = None


class _Made(_Tensor):
    """What an operation gives. It becomes a node when a layer takes its mask."""

    __slots__ = ("args", "node")

    def __init__(self, node: Node, args: list[Any]) -> None:
        shapes = _mapped(args, lambda tensor: tensor.shape)
        known = not any(each.shape is None for each in _tensors(args))
        super().__init__(node.layer.output(*shapes) if known else None, "bool")
        self.node, self.args = node, args


class _Run:
    """One run of Keras: the order in which it makes layers and operations decides about their names."""

    def __init__(self) -> None:
        self.made: list[Node] = []
        self.models: set[int] = set()

    def model(self, graph: Graph) -> None:
        """Call the layers of a model. Raises SpecErrors for a model with a mistake."""
        calls = _Calls(graph, self.operation)
        if graph.kind == "Sequential":  # it calls its layers when it has all of them
            for node in graph.nodes:
                self.layer(node)
            calls.follow(lambda _: None)
        else:
            calls.follow(self.layer)
            calls.show()

    def layer(self, node: Node) -> None:
        self.made.append(node)
        for model in models_in(node.layer):
            if id(model) not in self.models:
                self.models.add(id(model))
                self.model(model.graph)
                model.forget()

    def operation(self, rule: str, config: dict[str, Any]) -> Node:
        self.made.append(Node("", Operation(rule, config), []))
        return self.made[-1]

    def name(self, automatic: Collection[str]) -> None:
        """Number the operations, and with them the layers of the same type whose names are Keras' to give."""
        stems = {_stem(node) for node in self.made if not node.name}
        numbered = [not node.name or (node.name in automatic and _stem(node) in stems) for node in self.made]
        given = {node.name for node, open_ in zip(self.made, numbered, strict=True) if not open_}
        counts = dict.fromkeys(stems, 0)
        for node in (node for node, open_ in zip(self.made, numbered, strict=True) if open_):
            stem, node.name = _stem(node), ""
            while not node.name or node.name in given:
                node.name = f"{stem}_{counts[stem]}" if counts[stem] else stem
                counts[stem] += 1


def _stem(node: Node) -> str:
    return snake_case(node.layer.type_name if isinstance(node.layer, Operation) else type(node.layer).__name__)


class _Calls:
    """The calls of one model, their tensors with the masks that they carry."""

    def __init__(self, graph: Graph, operation: Callable[[str, dict[str, Any]], Node]) -> None:
        self.graph, self.operation = graph, operation
        self.masked = any(made_by(node.layer) for node in graph.nodes)
        self.tensors: dict[Ref, _Tensor] = {}
        self.operations: list[_Made] = []
        self.taken: dict[Step, Any] = {}

    def follow(self, meet: Callable[[Node], None]) -> None:
        """Follow the calls in the order of the spec; `meet` is told of each layer before it is called first."""
        graph, met = self.graph, set[int]()
        results = trace(graph).results if self.masked and graph.kind != "Sequential" else {}
        whole = ((index, call) for index, node in enumerate(graph.nodes) for call in range(len(node.calls)))
        for step in in_order(graph, [*graph.steps, *whole]):
            if step[0] not in met:
                met.add(step[0])
                meet(graph.nodes[step[0]])
            if self.masked:
                self.call(step, self.outputs(step, results.get(step)))

    def outputs(self, step: Step, result: Result | None) -> list[_Tensor]:
        known = [(None, "float32")] if result is None else result.tensors
        outputs = [_Tensor(*each, Ref(*step, index)) for index, each in enumerate(known)]
        self.tensors.update((tensor.ref, tensor) for tensor in outputs)  # type: ignore[misc]
        return outputs

    def call(self, step: Step, outputs: list[_Tensor]) -> None:
        call, layer = self.graph.nodes[step[0]].calls[step[1]], self.graph.nodes[step[0]].layer
        args, kwargs = map_refs((call.args, call.kwargs), self.tensor)
        if args or kwargs:
            self.taken[step] = taken(layer, args, kwargs)
            given(layer, args, kwargs, outputs, self.make)

    def tensor(self, ref: Ref) -> _Tensor:
        return self.tensors.get(ref) or _Tensor(None, "float32", ref)

    def make(self, rule: str, args: list[Any], kwargs: dict[str, Any]) -> _Made:
        self.operations.append(_Made(self.operation(rule, kwargs), args))
        return self.operations[-1]

    # -- what is seen of it -----------------------------------------------------------
    def show(self) -> None:
        """Make nodes of the operations that outputs depend on, and hand their masks to the calls that take them."""
        reached = set(call_order(self.graph)[0])
        takers = {step: mask for step, mask in self.taken.items() if mask is not None and step in reached}
        needed = self.needed(list(takers.values()))
        for made in self.operations:
            if id(made) in needed:
                args = tuple(_mapped(made.args, _ref))
                made.node.calls.append(Call(args))
                made.ref = Ref(len(self.graph.nodes))
                self.graph.nodes.append(made.node)
        for (index, number), mask in takers.items():
            call = self.graph.nodes[index].calls[number]
            self.graph.nodes[index].calls[number] = Call(call.args, call.kwargs, {"mask": _mapped(mask, _ref)})
        self.graph.order = None

    def needed(self, waiting: list[Any]) -> set[int]:
        """The operations that masks are made of."""
        found: set[int] = set()
        while waiting:
            for each in _tensors(waiting.pop()):
                if isinstance(each, _Made) and id(each) not in found:
                    found.add(id(each))
                    waiting.append(each.args)
        return found


def _ref(tensor: _Tensor) -> Ref | None:
    return tensor.ref


def _tensors(tree: Any) -> Iterator[_Tensor]:
    """Every tensor in the arguments of a call."""
    if isinstance(tree, _Tensor):
        yield tree
    elif isinstance(tree, list | dict):
        for each in tree.values() if isinstance(tree, dict) else tree:
            yield from _tensors(each)


def _mapped(tree: Any, function: Callable[[_Tensor], Any]) -> Any:
    """The same structure with `function(tensor)` in the place of each tensor."""
    if isinstance(tree, list):
        return [_mapped(each, function) for each in tree]
    if isinstance(tree, dict):
        return {key: _mapped(each, function) for key, each in tree.items()}
    return function(tree) if isinstance(tree, _Tensor) else tree
