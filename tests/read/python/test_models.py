"""The files in sources/, compared with Keras 3.15.1's summaries of their models (tools/record_source_models.py)."""

from __future__ import annotations

import json
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from densecli.errors import DenseError, ReadError, Source, SpecErrors
from densecli.layers.operations.constructors import ARGUMENTS
from densecli.read.python import reader
from densecli.read.reading import Reading
from densecli.read.specs import Spec
from densecli.read.specs import read as read_spec
from densecli.render.convert import keras_config
from densecli.run.run import Options, run
from densecli.summary.infer import infer
from support.folders import FIXTURES

SOURCES = Path(__file__).parent / "sources"
ARCHIVE = FIXTURES / "source_models.zip"
with zipfile.ZipFile(ARCHIVE) as _archive:
    ANSWERS = json.loads(_archive.read("answers.json"))
    FILES = _archive.namelist()
MODELS = [(name, model) for name, models in ANSWERS.items() for model in models]
KEPT = [(name, model) for name, model in MODELS if f"{name}.{model}.keras" in FILES]
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
    last = row.calls[-1].output_shapes if row.calls else row.output_shapes  # Keras prints those of the last call
    sizes = ["?" if shape is None else str(shape) for shape in last]
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


@pytest.mark.parametrize("model", ["functions", "run_all"])
def test_functions_have_the_configs_of_keras(model):
    """An operation's constructor arguments are in its config, not in its calls: Keras loads nothing else."""
    text = str(keras_config.render(read("operations", model)))
    layers = {each["name"]: each for each in json.loads(text)["config"]["layers"]}
    expected = ANSWERS["operations"][model]["functions"]
    assert len(expected) > 25
    for name, config in expected.items():
        written = layers[name]["config"]
        assert written.items() <= config.items()
        calls = [key for call in layers[name]["inbound_nodes"] for key in call["kwargs"]]
        assert not config.keys() & set(calls)


def test_the_arguments_of_operations_are_known():
    recorded = json.loads((FIXTURES / "constructors.json").read_text(encoding="utf-8"))
    assert recorded == ARGUMENTS


def test_what_only_a_run_of_the_source_could_tell_is_not_run():
    """A matrix that NumPy makes, and a shape that has the batch in it."""
    for model in ("graph", "patch_encoder"):
        with pytest.raises(DenseError) as caught:
            run(read("own_layers", model))
        assert caught.value.code == "E509"


@pytest.mark.parametrize(("name", "model"), KEPT)
def test_a_file_and_the_source_of_its_layers_are_a_model(name, model, tmp_path):
    """Rows, counts and forward pass of a file whose layers only a source defines."""
    pytest.importorskip("h5py")
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(tmp_path, [f"{name}.{model}.{suffix}" for suffix in ("keras", "x.npz", "y.npz")])
    path = str(tmp_path / f"{name}.{model}")
    alone = infer(read_spec(Spec(f"{path}.keras")))
    assert any(None in row.output_shapes or row.opaque for row in alone.rows)
    graph = read_spec(Spec(f"{path}.keras"), Reading(sources=(str(SOURCES / f"{name}.py"),)))
    rows = [[row, kind, shapes(shape), count] for row, kind, shape, count in ANSWERS[name][model]["rows"]]
    made = [shown(row) for row in infer(graph).rows]
    same = slice(1, None) if graph.held_as else slice(None)  # a loaded class counts its names anew
    assert [row[same] for row in made] == [row[same] for row in rows]
    (found,) = run(graph, Options(weights=f"{path}.keras", data=(f"{path}.x.npz",))).arrays
    with np.load(f"{path}.y.npz") as expected:
        np.testing.assert_allclose(found, expected["arr_0"], rtol=0, atol=2e-5)


def test_what_is_told_of_a_layer_is_needed(tmp_path):
    with zipfile.ZipFile(ARCHIVE) as archive:
        path = archive.extract("own_layers.run_conv_bn.keras", tmp_path)
    told = infer(read_spec(Spec(path), Reading(layer_shapes={"narrow": (8, 8, 3)})))
    assert told.rows[-1].output_shapes == ((None, 8, 8, 3),)
    for name, words in (("narow", "did you mean `narrow`"), ("missing", "no layer is named")):
        with pytest.raises(ReadError) as caught:
            read_spec(Spec(path), Reading(layer_shapes={name: (3,)}))
        assert caught.value.code == "E112"
        assert words in f"{caught.value.message} {caught.value.hint}"
    source = tmp_path / "broken.py"
    source.write_text("class ConvBN(Layer):\n    def call(self, x):\n        return unknown(x)\n", encoding="utf-8")
    with pytest.raises(SpecErrors) as several:
        infer(read_spec(Spec(path), Reading(sources=(str(source),))))
    assert several.value.errors[0].code == "E354"


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
