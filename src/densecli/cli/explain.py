"""`densecli explain`: how the numbers are computed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from densecli.cli.options import (
    Batch,
    Color,
    ColorOption,
    Debug,
    InputShape,
    LayerShape,
    Limit,
    Output,
    Set,
    SourceFile,
    Specs,
    Width,
)
from densecli.cli.output import deliver
from densecli.read.specs import expanded, read, reading, specs
from densecli.summary.infer import infer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.cli.look import Look
    from densecli.summary.report import Report


class Format(StrEnum):
    """Output format."""

    text = "text"
    markdown = "markdown"
    json = "json"


Layers = Annotated[
    list[str] | None,
    typer.Option("--layer", metavar="NAME", help="Explain only this layer, inner ones by path (repeatable)."),
]


def command(  # one parameter per option
    spec: Specs,
    *,
    format: Annotated[Format, typer.Option("--format", "-f", help="Output format.")] = Format.text,
    output: Output = None,
    layer: Layers = None,
    batch: Batch = None,
    input_shape: InputShape = None,
    set: Set = None,
    limit: Limit = None,
    source: SourceFile = None,
    layer_shape: LayerShape = None,
    color: ColorOption = Color.auto,
    width: Width = None,
    debug: Debug = False,
) -> int:
    """Explain each SPEC."""
    from densecli.cli.look import look  # noqa: PLC0415  # brings shutil along

    wishes = reading(input_shape, set, limit, source, layer_shape)
    found = list(expanded(specs(spec), wishes))
    reports = [infer(read(each, wishes), each.name, batch) for each in found]
    text = write(reports, format, layer or (), look(color, width, output is not None))
    deliver(text, output, [each.name for each in found if each.text is None])
    return 0


def write(reports: Sequence[Report], format: Format, layers: Sequence[str], look: Look) -> str:
    """All explanations in one format."""
    if format is Format.json:
        from densecli.render.explain import json  # noqa: PLC0415
        from densecli.render.languages.json import documents  # noqa: PLC0415

        return documents([json.render(report, layers) for report in reports])
    if format is Format.markdown:
        from densecli.render.explain import markdown  # noqa: PLC0415

        return "\n".join(markdown.render(report, layers) for report in reports)
    from densecli.render.explain import render  # noqa: PLC0415

    return "\n".join(render(report, layers, width=look.width, color=look.color) for report in reports)
