"""Kernels of the short-time Fourier transform as a 1-D convolution, and the windows that shape its frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.kernels.layout import Array, Ints


def stft_kernel(
    shape: Ints,
    *,
    side: str = "real",
    window: str | Array | list[float] | None = "hann",
    scaling: str | None = "density",
    periodic: bool = False,
) -> Array:
    """Real or imaginary side of the Fourier basis: `shape` is (frame length, 1, frequencies).

    `scaling` divides by the L2 norm (density) or the L1 norm (spectrum) of the window. Raises ValueError for an unknown
    window.
    """
    frame, _, frequencies = shape
    angles = -2.0 * np.pi / (2 * (frequencies - 1)) * np.outer(np.arange(frame), np.arange(frequencies))
    basis: Array = np.cos(angles) if side == "real" else np.sin(angles)
    if window is not None:
        weights = window_values(window, frame, periodic) if isinstance(window, str) else np.asarray(window, np.float64)
        norms = {"density": np.sqrt(np.square(weights).sum()), "spectrum": np.abs(weights).sum(), None: 1.0}
        basis *= (weights / norms[scaling])[:, None]
    return np.asarray(basis[:, None, :])


def window_values(name: str, length: int, periodic: bool) -> Array:
    """The window `name` as scipy.signal.get_window shapes it; `periodic` drops the last sample of one that is longer."""
    if name not in WINDOWS:
        raise ValueError(f"unknown window {name!r}; known: {', '.join(sorted(WINDOWS))}")
    if length <= 1:
        return np.ones(length)
    return WINDOWS[name](length + 1)[:-1] if periodic else WINDOWS[name](length)


def cosines(*coefficients: float) -> Callable[[int], Array]:
    """A sum of cosines with alternating signs."""

    def window(length: int) -> Array:
        phase = np.linspace(-np.pi, np.pi, length)
        return np.asarray(sum(a * np.cos(order * phase) for order, a in enumerate(coefficients)))

    return window


def centred(length: int) -> Array:
    """Positions from -1 to 1."""
    return np.linspace(-1.0, 1.0, length)


def triangle(length: int) -> Array:
    """Triangle that does not reach 0 at its ends."""
    return np.asarray(1.0 - np.abs(2.0 * np.arange(length) - (length - 1)) / (length + length % 2))


def parzen(length: int) -> Array:
    place = np.abs(2.0 * np.arange(length) - (length - 1)) / length
    return np.asarray(np.where(place <= 0.5, 1.0 - 6.0 * place**2 * (1.0 - place), 2.0 * (1.0 - place) ** 3))


def bohman(length: int) -> Array:
    place = np.abs(centred(length))
    return (1.0 - place) * np.cos(np.pi * place) + np.sin(np.pi * place) / np.pi


def bartlett_hann(length: int) -> Array:
    place = centred(length) / 2.0
    return 0.62 - 0.48 * np.abs(place) + 0.38 * np.cos(2.0 * np.pi * place)


def tukey(length: int) -> Array:
    """Flat in the middle half, with cosine flanks."""
    place = np.abs(centred(length))
    return np.where(place <= 0.5, 1.0, 0.5 * (1.0 + np.cos(2.0 * np.pi * (place - 0.5))))


def exponential(length: int) -> Array:
    return np.asarray(np.exp(-np.abs(np.arange(length) - (length - 1) / 2.0)))


WINDOWS: dict[str, Callable[[int], Array]] = {
    "barthann": bartlett_hann,
    "bartlett": lambda length: 1.0 - np.abs(centred(length)),
    "blackman": cosines(0.42, 0.50, 0.08),
    "blackmanharris": cosines(0.35875, 0.48829, 0.14128, 0.01168),
    "bohman": bohman,
    "boxcar": np.ones,
    "cosine": lambda length: np.sin(np.pi / length * (np.arange(length) + 0.5)),
    "exponential": exponential,
    "flattop": cosines(0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
    "hamming": cosines(0.54, 0.46),
    "hann": cosines(0.5, 0.5),
    "lanczos": lambda length: np.sinc(centred(length)),
    "nuttall": cosines(0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "parzen": parzen,
    "triang": triangle,
    "tukey": tukey,
}
