"""`densecli summary`: the main job."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from densecli.cli.complaints import complain
from densecli.cli.look import Look, look
from densecli.cli.options import Batch, Color, ColorOption, Debug, InputShape, Output, Quiet, Specs, Width
from densecli.cli.output import deliver
from densecli.errors import DenseError, SpecErrors, as_record
from densecli.infer import infer
from densecli.read.specs import Spec, input_shapes, read, specs
from densecli.text import amount, quote, safe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from densecli.graph import Graph
    from densecli.report import Report
    from densecli.run import Outcome


class Format(StrEnum):
    """What comes out."""

    table = "table"
    json = "json"
    ndjson = "ndjson"


def command(  # noqa: PLR0913  # one parameter per option
    spec: Specs,
    format: Annotated[Format, typer.Option("--format", "-f", help="What comes out.")] = Format.table,  # noqa: A002
    output: Output = None,
    batch: Batch = None,
    input_shape: InputShape = None,
    run: Annotated[bool, typer.Option("--run", help="Make a NumPy forward pass on random data.")] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the random weights and data.")] = 0,
    max_memory: Annotated[
        str | None, typer.Option("--max-memory", metavar="SIZE", help="Refuse a forward pass that needs more.")
    ] = None,
    color: ColorOption = Color.auto,
    width: Width = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Summarise each SPEC; the exit code is that of the worst."""
    shapes = input_shapes(input_shape or [])
    found = specs(spec)
    runner = runs(seed, batch, max_memory) if run else None
    results = [summarise(each, shapes, batch, runner) for each in found]
    failed = [result for result in results if not isinstance(result, Summary)]
    for failure in failed:
        complain(failure.errors)
    if format is Format.ndjson or not failed or (format is Format.table and len(failed) < len(results)):
        deliver(
            write(results, format, look(color, width, output is not None)),
            output,
            [each.name for each in found if each.text is None],
        )
    return 2 if failed else 0


class Summary(NamedTuple):
    """What became of one spec."""

    report: Report
    outcome: Outcome | None = None


class Failure(NamedTuple):
    """A spec that could not be read or does not fit together."""

    source: str
    errors: list[DenseError]


def summarise(
    spec: Spec, shapes: dict[Any, Any], batch: int | None, runner: Callable[[Graph], Outcome] | None
) -> Summary | Failure:
    try:
        graph = read(spec, shapes)
        return Summary(infer(graph, spec.name, batch), runner(graph) if runner is not None else None)
    except DenseError as error:
        return Failure(spec.name, [error])
    except SpecErrors as several:
        return Failure(spec.name, several.errors)


def runs(seed: int, batch: int | None, max_memory: str | None) -> Callable[[Graph], Outcome]:
    """A forward pass with these options; numpy is loaded here."""
    from densecli.run import run  # noqa: PLC0415

    return lambda graph: run(
        graph, seed=seed, batch=batch or 1, max_memory=None if max_memory is None else size_option(max_memory)
    )


def write(results: Sequence[Summary | Failure], format: Format, look: Look) -> str:  # noqa: A002
    """The text of all results in one format."""
    if format is Format.table:
        return tables([result for result in results if isinstance(result, Summary)], look)
    from densecli.render import json  # noqa: PLC0415

    if format is Format.json:
        return json.render_all([(result.report, result.outcome) for result in results if isinstance(result, Summary)])
    return "".join(
        json.line(json.as_record(result.report, result.outcome)) if isinstance(result, Summary)
        else json.line(as_record(result.errors[0], result.source))
        for result in results
    )  # fmt: skip


def tables(results: Sequence[Summary], look: Look) -> str:
    """The tables of all specs, each under its name where there are several."""
    from densecli.render import columns, run, table  # noqa: PLC0415

    texts = []
    for report, outcome in results:
        head = f"{safe(report.source)}:\n" if len(results) > 1 else ""
        drawn = table.render(
            report, columns.default_columns(report), width=look.width, color=look.color, ascii_only=look.ascii
        )
        texts.append(head + drawn + (run.render(outcome) if outcome is not None else ""))
    return "\n".join(texts)


def size_option(value: str) -> int:
    """A size such as 2GiB. Raises a usage error."""
    try:
        return amount(value)
    except ValueError:
        raise typer.BadParameter(f"expected a size such as 512MiB or 2GiB, got {quote(value)}") from None
