"""How much memory a forward pass needs: the tensors that are still in use, each buffer once, however many views it has."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from densecli.graph.forward import uses
from densecli.graph.graph import Ref, call_order
from densecli.graph.model import Model
from densecli.names import DTYPE_BYTES
from densecli.records import Record
from densecli.shape import size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.graph.graph import Graph, Step
    from densecli.graph.trace import Result, Tensor, Trace
    from densecli.layer import Layer

# Layers whose output axes may be in another order than the computed one, so that a reshape copies them.
TRANSPOSED = (
    "attention",
    "audio",
    "einsum",
    "image",
    "multi_head_attention",
    "operations",
    "pipeline",
    "recurrent",
    "conv_lstm",
    "wrappers",
)


class Memory:
    """The memory of one array; its identity distinguishes it from others of the same size."""

    __slots__ = ("bytes",)

    def __init__(self, count: int) -> None:
        self.bytes = count


class Seen(Record):
    """A tensor as a view of some memory, and whether its elements are contiguous."""

    memory: Memory
    in_order: bool = True


class Peak(Record):
    """The peak of a forward pass: how many bytes, at which call, which tensors are alive; and the total ever allocated."""

    bytes: int
    step: Step | None
    alive: dict[Ref, int]
    made: int


class Pass:
    """A walk through the calls of a graph that knows at each of them what is alive."""

    def __init__(self, graph: Graph, found: Trace, entering: Sequence[Seen]) -> None:
        self.graph, self.found = graph, found
        self.alive: dict[Ref, Seen] = dict(zip(graph.inputs, entering, strict=True))
        self.holders: Counter[Memory] = Counter()
        self.height = 0
        for seen in entering:
            self.hold(seen.memory)
        self.made = self.height

    def hold(self, memory: Memory) -> None:
        self.height += 0 if self.holders[memory] else memory.bytes
        self.holders[memory] += 1

    def release(self, memory: Memory) -> None:
        self.holders[memory] -= 1
        self.height -= 0 if self.holders[memory] else memory.bytes

    def moments(self) -> Iterator[tuple[Step | None, int]]:
        """Before the first call and at every call: the call, and the bytes alive while it runs."""
        order = call_order(self.graph)[0]
        left = uses(self.graph, order)
        yield None, self.height
        for step in order:
            if Ref(*step) in self.graph.inputs or step not in self.found.results:
                continue
            refs = self.graph.nodes[step[0]].calls[step[1]].refs
            inside = self.call(step, [self.alive[ref] for ref in refs if ref in self.alive])
            yield step, max(self.height, inside)
            for ref in refs:
                left[ref] -= 1
                if not left[ref] and ref in self.alive:
                    self.release(self.alive.pop(ref).memory)

    def call(self, step: Step, inputs: Sequence[Seen]) -> int:
        """Record the outputs of a call; returns the bytes alive inside it at its peak."""
        layer, result = self.graph.nodes[step[0]].layer, self.found.results[step]
        inside, outputs = self.nested(layer, result, inputs) or (self.height, outputs_of(layer, result, inputs))
        for index, seen in enumerate(outputs):
            if not self.holders[seen.memory]:
                self.made += seen.memory.bytes
            self.hold(seen.memory)
            self.alive[Ref(*step, index)] = seen
        return inside

    def nested(self, layer: Layer, result: Result, inputs: Sequence[Seen]) -> tuple[int, list[Seen]] | None:
        """The peak inside a model, and its outputs; the caller keeps its inputs until it returns."""
        if not isinstance(layer, Model) or result.output is None or len(inputs) != len(layer.graph.inputs):
            return None
        way = layer.way(*result.args, **result.kwargs)
        found = way.called(*result.args, **result.kwargs)
        if found is None:
            return None
        inner = Pass(way.graph, found, inputs)
        for seen in inputs:
            inner.hold(seen.memory)
        entered = inner.height
        height = max(height for _, height in inner.moments())
        outputs = [inner.alive[ref] for ref in way.graph.outputs if ref in inner.alive]
        if len(outputs) != len(result.tensors):
            return None
        fresh = {seen.memory for seen in outputs if not self.holders[seen.memory]}
        self.made += inner.made - entered - sum(memory.bytes for memory in fresh)
        return self.height + height - entered, outputs


def outputs_of(layer: Layer, result: Result, inputs: Sequence[Seen]) -> list[Seen]:
    """The outputs of a layer: new memory, or a view of its first input's."""
    view = view_of(layer, result) if inputs else ""
    if view and is_shared(layer, result) and (view != "reshaped" or inputs[0].in_order):
        return [inputs[0]._replace(in_order=inputs[0].in_order and view != "strided")]
    in_order = view == "reshaped" or (
        view != "strided" and keeps_order(layer) and all(seen.in_order for seen in inputs)
    )
    return [Seen(Memory(bytes_of(tensor)), in_order) for tensor in result.tensors]


def view_of(layer: Layer, result: Result) -> str:
    if layer.opaque or not result.inputs or result.inputs[0].shape is None:
        return ""
    return layer.view(result.inputs[0].shape)


def is_shared(layer: Layer, result: Result) -> bool:
    """A cast is a copy, and so is half precision, which NumPy computes via float32."""
    alone = len(result.tensors) == 1 and result.tensors[0].shape is not None
    return alone and result.inputs[0].dtype == result.tensors[0].dtype and layer.compute_dtype != "float16"


def keeps_order(layer: Layer) -> bool:
    """Whether contiguous arrays stay contiguous; layers inside other layers are not examined."""
    if layer.opaque or isinstance(layer, Model) or getattr(layer, "layer", None) is not None:
        return False
    return getattr(layer, "data_format", None) != "channels_first" and layer.family not in TRANSPOSED


def whole(graph: Graph, found: Trace) -> Pass:
    return Pass(graph, found, [Seen(Memory(bytes_of(found.tensor(ref)))) for ref in graph.inputs])


def peak_tensors(graph: Graph, found: Trace) -> int:
    """Bytes of the tensors alive at once, at most; a tensor dies after its last use. Unknown sizes count as 0."""
    return max(height for _, height in whole(graph, found).moments())


def peak(graph: Graph, found: Trace) -> Peak:
    """The first moment of peak memory."""
    walk = whole(graph, found)
    most, at, alive = -1, None, dict[Ref, Seen]()
    for step, height in walk.moments():
        if height > most:
            most, at, alive = height, step, dict(walk.alive)
    return Peak(most, at, each_once(alive), walk.made)


def each_once(alive: dict[Ref, Seen]) -> dict[Ref, int]:
    """The bytes of each memory, under the first tensor that uses it."""
    firsts = {seen.memory: ref for ref, seen in reversed(alive.items())}
    return {ref: memory.bytes for memory, ref in reversed(firsts.items())}


def bytes_of(tensor: Tensor | None) -> int:
    count = None if tensor is None or tensor.shape is None else size(tensor.shape)
    return (count or 0) * DTYPE_BYTES.get(tensor.dtype if tensor else "", 4)
