"""One spec checked against all its expectations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.check import expectations
from densecli.check.finding import Verdict, is_judgement, of_error, subject
from densecli.check.judge import judge
from densecli.cli.fitting import misfits_in, warn_of_misfits
from densecli.errors import DenseError, NoModelError, SpecErrors
from densecli.read.found import not_followed
from densecli.read.specs import PYTHON, read
from densecli.records import Record
from densecli.render.json import as_record
from densecli.summary.infer import infer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from densecli.check.compare.outline import Outline
    from densecli.check.expectations import Expectation
    from densecli.check.finding import Finding, Subject
    from densecli.cli.project import Project
    from densecli.graph.graph import Graph
    from densecli.read.reading import Reading
    from densecli.read.specs import Spec
    from densecli.summary.report import Report


class Terms(Record):
    """What all specs are checked against: expectations of the command line and of the project, a lock file."""

    reading: Reading
    batch: int | None
    demands: Sequence[Expectation]
    project: Project
    lock: str | None = None
    locked: Mapping[str, Outline] | None = None  # the models in the lock file
    update: bool = False  # collect new contents for it instead of comparing
    alone: bool = False  # the only file that was named, which must hold a model


class Skipped(Record):
    """A file that was not checked: it holds no model, or none that densecli could follow."""

    source: str
    error: DenseError | SpecErrors


class Result(Record):
    """The result for one spec; `errors` say why it could not be checked, and count as a usage error."""

    verdict: Verdict
    errors: Sequence[DenseError] = ()
    warnings: tuple[str, ...] = ()
    outline: Outline | None = None


def result_of(spec: Spec, terms: Terms) -> Result | Skipped:
    try:
        graph = read(spec, terms.reading)
        if spec.found and graph.weights_only:
            raise NoModelError(f"{spec.name} holds weights and no layers")
        warn_of_misfits(graph, spec, terms.reading.limits)
        report = infer(graph, spec.name, terms.batch)
    except (DenseError, SpecErrors) as error:
        return Skipped(spec.name, error) if _is_skipped(spec, error, terms) else _refused(spec.name, errors_of(error))
    try:
        return _held(spec, graph, report, terms)
    except (DenseError, SpecErrors) as error:  # an expectation or an assertion that makes no sense
        return _not_judged(spec.name, errors_of(error))


def _is_skipped(spec: Spec, error: DenseError | SpecErrors, terms: Terms) -> bool:
    """Among many files, those without a model are normal; what could not be followed is only wrong if all must be known."""
    if isinstance(error, NoModelError):
        return spec.found or (spec.held is not None and not terms.alone)
    if not spec.found or not spec.name.lower().partition(":")[0].endswith(PYTHON) or not not_followed(error):
        return False
    return not any(each.key == "strict" for each in (*terms.demands, *terms.project.expectations(spec.name)))


def errors_of(error: DenseError | SpecErrors) -> list[DenseError]:
    return error.errors if isinstance(error, SpecErrors) else [error]


def _refused(source: str, errors: list[DenseError]) -> Result:
    """A model that does not fit together fails the check; a file that is missing was not checked at all."""
    if not all(map(is_judgement, errors)):
        return _not_judged(source, errors)
    return Result(Verdict(source, ("valid",), tuple(of_error(error, source) for error in errors)))


def _not_judged(source: str, errors: list[DenseError]) -> Result:
    found = (of_error(error, source)._replace(check="judged") for error in errors)
    return Result(Verdict(source, (), tuple(found), judged=False), errors)


def _held(spec: Spec, graph: Graph, report: Report, terms: Terms) -> Result:
    own = expectations.read(graph.expect, "expect", graph.place)
    wanted = [*terms.project.expectations(report.source), *own, *terms.demands]
    about = subject(graph, report)
    if any(each.key == "weights_fit" for each in wanted):
        about = about._replace(misfits=misfits_in(spec, graph, terms.reading.limits))
    verdict = judge(about, wanted, as_record(report) if any(each.key == "assert" for each in wanted) else None)
    checks, findings = ("valid", *verdict.checks), verdict.findings
    if terms.locked is not None and not terms.update:
        checks, findings = (*checks, "lock"), (*findings, *_unlike(about, terms))
    return Result(Verdict(report.source, checks, findings), (), tuple(report.warnings), _outline(report, terms))


def _unlike(about: Subject, terms: Terms) -> list[Finding]:
    """The differences from the lock file."""
    from densecli.check.compare import lock  # noqa: PLC0415  # only where there is a lock file

    return lock.check(about, terms.locked or {}, lock.key(about.report.source, terms.lock or ""))


def _outline(report: Report, terms: Terms) -> Outline | None:
    """The model's entry in the lock file."""
    if not terms.update:
        return None
    from densecli.check.compare import lock  # noqa: PLC0415

    return lock.locked(report)
