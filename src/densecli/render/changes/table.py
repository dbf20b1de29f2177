"""The changes for a terminal or a pipe: the totals of all models, then the layers of each one that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.changes.lines import COMMIT, FIGURES, lines, unchanged, verdict
from densecli.render.diff import table as one
from densecli.render.table.wrapping import lines as broken
from densecli.text import cell_width, safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.check.compare.changes import Changes
    from densecli.check.compare.diff import Diff


def render(changes: Changes, *, width: int | None = None, color: bool = False) -> str:
    """Without width and color, lines may have any length, and Rich is not used."""
    parts = ["\n".join(_totals(changes, width))] if changes.models else []
    parts += [
        _fitted(f"{safe(model.name)}: {safe(model.error)}", width)
        for model in changes.models
        if model.error is not None
    ]
    parts += [_one(model.diff, width, color) for model in changes.models if model.diff is not None]
    since = f"since {changes.revision} ({changes.commit[:COMMIT]})"
    return "\n\n".join([*parts, _fitted(safe(f"{verdict(changes)} {since}{unchanged(changes)}."), width)])


def _fitted(text: str, width: int | None) -> str:
    return text if width is None else "\n".join(broken(text, width, 2))


def _totals(changes: Changes, width: int | None) -> Iterator[str]:
    """A line for each model; if that does not fit, one for each figure below it."""
    listed = [(line.mark, line.name, *map(str, line.figures)) for line in lines(changes)]
    table = [*one.columns([("", "Model", *FIGURES.values()), *listed], tuple(range(2, 2 + len(FIGURES))))]
    if width is None or max(map(cell_width, table)) <= width:
        yield from table
        return
    wide = max(map(len, FIGURES.values()))
    for mark, name, *figures in listed:
        yield _fitted(f"{mark}  {safe(name)}", width)
        yield from (
            _fitted(f"   {title:<{wide}}  {figure}", width)
            for title, figure in zip(FIGURES.values(), figures, strict=True)
            if figure
        )


def _one(diff: Diff, width: int | None, color: bool) -> str:
    if width is None and not color:
        return one.render(diff)
    from densecli.render.diff import drawn  # noqa: PLC0415

    return drawn.render(diff, width=width, color=color).rstrip("\n")
