"""Published model files give the same numbers as in Keras.

The files are not part of the project: they lie beside it (../shared/wild, or in DENSECLI_WILD), or the suite is
skipped. Deviations are listed in docs/conformance.md with their reasons.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from densecli.errors import DenseError, SpecErrors, draw
from densecli.read.open import open_spec
from densecli.render import json as as_json
from densecli.summary.infer import infer
from support.folders import ROOT

WILD = Path(os.environ.get("DENSECLI_WILD") or ROOT.parent / "shared" / "wild")
TRUTHS = sorted(WILD.glob("*/*.truth.json"))
pytestmark = pytest.mark.skipif(not TRUTHS, reason="no model files beside the project")


def shown(rows, truth):
    """The rows that the truth lists: Keras 3 keeps functions on tensors out of `model.layers`, though not of its summary."""
    functions = truth["loader"].startswith("keras 3")
    return [row for row in rows if not (functions and row.layer.family == "operations")]


def compare(rows, recorded, truth):
    rows = shown(rows, truth)
    assert [row.name for row in rows] == [entry["name"] for entry in recorded]
    for row, entry in zip(rows, recorded, strict=True):
        shapes = [list(shape) for shape in row.output_shapes]
        found = (row.type, shapes[0] if len(shapes) == 1 else shapes, row.params, row.trainable_params)
        expected = (entry["class"], entry["output_shape"], entry["params"], entry["trainable_params"])
        assert found == expected, row.name
        assert row.non_trainable_params == entry["non_trainable_params"]
        if entry.get("nested"):
            compare(row.layers, entry["nested"], truth)


def case(path):
    return pytest.param(path, id=path.name.removesuffix(".truth.json"))


@pytest.mark.parametrize("path", [case(path) for path in TRUTHS])
def test_the_file_is_read_to_keras_numbers(path):
    truth = json.loads(path.read_text(encoding="utf-8"))
    if "error" in truth or "caution" in truth:
        pytest.skip("Keras has no numbers for it")
    report = infer(open_spec(str(path).removesuffix(".truth.json")))
    compare(report.rows, truth["layers"], truth)
    totals = report.totals
    assert (totals.params, totals.trainable_params) == (truth["total"], truth["trainable"])
    assert totals.non_trainable_params == truth["non_trainable"]
    assert [list(tensor.shape) for tensor in report.inputs] == truth["inputs"]
    assert [list(tensor.shape) for tensor in report.outputs] == truth["outputs"]
    assert not totals.lower_bound


@pytest.mark.parametrize(
    "path", [case(path) for path in TRUTHS if "caution" in json.loads(path.read_text(encoding="utf-8"))]
)
def test_an_old_gru_has_3_units_fewer_than_tf_keras_says(path):
    truth = json.loads(path.read_text(encoding="utf-8"))
    rows = infer(open_spec(str(path).removesuffix(".truth.json"))).rows
    for row, entry in zip(rows, truth["layers"], strict=True):
        fewer = 3 * row.output_shapes[0][-1] if row.type == "GRU" else 0
        assert row.params == entry["params"] - fewer


@pytest.mark.parametrize(
    "path", [case(path) for path in TRUTHS if "error" in json.loads(path.read_text(encoding="utf-8"))]
)
def test_what_keras_cannot_load_gives_rows_or_a_clear_error(path):
    try:
        report = infer(open_spec(str(path).removesuffix(".truth.json")))
    except SpecErrors as several:
        assert all(error.place is not None and draw(error).startswith("error[E") for error in several.errors)
    except DenseError as error:
        assert error.code == "E404"
    else:
        assert report.rows
        as_json.render(report)
