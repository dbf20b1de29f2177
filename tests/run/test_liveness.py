"""The memory of a forward pass: views count once if Keras and NumPy both share the memory, and no other memory is counted."""

from __future__ import annotations

import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densecli.errors import Source
from densecli.graph.trace import Tensor, trace
from densecli.memory.footprint import Wish, footprint
from densecli.read.spec.document import read_spec
from densecli.read.specs import read, specs
from densecli.run.liveness import Memory, Seen, outputs_of, peak, peak_tensors, whole
from densecli.run.run import Options, run
from densecli.summary.infer import with_batch
from support import forward_pass
from support.answers import CASES, answers, call_case, make
from support.case_values import draw_inputs
from support.folders import EXAMPLE_SPECS, FIXTURES
from support.program import outcome

ANSWERS = answers()
RUNNABLE = [case for case in CASES if "values" in ANSWERS.get(case.id, {})]
KERAS = json.loads((FIXTURES / "views.json").read_text(encoding="utf-8"))  # of tools/record_views.py
COUNTED_TWICE = {"Add", "RandomCrop"}  # a sum of one, a crop that removes nothing: views that no rule covers


def graph(text):
    return read(specs([text])[0])


def entered(case):
    """The layer's result for the drawn sizes, and the view information of its outputs if all inputs are contiguous."""
    layer = make(case.layer, case.config)
    result = call_case(case, layer)
    drawn = [forward_pass.in_numpy(array) for array in draw_inputs(case)]
    shapes = tuple(
        Tensor(tuple(array.shape), tensor.dtype) for array, tensor in zip(drawn, result.inputs, strict=False)
    )
    inputs = [Seen(Memory(array.nbytes)) for array in drawn]
    return layer, inputs, outputs_of(layer, result._replace(inputs=shapes), inputs)


def computed(monkeypatch, case, layer):
    """The input and output arrays."""
    given = [np.array(forward_pass.in_numpy(array)) for array in draw_inputs(case)]
    monkeypatch.setattr(forward_pass, "draw_inputs", lambda _: given)
    return given, [value.array for value in forward_pass.call_forward(case, layer)]


@pytest.mark.parametrize("case", RUNNABLE, ids=lambda case: case.id)
def test_views_and_the_order_of_numbers_are_those_of_keras_and_numpy(monkeypatch, case):
    """A view is one in both, and numbers lie in order where a reshape counts on it."""
    layer, inputs, outputs = entered(case)
    given, arrays = computed(monkeypatch, case, layer)
    assert all(array.flags.c_contiguous or not seen.in_order for seen, array in zip(outputs, arrays, strict=False))
    tensors = call_case(case, layer)
    cast = not tensors.inputs or tensors.inputs[0].dtype != tensors.tensors[0].dtype  # by what Keras reports
    shared = [array.dtype != object and np.shares_memory(array, given[0]) for array in arrays]
    both = [here and there == 0 for here, there in zip(shared, KERAS.get(case.id, [None] * len(arrays)), strict=True)]
    ours = [seen.memory is inputs[0].memory for seen in outputs]
    assert not any(ours) if cast or case.layer in COUNTED_TWICE or not any(both) else ours == both


# -- models --------------------------------------------------------------------------------
STEPS = st.sampled_from([
    "Dense(4)", "Dense(3, activation=relu)", "Activation(linear)", "Activation(tanh)", "Dropout(0.5)", "Identity", "GaussianNoise(1.0)",
    "Reshape((-1, 2))", "Reshape((2, -1))", "Permute((2, 1))", "Cropping1D((0, 1))", "ZeroPadding1D(1)", "LayerNormalization",
    "Conv1D(4, 1)", "Conv1D(4, 1, data_format=channels_first)", "LSTM(4, return_sequences=true)", "GRU(2, return_sequences=true)",
    "Bidirectional(GRU(2, return_sequences=true))", "TimeDistributed(Dense(4))", "RepeatVector(2)", "Flatten -> Reshape((-1, 1))",
    "[_ | Dropout(0.2)] -> Add", "[_ | Reshape((-1, 2))  -> Flatten | Flatten]", "[_ | _] -> Concatenate(axis=1)", "Flatten", "Dense(2)",
])  # fmt: skip
MODELS = st.lists(STEPS, min_size=1, max_size=7).map(lambda steps: " -> ".join(["Identity@(4, 6)", *steps]))


def fitting(text):
    """The model, or None where its layers do not fit together."""
    try:
        made = graph(text)
        return made, trace(made, with_batch(made, 2))
    except Exception:  # noqa: BLE001  # whatever is wrong with a random stack
        return None


@settings(max_examples=400, database=None)
@given(MODELS)
def test_freeing_never_costs_more_than_keeping(text):
    model = fitting(text)
    if model is not None:
        highest = peak(*model)
        assert sum(highest.alive.values()) <= highest.bytes <= highest.made
        assert highest.bytes == peak_tensors(*model)


@pytest.mark.parametrize("path", sorted(EXAMPLE_SPECS.glob("*.yaml")), ids=lambda path: path.stem)
def test_freeing_never_costs_more_than_keeping_in_an_example(path):
    made = read(specs([str(path)])[0])
    try:
        found = footprint(made, "", Wish(2)).inference
    except Exception:  # noqa: BLE001  # a size that only the user knows
        pytest.skip("its inputs have open sizes")
    assert found.total <= found.holding_all


@settings(max_examples=150, database=None)
@given(MODELS)
def test_one_memory_in_the_walk_is_one_in_the_pass(text):
    """What is counted once shares its memory in the arrays of `--run`: no pass needs more than it is told to."""
    model = fitting(text)
    if model is None:
        return
    arrays = {}
    run(model[0], Options(batch=2, profile=True), lambda step, values: arrays.update({step: values}))
    walk, seen = whole(*model), {}
    for step, _ in walk.moments():
        if step is not None:
            seen[step] = [each for ref, each in walk.alive.items() if ref[:2] == step]
    firsts = {}
    for step, values in arrays.items():
        for each, value in zip(seen.get(step, ()), values, strict=False):
            first = firsts.setdefault(each.memory, value.array)
            assert np.shares_memory(first, value.array), (text, step)


@pytest.mark.parametrize(
    "stack",
    [
        "Flatten@(500,400) -> Dense(4)",
        "Reshape((400, 500))@(500,400) -> Flatten -> Dropout(0.5) -> Reshape((200, 1000)) -> Dense(4)",
        "Dense(400)@(500,400) -> Flatten -> Reshape((400, 500)) -> Dense(4)",
        "Cropping1D((0, 1))@(500,400) -> Dropout(0.5) -> GlobalAveragePooling1D -> Dense(4)",
        "Permute((2, 1))@(500,400) -> Flatten -> Dense(4)",
        "LSTM(100, return_sequences=true)@(50,100) -> Flatten -> Dense(4)",
    ],
)
def test_a_measured_pass_with_views_needs_what_is_told(stack):
    """Beside --run: the arrays that NumPy holds at the height of the pass, and the figure; up to what kernels need for themselves."""
    made, options = graph(stack), Options(batch=8)
    run(made, options)
    tracemalloc.start()
    told = run(made, options).peak_bytes
    measured = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert told == footprint(made, "", Wish(8)).inference.total
    assert 0.95 * told <= measured <= 1.25 * told + (1 << 20)


def test_a_pass_fits_in_the_memory_that_it_is_told_to_need():
    stack = "Flatten@(500,400) -> Dense(1)"
    needed = footprint(graph(stack), "", Wish(1)).inference.total
    assert needed < 2 * 500 * 400 * 4 + 500 * 400 * 4  # batch and kernel, and no second batch for Flatten
    assert outcome(stack, "--run", "--max-memory", str(needed))[0] == 0
    assert outcome(stack, "--run", "--max-memory", str(needed - 1))[0] == 2


def test_a_memory_is_shown_once_under_its_first_tensor():
    made = graph("Dense(6, name=a)@(4,) -> Reshape((2, 3), name=b) -> [Dense(3, name=c) | Flatten(name=d)]")
    found = peak(made, trace(made, with_batch(made, 1)))
    assert sorted(found.alive.values()) == [24, 24]
    assert found.bytes == 48


def test_a_model_inside_holds_what_its_caller_holds():
    """The batch of a nested model stays until its call returns; in a plain stack it is freed after its last use."""
    layers = ["Dense(8)", {"type": "Sequential", "layers": ["Dense(1000)", "Dense(8)"]}, "Dense(2)"]
    nested = read_spec(Source("<argument>", json.dumps({"input": [4], "layers": layers})))
    flat = graph("Dense(8)@(4,) -> Dense(1000) -> Dense(8) -> Dense(2)")
    heights = [peak_tensors(each, trace(each, with_batch(each, 1))) for each in (flat, nested)]
    assert heights == [(1000 + 8) * 4, (8 + 1000 + 8) * 4]
