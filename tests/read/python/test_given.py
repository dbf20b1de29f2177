"""The ways to pass Python source: an argument, standard input, a file in another encoding."""

from __future__ import annotations

import json

import pytest

from support.program import densecli, here

WRITTEN = [
    ("Sequential([Dense(4, input_shape=(3,))])", "16\n"),
    (">>> m = Sequential()\n>>> m.add(Dense(4, input_shape=(3,)))\n>>> m\n<Sequential>", "16\n"),
    ("```\nm = Sequential([Dense(4, input_shape=(3,))])\n```", "16\n"),
]


@pytest.mark.parametrize(("text", "params"), WRITTEN)
def test_text_as_an_argument_and_on_standard_input(text, params):
    assert here(text, "--print", "totals.params").stdout == params
    assert densecli("-", "--print", "totals.params", input=text).stdout == params


def test_a_file_is_read_in_the_encoding_that_it_declares(tmp_path):
    (tmp_path / "sizes.py").write_bytes(b"# coding: latin-1\nUNITS = 4  # \xe9\n")
    path = tmp_path / "train.py"
    path.write_bytes(
        b"# coding: latin-1\n\x0c\nfrom sizes import UNITS\nmodel = Sequential([Dense(UNITS, input_shape=(3,))])  # \xe9"
    )
    assert here(str(path), "--print", "totals.params").stdout == "16\n"


def test_a_finding_in_a_notebook_is_shown_at_its_cell(tmp_path):
    cells = [{"cell_type": "code", "source": "x = 1\n"}, {"cell_type": "code", "source": "x = 2\nmodel.add(Dense(5)"}]
    path = tmp_path / "nb.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "cells": cells}))
    assert here("check", str(path)).stdout.startswith(f"{path}:cell 2:2:10: E206 not valid Python")
    assert "line=6,col=10" in here("check", str(path), "--format", "github").stdout
    assert f" --> {path}:cell 2:2:10\n  2 | model.add(" in here(str(path)).stderr


def test_a_name_of_an_unknown_package_is_unknown_and_not_a_word():
    text = "from elsewhere import width\nmodel = Sequential([Dense(width, input_shape=(3,))])\n"
    refused = here(text)
    assert "error[E350]: Dense: `units` is unknown: width: it comes from `elsewhere`" in refused.stderr
    assert "--set width=" in refused.stderr
    assert here(text, "--set", "width=4", "--print", "totals.params").stdout == "16\n"


def test_a_variable_outside_of_layers_is_an_array_in_a_model():
    """As in Keras 3.15.1, where it is no weight of the model."""
    text = "import keras, numpy as np\nv = keras.Variable(np.zeros((3,)))\nw = keras.ops.exp(v)\ni = keras.Input((3,))\nm = keras.Model(i, keras.ops.add(i, v) * w)\n"
    assert here(text, "--print", "layers[1].output_shapes").stdout == "[[null, 3]]\n"
    assert here(text, "--print", "totals.params").stdout == "0\n"


MET = ["keras.ops.add(i, a)", "keras.ops.concatenate([i, a])", "keras.layers.Add()([i, a])", "i + a", "Own()(i)"]


@pytest.mark.parametrize("expression", MET)
def test_an_array_of_unknown_shape_makes_what_it_meets_unknown(expression):
    """It is no number, which would leave the shape of a tensor as it is."""
    text = f"""import keras, numpy as np
a = np.zeros(np.load("x.npy").shape)
class Own(keras.layers.Layer):
    def call(self, x):
        return x + a
i = keras.Input((3,))
m = keras.Model(i, {expression})
"""
    refused = here(text).stderr
    assert refused.startswith(("error[E351]", "error[E354]"))
    assert "it comes from a file, which densecli does not open" in refused
