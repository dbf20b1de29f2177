"""Errors and notes on standard error."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from densecli.cli import streams
from densecli.errors import draw
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.errors import DenseError

MAX_SHOWN = 20


def note_repeats(words: Sequence[str]) -> None:
    """Note files that are given more than once: they are read once, and a user who counts results should know."""
    from densecli.read.specs import is_file  # noqa: PLC0415  # nothing to read where nothing is read

    for word, count in Counter(words).items():
        if count > 1 and is_file(word):
            streams.complain(f"note: {quote(word)} is given {plural(count, 'time')} but read once")


def complain(errors: Sequence[DenseError]) -> None:
    """Print the first errors in full, and count the rest."""
    shown = [draw(error) for error in errors[:MAX_SHOWN]]
    if len(errors) > MAX_SHOWN:
        shown.append(f"… and {len(errors) - MAX_SHOWN:,} more errors")
    streams.complain("\n".join(shown))
