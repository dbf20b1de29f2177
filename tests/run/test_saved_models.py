"""Whole models that Keras saved, with their weights, give Keras' outputs (tools/record_runs.py)."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

from densecli import kernels
from densecli.errors import ReadError
from densecli.read.open import open_spec
from densecli.run.data import input_tensors
from densecli.run.run import Options, prepare, run
from densecli.run.weights import has_weights
from support.folders import FIXTURES
from support.model_values import draw_inputs

ARCHIVE = FIXTURES / "runs.zip"
ORDER = (
    "masks",
    "masking",
    "nested",
    "images",
    "functions",
    "half",
    "wrapped",
    "given_masks",
    *(f"random_{seed}" for seed in range(6)),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("runs")
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(place)
    return place


def data_of(graph, name, folder):
    """The recorded inputs of a model, in a file."""
    named = [
        (graph.nodes[ref.node].name, tensor.shape, tensor.dtype)
        for ref, tensor in zip(graph.inputs, input_tensors(graph), strict=True)
    ]
    path = folder / f"{name}.data.npz"
    np.savez(path, **draw_inputs(named, ORDER.index(name)))
    return (str(path),)


def answers(folder, name):
    with np.load(folder / "outputs.npz") as held:
        return [held[f"{name}.{index}"] for index in range(sum(key.startswith(f"{name}.") for key in held))]


def compare(outcome, expected, tolerance=1e-5):
    assert len(outcome.arrays) == len(expected)
    for ours, theirs in zip(outcome.arrays, expected, strict=True):
        assert ours.shape == theirs.shape
        assert ours.dtype == theirs.dtype
        top = max(float(np.abs(theirs).max(initial=0)), 1e-6)
        np.testing.assert_allclose(ours.astype("float64"), theirs, rtol=0, atol=tolerance * top)


@pytest.mark.parametrize("name", ORDER)
def test_keras_files_give_keras_outputs(folder, name):
    path = str(folder / f"{name}.keras")
    graph = open_spec(path)
    outcome = run(graph, Options(weights=path, data=data_of(graph, name, folder)))
    compare(outcome, answers(folder, name), 2e-3 if name == "half" else 1e-5)


@pytest.mark.parametrize("suffix", ["h5", "weights.h5"])
@pytest.mark.parametrize("name", ["masks", "nested", "wrapped"])
def test_every_layout_holds_the_same_weights(folder, name, suffix):
    path, weights = str(folder / f"{name}.keras"), str(folder / f"{name}.{suffix}")
    assert has_weights(weights)
    graph = open_spec(path)
    compare(run(graph, Options(weights=weights, data=data_of(graph, name, folder))), answers(folder, name))


def test_an_h5_file_is_enough(folder):
    path = str(folder / "nested.h5")
    graph = open_spec(path)
    compare(run(graph, Options(weights=path, data=data_of(graph, "nested", folder))), answers(folder, "nested"))


@pytest.mark.parametrize("name", ORDER)
def test_a_pass_that_shows_every_layer_gives_the_same(folder, name):
    """Nothing is fused under --profile, so this compares the fused arithmetic with the plain one."""
    path = str(folder / f"{name}.keras")
    graph = open_spec(path)
    data = data_of(graph, name, folder)
    plain = run(graph, Options(weights=path, data=data, profile=True))
    joined = run(open_spec(path), Options(weights=path, data=data))
    assert len(plain.profile) > 2
    compare(joined, plain.arrays, 2e-3 if name == "half" else 1e-5)


@pytest.mark.parametrize("weights", ["a file", None])
def test_a_layer_shared_between_models_has_its_weights_once(folder, weights):
    path = str(folder / "nested.keras")
    made = prepare(open_spec(path), Options(weights=path if weights else None))
    by_name = dict(zip((node.name for node in made.graph.nodes), made.weights, strict=True))
    outside, inside = by_name["shared"]["kernel"], by_name["inner"]["shared"]["kernel"]
    wrapped = next(value for name, value in by_name.items() if name.startswith("time_distributed"))
    assert outside is inside
    assert next(iter(wrapped.values()))["shared"]["kernel"] is outside


def test_weights_of_another_model_are_refused(folder):
    with pytest.raises(ReadError, match=r"dense_1.*kernel is \(8, 2\)") as caught:
        run(open_spec(str(folder / "images.keras")), Options(weights=str(folder / "masks.keras")))
    assert caught.value.code == "E323"


def test_bfloat16_is_read():
    """bfloat16 is the upper half of float32, as Keras stores it."""
    numbers = np.array([1.0, -2.5, 3.140625, 0.0], "float32")
    words = (numbers.view("uint32") >> 16).astype("uint16")
    assert kernels.from_bfloat16(words.view("V2")).tolist() == numbers.tolist()
