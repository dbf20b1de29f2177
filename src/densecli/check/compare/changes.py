"""What became of the models of many files between two revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from densecli.check.compare.diff import Diff

KINDS = ("changed", "added", "removed", "unknown")


class Model(Record):
    """One model that differs, or that could not be read on one side; the totals of a side without it are None."""

    name: str  # the file's path, and which of its models
    renamed: str | None  # the name before, if it was another
    before: Mapping[str, int | None] | None
    after: Mapping[str, int | None] | None
    diff: Diff | None = None
    error: str | None = None  # why it is not known what changed

    @property
    def kind(self) -> str:
        if self.error is not None:
            return "unknown"
        if self.diff is not None:
            return "changed"
        return "added" if self.before is None else "removed"


class Changes(Record):
    """All of them, in the order of their files; `same` counts models in changed files that are as they were."""

    revision: str  # as it was given
    commit: str  # the merge base
    models: tuple[Model, ...]
    same: int

    @property
    def differ(self) -> bool:
        return any(model.kind != "unknown" for model in self.models)

    def count(self, kind: str) -> int:
        return sum(model.kind == kind for model in self.models)
