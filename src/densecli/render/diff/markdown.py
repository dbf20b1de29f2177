"""Differences in Markdown, made to be a comment on a pull request: the verdict first, long lists folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.diff.rows import rows, summary, total_rows
from densecli.render.table.code_span import code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.check.compare.diff import Diff
    from densecli.render.diff.rows import DiffRow

FOLDED, MOST_CHARACTERS = 25, 50_000  # GitHub takes comments of 65,536 characters


def render(diff: Diff) -> str:
    title = f"### Model: {code(diff.before)} → {code(diff.after)}"
    if diff.same:
        return f"{title}\n\n{summary(diff)}"
    head = "| | Before | After | Change |\n| --- | ---: | ---: | ---: |"
    totals = [f"| {row.title} | {row.before} | {row.after} | {row.delta} |" for row in total_rows(diff)]
    return "\n".join([title, "", f"**{summary(diff)}**", "", head, *totals, *_layers(diff)])


def _layers(diff: Diff) -> list[str]:
    lines = [*_cut([_line(row) for row in rows(diff)])]
    if not lines:
        return []
    table = ["| | Layer | What | Before | After | Change |", "| --- | --- | --- | --- | --- | ---: |", *lines]
    if len(lines) <= FOLDED:
        return ["", *table]
    return ["", "<details><summary>Layers</summary>", "", *table, "", "</details>"]


def _line(row: DiffRow) -> str:
    layer = code(row.layer) + (f" {code(row.type)}" if row.type else "")
    mark = f"`{row.mark}`" if row.mark else ""
    cells = (mark, layer, code(row.what), code(_short(row.before)), code(_short(row.after)), row.delta)
    return f"| {' | '.join(cells)} |"


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"


def _cut(lines: Sequence[str]) -> Iterator[str]:
    size = 0
    for number, line in enumerate(lines):
        size += len(line) + 1
        if size > MOST_CHARACTERS:
            yield f"| | {len(lines) - number:,} more rows | | | | |"
            return
        yield line
