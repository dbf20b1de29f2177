"""Differences in Markdown for a comment on a pull request: the verdict first, long lists folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.diff.rows import rows, run_lines, summary, total_rows
from densecli.render.languages.markdown import Markdown
from densecli.render.pages.markdown import cell, item, row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.check.compare.diff import Diff
    from densecli.render.diff.rows import DiffRow
    from densecli.run.compare import Comparison

FOLDED, MOST_CHARACTERS = 25, 50_000  # GitHub takes comments of 65,536 characters


def render(diff: Diff) -> Markdown:
    code = Markdown.quoted
    title = Markdown.put("### Model: {} → {}\n\n", code(diff.before), code(diff.after))
    verdict = cell(summary(diff))
    ran = Markdown.put("") if diff.run is None else _ran(diff.run)
    if diff.same:
        return Markdown.put("{}{}{}", title, verdict, ran)
    head = Markdown.put("| | Before | After | Change |\n| --- | ---: | ---: | ---: |")
    totals = Markdown.joined("\n", [head, *(row(map(cell, total)) for total in total_rows(diff))])
    return Markdown.put("{}**{}**\n\n{}{}{}", title, verdict, totals, layers(diff), ran)


def _ran(run: Comparison) -> Markdown:
    return Markdown.put("\n\n{}", Markdown.joined("\n", [item(label, _short(text)) for label, text in run_lines(run)]))


def layers(diff: Diff) -> Markdown:
    lines = [*_cut([_line(row) for row in rows(diff)])]
    if not lines:
        return Markdown.put("")
    head = Markdown.put("| | Layer | What | Before | After | Change |\n| --- | --- | --- | --- | --- | ---: |")
    table = Markdown.joined("\n", [head, *lines])
    if len(lines) <= FOLDED:
        return Markdown.put("\n\n{}", table)
    return Markdown.put("\n\n<details><summary>Layers</summary>\n\n{}\n\n</details>", table)


def _line(change: DiffRow) -> Markdown:
    code = Markdown.quoted
    layer = Markdown.put("{} {}", code(change.layer), code(change.type)) if change.type else code(change.layer)
    texts = (code(change.what), code(_short(change.before)), code(_short(change.after)), cell(change.delta))
    return row((code(change.mark), layer, *texts))


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"


def _cut(lines: Sequence[Markdown]) -> Iterator[Markdown]:
    size = 0
    for number, line in enumerate(lines):
        size += len(line) + 1
        if size > MOST_CHARACTERS:
            yield Markdown.put("| | {:,} more rows | | | | |", len(lines) - number)
            return
        yield line
