"""Graph to Report: shapes through the graph, weights counted once, costs by each layer's own rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.graph.trace import Tensor, Trace, apply, trace
from densecli.summary.report import Report, Signature, TensorInfo
from densecli.summary.rows import RowBuilder

if TYPE_CHECKING:
    from densecli.graph.graph import Graph


def infer(graph: Graph, source: str = "<argument>", batch: int | None = None) -> Report:
    """The report of a model. `batch` is used where an input leaves the batch open. Raises SpecErrors."""
    found = trace(graph, with_batch(graph, batch))
    built = RowBuilder(graph, found)
    rows = tuple(built.rows())
    totals = built.totals(rows)
    outputs = [ref for ref in graph.outputs if found.tensor(ref) is not None]
    return Report(
        source,
        graph.name,
        graph.kind,
        tuple(_info(graph, found, ref) for ref in graph.inputs),
        tuple(_info(graph, found, ref) for ref in outputs),
        built.listed(rows),
        totals,
        batch,
        (*graph.warnings, *built.warnings(rows)),
        graph.origin,
        weights_only=graph.weights_only,
        signatures=tuple(map(_signature, graph.signatures)),
    )


def _signature(found: Any) -> Signature:
    """The inputs and outputs of one, which are Tensors with names."""
    inputs, outputs = (tuple(TensorInfo(*each) for each in side) for side in (found.inputs, found.outputs))
    return Signature(found.name, inputs, outputs)


def with_batch(graph: Graph, batch: int | None) -> list[Tensor] | None:
    """The inputs with a number where the batch is open; None if no batch is given."""
    if batch is None:
        return None
    own = [apply(graph.nodes[ref.node].layer, (), {}, ()).tensors[0] for ref in graph.inputs]
    return [
        Tensor((batch if shape[0] is None else shape[0], *shape[1:]), dtype)
        for shape, dtype in own
        if shape is not None
    ]


def _info(graph: Graph, found: Trace, ref: Any) -> TensorInfo:
    tensor = found.tensor(ref) or Tensor(None, "")
    return TensorInfo(graph.nodes[ref.node].name, tensor.shape, tensor.dtype)
