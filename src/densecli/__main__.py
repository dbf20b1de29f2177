"""`python -m densecli` and the console script."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import warnings
from typing import NoReturn


def main() -> NoReturn:
    warnings.simplefilter("ignore")  # Python's are about code; with -W error they would even stop the program
    gc.disable()  # a short life with few cycles: on 100,000 layers the collector would take a third of the time
    try:
        from densecli.cli import run  # noqa: PLC0415  # after the interpreter is up, so that --version stays quick

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # while modules are imported; from then on `run` sees to it
        code = 130
    leave(code)


def leave(code: int) -> NoReturn:
    """End the process without freeing every object first, as mypy does: that saves a sixth of a short run.

    All output is written by now, and nothing of ours relies on the interpreter's shutdown (no atexit, no open files).
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, broken or none: `run` has said so
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
