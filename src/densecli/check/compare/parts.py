"""The layers that a model's author chose, at every depth: rows, layers in wrappers, nested models; not a layer's own inner layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.layer import Layer
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.summary.report import Report, Row

MODELS = ("Sequential", "Functional", "Model")


class Part(Record):
    """A layer by its path (`encoder/dense`), its type, and whether it is opaque to densecli."""

    path: str
    type: str
    opaque: bool


def parts(report: Report) -> Iterator[Part]:
    for row in report.rows:
        yield from _of_row(row, "")


def _of_row(row: Row, above: str) -> Iterator[Part]:
    path = f"{above}{row.name}"
    yield Part(path, row.type, row.opaque)
    inner = chosen_rows(row)
    for child in inner:
        yield from _of_row(child, f"{path}/")
    if not inner:
        yield from _of_layers(row.layer, f"{path}/")


def _of_layers(layer: Layer | None, above: str) -> Iterator[Part]:
    """Without rows (behind an unknown shape there are none) a wrapper still says what it wraps."""
    for inner in inner_layers(layer):
        path = f"{above}{inner.name}"
        yield Part(path, type_of(inner), inner.opaque)
        yield from _of_layers(inner, f"{path}/")


def chosen_rows(row: Row) -> tuple[Row, ...]:
    """Rows inside a nested model or a wrapper; empty where the layer made them itself, as attention does."""
    return row.layers if row.type in MODELS or inner_layers(row.layer) else ()


def inner_layers(layer: Layer | None) -> list[Layer]:
    """The layers among a layer's arguments."""
    return [] if layer is None else [found for name in layer.config_fields for found in _in(vars(layer).get(name))]


def _in(value: Any) -> Iterator[Layer]:
    if isinstance(value, Layer):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _in(item)


def type_of(layer: Layer) -> str:
    return str(getattr(layer, "type_name", type(layer).__name__))
