"""A Python source with the shapes and parameters of its layers in the margin of the lines that make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.records import Record
from densecli.render.languages.json import Json, documents
from densecli.shape import show
from densecli.text import cell_width, plural, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.summary.report import Report, Row

SCHEMA = "densecli/annotate/1"
WIDEST = 76  # cells of a source line before its note starts
MOST = 3  # different notes at one line
DIM, PLAIN = "\x1b[36m", "\x1b[0m"


class Note(Record):
    """A layer that a line of the source makes."""

    line: int
    name: str
    type: str
    shapes: tuple[Any, ...]
    params: int

    @property
    def text(self) -> str:
        shapes = ", ".join(show(shape) if shape is not None else "?" for shape in self.shapes)
        return f"{shapes}  {self.params:,}"


class Annotated(Record):
    """The lines of a source and the notes at them; `problems` are the unknown values, by line."""

    source: str
    lines: tuple[str, ...]
    notes: tuple[Note, ...]
    problems: tuple[tuple[int, str], ...]


def notes_of(report: Report, places: dict[str, int]) -> Iterator[Note]:
    """A note for each layer whose line is known."""
    for row in report.rows:
        if row.name in places:
            yield note_of(row, places[row.name])


def note_of(row: Row, line: int) -> Note:
    return Note(line, row.name, row.type, row.output_shapes, row.params)


def by_line(found: Annotated) -> dict[int, list[str]]:
    """The different notes of each line, in the order in which they were made."""
    texts: dict[int, dict[str, None]] = {}
    for note in found.notes:
        texts.setdefault(note.line, {})[note.text] = None
    for line, problem in found.problems:
        texts.setdefault(line, {})[f"? {problem}"] = None
    return {line: shortened(list(each)) for line, each in texts.items()}


def shortened(texts: list[str]) -> list[str]:
    return (
        texts if len(texts) <= MOST else [*texts[:MOST], f"and {plural(len(texts) - MOST, 'more')}".removesuffix("s")]
    )


def render(found: Annotated, *, color: bool = False) -> str:
    """The source as text, with notes at the ends of lines as comments."""
    notes = by_line(found)
    width = min(
        WIDEST, max((cell_width(safe(found.lines[line - 1])) for line in notes if line <= len(found.lines)), default=0)
    )
    return "".join(
        f"{_line(line, notes.get(number), width, color=color)}\n" for number, line in enumerate(found.lines, 1)
    )


def _line(line: str, notes: list[str] | None, width: int, *, color: bool) -> str:
    shown = safe(line.replace("\t", "    "))
    if not notes:
        return shown
    note = safe(f"# {' | '.join(notes)}")
    gap = " " * max(2, width + 2 - cell_width(shown))
    return f"{shown}{gap}{DIM}{note}{PLAIN}" if color else f"{shown}{gap}{note}"


def render_json(found: Annotated) -> Json:
    """`densecli/annotate/1`: the layers that each line makes."""
    lines: dict[int, list[dict[str, Any]]] = {}
    for note in found.notes:
        record = {"name": note.name, "type": note.type, "output_shapes": note.shapes, "params": note.params}
        lines.setdefault(note.line, []).append(record)
    document = {
        "schema": SCHEMA,
        "source": found.source,
        "lines": [{"line": line, "layers": lines[line]} for line in sorted(lines)],
        "problems": [{"line": line, "message": message} for line, message in found.problems],
    }
    return documents([Json.quoted(document)])


def models_line(reports: Sequence[Report]) -> str:
    return f"{plural(len(reports), 'model')}: " + ", ".join(f"{each.name} {each.totals.params:,}" for each in reports)
