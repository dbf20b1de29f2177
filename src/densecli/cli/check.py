"""`densecli check`: models against expectations, budgets and a lock file, for CI."""

from __future__ import annotations

import gc
import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from densecli.cli import streams
from densecli.cli.complaints import complain, note_repeats
from densecli.cli.demands import demanded, with_demands
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
    Specs,
)
from densecli.cli.output import append, deliver
from densecli.cli.progress import progress
from densecli.cli.project import Config, Isolated, Project
from densecli.cli.verdicts import Result, Terms, result_of
from densecli.errors import NoModelError, as_record
from densecli.read.specs import expanded, reading, specs
from densecli.render.findings import render, text
from densecli.text import plural, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.check.compare.outline import Outline
    from densecli.read.specs import Spec

EXAMPLES = """\
densecli check model.yaml --max-params 1M --forbid Lambda
densecli check models/*.keras --lock densecli.lock --format github
densecli check model.yaml --assert 'layers["out"].params < 1k'
"""


COLLECT_AFTER = 50_000  # new objects; the collector is off (see __main__), and models have cycles


class Format(StrEnum):
    """Output formats: densecli.render.findings has a module for each."""

    text = "text"
    json = "json"
    ndjson = "ndjson"
    github = "github"
    gitlab = "gitlab"
    sarif = "sarif"
    junit = "junit"
    markdown = "markdown"


Lock = Annotated[
    str | None, typer.Option("--lock", metavar="FILE", help="Compare with the models recorded in a lock file.")
]
UpdateLock = Annotated[bool, typer.Option("--update-lock", help="Write the lock file instead of comparing with it.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print findings only: no warnings, progress or summary line.")
]
Summary = Annotated[
    str | None,
    typer.Option(
        "--summary",
        metavar="FILE",
        help="Also write the findings as Markdown to FILE ($GITHUB_STEP_SUMMARY is appended to).",
    ),
]


@with_demands
def command(  # one parameter per option
    spec: Specs,
    *,
    format: Annotated[Format, typer.Option("--format", "-f", help="Output format.")] = Format.text,
    output: Output = None,
    summary: Summary = None,
    lock: Lock = None,
    update_lock: UpdateLock = False,
    exit_zero: ExitZero = False,
    batch: Batch = None,
    input_shape: InputShape = None,
    set: Set = None,
    limit: Limit = None,
    source: SourceFile = None,
    layer_shape: LayerShape = None,
    color: ColorOption = Color.auto,
    isolated: Isolated = False,  # used by --config
    config: Config = None,
    quiet: Quiet = False,
    debug: Debug = False,  # read from the arguments when something fails
    **demands: Any,
) -> int:
    """Check each SPEC against its expectations."""
    if update_lock and lock is None:
        raise typer.BadParameter("--update-lock needs --lock FILE, or `lock` in the settings")
    wishes, wanted = reading(input_shape, set, limit, source, layer_shape), demanded(demands)
    found, empty = with_models(list(expanded(specs(spec), wishes)), alone=len(spec) == 1)
    locked = None if lock is None else known_models(lock, update_lock)
    terms = Terms(wishes, batch, wanted, cast("Project", config), lock, locked, update_lock)
    results = [*results_of(found, terms, quiet)]
    inputs = [each.name for each in found if each.text is None]
    tell(results, spec, quiet)
    if empty and not quiet:
        streams.complain(f"no model in {plural(empty, 'Python file')}")
    if lock is not None and update_lock:
        renew(lock, results, quiet)
    colored = look(color, to_file=output is not None).color
    deliver(text_of(results, format, quiet, colored), output, [*inputs, *([lock] if lock else [])])
    if summary:  # $GITHUB_STEP_SUMMARY is empty on other machines
        summarise(results, summary, inputs)
    return exit_code(results, exit_zero)


def with_models(found: list[Spec], *, alone: bool) -> tuple[list[Spec], int]:
    """The specs with a model, and the number of Python files without: among many files, that is normal."""
    kept = [each for each in found if alone or each.held is None or not isinstance(each.held.error, NoModelError)]
    return kept, len(found) - len(kept)


def known_models(path: str, updating: bool) -> dict[str, Outline]:
    """The models in the lock file."""
    from densecli.cli import lock_file  # noqa: PLC0415  # only where there is a lock file

    return lock_file.models_to_update(path) if updating else lock_file.locked_models(path)


def results_of(found: Sequence[Spec], terms: Terms, quiet: bool) -> Iterator[Result]:
    for spec in progress(found, "specs", quiet=quiet):
        yield result_of(spec, terms)
        if gc.get_count()[0] > COLLECT_AFTER:
            gc.collect()


def tell(results: Sequence[Result], words: Sequence[str], quiet: bool) -> None:
    """Write everything but the findings to standard error: errors that kept specs from being checked, and warnings."""
    errors = [error for result in results for error in result.errors]
    if errors:
        complain(errors)
    if not quiet:
        note_repeats(words)
    for result in [] if quiet else results:
        for warning in result.warnings:
            streams.complain(f"warning: {safe(result.verdict.source)}: {safe(warning)}")


def renew(path: str, results: Sequence[Result], quiet: bool) -> None:
    """Write the lock file, unless it would lack some of the specs."""
    from densecli.cli import lock_file  # noqa: PLC0415

    found = {result.verdict.source: result.outline for result in results if result.outline is not None}
    if len(found) < len(results):
        missing = plural(len(results) - len(found), "spec")
        streams.complain(f"{safe(path)}: not written: {missing} could not be read or does not fit together")
        return
    said = lock_file.update(path, found)
    if not quiet:
        streams.complain(safe(said))


def text_of(results: Sequence[Result], format: Format, quiet: bool, color: bool) -> str:
    """The findings in one format. In ndjson, a spec that could not be checked is an error record, as everywhere."""
    verdicts = [result.verdict for result in results]
    if format is Format.ndjson:
        return "".join(f"{_record(result)}\n" for result in results)
    if format is Format.text and quiet:
        return "".join(f"{line}\n" for verdict in verdicts for line in text.lines(verdict, color=color))
    if format is Format.text:
        return text.render(verdicts, color=color) + "\n"
    return render(verdicts, format.value)


def _record(result: Result) -> str:
    from densecli.render import json  # noqa: PLC0415
    from densecli.render.findings import ndjson  # noqa: PLC0415

    if result.errors:
        return json.line(as_record(result.errors[0], result.verdict.source)).rstrip("\n")
    return ndjson.line(result.verdict)


def summarise(results: Sequence[Result], path: str, inputs: Sequence[str]) -> None:
    """Write the Markdown for the page of a CI job; GitHub's file may already hold output of the step's other commands."""
    written = render([result.verdict for result in results], "markdown")
    if path == os.environ.get("GITHUB_STEP_SUMMARY"):
        append(written, path)
    else:
        deliver(written, path, inputs)


def exit_code(results: Sequence[Result], exit_zero: bool) -> int:
    if any(result.errors for result in results):
        return 2
    return int(not exit_zero and not all(result.verdict.ok for result in results))
