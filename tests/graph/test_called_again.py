"""A layer that is called again has the weights of its first call; results recorded from Keras 3.15.1."""

from __future__ import annotations

import json

import pytest

from densecli.errors import SpecErrors
from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.graph.trace import trace
from densecli.layers.core import InputLayer
from densecli.read.open import open_spec
from densecli.summary.infer import infer
from support.answers import CASES, as_shapes, make
from support.case_values import flat
from support.folders import FIXTURES

RECORD = json.loads((FIXTURES / "called_again.json").read_text(encoding="utf-8"))
AGAIN = [case for case in CASES if case.id in RECORD]
# Cases where Keras itself fails on unknown sizes: it multiplies None, or checks the wrong axis of the second input.
TRIPS = {
    "DepthwiseConv1D", "DepthwiseConv2D", "GRUCell", "LSTMCell", "PReLU", "Pipeline", "STFTSpectrogram", "SimpleRNNCell",
    "SpectralNormalization", "StackedRNNCells",
}  # fmt: skip


def placed(item, refs):
    """The structure of a call, with shapes replaced by tensors."""
    return next(refs) if isinstance(as_shapes(item), tuple) else [placed(each, refs) for each in item]


def called_twice(case, second):
    """A graph that calls a layer on the inputs of the case, then on others."""
    shapes = flat([*case.inputs, *case.call.get("tensors", {}).values()])
    dtypes = [*case.dtypes, *["float32"] * len(shapes)]
    nodes, calls = [], []
    for sizes in (shapes, second):
        layers = [InputLayer(batch_shape=size, dtype=dtype) for size, dtype in zip(sizes, dtypes, strict=False)]
        refs = iter([Ref(len(nodes) + place) for place in range(len(layers))])
        nodes += [Node(f"input_{len(nodes) + place}", layer, [Call(())]) for place, layer in enumerate(layers)]
        args = tuple(placed(item, refs) for item in case.inputs)
        tensors = {name: placed(item, refs) for name, item in case.call.get("tensors", {}).items()}
        calls.append(Call(args, tensors | {name: value for name, value in case.call.items() if name != "tensors"}))
    inputs = [Ref(index) for index in range(len(nodes))]
    node = Node("x", make(case.layer, case.config), calls)
    return Graph("model", "Functional", [*nodes, node], inputs, [Ref(len(nodes), 0), Ref(len(nodes), 1)])


@pytest.mark.parametrize("case", AGAIN, ids=lambda case: case.id)
def test_a_second_call_gives_what_keras_gives(case):
    for second, reported, *rest in RECORD[case.id]:
        graph = called_twice(case, second)
        try:
            found = trace(graph).results[len(graph.nodes) - 1, 1]
            infer(graph)  # the weights of both calls are one row
        except SpecErrors as errors:
            untried = mixed(second) and "since the first call" in errors.errors[0].message
            assert reported is None or rest == [False] or untried or grouped(case), second
            continue
        if reported is None:
            assert case.layer in TRIPS, second
        elif not odd(case):
            assert [list(tensor.shape) for tensor in found.tensors] == reported, second


def odd(case):
    return case.layer == "Normalization" and case.config.get("axis") == [1, -1]  # twice the same axis


def grouped(case):
    """Keras does not check the input of a wrapped layer; torch takes more channels for groups."""
    return case.layer == "TimeDistributed" and case.config["layer"]["class_name"] == "Conv2D"


def mixed(second):
    """Whether a size is unknown, so that the recorder could not try whether Keras computes it."""
    return any(None in shape[1:] for shape in second)


# -- graphs ---------------------------------------------------------------------------------------
def outputs(tmp_path, first, again, layers):
    """The outputs of a model or one layer for two inputs; in a spec, the second call may come first."""
    path = tmp_path / "spec.json"
    model = {"type": "Sequential", "name": "m", "inputs": "a"} | layers
    spec = {"input": {"a": first, "b": again}, "layers": [model, {"call": "m", "inputs": "b", "name": "again"}]}
    path.write_text(json.dumps(spec | {"outputs": ["again", "m"]}), encoding="utf-8")
    again, once = infer(open_spec(str(path))).outputs
    return once.shape, again.shape


BUILT = {"input": [None, 5]}


@pytest.mark.parametrize("own", [{}, BUILT], ids=["deferred", "built"])
@pytest.mark.parametrize(
    ("layers", "once", "again"),
    [
        (["Dense(5)"], (None, None, 5), (None, 5, 5)),
        (["LayerNormalization"], (None, None, 5), (None, 5, None)),
        (["LayerNormalization", "Dense(4)"], (None, None, 4), (None, 5, 4)),
        (["BatchNormalization", "Dense(4)"], (None, None, 4), (None, 5, 4)),
    ],
)  # recorded from Keras 3.15.1, for a Sequential with and without its own input
def test_layers_in_a_model_exist_since_it_was_built(tmp_path, own, layers, once, again):
    assert outputs(tmp_path, [None, 5], [5, None], {"layers": layers} | own) == (once, again)


@pytest.mark.parametrize("own", [{}, BUILT], ids=["deferred", "built"])
def test_a_model_takes_the_sizes_that_it_was_built_for(tmp_path, own):
    with pytest.raises(SpecErrors, match=r"takes \(None, None, 5\).*got \(None, 5, 7\)"):
        outputs(tmp_path, [None, 5], [5, 7], {"layers": ["Activation(relu)"]} | own)


def test_a_layer_that_is_called_on_another_size_is_refused(tmp_path):
    with pytest.raises(SpecErrors) as caught:
        outputs(tmp_path, [5], [7], {"type": "Dense", "units": 3})
    (error,) = caught.value.errors
    assert error.code == "E405"
    assert error.message == (
        "Dense 'm': its kernel is (5, 3) since the first call, on (None, 5); this call needs (7, 3)"
    )


def test_the_first_call_counts_wherever_the_second_stands(tmp_path):
    """The second call is needed for the first output, so it is met first."""
    assert outputs(tmp_path, [None, 5], [5, None], {"type": "Dense", "units": 5}) == ((None, None, 5), (None, 5, 5))


def test_a_size_that_no_call_knows_stays_a_mistake(tmp_path):
    with pytest.raises(SpecErrors, match="the last axis of the input must be known"):
        outputs(tmp_path, [5, None], [None, 5], {"type": "Dense", "units": 5})


def test_weights_and_work_of_both_calls_are_counted(tmp_path):
    path = tmp_path / "spec.json"
    layers = [{"Dense": {"units": 4, "name": "d", "inputs": "a"}}, {"call": "d", "inputs": "b", "name": "e"}]
    path.write_text(
        json.dumps({"input": {"a": [5], "b": [3, None]}, "layers": layers, "outputs": ["d", "e"]}), encoding="utf-8"
    )
    report = infer(open_spec(str(path)))
    assert report.totals.params == 5 * 4 + 4
    assert report.totals.macs == 5 * 4 + 3 * 5 * 4  # an axis that meets the kernel has the kernel's size
