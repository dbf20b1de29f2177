"""Files of Keras 2 compute the same results as in Keras 2: recorded from tf_keras 2.21 for files that it saved."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

from densecli.errors import DenseError, Source
from densecli.read.keras.model import read_config
from densecli.read.open import open_spec
from densecli.run.run import Options, run
from densecli.summary.infer import infer
from support.folders import FIXTURES

pytest.importorskip("h5py")

ARCHIVE = FIXTURES / "old_runs.zip"
with zipfile.ZipFile(ARCHIVE) as _archive:
    NAMES = [name.removesuffix(".h5") for name in _archive.namelist() if name.endswith(".h5")]


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_those_of_tf_keras(name, tmp_path):
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(tmp_path, [f"{name}.{suffix}" for suffix in ("h5", "x.npz", "y.npy")])
    path, data = str(tmp_path / f"{name}.h5"), str(tmp_path / f"{name}.x.npz")
    (found,) = run(open_spec(path), Options(weights=path, data=(data,))).arrays
    expected = np.load(tmp_path / f"{name}.y.npy")
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-5 * np.abs(expected).max())


def model(version, kind, shape, **config):
    first = {"name": "l", "batch_input_shape": [None, *shape], **config}
    layers = [{"class_name": kind, "config": first}]
    document = {"class_name": "Sequential", "config": {"name": "m", "layers": layers}, "keras_version": version}
    return read_config(document, Source("<test>", json.dumps(document)))


@pytest.mark.parametrize(("version", "value"), [("1.2.2", 0.9), ("2.15.0", 0.9), ("3.15.1", 2 / 6 + 0.5)])
def test_hard_sigmoid_is_that_of_the_version(version, value, tmp_path):
    np.save(tmp_path / "x.npy", np.full((1, 2), 2, np.float32))
    graph = model(version, "Activation", [2], activation="hard_sigmoid")
    (found,) = run(graph, Options(data=(str(tmp_path / "x.npy"),))).arrays
    np.testing.assert_allclose(found, value, rtol=1e-6)


def test_the_name_and_the_cost_of_the_function_stay():
    old, new = (
        infer(model(version, "LSTM", [5, 3], units=4, recurrent_activation="hard_sigmoid"))
        for version in ("2.2.4", "3.0.0")
    )
    assert old.rows[0].layer.recurrent_activation == "hard_sigmoid"
    assert old.totals == new.totals


@pytest.mark.parametrize(("kind", "config"), [("BatchNormalization", {"mode": 1}), ("BatchNormalization", {"mode": 2})])
def test_arithmetic_that_nobody_has_any_more_is_counted_and_not_run(kind, config):
    graph = model("1.2.2", kind, [6], **config)
    assert infer(graph).totals.params == 24
    with pytest.raises(DenseError, match="not runnable: BatchNormalization 'l'"):
        run(graph)


def test_batch_normalization_with_the_usual_mode_runs():
    assert run(model("1.2.2", "BatchNormalization", [6], mode=0)).outputs[0].finite
