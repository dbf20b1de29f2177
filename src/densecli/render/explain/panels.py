"""The layers of an explanation, each with its row: what pages with pictures go through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.explain.explanation import at_path, explanations, inside
from densecli.render.pictures import draw
from densecli.render.pictures.figure import Sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from densecli.render.explain.explanation import Explanation
    from densecli.render.explain.numbers import Numbers
    from densecli.render.pictures.figure import Figure
    from densecli.summary.report import Report, Row


class Panel(Record):
    """A layer: what there is to say, its picture, and how deep inside of other layers it is.

    A layer is not `shown` if the picture of the one around it shows what it does.
    """

    found: Explanation
    row: Row
    level: int
    figure: Figure | None
    shown: bool


def panels(report: Report, layers: Sequence[str] = (), numbers: Numbers | None = None) -> Iterator[Panel]:
    """Every layer of a model, those inside after the one that they are in; or only those `layers`."""
    paths = layers or [row.name for row in report.rows]
    rows = [at_path(report, path) for path in layers] if layers else report.rows
    samples = {} if numbers is None else numbers.samples
    for path, found, row in zip(paths, explanations(report, layers, numbers), rows, strict=True):
        yield from _panels(found, row, samples, _Place(path, 0, shown=True))


class _Place(Record):
    """Where a layer is."""

    path: str
    level: int
    shown: bool


def _panels(found: Explanation, row: Row, samples: Mapping[str, Sample], place: _Place) -> Iterator[Panel]:
    """A layer that was told before is drawn again only with its own numbers."""
    path, level, shown = place
    told, sample = found.same_as is not None, samples.get(path, Sample())
    drawn = shown and (not told or bool(sample.inputs))
    yield Panel(found, row, level, draw.figure(row, sample) if drawn else None, shown)
    if told:
        return
    opened = shown and draw.opens(row)
    for inner, inner_row in zip(inside(found), row.layers, strict=True):
        yield from _panels(inner, inner_row, samples, _Place(f"{path}/{inner.name}", level + 1, opened))
