"""`densecli diff` from outside: arguments, exit codes, formats, terminals, streams, hostile names."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

import densecli.cli
from densecli.cli.diff import Format
from densecli.render.diff import FORMATS
from support.folders import EXAMPLE_SPECS
from support.hostile import CONTROL, FORGED, TERMINAL_HOSTILE, escaped
from support.markdown import check_markdown
from support.program import BASE
from support.program import densecli as program

A = "Dense(16)@(3,2) -> Flatten -> Dense(4)"
B = "Dense(16)@(3,2) -> Dropout(0.5, name=drop) -> Flatten -> Dense(5)"
SPEC = "input: [3, 2]\nlayers: [Dense(16), Flatten, Dense(4)]\n"
CONFIG = {
    "class_name": "Sequential",
    "config": {
        "name": "sequential",
        "layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 3, 2], "name": "input_layer"}},
            {"class_name": "Dense", "config": {"units": 16, "name": "dense"}},
            {"class_name": "Flatten", "config": {"name": "flatten"}},
            {"class_name": "Dense", "config": {"units": 4, "name": "dense_1"}},
        ],
    },
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "m.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "m.dsl").write_text(A, encoding="utf-8")
    (tmp_path / "m.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(folder, capsys):  # the folder is where it runs
    def once(*arguments):
        code = densecli.cli.run(["diff", *map(str, arguments)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return once


# -- exit codes and words ---------------------------------------------------------------------
@pytest.mark.parametrize("before", [A, "m.yaml", "m.dsl", "m.json"])
@pytest.mark.parametrize("after", [A, "m.yaml", "m.dsl", "m.json"])
def test_one_model_in_any_format_is_one_model(run, before, after):
    code, out, err = run(before, after)
    assert (code, out.splitlines()[-1], err) == (0, "No differences.", "")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("before", [A, "m.yaml", "m.json"])
def test_what_differs_is_named_in_every_format(run, before, form):
    code, out, err = run(before, B, "-f", form)
    assert (code, err) == (1, "")
    for word in ("drop", "Dropout", "units", "5", "added" if form == "json" else "1 layer added, 1 layer changed"):
        assert word in out
    assert run(before, B, "-f", form, "--exit-zero")[0] == 0


def test_what_was_committed_against_what_is_here(folder):
    script = (
        "git init -q . && git add m.yaml && git -c user.name=x -c user.email=x@y commit -qm one\n"
        f"sed -i 's/Dense(4)/Dense(5)/' m.yaml\ngit show HEAD:m.yaml | {sys.executable} -m densecli diff - m.yaml"
    )
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=BASE, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "--- -\n+++ m.yaml\n" in done.stdout
    assert re.search(r"units +4 +5\n", done.stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (A,),
        (A, B, B),
        ("-", "-"),
        (A, "gone.yaml"),
        (A, "Desne(4)@(3,)"),
        (A, "Dense(4)"),
        (A, B, "-f", "xml"),
        (A, B, "-o", "no/such/x"),
        ("m.yaml", B, "-o", "m.yaml"),
        (A, B, "--input-shape", "x"),
    ],
    ids=str,
)
def test_usage_errors_and_broken_specs_are_exit_2(run, folder, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error")
    assert run(*arguments, "--exit-zero")[0] == 2
    assert (folder / "m.yaml").read_text(encoding="utf-8") == SPEC


def test_the_mistakes_of_both_are_told(run):
    code, _, err = run("gone.yaml", "Desne(4)@(3,)")
    assert code == 2
    assert re.findall(r"error\[(E\d+)\]", err) == ["E109", "E304"]


def test_variables_input_shapes_and_batch_are_for_both(run, folder):
    (folder / "v.yaml").write_text(
        "vars: {width: 16}\ninput: [null, 2]\nlayers: [Dense($width), Flatten, Dense(4)]\n", encoding="utf-8"
    )
    assert run("v.yaml", A, "--input-shape", "3,2")[0] == 0
    assert run("v.yaml", A, "--input-shape", "3,2", "--set", "width=17")[0] == 1
    assert '"macs": {"before": 576' in run(A, B, "--batch", "2", "-f", "json")[1]


def test_every_format_has_a_renderer():
    assert {form.value for form in Format} == set(FORMATS)


def test_output_goes_to_a_file(run, folder):
    assert run(A, B, "-f", "markdown", "-o", "page.md")[:2] == (1, "")
    assert (folder / "page.md").read_text(encoding="utf-8") == run(A, B, "-f", "markdown")[1]


# -- terminals ----------------------------------------------------------------------------------
def on_a_terminal(width, *arguments, env=None):
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "densecli", "diff", *arguments],
        stdout=follower,
        env=BASE | {"TERM": "xterm-256color", "COLUMNS": str(width)} | (env or {}),
    )
    os.close(follower)
    written = b""
    while True:
        try:
            chunk = os.read(leader, 4096)
        except OSError:
            break
        if not chunk:
            break
        written += chunk
    os.close(leader)
    process.wait(30)
    return written.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_terminal_gets_colour_and_lines_that_fit(width):
    out = on_a_terminal(width, A, B)
    assert "\x1b[32m" in out
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out)
    assert max(len(line.rstrip()) for line in plain.splitlines()[2:-1]) <= width  # sentences wrap, tables fit
    assert "\x1b" not in on_a_terminal(width, A, B, "--color", "never")
    assert on_a_terminal(width, A, B, env={"NO_COLOR": "1"}) == on_a_terminal(width, A, B, "--color", "never")


def test_a_pipe_gets_neither(run):
    assert "\x1b" not in program("diff", A, B, env={"COLUMNS": "20"}).stdout
    assert program("diff", A, B, env={"COLUMNS": "20"}).stdout == run(A, B)[1]
    assert "\x1b[32m" in program("diff", A, B, "--color", "always").stdout


def test_drawn_and_plain_tables_hold_the_same(run):
    plain, drawn = run(A, B)[1], run(A, B, "--width", "500", "--color", "always")[1]
    assert re.sub(r"\x1b\[[0-9;]*m", "", drawn).split() == plain.split()


RESNET, INCEPTION = (str(EXAMPLE_SPECS / name) for name in ("resnet-block.dsl", "inception-block.dsl"))


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_narrow_terminal_gets_whole_words_and_all_of_them(run, width):
    wide, narrow = (run(RESNET, INCEPTION, "--width", str(each))[1] for each in (10_000, width))
    words = set(re.findall(r"[A-Za-z_0-9,]{2,}", narrow))
    shown = set(re.findall(r"[A-Za-z_0-9,]{2,}", wide))
    assert shown - words <= {
        "Layer",
        "Type",
        "What",
        "Before",
        "After",
        "Change",
        "added",
        "removed",
    }  # headers and marks
    assert {"MaxPooling2D", "BatchNormalization", "kernel_size", "batch_normalization_3"} <= words
    body = narrow.splitlines()[2:]
    assert max(map(len, body[: body.index(next(line for line in body if line.startswith("Total")))])) <= width


def test_changes_of_inputs_and_outputs_stand_under_one_head(run):
    assert run(RESNET, INCEPTION, "--width", "60")[1].count("(model)") == 1


def test_ascii_where_the_encoding_needs_it():
    done = program("diff", A, "Dense(4, name='日本')@(3,)", env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert done.returncode == 1
    assert done.stdout.isascii()


# -- streams and hostile names --------------------------------------------------------------------
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux only")
@pytest.mark.parametrize("form", FORMATS)
def test_a_full_disk_and_a_closed_stream_are_errors(form):
    command = f"{sys.executable} -m densecli diff '{A}' '{B}' -f {form}"
    for target, code in ((">/dev/full", "E602"), (">&-", "E601")):
        done = subprocess.run(
            ["bash", "-c", f"{command} {target}"], capture_output=True, text=True, check=False, encoding="utf-8"
        )
        assert (done.returncode, code in done.stderr) == (2, True)


@pytest.mark.parametrize("form", [*FORMATS, "drawn"])
@pytest.mark.parametrize(
    "name", [*TERMINAL_HOSTILE, "x ::error::y", "##[add-mask]x", "a|b", "<script>", "`x`"], ids=ascii
)
def test_hostile_names_stay_text(run, monkeypatch, name, form):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    stacks = [f"Dense({units}, name='{escaped(name)}')@(3,)" for units in (4, 5)]
    options = ("--width", "40", "--color", "always") if form == "drawn" else ("-f", form)
    code, out, err = run(*stacks, *options)
    if code == 2:
        assert "E1" in err
        return
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out) if form == "drawn" else out
    assert code == 1
    assert not CONTROL.search(plain)
    assert not any(unicodedata.category(char) in ("Cc", "Cf") for char in plain.replace("\n", ""))
    if form == "json":
        json.loads(out)
    else:
        assert not FORGED.search(plain)
    if form == "markdown":
        check_markdown(out, "Layer")


def test_a_hostile_file_name_stays_text(run, folder):
    name = "a\n::error::x\x1b[31m.yaml"
    (folder / name).write_text(SPEC, encoding="utf-8")
    for form in FORMATS:
        code, out, _ = run(f"./{name}", B, "-f", form)
        assert code == 1
        assert not CONTROL.search(out)
        assert not re.search(r"^::error::x", out, re.MULTILINE)
