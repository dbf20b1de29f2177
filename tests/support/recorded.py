"""Compare a model recorded from Keras (config, rows, totals) with densecli's reading of the config."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import TYPE_CHECKING, Any

from densecli.errors import Source
from densecli.read.keras.model import read_config
from densecli.summary.infer import infer
from support.folders import FIXTURES

if TYPE_CHECKING:
    from collections.abc import Mapping


def load(name: str) -> Any:
    return json.loads(gzip.decompress((FIXTURES / f"{name}.json.gz").read_bytes()))


def fingerprint(rows: Any) -> str:
    """A short hash of rows: equal rows, equal hashes."""
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


# Arguments that affect a layer's computation, apart from its weights.
SETTINGS = (
    "activation", "axis", "cropping", "data_format", "depth_multiplier", "dilation_rate", "epsilon", "groups", "keepdims",
    "kernel_size", "max_value", "mean", "momentum", "negative_slope", "noise_shape", "offset", "padding", "pool_size", "rate",
    "scale", "strides", "threshold", "use_bias", "variance",
)  # fmt: skip


def settings_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a layer by its config, in the form that Keras and densecli share."""
    return {key: _plain(config[key]) for key in SETTINGS if config.get(key) is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return _plain(value[0]) if len(value) == 1 else [_plain(each) for each in value]
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def report_of(record: dict[str, Any]) -> Any:
    return infer(read_config(record["config"], Source("recorded", "")))


def differences(record: dict[str, Any]) -> list[str]:
    """Every row, total and output in which the two are not equal."""
    report = report_of(record)
    found = row_differences(report.rows, record["rows"])
    totals = (report.totals.params, report.totals.trainable_params)
    if totals != (record["params"], record["trainable_params"]):
        found.append(f"totals {totals} are not {record['params'], record['trainable_params']}")
    if [list(output.shape or ()) for output in report.outputs] != record["outputs"]:
        found.append(f"outputs {report.outputs} are not {record['outputs']}")
    return found


def row_differences(rows: Any, recorded: list[Any]) -> list[str]:
    found = [] if len(rows) == len(recorded) else [f"{len(rows)} rows are not {len(recorded)}"]
    for row, truth in zip(rows, recorded, strict=False):
        ours = [
            row.name,
            row.type,
            [list(shape or ()) for shape in row.output_shapes],
            row.params,
            row.trainable_params,
        ]
        if ours != truth[:5]:
            found.append(f"{ours} is not {truth[:5]}")
        if len(truth) > 5:
            found += row_differences(row.layers, truth[5])
    return found
