"""The differences between two models: layers added, removed, moved and changed, inputs and outputs, totals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from densecli.catalogue import ALIASES, CATALOGUE
from densecli.check.compare.align import align
from densecli.check.compare.arguments import plain
from densecli.check.compare.outline import FIGURES, Entry, Link, Outline, Port, outline
from densecli.check.compare.sequences import Pair, in_order
from densecli.check.compare.wiring import Wiring
from densecli.fields import REQUIRED
from densecli.records import Record
from densecli.shape import show
from densecli.summary.report import basis_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.summary.report import Report


class Change(Record):
    """One property with its two values: name, type, inbound, output, a figure; or, with `argument`, an argument of the layer."""

    what: str
    before: Any
    after: Any
    argument: bool = False


class Difference(Record):
    """One layer that is not the same: `kind` is added, removed, moved or changed; `layer` is its path."""

    kind: str
    layer: str
    type: str
    before: Entry | None
    after: Entry | None
    changes: tuple[Change, ...] = ()


class Diff(Record):
    """Everything that differs, in the order of the second model; `totals` holds all of them, equal or not."""

    before: str
    after: str
    ports: tuple[Change, ...]
    differences: tuple[Difference, ...]
    totals: tuple[Change, ...]
    basis: str = "one sample"  # the basis of the costs, in words
    run: Any = None  # a Comparison, if both were run

    @property
    def same(self) -> bool:
        return not self.ports and not self.differences and not self.changed_totals

    @property
    def changed_totals(self) -> tuple[Change, ...]:
        return tuple(total for total in self.totals if total.before != total.after)

    def count(self, kind: str) -> int:
        return sum(difference.kind == kind for difference in self.differences)


def diff(before: Report, after: Report) -> Diff:
    return compare(outline(before), outline(after), before.source, after.source)


def matched(before: Report, after: Report) -> list[tuple[str, str]]:
    """The names of the layers that stand for each other, inputs left out."""
    a, b = outline(before).entries, outline(after).entries
    return [(a[left].shown, b[right].shown) for left, right in align(a, b)]


def compare(before: Outline, after: Outline, name_before: str, name_after: str) -> Diff:
    """Compare two outlines; totals that only one of them has are left out."""
    pairs = align(before.entries, after.entries)
    wiring = Wiring(before, after, pairs)
    ports = (*_ports("input", before.inputs, after.inputs), *_outputs(before, after, wiring))
    differences = tuple(_entries((before.entries, after.entries), pairs, wiring, ""))
    totals = tuple(
        Change(figure, before.totals[figure], after.totals[figure])
        for figure in after.totals
        if figure in before.totals
    )
    batches = dict.fromkeys(basis_of(port.shape for port in side.inputs) for side in (before, after))
    return Diff(name_before, name_after, ports, differences, totals, " → ".join(batches))


# -- inputs and outputs -----------------------------------------------------------------
def _outputs(before: Outline, after: Outline, wiring: Wiring) -> Iterator[Change]:
    yield from _ports("output", before.outputs, after.outputs)
    origins = [(port.origin, other.origin) for port, other in zip(before.outputs, after.outputs, strict=False)]
    for a, b in origins:
        if a is not None and b is not None and not wiring.same(Link(a), Link(b)):
            yield Change("output from", wiring.name(0, a), wiring.name(1, b))


def _ports(what: str, before: Sequence[Port], after: Sequence[Port]) -> Iterator[Change]:
    if len(before) != len(after):
        yield Change(f"{what}s", [port_text(port) for port in before], [port_text(port) for port in after])
        return
    for index, (a, b) in enumerate(zip(before, after, strict=True)):
        label = what if len(after) == 1 else f"{what} {index + 1}"
        # An output is named after its layer, whose own row shows a new name.
        if a._replace(origin=None, name=None) != b._replace(origin=None, name=None) or (
            what == "input" and a.name != b.name
        ):
            yield Change(label, port_text(a), port_text(b))


def port_text(port: Port) -> str:
    name = f"{port.name} " if port.name is not None else ""
    return f"{name}{'unknown' if port.shape is None else show(port.shape)} {port.dtype}"


# -- layers -----------------------------------------------------------------------------
Sides = tuple["Sequence[Entry]", "Sequence[Entry]"]


def _entries(sides: Sides, pairs: Sequence[Pair], wiring: Wiring, above: str) -> Iterator[Difference]:
    before, after = sides
    partner = {b: a for a, b in pairs}
    removed = _removed(before, pairs)
    for index in range(-1, len(after)):
        if index in partner:
            yield from _pair(before[partner[index]], after[index], (partner[index], index), (wiring, above))
        elif index >= 0:
            entry = after[index]
            yield Difference("added", f"{above}{entry.shown}", entry.type, None, entry)
        for entry in removed.get(index, ()):
            yield Difference("removed", f"{above}{entry.shown}", entry.type, entry, None)


def _removed(before: Sequence[Entry], pairs: Sequence[Pair]) -> dict[int, list[Entry]]:
    """The layers that are gone, by the position in the second model that they would follow."""
    in_place = dict(in_order(pairs))
    paired = {a for a, _ in pairs}
    found: dict[int, list[Entry]] = {}
    at = -1
    for index, entry in enumerate(before):
        at = in_place.get(index, at)
        if index not in paired:
            found.setdefault(at, []).append(entry)
    return found


def _pair(a: Entry, b: Entry, pair: Pair, context: tuple[Wiring, str]) -> Iterator[Difference]:
    wiring, above = context
    changes = tuple(_changes(a, b, pair, wiring))
    kind = "moved" if pair in wiring.moved else "changed"
    if changes:
        yield Difference(kind, f"{above}{b.shown}", b.type, a, b, changes)
    if a.layers or b.layers:
        pairs = align(a.layers, b.layers)
        inner = Wiring(_inside(a), _inside(b), pairs)
        yield from _entries((a.layers, b.layers), pairs, inner, f"{above}{b.shown}/")


def _inside(entry: Entry) -> Outline:
    return Outline((), (), entry.layers, {})


def _changes(a: Entry, b: Entry, pair: Pair, wiring: Wiring) -> Iterator[Change]:
    if a.name != b.name:
        yield Change("name", a.name, b.name)
    if a.type != b.type:
        yield Change("type", a.type, b.type)
    yield from _arguments(a, b)
    for what in wiring.changes(pair):
        yield Change(what, wiring.names(0, pair[0], what), wiring.names(1, pair[1], what))
    if a.outputs != b.outputs:
        yield Change("output", a.outputs, b.outputs)
    for figure, old, new in zip(FIGURES, a.figures, b.figures, strict=True):
        if old != new and not (figure == "trainable_params" and a.figures[0] == old and b.figures[0] == new):
            yield Change(figure, old, new)


def _arguments(a: Entry, b: Entry) -> Iterator[Change]:
    for name in dict.fromkeys((*a.arguments, *b.arguments)):
        old, new = (_argument(entry, name) for entry in (a, b))
        if old != new or type(old) is not type(new):
            yield Change(name, old, new, argument=True)


def _argument(entry: Entry, name: str) -> Any:
    """The given value, else the default; null for an argument that the type does not have."""
    if name in entry.arguments:
        return entry.arguments[name]
    kind = CATALOGUE.get(ALIASES.get(entry.type, entry.type))
    default = None if kind is None else kind.defaults.get(name)
    return None if default is REQUIRED else plain(default)


# -- words ------------------------------------------------------------------------------
def value_text(change: Change, value: Any) -> str:
    """One of the two values, for people."""
    if change.argument:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if value is None:
        return "(automatic)" if change.what == "name" else "unknown"
    if isinstance(value, int):
        return f"{value:,}"
    if change.what == "output" and not isinstance(value, str):
        return ", ".join("unknown" if shape is None else show(tuple(shape)) for shape in value)
    return ", ".join(map(str, value)) or "nothing" if isinstance(value, list | tuple) else str(value)


def delta(before: Any, after: Any) -> str:
    """+48, -1,024; empty if one of them is not a number."""
    if not isinstance(before, int) or not isinstance(after, int) or isinstance(before, bool) or before == after:
        return ""
    return f"{after - before:+,}"


def change_text(change: Change) -> str:
    return f"{change.what} {value_text(change, change.before)} -> {value_text(change, change.after)}"


def entry_text(entry: Entry) -> str:
    """A layer in a line: Dense(units=16), output (None, 3, 16), 48 params."""
    given = ", ".join(
        f"{name}={value_text(Change(name, None, None, argument=True), value)}"
        for name, value in entry.arguments.items()
    )
    outputs = value_text(Change("output", None, None), entry.outputs)
    return (
        f"{entry.type}({given}), output {outputs}, {value_text(Change('params', None, None), entry.figures[0])} params"
    )
