"""Data never seen in training: NaNs, invalid indices and missing values are computed as is or refused with a clear error."""

from __future__ import annotations

import re
from itertools import groupby

import numpy as np
import pytest

from densecli.errors import DenseError, SpecErrors
from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.layers.core import InputLayer
from densecli.run import run as module
from densecli.run.data import fitted, input_tensors
from support.answers import CASES, answers, as_shapes, flat_shapes, make
from support.forward_pass import indexed
from support.program import outcome

PER_LAYER = 4
ANSWERS = answers()
RUNNABLE = [case for case in CASES if "values" in ANSWERS.get(case.id, {})]
SOME = [case for _, cases in groupby(RUNNABLE, key=lambda case: case.layer) for case in list(cases)[:PER_LAYER]]
FLOATS = (np.nan, np.inf, -np.inf, 1e30, -1.0)
INTEGERS = (-1, -(2**31), 2**31 - 1, 10**6, 0)
WORDS = ("", "x", "\U0010ffff", " ", "1")


def graph_of(case):
    """A model of the case's layer alone."""
    count = iter(range(10**6))
    args = tuple(indexed(as_shapes(item), count) for item in case.inputs)
    tensors = {name: as_shapes(item) for name, item in case.call.get("tensors", {}).items()}
    named = {name: indexed(item, count) for name, item in tensors.items()}
    constants = {name: value for name, value in case.call.items() if name != "tensors"}
    shapes = flat_shapes([*map(as_shapes, case.inputs), *tensors.values()])
    dtypes = [*case.dtypes, *["float32"] * len(shapes)]
    inputs = [InputLayer(batch_shape=tuple(shape), dtype=dtype) for shape, dtype in zip(shapes, dtypes, strict=False)]
    nodes = [Node(f"input_{index}", layer, [Call(())]) for index, layer in enumerate(inputs)]
    nodes.append(Node("layer", make(case.layer, case.config), [Call(args, named | constants)]))
    refs = [Ref(index) for index in range(len(inputs))]
    return Graph("model", "Functional", nodes, refs, [Ref(len(inputs))])


def filled(tensor, batch, number):
    """An array of one value, as an input of this dtype takes it."""
    shape = [batch, *(4 if size is None else size for size in tensor.shape[1:])]
    kind = "U" if tensor.dtype == "string" else "f" if "float" in tensor.dtype else np.dtype(tensor.dtype).kind
    value = {"U": WORDS, "f": FLOATS}.get(kind, INTEGERS)[number]
    return fitted(np.full(shape, max(value, 0) if kind == "u" else bool(value) if kind == "b" else value), tensor, "x")


def computed_or_refused(monkeypatch, graph, batch, number):
    try:
        arrays = [filled(tensor, batch, number) for tensor in input_tensors(graph)]
        monkeypatch.setattr(module, "given_arrays", lambda *_: arrays)
        module.run(graph)
    except (DenseError, SpecErrors):
        return False
    return True


@pytest.mark.parametrize("case", SOME, ids=lambda case: case.id)
def test_any_data_are_computed_or_refused(monkeypatch, case):
    graph = graph_of(case)
    for number in range(5):
        computed_or_refused(monkeypatch, graph, 2, number)
    assert not computed_or_refused(monkeypatch, graph, 0, 0)


@pytest.mark.parametrize(
    "stack",
    ["Dense(2)@(0,)", "GRU(2)@(0,3)", "GRU(2)@(3,0)", "Softmax@(0,)", "Resizing(3,3)@(0,3,3)", "Flatten@(0,3)"],
)
def test_a_tensor_without_numbers_is_refused(stack):
    code, out, err = outcome(stack, "--run")
    assert (code, out) == (2, "")
    assert err.startswith("error[E509]: not runnable: ") and "which has no elements" in err


@pytest.mark.parametrize("dtype", ["float8_e4m3fn", "float8_e5m2"])
@pytest.mark.parametrize(
    "stack",
    [
        "Input((3,), dtype={}) -> Flatten",
        "Dense(2, dtype={})@(3,)",
        "TimeDistributed(Dense(2, dtype={}))@(3,2)",
        "Softmax(dtype={})@(3,)",
    ],
)
def test_a_number_that_numpy_does_not_have_is_refused(stack, dtype):
    code, out, err = outcome(stack.format(dtype), "--run")
    assert (code, out) == (2, "")
    assert err.startswith("error[E509]: not runnable: ") and f"is {dtype}, which NumPy does not have" in err


def test_a_batch_without_samples_is_refused(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((0, 3)))
    code, _, err = outcome("GRU(2)@(4,3)", "--run", "--data", str(tmp_path / "x.npy"))
    assert (code, err.startswith("error[E508]")) == (2, True)
    np.save(tmp_path / "x.npy", np.zeros((0, 4, 3)))
    code, _, err = outcome("GRU(2)@(4,3)", "--run", "--data", str(tmp_path / "x.npy"))
    assert (code, err.splitlines()[0]) == (
        2,
        "error[E509]: not runnable: 'input_layer' is (0, 4, 3), which has no elements",
    )


@pytest.mark.parametrize(
    ("stack", "hint"),
    [
        ("Dense(2)@(3,)", "--data '[[1,2,3]]'"),
        ("Dense(2)@(784,)", "x.npy with an array of shape (samples, 784), or x.csv with 784 numbers a line"),
        ("Conv2D(2,3)@(28,28,3)", "(samples, 28, 28, 3), or x.csv with 2,352 numbers a line, a line for each sample"),
        ("LSTM(2)@(none,30)", "x.npy with an array of shape (samples, any, 30)"),
    ],
)
def test_data_of_another_shape_is_told_a_way_that_works(tmp_path, stack, hint):
    code, _, err = outcome(stack, "--run", "--data", "[[[[[1]]]]]")
    assert (code, err.startswith("error[E508]")) == (2, True)
    assert hint in err
    if "x.npy" in hint:
        shape = [int(size) for size in re.findall(r"\d+", hint.partition("(samples")[2].partition(")")[0])]
        array = np.ones((2, *([5] if "any" in hint else []), *shape))
        np.save(tmp_path / "x.npy", array)
        np.savetxt(tmp_path / "x.csv", array.reshape(2, -1), delimiter=",")
        for name in ("x.npy", "x.csv") if "csv" in hint else ("x.npy",):
            assert outcome(stack, "--run", "--data", str(tmp_path / name))[0] == 0


def test_images_without_a_channel_axis_are_told_how_to_get_one(tmp_path):
    images = np.ones((2, 8, 8))
    np.save(tmp_path / "x.npy", images)
    code, _, err = outcome("Conv2D(2,3)@(8,8,1)", "--run", "--data", str(tmp_path / "x.npy"))
    assert (code, "numpy.save('x.npy', x[..., None])" in err) == (2, True)
    np.save(tmp_path / "x.npy", images[..., None])
    assert outcome("Conv2D(2,3)@(8,8,1)", "--run", "--data", str(tmp_path / "x.npy"))[0] == 0


@pytest.mark.parametrize(
    ("stack", "message"),
    [
        ("Softmax(axis=(1, -2))@(4,3)", "an axis occurs twice"),
        ("UnitNormalization(axis=(1, 1))@(4,3)", "an axis occurs twice"),
        ("[Input(batch_shape=(2,3)) | Input(batch_shape=(4,3))] -> Dot(1)", "batches of 2 and 4"),
        ("Input((300, 2), dtype=int32) -> STFTSpectrogram", "takes floating-point numbers"),
    ],
)
def test_error_what_keras_only_refuses_when_it_computes(stack, message):
    """Keras 3.15.1 infers a shape for each of them."""
    code, _, err = outcome(stack, "--run")
    assert (code, message in err) == (2, True), err
