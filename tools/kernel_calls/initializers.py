"""Initializers: the random ones by their spread."""

from __future__ import annotations

import itertools

import keras
import numpy as np

from kernel_calls import Array, Family


def spread(values: Array) -> Array:
    """Standard deviation and size of the one value in a hundred."""
    return np.array([values.std(), np.quantile(abs(values), 0.99)])


def record_initializers(wide: bool) -> Family:
    """The spreads of the random ones are those of 40,000 draws; the others are recorded whole."""
    family = Family()
    for name, shape in itertools.product(
        [
            "glorot_normal",
            "glorot_uniform",
            "he_normal",
            "he_uniform",
            "lecun_normal",
            "lecun_uniform",
            "random_normal",
            "random_uniform",
            "truncated_normal",
        ],
        [(40000,), (400, 100), (2, 5, 40, 100)],
    ):
        values = keras.ops.convert_to_numpy(keras.initializers.get(name)(shape))
        family.add("spread", {}, {"initializer": name, "shape": shape}, [spread(values)])
    for config in (
        {"scale": 3.0, "mode": "fan_out", "distribution": "untruncated_normal"},
        {"scale": 0.5, "mode": "fan_avg", "distribution": "uniform"},
        {"scale": 0.5, "mode": "fan_in", "distribution": "uniform", "input_axes": [0], "output_axes": [1, 2]},
    ):
        values = keras.ops.convert_to_numpy(keras.initializers.VarianceScaling(**config)((20, 40, 50)))
        initializer = {"class_name": "VarianceScaling", "config": config | {"seed": None}}
        family.add("spread", {}, {"initializer": initializer, "shape": (20, 40, 50)}, [spread(values)])
    windows = "barthann bartlett blackman blackmanharris bohman boxcar cosine exponential flattop hamming hann lanczos nuttall parzen triang tukey"
    for window, side, scaling, periodic in [
        *((name, "real", "density", False) for name in windows.split()),
        ("hann", "imag", "spectrum", True),
        ("hamming", "imag", None, False),
        (None, "real", None, False),
    ]:
        config = {"side": side, "window": window, "scaling": scaling, "periodic": periodic}
        for frame in (8, 7):
            family.add(
                "stft_kernel", {}, {"shape": (frame, 1, 5), **config}, keras.initializers.STFT(**config)((frame, 1, 5))
            )
    return family
