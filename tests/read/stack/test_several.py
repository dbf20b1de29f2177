"""A file of stacks, one a line: which lines are a stack, their numbers, and the places of mistakes."""

from __future__ import annotations

import json
from functools import partial

import pytest

from densecli.errors import Source
from densecli.read.stack.several import stacks
from support.program import densecli, here
from support.work import grows_no_faster

FILE = """# three models
Dense(16)@(3,2) -> Flatten -> Dense(4)

  Conv2D(8, 3)@(28,28,1)   # a small one -> of 10
    -> Flatten
    -> Dense(10, name='@')
[Dense(4)@3 |
 Dense(5)@7] -> Concatenate
ResNet50
"""
PARAMS = {2: 244, 4: 54170, 7: 56, 9: 25636712}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "models.txt"
    path.write_text(FILE, encoding="utf-8")
    return path


def parts(text):
    return [(part.above, part.text.strip()) for part in stacks(Source("x", text))]


@pytest.mark.parametrize("name", ["models.txt", "models.dsl", "models"])
def test_every_stack_is_a_model_of_its_own(tmp_path, name):
    path = tmp_path / name
    path.write_text(FILE, encoding="utf-8")
    done = here(path, "-f", "ndjson")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert {each["source"]: each["totals"]["params"] for each in found} == {
        f"{path}:{line}": n for line, n in PARAMS.items()
    }
    assert (done.returncode, done.stderr) == (0, "")


def test_standard_input_may_have_several(file):
    assert densecli("-", "--print", "totals.params", input=FILE).stdout.split() == [*map(str, PARAMS.values())]
    assert here("check", file, "--max-params", "100").returncode == 1
    assert here("memory", file, "-f", "json").returncode == 0


@pytest.mark.parametrize("line", PARAMS)
def test_one_is_chosen_by_its_line(file, line):
    assert here(f"{file}:{line}", "--print", "totals.params").stdout == f"{PARAMS[line]}\n"


def test_where_one_is_needed_the_lines_are_told(file):
    done = here("convert", file, "--to", "yaml")
    assert done.returncode == 2
    assert "line 2" in done.stderr
    assert "lines with a stack: 2, 4, 7, 9" in here(f"{file}:3").stderr
    assert here("diff", f"{file}:2", f"{file}:2").returncode == 0


def test_a_mistake_is_told_on_its_own_line_and_spares_the_others(tmp_path):
    path = tmp_path / "m.dsl"
    path.write_text("Dense(4)@3\n\nDesne(5)@3\nDense(6)@3\n", encoding="utf-8")
    done = here(path, "--print", "totals.params")
    assert f"{path}:3:1" in done.stderr
    assert "3 | Desne(5)@3" in done.stderr
    assert done.returncode == 2
    assert len(here(path).stdout.split("Total params")) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing",
        "Dense(4)@3",
        "Dense(4)@3 ->\nDense(5)",
        "Dense(4)@3\n-> Dense(5)\n",
        "Dense(4)@3\nDense(5)",  # a missing arrow: a mistake of one stack
        "[Dense(4)@3\n|\nDense(5)@3]\n-> Add",
        "Dense(4)@3 -> ResNet50",
        "Dense(4, name='a\nb@')@3",
        "'",
        "[Dense(4)@3\nDense(4)@3",
    ],
)
def test_what_is_one_stack_stays_one(text):
    assert parts(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A@1\nB@2", [(0, "A@1"), (1, "B@2")]),
        ("A@1\r\nB@2\r\n", [(0, "A@1"), (1, "B@2")]),
        ("A@1\rB@2", [(0, "A@1"), (1, "B@2")]),
        ("A@1 -> C\n-> D\n\n# x\nB@2 ->\nE", [(0, "A@1 -> C\n-> D\n\n# x"), (4, "B@2 ->\nE")]),
        ("VGG16\nInput(3) -> B", [(0, "VGG16"), (1, "Input(3) -> B")]),
        ("A@1\nC\nB@2", [(0, "A@1\nC"), (2, "B@2")]),
        ("A(input_shape=(3,))\nB@2", [(0, "A(input_shape=(3,))"), (1, "B@2")]),
    ],
)
def test_a_line_with_an_input_of_its_own_starts_another(text, found):
    assert parts(text) == found


@pytest.mark.parametrize("unit", ["Dense(4)@3\n", "'\\'", '"\\"\\\'', "(", "# x\n", "->\n", "'\n", "\\\n"])
def test_the_work_grows_with_the_text(unit):
    assert grows_no_faster(lambda amount: partial(stacks, Source("x", unit * amount)), 50)
