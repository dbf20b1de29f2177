"""How far a long job is, on a terminal only: one line on standard error that goes away again."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, TypeVar

from densecli.cli import streams

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Item = TypeVar("Item")
PATIENCE, RHYTHM = 0.4, 0.1  # seconds before the first line, and between two
CLEAR = "\r\x1b[K"


def progress(items: Sequence[Item], noun: str, *, quiet: bool = False) -> Iterator[Item]:
    """The items, one after the other, with their count on the way."""
    if quiet or len(items) < 2 or not streams.interactive("stderr") or os.environ.get("TERM") == "dumb":
        yield from items
        return
    due, written = time.monotonic() + PATIENCE, False
    try:
        for number, item in enumerate(items):
            if time.monotonic() >= due:
                streams.complain(f"{CLEAR}{number:,} of {len(items):,} {noun}", end="")
                due, written = time.monotonic() + RHYTHM, True
            yield item
    finally:
        if written:
            streams.complain(CLEAR, end="")
