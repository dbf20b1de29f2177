"""Ctrl-C and SIGTERM at any moment: silent, immediate, and no half-written file remains."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

CHAIN = "Dense(16)@(3,2) -> Dense(4)"
STOP = "lambda *a, **k: (os.kill(os.getpid(), signal.{signal}), time.sleep(600))"
HANG = 300  # seconds, even on a busy machine: what does not stop would go on for 600
# A child inherits ignored signals: under nohup, in background jobs and in some CI runners they are ignored.
PROBE = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
from densecli.cli import run
import {module}
{module}.{name} = {stop}
sys.exit(run({words!r}))
"""
PLACES = {
    "reading": ("densecli.read.stack.reader", "read_stack", []),
    "a table": ("densecli.render.table.table", "render", []),
    "a forward pass": ("densecli.run.run", "draw", ["--run"]),
    "writing": ("os", "fsync", ["-o", "{folder}/x.txt"]),
    "saving": ("os", "fsync", ["--run", "--save", "{folder}/y.npy"]),
}


def stopped(folder, place, name):
    module, function, words = PLACES[place]
    words = [CHAIN, *(word.format(folder=folder) for word in words)]
    code = PROBE.format(module=module, name=function, stop=STOP.format(signal=name), words=words)
    return ended(code, cwd=folder)


def ended(code, **options):
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=HANG, **options, encoding="utf-8"
    )


@pytest.mark.parametrize("place", PLACES)
def test_ctrl_c_is_130_and_leaves_nothing(tmp_path, place):
    (tmp_path / "x.txt").write_text("old", encoding="utf-8")
    done = stopped(tmp_path, place, "SIGINT")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert [path.name for path in tmp_path.iterdir()] == ["x.txt"]
    assert (tmp_path / "x.txt").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("place", PLACES)
def test_sigterm_ends_the_process_as_ever_and_leaves_nothing(tmp_path, place):
    (tmp_path / "x.txt").write_text("old", encoding="utf-8")
    done = stopped(tmp_path, place, "SIGTERM")
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGTERM, "", "")
    assert [path.name for path in tmp_path.iterdir()] == ["x.txt"]
    assert (tmp_path / "x.txt").read_text(encoding="utf-8") == "old"


def test_ctrl_c_while_modules_are_imported_is_silent():
    code = (
        "import sys, types\nfrom densecli.__main__ import main\n"
        "class Stopper:\n    def find_spec(self, name, *_):\n        if name == 'densecli.cli':\n            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Stopper())\nmain()"
    )
    done = ended(code)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_second_ctrl_c_does_not_wait():
    """The first one restores the default handler, so Python's own shutdown cannot delay the second."""
    code = (
        "import os, signal, sys, time\nfrom densecli.cli import run\nimport densecli.cli.summary as summary\n"
        "def stop(*_):\n    raise KeyboardInterrupt\n"
        f"summary.infer = stop\nrun([{CHAIN!r}])\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(600)"
    )
    done = ended(code)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


def test_a_handler_that_was_there_is_there_again(tmp_path):
    from densecli.cli.output import deliver

    before = signal.getsignal(signal.SIGTERM)
    deliver("text", os.fspath(tmp_path / "x"))
    assert signal.getsignal(signal.SIGTERM) is before
