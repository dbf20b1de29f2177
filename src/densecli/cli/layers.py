"""`densecli layers`: the catalogue."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from densecli.catalogue import lookup
from densecli.cli.completion import layer_types
from densecli.cli.options import Debug, Output
from densecli.cli.output import deliver
from densecli.render import catalogue


class Format(StrEnum):
    """What comes out."""

    text = "text"
    json = "json"
    markdown = "markdown"


def command(
    type_name: Annotated[
        str | None, typer.Argument(metavar="[TYPE]", help="A layer type, such as Conv2D.", autocompletion=layer_types)
    ] = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="What comes out.")] = Format.text,
    output: Output = None,
    debug: Debug = False,
) -> int:
    """List the catalogue, or show one layer."""
    layer = None if type_name is None else lookup(type_name)
    if format is Format.json:
        text = catalogue.as_json(layer)
    elif format is Format.markdown:
        text = catalogue.markdown(layer)
    else:
        text = catalogue.overview() if layer is None else catalogue.details(layer)
    deliver(text, output)
    return 0
