"""Completion in bash: the program's own script, and the suggestions for a TAB."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

TAB = """
eval "$(_DENSECLI_COMPLETE=source_bash densecli)"
COMP_WORDS=({words}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_densecli_completion densecli
printf '%s\\n' "${{COMPREPLY[@]}}"
complete -p densecli
"""


def after_tab(words, folder=None):
    """The suggestions for the last word."""
    env = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", TAB.format(words=words)],
        capture_output=True,
        text=True,
        env=env,
        check=True,
        encoding="utf-8",
    )
    assert done.stderr == ""
    *offered, script = done.stdout.splitlines()
    assert "-o default" in script  # without suggestions, bash completes file names
    return [word for word in offered if word]


@pytest.fixture
def tab(tmp_path):
    program = tmp_path / "densecli"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m densecli "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return lambda words: after_tab(words, tmp_path)


@pytest.mark.parametrize(
    ("words", "some"),
    [
        ("densecli ''", ["summary", "explain", "check", "diff", "layers"]),
        ("densecli ex", ["explain"]),
        ("densecli layers Conv2", ["Conv2D", "Conv2DTranspose"]),
        ("densecli layers MaxPool2", ["MaxPool2D"]),
        ("densecli check --max-", ["--max-params", "--max-macs"]),
        ("densecli check --format s", ["sarif"]),
        ("densecli diff --exit", ["--exit-zero"]),
        ("densecli model.yaml --format ma", ["markdown"]),
        ("densecli 'Dense(4)@(3,)' --expand", ["--expand-nested"]),
    ],
)
def test_a_tab_offers(tab, words, some):
    offered = tab(words)
    assert set(some) <= set(offered)
    assert len(offered) < 100


@pytest.mark.parametrize(
    "words", ["densecli mod", "densecli summary mod", "densecli check ''", "densecli check a.yaml --lock ''"]
)
def test_where_files_go_the_shell_offers_files(tab, words):
    assert tab(words) == []


def test_other_shells_send_the_line(monkeypatch):
    from densecli.cli import COMMANDS
    from densecli.cli.completion import command_of

    for line, command, then in (
        ("densecli ", None, "densecli "),
        ("densecli lay", None, "densecli lay"),
        ("densecli layers C", "layers", "densecli layers C"),
        ("densecli m.yaml --f", "summary", "densecli summary m.yaml --f"),
        ("", None, ""),
    ):
        monkeypatch.delenv("COMP_WORDS", raising=False)
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
        assert command_of(COMMANDS) == command
        assert os.environ["_TYPER_COMPLETE_ARGS"] == then


def test_a_tab_imports_only_what_the_line_names(tmp_path):
    probe = (
        "import sys, atexit\natexit.register(lambda: sys.stderr.write(' '.join(sys.modules)))\n"
        "from densecli.cli import run; sys.exit(run([]))"
    )
    env = os.environ | {"_DENSECLI_COMPLETE": "complete_bash", "COMP_WORDS": "densecli\nlayers\nDen", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", probe],
        capture_output=True,
        text=True,
        env=env,
        cwd=tmp_path,
        check=True,
        encoding="utf-8",
    )
    assert done.stdout.split() == ["Dense", "DenseNet121", "DenseNet169", "DenseNet201"]
    assert not {"densecli.cli.summary", "densecli.summary.infer", "densecli.layers.core", "rich", "numpy"} & set(
        done.stderr.split()
    )
