"""Conversions that once failed, found by tools/prove_convert.py, which checks random models with Keras."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from densecli.errors import OutputError
from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.layers.core import InputLayer
from densecli.layers.operations.functions import Operation
from densecli.read.limits import LIMITS
from densecli.render.convert import FORMS, convert, dsl, keras_config, python
from support.conversions import READERS, nested_model, read_keras, record
from support.folders import FIXTURES
from support.models import graph


def recorded(name):
    models = json.loads(gzip.decompress((FIXTURES / "models.json.gz").read_bytes()))
    return read_keras(json.dumps(next(each["config"] for each in models if each["id"] == name)))


def test_an_output_of_a_nested_model_counts_the_node_that_keras_gives_it_first():
    """Keras 3.15.1 takes 1 off there; a 0 would be the last call, and shapes would not tell."""
    config = json.loads(keras_config.render(nested_model()))["config"]
    assert config["output_layers"] == [["head", 0, 0], ["encoder", 2, 0]]
    assert read_keras(keras_config.render(nested_model())).outputs == nested_model().outputs


def test_a_frozen_model_with_a_thawed_layer_stays_that_in_code():
    """`model.trainable = False` would freeze every layer in it as well."""
    code = python.render(recorded("frozen_base_with_a_thawed_layer"))
    assert ".trainable = " not in code
    assert re.search(r"keras\.Model\([^)]*, trainable=False\)", code)


@pytest.mark.parametrize("target", ["dsl", "yaml", "json", "keras"])
def test_error_a_layer_of_several_models_keeps_its_weights_in_code_only(target):
    model = recorded("layer_shared_between_nested_models")
    with pytest.raises(OutputError) as raised:
        READERS[target][0](model)
    assert raised.value.code == "E604"
    if target != "dsl":
        assert raised.value.hint == "use --to python"
    code = python.render(model)
    assert code.count("layers.Dense(") == 1
    assert ":=" in code


def test_error_the_dsl_refuses_what_it_would_lose():
    frozen = graph("Dense(8)@(8,)")
    frozen.trainable = False
    several = graph("[Dense(8)@(8,) | Dense(8)@(8,)]")
    several.outputs[0] = several.outputs[0]._replace(tensor=1)
    for model in (frozen, several, recorded("one_layer_at_several_depths_and_shapes")):
        with pytest.raises(OutputError) as raised:
            dsl.render(model)
        assert raised.value.code == "E604"


def test_a_gru_says_what_old_files_leave_out():
    model = graph("Bidirectional(GRU(3))@(5,4) -> Dense(1)")
    assert record(read_keras(keras_config.render(model))) == record(model)


# -- what a form cannot express ----------------------------------------------------------
LAMBDA = {
    "class_name": "Lambda",
    "config": {
        "name": "lambda",
        "function": {"class_name": "__lambda__", "config": {"code": "4wEAAAAA", "defaults": None, "closure": None}},
        "arguments": {},
    },
    "build_config": {"input_shape": [None, 7]},
}


def sequential(*layers, name="model", entry="entry"):
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, 7], "name": entry}}
    return {"class_name": "Sequential", "config": {"name": name, "layers": [first, *layers]}}


def dense(name):
    return {"class_name": "Dense", "config": {"units": 2, "name": name}}


@pytest.mark.parametrize("target", FORMS)
def test_error_a_lambda_whose_code_is_in_its_file(target):
    """A spec with a bare `Lambda` would lose the shape that follows from the code or from what the file tells."""
    with pytest.raises(OutputError) as raised:
        convert(read_keras(json.dumps(sequential(LAMBDA, dense("after")))), target)
    assert raised.value.code == "E604"
    assert "'lambda'" in raised.value.message


@pytest.mark.parametrize("target", ["dsl", "yaml", "json", "keras"])
@pytest.mark.parametrize("mode", ["int8", "float8", "int4"])
def test_quantized_layers_read_back_with_their_weights(mode, target):
    config = json.loads((FIXTURES / "quantized.json").read_text(encoding="utf-8"))[mode]["config"]
    model = read_keras(json.dumps(config))
    text = convert(model, target)
    assert mode in text
    found = record(READERS[target][1](text))
    assert [layer["weights"] for layer in found["layers"]] == [layer["weights"] for layer in record(model)["layers"]]


WRAPPED = {"class_name": "TimeDistributed", "config": {"name": "t", "layer": dense("in/side")}}
SLASHES = {
    "model": sequential(dense("a"), name="a/model"),
    "input": sequential(dense("a"), entry="an/input"),
    "layer": sequential(dense("a/layer")),
    "layer inside": sequential({"class_name": "Reshape", "config": {"target_shape": [7, 1], "name": "r"}}, WRAPPED),
    "nested": sequential({**sequential(dense("in/side"), name="inner")}),
}


@pytest.mark.parametrize("target", FORMS)
@pytest.mark.parametrize("place", SLASHES)
def test_error_a_name_with_a_slash(place, target):
    """Keras 2 had them; Keras 3 and specs refuse them. The DSL has no name for a model."""
    model = read_keras(json.dumps(SLASHES[place]))
    if (place, target) == ("model", "dsl"):
        assert "a/model" not in convert(model, target)
        return
    with pytest.raises(OutputError, match=r"the name '.*/.*'") as raised:
        convert(model, target)
    assert (raised.value.code, raised.value.hint) == (
        "E604", "Keras 3 takes no `/` in a name; tables and diagrams can show it"
    )  # fmt: skip


@pytest.mark.parametrize("form", ["dsl", "yaml", "json", "keras"])
@pytest.mark.parametrize(
    "text",
    [
        "RNN([LSTMCell(3), LSTMCell(4)])@(5,2) -> Dense(2)",
        "Input((3,), batch_size=4) -> Dense(2)",
        "Input(batch_shape=(0, 3)) -> Dense(2)",
        "Bidirectional(LSTM(3), backward_layer=LSTM(3, go_backwards=true))@(5,2)",
        "MobileNet((64, 64, 3), 0.25, include_top=false, name=net)@(64,64,3) -> Flatten",
    ],
)
def test_layers_and_shapes_inside_of_arguments_read_back(text, form):
    model = graph(text)
    write, back = READERS[form]
    assert record(back(write(model))) == record(model)


@pytest.mark.parametrize("form", ["dsl", "yaml", "json", "keras"])
def test_limits_on_what_is_read_are_none_on_what_is_written(form):
    """A model that was read in a short form may be long in another."""
    low = LIMITS._replace(spec_bytes=10, config_bytes=10, nodes=2, layers=1)
    assert convert(graph("Dense(3)@(2,) -> (Dense(3) -> ReLU)*3"), form, low)


def test_a_model_by_its_name_is_called_with_its_arguments():
    code = python.render(graph("MobileNet((64, 64, 3), 0.25, include_top=false)@(64,64,3) -> Flatten"))
    assert re.search(
        r"keras\.applications\.MobileNet\(input_shape=\(64, 64, 3\), alpha=0\.25, include_top=False\)", code
    )


def test_arguments_of_a_call_stand_where_the_function_has_them():
    """keras.ops.pad(x, pad_width, mode, constant_values), but Pad(pad_width, mode)(x, constant_values)."""
    nodes = [
        Node("x", InputLayer(shape=(4,)), [Call(())]),
        Node("pad", Operation("Pad", {"pad_width": [[0, 0], [1, 1]]}), [Call((Ref(0), 3.0))]),
    ]
    code = python.render(Graph("m", "Functional", nodes, [Ref(0)], [Ref(1)]))
    assert "ops.pad(x, constant_values=3.0, pad_width=" in code


@pytest.mark.parametrize(
    "other", ["Dense(4)@(2,)", "Dense(3)@(2,) -> ReLU", "Dense(3, use_bias=false)@(2,)", "Dense(3, name=a)@(2,)"]
)
def test_a_text_that_reads_back_as_another_model_is_refused(other, monkeypatch):
    """Whatever mistake a writer makes."""
    text = dsl.render(graph(other))
    monkeypatch.setattr(dsl, "render", lambda model: text)
    with pytest.raises(OutputError) as raised:
        convert(graph("Dense(3)@(2,)"), "dsl")
    assert raised.value.code == "E604"
