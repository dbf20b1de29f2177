"""`python -m densecli` and the console script."""

from __future__ import annotations

import gc
import sys
from typing import NoReturn


def main() -> NoReturn:
    gc.disable()  # a short life with few cycles: on 100,000 layers the collector would take a third of the time
    try:
        from densecli.cli import run  # noqa: PLC0415  # after the interpreter is up, so that --version stays quick

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # while modules are imported; from then on `run` sees to it
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
