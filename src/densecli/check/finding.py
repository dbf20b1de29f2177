"""Findings of a check as data: a stable code, the place, the actual and the expected value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.errors import Place, draw
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from densecli.errors import DenseError
    from densecli.graph.graph import Graph
    from densecli.summary.report import Report

CODES = {
    "C101": "an output or input does not have the expected shape",
    "C102": "a figure differs from the expected one",
    "C103": "a figure is above its limit",
    "C104": "a figure is below its limit",
    "C105": "an expected figure is unknown",
    "C111": "a layer of a forbidden type",
    "C112": "a layer that is not among the allowed types",
    "C121": "a layer is opaque (strict)",
    "C122": "a figure is not counted (strict)",
    "C123": "reading the model gave a warning (strict)",
    "C124": "the weights in the file do not fit a layer",
    "C125": "the weights in the file are missing or could not be compared",
    "C131": "an assertion is false",
    "C132": "an assertion needs a value that the model does not have",
    "D101": "a layer was added",
    "D102": "a layer was removed",
    "D103": "a layer was moved or rewired",
    "D104": "a layer was changed",
    "D105": "the inputs or outputs of the model were changed",
    "D106": "the totals of the model were changed",
    "D107": "the model is not in the lock file",
}

NO_FILES = ("-", "<argument>")  # sources that are not files: standard input, DSL words


class Spot(Record):
    """Where a finding is shown: a file as the user gave it; line and column count from 1.

    People find it at `shown`, where a part of the file, such as a notebook's cell, counts its own lines.
    """

    file: str
    line: int | None = None
    column: int | None = None
    shown: tuple[str, int, int] | None = None


class Finding(Record):
    """One problem found. `got` and `wanted` are text; `notes` are lines of explanation."""

    code: str
    message: str
    spot: Spot
    check: str  # which check it was: max_params, expect.output, assert 1, lock; it stays the same from run to run
    layer: str | None = None
    got: str | None = None
    wanted: str | None = None
    severity: str = "error"
    notes: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, ...]:
        """What identifies the finding from run to run: neither its line nor its numbers."""
        return (self.spot.file, self.code, self.check, self.layer or "")


class Unchecked(Record):
    """How many of the files found in folders hold no model, and of how many sources no model could be followed."""

    without_model: int = 0
    not_followed: int = 0


class Verdict(Record):
    """The results for one spec. `checks` names each check that was made, including those that passed.

    `judged` is False if no check could be made: the spec is missing, or its expectations make no sense.
    """

    source: str
    checks: tuple[str, ...]
    findings: tuple[Finding, ...]
    judged: bool = True

    @property
    def ok(self) -> bool:
        return not self.findings


class Subject(Record):
    """A model to be checked: its report, and the places of its layers and expectations in the source."""

    report: Report
    places: Mapping[str, Place]
    place: Place | None = None
    misfits: Sequence[DenseError] = ()  # the weights in its file that do not fit

    def spot(self, layer: str | None = None, pointer: str | None = None) -> Spot:
        """The line of a layer, or of a JSON pointer into the spec; without them the line of the model itself."""
        if layer is not None:
            return spot_of(self.report.source, self.places.get(layer.partition("/")[0]))
        if pointer is not None and self.place is not None:
            found = Place(self.place.source, pointer=pointer).resolved()
            return spot_of(self.report.source, found if found.start >= 0 else self.place)
        return spot_of(self.report.source, self.place)


def subject(graph: Graph, report: Report) -> Subject:
    places = {node.name: node.place for node in graph.nodes if node.place is not None}
    return Subject(report, places, graph.place)


def spot_of(file: str, place: Place | None) -> Spot:
    """Line and column of a place. A place in a text other than the spec keeps that text's name."""
    if place is None:
        return Spot(file)
    place = place.resolved()
    if place.start < 0:
        return Spot(place.source.name)
    plain = (place.source.name, *place.source.position(place.start))
    shown = place.source.shown(place.start)
    return Spot(*plain, None if shown == plain else shown)


def of_error(error: DenseError, source: str) -> Finding:
    """An invalid spec as a finding: in `check`, a model that does not fit together has failed."""
    lines = draw(error).split("\n")[1:]
    notes = tuple(line for line in lines if not line.startswith(" --> "))
    return Finding(error.code, error.message, spot_of(source, error.place), "valid", error.layer, notes=notes)


def is_judgement(error: DenseError) -> bool:
    """Whether an error is the spec's fault (exit 1 in `check`).

    Failing to read or write (E1xx, E6xx) is not, nor are assertions (E23x) and expectations (E24x) that make no sense.
    """
    return error.code[1] not in "16" and error.code[:3] not in ("E23", "E24")


def fingerprints(findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    """Each finding with a fingerprint that is unique among them and survives moved lines and other numbers."""
    from hashlib import sha256  # noqa: PLC0415  # only for formats that want fingerprints

    seen: dict[tuple[str, ...], int] = {}
    for finding in findings:
        number = seen.get(finding.identity, 0)
        seen[finding.identity] = number + 1
        text = "\0".join((*finding.identity, str(number)))
        yield finding, sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
