"""`densecli explain`: how the numbers are computed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from densecli.cli.command import ValueRefusedError
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
from densecli.cli.running import Data, MaxMemory, Precision, Run, Seed, Values, WeightsOption, Wishes, check
from densecli.graph.graph import require_layers
from densecli.read.specs import expanded, read, reading, specs
from densecli.records import Record
from densecli.shape import MAX_RANK
from densecli.summary.infer import infer
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.cli.look import Look
    from densecli.graph.graph import Graph
    from densecli.read.reading import Reading
    from densecli.read.specs import Spec
    from densecli.render.explain.numbers import Numbers
    from densecli.summary.report import Report

EXAMPLES = """\
densecli explain 'Dense(16)@(3,2) -> Flatten -> Dense(4)'
densecli explain 'Dense(4)@(3,2)' --data '[[1,2],[3,4],[5,6]]' --weights ones
densecli explain model.yaml --layer out --format markdown
"""


class Format(StrEnum):
    """Output format."""

    text = "text"
    markdown = "markdown"
    json = "json"
    html = "html"
    svg = "svg"


Layers = Annotated[
    list[str] | None,
    typer.Option("--layer", metavar="NAME", help="Explain only this layer, inner ones by path (repeatable)."),
]

At = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="INDEX", help="Output element to work out, such as 0,2,1 (sample first); default: the first."
    ),
]


def command(  # one parameter per option
    spec: Specs,
    *,
    format: Annotated[Format, typer.Option("--format", "-f", help="Output format.")] = Format.text,
    output: Output = None,
    layer: Layers = None,
    run: Run = False,
    data: Data = None,
    weights: WeightsOption = None,
    seed: Seed = 0,
    at: At = None,
    values: Values = False,
    precision: Precision = None,
    max_memory: MaxMemory = None,
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
    wanted = run or bool(data or weights or at) or values or max_memory is not None
    asked = Wishes(
        seed, batch, max_memory, tuple(weights or ()), tuple(data or ()), limits=wishes.limits, values=wanted
    )
    check(asked, wanted, found)
    shown = Shown(place(at), values, precision)
    if values and format is Format.svg:
        from densecli.cli import streams  # noqa: PLC0415

        streams.complain(
            "note: a picture shows the numbers that it has room for; --format html lists all --values, too"
        )
    models = [(each, layered(each, wishes)) for each in found]
    results = [
        (infer(graph, each.name, batch), worked(each, graph, asked, shown) if wanted else None)
        for each, graph in models
    ]
    text = write(results, format, layer or (), look(color, width, output is not None))
    deliver(text, output, [each.name for each in found if each.text is None])
    return 0


class Shown(Record):
    """What is shown of a forward pass."""

    at: tuple[int, ...] | None
    values: bool
    digits: int | None


def place(text: str | None) -> tuple[int, ...] | None:
    """0,2,1 as an index. Raises a usage error."""
    if text is None:
        return None
    parts = [part.strip() for part in text.strip("()[] ").split(",") if part.strip()]
    if (
        not parts
        or len(parts) > MAX_RANK
        or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts)
    ):
        raise ValueRefusedError(f"--at: expected an index such as 0,2,1, got {quote(text)}")
    return tuple(map(int, parts))


def worked(spec: Spec, graph: Graph, asked: Wishes, shown: Shown) -> Numbers:
    """Examples from a forward pass; loads numpy."""
    from densecli.cli.run_progress import Progress  # noqa: PLC0415
    from densecli.cli.running import options  # noqa: PLC0415
    from densecli.render.explain.numbers import numbers_of  # noqa: PLC0415
    from densecli.run.example import examples  # noqa: PLC0415
    from densecli.run.record import opened  # noqa: PLC0415
    from densecli.run.run import run  # noqa: PLC0415

    with Progress(graph) as progress:
        outcome = run(graph, options(asked, spec), progress)
    calls = opened(outcome.calls or ())
    found = examples(calls, shown.at)
    return numbers_of(
        outcome._replace(calls=calls), found, given=bool(asked.data), values=shown.values, digits=shown.digits
    )


def write(results: Sequence[tuple[Report, Numbers | None]], format: Format, layers: Sequence[str], look: Look) -> str:
    """All explanations in one format."""
    if format is Format.json:
        from densecli.render.explain import json  # noqa: PLC0415
        from densecli.render.languages.json import documents  # noqa: PLC0415

        return documents([json.render(report, layers, numbers) for report, numbers in results])
    if format is Format.markdown:
        from densecli.render.explain import markdown  # noqa: PLC0415

        return "\n".join(markdown.render(report, layers, numbers) for report, numbers in results)
    if format is Format.html:
        from densecli.render.explain import html  # noqa: PLC0415

        return html.render(results, layers)
    if format is Format.svg:
        from densecli.render.explain import svg  # noqa: PLC0415

        return svg.render(results, layers)
    from densecli.render.explain import render  # noqa: PLC0415

    return "\n".join(
        render(report, layers, numbers, width=look.width, color=look.color, ascii_only=look.ascii)
        for report, numbers in results
    )


def layered(spec: Spec, wishes: Reading) -> Graph:
    graph = read(spec, wishes)
    require_layers(graph, "explain")
    return graph
