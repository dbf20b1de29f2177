"""Two models on the same data and weights: equal where they compute the same, and the first layer that differs."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densecli import kernels
from densecli.cli import run
from support.folders import FIXTURES
from support.random_stacks import chains, text

A = "Dense(4)@(2,3) -> Flatten -> Dense(2)"


def compared(capsys, *arguments):
    """The exit code, what is said of the run, and the messages."""
    code = run(["diff", *map(str, arguments), "--run", "-f", "json"])
    out, err = capsys.readouterr()
    return code, json.loads(out)["run"] if out else None, err


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("TimeDistributed(Dense(4))@(2,3)", "Dense(4)@(2,3)"),
        ("Dense(4, activation=relu)@(3,)", "Dense(4)@(3,) -> ReLU"),
        ("Conv2D(3, 1)@(4,4,2)", "Conv2D(3, 1, strides=1, padding=same)@(4,4,2)"),
        ("GlobalAveragePooling2D@(4,4,2)", "AveragePooling2D(4)@(4,4,2) -> Flatten"),
        ("RNN(LSTMCell(3))@(4,2)", "LSTM(3)@(4,2)"),
        ("Dense(4)@(3,) -> Dropout(0.5)", "Dense(4)@(3,)"),
    ],
)
def test_models_that_compute_the_same_are_equal(capsys, before, after):
    code, found, _ = compared(capsys, before, after)
    assert (code, found["equal"]) == (0, True)
    assert found["outputs"][0]["largest"] <= 1e-5


@pytest.mark.parametrize(
    ("after", "first"),
    [
        ("Dense(4, activation=relu)@(2,3) -> Flatten -> Dense(2)", "dense"),
        ("Dense(4)@(2,3) -> Flatten -> Dense(2, activation=tanh)", "dense_1"),
        ("Dense(4)@(2,3) -> ReLU -> Flatten -> Dense(2)", "flatten"),
        ("Dense(4)@(2,3) -> Flatten -> Dense(2) -> Softmax", None),
    ],
)
def test_the_first_layer_that_differs_is_named(capsys, after, first):
    code, found, _ = compared(capsys, A, after)
    assert (code, found["equal"]) == (1, False)
    assert (found["first_different"] or {}).get("after") == first
    assert run(["diff", A, after, "--run", "--exit-zero"]) == 0
    shown = capsys.readouterr().out
    assert f"First different layer: {first}" in shown if first else "the difference comes from the others" in shown


def nested(activation):
    """A config with a model inside, whose second layer has this activation."""
    inner = [("InputLayer", {"batch_shape": [None, 4]}), ("Dense", {"units": 3, "name": "a"})]
    inner += [("Activation", {"activation": activation, "name": "b"}), ("Dense", {"units": 2, "name": "c"})]
    model = sequential("inner", [{"class_name": kind, "config": config} for kind, config in inner])
    return sequential("outer", [model, {"class_name": "Dense", "config": {"units": 2, "name": "d"}}])


def sequential(name, layers):
    return {"class_name": "Sequential", "config": {"name": name, "layers": layers}}


def test_the_difference_in_a_nested_model_is_found_inside(capsys, tmp_path):
    for activation in ("relu", "tanh"):
        (tmp_path / f"{activation}.json").write_text(json.dumps(nested(activation)), encoding="utf-8")
    _, found, err = compared(capsys, tmp_path / "relu.json", tmp_path / "tanh.json")
    assert found["first_different"]["after"] == "inner/b", err


@pytest.mark.parametrize(
    ("after", "message"),
    [
        ("Dense(5)@(2,3) -> Flatten -> Dense(2)", "'dense/kernel' is (3, 4), but 'dense/kernel', which takes its place, is (3, 5)"),
        (f"{A} -> Dense(2)", "they have 4 arrays and 6 arrays"),
        ("Dense(4, use_bias=false)@(2,3) -> Flatten -> Dense(2)", "'dense/bias' is (4,), but 'dense_1/kernel'"),
    ],
)  # fmt: skip
def test_other_slots_are_refused(capsys, after, message):
    code, found, err = compared(capsys, A, after)
    assert (code, found) == (2, None)
    assert "error[E323]" in err
    assert message in err


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("[Dense(4)@(3,) | Dense(4)@(3,)] -> Add", "Dense(4)@(3,) -> Dense(3) -> Dense(4)", "E508"),
        ("Flatten@(3,)", "Flatten@(4,)", "E508"),
    ],
)
def test_data_that_only_one_can_take_is_refused(capsys, before, after, code):
    assert run(["diff", before, after, "--run"]) == 2
    assert f"error[{code}]" in capsys.readouterr().err


def test_given_data_and_weights_go_through_both(capsys):
    words = ("--data", "[[1,2,3]]", "--weights", "ones")
    _, found, _ = compared(capsys, "Dense(2)@(3,)", "Dense(2, activation=relu)@(3,)", *words)
    assert found["equal"]
    assert found["data"] == "as given"
    assert "all 1" in found["weights"]


def test_a_tolerance_decides_what_is_equal(capsys):
    small = "Dense(2)@(3,) -> Rescaling(1.001)"
    assert compared(capsys, "Dense(2)@(3,) -> Rescaling(1.0)", small)[0] == 1
    assert compared(capsys, "Dense(2)@(3,) -> Rescaling(1.0)", small, "--tolerance", "0.01")[0] == 0
    for wrong in ("x", "-1", "inf", "nan"):
        assert run(["diff", A, A, "--run", "--tolerance", wrong]) == 2
        assert "--tolerance" in capsys.readouterr().err


@pytest.mark.parametrize(
    "option", [("--tolerance", "1"), ("--data", "[1]"), ("--weights", "ones"), ("--max-memory", "1GB")]
)
def test_options_of_a_run_need_one(capsys, option):
    assert run(["diff", A, A, *option]) == 2
    assert "add --run" in capsys.readouterr().err


def test_files_with_weights_use_them(capsys, tmp_path):
    """An old and a new file of one model; the source that densecli writes of a file, against the file."""
    pytest.importorskip("h5py")
    with zipfile.ZipFile(FIXTURES / "runs.zip") as archive:
        archive.extractall(tmp_path, ["masks.h5", "masks.keras", "images.keras"])
    old, new = tmp_path / "masks.h5", tmp_path / "masks.keras"
    code, found, _ = compared(capsys, old, new)
    assert (code, found["equal"], found["weights"]) == (0, True, "each model's own")
    file, source = tmp_path / "images.keras", tmp_path / "images.py"
    run(["convert", str(file), "--to", "python", "-o", str(source)])
    for pair in ((source, file), (file, source)):
        code, found, err = compared(capsys, *pair)
        assert code == 0, err
        assert "images.keras" in found["weights"]
    code, found, _ = compared(capsys, old, new, "--weights", "initial")
    assert (code, found["weights"]) == (0, "drawn with seed 0, the same arrays for both in order")


@settings(max_examples=25, deadline=None)
@given(chain=chains(most=5), seed=st.integers(0, 9))
def test_a_model_is_equal_to_itself(chain, seed):
    model = text(chain)
    assert run(["diff", model, model, "--run", "--seed", str(seed), "-o", "/dev/null"]) == 0


def test_nan_and_infinity_differ_from_numbers_only():
    x = np.array([1.0, np.nan, np.inf, -np.inf], np.float32)
    assert kernels.largest_difference(x, x.copy())[0] == 0
    for index, other in ((1, 0.0), (2, -np.inf), (3, np.nan), (0, np.nan)):
        y = x.copy()
        y[index] = other
        assert kernels.largest_difference(x, y)[:2] == (np.inf, (index,))
