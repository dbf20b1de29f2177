"""Progress on a terminal: from the start of what is slow to its end, and nothing of it left behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

pty = pytest.importorskip("pty")

SLOW = """
import sys, time
from densecli.cli import progress, run, run_progress, streams
progress.PATIENCE = progress.RHYTHM = run_progress.PATIENCE = 0
{setup}
sys.exit(run(sys.argv[1:]))
"""
WAITING = """
from threading import Event
from densecli.run import run as running
shown, plain = Event(), running.allocate
show = run_progress.Progress.show
run_progress.Progress.show = lambda self: (show(self), shown.set())
running.allocate = lambda *given: (shown.wait(30), plain(*given))[1]
"""


def on_terminal(*words, setup=""):
    """Exit code, standard output, and what a terminal as standard error gets."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-c", SLOW.format(setup=setup), *words]
    env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm-256color"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=follower, env=env) as process:
        os.close(follower)
        seen = b""
        while True:
            try:
                read = os.read(leader, 4096)
            except OSError:  # Linux: the other end is closed
                break
            if not read:
                break
            seen += read
        out = process.stdout.read()
    os.close(leader)
    return process.returncode, out.decode(), seen.decode()


def test_a_sweep_counts_its_combinations():
    code, out, seen = on_terminal("sweep", "Dense($n)@(8,)", "--set", "n=1..9", "-f", "csv", "-c", "params")
    assert (code, len(out.splitlines())) == (0, 10)
    assert re.search(r"\d of 9 combinations", seen)
    assert seen.endswith("\r\x1b[K")


def test_a_forward_pass_shows_its_layers_and_the_time_even_before_the_first_has_run():
    code, out, seen = on_terminal("Dense(4, name=first)@(3,)", "--run", setup=WAITING)
    assert code == 0
    assert "Forward pass" in out
    assert "weights" in seen
    assert "0:00:0" in seen
    assert seen.rstrip().endswith("\x1b[2K")  # erased


def test_none_of_it_goes_into_a_pipe():
    done = subprocess.run(
        [sys.executable, "-c", SLOW.format(setup=""), "sweep", "Dense($n)@(8,)", "--set", "n=1..9"],
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    assert done.stderr == ""
