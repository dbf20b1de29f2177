"""Lock files: a fresh lock passes, relevant changes are noticed, irrelevant ones are not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densecli.check import finding
from densecli.check.compare import lock
from densecli.errors import ReadError, Source, draw
from densecli.read.spec.document import read_spec
from densecli.read.stack.reader import read_stack
from densecli.summary.infer import infer
from support.random_stacks import stacks

BASE = "Dense(16, name=stem)@(3,2) -> [_ | Dense(16)] -> Add -> TimeDistributed(Dense(4)) -> Dense(3)"


def subject(text, source="model.dsl"):
    graph = read_stack(Source(source, text))
    return finding.subject(graph, infer(graph, source))


def written(text):
    return lock.write({"model.dsl": lock.locked(subject(text).report)})


def check(locked_text, text):
    return lock.check(subject(text), lock.read(Source("densecli.lock", written(locked_text))), "model.dsl")


def codes(before, after):
    return sorted({each.code for each in check(before, after)})


def test_the_file_is_small_and_reviewable():
    assert written(BASE) == (
        '{\n  "schema": "densecli/lock/1",\n  "models": {\n    "model.dsl": {\n'
        '      "inputs": [{"shape": [null, 3, 2], "dtype": "float32"}],\n'
        '      "outputs": [{"shape": [null, 3, 3], "dtype": "float32"}],\n'
        '      "layers": [\n'
        '        {"name": "stem", "type": "Dense", "arguments": {"units": 16}, "output": [null, 3, 16], "params": 48, "macs": 96},\n'
        '        {"type": "Dense", "arguments": {"units": 16}, "output": [null, 3, 16], "params": 272, "macs": 768},\n'
        '        {"type": "Add", "inbound": ["stem", -1], "output": [null, 3, 16], "params": 0, "macs": 0},\n'
        '        {"type": "TimeDistributed", "output": [null, 3, 4], "params": 68, "macs": 192, "layers": [\n'
        '          {"type": "Dense", "arguments": {"units": 4}, "inbound": [], "output": [null, 4], "params": 68, "macs": 64}\n'
        '        ]},\n'
        '        {"type": "Dense", "arguments": {"units": 3}, "output": [null, 3, 3], "params": 15, "macs": 36}\n'
        '      ],\n'
        '      "totals": {"params": 403, "trainable_params": 403, "weight_bytes": 1612, "macs": 1092}\n'
        "    }\n  }\n}\n"
    )  # fmt: skip


def test_what_is_not_known_is_null_and_not_0():
    entries = json.loads(written("Custom@(3,) -> Dense(4)"))["models"]["model.dsl"]["layers"]
    assert [(each["params"], each["macs"]) for each in entries] == [(None, None), (None, None)]
    assert codes("Custom@(3,) -> Dense(4)", "Custom@(3,) -> Dense(4)") == []


def test_models_stand_in_the_order_of_their_names_whatever_the_order_of_checking():
    one = lock.locked(subject("Dense(1)@(2,)").report)
    assert lock.write({"b": one, "a": one}) == lock.write({"a": one, "b": one})
    assert [*json.loads(lock.write({"b": one, "a": one}))["models"]] == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        BASE.replace("Dense(3)", "Dense(3, name=dense_77)"),  # automatic names do not matter
        BASE.replace("Dense(3)", "Dense(3, kernel_regularizer=l2)"),  # nor what only training knows
        BASE.replace("Dense(3)", "Dense(3, bias_constraint=non_neg, activity_regularizer=l1)"),
        BASE.replace("Dense(3)", "Dense(units=3, activation=linear, use_bias=true)"),  # nor how it is written
        BASE.replace("@(3,2)", "@(3,2)  # a comment\n"),
        BASE.replace("Dense(16, name=stem)@(3,2)", "Input((3,2), name=input_9) -> Dense(16, name=stem)"),
    ],
)
def test_a_lock_survives_what_does_not_matter(text):
    assert codes(BASE, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BASE.replace("Dense(3)", "Dense(5)"), ["D104", "D105", "D106"]),
        (BASE.replace("Dense(3)", "Dense(3, activation=relu)"), ["D104"]),
        (BASE.replace("Dense(3)", "Dense(3, kernel_initializer=zeros)"), ["D104"]),
        (BASE.replace("Dense(3)", "Dense(3, trainable=false)"), ["D104", "D106"]),
        (BASE.replace("stem", "stern"), ["D104"]),
        (BASE.replace("-> TimeDistributed", "-> Activation(relu) -> TimeDistributed"), ["D101"]),
        (BASE.replace("Dense(4)", "Dense(4, use_bias=false)"), ["D104", "D106"]),
        (BASE.replace("[_ |", "[stem |"), []),
        (BASE.replace("[_ | Dense(16)]", "[Dense(16) | _]"), ["D103"]),
        (BASE.replace("@(3,2)", "@(4,2)"), ["D104", "D105", "D106"]),
        (BASE.replace(" -> Dense(3)", ""), ["D102", "D105", "D106"]),
    ],
)
def test_a_lock_notices_what_matters(text, expected):
    assert codes(BASE, text) == expected


def test_findings_say_got_and_wanted_and_where():
    found = check(BASE, BASE.replace("Dense(3)", "\n Dense(5)"))[0]
    assert (found.spot.line, found.layer) == (2, "dense_2")
    assert (found.got, found.wanted) == (
        "units 5; output (None, 3, 5); params 25; macs 60",
        "units 3; output (None, 3, 3); params 15; macs 36",
    )


def test_a_model_that_is_not_locked_is_a_finding():
    found = lock.check(subject(BASE), {}, "model.dsl")
    assert [each.code for each in found] == ["D107"]
    assert "--update-lock" in found[0].notes[0]


def test_the_key_of_a_model_is_its_path_from_the_lock_file():
    assert lock.key("models/a.yaml", "densecli.lock") == "models/a.yaml"
    assert lock.key("./models/a.yaml", "locks/densecli.lock") == "../models/a.yaml"
    assert (lock.key("<argument>", "x/y.lock"), lock.key("-", "x/y.lock")) == ("<argument>", "-")


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", "3", "{}", '{"schema": "densecli/lock/2", "models": {}}', '{"schema": "densecli/lock/1", "models": []}',
        '{"schema": "densecli/lock/1", "models": {"a": 3}}', '{"schema": "densecli/lock/1", "models": {"a": {}}}', "[" * 100_000,
        written(BASE).replace('"stem", -1', '"gone", -1'), written(BASE).replace('"stem", -1', '"stem", -9'),
        written(BASE).replace('"params": 48', '"params": "48"'), written(BASE).replace("[null, 3, 16]", '{"a": 1}'),
        written(BASE).replace('"type": "Add"', '"kind": "Add"'), written(BASE).replace('"inputs"', '"in"'),
        written(BASE).replace("48", "9" * 5000), written(BASE)[:-9],
    ],
)  # fmt: skip
def test_a_damaged_lock_file_is_a_usage_error(text):
    with pytest.raises(ReadError) as caught:
        lock.read(Source("densecli.lock", text))
    assert caught.value.code == "E121"
    assert "--update-lock" in draw(caught.value)


def test_invisible_characters_of_a_name_are_visible_in_the_file():
    text = written('Dense(1, name="日\u202ex\u200b")@(2,)')
    assert '"日\\u202ex\\u200b"' in text
    assert check('Dense(1, name="日\u202ex\u200b")@(2,)', 'Dense(1, name="日\u202ex\u200b")@(2,)') == []


NESTED = """
input: [8]
layers:
  - Dense(8, name=stem)
  - {type: Model, name: encoder, input: [8], layers: ["Dense(4, name=a)", "[_ | Dense(4)]", Add]}
  - {call: encoder, inputs: [stem], name: again}
  - Concatenate: {inputs: [encoder, again]}
"""


def nested(text):
    graph = read_spec(Source("model.yaml", text))
    return finding.subject(graph, infer(graph, "model.yaml"))


def test_nested_models_are_locked_with_their_wiring():
    about = nested(NESTED)
    models = lock.read(Source("densecli.lock", lock.write({"m": lock.locked(about.report)})))
    assert lock.check(about, models, "m") == []
    rewired = lock.check(nested(NESTED.replace("[_ |", "[a | _ |")), models, "m")
    assert {(each.code, each.layer) for each in rewired} == {("D103", "encoder/add")}
    assert "inbound a, dense -> a, a, dense" in rewired[0].message


def test_which_call_of_a_shared_layer_is_used_matters():
    about = nested(NESTED)
    swapped = lock.check(
        nested(NESTED.replace("[encoder, again]", "[again, encoder]")), {"m": lock.locked(about.report)}, "m"
    )
    assert [each.message for each in swapped] == [
        "Concatenate 'concatenate': inbound encoder, encoder[1][0] -> encoder[1][0], encoder"
    ]


@settings(max_examples=150, deadline=None)
@given(stacks())
def test_a_lock_just_written_holds_and_is_written_the_same_again(stack):
    text = written(stack)
    models = lock.read(Source("densecli.lock", text))
    assert lock.check(subject(stack), models, "model.dsl") == []
    assert lock.write(models) == text


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2_000), st.sampled_from(list('{}[],:"0x')), st.integers(0, 3))
def test_a_damaged_byte_never_gets_past_the_reader_as_anything_but_a_dense_error(at, char, cut):
    text = written(BASE)
    code = None
    try:
        lock.read(Source("densecli.lock", text[:at] + char + text[at + cut :]))
    except ReadError as error:
        code = error.code
    assert code in (None, "E121")
