"""How much memory a forward pass holds at its height: weights, and the tensors that are still needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.graph.forward import uses
from densecli.graph.graph import Ref, call_order
from densecli.graph.model import Model
from densecli.names import DTYPE_BYTES
from densecli.records import Record
from densecli.shape import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.graph.graph import Graph, Step
    from densecli.graph.trace import Result, Tensor, Trace
    from densecli.layer import Layer


class Peak(Record):
    """The height of a forward pass: how many bytes, at which call, and which tensors are alive then."""

    bytes: int
    step: Step | None
    alive: dict[Ref, int]


def peak_tensors(graph: Graph, found: Trace) -> int:
    """Bytes of the tensors alive at once, at most; a tensor dies after its last use. Unknown sizes count as 0."""
    return max(height for _, height, _ in heights(graph, found))


def peak(graph: Graph, found: Trace) -> Peak:
    """The first of the highest moments."""
    most = peak_tensors(graph, found)
    return next(Peak(most, step, dict(alive)) for step, height, alive in heights(graph, found) if height == most)


def heights(graph: Graph, found: Trace) -> Iterator[tuple[Step | None, int, dict[Ref, int]]]:
    """Before the first call and at every call: the call, the bytes alive, and by tensor (a view: copy it to keep it)."""
    order = call_order(graph)[0]
    left = uses(graph, order)
    alive = {ref: bytes_of(found.tensor(ref)) for ref in graph.inputs}
    height = sum(alive.values())
    yield None, height, alive
    for node, call in order:
        if Ref(node, call) in graph.inputs or (node, call) not in found.results:
            continue
        result = found.results[node, call]
        made = {Ref(node, call, index): bytes_of(tensor) for index, tensor in enumerate(result.tensors)}
        alive.update(made)
        height += sum(made.values())
        yield (node, call), height + _inside(graph.nodes[node].layer, result), alive
        for ref in graph.nodes[node].calls[call].refs:
            left[ref] -= 1
            if not left[ref]:
                height -= alive.pop(ref, 0)


def _inside(layer: Layer, result: Result) -> int:
    """What a model inside holds at its height, beyond its inputs and outputs, which are the caller's."""
    inner = (
        layer.called(*result.args, **result.kwargs) if isinstance(layer, Model) and result.output is not None else None
    )
    if inner is None:
        return 0
    outside = sum(map(bytes_of, (*result.inputs, *result.tensors)))
    return max(peak_tensors(layer.graph, inner) - outside, 0)  # type: ignore[attr-defined]


def bytes_of(tensor: Tensor | None) -> int:
    count = None if tensor is None or tensor.shape is None else size(tensor.shape)
    return (count or 0) * DTYPE_BYTES.get(tensor.dtype if tensor else "", 4)
