"""A text being rewritten into valid Python, and the way back: each step is a `Rewrite` of the previous one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.errors import Place, Source
from densecli.read.python.text.rewrite import rewrite
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.read.python.text.rewrite import Edit, Rewrite


class Draft(Record):
    """`source` is the text that users see; `now` is the current text, with as many lines."""

    source: Source
    now: Source
    steps: tuple[Rewrite, ...] = ()
    python2: bool = False  # whether some of it is valid only in Python 2

    def edited(self, edits: Sequence[Edit], *, python2: bool = False) -> Draft:
        if not edits:
            return self
        step = rewrite(self.now.text, edits)
        return Draft(self.source, Source(self.now.name, step.text), (*self.steps, step), self.python2 or python2)

    def place(self, start: int, end: int) -> Place:
        """The place in the source of the text at these offsets now."""
        for step in reversed(self.steps):
            start, end = step.start(start), step.end(end)
        return Place(self.source, start, max(start, end))

    def offset(self, line: int, column: int) -> int:
        """Line from 1 and column in bytes of UTF-8, as `ast` counts them, to an offset in the text as it is now."""
        start = self.now.start(line)
        if self.now.text.isascii():
            return start + column
        return start + len(self.now.line(line).encode()[:column].decode(errors="ignore"))
