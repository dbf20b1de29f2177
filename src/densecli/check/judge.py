"""Checking a report against expectations."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from densecli.check import glob
from densecli.check.compare.parts import MODELS, parts
from densecli.check.expectations import SIZES, Expectation, WantedShape
from densecli.check.finding import Finding, Subject, Verdict
from densecli.quantity import size_hint
from densecli.records import Record
from densecli.shape import show
from densecli.text import binary_size, listed, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from densecli.shape import Shape
    from densecli.summary.report import Report, TensorInfo, Totals

NOUNS = {
    "params": "parameters",
    "trainable_params": "trainable parameters",
    "non_trainable_params": "non-trainable parameters",
    "macs": "MACs",
    "flops": "FLOPs",
    "layers": "layers",
    "weights": "weights",
    "activations": "activations",
}
# The totals that sizes apply to.
_TOTALS = {"weights": "weight_bytes", "activations": "activation_bytes"}
_COUNTED = ("macs", "flops", "activations")  # figures that an opaque layer makes None, not just too low


def judge(subject: Subject, expectations: Sequence[Expectation], record: Mapping[str, Any] | None = None) -> Verdict:
    """The verdict on one model. `record` is the report's JSON, for assertions.

    Expectations from all origins must hold; the same expectation twice counts once.
    """
    unique = {(each.key, each.wanted): each for each in reversed(expectations)}
    ordered = [each for each in expectations if unique.get((each.key, each.wanted)) is each]
    found = [finding for each in ordered for finding in _judge_one(subject, each, record)]
    names = [name for each in ordered for name in _names(each)]
    return Verdict(subject.report.source, tuple(dict.fromkeys(names)), tuple(found))


def _names(expectation: Expectation) -> list[str]:
    if expectation.key == "assert":
        return [f"assert {one.text}" for one in expectation.wanted]
    return [expectation.key]


def _judge_one(subject: Subject, expectation: Expectation, record: Mapping[str, Any] | None) -> Iterator[Finding]:
    if expectation.key == "assert":
        for assertion in expectation.wanted:
            yield from _assertion(subject, expectation, assertion, record)
    else:
        yield from _RULES.get(expectation.key, _figure)(subject, expectation)


# -- shapes ---------------------------------------------------------------------------
def _shapes(subject: Subject, expectation: Expectation) -> Iterator[Finding]:
    report, what = subject.report, expectation.key
    tensors = report.outputs if what == "output" else report.inputs
    wanted: tuple[WantedShape, ...] = expectation.wanted
    by_name = {tensor.name: tensor for tensor in tensors}
    unnamed = sum(each.name is None for each in wanted)
    if unnamed and unnamed != len(tensors):
        got, want = _list(tensors), show([each.shape for each in wanted])
        message = f"{what}: the model has {len(tensors)} {what}s, not {unnamed}: {got}"
        yield _finding(subject, expectation, "C101", message, (got, want))
        return
    for index, (name, shape) in enumerate(wanted):
        tensor = tensors[index] if name is None else by_name.get(name)
        if tensor is None:
            message = f"{what}: no {what} named {quote(name or '')}"
            yield _finding(subject, expectation, "C101", message, (_list(tensors), show(shape)))
        elif not matches(tensor.shape, shape):
            label = what if len(tensors) == 1 else f"{what} {quote(tensor.name)}"
            got = _shape_text(tensor.shape)
            message = f"{label}: expected {show(shape)}, got {got}{_why(report, tensor, shape)}"
            yield _finding(subject, expectation, "C101", message, (got, show(shape)), layer=tensor.name)


def matches(shape: Shape | None, wanted: Shape) -> bool:
    """Whether the sizes match the expected ones; an expected None matches anything."""
    if shape is None:
        return False
    return len(shape) == len(wanted) and all(
        want is None or got == want for got, want in zip(shape, wanted, strict=True)
    )


def _why(report: Report, tensor: TensorInfo, wanted: Shape) -> str:
    """Why a shape is not the expected one, if it is for a usual reason."""
    shape = tensor.shape
    if shape is None or len(shape) == len(wanted):
        return "" if shape is None else _why_unknown(shape, wanted)
    if wanted and wanted[0] is not None and matches(shape[1:], wanted):
        sizes = ",".join(str(size) for size in (None, *wanted))
        return f" (the batch is an axis of it: write {sizes})"
    kinds = {row.name: row.type for row in report.rows}
    if len(wanted) == 2 < len(shape) and matches((shape[0], shape[-1]), wanted) and kinds.get(tensor.name) == "Dense":
        return " (Dense works on the last axis; a Flatten before it makes one vector of each sample)"
    return ""


def _why_unknown(shape: Shape, wanted: Shape) -> str:
    known = all(got is None or want in (None, got) for got, want in zip(shape, wanted, strict=True))
    return ": a size that the input leaves open" if known else ""


def _shape_text(shape: Shape | None) -> str:
    return "an unknown shape (after an opaque layer)" if shape is None else show(shape)


def _list(tensors: Sequence[TensorInfo]) -> str:
    return listed([f"{tensor.name} {_shape_text(tensor.shape)}" for tensor in tensors]) or "none"


# -- figures --------------------------------------------------------------------------
class Figure(Record):
    """A total to be checked: `least` if it may be more, `reason` if it is unknown or may be more."""

    value: int | None
    least: bool
    reason: str


def figure_of(report: Report, name: str) -> Figure:
    totals = report.totals
    if name == "layers":
        return Figure(len(report.rows), False, "")
    value: int | None = getattr(totals, _TOTALS.get(name, name))
    if name in _COUNTED:
        return Figure(value, False, _not_counted(totals, _TOTALS.get(name, name)))
    opaque = [row.name for row in report.rows if row.opaque]
    return Figure(value, totals.lower_bound, f"{_some(opaque)} may have weights that the spec does not state")


def _not_counted(totals: Totals, figure: str) -> str:
    names = totals.not_counted.get(figure, ())
    return f"not counted for {_some(names)}" if names else "a size that the input leaves open"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(quote(name) for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3:,} more"


def _figure(subject: Subject, expectation: Expectation) -> Iterator[Finding]:
    bound, name = split_key(expectation.key)
    got, wanted = figure_of(subject.report, name), expectation.wanted
    code = None if got.value is None else _verdict(bound, got, wanted)
    if got.value is not None and code is None:
        return
    value = "unknown" if got.value is None else _amount(name, got.value)
    want = f"{_WORDS[bound]}{_amount(name, wanted)}"
    if code is None or code == "C105":
        known = "unknown" if got.value is None else f"at least {value}"
        message, code = f"{NOUNS[name]}: expected {want}, but the number is {known}: {got.reason}", "C105"
    else:
        message = f"{NOUNS[name]}: expected {want}, got {value}{_difference(name, got.value or 0, wanted)}"
    hint = None if got.value is None else size_hint(wanted, got.value, exact=not bound)
    found = _finding(subject, expectation, code, message, (value, want))
    yield found if hint is None else found._replace(notes=(f"  help: {hint}",))


_WORDS = {"": "", "max": "at most ", "min": "at least "}


def split_key(key: str) -> tuple[str, str]:
    head, _, rest = key.partition("_")
    return (head, rest) if head in ("max", "min") else ("", key)


def _verdict(bound: str, got: Figure, wanted: int) -> str | None:
    value = got.value or 0
    if bound != "min" and value > wanted:
        return "C103" if bound == "max" else "C102"
    if bound == "min" and value >= wanted:
        return None
    if got.least:
        return "C105"
    return {"": None if value == wanted else "C102", "max": None, "min": "C104"}[bound]


def _amount(name: str, value: int) -> str:
    if name not in SIZES:
        return f"{value:,}"
    return f"{value:,} bytes" + (f" ({binary_size(value)})" if value >= 1024 else "")


def _difference(name: str, got: int, wanted: int) -> str:
    share = f", {abs(got - wanted) * 100 / wanted:.1f} %" if wanted and got.bit_length() < 512 else ""
    return f" ({abs(got - wanted):,}{share} {'more' if got > wanted else 'less'})" if name != "layers" else ""


# -- types, strictness, assertions ----------------------------------------------------------
def _forbidden(subject: Subject, expectation: Expectation) -> Iterator[Finding]:
    first = cache(lambda kind: next((name for name in expectation.wanted if glob.matches(kind, name)), None))
    for part in parts(subject.report):
        pattern = first(part.type)
        if pattern is not None:
            by = "" if pattern == part.type else f" (by {quote(pattern)})"
            message = f"{part.type} {quote(part.path)}: this layer type is forbidden{by}"
            yield _finding(subject, expectation, "C111", message, (part.type, f"no {pattern}"), layer=part.path)


def _allowed(subject: Subject, expectation: Expectation) -> Iterator[Finding]:
    """Inputs and nested models themselves are always allowed."""
    allowed = (*expectation.wanted, "InputLayer", *MODELS)
    want = f"only {listed(expectation.wanted)}"
    fits = cache(lambda kind: any(glob.matches(kind, name) for name in allowed))
    for part in parts(subject.report):
        if not fits(part.type):
            message = f"{part.type} {quote(part.path)}: not among the allowed layer types"
            yield _finding(subject, expectation, "C112", message, (part.type, want), layer=part.path)


def _strict(subject: Subject, expectation: Expectation) -> Iterator[Finding]:
    for part in parts(subject.report):
        if part.opaque:
            message = f"{part.type} {quote(part.path)}: opaque: only what the spec states is known"
            yield _finding(subject, expectation, "C121", message, (part.type, "a known layer"), layer=part.path)
    totals = subject.report.totals
    for name in _COUNTED:
        if getattr(totals, _TOTALS.get(name, name)) is None:
            message = f"{NOUNS[name]}: unknown: {_not_counted(totals, _TOTALS.get(name, name))}"
            yield _finding(subject, expectation, "C122", message, ("unknown", "a number"))
    for warning in subject.report.warnings:
        yield _finding(subject, expectation, "C123", warning, (warning, "no warnings"))


def _weights_fit(subject: Subject, expectation: Expectation) -> Iterator[Finding]:
    for error in subject.misfits:
        code = "C125" if error.layer is None else "C124"
        message = f"weights: {error.message}"
        yield _finding(subject, expectation, code, message, (error.message, "weights that fit"), layer=error.layer)


def _assertion(
    subject: Subject, expectation: Expectation, assertion: Any, record: Mapping[str, Any] | None
) -> Iterator[Finding]:
    from densecli.check.assertion import evaluate  # noqa: PLC0415  # few models have assertions

    answer = evaluate.evaluate(assertion, record or {})
    if answer.true:
        return
    values = tuple(f"{text} = {value}" for text, value in answer.values)
    code = "C131" if answer.unknown is None else "C132"
    what = "assertion is false" if answer.unknown is None else f"assertion cannot be decided: {answer.unknown}"
    message = f"{what}: {assertion.text}"
    yield _finding(
        subject,
        expectation,
        code,
        message,
        ("; ".join(values) or "false", assertion.text),
        check=f"assert {assertion.text}",
    )._replace(notes=tuple(f"  {value}" for value in (*values, *_binary_help(assertion, record or {}))))


def _binary_help(assertion: Any, record: Mapping[str, Any]) -> Iterator[str]:
    """Help where an assertion fails only because Keras' tables call 1,048,576 bytes an MB."""
    if re.search(r"(?i)\d[kmgt]b\b", assertion.text):
        from densecli.check.assertion import evaluate, expression  # noqa: PLC0415  # see above

        if evaluate.evaluate(expression.parse(assertion.text, binary=True), record).true:
            yield "help: KB, MB and GB go by thousands; for those of Keras' tables, write KiB, MiB and GiB"


_RULES: dict[str, Callable[[Subject, Expectation], Iterator[Finding]]] = {
    "output": _shapes,
    "input": _shapes,
    "forbid": _forbidden,
    "only_layers": _allowed,
    "strict": _strict,
    "weights_fit": _weights_fit,
}


def _finding(  # noqa: PLR0913  # the parts of one finding
    subject: Subject,
    expectation: Expectation,
    code: str,
    message: str,
    got_wanted: tuple[str, str],
    *,
    layer: str | None = None,
    check: str | None = None,
) -> Finding:
    """A finding at the layer, if one is to blame, else at the expectation in the spec."""
    spot = subject.spot(layer if code in ("C111", "C112", "C121", "C124") else None, expectation.pointer)
    return Finding(code, message, spot, check or expectation.key, layer, *got_wanted)
