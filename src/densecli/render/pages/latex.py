"""A LaTeX table (package booktabs) for papers and theses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.languages.latex import Latex
from densecli.render.table.columns import without_bar
from densecli.render.table.totals import remarks, total_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.table.columns import Column
    from densecli.render.table.selection import Line, Shown
    from densecli.summary.report import Report

_SIDES = {"left": "l", "right": "r", "center": "c"}


def render(models: Sequence[Shown]) -> Latex:
    """A table float for each model, with caption, booktabs rules and the totals below the second rule."""
    needs = Latex.put("% needs \\usepackage{{booktabs}} and, before TeX Live 2020, \\usepackage{{textcomp}}")
    return Latex.put("{}\n{}", needs, Latex.joined("\n", [_table(model, source=len(models) > 1) for model in models]))


def _table(model: Shown, *, source: bool) -> Latex:
    report, lines, columns, left_out = model
    rows = [
        Latex.put("\\toprule"),
        _row([Latex.quoted(column.header) for column in columns]),
        Latex.put("\\midrule"),
        *(_row([_cell(line, column, report) for column in columns]) for line in lines),
        Latex.put("\\midrule"),
        *(_wide(len(columns), f"{label}: {text}") for label, text in total_lines(report)),
        *(_wide(len(columns), note) for note in (*left_out, *remarks(report))),
        Latex.put("\\bottomrule"),
    ]
    return Latex.put(
        """\\begin{{table}}
  \\centering
  \\caption{{Model: {}}}
  \\begin{{tabular}}{{{}}}
{}
  \\end{{tabular}}
\\end{{table}}
""",
        Latex.quoted(f"{report.name} ({report.source})" if source else report.name),
        Latex.quoted("".join(_SIDES[column.justify] for column in columns)),
        Latex.joined("\n", [Latex.put("    {}", row) for row in rows]),
    )


def _row(cells: Sequence[Latex]) -> Latex:
    return Latex.put("{} \\\\", Latex.joined(" & ", cells))


def _wide(columns: int, text: str) -> Latex:
    return Latex.put("\\multicolumn{{{}}}{{l}}{{{}}} \\\\", columns, Latex.quoted(text))


def _cell(line: Line, column: Column, report: Report) -> Latex:
    text = without_bar(column).text(line.row, report)
    if column.name not in ("layer", "name"):
        return Latex.quoted(text.strip())
    indent = Latex.put("\\hspace{{{}em}}", line.level) if line.level else Latex.put("")
    times = Latex.put("{} $\\times$ ", line.times) if line.times > 1 else Latex.put("")
    return Latex.put("{}{}{}", indent, times, Latex.quoted(text))
