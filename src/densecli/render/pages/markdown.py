"""A GitHub-flavoured Markdown table. Names from a spec stand in code spans, where nothing is markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.render.table.totals import remarks, total_lines
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.table.columns import Column
    from densecli.render.table.selection import Line, Shown
    from densecli.summary.report import Report

# Words that mean nothing to Markdown: an underscore between letters does not, a lone one could.
_PLAIN = re.compile(r"\(?[A-Za-z0-9≥?]?(?:[A-Za-z0-9 ,.()%█▏▎▍▌▋▊▉/…×]|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9]))*|-")
_RULES = {"left": ":---", "right": "---:", "center": ":---:"}


def render(models: Sequence[Shown]) -> str:
    """A section for each model: heading, table, totals as a list. Several are headed by where they come from."""
    if len(models) == 1:
        return _section(models[0])
    return "\n".join(f"## {code(safe(model.report.source))}\n\n{_section(model)}" for model in models)


def _section(model: Shown) -> str:
    report, lines, columns = model
    table = [
        _row(column.header for column in columns),
        _row(_RULES[column.justify] for column in columns),
        *(_row(_cell(line, column, report) for column in columns) for line in lines),
    ]
    totals = [f"- **{label}:** {text}" for label, text in total_lines(report)]
    below = [f"- {code(note)}" for note in remarks(report)]
    return "\n".join([f"### Model: {code(safe(report.name))}", "", *table, "", *totals, *below]) + "\n"


def _row(cells: object) -> str:
    return f"| {' | '.join(cells)} |"  # type: ignore[arg-type]


def _cell(line: Line, column: Column, report: Report) -> str:
    text = escape(column.text(line.row, report).strip())
    if column.name not in ("layer", "name"):
        return text
    return "&nbsp;" * (3 * line.level) + line.label.lstrip() + text


def escape(text: str) -> str:
    """Text for a cell: as it is where Markdown has no word in it, else a code span."""
    return text if _PLAIN.fullmatch(text) and not text.lower().startswith("www") else code(text)


def code(text: str) -> str:
    """A code span whose fence is longer than any run of backticks inside.

    Readers disagree about a backslash before a `|` in a table, so such a text is spelled in entities.
    """
    if "|" in text:
        return f"<code>{re.sub(r'[^A-Za-z0-9]', lambda found: f'&#{ord(found.group())};', text)}</code>"
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{fence}{pad}{text}{pad}{fence}"
