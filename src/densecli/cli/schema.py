"""`densecli schema`: the JSON Schemas of what goes in and what comes out."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from densecli.cli.options import Debug, Output
from densecli.cli.output import deliver


class Schema(StrEnum):
    """Which document."""

    summary = "summary"


def command(
    which: Annotated[Schema, typer.Argument(metavar="summary", help="Which document's schema.")],
    output: Output = None,
    debug: Debug = False,
) -> int:
    """Print a JSON Schema."""
    from importlib.resources import files  # noqa: PLC0415  # brings zipfile and tempfile along

    deliver(files("densecli").joinpath(f"schemas/{which.value}-1.json").read_text(encoding="utf-8"), output)
    return 0
