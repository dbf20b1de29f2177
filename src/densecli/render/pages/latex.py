"""A LaTeX table (package booktabs) for papers and theses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.table.columns import without_bar
from densecli.render.table.totals import remarks, total_lines
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.table.columns import Column
    from densecli.render.table.selection import Line, Shown
    from densecli.summary.report import Report

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    '"': r"\textquotedbl{}", "`": r"\textasciigrave{}", "'": r"\textquotesingle{}", "-": "-{}", "?": "?{}", "!": "!{}",
    "[": "{[}", "]": "{]}", "×": r"$\times$", "≥": r"$\geq$", "…": r"\dots{}",
}  # fmt: skip  # -{}: no en dash out of two hyphens; {[}: no optional argument behind \\
_SIDES = {"left": "l", "right": "r", "center": "c"}


NEEDS = "% needs \\usepackage{booktabs} and, before TeX Live 2020, \\usepackage{textcomp}\n"


def render(models: Sequence[Shown]) -> str:
    """A table float for each model, with caption, booktabs rules and the totals below the second rule."""
    return NEEDS + "\n".join(_table(model, source=len(models) > 1) for model in models)


def _table(model: Shown, *, source: bool) -> str:
    report, lines, columns = model
    sides = "".join(_SIDES[column.justify] for column in columns)
    origin = f" ({escape(safe(report.source))})" if source else ""
    body = [
        "\\begin{table}",
        "  \\centering",
        f"  \\caption{{Model: {escape(safe(report.name))}{origin}}}",
        f"  \\begin{{tabular}}{{{sides}}}",
        "    \\toprule",
        _row([escape(column.header) for column in columns]),
        "    \\midrule",
        *(_row([_cell(line, column, report) for column in columns]) for line in lines),
        "    \\midrule",
        *(_wide(len(columns), f"{escape(label)}: {escape(text)}") for label, text in total_lines(report)),
        *(_wide(len(columns), escape(note)) for note in remarks(report)),
        "    \\bottomrule",
        "  \\end{tabular}",
        "\\end{table}",
    ]
    return "\n".join(body) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"    {' & '.join(cells)} \\\\"


def _wide(columns: int, text: str) -> str:
    return f"    \\multicolumn{{{columns}}}{{l}}{{{text}}} \\\\"


def _cell(line: Line, column: Column, report: Report) -> str:
    text = escape(without_bar(column).text(line.row, report).strip())
    if column.name not in ("layer", "name"):
        return text
    indent = f"\\hspace{{{line.level}em}}" if line.level else ""
    return indent + (f"{line.times} $\\times$ " if line.times > 1 else "") + text


def escape(text: str) -> str:
    """Text in which no character is a command."""
    return "".join(_SPECIAL.get(char, char) for char in text)
