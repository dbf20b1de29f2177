"""Train small models with Keras 3.15.1 and keep their files, and the sums of their summaries: tests/fixtures/trained/.

KERAS_BACKEND=torch python tools/record_optimizers.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import keras
import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "trained"
OPTIMIZERS = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD, "nadam": keras.optimizers.Nadam}
SUM = r"(\w[\w -]*) params: ([\d,]+) \(([^)]*)\)"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    sums = {}
    for name, make in OPTIMIZERS.items():
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.BatchNormalization()])
        model.compile(make(), keras.losses.MeanSquaredError())
        model.fit(np.zeros((4, 3)), np.zeros((4, 4)), verbose=0)
        lines: list[str] = []
        model.summary(print_fn=lambda text, line_break=False, lines=lines: lines.append(text))
        sums[name] = {label: [count, size] for label, count, size in re.findall(SUM, "\n".join(lines))}
        for suffix in ("keras", "h5"):
            model.save(FOLDER / f"{name}.{suffix}")
    (FOLDER / "sums.json").write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
