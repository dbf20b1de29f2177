"""`densecli summary`: the main job."""

# No `from __future__ import annotations` here: typer would evaluate each string twice, at every start.
from typing import TYPE_CHECKING, Annotated

import typer

from densecli.cli import completion, running
from densecli.cli.command import ValueRefusedError
from densecli.cli.complaints import complain, note_repeats
from densecli.cli.look import look
from densecli.cli.options import (
    Batch,
    Color,
    ColorOption,
    Debug,
    InputShape,
    LayerShape,
    Limit,
    Output,
    Quiet,
    Set,
    SourceFile,
    Specs,
    Width,
)
from densecli.cli.output import check_target, deliver
from densecli.cli.project import Config, Isolated
from densecli.cli.running import (
    Data,
    MaxMemory,
    Precision,
    Profiled,
    Run,
    Save,
    Seed,
    Until,
    Values,
    WeightsOption,
    Wishes,
    check,
)
from densecli.cli.summary_formats import SHOW_A_RUN, Failure, Format, Summary, View, bare, write
from densecli.errors import DenseError, SpecErrors
from densecli.read.specs import Spec, expanded, read, reading, specs
from densecli.summary.infer import infer

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.graph.graph import Graph
    from densecli.read.reading import Reading
    from densecli.run.run import Outcome

EXAMPLES = """\
densecli 'Dense(16)@(3,2) -> Flatten -> Dense(4)'
densecli train.py --expand-nested --columns +macs,+memory
densecli model.keras --sort params --top 5 --format markdown
"""

Columns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        "-c",
        metavar="NAMES",
        help="Columns to show; +NAME adds to the defaults.",
        autocompletion=completion.columns,
    ),
]
Depth = Annotated[int, typer.Option("--depth", min=0, help="Levels of nested layers to open.")]
Expand = Annotated[bool, typer.Option("--expand-nested", help="Open all levels of nested layers.")]
Sort = Annotated[
    str | None,
    typer.Option(
        "--sort",
        metavar="COLUMN",
        help="Sort the rows by COLUMN, largest first.",
        autocompletion=completion.sort_columns,
    ),
]
Top = Annotated[int | None, typer.Option("--top", min=1, help="Show only the first N rows.")]
Filter = Annotated[
    str | None, typer.Option("--filter", metavar="REGEX", help="Show only layers whose name or type matches.")
]
GroupBy = Annotated[
    str | None,
    typer.Option(
        "--group-by",
        metavar="COLUMN",
        help="Merge layers with the same value in COLUMN, such as type.",
        autocompletion=completion.groups,
    ),
]
Collapse = Annotated[bool, typer.Option("--collapse", help="Show repeated blocks once, with their count.")]
OptimizerRow = Annotated[
    bool, typer.Option("--optimizer-row", help="Count the optimizer's variables in a model file, too, as Keras does.")
]
Print = Annotated[
    str | None,
    typer.Option(
        "--print",
        metavar="PATH",
        help="Print a single value of the JSON report, such as totals.params.",
        autocompletion=completion.paths,
    ),
]


def command(  # one parameter per option
    spec: Specs,
    *,
    format: Annotated[Format, typer.Option("--format", "-f", help="Output format.")] = Format.table,
    output: Output = None,
    columns: Columns = None,
    depth: Depth = 0,
    expand_nested: Expand = False,
    sort: Sort = None,
    top: Top = None,
    filter: Filter = None,
    group_by: GroupBy = None,
    collapse: Collapse = False,
    optimizer_row: OptimizerRow = False,
    print: Print = None,
    batch: Batch = None,
    input_shape: InputShape = None,
    set: Set = None,
    limit: Limit = None,
    source: SourceFile = None,
    layer_shape: LayerShape = None,
    run: Run = False,
    seed: Seed = 0,
    weights: WeightsOption = None,
    data: Data = None,
    save: Save = None,
    until: Until = None,
    profile: Profiled = False,
    values: Values = False,
    precision: Precision = None,
    max_memory: MaxMemory = None,
    color: ColorOption = Color.auto,
    width: Width = None,
    isolated: Isolated = False,
    config: Config = None,
    quiet: Quiet = False,
    debug: Debug = False,  # read from the arguments when something fails
) -> int:
    """Summarize each SPEC; the worst result sets the exit code."""
    wishes = reading(input_shape, set, limit, source, layer_shape)
    found = list(expanded(specs(spec), wishes))
    asked = Wishes(
        seed, batch, max_memory, tuple(weights or ()), tuple(data or ()), save, until, profile, wishes.limits, values
    )
    check(asked, run, found)
    if run and print is None and format not in SHOW_A_RUN:
        refuse_or_note(format, asked, quiet)
    inputs = [each.name for each in found if each.text is None]
    if run and output not in (None, "-"):
        check_target(output, inputs)
    runner = running.runner(asked) if run else None
    results = [summarise(each, lambda one: opened(one, wishes), batch, runner) for each in found]
    if optimizer_row:
        results = [with_optimizer(each, result, wishes) for each, result in zip(found, results, strict=True)]
    good = [result for result in results if isinstance(result, Summary)]
    for failure in results:
        if isinstance(failure, Failure):
            complain(failure.errors)
    if not quiet:
        note_repeats(spec)
        warn(good)
    if format is Format.ndjson or len(good) == len(results) or (format is Format.table and good):
        selection = {
            "pattern": filter,
            "group_by": group_by,
            "collapse": collapse,
            "sort": sort,
            "top": top,
            "depth": None if expand_nested else depth,
        }
        view = View(selection, columns, look(color, width, output is not None), precision, quiet)
        text = write(results, format, view) if print is None else bare(good, print)
        document = print is None and format in (Format.html, Format.svg)  # both declare themselves as UTF-8
        deliver(text, output, inputs, utf8=document)
    return 0 if len(good) == len(results) else 2


def refuse_or_note(format: Format, asked: Wishes, quiet: bool) -> None:
    """What a format has no place for is never left out in silence. Raises a usage error."""
    from densecli.cli import streams  # noqa: PLC0415

    instead = f"use --format {', '.join(each.value for each in SHOW_A_RUN[:-1])} or {SHOW_A_RUN[-1].value}"
    option = "--values" if asked.values else "--profile" if asked.profile else None
    if option is not None:
        raise ValueRefusedError(f"{option} has no place in {format.value}", instead)
    if asked.save is None and not quiet:
        streams.complain(f"note: the results of --run have no place in {format.value}: {instead}")


def opened(spec: Spec, wishes: "Reading") -> "Graph":
    graph = read(spec, wishes)
    if spec.text is None:
        from densecli.cli.fitting import warn_of_misfits  # noqa: PLC0415  # a stack has no file

        warn_of_misfits(graph, spec, wishes.limits)
    return graph


def summarise(
    spec: Spec,
    reader: "Callable[[Spec], Graph]",
    batch: int | None,
    runner: "Callable[[Spec, Graph], Outcome] | None",
) -> Summary | Failure:
    try:
        graph = reader(spec)
        return Summary(infer(graph, spec.name, batch), runner(spec, graph) if runner is not None else None)
    except DenseError as error:
        return Failure(spec.name, [error])
    except SpecErrors as several:
        return Failure(spec.name, several.errors)


def with_optimizer(spec: Spec, result: Summary | Failure, wishes: "Reading") -> Summary | Failure:
    """The summary with the variables of the optimizer in its file, or a warning that there are none."""
    from densecli.run.weights.optimizer import optimizer_variables  # noqa: PLC0415  # loads numpy and h5py

    if isinstance(result, Failure):
        return result
    try:
        found = None if spec.text is not None or spec.of_source else optimizer_variables(spec.name, wishes.limits)
    except DenseError as error:
        return Failure(spec.name, [error])
    report = result.report
    if found is None:
        report = report._replace(warnings=(*report.warnings, "there are no variables of an optimizer to count"))
    return result._replace(report=report._replace(optimizer=found))


def warn(results: list[Summary]) -> None:
    """Write the readers' warnings, and doubts about the models, to standard error."""
    from densecli.cli import streams  # noqa: PLC0415
    from densecli.summary.doubts import doubts  # noqa: PLC0415
    from densecli.text import safe  # noqa: PLC0415

    for report, _ in results:
        for doubt in doubts(report):
            streams.complain(f"note: {safe(report.source)}: {safe(doubt)}")
        for warning in report.warnings:
            streams.complain(f"warning: {safe(report.source)}: {safe(warning)}")
