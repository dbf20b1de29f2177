"""`python -m densecli` and the console script."""

from __future__ import annotations

import gc
import sys
from typing import NoReturn


def main() -> NoReturn:
    gc.disable()  # a short life with few cycles: on 100,000 layers the collector would take a third of the time
    from densecli.cli import run  # noqa: PLC0415  # after the interpreter is up, so that --version stays quick

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
