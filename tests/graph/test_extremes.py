"""Graphs at the edges: many calls, many paths, long chains, numbers beyond 2**63, outputs in every structure."""

from __future__ import annotations

import io
import json
from itertools import pairwise

import pytest

from densecli.errors import DenseError, SpecErrors
from densecli.read.limits import LIMITS
from densecli.read.open import read_stream
from densecli.read.reading import Reading
from densecli.summary.infer import infer
from support.program import here
from support.work import grows_no_faster

INPUT = {"module": "keras.layers", "class_name": "InputLayer", "name": "x", "inbound_nodes": [],
         "config": {"batch_shape": [None, 4], "dtype": "float32", "name": "x"}}  # fmt: skip


def tensor(name, call=0):
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, 4], "dtype": "float32", "keras_history": [name, call, 0]},
    }


def layer(name, *calls, kind="Dense", **config):
    nodes = [{"args": [call], "kwargs": {}} for call in calls]
    settings = {"name": name, **({"units": 4} if kind == "Dense" else {}), **config}
    return {"module": "keras.layers", "class_name": kind, "name": name, "inbound_nodes": nodes, "config": settings}


def functional(layers, outputs):
    config = {
        "name": "m",
        "trainable": True,
        "layers": [INPUT, *layers],
        "input_layers": [["x", 0, 0]],
        "output_layers": outputs,
    }
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "registered_name": "Functional",
        "config": config,
    }


def report(config, **limits):
    reading = Reading(limits=LIMITS._replace(**limits))
    return infer(read_stream(io.BytesIO(json.dumps(config).encode()), "m.json", reading))


def mistake(config, **limits):
    with pytest.raises((DenseError, SpecErrors)) as caught:
        report(config, **limits)
    return caught.value.errors[0] if isinstance(caught.value, SpecErrors) else caught.value


# -- many of everything ---------------------------------------------------------------------
def shared(count):
    calls = [tensor("x"), *(tensor("s", index) for index in range(count - 1))]
    return functional([layer("s", *calls)], [["s", count - 1, 0]])


def beside(count):
    every = [tensor("s", index) for index in range(count)]
    return functional([layer("s", *[tensor("x")] * count), layer("sum", every, kind="Add")], [["sum", 0, 0]])


def chain(count):
    names = ["x", *(f"d{index}" for index in range(count))]
    return functional([layer(name, tensor(before)) for before, name in pairwise(names)], [[names[-1], 0, 0]])


def lattice(levels):
    layers, before = [], "x"
    for level in range(levels):
        left, right, both = f"l{level}", f"r{level}", f"a{level}"
        joined = layer(both, [tensor(left), tensor(right)], kind="Add")
        layers += [layer(left, tensor(before)), layer(right, tensor(before)), joined]
        before = both
    return functional(layers, [[before, 0, 0]])


def test_a_shared_layer_is_counted_once_however_often_it_is_called():
    for model in (shared, beside):
        found = report(model(1000))
        assert found.totals.params == 20
        assert found.totals.macs == 16 * 1000


def test_a_lattice_of_2_to_the_40_paths_is_a_hundred_layers():
    found = report(lattice(40))
    assert (len(found.rows), found.totals.params) == (121, 1600)


@pytest.mark.parametrize("model", [shared, beside, chain, lattice], ids=lambda model: model.__name__)
def test_the_time_grows_with_the_calls_and_no_faster(model):
    def work(count):
        config = model(count)
        return lambda: report(config)

    assert grows_no_faster(work, 300)


def test_more_than_two_million_values_are_refused_first():
    assert mistake(chain(200), nodes=2000).code == "E502"


def test_models_in_models_are_refused_beyond_the_limit():
    inner = {"class_name": "Sequential", "config": {"name": "m", "layers": [INPUT, layer("d")]}}
    for _ in range(40):
        inner = {"class_name": "Sequential", "config": {"name": "m", "layers": [inner]}}
    assert mistake(inner).code == "E503"


# -- outputs --------------------------------------------------------------------------------
HEADS = [layer("b", tensor("x"), units=3), layer("a", tensor("x"), units=2), layer("c", tensor("x"), units=5)]


@pytest.mark.parametrize(
    ("outputs", "names"),
    [
        ({"z": ["b", 0, 0], "y": ["a", 0, 0]}, ["a", "b"]),
        ([["b", 0, 0], {"k": ["a", 0, 0]}], ["b", "a"]),
        ({"z": ["b", 0, 0], "y": {"p": ["a", 0, 0], "q": [["c", 0, 0]]}}, ["a", "c", "b"]),
        ([["b", 0, 0], ["b", 0, 0]], ["b", "b"]),
        ([["b", 0, 0], []], ["b"]),
        (["x", 0, 0], ["x"]),
    ],
)
def test_outputs_may_stand_in_any_structure(outputs, names):
    """As Keras 3.15.1 reads them; dicts by their keys."""
    assert [output.name for output in report(functional(HEADS, outputs)).outputs] == names


@pytest.mark.parametrize(
    "outputs",
    [None, [], {}, [[]], [["b", 0, 0], None], [["b", 0, 0], 5], [["b", 0, 0], "a"], ["b", 0], "b", 7,
     [["b", True, 0]], [["b", 0.0, 0]], [["b", "0", 0]], {"a": ["gone", 0, 0]}, [["b", -1, 0]]],
)  # fmt: skip
def test_outputs_that_name_no_tensor_are_refused(outputs):
    """Keras 3.15.1 refuses them too, but for the negative index, which Python counts from the end."""
    error = mistake(functional(HEADS, outputs))
    assert (error.code, error.place.pointer) == ("E403", "/config/output_layers")


def test_a_misspelled_output_has_a_suggestion():
    layers = [layer("head", tensor("x")), layer("tail", tensor("x"))]
    error = mistake(functional(layers, [["haed", 0, 0]]))
    assert (error.code, error.hint) == ("E403", "did you mean `head`?")


def test_layers_that_no_output_needs_are_a_warning():
    assert report(functional(HEADS, [["b", 0, 0]])).warnings == ("no output depends on 2 layers: a, c",)


# -- large numbers --------------------------------------------------------------------------
LARGEST = 2**63 - 1


def dense_of(units, width):
    config = {"name": "a", "units": units, "batch_input_shape": [None, width]}
    return {"class_name": "Sequential", "config": {"name": "m", "layers": [{"class_name": "Dense", "config": config}]}}


@pytest.mark.parametrize(("units", "width"), [(LARGEST + 1, 3), (3, LARGEST + 1), (10**30, 3)])
def test_sizes_from_2_to_the_63_on_are_refused(units, width):
    assert mistake(dense_of(units, width)).code == "E504"


def test_products_beyond_2_to_the_63_are_exact_everywhere(tmp_path):
    path = tmp_path / "m.json"
    path.write_text(json.dumps(dense_of(LARGEST, LARGEST)), encoding="utf-8")
    params = 85070591730234615856620279821087277056  # 2**126 - 2**63, by bc
    table = here(str(path)).stdout
    assert "85,070,591,730,234,615,856,620,279,821,087,277,056 (281474976710656.00 YB)" in table
    totals = json.loads(here(str(path), "-f", "json").stdout)["totals"]
    assert (totals["params"], totals["weight_bytes"]) == (params, 340282366920938463426481119284349108224)
    assert f",{params}," in here(str(path), "-f", "csv").stdout
    assert "281474976710656.00 YiB" in here("memory", str(path)).stdout
    assert here("check", str(path), "--expect-params", str(params)).returncode == 0
    assert here("check", str(path), "--expect-params", str(params + 1)).returncode == 1


@pytest.mark.parametrize(
    "stack", ["UpSampling1D(9223372036854775807)@(3,2) * 300", "Flatten@(1099511627776, 1099511627776)"]
)
def test_a_shape_that_no_array_has_is_an_error_and_no_number_of_ten_thousand_digits(stack):
    done = here(stack)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error[E504]")


def test_more_axes_than_any_array_has_are_an_error():
    names = ["x", *(f"e{index}" for index in range(62))]
    layers = [layer(name, tensor(before), kind="ExpandDims", axis=1) for before, name in pairwise(names)]
    for each in layers:
        each["module"] = "keras.src.ops.numpy"
    assert len(report(functional(layers, [["e61", 0, 0]])).outputs[0].shape) == 64
    layers.append({**layer("more", tensor("e61"), kind="ExpandDims", axis=1), "module": "keras.src.ops.numpy"})
    assert mistake(functional(layers, [["more", 0, 0]])).code == "E505"
