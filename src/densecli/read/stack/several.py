"""A file of stacks, one a line. A line that states its own input starts a new stack; lines without one belong to the stack above."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from densecli.errors import DenseError, GraphError, Source, SpecErrors
from densecli.names import APPLICATIONS
from densecli.read.stack.reader import read_stack
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.graph.graph import Graph
    from densecli.read.reading import Reading

_PIECE = r"""(?s)#[^\r\n]*+|"(?>(?:[^"\\]|\\.)*)"|'(?>(?:[^'\\]|\\.)*)'|\\.|->|\r\n?|\n|\w++|[^\w\s]"""
_INPUTS = {"@", "Input", "InputLayer", "input_shape", "batch_shape", "batch_input_shape", "input_dim", *APPLICATIONS}
_GOES_ON, _WENT_ON = ("->", "|", "*", "@", ",", ")", "]"), ("->", "|", "*", "@", ",", "=")


class Lines(Source):
    """Some lines of a text, `above` of which come before; lines keep the numbers that they have in the whole."""

    __slots__ = ("above",)

    def __init__(self, name: str, text: str, above: int) -> None:
        super().__init__(name, text)
        self.above = above

    def position(self, offset: int) -> tuple[int, int]:
        line, column = super().position(offset)
        return line + self.above, column

    def line(self, number: int) -> str:
        return super().line(number - self.above)

    def start(self, number: int) -> int:
        return super().start(number - self.above)


class StackModel(Record):
    """The model of one of the stacks, or why there is none."""

    line: int
    graph: Graph | None
    error: DenseError | SpecErrors | None
    name: str = "a stack"
    variable: str | None = None


def stacks(source: Source) -> list[Lines]:
    """The stacks of a text, if there are several; linear in the text."""
    starts = [start for start, own in _lines(source.text) if own]
    if len(starts) < 2:
        return []
    edges = [0, *starts[1:], len(source.text)]
    return [Lines(source.name, source.text[start:end], source.position(start)[0] - 1) for start, end in pairwise(edges)]


def read_stacks(parts: list[Lines], reading: Reading) -> list[StackModel]:
    """The models of the stacks, or the one whose line is chosen. Raises GraphError E403 if there is none on that line."""
    models = [_read(part, reading) for part in parts if reading.choice in (None, "*", str(_first_line(part)))]
    if not models:
        lines = ", ".join(str(_first_line(part)) for part in parts[:8])
        message = f"no stack starts on line {quote(reading.choice or '')}"
        raise GraphError(message, code="E403", hint=f"lines with a stack: {lines}{' …' if len(parts) > 8 else ''}")
    return models


def _read(part: Lines, reading: Reading) -> StackModel:
    try:
        graph = read_stack(part, reading.input_shapes, reading.variables(), reading.limits)
    except (DenseError, SpecErrors) as error:
        return StackModel(_first_line(part), None, error)
    return StackModel(_first_line(part), graph, None)


def _first_line(part: Lines) -> int:
    """The line of the first word: comments may stand above it."""
    found = next(found for found in re.finditer(_PIECE, part.text) if found[0][0] not in "#\r\n")
    return part.position(found.start())[0]


def _lines(text: str) -> Iterator[tuple[int, bool]]:
    """The start of each line that continues no other, and whether it states an input."""
    depth, last, start, at, own = 0, "", 0, 0, False
    for found in re.finditer(_PIECE, text):
        word = found[0]
        if word[0] in "\r\n":
            at = found.end()
        if word[0] in "#\r\n":
            continue
        if at > start and last and depth == 0 and word not in _GOES_ON and last not in _WENT_ON:
            yield start, own
            start, own = at, False
        own = own or word in _INPUTS
        depth += (word in "([") - (word in ")]")
        last = word
    if last:
        yield start, own
