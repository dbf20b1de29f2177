"""The models of keras.applications in one table: text, JSON and Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.applications.record import RECORD
from densecli.render.languages.json import Json, document, documents
from densecli.render.table.wrapping import lines as broken
from densecli.shape import show

if TYPE_CHECKING:
    from densecli.applications.record import Recorded

SCHEMA = "densecli/applications/1"
HEADS = ("model", "image", "parameters", "without classifier", "MACs of one image")
SHORT = ("model", "image", "parameters", "without top", "MACs")
NOTES = (
    "without top: parameters with include_top=false, without the classifier; MACs: of one image",
    "`densecli MODEL` shows its layers, `densecli layers MODEL` its arguments.",
)


def text(width: int | None = None) -> str:
    """Columns that line up, as many as fit, and how to go on."""
    rows = [SHORT, *(_cells(name, found) for name, found in RECORD.items())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    shown = [index for index in range(len(SHORT)) if width is None or sum(widths[: index + 1]) + 2 * index <= width]
    lines = ["  ".join(_aligned(row, widths, index) for index in shown).rstrip() for row in rows]
    missing = (
        [f"columns not shown, for want of room: {', '.join(SHORT[len(shown) :])}"] if len(shown) < len(SHORT) else []
    )
    below = [part for note in (*missing, *NOTES) for part in (broken(note, width, 2) if width else [note])]
    return "\n".join([*lines, "", *below, ""])


def _aligned(row: tuple[str, ...], widths: list[int], index: int) -> str:
    return row[index].ljust(widths[index]) if index < 2 else row[index].rjust(widths[index])


def _cells(name: str, found: Recorded) -> tuple[str, ...]:
    return name, show(found.image), *(f"{count:,}" for count in (found.params, found.params_without_top, found.macs))


def example(name: str) -> str:
    """A model without arguments: ResNet50: (None, 224, 224, 3) -> (None, 1000), 25,636,712 params."""
    found = RECORD[name]
    return f"{name}: {show((None, *found.image))} -> (None, 1000), {found.params:,} params"


def markdown() -> str:
    rows = [" | ".join(_cells(name, found)) for name, found in RECORD.items()]
    return "\n".join([f"| {' | '.join(HEADS)} |", "|---|---|---:|---:|---:|", *(f"| {row} |" for row in rows)]) + "\n"


def as_json() -> Json:
    """One record per model."""
    records = [{"name": name} | found._asdict() for name, found in RECORD.items()]
    return documents([document({"schema": SCHEMA, "applications": records}, "applications")])
