"""The ways to leave a block: return, break, continue, a Python exception, or the end of reading."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from densecli.errors import DenseError, Place
    from densecli.read.python.values import Unknown


class Signal:
    """Leaving a block. An uncertain one is in a branch that may or may not run."""

    __slots__ = ("certain", "kind", "unknown", "value")

    def __init__(self, kind: str, value: Any = None, unknown: Unknown | None = None) -> None:
        self.kind, self.value, self.unknown = kind, value, unknown
        self.certain = unknown is None

    def covers(self, other: Any) -> bool:
        return isinstance(other, Signal) and other.kind == self.kind


class Raised(Exception):  # noqa: N818  # it is an exception of the source, not of ours
    """An exception that the source raises or that Python or Keras would."""

    def __init__(self, kind: str, message: str, place: Place | None, value: Any = None) -> None:
        super().__init__(message)
        self.kind, self.message, self.place, self.value = kind, message, place, value
        self.error: DenseError | None = None  # Keras' error for a layer
        self.bases: tuple[str, ...] = ()  # names of the classes of the source that it is an instance of

    def is_a(self, name: str) -> bool:
        """Whether `except NAME` catches it."""
        if name in (self.kind, *self.bases):
            return True
        kind, wanted = getattr(builtins, self.kind, None), getattr(builtins, name, None)
        if not isinstance(kind, type):
            kind = Exception
        return isinstance(wanted, type) and issubclass(kind, wanted)


class Stop(Exception):  # noqa: N818  # the end of reading, not always a mistake
    """Nothing more can be followed: because of a limit, an unknown value, or the source's own exit."""

    def __init__(self, error: DenseError | None = None) -> None:
        super().__init__(str(error))
        self.error = error
