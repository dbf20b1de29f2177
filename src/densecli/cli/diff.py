"""`densecli diff`: the differences between two models."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from densecli.check.compare.diff import diff
from densecli.cli.command import ValueRefusedError
from densecli.cli.complaints import complain
from densecli.cli.look import look
from densecli.cli.options import (
    Batch,
    Color,
    ColorOption,
    Debug,
    ExitZero,
    InputShape,
    LayerShape,
    Limit,
    Output,
    Set,
    SourceFile,
    Width,
)
from densecli.cli.output import deliver
from densecli.cli.running import Data, MaxMemory, Run, Seed, WeightsOption, Wishes, check
from densecli.errors import DenseError, ReadError, SpecErrors
from densecli.read.specs import ARGUMENT, Spec, file_spec, is_file, read, reading
from densecli.records import Record
from densecli.render.diff import render
from densecli.summary.infer import infer
from densecli.text import quote

if TYPE_CHECKING:
    from densecli.check.compare.diff import Diff
    from densecli.cli.look import Look
    from densecli.graph.graph import Graph
    from densecli.read.reading import Reading
    from densecli.run.compare import Comparison
    from densecli.summary.report import Report

EXAMPLES = """\
densecli diff old.keras new.keras
git show HEAD~1:model.yaml | densecli diff - model.yaml --format markdown
"""


LONGEST_TITLE = 120  # characters of a heading
TOLERANCE = 1e-5  # sums in single precision round


class Format(StrEnum):
    """Output formats: densecli.render.diff has a module for each."""

    table = "table"
    json = "json"
    markdown = "markdown"


Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[A B | PATH...]",
        help="The old and the new model: any SPEC, or - for stdin; with --base, files and folders to compare (default: all).",
    ),
]
Base = Annotated[
    str | None,
    typer.Option(
        "--base",
        metavar="REVISION",
        help="Compare all models that changed since HEAD left this git revision, such as origin/main.",
    ),
]

Tolerance = Annotated[
    str | None,
    typer.Option(
        "--tolerance",
        metavar="NUMBER",
        help="With --run: largest difference that counts as equal, relative to the largest number (1e-5).",
    ),
]


def command(  # one parameter per option
    words: Words = None,
    *,
    base: Base = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="Output format.")] = Format.table,
    output: Output = None,
    exit_zero: ExitZero = False,
    batch: Batch = None,
    input_shape: InputShape = None,
    set: Set = None,
    limit: Limit = None,
    source: SourceFile = None,
    layer_shape: LayerShape = None,
    color: ColorOption = Color.auto,
    width: Width = None,
    run: Run = False,
    data: Data = None,
    weights: WeightsOption = None,
    seed: Seed = 0,
    tolerance: Tolerance = None,
    max_memory: MaxMemory = None,
    debug: Debug = False,  # read from the arguments when something fails
) -> int:
    """Compare A with B, or with --base all models that changed; the exit code is 1 if any differ, with --run if outputs do."""
    wishes = reading(input_shape, set, limit, source, layer_shape)
    if base is not None:
        if run:
            raise ValueRefusedError("--run compares A with B; with --base there are many models")
        return since(
            base, words or [], wishes, Shown(format, output, exit_zero, batch, look(color, width, output is not None))
        )
    before, after = _two(words or [])
    specs = [spec_of(before), spec_of(after)]
    if before == after == "-":
        raise ReadError("standard input can be read only once", code="E108", hint="use `-` only once")
    asked = Wishes(seed, batch, max_memory, tuple(weights or ()), tuple(data or ()), limits=wishes.limits)
    check(asked, run, specs, together=True)
    if tolerance is not None and not run:
        raise ValueRefusedError("--tolerance needs a forward pass: add --run")
    models = [model_of(spec, wishes, batch) for spec in specs]
    a, b = models
    if a is None or b is None:
        return 2
    found = diff(a.report, b.report)
    if run:
        found = found._replace(run=compared(a, b, asked, TOLERANCE if tolerance is None else tolerated(tolerance)))
    inputs = [spec.name for spec in specs if spec.text is None]
    if format is not Format.json:  # people recognize their own words better than "<argument>"
        longest = LONGEST_TITLE if format is Format.markdown else None
        found = found._replace(before=title(specs[0], longest), after=title(specs[1], longest))
    deliver(text_of(found, format, look(color, width, output is not None)), output, inputs)
    same = found.same if found.run is None else found.run.equal
    return int(not same and not exit_zero)


def _two(words: list[str]) -> list[str]:
    if len(words) != 2:  # A and B
        missing = "AB"[len(words) :][:1]
        what = f"missing argument {missing}" if missing else f"expected A and B, got {len(words)} arguments"
        raise ValueRefusedError(what, None if missing == "B" else "--base REVISION compares many models")
    return words


class Shown(Record):
    """How the changes of many models are shown."""

    format: Format
    output: str | None
    exit_zero: bool
    batch: int | None
    look: Look


def since(base: str, paths: list[str], wishes: Reading, shown: Shown) -> int:
    """One report on all models that changed since a revision."""
    from densecli.cli.changes import compared  # noqa: PLC0415  # few runs ask git
    from densecli.render import changes  # noqa: PLC0415

    found = compared(base, paths, wishes, shown.batch)
    if found.errors:
        complain(found.errors)
    deliver(changes.render(found.changes, shown.format.value, shown.look.width, color=shown.look.color), shown.output)
    if found.errors:
        return 2
    return int(found.changes.differ and not shown.exit_zero)


def spec_of(word: str) -> Spec:
    return file_spec(word) if is_file(word) else Spec(ARGUMENT, word)


def title(spec: Spec, longest: int | None) -> str:
    words = spec.name if spec.text is None else " ".join(spec.text.split())
    return words if longest is None or len(words) <= longest else f"{words[:longest]}…"


class Model(Record):
    """One of the two."""

    spec: Spec
    graph: Graph
    report: Report


def model_of(spec: Spec, wishes: Reading, batch: int | None) -> Model | None:
    """The model, or None after its errors were printed, so that those of both are."""
    try:
        graph = read(spec, wishes)
        return Model(spec, graph, infer(graph, spec.name, batch))
    except DenseError as error:
        complain([error])
    except SpecErrors as several:
        complain(several.errors)
    return None


def compared(a: Model, b: Model, asked: Wishes, tolerance: float) -> Comparison:
    """Both on the same data; loads numpy."""
    from densecli.check.compare.diff import matched  # noqa: PLC0415
    from densecli.cli.running import options  # noqa: PLC0415
    from densecli.run.compare import compare  # noqa: PLC0415

    wishes = (options(asked, a.spec), options(asked, b.spec))
    return compare((a.graph, b.graph), wishes, matched(a.report, b.report), tolerance)


def tolerated(text: str) -> float:
    """A number of at least 0. Raises a usage error."""
    with suppress(ValueError):
        number = float(text)
        if 0 <= number < float("inf"):
            return number
    raise ValueRefusedError(f"--tolerance: expected a number such as 1e-5, got {quote(text)}")


def text_of(found: Diff, format: Format, look: Look) -> str:
    """Use rich only to fit a table into a terminal or to color it; elsewhere lines may have any length."""
    if format is Format.table and (look.color or look.width is not None):
        from densecli.render.diff import drawn  # noqa: PLC0415

        return drawn.render(found, width=look.width, color=look.color)
    return render(found, format.value)
