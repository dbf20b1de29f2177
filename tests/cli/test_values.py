"""`--values` and `--profile`: every format shows them or says that it has no place for them."""

from __future__ import annotations

import re

import pytest

from densecli.cli.summary_formats import SHOW_A_RUN, Format
from support.program import outcome

WORDS = ["Dense(2, name=first)@(2,)", "--run", "--weights", "0.125", "--data", "[[3, 5]]", "--values"]
OTHERS = [each for each in Format if each not in SHOW_A_RUN]


@pytest.mark.parametrize("kind", SHOW_A_RUN)
def test_a_format_shows_inputs_weights_and_outputs(kind):
    code, out, err = outcome(*WORDS, "-f", kind.value)
    assert (code, err) == (0, "")
    for number in ("3", "5", "0.125", "1.125"):  # data, weights, 3/8 + 5/8 + 1/8
        assert re.search(rf"(?<![\d.]){re.escape(number)}(?![\d])", out), number


@pytest.mark.parametrize("option", ["--values", "--profile"])
@pytest.mark.parametrize("kind", OTHERS)
def test_the_others_refuse_and_name_those_that_do(kind, option):
    code, out, err = outcome(*WORDS[:-1], option, "-f", kind.value)
    assert (code, out) == (2, "")
    assert f"{option} has no place in {kind.value}" in err and all(each.value in err for each in SHOW_A_RUN)


@pytest.mark.parametrize("kind", OTHERS)
def test_the_results_of_a_pass_are_not_left_out_in_silence(kind, tmp_path):
    code, out, err = outcome(*WORDS[:-1], "-f", kind.value)
    assert code == 0 and out and err.startswith("note: the results of --run have no place in")
    assert outcome(*WORDS[:-1], "-f", kind.value, "--quiet")[2] == ""
    assert outcome(*WORDS[:-1], "-f", kind.value, "--save", str(tmp_path / "y.npy"))[2] == ""


def test_a_single_value_needs_no_place():
    assert outcome(*WORDS, "-f", "csv", "--print", "run.values.layers.0.outputs.0.values.0.0") == (0, "1.125\n", "")


@pytest.mark.parametrize("kind", ["markdown", "html"])
def test_hostile_words_in_values_are_data(kind):
    words = ["StringLookup(vocabulary=('<b>', '```'), invert=true)@(2,)", "--run", "--data", "[[1, 2]]", "--values"]
    code, out, _ = outcome(*words, "-f", kind)
    assert code == 0
    assert "````" in out if kind == "markdown" else "<b>" not in out
