"""YAML and JSON specs: their meaning, their errors with places, and that they mean the same as the DSL."""

from __future__ import annotations

import copy
import json
import re

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from densecli.catalogue import CATALOGUE
from densecli.errors import DenseError, Source, SpecErrors, as_record, draw
from densecli.read.limits import LIMITS
from densecli.read.spec.document import load, read_spec
from densecli.read.spec.schema import spec_schema
from densecli.read.stack.reader import read_stack
from densecli.render.json import as_record as report_record
from densecli.summary.infer import infer
from support.folders import ROOT
from support.marks import marked
from support.work import calls_counted

CONTRACT = """\
name: flatten-demo
input: [3, 2]
layers:
  - Dense(16)
  - Activation: relu
  - Flatten
  - Dense: {units: 4, name: out}
  - {type: Add, name: sum, inputs: [out, skip]}
  - {type: Dense, name: skip, units: 4, inputs: [flatten]}
outputs: [sum]
expect:
  output: [null, 4]
  params: 244
  max_macs: 1M
"""


def read(text, name="spec.yaml", **options):
    return read_spec(Source(name, text), **options)


def record(graph):
    return report_record(infer(graph, "<source>"))


def same_model(text, stack, **options):
    """A spec is the model that a DSL text describes, but for names that only one of them gives."""
    assert record(read(text, **options)) == record(read_stack(Source("", stack)))


def mistakes(text, name="spec.yaml", **options):
    try:
        infer(read(text, name, **options))
    except DenseError as error:
        return [error]
    except SpecErrors as several:
        return several.errors
    return []


# -- the meaning of a spec ----------------------------------------------------------------
def test_the_example_of_the_contract():
    graph = read(CONTRACT)
    report = infer(graph)
    assert (graph.name, report.type) == ("flatten-demo", "Functional")
    assert {row.name: row.params for row in report.rows} == {
        "input_layer": 0, "dense": 48, "activation": 0, "flatten": 0, "out": 196, "skip": 196, "sum": 0,
    }  # fmt: skip
    assert {row.name: row.inbound for row in report.rows}["sum"] == ("out", "skip")
    assert graph.expect == {"output": [None, 4], "params": 244, "max_macs": "1M"}
    assert graph.warnings == []


@pytest.mark.parametrize(
    "item",
    [
        "Dense(4)",
        "Dense: 4",
        "Dense: $w",
        "Dense: {units: 4}",
        "Dense: {units: $w // 2 + 2}",
        "{Dense: {units: 4}}",
        "{type: Dense, units: 4}",
        "{type: Dense, units: 4, inputs: [input_layer]}",
        "{Dense: 4, inputs: _}",
        "Dense($w)",
        "Dense:\n      units: 4\n      activation: null",
        "Dense: {units: 4, kernel_initializer: HeNormal(1), bias_regularizer: {L2: 0.1}}",
        "|\n    Dense(4)  # a comment of the DSL",
    ],
)
def test_every_spelling_of_a_layer_is_the_same_layer(item):
    same_model(f"input: [3]\nvars: {{w: 4}}\nlayers:\n  - {item}\n", "Dense(4)@(3,)")


@pytest.mark.parametrize(
    ("start", "stack"),
    [
        ("input: [3, 2]\nlayers: [Flatten]", "Flatten@(3,2)"),
        ("input: (3, 2)\nlayers: [Flatten]", "Flatten@(3,2)"),
        ("input: 3\nlayers: [Identity]", "Identity@3"),
        ("input: [null, 2]\nlayers: [Identity]", "Identity@(none,2)"),
        ("input: {shape: [3], dtype: float16, batch_size: 2}\nlayers: [Identity]", "Input((3,), dtype=float16, batch_size=2) -> Identity"),
        ("input: {x: [3]}\nlayers: [Identity]", "Input((3,), name=x) -> Identity"),
        ("input: {name: x, shape: [3]}\nlayers: [Identity]", "Input((3,), name=x) -> Identity"),
        ("layers: [Input: [3, 2], Flatten: ]", "Flatten@(3,2)"),
        ("layers: ['Identity@(3,)']", "Identity@(3,)"),
        ("layers: [{Dense: {units: 2, input_shape: [3]}}]", "Dense(2)@(3,)"),
        ("layers: [{Dense: {units: 2, input_dim: 3}}]", "Dense(2)@(3,)"),
        ("input: {a: [3], b: {shape: [3]}}\nlayers: [Add]", "[Input((3,), name=a) | Input((3,), name=b)] -> Add"),
        ("input: [[3], {shape: [3]}]\nlayers: [Add]", "[Input((3,)) | Input((3,))] -> Add"),
    ],
)  # fmt: skip
def test_every_spelling_of_an_input(start, stack):
    same_model(start, stack)


@pytest.mark.parametrize(
    ("item", "stack"),
    [
        ("TimeDistributed: Dense(4)", "TimeDistributed(Dense(4))"),
        ("TimeDistributed: {layer: Dense(4)}", "TimeDistributed(Dense(4))"),
        ("TimeDistributed: {Dense: 4}", "TimeDistributed(Dense(4))"),
        ("TimeDistributed: {type: Dense, units: 4}", "TimeDistributed(Dense(4))"),
        ("TimeDistributed: {layer: Flatten}", "TimeDistributed(Flatten())"),
        ("TimeDistributed: {layer: {Dense: 4}}", "TimeDistributed(Dense(4))"),
        ("TimeDistributed: {layer: {Dense: {units: 4}}}", "TimeDistributed(Dense(4))"),
        ("TimeDistributed: {layer: {type: Dense, units: 4, name: x}}", "TimeDistributed(Dense(4, name=x))"),
        ("Bidirectional: {layer: {LSTM: 4}, backward_layer: 'LSTM(4, go_backwards=true)'}", "Bidirectional(LSTM(4), backward_layer=LSTM(4, go_backwards=true))"),
        ("RNN: {cell: [LSTMCell(4), {GRUCell: 5}]}", "RNN([LSTMCell(4), GRUCell(5)])"),
        ("Reshape: [2, 3]", "Reshape((2, 3))"),
        ("Conv1D: {filters: 2, kernel_size: '(2,)', padding: SAME}", "Conv1D(2, (2,), padding=SAME)"),
    ],
)  # fmt: skip
def test_values_inside_of_layers(item, stack):
    same_model(f"input: [3, 2]\nlayers:\n  - {item}", f"{stack}@(3,2)")


def test_repeats_give_each_copy_its_own_weights_and_names():
    text = """
input: [4]
vars: {n: 2}
layers:
  - repeat: $n
    layers:
      - Dense: {units: 4, name: a}
      - Dense(4)
      - Add: {inputs: [a, _]}
"""
    report = infer(read(text))
    assert [(row.name, row.inbound) for row in report.rows] == [
        ("input_layer", ()), ("a", ("input_layer",)), ("dense", ("a",)), ("add", ("a", "dense")),
        ("a_1", ("add",)), ("dense_1", ("a_1",)), ("add_1", ("a_1", "dense_1")),
    ]  # fmt: skip
    assert report.totals.params == 4 * 20


def test_a_called_layer_shares_its_weights():
    text = """
input: {left: [8], right: [8]}
layers:
  - Dense: {units: 4, name: encoder, inputs: left}
  - {call: encoder, inputs: [right], name: encoded}
  - Concatenate: {inputs: [encoder, encoded]}
  - "[_ | encoded] -> Concatenate -> Dense(1)"
"""
    report = infer(read(text))
    encoder = next(row for row in report.rows if row.name == "encoder")
    assert [call.inbound for call in encoder.calls] == [("left",), ("right",)]
    assert report.totals.params == 36 + 13


def test_second_outputs_are_reached_by_number():
    text = """
input: [5, 8]
layers:
  - {type: LSTM, units: 4, return_sequences: true, return_state: true, name: l}
  - Dense: {units: 3, inputs: ["l:0"]}
  - Add: {inputs: ["l:1", "l:2"], name: states}
outputs: [dense, states]
"""
    assert [info.shape for info in infer(read(text)).outputs] == [(None, 5, 3), (None, 4)]


def test_a_nested_model_is_a_layer():
    text = """
input: [8]
layers:
  - {type: Sequential, name: enc, layers: [Dense: 4, Dense(3)]}
  - type: Model
    name: two
    input: {a: [3], b: [3]}
    inputs: [enc, enc]
    layers:
      - Add: {inputs: [a, b], name: s}
      - Multiply: {inputs: [s, a], name: m}
    outputs: [m, s]
  - Add: {inputs: ["two:1", two]}
  - Sequential: [Dense: 2, Dense: 7]
"""
    report = infer(read(text))
    assert [(row.name, row.type, row.params, row.output_shapes[0]) for row in report.rows] == [
        ("input_layer", "InputLayer", 0, (None, 8)), ("enc", "Sequential", 51, (None, 3)), ("two", "Functional", 0, (None, 3)),
        ("add", "Add", 0, (None, 3)), ("sequential", "Sequential", 29, (None, 7)),
    ]  # fmt: skip
    assert [inner.name for inner in report.rows[1].layers] == ["dense", "dense_1"]


def test_functional_is_kept_where_a_chain_would_do():
    report = infer(read("type: Functional\ninput: [3]\nlayers: [Dense(4)]"))
    assert (report.type, report.name, [row.name for row in report.rows]) == (
        "Functional",
        "functional",
        ["input_layer", "dense"],
    )


def test_a_frozen_model_has_no_trainable_weights():
    assert infer(read("input: [3]\ntrainable: false\nlayers: [Dense(4)]")).totals.trainable_params == 0


def test_layers_without_a_way_out_are_a_warning():
    text = "input: [3]\nlayers:\n  - Dense: {units: 4, name: a}\n  - Dense: {units: 5, name: b}\noutputs: [a]"
    assert read(text).warnings == ["1 layer leads to no output: 'b' (line 4)"]


# -- variables and shapes from outside ----------------------------------------------------
def test_variables_build_on_each_other_and_settings_win():
    text = "input: [$d, 2]\nvars: {d: 3, w: 8, half: $w//2, shape: [2, 2], act: relu}\nlayers: [Dense: {units: $half, activation: $act}, Dense($w), Flatten: ]"
    assert [row.output_shapes[0] for row in infer(read(text)).rows] == [(None, 3, 4), (None, 3, 8), (None, 24)]
    graph = read(text, settings={"w": "16", "d": "4"})
    assert [row.output_shapes[0] for row in infer(graph).rows] == [(None, 4, 8), (None, 4, 16), (None, 64)]


def test_two_dollars_are_one():
    graph = read('input: [3]\nlayers: [{Dense: {units: 3, name: "a$$b"}}]')
    assert graph.nodes[1].name == "a$$b"  # a name is taken literally
    assert read('input: [3]\nname: "$x"\nlayers: [Flatten]').name == "$x"
    assert read("input: [3]\nlayers: [Flatten]\nexpect: {x: $$y, z: [a$$b]}").expect == {"x": "$y", "z": ["a$b"]}


@pytest.mark.parametrize(
    ("value", "read_as"),
    [("128", 128), ("relu", "relu"), ("(3, 2)", (3, 2)), ("3,2", (3, 2)), ("true", True), ("'a b'", "a b"), (7, 7)],
)
def test_settings_are_values_of_the_dsl(value, read_as):
    graph = read("input: [3]\nvars: {v: 0}\nlayers: [Flatten]\nexpect: {x: $v}", settings={"v": value})
    assert graph.expect == {"x": read_as}


@pytest.mark.parametrize("setting", [{"x": "1"}, {"w": "1+"}, {"w": "Dense(4)"}])
def test_bad_settings_are_refused(setting):
    (error,) = mistakes("input: [3]\nvars: {w: 1}\nlayers: [Flatten]", settings=setting)
    assert draw(error)
    assert error.code in ("E309", "E222", "E301")


@pytest.mark.parametrize(
    ("text", "given", "shape"),
    [
        ("layers: [Dense: 4]", {None: (3,)}, (None, 3)),
        ("layers: [Dense(4)]", {None: (3,)}, (None, 3)),
        ("input: null\nlayers: [Dense: 4]", {None: (3,)}, (None, 3)),
        ("input: {x: null}\nlayers: [Dense: 4]", {"x": (3,)}, (None, 3)),
        ("input: {x: null}\nlayers: [Dense: 4]", {None: (3,)}, (None, 3)),
        ("input: [null, 3]\nlayers: [Dense: 4]", {None: (7, 3)}, (None, 7, 3)),
        ("input: {shape: [null, 3], batch_size: 2}\nlayers: [Dense: 4]", {None: (7, 3)}, (2, 7, 3)),
    ],
)
def test_shapes_from_outside_fill_what_is_open(text, given, shape):
    assert infer(read(text, input_shapes=given)).inputs[0].shape == shape


@pytest.mark.parametrize("text", ["input: [4]\nlayers: [Dense: 4]", "input: [null, 3]\nlayers: [Dense: 4]"])
def test_shapes_from_outside_do_not_contradict(text):
    assert [error.code for error in mistakes(text, input_shapes={None: (3,)})] == ["E406"]


# -- mistakes -----------------------------------------------------------------------------
HEAD = "input: [3, 2]\nlayers:\n"
CASES = [
    ("E302", "«- Dense(4)»", "model object, got a list"),
    ("E302", "«5»", "got 5"),
    ("E302", "«word»", "got string"),
    ("E305", "input: [3]\n«layer»: [Flatten]", "did you mean `layers`"),
    ("E307", "«input: [3]»", "needs `layers`"),
    ("E307", "layers: «[]»", "needs a layer"),
    ("E301", "layers: «{a: 1}»", "a list of layers"),
    ("E301", "name: «3»\ninput: [3]\nlayers: [Flatten]", "a name"),
    ("E301", "input: [3]\nlayers: [«3»]", "expected a layer, got 3"),
    ("E301", "input: [3]\nlayers: [«[Dense]»]", "expected a layer, got a list"),
    ("E303", "type: «Foo»\ninput: [3]\nlayers: [Flatten]", "one of"),
    ("E408", "type: «Sequential»\ninput: [[3], [3]]\nlayers: [Add]", "single chain"),
    # inputs
    ("E303", "input: «[3, -1]»\nlayers: [Flatten]", "tuple of sizes"),
    ("E305", "input: {shape: [3], «dtpe»: int32}\nlayers: [Flatten]", "did you mean `dtype`"),
    ("E303", "input: {shape: [3], dtype: «int33»}\nlayers: [Flatten]", "did you mean"),
    ("E406", "input: {x: «null»}\nlayers: [Flatten]", "--input-shape x="),
    ("E406", "layers: [«Dense(4)»]", "no input shape"),
    ("E406", "layers: [{«Dense»: 4}]", "no input shape"),
    ("E406", "layers: [{type: «Dense», units: 4}]", "no input shape"),
    ("E303", "input: [[3], «[-1]»]\nlayers: [Add]", "tuple of sizes"),
    ("E303", "input: {a: [3], b: «[-1]»}\nlayers: [Add]", "tuple of sizes"),
    # items
    ("E304", HEAD + "  - «Desne»(4)", "did you mean `Dense`"),
    ("E304", HEAD + "  - «Desne»: 4", "did you mean `Dense`"),
    ("E304", HEAD + "  - {type: «Desne», units: 4}", "did you mean `Dense`"),
    ("E305", HEAD + "  - Dense: {units: 4, «activtion»: relu}", "did you mean `activation`"),
    ("E305", HEAD + "  - {Dense: 4, «activation»: relu}", "arguments go under the type"),
    ("E306", HEAD + "  - «{Dense: 4, Flatten: }»", "got 2"),
    ("E306", HEAD + "  - Dense: {units: 4, name: a}\n  - «Dense»: {units: 4, name: a}", "line 3"),
    ("E307", HEAD + "  - «Dense»: {}", "units is required"),
    ("E307", HEAD + "  - {type: «Dense»}", "units is required"),
    ("E301", HEAD + "  - {type: «[Dense]»}", "name of a layer type"),
    ("E301", HEAD + "  - Dense: {units: «no»}", "got string 'no'"),
    ("E301", HEAD + "  - Dense: {units: «1:30»}", "got string '1:30'"),
    ("E301", HEAD + "  - Dense: {units: «1e3»}", "got number 1000.0"),
    ("E301", HEAD + "  - Dense: {units: «true»}", "boolean true"),
    ("E301", HEAD + "  - Dense: {units: «null»}", "got null"),
    ("E303", HEAD + "  - Dense: {units: «-0»}", "positive"),
    ("E301", HEAD + "  - Dense: «[1]»", "positive integer"),
    ("E301", HEAD + "  - Conv1D: {filters: 3, kernel_size: «(2», dilation_rate: 1}", "cuts this at its comma"),
    ("E303", HEAD + "  - Dense: {units: 4, name: «a/b»}", "cannot contain"),
    ("E301", HEAD + "  - Dense: {units: 4, name: «3»}", "a name"),
    ("E303", HEAD + "  - Flatten -> Dense(«0»)", "positive"),
    ("E303", HEAD + "  - 'Flatten -> Dense(«0»)'", "positive"),
    ("E303", HEAD + "  - |\n    Flatten\n    -> Dense(«0»)", "positive"),
    ("E303", HEAD + "  - TimeDistributed: {layer: {Dense: {units: «0»}}}", "positive"),
    ("E303", HEAD + "  - TimeDistributed: {layer: Dense(«0»)}", "positive"),
    ("E221", HEAD + "  - Dense(4) ->« »", "ends here"),
    ("E405", HEAD + "  - «Conv2D»: {filters: 8, kernel_size: 7}", "axes"),
    ("E405", HEAD + "  - {type: «Conv2D», filters: 8, kernel_size: 7}", "axes"),
    # repeats, calls
    ("E303", HEAD + "  - {repeat: «0», layers: [Flatten]}", "at least 1"),
    ("E305", HEAD + "  - {repeat: 2, layers: [Flatten], «name»: x}", "no key"),
    ("E505", HEAD + "  - {repeat: «1000000000», layers: [Flatten]}", "more than 1,000,000"),
    ("E303", HEAD + "  - {repeat: 1000, layers: [Dense(«0»)]}", "positive"),
    ("E402", HEAD + "  - {call: «flaten»}\n  - Flatten", "no earlier layer"),
    ("E408", HEAD + "  - {call: «input_layer»}", "is an input"),
    ("E305", HEAD + "  - Flatten\n  - {call: flatten, «units»: 3}", "no key"),
    # wiring
    ("E402", HEAD + "  - Dense: {units: 4, name: skip}\n  - Add: {inputs: [skip, «skp»]}", "did you mean `skip`"),
    ("E402", HEAD + "  - Add: {inputs: «nope»}", "no layer named 'nope'"),
    ("E402", HEAD + "  - repeat: 2\n    layers:\n      - Add: {inputs: [_, «later»]}\n      - Dense: {units: 2, name: later}", "no layer named"),
    ("E402", HEAD + "  - «Dense»: {units: 4, inputs: ['input_layer:5']}", "output 5"),
    ("E301", HEAD + "  - Add: {inputs: [_, «3»]}", "the name of a layer"),
    ("E401", HEAD + "  - «Dense»: {units: 4, name: a, inputs: [b]}\n  - Dense: {units: 4, name: b, inputs: [a]}", "a -> b -> a"),
    ("E401", HEAD + "  - repeat: 2\n    layers:\n      - «Dense»: {units: 4, name: a, inputs: [a]}", "a -> a"),
    ("E401", HEAD + "  - «Dense»: {units: 4, name: a, inputs: [a]}", "a -> a"),
    ("E401", HEAD + "  - Flatten\n  - «Dense»: {units: 4, name: a, inputs: [a]}\noutputs: flatten", "a -> a"),
    ("E403", HEAD + "  - Flatten\noutputs: [«flaten»]", "did you mean `flatten`"),
    ("E407", HEAD + "  - Dense: {units: 4, name: a}\n  - «Dense»: {units: 4, inputs: [a, a]}", "takes one tensor"),
    # variables
    ("E309", HEAD + "  - Dense: {units: «$w»}", "no variable"),
    ("E309", HEAD + "  - Dense(«$w»)", "no variable"),
    ("E309", "vars: {width: 4}\n" + HEAD + "  - Dense($width, «$wdth»)", "did you mean `width`"),
    ("E309", "vars: {a: «$b», b: 1}\n" + HEAD + "  - Dense($a)", "did you mean `a`|no variable"),
    ("E303", "vars: {«a b»: 1}\n" + HEAD + "  - Dense(3)", "name of a variable"),
    ("E301", "vars: «3»\n" + HEAD + "  - Dense(3)", "variables by name"),
    ("E301", "expect: «3»\n" + HEAD + "  - Dense(3)", "expectations by name"),
    # nested models
    ("E305", HEAD + "  - {type: Sequential, layers: [Flatten], «vars»: {a: 1}}", "nested model"),
    ("E307", HEAD + "  - «{type: Sequential}»", "needs `layers`"),
    ("E303", HEAD + "  - {type: Sequential, layers: [Flatten, Dense: {units: «0»}]}", "positive"),
    ("E406", HEAD + "  - Flatten\n  - {type: Functional, input: {a: «null»}, layers: [Flatten]}", "no shape"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "part"), CASES, ids=[f"{code}-{text[:60]}" for code, text, _ in CASES])
def test_one_mistake_is_one_error_at_its_place(code, text, part):
    text, (start, end) = marked(text)
    (error,) = mistakes(text)
    place = error.place.resolved()
    shown = draw(error)
    assert error.code == code, shown
    assert (place.start, place.end) in ((start, end), (start, start + 1), (start + 1, end)), shown
    assert any(words in shown for words in part.split("|")), shown


@pytest.mark.parametrize(
    "item",
    [
        "{Dense: 4, Flatten: }",
        "{}",
        "{type: [Dense]}",
        "{Desne: 4}",
        "3",
        "{call: nobody}",
        "{repeat: 0, layers: [Flatten]}",
    ],
)
def test_what_comes_after_a_mistake_is_read_and_is_no_other(item):
    assert len(mistakes(HEAD + f"  - {item}\n  - Dense: 4\n  - Flatten")) == 1
    assert len(mistakes(HEAD + f"  - {item}\n  - Dense: no\n  - Flatten")) == 2


def test_a_model_by_name_takes_its_first_argument_and_a_name():
    report = infer(read("input: [64, 64, 3]\nlayers: [{MobileNet: [64, 64, 3], name: net}]"))
    assert (report.rows[0].name, report.outputs[0].shape) == ("net", (None, 1000))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("{class_name: Dense, config: {units: 3}}", None),
        ("{class_name: Dense}", "E301"),
        ("{class_name: no, config: {units: 3}}", "E301"),
    ],
)
def test_a_layer_in_the_form_of_keras_has_class_name_and_config(value, code):
    text = HEAD + f"  - TimeDistributed: {{layer: {value}}}"
    assert [each.code for each in mistakes(text)] == [code] if code else infer(read(text)).totals.params == 9


def test_all_mistakes_of_a_spec_are_shown_together_in_order():
    text = (
        HEAD
        + "  - Dense: {units: 0, activtion: relu}\n  - Desne(4)\n  - 5\n  - 'Dense(4) -> Dense(-1)'\noutputs: [nope]\nexpect: 5"
    )
    found = mistakes(text)
    assert [error.code for error in found] == ["E303", "E305", "E304", "E301", "E303", "E403", "E301"]
    assert [error.place.resolved().source.position(error.place.resolved().start)[0] for error in found] == [
        3,
        3,
        4,
        5,
        6,
        7,
        8,
    ]


def test_json_mistakes_have_a_line_and_a_pointer():
    text = '{"input": [3, 2],\n "layers": ["Dense(16)",\n  {"Conv2D": {"filters": 3, "kernel_size": [7, "x"]}}]}'
    (error,) = mistakes(text, "model.json")
    assert draw(error).splitlines()[1:4] == [
        " --> model.json:3:44",
        '  3 |   {"Conv2D": {"filters": 3, "kernel_size": [7, "x"]}}]}',
        "    |                                            ^^^^^^^^",
    ]
    assert as_record(error, "model.json")["error"]["pointer"] == "/layers/1/Conv2D/kernel_size"


def test_the_error_of_the_contract():
    text = "name: x\ninput: [5, 5, 3]\nlayers:\n  - Conv2D: {filters: 8, kernel_size: 7, name: stem}"
    (error,) = mistakes(text, "model.yaml")
    assert draw(error) == (
        "error[E405]: Conv2D 'stem': a window of 7 does not fit in an axis of 5\n"
        " --> model.yaml:4:5\n"
        "  4 |   - Conv2D: {filters: 8, kernel_size: 7, name: stem}\n"
        "    |     ^^^^^^ input (None, 5, 5, 3)\n"
        "  help: use padding=same, or a smaller window"
    )


def test_a_step_with_a_comma_in_a_yaml_list_is_explained():
    found = mistakes("input: [9, 9, 3]\nlayers: [Conv2D(8, 3, {a: b}]")
    assert {error.hint for error in found} >= {"in a YAML [list], quote a step that has a comma"}


def test_a_step_that_yaml_cuts_at_its_commas_is_put_together_again():
    found = read(
        "input: [9, 9, 3]\nlayers: [Conv2D(8, 3), 'ReLU', Dense(4, use_bias=false), Reshape((-1, 4, 1)), Flatten]"
    )
    assert [type(node.layer).__name__ for node in found.nodes[1:]] == ["Conv2D", "ReLU", "Dense", "Reshape", "Flatten"]
    assert found.nodes[4].layer.target_shape == (-1, 4, 1)


def test_json_and_yaml_are_told_apart_by_their_contents():
    for name in ("a.yaml", "a.json", "-"):
        assert len(read('{"input": [3], "layers": ["Flatten"]}', name).nodes) == 2
        assert len(read("input: [3]\nlayers: [Flatten]", name).nodes) == 2
    assert len(read("{input: [3], layers: [Flatten]}", "a.yaml").nodes) == 2
    assert [error.code for error in mistakes("{input: [3], layers: [Flatten]}", "a.json")] == ["E206"]


def test_a_thousand_mistakes_are_enough():
    text = HEAD + "  - Dense: 0\n" * 20_000
    assert len(mistakes(text)) == LIMITS.mistakes


def test_nested_models_go_as_deep_as_documents():
    text = "input: [3]\nlayers: " + "[{Sequential: " * 45 + "[Flatten]" + "}]" * 45
    assert infer(read(text)).rows
    assert [
        error.code for error in mistakes(text.replace("[{Sequential: ", "[{Sequential: " * 3).replace("}]", "}]" * 3))
    ] == ["E503"]


# -- size ---------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["dsl", "short", "named", "forward", "repeat", "json"])
def test_work_is_linear_in_the_number_of_layers(kind):
    work = {}
    for count in (250, 1_000):
        text = long_spec(kind, count)
        with calls_counted() as calls:
            graph = read(text)
        work[count] = calls[0]
        assert len(graph.nodes) == count + 1
    assert work[1_000] < 4.2 * work[250]  # quadratic would be 16


def long_spec(kind, count):
    if kind == "json":
        return json.dumps({"input": [3], "layers": [{"Dense": {"units": 4}}] * count})
    if kind == "repeat":
        return HEAD + f"  - {{repeat: {count}, layers: [Dense: 4]}}"
    item = {
        "dsl": lambda _: "Dense(4)",
        "short": lambda _: "Dense: {units: 4}",
        "named": lambda i: f"{{type: Dense, units: 4, name: d{i}, inputs: [{f'd{i - 1}' if i else 'input_layer'}]}}",
        "forward": lambda i: (
            f"{{type: Dense, units: 4, name: d{i}, inputs: [{f'd{i + 1}' if i < count - 1 else 'input_layer'}]}}"
        ),
    }[kind]
    return HEAD + "".join(f"  - {item(i)}\n" for i in range(count)) + ("outputs: [d0]" if kind == "forward" else "")


# -- the same model in three formats ------------------------------------------------------
CHOICES = [
    ("Dense", [("units", st.integers(1, 9)), ("activation", st.sampled_from(["relu", "tanh", None]))]),
    ("Dense", [("units", st.integers(1, 9)), ("use_bias", st.booleans())]),
    ("Activation", [("activation", st.sampled_from(["relu", "gelu"]))]),
    ("Dropout", [("rate", st.sampled_from([0.0, 0.25, 0.5]))]),
    ("LayerNormalization", []),
    ("BatchNormalization", [("momentum", st.sampled_from([0.9, 0.99]))]),
    (
        "Conv1D",
        [("filters", st.integers(1, 5)), ("kernel_size", st.sampled_from([1, (1,)])), ("padding", st.just("same"))],
    ),
    ("TimeDistributed", [("layer", st.integers(1, 4))]),
]


@st.composite
def a_layer(draw):
    kind, fields = draw(st.sampled_from(CHOICES))
    return kind, {name: draw(values) for name, values in fields}


a_step = st.one_of(
    a_layer(),
    st.tuples(st.just("*"), st.tuples(a_layer(), st.integers(1, 3))),
    st.tuples(st.just("|"), st.lists(st.lists(a_layer(), min_size=1, max_size=2), min_size=1, max_size=2)),
)


def as_dsl(step):
    kind, given = step
    if kind == "*":
        return f"{as_dsl(given[0])}*{given[1]}"
    if kind == "|":
        return f"[_ | {' | '.join(' -> '.join(map(as_dsl, branch)) for branch in given)}] -> Concatenate"
    written = {"layer": lambda units: f"Dense({units})", "activation": str, "padding": str}
    return f"{kind}({', '.join(f'{name}={written.get(name, repr)(value)}' for name, value in given.items())})"


def as_item(step, form):
    """The step as an item of a spec; text if it has no other form."""
    kind, given = step
    if kind == "|":
        return as_dsl(step)
    if kind == "*":
        return {"repeat": given[1], "layers": [as_item(given[0], form)]} if form else as_dsl(step)
    given = {
        name: list(value) if isinstance(value, tuple) else {"Dense": value} if name == "layer" else value
        for name, value in given.items()
    }
    if form == 0:
        return as_dsl(step)
    if form == 1:
        return {kind: given}
    if form == 2 and list(given) == list(CATALOGUE[kind].positional[:1]):
        return {kind: next(iter(given.values()))}
    if form == 3:
        return {"type": kind, **given}
    return {kind: {**given, "inputs": ["_"]}}


@given(st.lists(st.tuples(a_step, st.integers(0, 4)), min_size=1, max_size=7), st.integers(1, 6), st.integers(1, 4))
@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_model_through_dsl_yaml_and_json(steps, length, features):
    stack = f"Input(({length}, {features})) -> " + " -> ".join(as_dsl(step) for step, _ in steps)
    spec = {"input": [length, features], "layers": [as_item(step, form) for step, form in steps]}
    expected = record(read_stack(Source("", stack)))
    assert record(read(yaml.safe_dump(spec))) == expected
    assert record(read(yaml.safe_dump(spec, default_flow_style=True, width=30))) == expected
    assert record(read(json.dumps(spec), "spec.json")) == expected
    assert record(read(json.dumps(spec, indent=1), "spec.json")) == expected
    SCHEMA.validate(spec)


# -- only DenseErrors leave a reader ------------------------------------------------------
EXAMPLES = [CONTRACT, *(marked(text)[0] for _, text, _ in CASES)]
words = st.sampled_from(["layers", "type", "name", "inputs", "call", "repeat", "Dense", "Add", "Sequential", "units", "_", "$w", "shape", "a:1", "", "Dense(4)", "[_ | a]", "é\u2028", "(3, 2)"])  # fmt: skip
junk = st.recursive(st.none() | st.booleans() | st.integers(-3, 2**65) | st.floats(allow_nan=False, allow_infinity=False) | words | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=6)  # fmt: skip


def mutate(tree, draw):
    """Put junk somewhere into a tree."""
    if not isinstance(tree, dict | list) or not tree or draw(st.integers(0, 4)) == 0:
        return draw(junk)
    key = draw(st.sampled_from(list(tree) if isinstance(tree, dict) else list(range(len(tree)))))
    changed = copy.deepcopy(tree)
    if isinstance(tree, dict) and draw(st.integers(0, 5)) == 0:
        changed[draw(words)] = changed.pop(key)
    else:
        changed[key] = mutate(tree[key], draw)
    return changed


@given(st.data())
@settings(max_examples=200, derandomize=True, deadline=None)
def test_mutated_specs_give_a_model_or_mistakes_that_can_be_drawn(data):
    tree = yaml.safe_load(data.draw(st.sampled_from(EXAMPLES)))
    for _ in range(data.draw(st.integers(1, 3))):
        tree = mutate(tree, data.draw)
    for text in (json.dumps(tree), json.dumps(tree, indent=2)):
        found = mistakes(text, "a.json")
        assert all(error.place is None or error.place.resolved() for error in found)
        assert all(draw(error) and as_record(error, "x") for error in found)


@given(st.text(max_size=60) | st.text(st.sampled_from("layersinput:-[]{}()$w Dense4,\n\t>|@*_&!#'\""), max_size=60))
@settings(max_examples=250, derandomize=True, deadline=None)
def test_random_text_gives_mistakes_that_can_be_drawn(text):
    for whole in (text, HEAD + "  - " + text):
        assert all(draw(error) for error in mistakes(whole))


# -- the schema for editors ---------------------------------------------------------------
SCHEMA = jsonschema.Draft202012Validator(spec_schema())


def test_the_schema_is_json_and_knows_every_layer():
    json.dumps(SCHEMA.schema, allow_nan=False)
    assert set(CATALOGUE) <= SCHEMA.schema["$defs"]["short"]["properties"].keys()


def test_the_schema_takes_what_densecli_reads():
    SCHEMA.validate(yaml.safe_load(CONTRACT))
    for text in (
        "input: {a: [3, 2], b: {shape: [4], dtype: int32}, c: null}\nvars: {w: 3}\nlayers: [Dense(3), {Dense: {units: $w}}]",
        "layers: [{call: a}, {repeat: 3, layers: [Dense(3)]}, {type: Sequential, layers: [Dense: 3]}, {Sequential: [Flatten]}]",
        "layers: [{TimeDistributed: {layer: {Dense: 3}}}, {MaxPool2D: 2}, {Dense: {units: 3, input_shape: [3]}}, Flatten: ]",
        "layers: [{type: Add, inputs: [a, b]}, {Dense: 4, name: b, inputs: [a]}]\noutputs: [a, 'b:1']\nexpect: {params: 3}",
    ):
        SCHEMA.validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    "text",
    [
        "layers: [{Desne: 3}]", "layers: [{Dense: {unit: 3}}]", "layers: [{Dense: {units: 0}}]", "layers: [{type: Dense}]",
        "layers: [{type: Dense, units: x}]", "layer: [Flatten]", "layers: [Dense: ]", "layers: [{repeat: 0, layers: [Flatten]}]",
        "layers: [3]", "input: [-1]\nlayers: [Flatten]", "layers: [{call: a, x: 3}]", "layers: [{type: Sequential, layer: []}]",
        "layers: [{type: Foo}]", "layers: [Flatten]\noutputs: 3", "layers: []",
    ],
)  # fmt: skip
def test_the_schema_refuses_what_densecli_refuses(text):
    assert not SCHEMA.is_valid(yaml.safe_load(text))
    assert mistakes("" if "input" in text else "input: [3]\n" + text)


# -- the page -----------------------------------------------------------------------------
PAGE = (ROOT / "docs" / "specs.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_the_examples_of_the_page_are_specs(block):
    assert infer(read(block)).totals.params > 0
    SCHEMA.validate(load(Source("", block)))


@pytest.mark.parametrize("form", re.findall(r"`(input: .*?)` \|", PAGE))
def test_the_inputs_of_the_page_are_read(form):
    shapes = {"image": (224, 224, 3)} if "null}" in form else None
    assert read(f"{form}\nlayers: [{{Identity: , inputs: [{first_input(form)}]}}]", input_shapes=shapes).inputs


def first_input(form):
    graph = read(f"{form}\nlayers: [Input: [1]]", input_shapes={"image": (1,)} if "null}" in form else None)
    return graph.nodes[0].name
