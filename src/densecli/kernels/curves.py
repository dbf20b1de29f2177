"""Functions of one number on plain lists, for plots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from densecli import kernels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def curve(function: str, xs: Sequence[float], arguments: Mapping[str, Any]) -> list[float]:
    """The values of a kernel such as `relu` at some points, in double precision."""
    found: list[float] = getattr(kernels, function)(np.array(xs, "float64"), **arguments).tolist()
    return found
