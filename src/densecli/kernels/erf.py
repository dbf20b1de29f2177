"""The error function, which NumPy lacks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .layout import Array

exact_erf = np.vectorize(math.erf, otypes=[np.float64])


def erf(x: Array) -> Array:
    """Error function of each element; double precision through the C library, others to about 2e-7."""
    if x.dtype == np.float64:
        return np.asarray(exact_erf(x)) if x.size else x.copy()
    return erf_by_exponential(x)


def erf_by_exponential(x: Array) -> Array:
    """Source: Abramowitz and Stegun 1964, 7.1.26; error below 1.5e-7."""
    t = np.abs(x)
    decay = np.square(t)
    np.negative(decay, out=decay)
    np.exp(decay, out=decay)
    t *= 0.3275911
    t += 1.0
    np.reciprocal(t, out=t)
    y = t * 1.061405429
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        y += coefficient
        y *= t
    y *= decay
    np.subtract(1.0, y, out=y)
    return np.copysign(y, x, out=y)
