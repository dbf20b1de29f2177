"""The models of keras.applications in one table: text, JSON and Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.applications.record import RECORD
from densecli.render.languages.json import Json, document, documents
from densecli.shape import show

if TYPE_CHECKING:
    from densecli.applications.record import Recorded

SCHEMA = "densecli/applications/1"
HEADS = ("model", "image", "parameters", "without classifier", "MACs of one image")


def text() -> str:
    """Columns that line up, and how to go on."""
    rows = [HEADS, *(_cells(name, found) for name, found in RECORD.items())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(_aligned(row, widths)).rstrip() for row in rows]
    return "\n".join([*lines, "", "`densecli MODEL` shows its layers, `densecli layers MODEL` its arguments.", ""])


def _aligned(row: tuple[str, ...], widths: list[int]) -> list[str]:
    return [
        cell.ljust(width) if index < 2 else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


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
