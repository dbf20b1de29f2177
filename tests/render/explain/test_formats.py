"""`explain` in every format: the same facts, lines that break between words, equal layers told once."""

from __future__ import annotations

import json
import re

import pytest

from densecli.cli import run
from densecli.read.open import open_spec
from densecli.render.explain import render
from densecli.summary.infer import infer
from support.folders import EXAMPLE_SPECS
from support.models import graph

WIDE = "Embedding(10, 4)@(6,) -> Bidirectional(LSTM(8, return_sequences=true)) -> [_ | _] -> MultiHeadAttention(2, 8)"
EXAMPLES = sorted(EXAMPLE_SPECS.iterdir())


def report(stack):
    return infer(graph(stack))


def of_file(path):
    return infer(open_spec(str(path)))


def printed(capsys, *arguments):
    code = run(list(map(str, arguments)))
    return code, capsys.readouterr().out


@pytest.mark.parametrize("width", [40, 80, 100])
@pytest.mark.parametrize("spec", EXAMPLES, ids=lambda path: path.name)
def test_lines_break_between_words_only(spec, width):
    whole, broken = render(of_file(spec)), render(of_file(spec), width=width)
    assert whole.split() == broken.split()
    assert max(map(len, broken.splitlines())) <= width


def test_a_word_longer_than_the_line_stays_whole():
    name = "block_with_a_very_long_name_of_a_layer_" * 4
    assert name in render(report(f"Dense(4, name={name})@(3,)"), width=40)


def test_equal_layers_are_told_once(capsys):
    text = render(report(WIDE))
    assert "backward_lstm (LSTM)  (None, 6, 4) -> (None, 6, 8)  416 parameters  as forward_lstm" in text
    assert text.count("  as query") == 2
    record = json.loads(printed(capsys, "explain", WIDE, "-f", "json")[1])
    inner = {each["name"]: each for layer in record["layers"] for each in layer.get("layers", ())}
    assert inner["backward_lstm"]["same_as"] == "forward_lstm"
    assert inner["backward_lstm"]["layers"], "programs get all of it"


def test_flops_are_twice_the_macs_and_the_named_parts(capsys):
    for spec in [*EXAMPLES, WIDE]:
        record = json.loads(printed(capsys, "explain", spec, "-f", "json")[1])
        for layer in record["layers"]:
            cost = layer["cost"]
            if cost["flops"] is not None:
                assert cost["flops"] == 2 * cost["macs"] + sum(each["flops"] for each in cost["elementwise"])
    assert "96 multiply-accumulates; 2 × 96 + 48 (bias) = 240 FLOPs" in render(report("Dense(16)@(3,2)"))


def test_calls_of_a_shared_layer_are_added_up():
    text = render(of_file(EXAMPLE_SPECS / "siamese.yaml"))
    assert "2 × 1,107,072 + 123,008 (bias) + 123,008 (relu) = 2,460,160 FLOPs" in text


def test_one_layer_is_shown_whole_and_without_totals(capsys):
    code, text = printed(capsys, "explain", WIDE, "--layer", "bidirectional/backward_lstm", "--layer", "embedding")
    assert code == 0
    assert re.findall(r"^\S+ \(", text, re.MULTILINE) == ["backward_lstm (", "embedding ("]
    assert "Total params" not in text
    assert "recurrent_kernel" in text


@pytest.mark.parametrize("name", ["embeding", "bidirectional/lstm", "bidirectional/forward_lstm/x/y", ""])
def test_an_unknown_layer_is_an_error(name, capsys):
    assert run(["explain", WIDE, "--layer", name]) == 2
    assert "error[E402]: no layer named" in capsys.readouterr().err


def test_color_is_only_style(capsys):
    plain, colored = (
        printed(capsys, "explain", WIDE, "--color", color, "--width", "80")[1] for color in ("never", "always")
    )
    assert "\x1b[" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain
    assert "\x1b[1m" in colored


def test_markdown_has_every_layer_and_weight(capsys):
    text = printed(capsys, "explain", WIDE, "-f", "markdown")[1]
    assert re.findall(r"^### `(\w+)`", text, re.MULTILINE) == [row.name for row in report(WIDE).rows]
    assert re.search(r"^\| embeddings \| .*10 × 4 = 40.* \| .* \| yes \|$", text, re.MULTILINE)


SOURCE = """
import keras
from keras import layers, ops
class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(4)
    def call(self, x):
        y = self.dense(x)
        return ops.relu(y)
inputs = keras.Input((4,))
model = keras.Model(inputs, Block()(inputs))
"""


def test_layers_of_python_source_tell_their_lines(tmp_path, capsys):
    """Outside of a class the line that makes a layer, inside of one that which calls it."""
    path = tmp_path / "model.py"
    path.write_text(SOURCE, encoding="utf-8")

    def told(spec, form="text"):
        assert run(["explain", str(spec), "--format", form]) == 0
        return capsys.readouterr().out

    text = told(path)
    assert "  line 12: model = keras.Model(inputs, Block()(inputs))\n" in text
    assert "    line 9: y = self.dense(x)\n" in text
    assert "line 10: `return ops.relu(y)`" in told(path, "markdown")
    assert "line 9: <code>y = self.dense(x)</code>" in told(path, "html")
    (block,) = [each for each in json.loads(told(path, "json"))["layers"] if each["type"] == "Block"]
    assert {each["name"]: each["line"]["number"] for each in block["layers"] if "line" in each} == {
        "dense": 9,
        "relu": 10,
    }
    assert "line " not in told("Dense(4)@3")


def test_the_axes_of_a_projection_have_names(capsys):
    _, shown = printed(capsys, "explain", "[_ | _]@(3,4) -> MultiHeadAttention(2,3)")
    assert "4 × 2 × 3 = 24  (input features × heads × head size)" in shown
    assert "2 × 3 × 4 = 24  (heads × head size × output features)" in shown
    assert "abc,cde->abde sums over c = input features (4), and makes d = heads (2) and e = head size (3)." in shown
    _, plain = printed(capsys, "explain", "EinsumDense('abc,bd->adc', (6, null), bias_axes=d)@(3,4)")
    assert "3 × 6 = 18  (input axis b × output axis d)" in plain
    assert "sums over b (3), and makes d (6)." in plain
