"""Python is distinguished from all other input on standard input or as an argument."""

from __future__ import annotations

import pytest

from densecli.read.python.text.looks import looks_like_python
from read.python.text.test_parse import FORMS
from support.folders import EXAMPLE_SPECS

PYTHON = [
    "model = Sequential([Dense(16, input_shape=(3, 2))])",
    "layers.Dense(10*10*256, use_bias=False, input_shape=(100,))",
    "tf.keras.layers.Dense(4)(x)",
    "Dense(4)(x)",
    "Sequential([Dense(4, input_shape=(3,))])",
    "Model(a, b)",
    "# a comment\n\nx = 1",
    "a, b = f(x)",
    "(a, b), (c, d) = mnist.load_data()",
    "[a, b] = c",
    "x.y[1].z += 2",
    "x **= 2",
    "x: int = 3\ny = 2",
    "from keras import layers",
    "import keras",
    "from . import x",
    "def build(x) -> Model:\n  return x",
    "class A:\n  pass",
    "async def f(): pass",
    "@tf.function\ndef f(): pass",
    "if True:\n  x = 1",
    "for i in range(3):\n  f(i)",
    "with strategy.scope():\n  model = f()",
    "while 1: pass",
    "try:\n  import keras\nexcept ImportError: pass",
    "print y.shape",
    "print 'x'",
    "print(x)",
    "del x",
    "return not x",
    '"""Doc."""\n',
    "r'''Doc.\n",
    "Dense(4)\nx = Dense(4)",
    '{"nbformat": 4, "cells": []}',
    ' {"worksheets": [], "nbformat": 3}',
    "```\nmodel = Sequential()\n```",
    "See:\n\n~~~py\nDense(4)\n~~~",
]  # fmt: skip
OTHERS = [
    "",
    " \n",
    "# only a comment",
    "Dense(16)@(3,2) -> Flatten",
    "Dense(16, name=x)@(3,2) -> Flatten",
    "Dense(16)@(3,2)\n-> Flatten\n",
    "Dense(4)",
    "Dense",
    "Input(3,2) -> Dense(4)",
    "Input((3, 2), name=x)",
    "Dense(4) * 3",
    "Dense(4)@(3,) * 3",
    "(Dense(4) -> Dense(5))@(3,) * 2",
    "[Dense(4)@(3,) | Dense(5)@(7,)]",
    "[_ | Conv2D(8, 3, padding=same)] -> Add",
    "[Dense(4)@(3,) | Dense(5)@(7,)] -> Concatenate -> Dense(1)",
    "Conv2D(filters=8, kernel_size=3)",
    "Dense($w)@(3,)",
    "TimeDistributed(Dense(4))@(2,3)",
    "Dense(4, activation='->')",
    "name: x",
    "name: x\nlayers:\n- Dense(4)",
    "layers:\n  - Dense: {units: 4, name: out}\n",
    "- Dense(4)\n- Flatten\n",
    "---\nname: x",
    "%YAML 1.2\n---\nname: x",
    "input: [3, 2]",
    "'name': x",
    "import: x",
    "if: x",
    "for: x = y",
    "class: x",
    "try",
    "{}",
    '{"class_name": "Sequential"}',
    '{"layers": ["nbformat"]}',
    "[1, 2]",
    '["Dense(4)"]',
    "Hello world",
    "This is a model = stack of layers.",
    "print the model, please",
    "import the model, then look",
    "Why?",
    "see e.g. the docs (or ask).",
    "```yaml\nname: x\n```",
    "```\nname: x\n```",
    "<html><body>x</body></html>",
    "\0\1",
]  # fmt: skip


@pytest.mark.parametrize("text", [*PYTHON, *(text for text, found in FORMS.values() if found)])
def test_python_is_known(text):
    assert looks_like_python(text)


@pytest.mark.parametrize("text", OTHERS)
def test_other_texts_are_not_taken_for_python(text):
    assert not looks_like_python(text)


@pytest.mark.parametrize("path", sorted(EXAMPLE_SPECS.iterdir()), ids=lambda path: path.name)
def test_examples_of_other_formats_are_not_taken_for_python(path):
    assert not looks_like_python(path.read_text(errors="replace"))
