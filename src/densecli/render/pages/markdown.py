"""A GitHub-flavored Markdown table. Names from a spec are in code spans, where nothing is markup."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from densecli.render.languages.markdown import Markdown
from densecli.render.table.totals import remarks, total_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from densecli.render.table.columns import Column
    from densecli.render.table.selection import Line, Shown
    from densecli.summary.report import Report

_RULES = {"left": Markdown.put(":---"), "right": Markdown.put("---:"), "center": Markdown.put(":---:")}


def render(models: Sequence[Shown], ran: Sequence[str] = ()) -> Markdown:
    """A section for each model: heading, table, totals as a list, what a forward pass gave.

    Several models have their sources as headings.
    """
    sections = [_section(*each) for each in zip(models, ran or [""] * len(models), strict=True)]
    if len(models) == 1:
        return sections[0]
    headed = [
        Markdown.put("## {}\n\n{}", Markdown.quoted(model.report.source), section)
        for model, section in zip(models, sections, strict=True)
    ]
    return Markdown.joined("\n", headed)


def _section(model: Shown, ran: str) -> Markdown:
    report, lines, columns, left_out = model
    heads = [(column.header, column.justify) for column in columns]
    cells = table(heads, [[_cell(line, column, report) for column in columns] for line in lines])
    below = (item(*total) for total in total_lines(report))
    notes = (Markdown.put("- {}", Markdown.quoted(note)) for note in (*left_out, *remarks(report)))
    end = Markdown.joined("\n", [*below, *notes])
    after = Markdown.put("\n{}\n", Markdown.block(dedent(ran).splitlines())) if ran else Markdown.put("")
    return Markdown.put("### Model: {}\n\n{}\n\n{}\n{}", Markdown.quoted(report.name), cells, end, after)


def table(heads: Sequence[tuple[str, str]], rows: Iterable[Iterable[Markdown]]) -> Markdown:
    """Rows of cells under their heads, each with its alignment: left, right or center."""
    head = [cell(name) for name, _ in heads]
    return Markdown.joined("\n", map(row, (head, [_RULES[side] for _, side in heads], *rows)))


def row(cells: Iterable[Markdown]) -> Markdown:
    return Markdown.put("| {} |", Markdown.joined(" | ", cells))


def cell(text: str) -> Markdown:
    """Text for a cell, kept as is if Markdown gives it no meaning."""
    return Markdown.quoted(text, plain=True)


def item(label: str, text: str) -> Markdown:
    """A line of a list."""
    return Markdown.put("- **{}:** {}", cell(label), cell(text))


def _cell(line: Line, column: Column, report: Report) -> Markdown:
    text = cell(column.text(line.row, report).strip())
    if column.name not in ("layer", "name"):
        return text
    arm = Markdown.joined("", [Markdown.put("&nbsp;")] * 3 * line.level)
    arm = Markdown.put("{}└ ", arm) if line.level else arm
    return Markdown.put("{}{} × {}", arm, line.times, text) if line.times > 1 else Markdown.put("{}{}", arm, text)
