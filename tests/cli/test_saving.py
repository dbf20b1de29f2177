"""`--save`: the suffix chooses the format, and what cannot work is refused before the pass."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

from densecli.cli import run
from support.program import outcome

STACK = "Dense(2)@(3,)"


@pytest.mark.parametrize(
    "stack", [STACK, "Dense(2)@(2,3)", "Dense(2, dtype=float16)@(3,)", "Input(3, dtype=bool) -> Flatten"]
)
def test_a_csv_is_a_table_that_reads_back_the_same(tmp_path, stack):
    words = [stack, "--run", "--batch", "3"]
    assert [run([*words, "--save", str(tmp_path / name)]) for name in ("y.csv", "y.npy")] == [0, 0]
    saved = np.load(tmp_path / "y.npy")
    table = np.loadtxt(tmp_path / "y.csv", delimiter=",", ndmin=2)
    assert table.shape == (3, saved.size // 3)
    assert np.array_equal(table.astype(saved.dtype).reshape(saved.shape), saved)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ([STACK], "y.txt"),
        ([STACK], "y.json"),
        ([STACK], "y.tsv"),
        ([STACK], "y.h5"),
        ([STACK], "gone/y.npy"),
        (["[Dense(1)@(3,) | Dense(2)@(3,)]"], "y.csv"),
        (["[Dense(1)@(3,) | Dense(2)@(3,)]"], "y.npy"),
        (["LSTM(2, return_state=true, name=x)@(4,3)", "--until", "x"], "y.csv"),
    ],
)
def test_what_cannot_be_saved_is_refused_before_the_pass(tmp_path, monkeypatch, words, name):
    monkeypatch.setattr("densecli.run.run.prepare", lambda *_: pytest.fail("a pass was prepared"))
    code, out, err = outcome(*words, "--run", "--save", str(tmp_path / name))
    assert (code, out, list(tmp_path.iterdir())) == (2, "", [])
    assert err.startswith("error[E603]")


def test_a_page_that_cannot_be_written_is_refused_before_the_pass(tmp_path, monkeypatch):
    monkeypatch.setattr("densecli.run.run.prepare", lambda *_: pytest.fail("a pass was prepared"))
    code, out, err = outcome(STACK, "--run", "--output", str(tmp_path / "gone" / "y.txt"))
    assert (code, out) == (2, "")
    assert err.startswith("error[E603]")


def test_words_are_not_saved_as_numbers(tmp_path):
    code, _, err = outcome(
        "StringLookup(vocabulary=['a', '=x'], invert=true)@(3,)", "--run", "--save", str(tmp_path / "y.csv")
    )
    assert (code, err.splitlines()[0][-44:]) == (2, "a .csv takes numbers, but the output is text")


def test_several_outputs_and_no_suffix_are_an_archive(tmp_path):
    assert run(["[Dense(1, name=a)@(3,) | Dense(2, name=b)@(3,)]", "--run", "--save", str(tmp_path / "y")]) == 0
    with zipfile.ZipFile(tmp_path / "y") as archive:
        assert archive.namelist() == ["a.npy", "b.npy"]
