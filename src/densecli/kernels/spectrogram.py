"""Spectrograms: the short-time Fourier transform by convolution or by FFT, mel bands, decibels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from densecli.kernels.conv import conv
from densecli.kernels.stft import window_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.kernels.layout import Array

SMALLEST = 1e-7
"""No power or magnitude is less than this (Keras' epsilon)."""

MEL_BREAK, MEL_SCALE = 700.0, 1127.0
"""The HTK mel scale: 1127 · ln(1 + f / 700)."""


def spectrogram(x: Array, kernels: Sequence[Array], stride: int, padding: str, mode: str) -> Array:
    """Convolve each channel of `x` (batch, time, channels) with Fourier bases (frame, 1, bins), real first.

    Returns (batch, channels, bins, frames): by `mode` one of the two parts, both concatenated (stft), their angle, or
    the psd, magnitude or log of their power.
    """
    batch, time, channels = x.shape
    rows = x.transpose(0, 2, 1).reshape(-1, time, 1)
    options: dict[str, Any] = {"strides": (stride,), "padding": padding, "dilation": (1,)}
    parts = [conv(rows, kernel, **options).transpose(0, 2, 1) for kernel in kernels]
    y = spectrum(mode, *parts)
    return y.reshape(batch, channels, *y.shape[1:])


def spectrum(mode: str, real: Array, imag: Array | None = None) -> Array:
    """The real and the imaginary part (…, bins, frames), or the only one, as `mode` says."""
    if imag is None:
        return real
    if mode == "angle":
        return np.arctan2(imag, real)
    if mode == "stft":
        return np.concatenate([real, imag], axis=-2)
    power = np.asarray(real * real + imag * imag)
    if mode == "psd":
        power[..., 1:-1, :] *= 2  # each also counts for a negative frequency
        return power
    magnitude: Array = np.sqrt(np.maximum(power, np.float32(SMALLEST)))
    return magnitude if mode == "magnitude" else np.asarray(np.log(magnitude))


def power_spectrum(x: Array, length: int, stride: int, fft_length: int, window: Any, exponent: float) -> Array:
    """|STFT| to a power: (…, samples) to (…, frames, bins), frames centered on every `stride`-th sample.

    Beyond its ends the signal is mirrored; a window shorter than the transform is centered in it.
    """
    reach = fft_length // 2
    padded = np.pad(x, [*[(0, 0)] * (x.ndim - 1), (reach, reach)], mode="reflect")
    frames = sliding_window_view(padded, fft_length, axis=-1)[..., ::stride, :]
    before = (fft_length - length) // 2
    weights = np.zeros(fft_length)
    weights[before : before + length] = fade(window, length)
    return np.asarray(np.abs(np.fft.rfft(frames * weights, axis=-1)) ** exponent)


def fade(window: Any, length: int) -> Array:
    """The weights of a window: periodic by its name, as given, or all 1."""
    if window is None:
        return np.ones(length)
    return window_values(window, length, periodic=True) if isinstance(window, str) else np.asarray(window, np.float64)


def mel(frequency: Any) -> Any:
    return MEL_SCALE * np.log(1.0 + frequency / MEL_BREAK)


def mel_bands(power: Array, bands: int, sampling_rate: float, limits: tuple[float, float]) -> Array:
    """Sum power (…, frames, bins) in overlapping triangles of equal width in mel: (…, bands, frames), in float32."""
    frequencies = mel(np.linspace(0.0, sampling_rate / 2.0, power.shape[-1]))[:, None]
    edges = np.linspace(mel(limits[0]), mel(limits[1]), bands + 2)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    slopes = np.minimum((frequencies - low) / (middle - low), (high - frequencies) / (high - middle))
    triangles = np.maximum(slopes, 0.0)
    triangles[0] = 0.0  # a constant is not a sound
    return np.asarray((power @ triangles).swapaxes(-1, -2), np.float32)


def decibels(power: Array, least: float, reference: float, top: float) -> Array:
    """10 · log10 of power over the reference, at most `top` below the overall maximum."""
    level = 10.0 * (np.log10(np.maximum(power, least)) - np.log10(max(abs(reference), least)))
    return np.asarray(np.maximum(level, level.max() - top), np.float32)
