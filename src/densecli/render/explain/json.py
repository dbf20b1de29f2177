"""An explanation as JSON, `densecli/explain/1`: exact values next to the sentences, a line per layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.render.explain.explanation import explanations
from densecli.render.json import totals_record
from densecli.render.languages.json import Json, document
from densecli.render.table import totals
from densecli.shape import product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.explain.explanation import Explanation, Work
    from densecli.summary.report import Report, WeightInfo

SCHEMA = "densecli/explain/1"


def render(report: Report, layers: Sequence[str] = ()) -> Json:
    return document(as_record(report, layers), "layers")


def as_record(report: Report, layers: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "source": report.source,
        "name": report.name,
        "type": report.type,
        "basis": report.basis,
        "layers": [_layer(each) for each in explanations(report, layers)],
        "totals": totals_record(report.totals),
        "notes": totals.remarks(report),
    }


def _layer(found: Explanation) -> dict[str, Any]:
    record: dict[str, Any] = {
        "name": found.name,
        "type": found.type,
        "input_shapes": found.inputs,
        "output_shapes": found.outputs,
        "parameters": found.parameters,
        "formula": found.formula,
        "shape_rule": found.shape_rule,
        "weights": [_weight(weight) for weight in found.weights],
        "cost": _cost(found.work),
        "sentences": found.sentences,
    }
    if found.same_as is not None:
        record["same_as"] = found.same_as
    if found.layers:
        record["layers"] = [_layer(inner) for inner in found.layers]
    return record


def _weight(weight: WeightInfo) -> dict[str, Any]:
    count = product(weight.shape)
    return {
        "name": weight.name,
        "shape": weight.shape,
        "axes": weight.axes,
        "params": count,
        "trainable": weight.trainable,
    }


def _cost(work: Work) -> dict[str, Any]:
    parts = [{"what": what, "flops": count} for what, count in work.parts]
    rules = {"macs_rule": work.macs_rule, "elementwise_rule": work.elementwise_rule}
    return {"macs": work.macs, "flops": work.flops, "elementwise": parts} | rules
