"""What there is to say about each layer of a report, as plain data: every format shows the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import GraphError, did_you_mean
from densecli.records import Record
from densecli.render.table import totals
from densecli.render.table.columns import UNKNOWN, number
from densecli.shape import product, show
from densecli.text import plural, quote, shortened

LONGEST_LINE = 100

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.explain.numbers import Numbers
    from densecli.run.example import Example
    from densecli.shape import Shape
    from densecli.summary.report import Report, Row, WeightInfo


class Explanation(Record):
    """One layer. `layers` are those inside it; `same_as` is a layer beside it of which all this was told before."""

    name: str
    type: str
    inputs: tuple[Shape | None, ...]
    outputs: tuple[Shape | None, ...]
    parameters: str
    formula: str
    shape_rule: str
    weights: tuple[WeightInfo, ...]
    work: Work
    sentences: tuple[str, ...]
    layers: tuple[Explanation, ...]
    same_as: str | None = None
    line: tuple[int, str] | None = None  # of the Python source that makes it, or calls it in a layer
    example: Example | None = None  # in numbers
    arrays: tuple[tuple[str, Any], ...] = ()  # weights and outputs by name, if they are shown

    @property
    def shapes(self) -> str:
        """(None, 3, 2) -> (None, 3, 16)"""
        sides = [
            ", ".join("?" if shape is None else show(shape) for shape in side) for side in (self.inputs, self.outputs)
        ]
        return " -> ".join(side for side in sides if side)


class Work(Record):
    """What a layer costs, and why: FLOPs are two for each MAC, and those of each of the `parts`."""

    macs: int | None = 0
    flops: int | None = 0
    macs_rule: str = ""
    elementwise_rule: str = ""
    parts: tuple[tuple[str, int], ...] = ()


def explanations(report: Report, layers: Sequence[str] = (), numbers: Numbers | None = None) -> tuple[Explanation, ...]:
    """Each layer, equal ones told once; or only those `layers`, whole, by their paths. Raises GraphError (E402)."""
    if layers:
        found = tuple((path.rpartition("/")[0], explanation(at_path(report, path))) for path in layers)
    else:
        found = tuple(("", each) for each in told_once([explanation(row) for row in report.rows]))
    if report.origin is not None:
        rows = [at_path(report, path) for path in layers] if layers else report.rows
        found = tuple((above, with_line(each, row)) for (above, each), row in zip(found, rows, strict=True))
    return tuple(each if numbers is None else with_numbers(each, numbers, above) for above, each in found)


def with_line(found: Explanation, row: Row) -> Explanation:
    """The layer, and those inside it, with their lines of the source."""
    inner = tuple(map(with_line, found.layers, row.layers))
    if row.place is None or row.place.start < 0:
        return found._replace(layers=inner)
    number = row.place.source.position(row.place.start)[0]
    text = shortened(row.place.source.line(number).strip(), LONGEST_LINE)
    return found._replace(line=(row.place.source.shown(row.place.start)[1], text), layers=inner)


def with_numbers(found: Explanation, numbers: Numbers, above: str = "", *, told: bool = False) -> Explanation:
    """The layer, and those inside it, with their examples and arrays; an example that the layer around it tells is left out."""
    path = f"{above}/{found.name}" if above else found.name
    example = None if told else numbers.examples.get(path)
    told = told or bool(example is not None and example.steps)
    return found._replace(
        example=example,
        arrays=numbers.arrays.get(path, ()),
        layers=tuple(with_numbers(inner, numbers, path, told=told) for inner in found.layers),
    )


def at_path(report: Report, path: str) -> Row:
    """A layer by its name, or by its path (bidirectional/forward_lstm) if it is inside another."""
    rows, above = report.rows, ""
    while True:
        found = next((row for row in rows if path == above + row.name), None)
        inside = next((row for row in rows if path.startswith(f"{above}{row.name}/")), None)
        if found is not None:
            return found
        if inside is None:
            names = [above + row.name for row in rows]
            hint = did_you_mean(path, names) or f"layers: {', '.join(names[:8])}{', …' if len(names) > 8 else ''}"
            raise GraphError(f"no layer named {quote(path)}", code="E402", hint=hint)
        rows, above = inside.layers, f"{above}{inside.name}/"


def explanation(row: Row) -> Explanation:
    layer = row.layer
    return Explanation(
        row.name,
        row.type,
        row.input_shapes,
        row.output_shapes,
        _parameters(row),
        "" if layer is None else layer.formula,
        "" if layer is None else layer.shape_rule,
        tuple(weight for weight in row.weights if not row.layers or "/" not in weight.name),
        _work(row),
        tuple(_sentences(row)),
        told_once([explanation(inner) for inner in row.layers]),
    )


def told_once(found: Sequence[Explanation]) -> tuple[Explanation, ...]:
    """The layers with a reference to the first one that differs only in its name, as both sides of a Bidirectional do."""
    first: dict[str, str] = {}
    return tuple(each._replace(same_as=_before(each, first)) for each in found)


def _before(each: Explanation, first: dict[str, str]) -> str | None:
    if not each.weights and not each.layers:
        return None  # short enough
    known = first.setdefault(repr(each._replace(name="")), each.name)
    return None if known == each.name else known


def _parameters(row: Row) -> str:
    if row.weights_unknown:
        return f"{UNKNOWN} parameters"
    if row.unbuilt:
        return "not built: nothing calls it"
    return f"{'≥ ' if row.uncounted else ''}{plural(row.params, 'parameter')}"


def _work(row: Row) -> Work:
    if row.layer is None:
        return Work(row.macs, row.flops)
    return Work(row.macs, row.flops, row.layer.macs_rule, row.layer.elementwise_rule, tuple(_parts(row)))


def _parts(row: Row) -> Iterator[tuple[str, int]]:
    """The element-wise FLOPs by what they are for, where the layer names them; else their sum."""
    if row.macs is None or row.flops is None or row.flops == 2 * row.macs:
        return
    rest = row.flops - 2 * row.macs
    named = [] if row.expects is None or row.opaque else _named_parts(row)
    yield from named if sum(count for _, count in named) == rest else [("element-wise", rest)]


def _named_parts(row: Row) -> list[tuple[str, int]]:
    """What the layer names, times the number of equal calls that the row adds up."""
    call = (row.expects.output, *row.expects.args)
    macs = row.layer.macs(*call, **row.expects.kwargs)
    calls = row.macs // macs if macs and row.macs else 1
    found = row.layer.elementwise_parts(*call, **row.expects.kwargs)
    return [(what, calls * count) for what, count in found if count]


def _sentences(row: Row) -> Iterator[str]:
    """The layer's own sentences, with its numbers."""
    if row.layer is None or row.expects is None or (row.opaque and not row.layer.opaque):
        return
    yield from row.layer.explain(row.expects.output, *row.expects.args, **row.expects.kwargs)


def inside(found: Explanation) -> Iterator[Explanation]:
    """The layers inside, for people: a cell need not repeat the rules that its layer has from it."""
    for inner in found.layers:
        formula, work = "" if inner.formula == found.formula else inner.formula, inner.work
        if (work.macs_rule, work.elementwise_rule) == (found.work.macs_rule, found.work.elementwise_rule):
            work = work._replace(macs_rule="", elementwise_rule="")
        yield inner._replace(formula=formula, work=work)


# -- words that several formats share -------------------------------------------------------
def cost(work: Work, basis: str) -> tuple[str, str]:
    """The label and the text: cost for one sample, 96 multiply-accumulates; 2 × 96 + 48 (bias) = 240 FLOPs."""
    flops = f"{number(work.flops)} FLOPs"
    terms = [f"2 × {work.macs:,}"] if work.macs else []
    terms += [f"{count:,} ({what})" for what, count in work.parts]
    if work.macs or len(terms) > 1:
        flops = f"{' + '.join(terms)} = {flops}"
    macs = "" if work.macs == 0 else f"{number(work.macs)} multiply-accumulates; "
    return f"cost for {basis}", macs + flops


def cost_rules(work: Work) -> Iterator[tuple[str, str]]:
    """What is counted, in words."""
    if work.macs and work.macs_rule not in ("", "0"):
        yield "multiply-accumulates", work.macs_rule
    if any(what == "element-wise" for what, _ in work.parts) and work.elementwise_rule:
        yield "element-wise", work.elementwise_rule


def weight_rows(weights: Sequence[WeightInfo]) -> Iterator[tuple[str, str, str]]:
    """kernel, 2 × 16 = 32, input features × units."""
    for weight in weights:
        count = product(weight.shape) or 0
        factors = " × ".join(f"{dim:,}" for dim in weight.shape)
        numbers = f"{factors} = {count:,}" if len(weight.shape) > 1 else f"{count:,}"
        yield weight.name, numbers, " × ".join(weight.axes)


def weight_sum(weights: Sequence[WeightInfo]) -> str:
    """32 + 16 = 48; empty if there is nothing to add."""
    counts = [product(weight.shape) or 0 for weight in weights]
    return f"{' + '.join(f'{count:,}' for count in counts)} = {sum(counts):,}" if len(counts) > 1 else ""


def total_lines(report: Report) -> Iterator[tuple[str, str]]:
    counts = [row.params for row in report.rows if row.params and not row.shares_weights_with]
    sum_of = f"{' + '.join(f'{count:,}' for count in counts)} = " if 1 < len(counts) <= 12 else ""
    (label, params), *others = totals.total_lines(report)
    yield label, sum_of + params
    yield from others
