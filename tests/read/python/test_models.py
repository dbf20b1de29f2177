"""Sources in the folder beside, against what Keras 3.15.1 prints of their models (tools/record_source_models.py)."""

from __future__ import annotations

import json
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from densecli.errors import DenseError, Source
from densecli.read.python import reader
from densecli.read.reading import Reading
from densecli.run.run import Options, run
from densecli.summary.infer import infer
from support.folders import FIXTURES

SOURCES = Path(__file__).parent / "sources"
ARCHIVE = FIXTURES / "source_models.zip"
with zipfile.ZipFile(ARCHIVE) as _archive:
    ANSWERS = json.loads(_archive.read("answers.json"))
    FILES = _archive.namelist()
MODELS = [(name, model) for name, models in ANSWERS.items() for model in models]
RUNS = [(name, model) for name, model in MODELS if f"{name}.{model}.y.npz" in FILES]


@cache
def text(name):
    return (SOURCES / f"{name}.py").read_text(encoding="utf-8")


def read(name, model):
    (found,) = reader.read(Source(f"{name}.py", text(name)), Reading(), model)
    if found.error is not None:
        raise found.error
    return found.graph


def shapes(text):
    for char in "[]() ":
        text = text.replace(char, "")
    return text.replace(",", " ").split()


def shown(row):
    sizes = ["?" if shape is None else str(shape) for shape in row.output_shapes]
    return [row.name, row.type, shapes(",".join(sizes)), None if row.unbuilt else row.params]


def test_every_source_is_recorded():
    assert sorted(ANSWERS) == sorted(path.stem for path in SOURCES.glob("*.py"))


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_a_model_has_the_rows_and_totals_of_keras(name, model):
    expected = ANSWERS[name][model]
    made = infer(read(name, model))
    rows = [[row, kind, shapes(shape), count] for row, kind, shape, count in expected["rows"]]
    assert [shown(row) for row in made.rows] == rows
    totals = made.totals.trainable_params, made.totals.non_trainable_params
    assert (made.name, *totals) == (expected["name"], expected["trainable"], expected["non_trainable"])


def test_what_only_a_run_of_the_source_could_tell_is_not_run():
    """A matrix that NumPy makes, and a shape that has the batch in it."""
    for model in ("graph", "patch_encoder"):
        with pytest.raises(DenseError) as caught:
            run(read("own_layers", model))
        assert caught.value.code == "E509"


@pytest.mark.parametrize(("name", "model"), RUNS)
def test_a_forward_pass_is_that_of_keras(name, model, tmp_path):
    pytest.importorskip("h5py")
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(tmp_path, [f"{name}.{model}.{suffix}" for suffix in ("weights.h5", "x.npz", "y.npz")])
    path = tmp_path / f"{name}.{model}"
    options = Options(weights=f"{path}.weights.h5", data=(f"{path}.x.npz",))
    found = run(read(name, model), options).arrays
    with np.load(f"{path}.y.npz") as expected:
        assert len(found) == len(expected.files)
        for array, key in zip(found, expected.files, strict=True):
            np.testing.assert_allclose(array, expected[key], rtol=0, atol=2e-5 * np.abs(expected[key]).max())
