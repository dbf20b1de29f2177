"""Data and weights from the command line: arrays written out, JSON and CSV files, numbers, values by name."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from densecli import kernels
from densecli.cli import run as densecli
from densecli.cli.running import Wishes, options
from densecli.errors import LimitError, ReadError
from densecli.read.specs import ARGUMENT, Spec
from densecli.run.literal import from_json, is_literal
from densecli.run.run import Options, run
from support.models import graph

STACK = "Dense(4)@(3,2)"
SAMPLE = np.array([[[1, 2], [3, 4], [5, 6]]], np.float32)


def inputs(words, stack=STACK):
    """The arrays that go into a model."""
    return [array for _, array in run(graph(stack), Options(data=tuple(words), values=True)).inputs]


@pytest.mark.parametrize(
    "word",
    [
        "[[[1,2],[3,4],[5,6]]]",
        " [[1, 2], [3.0, 4], [5e0, 6]]",
        "1,2,3,4,5,6",
        "1;2;3;4;5;6",
        "input_layer=[[1,2],[3,4],[5,6]]",
        '{"input_layer": [[[1,2],[3,4],[5,6]]]}',
    ],
)  # fmt: skip
def test_one_sample_is_written_in_many_ways(word):
    (array,) = inputs([word])
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, SAMPLE)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.json", "[[[1,2],[3,4],[5,6]]]"),
        ("x.json", '\n {"input_layer": [[1,2],[3,4],[5,6]]}\n'),
        ("x.csv", "1,2,3,4,5,6\n"),
        ("x.csv", "1,2\n3,4\n5,6\n"),
        ("x.csv", "a,b,c\n1,2,3\n4,5,6\n"),
        ("x", "1\n2\n3\n4\n5\n6\n"),
    ],
)
def test_files_of_text_are_known_by_their_contents(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    np.testing.assert_array_equal(inputs([str(tmp_path / name)])[0], SAMPLE)


def test_a_file_of_that_name_is_not_taken_for_an_array(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "[1]").write_text("1,2,3,4,5,6", encoding="utf-8")
    np.testing.assert_array_equal(inputs(["[1]"])[0], SAMPLE)


def test_several_inputs_words_and_integers():
    stack = "[Flatten(name=f)@(2,) | Flatten(name=g)@(2,)] -> Concatenate"
    a, b = inputs(['{"input_layer": [1,2], "input_layer_1": [[3,4]]}'], stack)
    assert (a.tolist(), b.tolist()) == ([[1, 2]], [[3, 4]])
    a, b = inputs(["input_layer=[1,2]", "input_layer_1=5,6"], stack)
    assert (a.tolist(), b.tolist()) == ([[1, 2]], [[5, 6]])
    (ids,) = inputs(["[[1, 2]]"], "Input((2,), dtype=int32) -> Embedding(9, 3)")
    assert ids.dtype == np.int32


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        ("[[1,2,3],[4,5,6]]", "takes (None, 3, 2), got data of shape (2, 3)", "--data '[[[1,2],[3,4],[5,6]]]'"),
        ("1,2,3", "got data of shape (1, 3)", "one sample is written"),
        ("[[1,2],[3]]", "[1] is a list of 1, expected a list of 2 like the first", ""),
        ("[[1,2],3]", "[1] is a number or text, expected a list of 2", ""),
        ("[1,[2]]", "[1] is a list, expected a number", ""),
        ("[1,null]", "[1] is null, expected a number", ""),
        ('[1,"a"]', "it mixes numbers and texts", ""),
        ('[{"a":1}]', "[0] is an object", ""),
        ("[]", "it has an empty list", ""),
        ("[1,]", "it is not JSON", ""),
        ('{"input_layer": [1], "input_layer": [2]}', "it has a name twice", ""),
        ("[" * 100_000, "nested too deeply", ""),
        ("[" * 70 + "1" + "]" * 70, "more than 64 axes", ""),
        ("[" + "9" * 5000 + "]", "it is not JSON", ""),
        ("stranger=[1,2]", "no input named 'stranger'", "the inputs are input_layer"),
    ],
)
def test_what_does_not_fit_gets_help(word, message, hint):
    with pytest.raises(ReadError) as caught:
        inputs([word])
    assert caught.value.code == "E508"
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


@given(
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text() | st.booleans(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_an_array_or_a_reasoned_refusal(value):
    try:
        found = from_json(json.dumps(value), 1 << 20)
    except kernels.ArrayFileError as error:
        assert str(error)
        return
    for array in found.values() if isinstance(found, dict) else [found]:
        assert array.dtype.kind in "iufbU"


def test_a_large_literal_stays_within_the_limit():
    with pytest.raises(kernels.ArrayFileError, match="more memory"):
        from_json("[" + "1," * 10_000 + "1]", 100_000)


@pytest.mark.parametrize(
    ("word", "literal"),
    [("[1]", True), ("{}", True), ("1,2", True), ("-1e5", True), ("-", False), ("x.npy", False), ("e,e", False)],
)
def test_a_word_looks_like_an_array(word, literal):
    assert is_literal(word) == literal


# -- weights ---------------------------------------------------------------------------------
WITH_WEIGHTS = "Dense(2)@(4,3) -> LSTM(2)"


def weights(*words):
    """The weights of a pass by layer and path."""
    outcome = run(graph(WITH_WEIGHTS), options(Wishes(weights=words, values=True), Spec(ARGUMENT, WITH_WEIGHTS)))
    return {f"{call.name}/{path}": array for call in outcome.calls for path, array in call.arrays()}


@pytest.mark.parametrize(("word", "number"), [("ones", 1), ("zeros", 0), ("0.5", 0.5), ("-2", -2)])
def test_all_weights_get_one_number(word, number):
    assert all((array == number).all() for array in weights(word).values())


def test_a_name_is_the_end_of_a_path():
    found = weights("ones", "dense/kernel=[[1,2],[3,4],[5,6]]", "recurrent_kernel=3", "bias=0")
    assert found["dense/kernel"].tolist() == [[1, 2], [3, 4], [5, 6]]
    assert (found["lstm/lstm_cell/recurrent_kernel"] == 3).all()
    assert (found["lstm/lstm_cell/kernel"] == 1).all()
    assert not found["dense/bias"].any()
    assert not found["lstm/lstm_cell/bias"].any()


def test_values_of_weights_come_from_files_too(tmp_path):
    np.save(tmp_path / "k.npy", np.arange(6.0).reshape(3, 2))
    (tmp_path / "b.csv").write_text("7,8\n", encoding="utf-8")
    found = weights(f"dense/kernel={tmp_path / 'k.npy'}", f"dense/bias={tmp_path / 'b.csv'}")
    assert found["dense/kernel"].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert found["dense/bias"].tolist() == [7, 8]
    assert weights("dense/bias=1,2")["dense/bias"].tolist() == [1, 2]


def test_the_other_weights_stay_as_they_are_without():
    usual, some = weights(), weights("dense/kernel=9")
    assert (some["dense/kernel"] == 9).all()
    assert all((usual[name] == some[name]).all() for name in usual if name != "dense/kernel")


@pytest.mark.parametrize(
    ("word", "code", "message"),
    [
        ("kernl=1", "E323", "no weight named 'kernl'"),
        ("ernel=1", "E323", "no weight named 'ernel'"),
        ("dense/kernel=[1,2]", "E323", "dense/kernel is (3, 2), got values of shape (2,)"),
        ("kernel=[[1,2],[3,4],[5,6]]", "E323", "lstm/lstm_cell/kernel is (2, 8)"),
        ("bias=[", "E508", "not JSON"),
        ('bias={"a":[1]}', "E508", "has several by name"),
        ("nofile.h5", "E109", "cannot read"),
        ("nan", "E109", "cannot read"),
    ],
)
def test_weights_that_cannot_be_given(word, code, message):
    with pytest.raises(ReadError) as caught:
        weights(word)
    assert (caught.value.code, message in caught.value.message) == (code, True), caught.value.message


def test_one_value_for_all_is_enough(capsys):
    assert densecli([STACK, "--run", "--weights", "ones", "--weights", "zeros"]) == 2
    assert "NAME=VALUE sets some" in capsys.readouterr().err


# -- values ----------------------------------------------------------------------------------
def test_values_are_shown_as_numpy_prints_them(capsys):
    words = [STACK, "--run", "--data", "[[1,2],[3,4],[5,6]]", "--weights", "ones", "--values"]
    assert densecli(words) == 0
    shown = capsys.readouterr().out
    assert " Input input_layer (1, 3, 2) float32\n   [[[1. 2.]\n     [3. 4.]\n     [5. 6.]]]\n" in shown
    assert "   output (1, 3, 4) float32\n     [[[ 4.  4.  4.  4.]\n" in shown


def test_large_arrays_are_cut_and_digits_follow_the_option(capsys):
    assert densecli(["Dense(50)@(40,)", "--run", "--values", "--precision", "2"]) == 0
    *shown, _ = capsys.readouterr().out.splitlines()  # the last line has the time that it took
    assert any(" ... " in line for line in shown)
    assert len(shown) < 60
    numbers = [part for line in shown for part in line.split() if part.lstrip("-").replace(".", "").isdigit()]
    assert max(len(part.rpartition(".")[2]) for part in numbers) <= 2


def test_json_has_the_exact_values(capsys):
    outcome = run(graph(WITH_WEIGHTS), Options(values=True))
    assert densecli([WITH_WEIGHTS, "--run", "--values", "-f", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["run"]["values"]
    assert [each["name"] for each in found["layers"]] == ["dense", "lstm"]
    np.testing.assert_array_equal(np.float32(found["inputs"][0]["values"]), outcome.inputs[0][1])
    np.testing.assert_array_equal(np.float32(found["layers"][1]["outputs"][0]["values"]), outcome.arrays[0])


def test_what_is_not_a_number_has_a_name_in_json():
    assert kernels.listed(np.array([np.nan, np.inf, -np.inf, 0.1], np.float32), None) == [
        "NaN",
        "Infinity",
        "-Infinity",
        0.1,
    ]


def test_values_need_no_more_memory_than_announced():
    with pytest.raises(LimitError):
        run(
            graph("Dense(100)@(100,) -> Dense(100)*20 -> Dense(1)"),
            Options(values=True, batch=1000, max_memory=2_000_000),
        )
