"""The progress of a long job: one line on standard error, on a terminal only, erased at the end."""

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
    """The items one by one, showing their count along the way."""
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
