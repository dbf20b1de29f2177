"""SavedModel folders: rows and totals of tf_keras, which wrote them; tables of variables where no layers are told."""

from __future__ import annotations

import json

import jsonschema
import pytest

from densecli.errors import ReadError
from densecli.read.open import open_spec
from densecli.summary.infer import infer
from support.program import outcome
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


@pytest.mark.parametrize("name", [name for name in RECORDS if name not in OF_KERAS])
def test_the_signatures_are_those_that_tensorflow_loads(name, tmp_path):
    recorded = RECORDS[name]["signatures"]
    found = {
        each.name: [{one.name: [one.shape, one.dtype] for one in side} for side in (each.inputs, each.outputs)]
        for each in report_of(name, tmp_path).signatures
    }
    assert found == {
        key: [
            {one: [shape and tuple(shape) if shape != [] else (), dtype] for one, (shape, dtype) in side.items()}
            for side in both
        ]
        for key, both in recorded.items()
    }


def test_signatures_are_below_the_table_and_in_json(tmp_path):
    folder = str(unpacked("several_signatures", tmp_path))
    _, out, _ = outcome(folder)
    assert out.splitlines()[-3:] == [
        " signature serving_default, again: any ? int64, x (None, 3) float32 -> cast ? float16, product (None, 2) float32",
        " signature length: text () string -> output_0 () int32",
        " signature nothing: nothing -> output_0 (1,) bool",
    ]
    record = json.loads(outcome(folder, "-f", "json")[1])
    assert [each["name"] for each in record["signatures"]] == ["serving_default", "again", "length", "nothing"]
    assert record["signatures"][0]["inputs"][1] == {"name": "x", "shape": [None, 3], "dtype": "float32"}
    schema = json.loads(outcome("schema", "summary")[1])
    jsonschema.validate(record, schema)


# -- checkpoints -------------------------------------------------------------------------------
@pytest.fixture
def written(tmp_path):
    """Two checkpoints in a folder, as tf.train.CheckpointManager leaves them; the second has other variables."""
    for number, name in ((1, "exported"), (2, "module")):
        inside = unpacked(name, tmp_path) / "variables"
        (tmp_path / "ck").mkdir(exist_ok=True)
        for path in inside.iterdir():
            path.rename(tmp_path / "ck" / path.name.replace("variables", f"ckpt-{number}"))
    (tmp_path / "ck" / "checkpoint").write_text(
        'model_checkpoint_path: "ckpt-2"\nall_model_checkpoint_paths: "ckpt-1"\n'
    )
    return tmp_path / "ck"


def weights_at(path):
    return [list(row.weights[0].shape) for row in infer(open_spec(str(path))).rows]


def test_the_prefix_of_a_checkpoint_leads_to_its_index(written):
    assert weights_at(written / "ckpt-1") == weights_at(written / "ckpt-1.index") != weights_at(written / "ckpt-2")


def test_a_folder_of_checkpoints_leads_to_the_newest(written):
    assert weights_at(written) == weights_at(written / "ckpt-2.index")
    (written / "ckpt-2.index").unlink()
    assert weights_at(written) == weights_at(written / "ckpt-1.index")


@pytest.mark.parametrize(
    "text", [None, 'model_checkpoint_path: "../other/ckpt-9"', 'model_checkpoint_path: "', "\0" * 9]
)
def test_error_several_checkpoints_and_none_is_the_newest(written, text):
    (written / "checkpoint").unlink()
    if text is not None:
        (written / "checkpoint").write_text(text)
    with pytest.raises(ReadError, match="2 checkpoints") as caught:
        open_spec(str(written))
    assert (caught.value.code, "ckpt-1.index" in caught.value.hint) == ("E105", True)


def test_links_in_a_folder_of_checkpoints_are_not_followed(written, tmp_path):
    (written / "ckpt-2.index").rename(tmp_path / "outside.index")
    (written / "ckpt-2.index").symlink_to(tmp_path / "outside.index")
    with pytest.raises(ReadError, match="is not a plain file"):
        open_spec(str(written))


def test_an_index_of_something_else_is_no_checkpoint(tmp_path):
    (tmp_path / "book.index").write_text("a, b, c")
    with pytest.raises(ReadError, match="is a folder without"):
        open_spec(str(tmp_path))
