"""What Keras and densecli report about a model (rows, totals, outputs), and the differences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from densecli.errors import DenseError, SpecErrors
from densecli.summary.infer import infer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def compare(oracle: Any, read: Callable[[], Any], *, in_order: bool = True) -> Iterator[tuple[str, Any, Any]]:
    """What differs. Without `in_order` the calls of a layer may have happened in another order."""
    try:
        report = infer(read())
    except (SpecErrors, DenseError) as error:
        yield "readable", "", "; ".join(map(str, getattr(error, "errors", [error])))
        return
    ours = [our_row(row) for row in report.rows]
    for their_row, our in zip(rows_of(oracle), ours, strict=False):
        if not in_order:
            their_row[2], our[2] = sorted(their_row[2], key=str), sorted(our[2], key=str)
        if their_row != our:
            yield "row", their_row, our
            return
    if len(ours) != len(rows_of(oracle)):
        yield "number of rows", len(rows_of(oracle)), len(ours)
    totals = (oracle.count_params(), sum(count(weight) for weight in oracle.trainable_weights))
    if totals != (report.totals.params, report.totals.trainable_params):
        yield "totals", totals, (report.totals.params, report.totals.trainable_params)
    outputs = [
        [list(tensor.shape), keras.backend.standardize_dtype(tensor.dtype)]
        for tensor in keras.tree.flatten(oracle.outputs)
    ]
    found = [[list(output.shape or ()), output.dtype] for output in report.outputs]
    if outputs != found:
        yield "outputs", outputs, found


def rows_of(model: Any) -> list[Any]:
    """Name, class, outputs of every call, total and trainable parameters, weights; including rows of nested models."""
    skip = isinstance(model, keras.Sequential)
    operations = model.layers if skip else model._operations
    inner = model._functional if skip else model
    nodes = {id(node) for level in inner._nodes_by_depth.values() for node in level}
    return [row_of(operation, nodes) for operation in operations]


def row_of(operation: Any, nodes: set[int]) -> list[Any]:
    calls = [
        [list(tensor.shape) for tensor in keras.tree.flatten(node.output_tensors)]
        for node in operation._inbound_nodes
        if id(node) in nodes
    ]
    weights = getattr(operation, "weights", [])
    trained = getattr(operation, "trainable_weights", [])
    inside = rows_of(operation) if isinstance(operation, keras.Model) else []
    return [
        operation.name, type(operation).__name__, calls, sum(map(count, weights)), sum(map(count, trained)),
        [list(weight.shape) for weight in weights], [each[:2] + each[3:] for each in inside],
    ]  # fmt: skip


def our_row(row: Any) -> list[Any]:
    calls = [[None if shape is None else list(shape) for shape in call.output_shapes] for call in row.calls]
    inside = [our_row(inner) for inner in row.layers] if row.type in ("Sequential", "Functional") else []
    return [
        row.name, row.type, calls, row.params, row.trainable_params, [list(weight.shape) for weight in row.weights],
        [each[:2] + each[3:] for each in inside],
    ]  # fmt: skip


def count(weight: Any) -> int:
    total = 1
    for each in weight.shape:
        total *= each
    return total
