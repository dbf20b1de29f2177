"""A recorded keras.applications model against densecli's reading of its config."""

from __future__ import annotations

from typing import Any

from densecli.errors import Source
from densecli.infer import infer
from densecli.read import keras


def differences(record: dict[str, Any]) -> list[str]:
    """Every row, total and output in which the two are not equal."""
    report = infer(keras.read(record["config"], Source("recorded", "")))
    rows = [
        [row.name, row.type, [list(shape or ()) for shape in row.output_shapes], row.params, row.trainable_params]
        for row in report.rows
    ]
    found = [f"{ours} is not {theirs}" for ours, theirs in zip(rows, record["rows"], strict=False) if ours != theirs]
    if len(rows) != len(record["rows"]):
        found.append(f"{len(rows)} rows are not {len(record['rows'])}")
    totals = (report.totals.params, report.totals.trainable_params)
    if totals != (record["params"], record["trainable_params"]):
        found.append(f"totals {totals} are not {record['params'], record['trainable_params']}")
    if [list(output.shape or ()) for output in report.outputs] != record["outputs"]:
        found.append(f"outputs {report.outputs} are not {record['outputs']}")
    return found
