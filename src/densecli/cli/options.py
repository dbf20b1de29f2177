"""Options that several commands share, each defined once."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from densecli.cli.command import ValueRefusedError
from densecli.cli.completion import limits
from densecli.errors import ArgumentError

if TYPE_CHECKING:
    from densecli.quantity import Size


class Color(StrEnum):
    """When to color the output."""

    auto = "auto"
    always = "always"
    never = "never"


Specs = Annotated[
    list[str],
    typer.Argument(
        metavar="SPEC...", help="Layer stack, or .yaml, .json, .keras, .h5, .py, .ipynb or .dsl file; - for stdin."
    ),
]
Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to FILE instead of stdout (atomically).")
]
Batch = Annotated[
    int | None, typer.Option("--batch", min=1, max=2**31 - 1, help="Batch size to use where the model leaves it open.")
]
InputShape = Annotated[
    list[str] | None,
    typer.Option(
        "--input-shape", metavar="[NAME=]3,2", help="Shape of an input where the spec leaves it open (repeatable)."
    ),
]
ColorOption = Annotated[Color, typer.Option("--color", help="When to color the output.")]
Width = Annotated[
    int | None,
    typer.Option("--width", min=1, max=100_000, help="Width of the table in characters; default: the terminal's."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Suppress warnings.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show a traceback when densecli itself fails.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a variable of the spec (repeatable).")
]
Limit = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=N",
        help="Raise an input limit, such as nodes=4M (repeatable).",
        autocompletion=limits,
    ),
]
SourceFile = Annotated[
    list[str] | None,
    typer.Option(
        "--source", metavar="FILE.py", help="Python file that defines a model file's own layers (repeatable)."
    ),
]
LayerShape = Annotated[
    list[str] | None,
    typer.Option(
        "--layer-shape", metavar="NAME=3,2", help="Output shape of a layer that only its code could tell (repeatable)."
    ),
]
ExitZero = Annotated[
    bool, typer.Option("--exit-zero", help="Exit with 0 even if something is found (but not on errors).")
]


def size_option(option: str, value: str | None) -> Size | None:
    """A size such as 2GiB. Raises a usage error."""
    if value is None:
        return None
    from densecli.quantity import read_size  # noqa: PLC0415  # brings fractions along

    try:
        return read_size(value)
    except ArgumentError as error:
        raise ValueRefusedError(f"{option}: {error.message}", error.hint) from None
