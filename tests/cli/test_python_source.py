"""Python files on the command line: every command takes them and reports places in them."""

from __future__ import annotations

import json
import re

import pytest

from support.program import here

SOURCE = """\
from keras import Input, Sequential, layers
width = 16
# densecli: max_params=100, output=(None, 4)
model = Sequential([
    Input((3, 2)),
    layers.Dense(width),
    layers.Flatten(),
    layers.Dense(4),
])
"""
BAD = "from keras import Sequential, layers\nm = Sequential()\nm.add(layers.Input((5, 5, 3)))\nm.add(layers.Conv2D(8, 7))\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(SOURCE)
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "empty.py").write_text("x = 1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["train.py"], "244"),
        (["train.py:model"], "244"),
        (["explain", "train.py"], "2 × 16 = 32"),
        (["memory", "train.py"], "Weights: 976 B"),
        (["sweep", "train.py", "--set", "width=4,8"], "124"),
        (["convert", "train.py", "--to", "dsl"], "Dense(16)"),
        (["convert", "train.py", "--to", "yaml"], "- Flatten"),
        (["convert", "train.py", "--to", "keras"], '"Flatten"'),
        (["convert", "train.py", "--to", "svg"], "<svg"),
        (["convert", "train.py", "--to", "python"], "layers.Dense(16)"),
        (["annotate", "train.py"], "layers.Dense(width),"),
    ],
)
def test_every_command_takes_a_source(folder, words, shown):
    ran = here(*words)
    assert ran.returncode == 0, ran.stderr
    assert shown in ran.stdout


def test_two_sources_are_compared(folder):
    (folder / "new.py").write_text(SOURCE.replace("width = 16", "width = 8"))
    assert here("diff", "train.py", "train.py").returncode == 0
    ran = here("diff", "train.py", "new.py")
    assert (ran.returncode, "units" in ran.stdout) == (1, True)


def test_findings_stand_at_the_line_that_makes_the_layer(folder):
    ran = here("check", "train.py", "bad.py", "empty.py", "--format", "github")
    assert ran.returncode == 1
    first, second = [line for line in ran.stdout.splitlines() if line.startswith("::error")]
    assert "file=train.py,line=4" in first
    assert "C103" in first
    assert "file=bad.py,line=4" in second
    assert "input (None, 5, 5, 3)" in second
    assert "no model in 1 Python file" in ran.stderr


def test_a_single_file_without_a_model_is_an_error(folder):
    assert here("empty.py").returncode == 2


def test_annotations_are_data_for_editors(folder):
    record = json.loads(here("annotate", "train.py", "-f", "json").stdout)
    assert record["schema"] == "densecli/annotate/1"
    assert {each["line"]: each["layers"][0]["params"] for each in record["lines"]} == {6: 48, 7: 0, 8: 196}


def test_an_annotated_page_escapes_the_source(folder):
    (folder / "odd.py").write_text(SOURCE + "# <script>alert(1)</script>\n")
    page = here("annotate", "odd.py", "-f", "html").stdout
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_line_that_runs_several_times_has_several_notes(folder):
    text = "from keras import Sequential, layers, Input\nfor n in (2, 3):\n    m = Sequential([Input((4,)),\n        layers.Dense(n)])\n"
    (folder / "loop.py").write_text(text)
    assert "(None, 2)  10 | (None, 3)  15" in here("annotate", "loop.py").stdout


NESTED = """
import keras
from keras import layers
class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.d = layers.Dense(3)
    def call(self, x):
        return keras.ops.relu(self.d(x)) * 2
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.b = Block(); self.e = layers.Dense(2)
    def call(self, x):
        return self.e(self.b(x)) + 1
x = keras.Input((5, 4))
one = keras.Input((6,))
two = keras.Model(one, layers.Dense(3)(one * 2) + 1, name="two")
inner = keras.Sequential([layers.Dense(4), Block()], name="inner")
y = Net()(inner(two(layers.Bidirectional(layers.LSTM(3))(x))))
keras.Model(x, y).summary(expand_nested=True)
"""
# What Keras 3.15.1 prints for it.
OPENED = [
    "input_layer (InputLayer)", "bidirectional (Bidirectional)", "two (Functional)", "└ input_layer_1 (InputLayer)", "└ dense (Dense)",
    "inner (Sequential)", "└ dense_1 (Dense)", "└ block (Block)", "net (Net)", "└ block_1 (Block)", "└ dense_4 (Dense)",
]  # fmt: skip


def test_a_summary_opens_what_keras_opens(tmp_path):
    source = tmp_path / "m.py"
    source.write_text(NESTED, encoding="utf-8")
    assert re.findall(r"│\s+((?:└ )?\w+ \(\w+\))", here(source).stdout) == OPENED
    everything = here(source, "--expand-nested").stdout
    assert "relu (Relu)" in everything
    assert "forward_lstm (LSTM)" in everything


def test_a_table_follows_the_options_of_its_summary(tmp_path):
    source = tmp_path / "m.py"
    text = (
        "from keras import *\n"
        "inner = Sequential([Input((3,)), layers.Dense(2)], name='inner')\n"
        "m = Sequential([Input((3,)), inner, layers.Dense(4)])\n"
        "m.summary(expand_nested=True, show_trainable=True)\n"
        "n = Sequential([Input((5,)), layers.Dense(2)])\n"
        "n.summary()\n"
    )
    source.write_text(text, encoding="utf-8")
    done = here(source)
    first, second = done.stdout.split("\n\n")
    assert first.startswith(f"{source}:m (line 4):\n")
    assert "└ dense (Dense)" in first
    assert "Trainable ┃" in first
    assert second.startswith(f"{source}:n (line 6):\n")
    assert "Trainable ┃" not in second
