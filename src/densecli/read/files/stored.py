"""An array in a file, without its numbers."""

from __future__ import annotations

from densecli.records import Record


class Stored(Record):
    """A weight in a file: its path, shape and dtype."""

    path: str
    shape: tuple[int, ...]
    dtype: str
