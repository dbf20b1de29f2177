"""The tail of the normal distribution and the inverse error function, for which NumPy has no functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from densecli.kernels.layout import Array

exact_erfc = np.vectorize(math.erfc, otypes=[np.float64])


def normal_tail(x: Array) -> Array:
    """Probability that a standard normal value exceeds `x`, for `x` of 0 or more.

    Double precision goes through the C library, element by element; others are good to 1e-7.
    """
    if x.dtype == np.float64:
        return np.asarray(0.5 * exact_erfc(x * math.sqrt(0.5)))
    return tail_by_exponential(x)


def tail_by_exponential(x: Array) -> Array:
    """Source: Abramowitz and Stegun 1964, 7.1.26, rescaled from erfc."""
    decay = np.square(x)
    decay *= -0.5
    np.exp(decay, out=decay)
    t = x * (0.3275911 * math.sqrt(0.5))
    t += 1.0
    np.reciprocal(t, out=t)
    y: Array = t * (0.5 * 1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        y += 0.5 * coefficient
        y *= t
    y *= decay
    return y


def inverse_erf(x: Array) -> Array:
    """The number whose error function is `x`: infinite at -1 and 1, NaN beyond."""
    from statistics import NormalDist  # noqa: PLC0415  # 10 ms that only this function pays

    inside = np.abs(x) < 1
    quantiles = np.vectorize(NormalDist().inv_cdf, otypes=[np.float64])
    found = quantiles(np.where(inside, (x.astype(np.float64) + 1) / 2, 0.5)) * math.sqrt(0.5)
    found = np.where(np.abs(x) == 1, np.copysign(np.inf, x), np.where(inside, found, np.nan))
    return np.asarray(found, x.dtype)
