"""Inputs and weights that the recorder and the tests both draw: the same numbers for the same case, on every machine.

NumPy's RandomState is frozen by its makers, so a record stays true across NumPy versions.
"""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np

SIZES = {None: 5}  # used for unknown sizes other than the batch
BATCH = 2


def concrete(shape: Any) -> tuple[int, ...]:
    return tuple(BATCH if index == 0 and size is None else SIZES.get(size, size) for index, size in enumerate(shape))


def draw_inputs(case: Any) -> list[np.ndarray]:
    """One array for each input shape, in the order of the case, then those of its call."""
    if case.data is not None:
        return [np.asarray(data) for data in case.data]
    shapes = flat([*case.inputs, *case.call.get("tensors", {}).values()])
    dtypes = [*case.dtypes, *["float32"] * len(shapes)]
    return [_input(concrete(shape), dtypes[index], case, index) for index, shape in enumerate(shapes)]


def _input(shape: tuple[int, ...], dtype: str, case: Any, index: int) -> np.ndarray:
    random = np.random.RandomState(crc32(f"{case.id}/{index}".encode()))
    if dtype == "bool":
        return random.rand(*shape) < 0.7
    if "int" in dtype:
        return random.randint(0, case.high, shape).astype(dtype)
    return random.standard_normal(shape).astype("float32").astype(dtype)


def draw_masks(case: Any) -> list[np.ndarray | None]:
    """The mask that each input carries, in the order of draw_inputs."""
    return [None if shape is None else _mask(concrete(shape), case, index) for index, shape in enumerate(case.masks)]


def _mask(shape: tuple[int, ...], case: Any, index: int) -> np.ndarray:
    return np.random.RandomState(crc32(f"{case.id}/mask/{index}".encode())).rand(*shape) < 0.6


def draw_weight(case_id: str, index: int, name: str, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """A weight's value; what must be positive (a variance) is."""
    random = np.random.RandomState(crc32(f"{case_id}/weight/{index}".encode()))
    values = random.standard_normal(shape) * 0.5
    if "variance" in name or "count" in name:
        values = np.abs(values) + 0.5
    return values.astype(dtype)


def flat(inputs: Any) -> list[tuple[Any, ...]]:
    """The shapes in the structure of a call."""
    found = []
    for item in inputs:
        is_shape = isinstance(item, tuple) or (
            isinstance(item, list) and all(size is None or isinstance(size, int) for size in item) and item
        )
        found += [tuple(item)] if is_shape else flat(item)
    return found
