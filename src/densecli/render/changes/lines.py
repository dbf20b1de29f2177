"""The lines that the table and the page have in common: the verdict, and each model's totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.check.compare.changes import KINDS
from densecli.records import Record
from densecli.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.check.compare.changes import Changes, Model

MARKS = {"changed": "~", "added": "+", "removed": "-", "unknown": "?"}
FIGURES = {"params": "Params", "macs": "MACs", "weight_bytes": "Weight bytes"}
COMMIT = 12  # letters of a commit's id


class Figure(Record):
    """A total before and after, and the step between them; `after` is empty where there is one value only."""

    before: str
    after: str
    step: str

    def __str__(self) -> str:
        return f"{self.before} → {self.after}{self.step and f' ({self.step})'}" if self.after else self.before


class Line(Record):
    """A model with its figures, in the order of FIGURES; not yet made safe."""

    mark: str
    name: str
    figures: tuple[Figure, ...]


def verdict(changes: Changes) -> str:
    """2 models changed, 1 model added."""
    counts = [(changes.count(kind), kind) for kind in KINDS]
    return (
        ", ".join(f"{plural(count, 'model')} {_words(kind)}" for count, kind in counts if count) or "No model changed"
    )


def unchanged(changes: Changes) -> str:
    """The end of the sentence: models whose files changed, but not they themselves."""
    return f"; {plural(changes.same, 'model')} in changed files as before" if changes.same else ""


def _words(kind: str) -> str:
    return "could not be compared" if kind == "unknown" else kind


def lines(changes: Changes) -> Iterator[Line]:
    for model in changes.models:
        name = model.name if model.renamed is None else f"{model.renamed} → {model.name}"
        yield Line(MARKS[model.kind], name, tuple(_figure(model, figure) for figure in FIGURES))


def _figure(model: Model, figure: str) -> Figure:
    """244 → 293 (+20.1 %)."""
    sides = [side for side in (model.before, model.after) if side is not None]
    values = [side.get(figure) for side in sides]
    shown = ["unknown" if value is None else f"{value:,}" for value in values]
    if model.error is not None and len(shown) == 1:  # what the other side has could not be read
        return Figure(*(shown[0], "?") if model.before is not None else ("?", shown[0]), "")
    if len(set(shown)) < 2:  # both sides
        return Figure(shown[0] if shown else "", "", "")
    return Figure(shown[0], shown[1], _step(*values))


def _step(before: int | None, after: int | None) -> str:
    if before is None or after is None:
        return ""
    if not before:
        return f"{after - before:+,}"
    tenths = (abs(after - before) * 2_000 + before) // (2 * before)  # in integers: totals go beyond the range of floats
    return f"{'+' if after > before else '-'}{tenths // 10:,}.{tenths % 10} %" if tenths else f"{after - before:+,}"
