"""Files of other frameworks are named for what they are, by their contents, with the way to what densecli reads."""

from __future__ import annotations

import base64
import json
import zipfile

import pytest

from densecli.errors import DenseError, SpecErrors
from densecli.read.open import open_spec
from densecli.read.specs import is_file
from support.folders import FIXTURES

FOREIGN = json.loads((FIXTURES / "foreign.json").read_text(encoding="utf-8"))


def refused(path):
    with pytest.raises((DenseError, SpecErrors)) as caught:
        open_spec(str(path))
    return caught.value


def written(tmp_path, record, name):
    path = tmp_path / name
    path.write_bytes(base64.b64decode(record["data"]))
    return path


@pytest.mark.parametrize("name", FOREIGN)
def test_files_are_known_by_their_contents_under_any_name(tmp_path, name):
    names = [name] if name != "saved_model.pb" else []  # of that name, the folder is read
    for other in (*names, "model", "model.json", "model.yaml", "model.h5"):
        error = refused(written(tmp_path, FOREIGN[name], other))
        assert error.code == "E105"
        assert f"is {FOREIGN[name]['kind']}" in error.message
        assert error.hint


@pytest.mark.parametrize("name", [name for name in FOREIGN if name != "checkpoint"])
def test_their_names_are_those_of_files(name):
    assert is_file(name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("x.onnx", "an ONNX model"),
        ("x.ckpt", "a checkpoint"),
        ("weights.data-00000-of-00001", "a file with the numbers of a TensorFlow checkpoint"),
        ("x.bin", "neither text nor a model file"),
        ("x", "neither text nor a model file"),
        ("x.yaml", "neither text nor a model file"),
    ],
)
def test_what_is_neither_known_nor_text_is_named_after_its_suffix(tmp_path, name, kind):
    """Numbers such as 1.0 have zeros where letters in UTF-16 and UTF-32 have them."""
    for data in (b"\x00\x00\x80\x3f" * 200, b"\x07\0\0\0" * 40, b"a\0\0\0\xff\xd8\0\0" * 9, bytes(300)):
        (tmp_path / name).write_bytes(data)
        error = refused(tmp_path / name)
        assert (error.code, kind in error.message) == ("E105", True), error.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_text_is_still_said_to_be_that(tmp_path, encoding):
    for text in ("layers:\n- Dense(4)\n" * 100, "x" * 3):
        (tmp_path / "m.yaml").write_bytes(text.encode(encoding))
        error = refused(tmp_path / "m.yaml")
        assert error.code == "E102"
        assert encoding[:6].upper() in error.message


def test_archives_are_named_by_what_is_in_them(tmp_path):
    for member, kind in {
        "m/saved_model.pb": "an archive of a SavedModel",
        "a/model.keras": "an archive of model files",
        "x.mlpackage/Manifest.json": "a Core ML model",
    }.items():
        with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
            archive.writestr(member, "")
        assert f"is {kind}" in refused(tmp_path / "m.zip").message


def test_the_real_model_of_a_report(tmp_path):
    """It was once said to look like UTF-32."""
    assert "TensorFlow Lite" in refused(written(tmp_path, FOREIGN["model.tflite"], "real.tflite")).message
