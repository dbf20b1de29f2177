"""Differences as JSON, `densecli/diff/1`: exact values, not texts; a line per layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.check.compare.outline import FIGURES
from densecli.render.languages.json import Json, document

if TYPE_CHECKING:
    from densecli.check.compare.diff import Change, Diff, Difference
    from densecli.check.compare.outline import Entry


def render(diff: Diff) -> Json:
    return document(as_record(diff), "layers")


def as_record(diff: Diff) -> dict[str, Any]:
    return {
        "schema": "densecli/diff/1",
        "before": diff.before,
        "after": diff.after,
        "same": diff.same,
        "summary": {kind: diff.count(kind) for kind in ("added", "removed", "moved", "changed")},
        "inputs_outputs": [_change(change) for change in diff.ports],
        "totals": {total.what: {"before": total.before, "after": total.after} for total in diff.totals},
        "layers": [_difference(difference) for difference in diff.differences],
    }


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
