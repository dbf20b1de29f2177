"""Options that several commands share, each defined once."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Color(StrEnum):
    """When to use colour."""

    auto = "auto"
    always = "always"
    never = "never"


Specs = Annotated[
    list[str],
    typer.Argument(
        metavar="SPEC...", help="Layer stack, .yaml, .yml, .json, .keras, .h5 or .dsl file, or - for standard input."
    ),
]
Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="FILE", help="Write there instead of to stdout, in one step.")
]
Batch = Annotated[
    int | None, typer.Option("--batch", min=1, max=2**31 - 1, help="A number for the batch where it is unknown.")
]
InputShape = Annotated[
    list[str] | None,
    typer.Option(
        "--input-shape", metavar="[NAME=]3,2", help="Shape of an input that the spec leaves open (repeatable)."
    ),
]
ColorOption = Annotated[Color, typer.Option("--color", help="When to use colour.")]
Width = Annotated[
    int | None,
    typer.Option("--width", min=1, max=100_000, help="Width of the table in cells; default: the terminal's."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No warnings.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show a traceback when densecli itself fails.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A variable of the spec (repeatable).")
]
Limit = Annotated[
    list[str] | None,
    typer.Option("--limit", metavar="NAME=N", help="Read more than usual: nodes=4M, config_bytes=128MiB (repeatable)."),
]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found; errors are still errors.")]
