"""`densecli check`: models against expectations, budgets and a lock file, for CI."""

from __future__ import annotations

import gc
import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from densecli.check.finding import Unchecked, of_error
from densecli.cli import streams
from densecli.cli.command import ValueRefusedError
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
)
from densecli.cli.output import append, deliver
from densecli.cli.progress import progress
from densecli.cli.project import Config, Isolated, Project
from densecli.cli.searching import HERE, Search, searched
from densecli.cli.verdicts import Result, Skipped, Terms, errors_of, result_of
from densecli.errors import NoModelError, as_record
from densecli.read.specs import PYTHON, expanded, reading, specs
from densecli.render.findings import counts, render, text
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


MOST_SHOWN = 10  # sources that could not be followed
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


Wanted = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SPEC...]", help="Files and folders to check, or a layer stack; default: this folder."),
]
Statistics = Annotated[
    bool, typer.Option("--statistics", help="Count the findings of each code instead of listing them.")
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude", metavar="PATTERN", help="Leave out files and folders, written as in .gitignore (repeatable)."
    ),
]
ForceExclude = Annotated[bool, typer.Option("--force-exclude", help="Exclude files even if SPEC names them.")]
NoGitignore = Annotated[
    bool, typer.Option("--no-respect-gitignore", help="Check the files of folders that git ignores, too.")
]
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
    spec: Wanted = None,
    *,
    format: Annotated[Format, typer.Option("--format", "-f", help="Output format.")] = Format.text,
    output: Output = None,
    summary: Summary = None,
    statistics: Statistics = False,
    exclude: Exclude = None,
    force_exclude: ForceExclude = False,
    no_respect_gitignore: NoGitignore = False,
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
        raise ValueRefusedError("--update-lock needs --lock FILE, or `lock` in the settings")
    wishes, wanted = reading(input_shape, set, limit, source, layer_shape), demanded(demands)
    check_format(format, statistics)
    search = Search(exclude or (), cast("Project", config), force_exclude, not no_respect_gitignore, wishes.limits)
    found = list(expanded(searched(specs(spec or [HERE]), search), wishes))
    locked = None if lock is None else known_models(lock, update_lock)
    terms = Terms(wishes, batch, wanted, cast("Project", config), lock, locked, update_lock, len(spec or ()) == 1)
    every = [*results_of(found, terms, quiet)]
    results = [each for each in every if isinstance(each, Result)]
    inputs = [each.name for each in found if each.text is None]
    tell(results, spec or (), quiet)
    skipped = [each for each in every if isinstance(each, Skipped)]
    empty = sum(isinstance(each.error, NoModelError) for each in skipped)
    unchecked = Unchecked(empty, len(skipped) - empty)
    if not quiet:
        tell_of_skipped(skipped)
    if lock is not None and update_lock:
        renew(lock, results, quiet)
    colored = look(color, to_file=output is not None).color
    if statistics:
        said = statistics_of(results, format, unchecked)
    else:
        said = text_of(results, format, quiet, colored, unchecked)
    deliver(said, output, [*inputs, *([lock] if lock else [])])
    if summary:  # $GITHUB_STEP_SUMMARY is empty on other machines
        summarise(results, unchecked, summary, inputs)
    return exit_code(results, exit_zero)


def check_format(format: Format, statistics: bool) -> None:
    if statistics and format not in (Format.text, Format.json):
        raise ValueRefusedError(f"--statistics is text or json, not {format.value}")


def tell_of_skipped(skipped: Sequence[Skipped]) -> None:
    """Write how many files hold no model, and which sources could not be followed to theirs."""
    empty = [each for each in skipped if isinstance(each.error, NoModelError)]
    lost = [each for each in skipped if not isinstance(each.error, NoModelError)]
    for each in lost[:MOST_SHOWN]:
        error = errors_of(each.error)[0]
        place = text.place(of_error(error, each.source))
        streams.complain(f"not followed: {place}: {error.code} {safe(error.message)}")
    if len(lost) > MOST_SHOWN:
        streams.complain(f"not followed: {len(lost) - MOST_SHOWN:,} more sources; --strict shows all")
    if empty:
        python = all(each.source.lower().endswith(PYTHON) for each in empty)
        streams.complain(f"no model in {plural(len(empty), 'Python file' if python else 'file')}")


def known_models(path: str, updating: bool) -> dict[str, Outline]:
    """The models in the lock file."""
    from densecli.cli import lock_file  # noqa: PLC0415  # only where there is a lock file

    return lock_file.models_to_update(path) if updating else lock_file.locked_models(path)


def results_of(found: Sequence[Spec], terms: Terms, quiet: bool) -> Iterator[Result | Skipped]:
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


def statistics_of(results: Sequence[Result], format: Format, unchecked: Unchecked) -> str:
    return counts.render([result.verdict for result in results], format.value, unchecked)


def text_of(results: Sequence[Result], format: Format, quiet: bool, color: bool, unchecked: Unchecked) -> str:
    """The findings in one format. In ndjson, a spec that could not be checked is an error record, as everywhere."""
    verdicts = [result.verdict for result in results]
    if format is Format.ndjson:
        return "".join(f"{_record(result)}\n" for result in results)
    if format is Format.text and quiet:
        return "".join(f"{line}\n" for verdict in verdicts for line in text.lines(verdict, color=color))
    if format is Format.text:
        return text.render(verdicts, color=color) + "\n"
    return render(verdicts, format.value, unchecked)


def _record(result: Result) -> str:
    from densecli.render import json  # noqa: PLC0415
    from densecli.render.findings import ndjson  # noqa: PLC0415

    if result.errors:
        return json.line(as_record(result.errors[0], result.verdict.source)).rstrip("\n")
    return ndjson.line(result.verdict)


def summarise(results: Sequence[Result], unchecked: Unchecked, path: str, inputs: Sequence[str]) -> None:
    """Write the Markdown for the page of a CI job; GitHub's file may already hold output of the step's other commands."""
    written = render([result.verdict for result in results], "markdown", unchecked)
    if path == os.environ.get("GITHUB_STEP_SUMMARY"):
        append(written, path)
    else:
        deliver(written, path, inputs)


def exit_code(results: Sequence[Result], exit_zero: bool) -> int:
    if any(result.errors for result in results):
        return 2
    return int(not exit_zero and not all(result.verdict.ok for result in results))
