"""A text made from another one by a few changes, and the way back from its offsets."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable


class Edit(Record):
    """The replacement for `text[start:end]`, which goes before any line ends in it: lines keep their numbers.

    `new` has no line ends of its own.
    """

    start: int
    end: int
    new: str = ""


class Rewrite(Record):
    """The new text in pieces, kept or replaced: where each starts there, and where it starts and ends in the old text."""

    text: str
    starts: list[int]
    old_starts: list[int]
    old_ends: list[int]

    def start(self, offset: int) -> int:
        """The old start offset for a start offset in the new text."""
        return self._old(bisect_right(self.starts, offset) - 1, offset)

    def end(self, offset: int) -> int:
        """The old end offset for an end offset in the new text."""
        return self._old(max(bisect_left(self.starts, offset) - 1, 0), offset)

    def _old(self, piece: int, offset: int) -> int:
        return min(self.old_starts[piece] + offset - self.starts[piece], self.old_ends[piece])


def rewrite(text: str, edits: Iterable[Edit]) -> Rewrite:
    """Apply the edits, which are in order; one inside another is ignored."""
    pieces: list[str] = []
    made = Rewrite("", [], [], [])
    at = length = 0
    for edit in [*edits, Edit(len(text), len(text))]:
        if edit.start < at:
            continue
        for start, end, new in ((at, edit.start, text[at : edit.start]), _with_lines(edit, text)):
            made.starts.append(length)
            made.old_starts.append(start)
            made.old_ends.append(end)
            pieces.append(new)
            length += len(new)
        at = edit.end
    return made._replace(text="".join(pieces))


def _with_lines(edit: Edit, text: str) -> Edit:
    new = edit.new + "".join(re.findall(r"\r\n|[\r\n]", text[edit.start : edit.end]))
    apart = not new and text[edit.start - 1 : edit.start] == "\r" and text[edit.end : edit.end + 1] == "\n"
    return edit._replace(new=" " if apart else new)  # two line ends would be one
