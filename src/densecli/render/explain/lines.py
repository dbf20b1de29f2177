"""The lines of an explanation: indented, wrapped between words only, and colored if asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.table.wrapping import lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HEAD, FORMULA, QUIET, PLAIN = "bold", "cyan", "dim", ""  # styles


class Line(Record):
    """A line, how far it and its continuation are indented, and its style."""

    text: str
    indent: int = 0
    hanging: int = 2
    style: str = PLAIN


def drawn(found: Iterable[Line], width: int | None, color: bool) -> Iterator[str]:
    for line in found:
        text = " " * line.indent + line.text
        parts = [text] if width is None else lines(text, width, line.indent + line.hanging, whole=True)
        yield from (styled(part, line.style) for part in parts) if color and line.style else parts


def styled(text: str, style: str) -> str:
    from rich.text import Text  # noqa: PLC0415  # only color pays for it

    from densecli.render.table.grid import FULL_WIDTH, draw  # noqa: PLC0415

    return draw([Text(text, style=style)], FULL_WIDTH, color=True).rstrip("\n")
