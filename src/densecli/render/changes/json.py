"""The changes as JSON, `densecli/changes/1`: a record per model, with its `densecli/diff/1` if both sides are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.check.compare.changes import KINDS
from densecli.render.diff import json as one
from densecli.render.languages.json import Json, document

if TYPE_CHECKING:
    from densecli.check.compare.changes import Changes, Model


def render(changes: Changes) -> Json:
    record = {
        "schema": "densecli/changes/1",
        "revision": changes.revision,
        "base": changes.commit,
        "differ": changes.differ,
        "summary": {kind: changes.count(kind) for kind in KINDS} | {"same": changes.same},
        "models": [_model(model) for model in changes.models],
    }
    return document(record, "models")


def _model(model: Model) -> dict[str, Any]:
    return {
        "kind": model.kind,
        "model": model.name,
        "renamed_from": model.renamed,
        "before": model.before,
        "after": model.after,
        "diff": None if model.diff is None else one.as_record(model.diff),
        "error": model.error,
    }
