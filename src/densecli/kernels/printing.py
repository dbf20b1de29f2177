"""Arrays for people, as NumPy prints them, and for programs, as nested lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from densecli.kernels.layout import Array

NARROWEST = 20  # characters of a line of numbers


def shown(x: Array, *, digits: int, width: int, most: int) -> str:
    """`x` as NumPy prints it, with up to so many digits after the decimal point; of more than `most` numbers the middle is cut out."""
    return np.array2string(
        x, precision=digits, max_line_width=max(width, NARROWEST), threshold=most, edgeitems=3, separator=" "
    )


def listed(x: Array, digits: int | None) -> Any:
    """Nested lists: floats in their shortest exact form unless rounded; what is not finite as text."""
    if x.dtype.kind != "f":
        return x.tolist()
    wide = x.astype(str).astype(np.float64) if digits is None else np.round(x.astype(np.float64), digits)
    return named(wide.tolist())


def named(value: Any) -> Any:
    """JSON has no NaN and no infinity, so they become their names."""
    if isinstance(value, list):
        return [named(each) for each in value]
    if value != value:  # noqa: PLR0124  # NaN
        return "NaN"
    return value if abs(value) != float("inf") else ("Infinity" if value > 0 else "-Infinity")
