"""The man page: no help text can break its roff. (test_docs.py checks that it is up to date.)"""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

import make_man

groff = pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")


def drawn(page, device="utf8"):
    done = subprocess.run(
        ["groff", "-man", "-ww", f"-T{device}", "-K", "utf8", "-rLL=120n", "-P-cbou"],
        input=page, capture_output=True, text=True, check=True, encoding="utf-8"
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


@groff
def test_groff_has_nothing_to_complain_about():
    for device in ("utf8", "ascii"):
        drawn(make_man.PAGE.read_text(encoding="utf-8"), device)


@groff
def test_every_option_of_every_command_is_there():
    import typer

    from densecli.cli import COMMANDS, build

    shown = drawn(make_man.PAGE.read_text(encoding="utf-8"))
    for name, command in typer.main.get_command(build(list(COMMANDS))).commands.items():
        assert f"densecli {name} " in shown
        for parameter in command.params:
            assert all(re.search(rf"(^|\s){option}\b", shown) for option in parameter.opts if option.startswith("--"))


@groff
@pytest.mark.parametrize(
    "words", [".SH X", "'br", "\\fBx", "a\\", "--dash", "\\[uFFFF]", "a\n.SH X\n'br", '`x` "y"', '.\\" z']
)
def test_text_stays_text(words):
    page = f".TH X 1\n.SH A\n.nf\n{make_man.text(words)}\n"
    body = drawn(page).split("A\n", 1)[1]
    assert [line.strip() for line in body.splitlines()][: words.count("\n") + 1] == words.splitlines()
