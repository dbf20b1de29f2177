"""`densecli layers`: the catalog of layer types."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from densecli.catalogue import lookup, matching
from densecli.cli.command import ValueRefusedError
from densecli.cli.completion import layer_types
from densecli.cli.look import look
from densecli.cli.options import Debug, Output
from densecli.cli.output import deliver
from densecli.render import catalogue

if TYPE_CHECKING:
    from densecli.layer import Layer

EXAMPLES = """\
densecli layers Conv2D
densecli layers --applications --format markdown
"""


class Format(StrEnum):
    """Output format."""

    text = "text"
    json = "json"
    markdown = "markdown"


def command(
    type_name: Annotated[
        str | None,
        typer.Argument(
            metavar="[TYPE]",
            help="A layer type, such as Conv2D, or a part of several, such as conv; default: list them all.",
            autocompletion=layer_types,
        ),
    ] = None,
    applications: Annotated[
        bool, typer.Option("--applications", help="List the models of keras.applications, with their size and cost.")
    ] = False,
    format: Annotated[Format, typer.Option("--format", "-f", help="Output format.")] = Format.text,
    output: Output = None,
    debug: Debug = False,
) -> int:
    """List the catalog, or show one layer type."""
    width = look(to_file=output is not None).width
    if applications:
        if type_name is not None:
            raise ValueRefusedError("--applications lists all models; use `densecli layers MODEL` for one")
        deliver(listed(format, width), output)
        return 0
    layers = None if type_name is None else matching(type_name) or [lookup(type_name)]
    deliver(_text(layers, format, width), output)
    return 0


def _text(layers: list[type[Layer]] | None, form: Format, width: int | None) -> str:
    """A single layer in full, others in a list."""
    one = layers[0] if layers is not None and len(layers) == 1 else None
    if form is Format.json:
        return catalogue.as_json(one, layers)
    if form is Format.markdown:
        return catalogue.markdown(one, layers)
    return catalogue.fitted(catalogue.overview(layers) if one is None else catalogue.details(one), width)


def listed(format: Format, width: int | None) -> str:
    """The models of keras.applications."""
    from densecli.render import applications  # noqa: PLC0415  # few ask

    if format is Format.text:
        return applications.text(width)
    return applications.as_json() if format is Format.json else applications.markdown()
