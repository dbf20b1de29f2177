"""The rows that masks add to Functional models match Keras 3.15.1, whatever format the model is in."""

from __future__ import annotations

import json
import re

import pytest

import densecli.layers  # noqa: F401
from densecli.errors import ConfigError, OutputError, SpecErrors
from densecli.graph.masks import RULES
from densecli.read.open import read_text
from densecli.read.reading import Reading
from densecli.render.convert import convert
from densecli.summary.infer import infer
from support.answers import CASES, make
from support.folders import FIXTURES

RECORD = json.loads((FIXTURES / "masks.json").read_text(encoding="utf-8"))
MODELS = RECORD["models"]
FORMS = {"spec": "model.yaml", "source": "model.py", "config": "model.json"}


def graph_of(text, form):
    text = text if isinstance(text, str) else json.dumps(text)
    return read_text(text.encode(), FORMS[form], Reading())


def rows(graph):
    """Rows in the form of the record: name, class, shapes of one call, parameters, and connections in a Functional."""
    return [
        [
            row.name,
            row.type,
            [list(shape) for shape in row.calls[0].output_shapes] if len(row.calls) == 1 else None,
            row.params,
            None if graph.kind == "Sequential" else [list(call.inbound) for call in row.calls],
        ]
        for row in infer(graph).rows
    ]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", MODELS)
def test_rows_are_those_of_keras(name, form):
    model = MODELS[name]
    assert rows(graph_of(model[form], form)) == model["rows"]


def test_the_record_has_rows_of_masks_and_models_without():
    operations = [{row[1] for row in model["rows"]} & RULES - {"Concatenate"} for model in MODELS.values()]
    assert sum(map(bool, operations)) > 20
    assert {*map(frozenset, operations)} >= {frozenset(), frozenset({"NotEqual"}), frozenset({"NotEqual", "Any"})}


# -- which layers ----------------------------------------------------------------------
PASS_BY_A_RULE_OF_THEIR_OWN = {"Attention", "AdditiveAttention", "Dot"}


def made(case):
    try:
        return make(case.layer, case.config)
    except ConfigError:
        return None


@pytest.mark.parametrize("name", RECORD["layers"])
def test_layers_take_and_pass_masks_as_in_keras(name):
    supports, takes, _ = RECORD["layers"][name]
    layer = next(filter(None, map(made, (case for case in CASES if case.layer == name))))
    assert layer.takes_mask is takes
    assert layer.supports_masking is supports or name in PASS_BY_A_RULE_OF_THEIR_OWN


# -- converting ------------------------------------------------------------------------
@pytest.mark.parametrize("target", ["yaml", "json"])
@pytest.mark.parametrize("name", MODELS)
def test_specs_leave_rows_of_masks_to_the_reader(name, target):
    graph = graph_of(MODELS[name]["config"], "config")
    text = convert(graph, target)
    assert not re.search("NotEqual|not_equal|LogicalOr|logical_or|ExpandDims", text)
    assert rows(graph_of(text, "spec")) == MODELS[name]["rows"]


@pytest.mark.parametrize("name", MODELS)
def test_the_dsl_leaves_rows_of_masks_to_the_reader(name):
    """It has no words for models in models and layers that are called again, and one chain is a Sequential in it."""
    model = MODELS[name]
    try:
        text = convert(graph_of(model["config"], "config"), "dsl")
    except OutputError as refusal:
        assert re.search("chain|nested model|used 2 times|second output|the states", refusal.message)
        return
    found = read_text(text.encode(), "model.dsl", Reading())
    assert [row[:2] for row in rows(found)] == [
        row[:2] for row in model["rows"] if row[1] != "InputLayer" or found.kind != "Sequential"
    ]


@pytest.mark.parametrize("name", MODELS)
def test_a_keras_config_says_the_rows_of_masks(name):
    text = convert(graph_of(MODELS[name]["spec"], "spec"), "keras")
    assert rows(graph_of(text, "config")) == MODELS[name]["rows"]


def test_a_mask_that_does_not_follow_is_said_in_full():
    """What Keras would not make of the layers before it is a function of its own in a spec, and refused in a stack."""
    config = json.loads(json.dumps(MODELS["masking of another value, simple rnn"]["config"]))
    (made,) = (each for each in config["config"]["layers"] if each["class_name"] == "NotEqual")
    made["inbound_nodes"][0]["args"][1] = 7.0
    graph = graph_of(config, "config")
    text = convert(graph, "yaml")
    assert "7.0" in text
    assert rows(graph_of(text, "spec")) == rows(graph)
    with pytest.raises(OutputError):
        convert(graph, "dsl")


def test_names_of_rows_of_masks_are_for_keras_to_give():
    """A model that is not the first of its session has later numbers."""
    text = json.dumps(MODELS["embedding, lstm"]["config"]).replace('"not_equal"', '"not_equal_4"')
    assert [row[0] for row in rows(graph_of(convert(graph_of(text, "config"), "yaml"), "spec"))] == [
        "words", "embedding", "not_equal", "lstm"
    ]  # fmt: skip


# -- other models that go through a spec ---------------------------------------------------
def test_names_of_masks_give_way_to_names_that_are_given():
    text = "Embedding(9, 4, mask_zero=true)@(10) -> [LSTM(3, name=not_equal) | GRU(3)] -> Add"
    names = [row[0] for row in rows(read_text(text.encode(), "model.dsl", Reading()))]
    assert names == ["input_layer", "embedding", "not_equal_1", "not_equal", "gru", "add"]


def test_a_long_chain_of_masks_is_no_recursion():
    text = "Masking@(4,3) -> " + "[_ | Dense(3)] -> Add -> " * 3000 + "[LSTM(2) | GRU(2)] -> Add"
    assert sum(row[1] == "LogicalOr" for row in rows(read_text(text.encode(), "model.dsl", Reading()))) == 3000


def test_a_mistake_stays_a_mistake():
    text = "Masking@(4,3) -> [LSTM(2) | Conv1D(2, 9)] -> Add"
    with pytest.raises(SpecErrors, match="Conv1D"):
        infer(read_text(text.encode(), "model.dsl", Reading()))


def test_input_shapes_from_outside():
    text = "Embedding(9, 4, mask_zero=true) -> [LSTM(3) | GRU(3)] -> Add"
    graph = read_text(text.encode(), "model.dsl", Reading(input_shapes={None: (10,)}))
    assert [row[1] for row in rows(graph)] == ["InputLayer", "Embedding", "NotEqual", "LSTM", "GRU", "Add"]
