"""`explain --data`: examples in numbers in every format, and what chooses and limits them."""

from __future__ import annotations

import json
import re

import pytest

from densecli.cli import run
from support.intervals import holds

STACK = "Dense(2, activation=relu)@(3,2) -> LSTM(2)"
DATA = ("--data", "[[1,2],[3,4],[5,6]]")


def printed(capsys, *arguments):
    code = run(["explain", *arguments])
    out, err = capsys.readouterr()
    assert code == 0, err
    return out


def record(capsys, *arguments):
    return json.loads(printed(capsys, *arguments, "-f", "json"))


def test_an_element_is_written_out_in_symbols_and_numbers(capsys):
    weights = ("--weights", "dense/kernel=[[0.2,1],[-0.5,1]]", "--weights", "dense/bias=0")
    shown = printed(capsys, STACK, *DATA, *weights)
    assert (
        "  example: output (0, 0, 0)\n"
        "    y[0,0,0] = relu(x[0,0,0]·kernel[0,0] + x[0,0,1]·kernel[1,0] + bias[0])\n"
        "             = relu(1·0.2 + 2·(-0.5) + 0)\n"
        "             = relu(-0.8)\n"
        "             = 0\n"
    ) in shown
    assert (
        "Examples in numbers: the data given, weights from the initializers, given dense/kernel, dense/bias." in shown
    )


def test_every_gate_has_its_name(capsys):
    shown = printed(capsys, STACK, *DATA)
    assert re.findall(r"\((input gate|forget gate|candidate|output gate)[;)]", shown) == [
        "input gate", "forget gate", "candidate", "output gate",
    ]  # fmt: skip
    assert "input gate i 0…1, forget gate f 2…3, candidate g 4…5, output gate o 6…7" in shown


@pytest.mark.parametrize("option", [("--run",), DATA, ("--weights", "ones"), ("--at", "0,1,1"), ("--values",)])
def test_each_of_these_options_asks_for_numbers(capsys, option):
    assert "example: output" in printed(capsys, STACK, *option)
    assert "example" not in printed(capsys, STACK)


def test_another_element_can_be_chosen(capsys):
    found = record(capsys, STACK, *DATA, "--at", "0,2,1")["layers"]
    assert [layer["example"]["at"] for layer in found] == [[0, 2, 1], [0, 1]]
    assert record(capsys, STACK, *DATA, "--at", "9,9,9")["layers"][0]["example"]["at"] == [0, 2, 1]


@pytest.mark.parametrize("index", ["", "x", "-1", "1.5", "0,,x", "1" * 30, ",".join("0" * 70), "²"])
def test_an_index_is_made_of_whole_numbers(capsys, index):
    assert run(["explain", STACK, "--at", index]) == 2
    assert "--at: expected an index such as 0,2,1" in capsys.readouterr().err


def test_a_terminal_without_these_characters_gets_others(capsys, monkeypatch):
    monkeypatch.setattr("densecli.cli.streams.encodes", lambda _: False)
    shown = printed(capsys, "LayerNormalization@(2,3) -> LSTM(2)", "--run")
    assert shown.isascii()
    assert "mean = (x[0,0,0] + x[0,0,1] + x[0,0,2]) / 3" in shown
    assert "(x[0,0,0] - mean)^2" in shown
    assert "f*c[0] + i*g" in shown


def test_json_has_the_steps_and_they_come_out(capsys):
    found = record(capsys, STACK, *DATA, "--precision", "9")
    for layer in found["layers"]:
        example = layer["example"]
        assert example["steps"][-1]["name"].startswith("y[")
        assert all(holds(step["numbers"], step["value"], 8) for step in example["steps"])
        assert example["steps"][-1]["value"] == pytest.approx(example["value"], rel=1e-5)


def test_json_has_the_values_if_asked_for(capsys):
    found = record(capsys, STACK, *DATA, "--values")
    assert found["numbers"]["inputs"][0]["values"] == [[[1, 2], [3, 4], [5, 6]]]
    assert [each["name"] for each in found["layers"][0]["values"]] == ["kernel", "bias", "output"]
    plain = record(capsys, STACK, *DATA)
    assert "values" not in plain["layers"][0]
    assert plain["numbers"]["inputs"] == []


def test_markdown_shows_the_steps_as_code(capsys):
    shown = printed(capsys, STACK, *DATA, "-f", "markdown")
    assert "```\nexample: output (0, 0, 0)\n  y[0,0,0] = relu(" in shown
    assert shown.count("```") == 2 * 2


def test_the_width_breaks_sums_between_terms(capsys):
    shown = printed(capsys, "Dense(4)@(9,)", "--run", "--width", "60")
    assert max(map(len, shown.splitlines())) <= 60
    assert "+\n" in shown


def test_the_middle_of_a_long_sum_is_one_number(capsys):
    shown = printed(capsys, "Dense(4)@(784,)", "--run")
    assert re.search(r"\+ … \+ x\[0,782\]·kernel\[782,0\] \+ x\[0,783\]·kernel\[783,0\] \+ bias\[0\]", shown)
    assert "(779 terms: " in shown


def test_layers_in_models_and_wrappers_have_examples(capsys):
    found = record(capsys, "TimeDistributed(Dense(2))@(3,2) -> Bidirectional(LSTM(2)) -> Flatten", "--run")["layers"]
    assert all(layer["example"]["steps"] for layer in found)


def sequential(name, *layers):
    return {"class_name": "Sequential", "config": {"name": name, "layers": list(layers)}}


def test_calls_inside_nested_models_have_examples(capsys, tmp_path):
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, 4]}}
    dense = {"class_name": "Dense", "config": {"units": 4, "name": "d", "activation": "tanh"}}
    spec = tmp_path / "nested.json"
    spec.write_text(json.dumps(sequential("outer", sequential("middle", sequential("inner", first, dense)))))
    (middle,) = record(capsys, str(spec), "--run", "--values")["layers"]
    (layer,) = middle["layers"][0]["layers"]
    assert layer["example"]["steps"][0]["symbols"].startswith("tanh(x[0,0]·kernel[0,0] + ")
    assert [each["name"] for each in layer["values"]] == ["kernel", "bias", "output"]
    assert [each["name"] for each in middle["values"]] == ["output"]


def test_what_has_no_example_says_why(capsys):
    shown = printed(capsys, "Hashing(3)@(4,)", "--run")
    assert "example: none, because no example is written for Hashing with these arguments." in shown


def test_a_mask_takes_part(capsys):
    stack = "Masking@(3,2) -> GlobalAveragePooling1D"
    masked = printed(capsys, stack, "--data", "[[0,0],[1,1],[2,2]]")
    assert "y[0,0] = (x[0,1,0] + x[0,2,0]) / 2  (not counted: 1 masked number)" in masked
    seen = printed(capsys, stack, "--data", "[[3,3],[1,1],[2,2]]")
    assert "y[0,0] = (x[0,0,0] + x[0,1,0] + x[0,2,0]) / 3" in seen


def test_nan_is_not_explained(capsys):
    shown = printed(capsys, "Dense(1)@(1,)", "--weights", "kernel=nan")
    assert "example: none, because" in shown
    assert record(capsys, "Dense(1)@(1,)", "--weights", "kernel=nan")["layers"][0]["example"]["value"] is None


def test_equal_layers_have_examples_of_their_own(capsys):
    shown = printed(capsys, "Dense(2)@(2,) -> Dense(2) -> Dense(2)", "--run")
    assert shown.count("example: output (0, 0)") == 3
    assert "dense_2 (Dense)  (None, 2) -> (None, 2)  6 parameters  as dense" in shown


def test_a_layer_that_cannot_run_is_an_error(capsys):
    assert run(["explain", "Dense(2, dtype=int8_from_float32)@(2,)", "--run"]) == 2
    assert "error[E" in capsys.readouterr().err
