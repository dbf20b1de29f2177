"""SavedModel folders: rows and totals of tf_keras, which wrote them; tables of variables where no layers are told."""

from __future__ import annotations

import pytest

from densecli.read.open import open_spec
from densecli.summary.infer import infer
from support.saved_models import records, unpacked

RECORDS = records()
OF_KERAS = [name for name, record in RECORDS.items() if "rows" in record]
BUILT_BY_CODE = [name for name in OF_KERAS if name.startswith("subclassed")]
BEHIND_CODE = ("custom_nested", "custom_shared")  # with an output that no other layer's notes tell


def report_of(name, place):
    return infer(open_spec(str(unpacked(name, place))))


def expected(shape):
    """The shapes of a row: an input layer lists its own, and a dict names its outputs."""
    if isinstance(shape, dict):
        return [tuple(each) for each in shape.values()]
    return [tuple(each) for each in shape] if shape and isinstance(shape[0], list) else [tuple(shape)]


@pytest.mark.parametrize("name", [name for name in OF_KERAS if name not in BUILT_BY_CODE])
def test_rows_and_totals_are_those_of_tf_keras(name, tmp_path):
    report, record = report_of(name, tmp_path), RECORDS[name]
    assert [(row.name, row.type, row.params) for row in report.rows] == [
        (name, kind, params) for name, kind, _, params in record["rows"]
    ]
    shapes = [
        (list(row.output_shapes), expected(shape))
        for row, (_, _, shape, _) in zip(report.rows, record["rows"], strict=True)
    ]
    assert [ours for ours, theirs in shapes] == [
        [None] if name in BEHIND_CODE and None in ours else theirs for ours, theirs in shapes
    ]
    assert (report.totals.params, report.totals.trainable_params) == (record["params"], record["trainable"])
    assert (report.name, report.type) == (record["name"], record["class"])
    assert not report.totals.lower_bound


@pytest.mark.parametrize("name", BUILT_BY_CODE)
def test_layers_that_only_code_builds_have_rows_and_totals_of_tf_keras(name, tmp_path):
    report, record = report_of(name, tmp_path), RECORDS[name]
    rows = [(row.name, row.type, row.params) for row in report.rows]
    assert rows[: len(record["rows"])] == [(name, kind, params) for name, kind, _, params in record["rows"]]
    assert (report.totals.params, report.totals.trainable_params) == (record["params"], record["trainable"])
    assert (report.name, report.type) == (record["name"], record["class"])


@pytest.mark.parametrize("name", [name for name in RECORDS if name not in OF_KERAS])
def test_without_metadata_the_variables_are_listed(name, tmp_path):
    report = report_of(name, tmp_path)
    assert [list(row.weights[0].shape) for row in report.rows] == RECORDS[name]["weights"]
    assert "without Keras' metadata" in report.warnings[0]
