"""The look of the output: color, width, box characters. Decided once, then passed to the renderers."""

from __future__ import annotations

import os
import shutil

from densecli.cli import streams
from densecli.records import Record


class Look(Record):
    """`width` is the terminal's; None off a terminal, where lines may have any length."""

    color: bool
    width: int | None
    ascii: bool


def look(color: str = "auto", width: int | None = None, to_file: bool = False) -> Look:
    """--color, then NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, then whether it is a terminal."""
    terminal = streams.interactive() and not to_file
    if width is None and terminal:
        width = _terminal_width()
    return Look(use_color(color, terminal), width, not to_file and not streams.encodes("━┃└…"))


def use_color(color: str, terminal: bool) -> bool:
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if os.environ.get(name):
            return os.environ[name] != "0"
    return terminal and os.environ.get("TERM") != "dumb"


def _terminal_width() -> int | None:
    """Columns of the terminal; a sensible COLUMNS overrides it."""
    columns = shutil.get_terminal_size((0, 0)).columns
    return columns if columns > 0 else None
