"""Small calls of Keras, one file per kind; tools/record_kernels.py records their results.

`wide` makes many more and larger calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

RNG = np.random.default_rng(20260)
Array = np.ndarray[Any, Any]


def draw(*shape: int, scale: float = 1.0) -> Array:
    return (RNG.standard_normal(shape) * scale).astype(np.float32)


class Family:
    """The recorded calls of one file."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.arrays: dict[str, Array] = {}

    def add(self, op: str, inputs: dict[str, Array], options: dict[str, Any], answers: Any) -> None:
        number = len(self.calls)
        outputs = answers if isinstance(answers, (tuple, list)) else [answers]
        for name, value in inputs.items():
            self.arrays[f"{number}.{name}"] = value
        for place, value in enumerate(outputs):
            self.arrays[f"{number}.answer{place}"] = keras.ops.convert_to_numpy(value)
        self.calls.append({"op": op, "inputs": list(inputs), "options": options, "answers": len(outputs)})

    def save(self, folder: Path, name: str) -> None:
        np.savez_compressed(folder / f"{name}.npz", **self.arrays)
        lines = ",\n".join(json.dumps(call) for call in self.calls)
        (folder / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
        print(name, len(self.calls), (folder / f"{name}.npz").stat().st_size)
