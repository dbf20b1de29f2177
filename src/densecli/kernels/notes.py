"""What a kernel computes on its way, such as the gates of each step: noted for pictures while somebody asks for it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.kernels.layout import Array

    Notes = list[tuple[str, Array]]

SMALL = 1024
"""Numbers in a note; larger arrays are never drawn cell by cell."""

MOST = 2000
"""Notes of one call."""

_NOTES: ContextVar[Notes | None] = ContextVar("notes", default=None)


@contextmanager
def noting(wanted: bool = True) -> Iterator[Notes]:
    """Take notes, if they are wanted; the list grows as kernels run."""
    notes: Notes = []
    token = _NOTES.set(notes if wanted else None)
    try:
        yield notes
    finally:
        _NOTES.reset(token)


def noted() -> bool:
    """Whether anybody reads what is noted."""
    return _NOTES.get() is not None


def note(name: str, *arrays: Array) -> None:
    """Copy the first sample of an array (batch, …), or of several as one row."""
    notes = _NOTES.get()
    if (
        notes is None
        or len(notes) >= MOST
        or not all(map(len, arrays))
        or sum(array[0].size for array in arrays) > SMALL
    ):
        return
    first = [array[0] for array in arrays]
    notes.append((name, first[0].copy() if len(first) == 1 else np.concatenate([each.ravel() for each in first])))


def taken(notes: Notes) -> dict[str, list[Array]]:
    """All notes by name, in the order in which they were taken; the list is empty afterward."""
    found: dict[str, list[Array]] = {}
    for name, array in notes:
        found.setdefault(name, []).append(array)
    notes.clear()
    return found
