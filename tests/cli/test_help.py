"""The examples at the end of each help page work as they stand."""

from __future__ import annotations

import shutil
import subprocess
from importlib import import_module

import pytest

from densecli.cli import COMMANDS
from support.folders import EXAMPLE_SPECS, ROOT
from support.program import densecli, here, needs_bash, shell

SWEPT = "vars: {width: 8, depth: 1}\nlayers:\n  - Dense($width)@(3,)\n  - Dense($depth, name=out)\n"


def examples(name):
    return import_module(f"densecli.cli.{name}").EXAMPLES.splitlines()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files that the examples name."""
    found = tmp_path_factory.mktemp("examples")
    shutil.copy(ROOT / "examples" / "train.py", found)
    (found / "model.yaml").write_text(SWEPT, encoding="utf-8")
    (found / "models").mkdir()
    for name in ("model.keras", "old.keras", "new.keras", "models/a.keras"):
        config = here("convert", EXAMPLE_SPECS / "lenet5.yaml", "--to", "keras").stdout
        (found / name).write_text(config, encoding="utf-8")
    cell = (
        '{"cell_type": "code", "source": "import keras\\nkeras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])"}'
    )
    (found / "notebook.ipynb").write_text(f'{{"nbformat": 4, "cells": [{cell}]}}', encoding="utf-8")
    shell("densecli check models/*.keras --lock densecli.lock --update-lock", found)
    shell("git init -q . && git add . && git -c user.name=a -c user.email=a@b commit -qm 1", found)
    shell("git -c user.name=a -c user.email=a@b commit -q --allow-empty -m 2", found)
    return found


@needs_bash
@pytest.mark.skipif(not shutil.which("git"), reason="an example needs git")
@pytest.mark.parametrize(("name", "line"), [(name, line) for name in COMMANDS for line in examples(name)])
def test_an_example_works(folder, name, line):
    done = shell(line, folder)
    assert done.returncode in (0, 1), done.stderr
    assert "error" not in done.stderr
    assert line in here(name, "--help").stdout


@needs_bash
@pytest.mark.skipif(not shutil.which("zsh") or not shutil.which("git"), reason="needs zsh")
@pytest.mark.parametrize("line", [line for name in COMMANDS for line in examples(name)])
def test_an_example_means_the_same_in_zsh(folder, line):
    """It refuses a word with a * or ? that matches no file, where bash passes it on."""
    words = 'densecli() { printf "%s\\n" "$@"; }; '
    found = [
        subprocess.run([*shell, words + line], cwd=folder, capture_output=True, text=True, check=False)
        for shell in (("zsh", "-f", "-c"), ("bash", "--norc", "-c"))
    ]
    assert found[0].stderr == ""
    assert found[0].stdout == found[1].stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_page_ends_with_two_or_three(name):
    lines = examples(name)
    assert 2 <= len(lines) <= 3
    assert all(len(line) <= 78 for line in lines)
    assert here(name, "--help").stdout.endswith("".join(f"  {line}\n" for line in lines))


# -- the format that the output file asks for -------------------------------------------------
@pytest.mark.parametrize(
    ("words", "file", "start"),
    [
        (("convert",), "x.svg", "<?xml"),
        (("convert",), "x.yaml", "name"),
        (("convert",), "x.YML", "name"),
        (("convert",), "x.json", "{"),
        (("convert",), "x.keras.json", '{\n "module": "keras"'),
        (("convert",), "x.py", "import keras"),
        (("convert",), "x.gv", "digraph"),
        (("convert",), "x.mmd", "flowchart"),
        (("convert", "--format", "dot"), "x.svg", "digraph"),
        (("convert", "-t", "dot"), "x.svg", "digraph"),
        ((), "x.md", "### Model"),
        ((), "x.csv", "name,type"),
        ((), "x.html", "<!DOCTYPE html>"),
        ((), "x.tex", "% needs"),
        ((), "x.json", '{\n  "schema": "densecli/summary/1"'),
        ((), "x.jsonl", '{"schema": "densecli/summary/1"'),
        ((), "x.txt", 'Model: "'),
        ((), "x.table", 'Model: "'),
        (("--format", "table"), "x.csv", 'Model: "'),
        (("memory",), "x.json", "{"),
        (("check",), "x.sarif", "{"),
    ],
)
def test_the_suffix_chooses_the_format_where_no_option_does(tmp_path, words, file, start):
    done = here(*words, EXAMPLE_SPECS / "lenet5.yaml", "-o", tmp_path / file)
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / file).read_text(encoding="utf-8").startswith(start)


@pytest.mark.parametrize("output", [(), ("-o", "x.foo"), ("-o", "x"), ("-o", "x.keras"), ("-o", "folder.svg/x")])
def test_convert_needs_to_know_the_target(output):
    done = here("convert", "Dense(4)@(3,)", *output)
    assert (done.returncode, done.stdout) == (2, "")
    assert "help: " in done.stderr


def test_settings_do_not_win_over_the_suffix(tmp_path):
    (tmp_path / "densecli.toml").write_text('format = "json"\n', encoding="utf-8")
    assert densecli("Dense(4)@(3,)", "-o", "x.csv", cwd=tmp_path).returncode == 0
    assert (tmp_path / "x.csv").read_text(encoding="utf-8").startswith("name,type")
    assert densecli("Dense(4)@(3,)", "-o", "x.txt", cwd=tmp_path).returncode == 0
    assert (tmp_path / "x.txt").read_text(encoding="utf-8").startswith("{")
