"""`densecli draw`: a figure of a whole model, as in a paper."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from densecli.cli import streams
from densecli.cli.command import ValueRefusedError
from densecli.cli.completion import labels
from densecli.cli.options import Debug, InputShape, LayerShape, Limit, Output, Set, SourceFile, Specs
from densecli.cli.output import check_target, deliver, deliver_bytes
from densecli.errors import OutputError, ReadError
from densecli.graph.graph import require_layers
from densecli.read.specs import read, reading, specs
from densecli.render.figure.options import LABELS
from densecli.text import quote

if TYPE_CHECKING:
    from densecli.render.figure.scene import Scene


EXAMPLES = """\
densecli draw VGG16 -o vgg16.svg
densecli draw 'Conv2D(8, 3)@(28,28,1) -> Flatten -> Dense(10)' --labels types
densecli draw train.py --style boxes --theme dark -o model.png
"""


class Format(StrEnum):
    """Output format."""

    svg = "svg"
    png = "png"
    tikz = "tikz"


class Style(StrEnum):
    """What a layer looks like."""

    volumes = "volumes"
    flat = "flat"
    boxes = "boxes"


class Direction(StrEnum):
    """Where the output is, seen from the input."""

    right = "right"
    down = "down"
    left = "left"
    up = "up"


class Theme(StrEnum):
    """Paper."""

    auto = "auto"
    light = "light"
    dark = "dark"


FormatOption = Annotated[
    Format | None, typer.Option("--format", "-f", help="Output format; default: by the suffix of FILE, else svg.")
]
StyleOption = Annotated[
    Style | None,
    typer.Option(
        "--style", help="Volumes in perspective, flat faces, or boxes with text; default: boxes for sequences."
    ),
]
DirectionOption = Annotated[
    Direction | None,
    typer.Option("--direction", help="From input to output; default: right for volumes and flat, down for boxes."),
]
ThemeOption = Annotated[
    Theme, typer.Option("--theme", help="Light or dark paper; auto follows the reader's system (SVG; else light).")
]
Labels = Annotated[
    str | None,
    typer.Option(
        "--labels",
        metavar="LIST",
        help="Any of sizes, types, names and params, or none; default: sizes.",
        autocompletion=labels,
    ),
]
MaxBlocks = Annotated[
    int,
    typer.Option(
        "--max-blocks",
        min=2,
        max=5_000,
        help="Layers to draw at most; nested models are closed, and the middle is left out.",
    ),
]
Wrap = Annotated[
    int,
    typer.Option(
        "--wrap",
        metavar="N",
        min=0,
        max=100_000,
        help="Pixels after which a figure goes on in another row (or column, with down and up); 0: never.",
    ),
]
Scale = Annotated[int, typer.Option("--scale", min=1, max=20, help="Size of a PNG: pixels for each pixel of the SVG.")]


def command(
    spec: Specs,
    output: Output = None,
    format: FormatOption = None,
    style: StyleOption = None,
    direction: DirectionOption = None,
    theme: ThemeOption = Theme.auto,
    labels: Labels = None,
    max_blocks: MaxBlocks = 100,
    wrap: Wrap = 1_200,
    scale: Scale = 2,
    input_shape: InputShape = None,
    set: Set = None,
    limit: Limit = None,
    source: SourceFile = None,
    layer_shape: LayerShape = None,
    debug: Debug = False,
) -> int:
    """Draw one SPEC."""
    wanted, form = words(labels), form_of(format, output)
    found = specs(spec)
    if len(found) > 1:
        message = f"draw takes one model, got {len(found):,} files"
        raise ReadError(message, code="E111", hint="draw them one by one")
    inputs = [each.name for each in found if each.text is None]
    if output not in (None, "-"):
        check_target(str(output), inputs)
    wishes = reading(input_shape, set, limit, source, layer_shape)
    from densecli.render.figure.figure import figure  # noqa: PLC0415
    from densecli.render.figure.options import options  # noqa: PLC0415
    from densecli.summary.infer import infer  # noqa: PLC0415

    graph = read(found[0], wishes)
    require_layers(graph, "draw")
    report = infer(graph, found[0].name)
    scene = figure(report, options(report, style, direction, wanted, max_blocks, wrap))
    if form is Format.png:
        from densecli.render.figure import png  # noqa: PLC0415

        deliver_bytes(png.render(scene, theme, scale), output, inputs)
    else:
        deliver(written(scene, form, theme), output, inputs, utf8=True)
    return 0


def written(scene: Scene, form: Format, theme: Theme) -> str:
    """The figure in a language of text."""
    if form is Format.tikz:
        from densecli.render.figure import tikz  # noqa: PLC0415

        return tikz.render(scene, theme)
    from densecli.render.figure import svg  # noqa: PLC0415

    return svg.render(scene, theme)


def words(labels: str | None) -> tuple[str, ...] | None:
    """The labels that were asked for; None for the usual ones."""
    if labels is None:
        return None
    found = [word.strip() for word in labels.split(",") if word.strip()]
    odd = next((word for word in found if word not in (*LABELS, "none")), None)
    if odd is not None or ("none" in found and len(found) > 1):
        what = f"unknown label {quote(odd)}" if odd is not None else "none goes with no other label"
        raise ValueRefusedError(f"{what}; choose any of {', '.join(LABELS)}, or none")
    return tuple(word for word in found if word != "none")


def form_of(format: Format | None, output: str | None) -> Format:
    """The format: the one asked for, or the one of the file's suffix."""
    suffix = os.path.splitext(output or "")[1].lower()  # noqa: PTH122
    if format is None and suffix:
        hint = "use .svg, .png or .tex, or --format"
        raise OutputError(f"{quote(str(output))}: no format for {quote(suffix)}", code="E603", hint=hint)
    form = format or Format.svg
    if form is Format.png and output in (None, "-") and streams.interactive():
        raise OutputError("a PNG is not for a terminal", code="E603", hint="write it with -o figure.png")
    return form
