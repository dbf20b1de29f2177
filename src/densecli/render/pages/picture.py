"""The terminal's table as an SVG image for a README, drawn by Rich without its web fonts."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from densecli.summary.report import Report

# Dark on both kinds of page, as terminals in READMEs are.
_THEME = TerminalTheme(
    (23, 29, 37),
    (230, 234, 240),
    [
        (35, 43, 54),
        (224, 108, 117),
        (120, 190, 130),
        (224, 188, 110),
        (110, 160, 230),
        (190, 130, 210),
        (95, 185, 195),
        (230, 234, 240),
    ],
)
_FORMAT = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: system-ui, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def render(models: Sequence[Sequence[RenderableType]], reports: Sequence[Report]) -> str:
    """The parts of all models one below the other, as wide as they need to be; several under the names of their sources."""
    several = len(models) > 1
    parts = [part for model, report in zip(models, reports, strict=True) for part in _headed(model, report, several)]
    plain = _console(10_000, record=False)
    width = max((cell_len(line.rstrip()) for line in _drawn(plain, parts).split("\n")), default=1)
    console = _console(max(width, 40), record=True)
    _drawn(console, parts)
    title = f"{len(models):,} models" if several else safe(reports[0].name)
    return console.export_svg(title=title, theme=_THEME, code_format=_FORMAT, unique_id="densecli")


def _headed(model: Sequence[RenderableType], report: Report, several: bool) -> list[RenderableType]:
    return [Text(f"{safe(report.source)}:", style="dim"), *model, Text()] if several else [*model]


def _console(width: int, *, record: bool) -> Console:
    return Console(
        file=StringIO(), width=width, record=record, force_terminal=record, color_system="256" if record else None,
        markup=False, emoji=False, highlight=False, legacy_windows=False, _environ={},
    )  # fmt: skip


def _drawn(console: Console, parts: Sequence[RenderableType]) -> str:
    for part in parts:
        console.print(part)
    file = console.file
    return file.getvalue() if isinstance(file, StringIO) else ""
