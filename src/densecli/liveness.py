"""How much memory a forward pass holds at its height: weights, and the tensors that are still needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.forward import uses
from densecli.graph import Ref, call_order
from densecli.names import DTYPE_BYTES
from densecli.shape import size

if TYPE_CHECKING:
    from densecli.graph import Graph
    from densecli.trace import Tensor, Trace


def peak_tensors(graph: Graph, found: Trace) -> int:
    """Bytes of the tensors alive at once, at most; a tensor dies after its last use. Unknown sizes count as 0."""
    order = call_order(graph)[0]
    left = uses(graph, order)
    alive = sum(bytes_of(found.tensor(ref)) for ref in graph.inputs)
    peak = alive
    for node, call in order:
        if Ref(node, call) in graph.inputs or (node, call) not in found.results:
            continue
        alive += sum(bytes_of(tensor) for tensor in found.results[node, call].tensors)
        peak = max(peak, alive)
        for ref in graph.nodes[node].calls[call].refs():
            left[ref] -= 1
            if not left[ref]:
                alive -= bytes_of(found.tensor(ref))
    return peak


def bytes_of(tensor: Tensor | None) -> int:
    count = None if tensor is None or tensor.shape is None else size(tensor.shape)
    return (count or 0) * DTYPE_BYTES.get(tensor.dtype if tensor else "", 4)
