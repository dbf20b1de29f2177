"""`python -m densecli` and the console script."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    from densecli.cli import run  # noqa: PLC0415  # after the interpreter is up, so that --version stays quick

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
