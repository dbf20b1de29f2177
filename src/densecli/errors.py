"""Errors as data: stable codes, the place in the source, and the one function that draws a caret.

The code that raises an error says what is wrong; the code that knows the place adds where: layers raise `ConfigError` and
`ShapeError` without a place; readers and the trace add it with `at`. Offsets become line, column and caret only when an error is shown.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import islice
from typing import TYPE_CHECKING, Literal

from densecli.records import Record
from densecli.text import cell_width, safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Locate = Callable[[str, "Part"], tuple[int, int] | None]

SNIPPET_WIDTH = 160  # cells of a source line shown around a caret; lines of 100 MB exist


Part = tuple[int, int] | Literal["key"] | None  # of what a pointer names: offsets in that string, its key, or all of it


class Source:
    """A text that was read: the name to show, the text itself, and how a pointer becomes an offset pair."""

    __slots__ = ("_line_starts", "locate", "name", "text")

    def __init__(self, name: str, text: str, locate: Locate | None = None) -> None:
        self.name, self.text, self.locate = name, text, locate
        self._line_starts: list[int] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1, as an editor shows them (LF, CRLF and lone CR end lines)."""
        starts = self._starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def shown(self, offset: int) -> tuple[str, int, int]:
        """Where people find an offset: the name of the text, line and column; a part of a text may count its own lines."""
        return (self.name, *self.position(offset))

    def line(self, number: int) -> str:
        starts = self._starts()
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def start(self, number: int) -> int:
        """The offset of a line; of the end, for lines that there are not."""
        starts = self._starts()
        return starts[number - 1] if number <= len(starts) else len(self.text)

    def _starts(self) -> list[int]:
        if self._line_starts is None:
            self._line_starts = [0]
            offset = 0
            for line in self.text.replace("\r\n", "\0\n").replace("\r", "\n").split("\n")[:-1]:
                offset += len(line) + 1
                self._line_starts.append(offset)
        return self._line_starts


class Place(Record):
    """Where in a source: offsets, or a JSON pointer that is resolved when shown."""

    source: Source
    start: int = -1
    end: int = -1
    pointer: str | None = None
    part: Part = None

    def resolved(self) -> Place:
        if self.start >= 0 or self.pointer is None or self.source.locate is None:
            return self
        found = self.source.locate(self.pointer, self.part)
        return self if found is None else Place(self.source, *found, self.pointer)


class DenseError(Exception):
    """One mistake, with a stable code (E1xx reading … E6xx output), its place and what to do about it."""

    default_code = "E100"

    def __init__(  # the parts of one message
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        label: str | None = None,
        place: Place | None = None,
        layer: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.code, self.hint, self.label = message, code or self.default_code, hint, label
        self.place, self.layer = place, layer

    def at(self, place: Place | None, layer: str | None = None) -> DenseError:
        """Add the place, unless it is already known more precisely."""
        self.place = self.place or place
        self.layer = self.layer or layer
        return self


class ReadError(DenseError):
    """The input could not be read or is not text (E1xx)."""


class SpecSyntaxError(DenseError):
    """The text does not follow the grammar of its format (E2xx)."""

    default_code = "E206"


class ArgumentError(DenseError):
    """One argument of one layer is wrong (E3xx)."""

    default_code = "E303"


class GraphError(DenseError):
    """Layers are wired to something that does not exist, or in a cycle (E4xx)."""

    default_code = "E402"


class NoModelError(DenseError):
    """A file without a model, which is normal among many files."""

    default_code = "E403"


class ShapeError(DenseError):
    """Shapes do not fit (E405)."""

    default_code = "E405"


class UnknownSizeError(ShapeError):
    """A size that weights depend on is unknown."""


class LimitError(DenseError):
    """The input is larger than densecli is willing to read (E5xx)."""

    default_code = "E501"


class OutputError(DenseError):
    """The result could not be written (E6xx)."""

    default_code = "E602"


class ConfigError(Exception):
    """Every bad argument of one layer at once, by argument name; readers turn each into a placed ArgumentError."""

    def __init__(self, problems: dict[str, ArgumentError]) -> None:
        super().__init__("; ".join(f"{name}: {problem.message}" for name, problem in problems.items()))
        self.problems = problems


class SpecErrors(Exception):  # noqa: N818  # several of them
    """Every mistake that was found in one spec, in the order of their places."""

    def __init__(self, errors: Iterable[DenseError]) -> None:
        self.errors: list[DenseError] = sorted(errors, key=_offset)
        super().__init__("\n".join(error.message for error in self.errors))


def _offset(error: DenseError) -> int:
    return error.place.resolved().start if error.place is not None else -1


def draw(error: DenseError) -> str:
    """The error as people see it: message, place, the source line with a caret, help."""
    lines = [f"error[{error.code}]: {safe(error.message)}", *_where(error)]
    if error.hint:
        lines.append(f"  help: {safe(error.hint)}")
    return "\n".join(lines)


def _where(error: DenseError) -> list[str]:
    if error.place is None:
        return []
    place = error.place.resolved()
    if place.start < 0:
        pointer = f" at {safe(place.pointer)}" if place.pointer else ""
        label = [f"  = {safe(error.label)}"] if error.label else []
        return [f" --> {safe(place.source.name)}{pointer}", *label]
    name, line, column = place.source.shown(place.start)
    return [f" --> {safe(name)}:{line}:{column}", *_snippet(place, line, column, error.label)]


def _snippet(place: Place, line: int, column: int, label: str | None) -> list[str]:
    text, start = _around(place.source.line(place.source.position(place.start)[0]), column - 1)
    stop = min(max(start + place.end - place.start, start + 1), max(len(text), start + 1))
    shown = [safe(part, tab="    ") for part in (text[:start], text[start:stop], text[stop:])]
    gutter = " " * len(str(line))
    caret = " " * cell_width(shown[0]) + "^" * max(cell_width(shown[1]), 1)
    under = f"{caret} {safe(label)}" if label else caret
    return [f"  {line} | {''.join(shown)}", f"  {gutter} | {under}"]


def _around(text: str, start: int) -> tuple[str, int]:
    """The part of a long line that holds the caret, and where the caret is in it."""
    if len(text) <= SNIPPET_WIDTH:
        return text, start
    cut = max(0, min(start - SNIPPET_WIDTH // 2, len(text) - SNIPPET_WIDTH))
    head, tail = "…" if cut else "", "…" if cut + SNIPPET_WIDTH < len(text) else ""
    return head + text[cut : cut + SNIPPET_WIDTH] + tail, start - cut + len(head)


def as_record(error: DenseError, source: str) -> dict[str, object]:
    """The error as `densecli/error/1` (contract: one record in ndjson)."""
    place = error.place.resolved() if error.place is not None else None
    line, column = place.source.position(place.start) if place is not None and place.start >= 0 else (None, None)
    return {
        "schema": "densecli/error/1",
        "source": source,
        "error": {
            "code": error.code,
            "message": error.message,
            "hint": error.hint,
            "line": line,
            "column": column,
            "pointer": place.pointer if place is not None else None,
            "layer": error.layer,
        },
    }


MOST_NAMES, MOST_COMPARED = 10_000, 100  # that a hint looks at, and that it compares letter by letter


def closest(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant: the same except for case, or the closest spelling."""
    if len(name) > 80:  # nobody mistypes that much; difflib is quadratic
        return None
    pool = list(islice(names, MOST_NAMES))
    folded = name.casefold()
    same = [other for other in pool if other.casefold() == folded]
    return same[0] if same else _nearest(folded, pool)


def _alike(folded: str, pool: Sequence[str]) -> Sequence[str]:
    """Of many names, the ones that share the most letters at both ends: a typo changes one place."""
    if len(pool) <= MOST_COMPARED:
        return pool
    from heapq import nlargest  # noqa: PLC0415  # only on the way to an error

    def shared(other: str) -> int:
        other = other[:200].casefold()
        return _start(folded, other) + _start(folded[::-1], other[::-1])

    return nlargest(MOST_COMPARED, pool, key=shared)


def _start(one: str, other: str) -> int:
    """How many letters two words share at their start."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _nearest(folded: str, pool: Sequence[str]) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415  # only on the way to an error

    by_folded = {other.casefold(): other for other in reversed(_alike(folded, pool))}
    found = get_close_matches(folded, by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def did_you_mean(name: str, names: Iterable[str]) -> str | None:
    """A ready hint: did you mean `Dense`?"""
    found = closest(name, names)
    return f"did you mean `{found}`?" if found else None
