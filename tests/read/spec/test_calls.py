"""Models inside layers, arguments of calls by name, and functions of keras.ops: what specs say as files do."""

from __future__ import annotations

import gzip
import json

import pytest

from densecli.errors import Source, SpecErrors
from densecli.read.keras.model import read_config
from densecli.read.open import read_text
from densecli.read.reading import Reading
from densecli.read.spec.document import read_spec
from densecli.read.stack.reader import read_stack
from densecli.render.convert import convert
from densecli.render.json import as_record
from densecli.summary.infer import infer
from support.folders import FIXTURES

MODELS = {each["id"]: each for each in json.loads(gzip.decompress((FIXTURES / "models.json.gz").read_bytes()))}
NOT_IN_SPECS = ("layer_shared_between_nested_models", "one_layer_at_several_depths_and_shapes")


def spec(text):
    return read_spec(Source("m.yaml", text))


def errors_of(text):
    with pytest.raises(SpecErrors) as caught:
        spec(text)
    return [(error.code, error.message) for error in caught.value.errors]


def facts(graph):
    record = as_record(infer(graph)._replace(source="", warnings=()))
    return {key: record[key] for key in ("layers", "totals", "inputs", "outputs")}


@pytest.mark.parametrize("name", MODELS)
def test_recorded_models_of_keras_go_to_yaml_and_back(name):
    """The report of each was compared with Keras' when it was recorded; `convert` itself refuses what differs."""
    graph = read_config(MODELS[name]["config"], Source(name, ""), None, "")
    if name in NOT_IN_SPECS:
        return
    text = convert(graph, "yaml")
    again = read_text(str(text).encode(), "m.yaml", Reading())
    assert infer(again).totals == infer(graph).totals
    assert str(convert(again, "yaml")) == str(text)


# -- a model inside a layer ------------------------------------------------------------------
HEAD = "input: [8, 32, 32, 3]\nlayers:\n"
STACK = "TimeDistributed(Conv2D(16, 3) -> GlobalAveragePooling2D -> Dense(10))@(8,32,32,3)"
FORMS = [
    "  - TimeDistributed(Conv2D(16, 3) -> GlobalAveragePooling2D -> Dense(10))",
    "  - TimeDistributed: Conv2D(16, 3) -> GlobalAveragePooling2D -> Dense(10)",
    "  - TimeDistributed: {layer: 'Conv2D(16, 3) -> GlobalAveragePooling2D -> Dense(10)'}",
    "  - TimeDistributed: {layer: {Sequential: [Conv2D(16, 3), GlobalAveragePooling2D, Dense(10)]}}",
    "  - TimeDistributed: {Sequential: ['Conv2D(16, 3)', GlobalAveragePooling2D, Dense: 10]}",
    "  - {type: TimeDistributed, layer: {type: Sequential, layers: [{Conv2D: {filters: 16, kernel_size: 3}}, GlobalAveragePooling2D, Dense: 10]}}",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_model_inside_a_layer_is_written_in_any_form(form):
    assert facts(spec(HEAD + form)) == facts(read_stack(Source("", STACK)))


def test_its_figures_are_those_of_keras():
    """Keras 3.15.1 counts 448 + 170 parameters, and shows (None, 8, 10)."""
    report = infer(read_stack(Source("", STACK)))
    assert (report.totals.params, report.rows[0].output_shapes) == (618, ((None, 8, 10),))
    assert [row.name for row in report.rows[0].layers[0].layers] == ["conv2d", "global_average_pooling2d", "dense"]


@pytest.mark.parametrize(
    "text",
    [
        STACK,
        "TimeDistributed(Input((6,), name=q) -> Dense(10), name=td)@(8,6) -> TimeDistributed(Dense(3) -> ReLU)",
        "Bidirectional(LSTM(4), backward_layer=LSTM(4, go_backwards=true))@(5,3)",
    ],
)
def test_stacks_with_models_inside_go_to_stacks_and_back(text):
    graph = read_stack(Source("", text))
    again = read_stack(Source("", str(convert(graph, "dsl")).strip()))
    assert facts(again) == facts(graph)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("TimeDistributed(Dense(0) -> ReLU)@(3,2)", [(22, 23)]),
        ("TimeDistributed(Dense(1) -> Dense(0))@(3,2) -> TimeDistributed(Dense(1) -> Dense(0))", [(34, 35), (81, 82)]),
        ("Dense(1)@(3,2) -> TimeDistributed(Dense(1) -> Nonsense)", [(46, 54)]),
    ],
)
def test_a_mistake_inside_is_shown_in_its_place(text, places):
    with pytest.raises(SpecErrors) as caught:
        read_stack(Source("", text))
    assert [(error.place.start, error.place.end) for error in caught.value.errors] == places


def test_the_name_of_a_layer_alone_is_that_layer_where_one_is_wanted():
    graph = read_stack(
        Source("", "TimeDistributed(GlobalAveragePooling2D)@(4,8,8,3) -> TimeDistributed(layer=Flatten)")
    )
    assert [row.output_shapes[0] for row in infer(graph).rows] == [(None, 4, 3), (None, 4, 3)]


# -- arguments by name ------------------------------------------------------------------------
def test_states_are_handed_on():
    graph = spec(
        "input: {a: [5, 4], b: [6, 4]}\nlayers:\n"
        "  - LSTM: {units: 3, return_state: true, name: encoder, inputs: a}\n"
        "  - LSTM: {units: 3, inputs: [b, {initial_state: ['encoder:1', 'encoder:2']}]}\n"
    )
    assert infer(graph).rows[3].inbound == ("b", "encoder")
    assert len(infer(graph).rows[3].calls[0].inbound) == 3


def test_attention_by_name_is_attention_by_position():
    head = "input: {q: [5, 8], v: [6, 8]}\nlayers:\n  - MultiHeadAttention: {num_heads: 2, key_dim: 4, inputs: "
    by_name, by_place = (spec(f"{head}{inputs}}}") for inputs in ("{query: q, value: v}", "[q, v]"))
    assert infer(by_name).totals == infer(by_place).totals
    scores = spec(
        f"{head}[q, v, {{return_attention_scores: true}}]}}\noutputs: [multi_head_attention, 'multi_head_attention:1']"
    )
    assert [each.shape for each in infer(scores).outputs] == [(None, 5, 8), (None, 2, 5, 5)]  # as Keras 3.15.1 tells


def test_a_name_that_is_not_there_is_shown():
    found = errors_of("input: {a: [5, 4]}\nlayers:\n  - LSTM: {units: 3, inputs: [a, {initial_state: [b, c]}]}")
    assert found == [("E402", "no layer named 'b'"), ("E402", "no layer named 'c'")]


def test_arguments_may_name_layers_that_come_later():
    graph = spec(
        "input: {a: [5, 4]}\nlayers:\n"
        "  - LSTM: {units: 3, name: second, inputs: [a, {initial_state: ['first:1', 'first:2']}]}\n"
        "  - LSTM: {units: 3, return_state: true, name: first, inputs: a}\noutputs: [second]"
    )
    assert [row.name for row in infer(graph).rows] == ["a", "first", "second"]


def test_a_loop_through_an_argument_is_found():
    text = "input: {a: [5, 4]}\nlayers:\n  - LSTM: {units: 3, name: x, inputs: [a, {initial_state: [x, x]}]}"
    assert errors_of(text)[0][0] == "E401"


# -- functions ----------------------------------------------------------------------------------
def test_functions_have_their_arguments_and_names():
    graph = spec(
        "input: {x: [8, 4]}\nlayers:\n"
        "  - {op: mean, axis: 1, keepdims: true}\n"
        "  - {op: multiply, inputs: [x, mean]}\n"
        "  - {op: add, inputs: [multiply, 1.5], name: moved}\n"
        "  - {op: get_item, inputs: [moved, [{slice: [null, null, null]}, 0]]}\n"
        "  - {op: concatenate, axis: -1, inputs: [[get_item, get_item]]}\n"
        "  - Dense(3)\n"
    )
    assert [(row.name, row.output_shapes[0]) for row in infer(graph).rows] == [
        ("x", (None, 8, 4)), ("mean", (None, 1, 4)), ("multiply", (None, 8, 4)), ("moved", (None, 8, 4)),
        ("get_item", (None, 4)), ("concatenate", (None, 8)), ("dense", (None, 3)),
    ]  # fmt: skip


def test_a_function_that_keras_does_not_have_is_refused():
    assert errors_of("input: [3]\nlayers: [{op: maen}]") == [("E304", "no function 'maen' in keras.ops")]
    assert errors_of("input: [3]\nlayers: [{op: [1]}]")[0][0] == "E304"


# -- models of keras.applications ---------------------------------------------------------------
@pytest.mark.parametrize("path", sorted((FIXTURES / "applications").glob("*.gz")), ids=lambda path: path.name[:-8])
def test_the_layers_of_each_family_go_to_yaml(path):
    """What is read back has the same report, or `convert` would refuse it."""
    record = json.loads(gzip.decompress(path.read_bytes()))
    graph = read_config(record["config"], Source(path.name, ""), None, "")
    assert str(convert(graph, "yaml")).count("\n") > 20
