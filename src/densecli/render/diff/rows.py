"""The rows of every table of differences: built once, then colored or escaped by each renderer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.check.compare.diff import delta, entry_text, value_text
from densecli.records import Record
from densecli.summary.report import WORK
from densecli.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.check.compare.diff import Change, Diff, Difference
    from densecli.run.compare import Comparison, Gap

MARKS = {"added": "+", "removed": "-", "moved": ">", "changed": "~"}
TITLES = {
    "params": "Params",
    "trainable_params": "Trainable params",
    "non_trainable_params": "Non-trainable params",
    "weight_bytes": "Weight bytes",
    "macs": "MACs",
    "flops": "FLOPs",
    "activation_bytes": "Activation bytes",
}


class DiffRow(Record):
    """One line: only a layer's first row has the mark and kind. Cells are text of the models, not yet made safe."""

    kind: str
    mark: str
    layer: str
    type: str
    what: str
    before: str
    after: str
    delta: str


def rows(diff: Diff) -> Iterator[DiffRow]:
    for change in diff.ports:
        yield _row("changed", ("~", "(model)", ""), change)
    for difference in diff.differences:
        yield from _of(difference)


def _of(difference: Difference) -> Iterator[DiffRow]:
    kind, mark = difference.kind, MARKS[difference.kind]
    head = (mark, difference.layer, difference.type)
    if difference.before is None or difference.after is None:
        before = entry_text(difference.before) if difference.before is not None else ""
        after = entry_text(difference.after) if difference.after is not None else ""
        yield DiffRow(kind, *head, kind, before, after, "")
    for index, change in enumerate(difference.changes):
        yield _row(kind, head if index == 0 else ("", "", ""), change)


def _row(kind: str, head: tuple[str, str, str], change: Change) -> DiffRow:
    before, after = value_text(change, change.before), value_text(change, change.after)
    step = "" if change.argument else delta(change.before, change.after)
    return DiffRow(kind, *head, change.what, before, after, step)


class TotalRow(Record):
    title: str
    before: str
    after: str
    delta: str


def total_rows(diff: Diff) -> Iterator[TotalRow]:
    """All totals, the equal ones too: they say what did not change."""
    for total in diff.totals:
        before, after = value_text(total, total.before), value_text(total, total.after)
        basis = f" ({diff.basis})" if total.what in WORK else ""
        yield TotalRow(f"{TITLES[total.what]}{basis}", before, after, _share(total))


def _share(total: Change) -> str:
    """+48 (+10.0 %); the share in integers, for totals beyond the range of floats."""
    step = delta(total.before, total.after)
    if not step or not total.before:
        return step
    tenths = (abs(total.after - total.before) * 2_000 + total.before) // (2 * total.before)
    return f"{step} ({step[0]}{tenths // 10:,}.{tenths % 10} %)"


def summary(diff: Diff) -> str:
    """1 layer added, 2 removed."""
    if diff.same:
        return "No differences."
    counts = [(diff.count(kind), kind) for kind in MARKS]
    listed = [f"{plural(count, 'layer')} {kind}" for count, kind in counts if count]
    if diff.ports:
        listed.append(f"{plural(len(diff.ports), 'change')} of inputs or outputs")
    return f"{', '.join(listed) or 'only totals differ'}."


def run_lines(run: Comparison) -> Iterator[tuple[str, str]]:
    """The result of running both models, as labels and texts."""
    yield "Run", f"the same data ({run.data}), weights {run.weights}"
    for output in run.outputs:
        name = output.after if output.before == output.after else f"{output.before} -> {output.after}"
        yield f"Output {name}", gap_text(output)
    if run.first is not None:
        yield (
            "First different layer",
            f"{run.first.after}, {gap_text(run.first)} (of {plural(run.layers, 'output')} compared)",
        )
    elif not run.equal:
        same = f"equal ({plural(run.layers, 'output')} compared), so the difference comes from the others"
        yield "Layers of both", same


def gap_text(gap: Gap) -> str:
    before, after = gap.shapes
    if gap.largest is None:
        return "equal" if gap.equal else f"cannot be compared: {before} -> {after}"
    if not gap.largest:
        return f"equal {after}"
    place = f"{gap.largest:.3g} at {list(gap.at)}: {gap.values[0]:.7g} -> {gap.values[1]:.7g}"
    return f"equal {after} within rounding, largest difference {place}" if gap.equal else f"differs, by up to {place}"
