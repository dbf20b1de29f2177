"""Sweeps: the totals of a spec for every combination of values of its variables."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError, LimitError, OutputError, ReadError, SpecErrors, did_you_mean
from densecli.quantity import like_range
from densecli.records import Record
from densecli.shape import show
from densecli.summary.infer import infer
from densecli.summary.report import WORK
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from densecli.graph.graph import Graph
    from densecli.memory.footprint import Footprint
    from densecli.summary.report import Report

SCHEMA = "densecli/sweep/1"
MOST = 10_000  # combinations
LONGEST = 1_000  # characters of a value
DEFAULT = ("params", "macs", "activation_bytes")
OF_THE_SPEC = ("E309", "E403")  # an unknown variable, or several models: the same in every combination
_OPEN, _CLOSE = "([", ")]"
_NUMBER = r"-?\d{1,18}(?:\.\d{1,18})?"
_RANGE = rf"({_NUMBER})\.\.({_NUMBER})(?:([+*])({_NUMBER}))?"


class Figure(Record):
    """One column of totals. `unit` is what it counts: bytes are shown as sizes, an empty unit is a text."""

    name: str
    header: str
    unit: str
    of: Callable[[Report, Footprint | None], Any]
    memory: bool = False


class Combination(Record):
    """One row: the values of the variables as they were written, the figures in order, or what was wrong."""

    settings: dict[str, str]
    values: tuple[Any, ...] = ()
    error: DenseError | None = None
    basis: str = ""  # the batch that its work is counted for
    lower_bound: bool = False  # there may be unknown weights


class Sweep(Record):
    """All rows."""

    source: str
    variables: tuple[str, ...]
    figures: tuple[Figure, ...]
    rows: tuple[Combination, ...]

    @property
    def basis(self) -> str:
        """What its figures of work are counted for, in words; nothing where none of them is shown."""
        named = [WORK[figure.name] for figure in self.figures if figure.name in WORK]
        batches = dict.fromkeys(row.basis for row in self.rows if row.basis)
        return f"{', '.join(named)}: for {', '.join(batches)}" if named and batches else ""


def _total(name: str, header: str, unit: str) -> Figure:
    return Figure(name, header, unit, lambda report, _: getattr(report.totals, name))


def _shape(report: Report, _: Any) -> str:
    return ", ".join("?" if tensor.shape is None else show(tensor.shape) for tensor in report.outputs)


FIGURES = {
    figure.name: figure
    for figure in (
        _total("params", "Params", "params"),
        _total("trainable_params", "Trainable", "params"),
        _total("non_trainable_params", "Non-trainable", "params"),
        _total("weight_bytes", "Weights", "bytes"),
        _total("macs", "MACs", "MACs"),
        _total("flops", "FLOPs", "FLOPs"),
        _total("activation_bytes", "Activations", "bytes"),
        Figure("layers", "Layers", "layers", lambda report, _: len(report.rows)),
        Figure("output_shape", "Output Shape", "", _shape),
        Figure(
            "inference_bytes", "Forward pass", "bytes", lambda _, found: found and found.inference.total, memory=True
        ),
        Figure("training_bytes", "Training", "bytes", lambda _, found: found and found.training.peak, memory=True),
    )
}


def choose_figures(wanted: str | None) -> tuple[Figure, ...]:
    """The figures that `--columns` asks for; `+name` adds to the usual ones. Raises OutputError E605."""
    items = [item.strip() for item in (wanted or "").split(",") if item.strip()]
    names = [item.removeprefix("+").replace("-", "_").casefold() for item in items]
    if not items or items[0].startswith("+"):
        names = [*DEFAULT, *names]
    for name in names:
        if name not in FIGURES:
            hint = did_you_mean(name, FIGURES) or f"columns: {', '.join(FIGURES)}"
            raise OutputError(f"sweep has no column named {quote(name)}", code="E605", hint=hint)
    return tuple(FIGURES[name] for name in dict.fromkeys(names))


def axes(settings: Sequence[str]) -> dict[str, list[str]]:
    """--set NAME=VALUE,VALUE,… as values by name. Raises ReadError E112, LimitError E505."""
    if not settings:
        raise ReadError("a sweep needs values to try", code="E112", hint="--set width=32,64,128")
    found: dict[str, list[str]] = {}
    for setting in settings:
        name, _, text = setting.partition("=")
        if not all(values(text)) or not name.isidentifier() or name in found:
            what = "NAME=VALUE,VALUE,…" if name not in found else f"{quote(name)} once"
            raise ReadError(f"expected {what}, got {quote(setting)}", code="E112", hint="--set width=32,64,128")
        found[name] = [value for item in values(text) for value in span(item, name)]
        longest = max(map(len, found[name]))
        if longest > LONGEST:
            message = f"a value of {longest:,} characters, more than the {LONGEST:,} allowed"
            raise LimitError(message, code="E505", hint="every row repeats it")
    count = prod(map(len, found.values()))
    if count > MOST:
        raise LimitError(
            f"{count:,} combinations, more than the {MOST:,} allowed", code="E505", hint="give fewer values"
        )
    return found


def span(text: str, name: str = "n") -> list[str]:
    """A range, ends included, as values: 1..4, 10..50+10, 16..128*2; from large to small it steps down. Other text is a value itself.

    Raises ReadError E112, LimitError E505.
    """
    found = re.fullmatch(_RANGE, text)
    if found is None:
        if like_range(text):
            message = f"{quote(text)} is not a range: it needs a number at each end, and perhaps + or * and a step"
            raise ReadError(message, code="E112", hint=f"--set '{name}=1..4', 10..50+20 or 16..128*2")
        return [text]
    first, last, step = Decimal(found[1]), Decimal(found[2]), Decimal(found[4] or 1)
    times = found[3] == "*"
    if step <= times or (times and min(first, last) <= 0):  # it would never get there
        need = "a factor above 1, and ends above 0" if times else "a step above 0"
        raise ReadError(f"the range {quote(text)} needs {need}", code="E112", hint=f"--set '{name}=16..128*2'")
    if found[3] is None and (last - first) % 1:
        message = f"the range {quote(text)} needs a step: those of 1 do not lead from end to end"
        raise ReadError(message, code="E112", hint=f"--set {name}={text}+{_usual_step(first, last)}")
    steps = [first]
    while len(steps) <= MOST:
        after = _after(steps[-1], step, times, down=first > last)
        if not min(first, last) <= after <= max(first, last):
            return [f"{each:f}" for each in steps]
        if times and after * step != steps[-1] and first > last:
            message = f"{steps[-1]} in {quote(text)} cannot be divided by {step}"
            raise ReadError(message, code="E112", hint="start at a power of it")
        steps.append(after)
    raise LimitError(f"more than {MOST:,} values in {quote(text)}", code="E505", hint="give a larger step")


def _usual_step(first: Decimal, last: Decimal) -> Decimal:
    """0.1 between 0.1 and 0.5, or between 0.125 and 0.5."""
    places = [-int(each.as_tuple().exponent) for each in (first, last) if each % 1]
    return Decimal(1).scaleb(-min(places))


def _after(value: Decimal, step: Decimal, times: bool, *, down: bool) -> Decimal:
    if times:
        return value / step if down else value * step
    return value - step if down else value + step


def values(text: str) -> Iterator[str]:
    """The values between commas; a tuple, a list or a string in quotes is one value."""
    depth, start, inside = 0, 0, ""
    for index, char in enumerate(text):
        if inside:
            inside = "" if char == inside else inside
        elif char in "'\"":
            inside = char
        elif char in _OPEN or char in _CLOSE:
            depth += 1 if char in _OPEN else -1
        elif char == "," and depth == 0:
            yield text[start:index].strip()
            start = index + 1
    yield text[start:].strip()


def sweep(  # what to read, to set and to measure, and who watches
    read: Callable[[Mapping[str, str]], Graph],
    wanted: Mapping[str, Sequence[str]],
    figures: tuple[Figure, ...],
    source: str = "<argument>",
    batch: int | None = None,
    watched: Callable[[Sequence[tuple[str, ...]]], Iterable[tuple[str, ...]]] = iter,
) -> Sweep:
    """A row for each combination, the last variable changing fastest; what goes wrong in one stays in its row.

    The combinations go through `watched`, which may show how far they are.
    """

    def row(settings: dict[str, str]) -> Combination:
        try:
            graph = read(settings)
            report = infer(graph, source, batch)
            found = measure(graph, report, figures, batch)
            return Combination(settings, found, None, report.basis, report.totals.lower_bound)
        except (ReadError, LimitError):  # of the file, not of the combination
            raise
        except DenseError as error:
            if error.code in OF_THE_SPEC:
                raise
            return Combination(settings, error=error)
        except SpecErrors as several:
            return Combination(settings, error=several.errors[0])

    rows = (row(dict(zip(wanted, choice, strict=True))) for choice in watched([*product(*wanted.values())]))
    return Sweep(source, tuple(wanted), figures, tuple(rows))


def idle(found: Sweep) -> list[str]:
    """The variables with several values that change none of the figures, wherever the others are equal."""
    rows = [row for row in found.rows if row.error is None]
    varied = [name for name in found.variables if len({row.settings[name] for row in rows}) > 1]
    return [name for name in varied if _changes_nothing(name, rows)]


def _changes_nothing(name: str, rows: Sequence[Combination]) -> bool:
    """Whether the values of the other variables tell all figures."""
    others = [tuple([value for other, value in row.settings.items() if other != name]) for row in rows]
    return len(set(others)) == len({(each, row.values) for each, row in zip(others, rows, strict=True)})


def measure(graph: Graph, report: Report, figures: Sequence[Figure], batch: int | None) -> tuple[Any, ...]:
    """The figures of one model; its memory is computed where one of them asks for it."""
    found = None
    if any(figure.memory for figure in figures):
        from densecli.memory.footprint import Wish, footprint  # noqa: PLC0415

        found = footprint(graph, report.source, Wish(batch or 1))
    return tuple(figure.of(report, found) for figure in figures)
