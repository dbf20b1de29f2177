"""The table of functions on tensors, and how their arguments are read: by position, or by one of several names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.kernels.layout import Array

Args = tuple[Any, ...]
Named = dict[str, Any]
OPERATIONS: dict[str, Callable[[Args, Named], Any]] = {}


def argument(args: Args, named: Named, place: int, *names: str, default: Any = None) -> Any:
    """An argument given by position or by one of several names."""
    found = next((named[name] for name in names if name in named), args[place] if len(args) > place else None)
    return default if found is None else found


def floats(x: Any) -> Array:
    x = np.asarray(x)
    found: Array = x if x.dtype.kind in "fc" else x.astype(np.float32)
    return found


def enter(names: str, function: Callable[[Args, Named], Any]) -> None:
    OPERATIONS.update(dict.fromkeys(names.split(), function))


def axes(named: Named, args: Args, default: Any = None) -> Any:
    """The axes of an operation: one, several or all (None)."""
    found = argument(args, named, 1, "axis", "axes", default=default)
    return tuple(found) if isinstance(found, list | tuple) else found


def numbers(value: Any) -> tuple[int, ...]:
    """A shape or list of axes from a config."""
    items = value if isinstance(value, list | tuple) else np.asarray(value).reshape(-1).tolist()
    return tuple(-1 if item is None else int(item) for item in items)
