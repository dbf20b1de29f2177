"""Differences as JSON, `densecli/diff/1`: exact values, not texts; a line per layer."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from densecli.check.compare.outline import FIGURES
from densecli.render.languages.json import Json, document

if TYPE_CHECKING:
    from densecli.check.compare.diff import Change, Diff, Difference
    from densecli.check.compare.outline import Entry
    from densecli.run.compare import Comparison, Gap


def render(diff: Diff) -> Json:
    return document(as_record(diff), "layers")


def as_record(diff: Diff) -> dict[str, Any]:
    record = {
        "schema": "densecli/diff/1",
        "before": diff.before,
        "after": diff.after,
        "same": diff.same,
        "summary": {kind: diff.count(kind) for kind in ("added", "removed", "moved", "changed")},
        "inputs_outputs": [_change(change) for change in diff.ports],
        "totals": {total.what: {"before": total.before, "after": total.after} for total in diff.totals},
        "layers": [_difference(difference) for difference in diff.differences],
    }
    return record if diff.run is None else record | {"run": _run(diff.run)}


def _run(run: Comparison) -> dict[str, Any]:
    return {
        "equal": run.equal,
        "seed": run.seed,
        "data": run.data,
        "weights": run.weights,
        "tolerance": run.tolerance,
        "outputs": [_gap(gap) for gap in run.outputs],
        "compared": run.layers,
        "first_different": None if run.first is None else _gap(run.first),
    }


def _gap(gap: Gap) -> dict[str, Any]:
    """Numbers that JSON does not have are null."""
    values = [None if value is None or not isfinite(value) else value for value in (gap.largest, *gap.values)]
    where = {"largest": values[0], "at": gap.at, "values": values[1:]} if gap.largest is not None else {}
    return {"before": gap.before, "after": gap.after, "equal": gap.equal, "shapes": gap.shapes} | where


def _difference(difference: Difference) -> dict[str, Any]:
    record: dict[str, Any] = {"kind": difference.kind, "layer": difference.layer, "type": difference.type}
    if difference.changes:
        return record | {"changes": [_change(change) for change in difference.changes]}
    entry = difference.after or difference.before
    return record | (_entry(entry) if entry is not None else {})


def _change(change: Change) -> dict[str, Any]:
    kind = {"argument": change.what} if change.argument else {"what": change.what}
    return kind | {"before": change.before, "after": change.after}


def _entry(entry: Entry) -> dict[str, Any]:
    figures = dict(zip(FIGURES, entry.figures, strict=True))
    return {"arguments": dict(entry.arguments), "output_shapes": entry.outputs} | figures
