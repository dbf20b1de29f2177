"""What a shell leaves of a stack without quotes, and what is said about it."""

from __future__ import annotations

import pytest

from densecli.cli import run
from densecli.read.shell import joined
from support.program import here, needs_bash, shell

STACK = ["Dense(16)@(3,2)", "Flatten", "Dense(4)"]
QUOTES = "put the stack in single quotes"


@pytest.mark.parametrize(
    "words",
    [
        STACK,
        ["Dense(16)@(3,2)", "->", "Flatten", "->", "Dense(4)"],
        ["Dense(16)@(3,2)", "-> Flatten", "->Dense(4)"],
        ["Dense(16)@(3,2) ->", "Flatten ->", "Dense(4)"],
        ["Dense(16)@(3,2)", "→", "Flatten", "→ Dense(4)"],
        ["Dense(16)@(3,2) # a comment ends with its word", "Flatten # ->", "-> Dense(4)"],
        ["Dense(16)@(3,2)\n", "Flatten\nDense(4)"],
    ],
)
def test_words_are_joined_by_one_arrow(words):
    assert here(*words).stdout == here(" -> ".join(STACK)).stdout
    assert here("explain", *words).stdout == here("explain", " -> ".join(STACK)).stdout


def test_arrows_are_never_made_up_or_left_out():
    assert joined(["A", "B"]) == "A -> B"
    assert joined(["A ->", "-> B"]) == "A -> -> B"
    for words in (["->", "Dense(4)@(3,)"], ["Dense(4)@(3,)", "->"], ["Dense(4)@(3,)", "->", "->", "ReLU"]):
        done = here(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert "an arrow needs a layer on both sides" in done.stderr


def test_an_arrow_is_still_the_value_of_an_option():
    done = here("Dense(4, name='a->b')@(3,)", "--filter", "->", "--format", "csv")
    assert "a->b" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["Dense(16)@(3,2)", "-"],
        ["Dense(16)@(3,2)", "-", "-"],
        ["Dense(16)@(3,2)", "-", "Flatten"],
        ["ReLU@3-"],
        ["ReLU@3-", "Flatten"],
        ["Dense(16)@(3,2) - "],
    ],
)
def test_an_arrow_that_the_shell_took_is_recognized(words):
    done = here(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert QUOTES in done.stderr


@needs_bash
@pytest.mark.parametrize(
    "line", ["densecli Flatten@3 -> ReLU", "densecli ReLU@3->Dense", "densecli 'Dense(16)@(3,2)' -> 'Flatten' -> 'Dense(4)'"]
)  # fmt: skip
def test_bash_takes_the_arrow(line, tmp_path):
    done = shell(line, tmp_path)
    assert done.returncode == 2
    assert QUOTES in done.stderr


@pytest.mark.parametrize(
    "stack",
    [
        "Dense($n)@(3,2)",
        "Dense($n*2)@(3,2)",
        "Dense($n//2)@(3,2)",
        "Dense($n, activation=relu)@(3,2)",
        "Dense(units=$n)@(3,2)",
        "Dense(units=$n, activation=relu)@(3,2)",
        "Conv2D(8, $n)@(8,8,1)",
        "Flatten@($n,2) -> Dense(4)",
        "Flatten@$n -> Dense(4)",
        "Dense(4)@(4,)*$n -> Dense(4)",
        "Dense(4)@(4,)*$n",
        "Dense(4)@(4,) -> Dropout($n)",
    ],
)
def test_a_variable_that_the_shell_emptied_is_recognized(stack):
    done = here(stack.replace("$n", ""))
    assert (done.returncode, done.stdout) == (2, "")
    assert "--set n=16" in done.stderr


@pytest.mark.parametrize("stack", ["Dense@(3,2)", "Dense(activation=relu)@(3,2)", "Dense(4)@(3,2) -> Dense(x)"])
def test_other_mistakes_are_not_blamed_on_the_shell(stack):
    assert "shell" not in here(stack).stderr


def test_a_variable_in_quotes_is_set_with_the_option_that_the_help_names():
    done = here("Dense($n)@(3,2)")
    assert "set it with --set n=16" in done.stderr
    assert "write $n" in here("Dense(${n})@(3,2)").stderr
    assert here("Dense($n)@(3,2)", "--set", "n=16").stdout == here("Dense(16)@(3,2)").stdout


def test_in_a_spec_the_help_names_its_variables(tmp_path):
    spec = tmp_path / "spec.yaml"
    spec.write_text("input: [3]\nlayers: [Dense($n)]\n")
    assert "under `vars:`" in here(spec).stderr


@pytest.mark.parametrize("name", ["model.text", "notes.dense", "run-3.log"])
def test_a_file_without_a_known_suffix_gets_the_way_to_name_it(name):
    assert f"write ./{name}" in here(name).stderr


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("keras.layers.Dense(16)", "E406"),
        ("layers.Dens(16)@(3,)", "E304"),
        ("layers.Conv2D(8, 7)@(5,5,3)", "E405"),
        ("model.fit()", "E403"),
        ("x = 3", "E403"),
        ("print(3)", "E403"),
        ("Dense(3)(x)", "E221"),
        ("Dense=16", "E221"),
        ("keras.Sequential([keras.layers.Dense(3)])", "E406"),
    ],
)
def test_a_text_gets_the_errors_of_what_it_looks_like(text, code):
    assert here(text).stderr.startswith(f"error[{code}]")


def test_a_stack_with_modules_is_read_from_a_file_too(tmp_path):
    for name in ("stack.dsl", "stack.txt"):
        file = tmp_path / name
        file.write_text("keras.layers.Dense(16)@(3,2)\nkeras.layers.Flatten()\nlayers.Dense(4)\n")
        assert here(file).stdout == here(" -> ".join(STACK)).stdout


def test_a_spec_takes_modules_and_lines_too(tmp_path):
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "input: [3, 2]\nlayers:\n  - keras.layers.Dense: 16\n  - {type: layers.Flatten}\n  - |\n    layers.Dense(4)\n    ReLU\n"
    )
    assert here(spec).stdout == here("Dense(16)@(3,2) -> Flatten -> Dense(4) -> ReLU").stdout


@pytest.mark.parametrize("command", ["summary", "explain", "memory", "draw"])
def test_a_word_that_is_also_a_folder_or_a_file_gets_its_path(tmp_path, monkeypatch, capsys, command):
    """The words alone decide what is read; the disk only helps to say what was meant."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "saved").mkdir()
    (tmp_path / "plain").write_text("")
    for word, kind in (("saved", "folder"), ("plain", "file")):
        assert run([command, word]) == 2
        assert f"for the {kind} of that name, write ./{word}" in capsys.readouterr().err
    assert run([command, "gone"]) == 2
    assert "of that name" not in capsys.readouterr().err


def test_a_folder_without_a_model_says_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "saved").mkdir()
    assert run(["./saved"]) == 2
    assert capsys.readouterr().err == (
        "error[E105]: './saved' is a folder without a model's config.json or saved_model.pb\n"
        "  help: give a model file in it; `densecli check` takes a whole folder\n"
    )
