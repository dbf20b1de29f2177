"""The lines of an explanation: indented, wrapped between words only, and colored if asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.table.wrapping import lines, longest_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ASCII = str.maketrans({"×": "x", "·": "*", "²": "^2", "…": "...", "≥": ">=", "÷": "/"})  # for terminals without these
HEAD, FORMULA, QUIET, PLAIN = "bold", "cyan", "dim", ""  # styles


HANGING = (6, 2)  # of continuations where they would have no room for a word


class Line(Record):
    """A line, how far it and its continuation are indented, and its style."""

    text: str
    indent: int = 0
    hanging: int = 2
    style: str = PLAIN


def drawn(
    paragraphs: Sequence[Sequence[Line]], *, width: int | None = None, color: bool = False, ascii_only: bool = False
) -> str:
    """The paragraphs, with an empty line between them."""
    found = [
        (part, line.style)
        for paragraph in paragraphs
        for line in (*paragraph, Line(""))
        for part in broken(line, width, ascii_only=ascii_only)
    ]
    return _colored(found[:-1]) if color else "".join(f"{part}\n" for part, _ in found[:-1])


def broken(line: Line, width: int | None, *, ascii_only: bool = False) -> Sequence[str]:
    """The line in parts that are as wide, if they can be."""
    text = " " * line.indent + (line.text.translate(ASCII) if ascii_only else line.text)
    if width is None:
        return [text]
    room = width - line.indent - longest_word(text) - len(" +")
    hanging = next((each for each in (line.hanging, *HANGING) if each <= room), HANGING[-1])
    return lines(text, width, line.indent + hanging, whole=True)


def _colored(found: Iterable[tuple[str, str]]) -> str:
    from rich.text import Text  # noqa: PLC0415  # only color pays for it

    from densecli.render.table.grid import FULL_WIDTH, draw  # noqa: PLC0415

    return draw([Text("\n").join([Text(part, style=style) for part, style in found])], FULL_WIDTH, color=True)
