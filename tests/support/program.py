"""The program from outside: in its own process, in a shell, or within this process."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from densecli.cli import run

BASE = {
    key: value
    for key, value in os.environ.items()
    if key not in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS")
}


def densecli(*arguments, env=None, **options):
    """One run of the program."""
    options = {"capture_output": True, "text": True, "encoding": "utf-8", "timeout": 60} | options
    return subprocess.run(
        [sys.executable, "-m", "densecli", *arguments], env=BASE | (env or {}), check=False, **options
    )


def outcome(*words):
    """Exit code, standard output and standard error of a run in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(list(words))
    return code, out.getvalue(), err.getvalue()


def here(*arguments, env=None):
    """One run of the program in this process, which is much faster: for tests of output, not of process behavior."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    environment = mock.patch.dict(os.environ, BASE | (env or {}), clear=True)
    with environment, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(each) for each in arguments])
    return subprocess.CompletedProcess(arguments, code, *(written(stream) for stream in (out, err)))


def written(stream):
    stream.seek(0)
    return stream.read()


needs_bash = pytest.mark.skipif(not shutil.which("bash") or not Path("/dev/fd").exists(), reason="needs bash's <(…)")


def shell(command, folder="."):
    """One line of bash, in which `densecli` is the program."""
    line = f'densecli() {{ {sys.executable} -m densecli "$@"; }}; {command}'
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, env=BASE, capture_output=True, text=True, check=False, encoding="utf-8"
    )
