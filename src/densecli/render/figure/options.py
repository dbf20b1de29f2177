"""The choices that a figure leaves to its user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record

if TYPE_CHECKING:
    from densecli.summary.report import Report

LABELS = ("sizes", "types", "names", "params")


class Options(Record):
    """What a figure looks like."""

    style: str = "volumes"
    direction: str = "right"
    labels: tuple[str, ...] = ("sizes",)
    most: int = 100  # layers to draw
    wrap: int = 1200  # pixels along the figure before it goes on in another row; 0: never


def options(
    report: Report,
    style: str | None,
    direction: str | None,
    labels: tuple[str, ...] | None,
    most: int = 100,
    wrap: int = 1200,
) -> Options:
    """The choices of a user, and for None what fits the model: boxes for sequences, which have no size that a figure could show."""
    style = style or usual_style(report)
    direction = direction or ("down" if style == "boxes" else "right")
    return Options(style, direction, ("sizes",) if labels is None else labels, most, wrap)


def usual_style(report: Report) -> str:
    """The style that a paper would choose."""
    ranks = {len(shape) for row in report.rows for shape in row.output_shapes if shape}
    return "boxes" if max(ranks, default=0) == 3 else "volumes"
