"""Weights for large models that recorder and test make alike: cheap, and such that activations keep their size."""

from __future__ import annotations

from zlib import crc32

import numpy as np

NUMBERS = np.random.RandomState(0).standard_normal(65_521)  # a prime, so that rows of a kernel differ


def drawn(path: str, shape: tuple[int, ...]) -> np.ndarray:
    """The array for the weight at this path; only the names of the layer and the weight matter."""
    layer, name = path.split("/")[-2:]
    numbers = np.resize(np.roll(NUMBERS, crc32(f"{layer}/{name}".encode()) % NUMBERS.size), shape)
    if name in ("gamma", "moving_variance", "variance"):
        return (1 + 0.3 * np.tanh(numbers)).astype("float32")
    if len(shape) < 2:
        return (0.1 * numbers).astype("float32")
    inputs = np.prod(shape[:-2] if "depthwise" in path and shape[-1] == 1 else shape[:-1])
    return (numbers * np.sqrt(1.5 / inputs)).astype("float32")


def drawn_image(shape: tuple[int, ...]) -> np.ndarray:
    """A batch of one image."""
    return np.resize(128 + 60 * np.tanh(NUMBERS), (1, *shape)).astype("float32")
