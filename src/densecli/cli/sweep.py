"""`densecli sweep`: totals for every combination of a spec's variables."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from densecli.cli import streams
from densecli.cli.command import ValueRefusedError
from densecli.cli.completion import figures
from densecli.cli.look import look
from densecli.cli.options import Batch, Color, ColorOption, Debug, InputShape, Limit, Output, Specs, Width
from densecli.cli.output import deliver
from densecli.cli.progress import progress
from densecli.errors import ArgumentError, ReadError, did_you_mean
from densecli.read.limits import beyond
from densecli.read.specs import read, reading, specs
from densecli.render import sweep as render
from densecli.render.memory import Look
from densecli.sweep import axes, choose_figures, idle, sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from densecli.graph.graph import Graph
    from densecli.read.reading import Reading
    from densecli.read.specs import Spec
    from densecli.sweep import Sweep

EXAMPLES = """\
densecli sweep 'Dense($n)@(8,) -> Dense(1)' --set n=16,32,64
densecli sweep model.yaml --set 'width=16..128*2' --set depth=1..4 -o t.csv
"""

TOGETHER = 10  # times the layers of one spec, for all combinations


class Format(StrEnum):
    """Output format."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"


Values = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=A,B,…",
        help="Values to try for a variable of the spec, or a range: 1..4, 16..128*2 (repeatable).",
    ),
]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        "-c",
        metavar="NAMES",
        help="Totals to show, such as params,macs; +NAME adds to the defaults.",
        autocompletion=figures,
    ),
]
Plot = Annotated[bool, typer.Option("--plot", help="Plot the first column as bars below the table.")]


def command(  # one parameter per option
    spec: Specs,
    *,
    set: Values = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="Output format.")] = Format.table,
    columns: Columns = None,
    plot: Plot = False,
    batch: Batch = None,
    output: Output = None,
    input_shape: InputShape = None,
    limit: Limit = None,
    color: ColorOption = Color.auto,
    width: Width = None,
    debug: Debug = False,
) -> int:
    """Print one row for each combination; the exit code is 2 if one does not work."""
    if plot and format is not Format.table:
        raise ValueRefusedError(f"--plot needs --format table, got {format}")
    found = specs(spec)
    if len(found) > 1:
        message = f"sweep takes one model, got {len(found):,} files"
        raise ReadError(message, code="E111", hint="sweep them one by one")
    wanted, figures = axes(set or []), choose_figures(columns)
    check_used(found[0], wanted)
    given = reading(input_shape, None, limit)
    watched = partial(progress, noun="combinations")
    result = sweep(counted(found[0], given), wanted, figures, found[0].name, batch, watched)
    seen = look(color, width, output is not None)
    text = written(result, format, Look(seen.width, seen.color, seen.ascii), plot=plot)
    deliver(text, output, [each.name for each in found if each.text is None])
    for name in idle(result):
        streams.complain(f"note: {name} changes none of these figures")
    return 2 if any(row.error for row in result.rows) else 0


def counted(spec: Spec, given: Reading) -> Callable[[Mapping[str, str]], Graph]:
    """Read the spec with other settings each time, until all its combinations have too many layers together."""
    layers, most = 0, TOGETHER * given.limits.layers

    def graph_of(values: Mapping[str, str]) -> Graph:
        nonlocal layers
        graph = read(spec, given._replace(settings=values))
        layers += len(graph.nodes)
        if layers > most:
            raise beyond(given.limits, "layers", f"the combinations have more than {most:,} layers together", "E505")
        return graph

    return graph_of


def check_used(spec: Spec, names: Mapping[str, object]) -> None:
    """A stack does not declare its variables, but one that it never mentions changes nothing."""
    for name in names:
        if spec.text is not None and f"${name}" not in spec.text:
            hint = did_you_mean(name, re.findall(r"\$(\w+)", spec.text)) or f"write ${name} where the value goes"
            raise ArgumentError(f"the stack has no ${name}", code="E309", hint=hint)


def written(result: Sweep, format: Format, seen: Look, *, plot: bool) -> str:
    """The text in one of the formats."""
    if format is Format.csv:
        return render.render_csv(result)
    if format is Format.json:
        return render.render_json(result)
    if format is Format.markdown:
        return render.render_markdown(result)
    bars = "\n" + render.render_plot(result, ascii_only=seen.ascii_only) if plot else ""
    return render.render_table(result, seen) + bars
