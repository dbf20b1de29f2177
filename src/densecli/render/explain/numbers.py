"""The numbers of an explanation: what came from a forward pass, and how its examples are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.arithmetic import DIGITS, Leaf, number, numbers, reduced, symbols, value
from densecli.records import Record
from densecli.render.explain.lines import FORMULA, QUIET, Line
from densecli.render.run import origin
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from densecli.arithmetic import Step
    from densecli.render.pictures.figure import Sample
    from densecli.run.example import Example
    from densecli.run.record import Recorded
    from densecli.run.run import Outcome


class Numbers(Record):
    """By the path of each layer: its example, its arrays where they are shown, and the sample that its picture shows.

    `source` says where data and weights come from.
    """

    examples: Mapping[str, Example]
    arrays: Mapping[str, tuple[tuple[str, Any], ...]]
    inputs: tuple[tuple[str, Any], ...]
    source: str
    digits: int = DIGITS
    samples: Mapping[str, Sample] = {}  # never written to


def numbers_of(
    outcome: Outcome, examples: Iterable[Example], *, given: bool, values: bool, digits: int | None = None
) -> Numbers:
    """Of several calls of a layer, the first one counts."""
    by_path = {each.path: each for each in reversed(list(examples))}
    arrays = dict(_arrays(outcome.calls or ())) if values else {}
    data = "the data given" if given else f"random data (seed {outcome.seed})"
    source = f"Examples in numbers: {data}, weights {origin(outcome)}."
    inputs = tuple((f"input {name}", array) for name, array in outcome.inputs) if values else ()
    samples = dict(_inputs(outcome.inputs)) | dict(_samples(outcome.calls or ()))
    return Numbers(by_path, arrays, inputs, source, DIGITS if digits is None else digits, samples)


def _arrays(calls: Iterable[Recorded], above: str = "") -> Iterator[tuple[str, tuple[tuple[str, Any], ...]]]:
    for call in calls:
        weights = () if call.inside else tuple(call.arrays())
        if not call.call:
            yield above + call.name, (*weights, *(("output", array) for array in call.outputs))
        yield from _arrays(call.inside, f"{above}{call.name}/")


def _inputs(arrays: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Sample]]:
    """The first sample that goes into the model, where it is made of numbers."""
    from densecli.render.pictures.figure import Sample  # noqa: PLC0415  # only a forward pass has some

    for name, array in arrays:
        if array.ndim and array.dtype.kind in "biuf":
            yield name, Sample((array[0],), {}, (array[0],))


def _samples(calls: Iterable[Recorded], above: str = "") -> Iterator[tuple[str, Sample]]:
    """The first sample of each layer's first call, where it is made of numbers."""
    from densecli.render.pictures.figure import Sample  # noqa: PLC0415  # only a forward pass has some

    for call in calls:
        inputs, outputs = ([each[0] for each in _flat(arrays) if each.ndim] for arrays in (call.args, call.outputs))
        if not call.call and all(each.dtype.kind in "biuf" for each in (*inputs, *outputs)):
            yield above + call.name, Sample(tuple(inputs), dict(call.arrays()), tuple(outputs), call.notes, call.about)
        yield from _samples((*call.inside, *call.within), f"{above}{call.name}/")


def _flat(args: Any) -> Iterator[Any]:
    """The arrays among the arguments of a call."""
    for each in args:
        if isinstance(each, list | tuple):
            yield from _flat(each)
        elif hasattr(each, "ndim"):
            yield each


# -- as lines -------------------------------------------------------------------------------
def values_lines(arrays: Iterable[tuple[str, Any]], digits: int, width: int | None) -> Iterator[Line]:
    """Arrays as NumPy prints them."""
    from densecli.render.values import tensor  # noqa: PLC0415  # loads numpy, as the pass did

    for name, array in arrays:
        title, *rows = tensor(safe(name), array, digits, None if width is None else width - 8, "")
        yield Line(title)
        yield from (Line(row, style=QUIET) for row in rows)


def example_lines(found: Example, digits: int) -> Iterator[Line]:
    """Each step in symbols, in numbers, and its result."""
    if not found.steps:
        yield Line(f"example: none, because {found.why}.")
        return
    again = f"call {found.call + 1}" if found.call else ""
    yield Line(", ".join(filter(None, (f"example: output {found.at}", again, found.about))))
    last = len(found.steps) - 1
    for index, step in enumerate(found.steps):
        result = found.value if index == last else value(step.term)
        yield from (line._replace(indent=2 + line.indent) for line in step_lines(step, result, digits))


def step_lines(step: Step, result: float, digits: int) -> Iterator[Line]:
    note = f"  ({step.note})" if step.note else ""
    start, out = len(step.name) + 1, number(result, digits)
    first = f"{step.name} = {symbols(step.term)}"
    if isinstance(step.term, Leaf):
        yield Line(f"{first} = {out}{note}" if step.term.symbol else f"{step.name} = {out}{note}", 0, start + 2)
        return
    yield Line(first + note, 0, start + 2, FORMULA)
    yield from (
        Line(f"= {text}", start, 2) for text in (numbers(step.term, digits), reduced(step.term, digits), out) if text
    )


# -- JSON -----------------------------------------------------------------------------------
def example_record(found: Example, digits: int) -> dict[str, Any]:
    """The steps, or why there are none."""
    record: dict[str, Any] = {"at": found.at, "call": found.call, "value": plain(found.value)}
    record |= {"about": found.about} if found.about else {}
    if not found.steps:
        return record | {"why_not": found.why}
    return record | {"steps": [_step_record(step, digits) for step in found.steps]}


def _step_record(step: Step, digits: int) -> dict[str, Any]:
    record = {"name": step.name, "symbols": symbols(step.term), "numbers": numbers(step.term, digits)}
    return record | {"value": plain(value(step.term)), "note": step.note}


def plain(found: float) -> float | None:
    """JSON has no NaN and no infinity."""
    return found if abs(found) < float("inf") else None
