"""The look of the output: color, width, box characters. Decided once, then passed to the renderers."""

from __future__ import annotations

import shutil

from densecli.cli import streams
from densecli.cli.painting import use_color
from densecli.records import Record


class Look(Record):
    """`width` is the terminal's; None off a terminal, where lines may have any length."""

    color: bool
    width: int | None
    ascii: bool


def look(color: str = "auto", width: int | None = None, to_file: bool = False) -> Look:
    """The look of standard output, or of a file."""
    terminal = streams.interactive() and not to_file
    if width is None and terminal:
        width = _terminal_width()
    return Look(use_color(color, terminal), width, not to_file and not streams.encodes("━┃└…"))


def _terminal_width() -> int | None:
    """Columns of the terminal; a sensible COLUMNS overrides it."""
    columns = shutil.get_terminal_size((0, 0)).columns
    return columns if columns > 0 else None
