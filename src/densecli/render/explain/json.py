"""An explanation as JSON, `densecli/explain/1`: exact values next to the sentences, a line per layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.arithmetic import DIGITS
from densecli.render.explain.explanation import explanations
from densecli.render.json import totals_record
from densecli.render.languages.json import Json, document
from densecli.render.table import totals
from densecli.shape import product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.explain.explanation import Explanation, Work
    from densecli.render.explain.numbers import Numbers
    from densecli.summary.report import Report, WeightInfo

SCHEMA = "densecli/explain/1"


def render(report: Report, layers: Sequence[str] = (), numbers: Numbers | None = None) -> Json:
    return document(as_record(report, layers, numbers), "layers")


def as_record(report: Report, layers: Sequence[str] = (), numbers: Numbers | None = None) -> dict[str, Any]:
    digits = DIGITS if numbers is None else numbers.digits
    record = {
        "schema": SCHEMA,
        "source": report.source,
        "name": report.name,
        "type": report.type,
        "basis": report.basis,
        "layers": [_layer(each, digits) for each in explanations(report, layers, numbers)],
        "totals": totals_record(report.totals),
        "notes": totals.remarks(report),
    }
    if numbers is None:
        return record
    return record | {"numbers": {"source": numbers.source, "inputs": _arrays(numbers.inputs)}}


def _arrays(arrays: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
    from densecli.render.values import array_record  # noqa: PLC0415  # loads numpy, as the pass did

    return [{"name": name} | array_record(array, None) for name, array in arrays]


def _layer(found: Explanation, digits: int) -> dict[str, Any]:
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
    if found.line is not None:
        record["line"] = {"number": found.line[0], "text": found.line[1]}
    if found.same_as is not None:
        record["same_as"] = found.same_as
    if found.layers:
        record["layers"] = [_layer(inner, digits) for inner in found.layers]
    if found.example is not None:
        from densecli.render.explain.numbers import example_record  # noqa: PLC0415  # the same

        record["example"] = example_record(found.example, digits)
    if found.arrays:
        record["values"] = _arrays(found.arrays)
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
