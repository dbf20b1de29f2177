"""On a terminal of 80 columns, what people read keeps to them; off one, nothing is cut."""

from __future__ import annotations

import re

import pytest

from densecli.cli import COMMANDS, streams
from densecli.text import cell_width
from support.folders import EXAMPLE_SPECS, ROOT
from support.program import here
from support.repositories import commit, needs_git, repository

SPEC, OTHER = EXAMPLE_SPECS / "siamese.yaml", EXAMPLE_SPECS / "transformer-block.yaml"
TRAIN = ROOT / "examples" / "train.py"
LINES = {
    "summary": [(OTHER, "-c", "all"), ("VGG16", "--expand-nested"), (SPEC, "--group-by", "type"), (SPEC, "--run"), (SPEC, "--run", "--profile")],
    "explain": [(OTHER,), ("Conv2D(8,3)@(28,28,1) -> Reshape((26,208)) -> LSTM(4)",), (SPEC, "--layer", "same", "--run")],
    "check": [(SPEC,)],
    "diff": [("VGG16", "VGG19"), (SPEC, OTHER), (SPEC, SPEC)],
    "memory": [("VGG16", "--budget", "1GB"), (OTHER, "--dtype", "mixed_float16"), (SPEC, "--batch", "7")],
    "sweep": [("Dense($n)@(8,)", "--set", "n=1..3", "-c", "+flops,weight_bytes,training_bytes,output_shape,layers")],
    "annotate": [],  # source has the width that its author gave it
    "layers": [(), ("conv",), ("LSTM",), ("--applications",), ("ResNet50",)],
    "convert": [], "draw": [], "schema": [],  # documents for other programs
}  # fmt: skip


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize(("command", "words"), [(name, words) for name, lines in LINES.items() for words in lines])
def test_lines_keep_to_the_terminal(monkeypatch, command, words, width):
    monkeypatch.setattr(streams, "interactive", lambda *_: True)
    done = here(command, *words, env={"COLUMNS": str(width), "NO_COLOR": "1"})
    assert done.stdout
    assert [line for line in done.stdout.splitlines() if cell_width(line) > width] == []


@needs_git
@pytest.mark.parametrize("width", [60, 80])
def test_changes_since_a_revision_keep_to_it_too(tmp_path, monkeypatch, width):
    long = "a-model-with-a-rather-long-name-in-a-folder"
    folder = repository(tmp_path / "r")
    commit(
        folder,
        {
            f"models/{long}.dsl": "Conv2D(64,3)@(224,224,3) -> Conv2D(128,3)",
            "b.dsl": "Dense(3)@3",
            "c.dsl": "Dense(3)@4",
        },
    )
    commit(
        folder,
        {
            f"models/{long}.dsl": "Conv2D(64,3)@(224,224,3) -> Conv2D(256,3)",
            "b.dsl": "Dnse(3)@3",
            "c.dsl": "Dense(5)@4",
        },
    )
    monkeypatch.chdir(folder)
    monkeypatch.setattr(streams, "interactive", lambda *_: True)
    done = here("diff", "--base", "HEAD~1", env={"COLUMNS": str(width), "NO_COLOR": "1"})
    assert [line for line in done.stdout.splitlines() if cell_width(line) > width] == []
    assert f"models/{long}.dsl" in done.stdout


def test_every_command_is_looked_at():
    assert LINES.keys() == COMMANDS.keys()


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_keeps_to_80_columns(command):
    lines = here(*([command] if command else []), "--help").stdout.splitlines()
    assert [line for line in lines if len(line) > 80] == []


def test_a_difference_is_whole_in_a_pipe():
    long = "d" * 300
    done = here("diff", "Dense(4)@(3,)", f"Dense(4)@(3,) -> Dense(5, name={long}, activation=relu, use_bias=false)")
    assert "…" not in done.stdout
    assert "activation=relu, use_bias=false), output (None, 5), 20 params" in done.stdout
    assert re.search(rf"^\+  {long}  Dense", done.stdout, re.MULTILINE)
