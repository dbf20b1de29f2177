"""Inputs that tools/record_runs.py and the tests both draw, from NumPy's frozen RandomState."""

from __future__ import annotations

import numpy as np

BATCH = 2


def draw_inputs(inputs: list[tuple[str, tuple[int | None, ...], str]], seed: int) -> dict[str, np.ndarray]:
    """An array for each (name, shape, dtype): integers below 9 with some zeros, booleans, or normal numbers with some steps of 0."""
    random = np.random.RandomState(10_000 + seed)
    found = {}
    for name, shape, dtype in inputs:
        sizes = tuple(BATCH if size is None else size for size in shape)
        if "int" in dtype:
            found[name] = (random.randint(0, 9, sizes) * (random.rand(*sizes) < 0.7)).astype(dtype)
            continue
        if dtype == "bool":
            found[name] = random.rand(*sizes) < 0.5
            continue
        values = random.standard_normal(sizes).astype(dtype)
        if len(sizes) == 3:
            values *= (random.rand(*sizes[:2]) < 0.7)[..., None]
        found[name] = values
    return found


def operation_inputs(inputs: list[tuple[str, tuple[int | None, ...], str]], seed: int) -> dict[str, np.ndarray]:
    """An array for each input of a function: integers below 4, or normal numbers; unknown sizes are 2, then 6."""
    random = np.random.RandomState(20_000 + seed)
    found = {}
    for name, shape, dtype in inputs:
        sizes = tuple((BATCH if axis == 0 else 6) if size is None else size for axis, size in enumerate(shape))
        values = random.randint(0, 4, sizes) if "int" in dtype else random.standard_normal(sizes)
        found[name] = values.astype(dtype)
    return found
