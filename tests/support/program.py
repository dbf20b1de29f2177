"""The program from outside, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

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
