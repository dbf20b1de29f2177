"""What densecli overrides in typer, so that values, messages and help pages are the same with every release of it."""

from __future__ import annotations

import pytest
import typer

from densecli.cli import COMMANDS, build
from densecli.cli.command import Command
from support.program import here

STACK = "Dense(4)@(3,)"


def refused(*arguments):
    done = here(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.splitlines()[:-1]  # the last line is where the options are shown


@pytest.mark.parametrize("given", ["0", "x", "1.5", "", "2147483648", "9" * 5000], ids=lambda given: given[:10])
def test_a_number_that_is_none_or_out_of_its_range(given):
    (line,) = refused(STACK, "--batch", given)
    assert line.startswith("error: --batch: expected a whole number from 1 to 2,147,483,647, got ")


def test_a_number_with_a_lower_bound_only():
    assert refused(STACK, "--top", "0") == ["error: --top: expected a whole number of at least 1, got '0'"]


def test_a_choice_that_there_is_not():
    assert refused(STACK, "--color", "allways") == [
        "error: --color: expected auto, always or never, got 'allways'",
        "  help: did you mean `always`?",
    ]


def test_what_is_missing():
    assert refused("explain") == ["error: missing argument SPEC..."]
    assert refused("diff", STACK) == ["error: missing argument B"]
    assert refused("schema") == ["error: missing argument DOCUMENT"]


def test_an_option_that_there_is_not():
    assert refused(STACK, "--bach", "2")[1:] == ["  help: did you mean `--batch`?"]


def test_equal_signs_several_values_and_numbers_with_a_sign():
    given = ("Dense($a)@($b,)", "--format=json", "--set=a=4", "--set", "b=3", "--batch=+2", "--print", "layers")
    assert '"output_shapes":[[2,4]]' in here(*given).stdout.replace(" ", "").replace("\n", "")


def commands():
    return typer.main.get_command(build(list(COMMANDS))).commands


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_has_every_parameter_once_with_what_it_takes(name):
    command = commands()[name]
    page = here(name, "--help", env={"COLUMNS": "1000"}).stdout
    assert isinstance(command, Command)
    for parameter in command.params:
        assert page.count(f" {parameter.opts[0] if parameter.param_type_name == 'option' else parameter.metavar} ") >= 1
        assert parameter.help in " ".join(page.split())
