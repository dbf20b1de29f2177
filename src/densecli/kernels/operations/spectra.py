"""Fourier transforms of keras.ops: complex numbers are two arrays, the real and the imaginary part.

ISTFT is left out: Keras 3.15.1's numbers at the ends of a sequence, and its shape with `length`, are not what it says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from densecli.kernels.operations.table import Args, Named, enter, floats
from densecli.kernels.stft import window_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.kernels.layout import Array


def parts(values: Array, dtype: np.dtype[Any]) -> list[Array]:
    return [values.real.astype(dtype, copy=False), values.imag.astype(dtype, copy=False)]


def whole(args: Args) -> tuple[Array, np.dtype[Any]]:
    """Both parts as complex numbers, and the dtype of a part."""
    real, imaginary = (floats(part) for part in args[0])
    return real + 1j * imaginary, real.dtype


def transform(function: Callable[[Array], Array]) -> Callable[[Args, Named], list[Array]]:
    def operation(args: Args, _: Named) -> list[Array]:
        values, dtype = whole(args)
        return parts(function(values), dtype)

    return operation


def half_spectrum(args: Args, named: Named) -> list[Array]:
    x = floats(args[0])
    return parts(np.fft.rfft(x, named.get("fft_length")), x.dtype)


def from_half_spectrum(args: Args, named: Named) -> Array:
    values, dtype = whole(args)
    return np.fft.irfft(values, named.get("fft_length")).astype(dtype, copy=False)


def sequences(args: Args, named: Named) -> Array:
    every = np.lib.stride_tricks.sliding_window_view(np.asarray(args[0]), int(named["sequence_length"]), axis=-1)
    return every[..., :: int(named["sequence_stride"]), :]


def window_of(named: Named, dtype: np.dtype[Any]) -> Array:
    """The window, zero-padded on both sides to the transform's length; ones for no window."""
    name, length, transform_length = named.get("window", "hann"), named["sequence_length"], named["fft_length"]
    if isinstance(name, list):
        raise KeyError("window")
    before = (transform_length - length) // 2
    values = np.ones(length) if name is None else window_values(name, length, periodic=True)
    return np.pad(values, (before, transform_length - length - before)).astype(dtype)


def short_time_spectrum(args: Args, named: Named) -> list[Array]:
    """Spectra of windows; with `center` the sequence is reflected at both ends."""
    x, length = floats(args[0]), named["fft_length"]
    if named.get("center", True):
        x = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(length // 2, length // 2)], mode="reflect")
    frames = sequences((x,), {"sequence_length": length, "sequence_stride": named["sequence_stride"]})
    return parts(np.fft.rfft(frames * window_of(named, x.dtype)), x.dtype)


enter("FFT", transform(np.fft.fft))
enter("FFT2", transform(np.fft.fft2))
enter("IFFT2", transform(np.fft.ifft2))
enter("RFFT", half_spectrum)
enter("IRFFT", from_half_spectrum)
enter("ExtractSequences", sequences)
enter("STFT", short_time_spectrum)
