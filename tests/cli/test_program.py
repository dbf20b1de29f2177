"""The program from outside: exit codes, stdout and stderr, broken streams."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.hostile import CONTROL, TERMINAL_HOSTILE, escaped
from support.program import densecli, here, needs_bash, shell

CHAIN = "Dense(16)@(3,2) -> Activation(relu) -> Dense(4)"


# -- exit codes and channels -------------------------------------------------------------
def test_a_stack_is_summarised_as_keras_does():
    done = densecli("Dense(16)@(3,2) -> Activation(relu) -> Dense(4)")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "dense (Dense)           │ (None, 3, 16) │      48" in done.stdout
    assert " Total params: 116 (464.00 B)" in done.stdout


def test_summary_can_be_said_or_left_out():
    assert densecli("summary", CHAIN).stdout == densecli(CHAIN).stdout


def test_several_words_are_one_stack():
    assert densecli("Dense(16)@(3,2)", "Activation(relu)", "Dense(4)").stdout == densecli(CHAIN).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("Desne(16)@(3,)",),
        ("Dense(16)",),
        ("",),
        ("--nonsense", CHAIN),
        ("-f", "nonsense", CHAIN),
        ("no/such/file.yaml",),
        ("layers", "Dnse"),
    ],
    ids=" ".join,
)
def test_bad_input_is_exit_2_with_empty_stdout(arguments):
    done = here(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("-h",), ("--help",), ("summary", "-h"), ("layers", "--help"), ("explain", "-h")], ids=" ".join
)
def test_help_is_on_stdout(arguments):
    done = here(*arguments)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: densecli")
    assert done.stderr == ""


def test_version():
    assert re.fullmatch(r"densecli \d+\.\d+\.\d+\n", densecli("--version").stdout)


def test_files_and_words_are_not_mixed():
    done = densecli("model.yaml", "Dense(4)")
    assert done.returncode == 2
    assert "cannot be mixed" in done.stderr


def test_standard_input_is_read_only_when_asked_for():
    assert densecli(CHAIN, input="Dense(99)@(99,)").stdout == densecli(CHAIN).stdout


def test_an_internal_error_is_exit_70_in_one_line(monkeypatch, capsys):
    import densecli.cli
    import densecli.cli.summary

    monkeypatch.setattr(densecli.cli.summary, "infer", lambda *_: 1 / 0)
    assert densecli.cli.run([CHAIN]) == 70
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("internal error: ZeroDivisionError")
    assert shown.err.count("\n") == 1
    assert densecli.cli.run([CHAIN, "--debug"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_less_memory_than_was_foreseen_is_no_bug():
    limit = "import resource; resource.setrlimit(resource.RLIMIT_AS, (600 << 20,) * 2)"
    words = ["summary", "Dense(20000)@(20000,)", "--run", "--max-memory", "99GiB"]
    code = f"{limit}\nfrom densecli.cli import run\nraise SystemExit(run({words}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        encoding="utf-8",
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error[E507]: out of memory")


@pytest.mark.parametrize("words", [["-f", "json"], ["-f", "ndjson"]])
def test_json_says_a_command_of_a_ci_runner_in_other_letters(tmp_path, words):
    name = "a##[add-mask]b"
    layer = {"class_name": "Dense", "config": {"name": name, "units": 2, "batch_input_shape": [None, 3]}}
    (tmp_path / "m.json").write_text(
        json.dumps({"class_name": "Sequential", "config": {"name": name, "layers": [layer]}}), encoding="utf-8"
    )
    shown = densecli(*words, str(tmp_path / "m.json")).stdout
    assert "##[" not in shown
    assert json.loads(shown)["name"] == name


# -- JSON --------------------------------------------------------------------------------
def test_json_is_one_document():
    record = json.loads(here("-f", "json", CHAIN).stdout)
    assert record["schema"] == "densecli/summary/1"
    assert record["totals"]["params"] == 116
    assert record["outputs"] == [{"name": "dense_1", "shape": [None, 3, 4], "dtype": "float32"}]


def test_integers_stay_exact_however_large():
    big = 2**62 + 1
    record = json.loads(here("-f", "json", f"Dense({big}, use_bias=false)@({big},)").stdout)
    assert record["totals"]["params"] == big * big


# -- hostile names -----------------------------------------------------------------------
@pytest.mark.parametrize("name", TERMINAL_HOSTILE, ids=ascii)
@pytest.mark.parametrize("arguments", [(), ("--color", "always"), ("-f", "json"), ("--width", "30")], ids=" ".join)
def test_hostile_names_do_not_reach_the_terminal(name, arguments):
    done = here(*arguments, f"Dense(4, name='{escaped(name)}')@(3,)")
    text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout) if "--color" in arguments else done.stdout
    assert done.returncode == 0, done.stderr
    assert not CONTROL.search(text)
    assert "\x1b[31m" not in done.stdout


@pytest.mark.parametrize("name", TERMINAL_HOSTILE, ids=ascii)
def test_hostile_names_do_not_reach_the_terminal_through_errors(name):
    done = here(f"Dense(4, name='{escaped(name)}')@(3,) -> Dense(4, name='{escaped(name)}')")
    assert done.returncode == 2
    assert not CONTROL.search(done.stderr)


def test_markup_in_names_is_text():
    assert "[red]x (Dense)" in here("Dense(4, name='[red]x')@(3,)").stdout


@pytest.mark.parametrize("name", ["x ::error::y", "::stop-commands::z", "##[add-mask]x"])
def test_ci_commands_in_names_are_defused(name):
    for arguments in ((), ("--width", "20"), ("explain",)):
        done = densecli(*arguments, f"Dense(4, name='{escaped(name)}')@(3,)", env={"GITHUB_ACTIONS": "true"})
        assert not re.search(r"^\s*::\w|##\[", done.stdout + done.stderr, re.MULTILINE)


# -- streams -----------------------------------------------------------------------------
def test_a_closed_pipe_is_silent_141():
    command = f"{sys.executable} -m densecli '{'Dense(4)@(3,) -> ' + ' -> '.join(['Dense(4)'] * 3000)}' -f json | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "141"
    assert done.stderr == ""


PRINTED = (f"'{CHAIN}'", f"'{CHAIN}' -f json", "--help", "check --help", "--version", "layers", "--show-completion")


@needs_bash
@pytest.mark.parametrize("words", PRINTED)
def test_nothing_is_lost_silently(words):
    done = shell(f"densecli {words} >&-")
    assert (done.returncode, done.stderr) == (2, "error[E601]: cannot write to stdout: it is closed\n")
    done = shell(f"(sleep 0.5; densecli {words}; echo $? >&2) | true")
    assert done.stderr == "141\n"


@needs_bash
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux only")
@pytest.mark.parametrize("words", PRINTED)
def test_a_full_disk_is_an_error(words):
    done = shell(f"densecli {words} >/dev/full")
    assert (done.returncode, done.stderr) == (2, "error[E602]: cannot write to stdout: No space left on device\n")


def test_a_closed_stderr_changes_nothing():
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m densecli 'Dense(0)@(3,)' 2>&-"],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert (done.returncode, done.stdout) == (2, "")


def test_ctrl_c_is_130_and_silent():
    probe = (
        "import sys, signal, os\nimport densecli.cli as cli, densecli.cli.summary as summary\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "summary.infer = lambda *a: os.kill(os.getpid(), signal.SIGINT) or __import__('time').sleep(5)\n"
        f"sys.exit(cli.run(['{CHAIN}']))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stdout, done.stderr) in ((130, "", ""), (-signal.SIGINT, "", ""))


# -- Python's own behavior ------------------------------------------------------------------
@pytest.mark.parametrize("flags", [(), ("-W", "error"), ("-W", "always"), ("-X", "dev")], ids=" ".join)
def test_no_warning_of_python_s_is_shown(flags):
    words = ["Dense(2, name='[[a]')@(3,)", "--filter", "[[a]", "--run", "--batch", "2", "--print", "totals.params"]
    plain, done = (
        subprocess.run(
            [sys.executable, *each, "-m", "densecli", *words],
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
        )
        for each in ((), flags)
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, plain.stdout, "")


# -- encoding, color, width -------------------------------------------------------------
def test_ascii_where_the_encoding_needs_it():
    done = densecli("Dense(4, name='日本')@(3,)", env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert "\\u65e5\\u672c (Dense)" in done.stdout
    assert "+-" in done.stdout


def test_a_pipe_gets_full_width_and_no_colour():
    name = "n" * 300
    done = densecli(f"Dense(4, name={name})@(3,)", env={"COLUMNS": "40"})
    assert f"{name} (Dense)" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("env", "arguments", "colored"),
    [
        ({}, (), False),
        ({}, ("--color", "always"), True),
        ({"FORCE_COLOR": "1"}, (), True),
        ({"FORCE_COLOR": "0"}, (), False),
        ({"CLICOLOR_FORCE": "1"}, (), True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": ""}, ("--color", "always"), True),
        ({"NO_COLOR": "1"}, ("--color", "always"), True),
        ({"GITHUB_ACTIONS": "true"}, (), False),
    ],
)
def test_colour_follows_the_conventions(env, arguments, colored):
    assert ("\x1b[" in densecli(*arguments, CHAIN, env=env).stdout) is colored


@pytest.mark.parametrize(
    ("env", "colored"),
    [
        ({}, True),
        ({"NO_COLOR": ""}, True),
        ({"NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, False),
        ({"FORCE_COLOR": "0", "CLICOLOR_FORCE": "1"}, False),
    ],
)
def test_colour_on_a_terminal_follows_the_conventions(env, colored):
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    done = densecli(CHAIN, env={"TERM": "xterm", **env}, capture_output=False, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = os.read(ours, 1 << 16)
    os.close(ours)
    assert done.returncode == 0
    assert (b"\x1b[" in shown) is colored


@pytest.mark.parametrize("columns", ["0", "-5", "abc", "10"])
def test_odd_terminal_widths_do_not_matter(columns):
    assert densecli(CHAIN, env={"COLUMNS": columns}).stdout == densecli(CHAIN).stdout


@pytest.mark.parametrize("width", ["1", "10", "30", "200"])
def test_numbers_are_never_cut(width):
    out = densecli("--width", width, "Dense(123456)@(3,654321)").stdout
    assert f"{654321 * 123456 + 123456:,}" in out


# -- --output ----------------------------------------------------------------------------
def test_output_is_replaced_in_one_step(tmp_path):
    target = tmp_path / "report.json"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    done = densecli("-f", "json", "-o", str(target), CHAIN)
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(target.read_text(encoding="utf-8"))["totals"]["params"] == 116
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_output_stays_the_old_one_when_the_spec_is_bad(tmp_path):
    target = tmp_path / "report.json"
    target.write_text("old", encoding="utf-8")
    assert densecli("-f", "json", "-o", str(target), "Dense(0)@(3,)").returncode == 2
    assert target.read_text(encoding="utf-8") == "old"


def test_output_follows_a_link(tmp_path):
    (tmp_path / "real").write_text("old", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert densecli("-o", str(tmp_path / "link"), CHAIN).returncode == 0
    assert (tmp_path / "link").is_symlink()
    assert "116" in (tmp_path / "real").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", ["/", "/no/such/folder/x", "/dev/full"])
def test_output_that_cannot_be_written_is_an_error(target):
    done = densecli("-o", target, CHAIN)
    assert done.returncode == 2
    assert re.match(r"error\[E60[23]\]", done.stderr)


def test_output_to_dev_stdout():
    assert densecli("-o", "/dev/stdout", CHAIN).stdout == densecli(CHAIN).stdout
