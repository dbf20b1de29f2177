"""Completion in bash: the program's own script, and the suggestions for a TAB."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

from support.program import densecli, here

TAB = """
eval "$(_DENSECLI_COMPLETE=source_bash densecli)"
COMP_WORDS=({words}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_densecli_completion densecli
printf '%s\\n' "${{COMPREPLY[@]}}"
complete -p densecli
"""


def in_bash(script, folder):
    """A run of a script that finds programs in a folder first."""
    env = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    bash = ["bash", "--norc", "-c", script]
    return subprocess.run(bash, capture_output=True, text=True, env=env, check=True, encoding="utf-8")


def after_tab(words, folder=None):
    """The suggestions for the last word."""
    done = in_bash(TAB.format(words=words), folder)
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
        ("densecli --form", ["--format"]),
        ("densecli --", ["--columns", "--version", "--show-completion"]),
        ("densecli --vers", ["--version"]),
        ("densecli --format ma", ["markdown"]),
        ("densecli --format = ma", ["markdown"]),
        ("densecli --format =", ["markdown", "svg"]),
        ("densecli m.yaml --format = ma", ["markdown"]),
        ("densecli convert m.yaml --to ker", ["keras"]),
        ("densecli convert m.yaml -f ker", ["keras"]),
        ("densecli -c par", ["params", "params_share"]),
        ("densecli m.yaml --columns layer,par", ["layer,params", "layer,params_share"]),
        ("densecli m.yaml --columns +ma", ["+macs", "+macs_share"]),
        ("densecli m.yaml --columns layer,+ma", ["layer,+macs"]),
        ("densecli m.yaml --sort ma", ["macs"]),
        ("densecli m.yaml --group-by t", ["type"]),
        ("densecli m.yaml --print totals.p", ["totals.params"]),
        ("densecli memory m.yaml --optimizer ad", ["adam", "adamw"]),
        ("densecli memory m.yaml --dtype mixed_b", ["mixed_bfloat16"]),
        ("densecli sweep m.yaml -c tr", ["trainable_params", "training_bytes"]),
        ("densecli check m.yaml --forbid Lam", ["Lambda"]),
        ("densecli m.yaml --limit no", ["nodes="]),
        ("densecli draw --labels n", ["names", "none"]),
        ("densecli draw --labels sizes,n", ["sizes,names"]),
        ("densecli check --only-layers Dense,Flat", ["Dense,Flatten"]),
        ("densecli check --assert totals.p", ["totals.params"]),
        ("densecli m.yaml --run --weights in", ["initial"]),
        ("densecli diff a b --run --weights ze", ["zeros"]),
        ("densecli schema la", ["layers"]),
        ("densecli m.yaml --color al", ["always"]),
    ],
)
def test_a_tab_offers(tab, words, some):
    offered = tab(words)
    assert set(some) <= set(offered)
    assert len(offered) < 100


@pytest.mark.parametrize(
    "words",
    [
        "densecli mod",
        "densecli summary mod",
        "densecli check ''",
        "densecli check a.yaml --lock ''",
        "densecli m.yaml --weights ''",
    ],
)
def test_where_files_go_the_shell_offers_files(tab, words):
    assert tab(words) == []


def test_other_shells_send_the_line(monkeypatch):
    from densecli.cli import COMMANDS
    from densecli.cli.completion import commands_of

    for line, command, then in (
        ("densecli ", [], "densecli "),
        ("densecli lay", [], "densecli lay"),
        ("densecli layers C", ["layers"], "densecli layers C"),
        ("densecli m.yaml --f", ["summary"], "densecli summary m.yaml --f"),
        ("densecli --f", ["summary"], "densecli --f"),
        ("densecli --format=js", ["summary"], "densecli summary --format=js"),
        ("", [], ""),
    ):
        monkeypatch.delenv("COMP_WORDS", raising=False)
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
        assert commands_of(COMMANDS) == command
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


@pytest.mark.parametrize("shell", ["zsh", "fish"])
@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("densecli --form", "--format"),
        ("densecli --format ma", "markdown"),
        ("densecli --format=ma", "--format=markdown"),
        ("densecli m.yaml --columns=layer,par", "--columns=layer,params"),
        ("densecli memory 'm n.yaml' --optimizer=", "--optimizer=adam"),
    ],
)
def test_other_shells_get_whole_words(shell, line, some):
    env = {"_DENSECLI_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": line}
    done = densecli(env=env | {"_TYPER_COMPLETE_FISH_ACTION": "get-args"})
    assert re.search(rf"(?m)(^|[\"(]){re.escape(some)}($|[\"\t])", done.stdout)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell", "pwsh"])
def test_the_script_of_each_shell_is_shown(shell):
    done = here("--show-completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"complete_{'powershell' if shell == 'pwsh' else shell}" in done.stdout
    if shutil.which(shell):
        check = [shell, "--no-execute" if shell == "fish" else "-n"]
        assert subprocess.run(check, input=done.stdout, capture_output=True, text=True, check=False).returncode == 0


@pytest.mark.parametrize("option", ["--show-completion", "--install-completion"])
def test_a_shell_that_there_is_not(option):
    done = here(option, "zhs")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean `zsh`?" in done.stderr


def test_completion_is_installed_for_the_shell_that_is_named(tmp_path):
    done = densecli("--install-completion", "zsh", env={"HOME": str(tmp_path)})
    assert done.returncode == 0
    assert "complete_zsh" in (tmp_path / ".zfunc" / "_densecli").read_text(encoding="utf-8")
    assert str(tmp_path / ".zfunc" / "_densecli") in done.stdout


# -- every option with fixed words ------------------------------------------------------------
FREE = {
    "SPEC...", "[SPEC...]", "[A B | PATH...]", "FILE", "FILE.py", "[NAME=]ARRAY", "REGEX", "PATTERN", "REVISION", "NAME=VALUE",
    "NAME=A,B,…", "NUMBER", "COUNT", "SIZE", "SHAPE", "[NAME=]3,2", "NAME=3,2", "INDEX", "LAYER",
}  # fmt: skip  # only the user, the model or the disk knows these


def options():
    from densecli.cli import COMMANDS, every_command

    commands = every_command()
    return [(name, param, commands[name].words.get(param.name)) for name in COMMANDS for param in commands[name].params]


def test_all_options_with_words_of_our_own_complete_them():
    missing = [
        (name, param.opts[0])
        for name, param, word in options()
        if word and word.kind is str and word.metavar not in FREE and not param._custom_shell_complete
    ]
    assert missing == [("explain", "--layer")]  # a name in the model


def test_bash_knows_the_options_that_take_lists():
    from densecli.cli import completion

    lists = (completion.columns, completion.figures, completion.labels, completion.layer_lists)
    found = {
        option
        for _, param, word in options()
        if word
        and param._custom_shell_complete
        and offers(param, "") & {each for function in lists for each in function("")}
        and any("," in each for each in offers(param, f"{min(offers(param, ''))},"))
        for option in param.opts
    }
    assert found == set(completion.LISTS)


def offers(param, incomplete):
    return {item.value for item in param._custom_shell_complete(None, param, incomplete)}


SPACE = """
compopt() {{ printf "%s %s" "$@"; }}
eval "$(densecli --show-completion bash)"
COMP_WORDS=({words}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_densecli_completion densecli
"""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("densecli m.yaml -c par", "-o nospace"),
        ("densecli m.yaml --columns layer,par", "-o nospace"),
        ("densecli m.yaml --columns = par", "-o nospace"),
        ("densecli draw m.yaml --labels ty", "-o nospace"),
        ("densecli m.yaml --limit no", "-o nospace"),
        ("densecli m.yaml --format ma", ""),
        ("densecli m.yaml --format = ma", ""),
        ("densecli m.yaml -c layer ''", ""),
        ("densecli -c zzz", ""),
        ("densecli ex", ""),
    ],
)
def test_bash_puts_no_space_where_people_type_on(tmp_path, tab, words, found):
    done = in_bash(SPACE.format(words=words), tmp_path)
    assert (done.stdout.strip(), done.stderr) == (found, "")


def test_the_installed_script_is_the_one_that_is_shown(tmp_path):
    done = densecli("--install-completion", "bash", env={"HOME": str(tmp_path)})
    installed = (tmp_path / ".bash_completions" / "densecli.sh").read_text(encoding="utf-8")
    assert (done.returncode, installed) == (0, here("--show-completion", "bash").stdout)
    assert "nospace" in installed
