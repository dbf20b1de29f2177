"""What a whole model keeps between its forward and its backward pass: each tensor once, views as the memory they show."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from densecli.graph.graph import Ref, call_order
from densecli.graph.model import Model
from densecli.graph.trace import Result, Tensor, apply, flat_inputs
from densecli.memory.saved import NOTHING, RULES, Saved, Use, is_view, saved
from densecli.names import is_float
from densecli.records import Record
from densecli.summary.parameters import layer_weights
from densecli.summary.rows import tensor_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.graph.graph import Graph
    from densecli.graph.trace import Trace
    from densecli.layer import Layer


class LayerMemory(Record):
    """One layer: bytes of its outputs in a forward pass, and of what is kept for the backward pass.

    `kept_bytes` are its outputs, if they are needed again, and what only the layer sees; `copy_bytes` are the part
    of them that is a copy in another layout or dtype. A layer in a nested model is named by its path.
    """

    name: str
    type: str
    output_bytes: int
    kept_bytes: int
    copy_bytes: int


class Backward(Record):
    """Every layer; the bytes of all outputs except views; those of them that are not needed again; layers of unknown size."""

    layers: tuple[LayerMemory, ...]
    outputs: int
    loose: int
    unknown: tuple[str, ...]


class Held(Record):
    """A tensor: the row and memory that it belongs to, its size, and whether a gradient passes through it."""

    row: int
    memory: int
    tensor: Tensor
    bytes: int
    flows: bool


class Keeper:
    """Walks a graph, and the models in it, in the order of the calls."""

    def __init__(self) -> None:
        self.names: dict[tuple[str, ...], str] = {}  # path -> type, one row each
        self.rows_by_path: dict[tuple[str, ...], int] = {}
        self.made = 0  # bytes of all outputs
        self.numbers = count()  # of memories
        self.outputs: list[int] = []
        self.own: list[Saved] = []
        self.kept: dict[int, Held] = {}
        self.unknown: dict[str, None] = {}
        self.rules: dict[Any, tuple[Result, Saved, bool]] = {}

    def rows(self) -> Iterator[LayerMemory]:
        """Every layer that has an output of its own, in the order of the calls."""
        shared = [0] * len(self.names)
        for held in self.kept.values():
            shared[held.row] += held.bytes
        for (path, kind), output, own, tensors in zip(self.names.items(), self.outputs, self.own, shared, strict=True):
            yield LayerMemory("/".join(path), kind, output, tensors + own.own + own.copies, own.copies)

    def model(self, graph: Graph, found: Trace) -> None:
        """A whole model. Its inputs and outputs are kept as well, because the caller and the loss hold them."""
        nodes = [(graph.nodes[ref.node], found.results[ref[:2]]) for ref in graph.inputs]
        entering = [self.fresh((node.name,), node.layer, result, flows=False)[0] for node, result in nodes]
        for held in [*entering, *self.graph(graph, found, entering, ())]:
            self.keep(held)

    def graph(self, graph: Graph, found: Trace, entering: Sequence[Held], path: tuple[str, ...]) -> list[Held]:
        """The outputs of a graph; `entering` are its inputs."""
        tensors: dict[Ref, Held] = dict(zip(graph.inputs, entering, strict=True))
        for step in call_order(graph)[0]:
            if Ref(*step) in tensors or step not in found.results:
                continue
            node = graph.nodes[step[0]]
            inputs = [tensors[ref] for ref in node.calls[step[1]].refs if ref in tensors]
            made = self.call((*path, node.name), node.layer, found.results[step], inputs)
            tensors.update({Ref(*step, index): held for index, held in enumerate(made)})
        return [tensors[ref] for ref in graph.outputs if ref in tensors]

    def call(self, path: tuple[str, ...], layer: Layer, result: Result, inputs: Sequence[Held]) -> list[Held]:
        """The outputs of a layer; records what it keeps."""
        if isinstance(layer, Model) and result.output is not None:
            way = layer.way(*result.args, **result.kwargs)
            inner = way.called(*result.args, **result.kwargs)
            if inner is not None and len(inputs) == len(way.graph.inputs):
                return self.graph(way.graph, inner, inputs, path)
        flows = any(held.flows for held in inputs)
        rule, trains = self.rule(layer, result, flows)
        made = self.fresh(path, layer, result, flows=flows or trains)
        row = self.rows_by_path[path]
        if is_view(layer) and inputs and made:
            self.made -= made[0].bytes
            made = [made[0]._replace(row=inputs[0].row, memory=inputs[0].memory, bytes=inputs[0].bytes)]
        self.stay(layer, row, rule, (inputs, made))
        return made

    def fresh(self, path: tuple[str, ...], layer: Layer, result: Result, *, flows: bool) -> list[Held]:
        """The outputs of a call, and a row for the layer at its first call."""
        sizes = [tensor_bytes(tensor) for tensor in result.tensors]
        if None in sizes or layer.opaque:
            self.unknown["/".join(path)] = None
        if path not in self.rows_by_path:
            self.rows_by_path[path] = len(self.names)
            self.names[path] = layer.type_name
            self.outputs.append(0)
            self.own.append(NOTHING)
        row = self.rows_by_path[path]
        self.outputs[row] += sum(size or 0 for size in sizes)
        self.made += sum(size or 0 for size in sizes)
        return [
            Held(row, next(self.numbers), tensor, size or 0, flows and is_float(tensor.dtype))
            for tensor, size in zip(result.tensors, sizes, strict=True)
        ]

    def stay(self, layer: Layer, row: int, rule: Saved, tensors: tuple[Sequence[Held], Sequence[Held]]) -> None:
        """Record what a call keeps; an input of another dtype stays as the copy that the layer computes with."""
        inputs, outputs = tensors
        copies = rule.copies
        for position in dict.fromkeys(rule.inputs):
            held = inputs[position] if position < len(inputs) else None
            if held is None:
                continue
            if is_float(held.tensor.dtype) and held.tensor.dtype != layer.compute_dtype:
                copies += tensor_bytes(held.tensor._replace(dtype=layer.compute_dtype)) or 0
            else:
                self.keep(held)
        if rule.output and outputs:
            self.keep(outputs[0])
        before = self.own[row]
        self.own[row] = Saved(own=before.own + rule.own, copies=before.copies + copies)

    def keep(self, held: Held) -> None:
        self.kept[held.memory] = held

    def rule(self, layer: Layer, result: Result, flows: bool) -> tuple[Saved, bool]:
        """What a call keeps, and whether the layer has something to train; equal calls are asked once."""
        key = (id(layer), id(result), flows)
        if key not in self.rules:
            trains = any(owned.trains for owned in layer_weights(layer, result))
            self.rules[key] = (result, kept_by(layer, result, flows, trains), trains)
        return self.rules[key][1:]


def kept_by(layer: Layer, result: Result, flows: bool, trains: bool) -> Saved:
    """The layer's own rule, or those of the layers inside it."""
    if layer.opaque or result.output is None or not (flows or trains):
        return NOTHING
    children = list(layer.children(*result.args, **result.kwargs)) if type(layer).__name__ not in RULES else []
    if not children:
        return saved(Use(layer, result.inputs, result.tensors, flows, trains))
    times = repeats(layer, result)
    total = NOTHING
    for child in children:
        total = total.plus(_child(layer, child, flows, times))
    return total


def _child(layer: Layer, child: Any, flows: bool, times: int) -> Saved:
    """A layer inside: its inputs are the outer one's, its output is the outer one's in the making."""
    inputs = tuple(Tensor(shape, layer.compute_dtype) for shape in flat_inputs(child.inputs))
    result = apply(child.layer, child.inputs, child.kwargs, inputs)
    trains = any(owned.trains for owned in layer_weights(child.layer, result))
    kept = kept_by(child.layer, result, flows, trains)
    output = sum(tensor_bytes(tensor) or 0 for tensor in result.tensors[:1]) if kept.output else 0
    return Saved((0,) if kept.inputs else (), own=times * (kept.own + output), copies=times * kept.copies)


def repeats(layer: Layer, result: Result) -> int:
    """How often the layers inside are called: at each step of a sequence, or once."""
    if layer.family in ("wrappers", "recurrent") and type(layer).__name__ in ("TimeDistributed", "RNN"):
        shape = result.inputs[0].shape
        return (shape[1] or 1) if shape is not None and len(shape) > 1 else 1
    return 1


def layer_memory(graph: Graph, found: Trace) -> Backward:
    """What every layer of a model keeps."""
    keeper = Keeper()
    keeper.model(graph, found)
    kept = sum(held.bytes for held in keeper.kept.values())
    return Backward(tuple(keeper.rows()), keeper.made, keeper.made - kept, tuple(keeper.unknown))
