"""The report as JSON: `densecli/summary/1`, one layer per line, so that it reads well and diffs well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.render.languages.json import Json, document, documents, pairs
from densecli.summary.report import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.run.run import CallProfile, Outcome
    from densecli.summary.report import Report, Row, Signature, TensorInfo, Totals


def render_all(results: Sequence[tuple[Report, Outcome | None]], digits: int | None = None) -> Json:
    """One document, or a list of them if there are several specs."""
    return documents([render(*result, digits) for result in results])


def render(report: Report, outcome: Outcome | None = None, digits: int | None = None) -> Json:
    """The document, with one line per layer; values of a forward pass are rounded to so many digits, if told."""
    known: dict[int, tuple[Json, Json]] = {}
    record = as_record(report._replace(rows=()), outcome, digits)
    return document(record | {"layers": [_layer_line(row, known) for row in report.rows]}, "layers")


def _layer_line(row: Row, known: dict[int, tuple[Json, Json]]) -> Json:
    """A layer. Equal calls of equal layers share all but name and connections; the shared part is encoded once."""
    if len(row.calls) != 1 or row.shares_weights_with or row.expects is None:
        return Json.quoted(row_record(row))
    parts = known.get(id(row.expects))
    if parts is None:
        record = [*row_record(row).items()]  # its name is the first
        inbound = [key for key, _ in record].index("inbound")
        parts = known[id(row.expects)] = pairs(dict(record[1:inbound])), pairs(dict(record[inbound + 1 :]))
    return Json.put(
        "{{{}, {}, {}, {}}}", pairs({"name": row.name}), parts[0], pairs({"inbound": row.inbound}), parts[1]
    )


def line(record: dict[str, Any]) -> Json:
    """A record on one line, for ndjson."""
    return Json.put("{}\n", Json.quoted(record))


def as_record(report: Report, outcome: Outcome | None = None, digits: int | None = None) -> dict[str, Any]:
    """The report as JSON values, in the order of the contract."""
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "source": report.source,
        "name": report.name,
        "type": report.type,
        "inputs": [_tensor(tensor) for tensor in report.inputs],
        "outputs": [_tensor(tensor) for tensor in report.outputs],
        "layers": [row_record(row) for row in report.rows],
        "totals": totals_record(report.totals) | _optimizer(report),
    }
    if report.signatures:
        record["signatures"] = [_signature(each) for each in report.signatures]
    if report.origin is not None:
        record["origin"] = report.origin._asdict()
    if report.batch is not None:
        record["batch"] = report.batch
    if report.warnings:
        record["warnings"] = report.warnings
    if outcome is not None:
        record["run"] = _run(outcome, digits)
    return record


def _run(outcome: Outcome, digits: int | None) -> dict[str, Any]:
    record: dict[str, Any] = {
        "seed": outcome.seed,
        "outputs": [output._asdict() for output in outcome.outputs],
        "seconds": outcome.seconds,
        "peak_bytes": outcome.peak_bytes,
        "batch": outcome.batch,
        "weights": outcome.weights,
    }
    if outcome.notes:
        record["notes"] = outcome.notes
    if outcome.profile is not None:
        record["first_not_finite"] = outcome.first_not_finite
        record["profile"] = [_call(call) for call in outcome.profile]
    if outcome.number is not None:
        record["weights_number"] = outcome.number
    if outcome.given:
        record["weights_given"] = outcome.given
    if outcome.calls is not None:
        from densecli.render import values  # noqa: PLC0415  # loads numpy, as the pass did

        record["values"] = values.as_record(outcome, digits)
    return record


def _call(call: CallProfile) -> dict[str, Any]:
    rest = {"macs_per_second": call.macs_per_second, "outputs": [output._asdict() for output in call.outputs]}
    return call._asdict() | rest


def _signature(found: Signature) -> dict[str, Any]:
    inputs, outputs = (list(map(_tensor, side)) for side in (found.inputs, found.outputs))
    return {"name": found.name, "inputs": inputs, "outputs": outputs}


def _tensor(tensor: TensorInfo) -> dict[str, Any]:
    return {"name": tensor.name, "shape": tensor.shape, "dtype": tensor.dtype}


def row_record(row: Row) -> dict[str, Any]:
    unknown = row.weights_unknown or row.unbuilt
    record: dict[str, Any] = {
        "name": row.name,
        "type": row.type,
        "trainable": row.trainable,
        "dtype": row.dtype,
        "inbound": row.inbound,
        "input_shapes": row.input_shapes,
        "output_shapes": row.output_shapes,
        "params": None if unknown else row.params,
        "trainable_params": None if unknown else row.trainable_params,
        "non_trainable_params": None if unknown else row.non_trainable_params,
        "weight_bytes": None if unknown else row.weight_bytes,
        "macs": row.macs,
        "flops": row.flops,
        "activation_bytes": row.activation_bytes,
        "weights": [
            {"name": weight.name, "shape": weight.shape, "dtype": weight.dtype, "trainable": weight.trainable}
            for weight in row.weights
        ],
    }
    if len(row.calls) > 1:
        record["calls"] = [
            {"inbound": call.inbound, "input_shapes": call.input_shapes, "output_shapes": call.output_shapes}
            for call in row.calls
        ]
    if row.shares_weights_with:
        record["shares_weights_with"] = row.shares_weights_with
    if row.opaque:
        record["opaque"] = True
    if row.unbuilt:
        record["unbuilt"] = True
    if row.uncounted and not unknown:
        record["lower_bound"] = True
    if row.layers:
        record["layers"] = [row_record(inner) for inner in row.layers]
    return record


def _optimizer(report: Report) -> dict[str, Any]:
    if report.optimizer is None:
        return {}
    return dict(zip(("optimizer_params", "optimizer_bytes"), report.optimizer, strict=True))


def totals_record(totals: Totals) -> dict[str, Any]:
    record: dict[str, Any] = {
        "params": totals.params,
        "trainable_params": totals.trainable_params,
        "non_trainable_params": totals.non_trainable_params,
        "weight_bytes": totals.weight_bytes,
        "macs": totals.macs,
        "flops": totals.flops,
        "activation_bytes": totals.activation_bytes,
    }
    if totals.not_counted:
        record["not_counted"] = totals.not_counted
    if totals.lower_bound:
        record["lower_bound"] = True
    return record
