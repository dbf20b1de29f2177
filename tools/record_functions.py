"""Make the calls of tests/support/functions.py with the real libraries, and record what they return.

    KERAS_BACKEND=torch python tools/record_functions.py         NumPy, pandas, scikit-learn and Keras
    KERAS_BACKEND=tensorflow python tools/record_functions.py    TensorFlow, and the functions of tf.keras.backend

Needs the environment of tools/record_keras.py with pandas and scikit-learn, and one with tensorflow==2.21.0. Each run
replaces its part of tests/fixtures/functions.json.
"""

from __future__ import annotations

import json
import math
import os
import random
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import keras
import numpy as np

from support.functions import library, rows, setting

FIXTURE = ROOT / "tests" / "fixtures" / "functions.json"


def recorded(value):
    """A value for JSON: shape and dtype of arrays, and plain values."""
    if isinstance(value, np.generic | complex):
        value = value.item() if isinstance(value, np.generic) else str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, dict):
        return {"keys": list(value), "values": recorded(list(value.values()))}
    if isinstance(getattr(value, "shape", None), tuple) or type(value).__name__ in ("EagerTensor", "ResourceVariable"):
        return {"shape": list(value.shape)} | dtype_of(value)
    if (
        isinstance(value, list | tuple | set | frozenset | range)
        or hasattr(value, "__next__")
        or hasattr(value, "rank")
    ):
        return [recorded(each) for each in value]
    return {"kind": type(value).__name__}


def dtype_of(value):
    """Of arrays and tensors; densecli doesn't keep that of tables."""
    dtype = None if hasattr(value, "iloc") else getattr(value, "dtype", None)
    return {} if dtype is None else {"dtype": str(getattr(dtype, "name", dtype)).removeprefix("torch.")}


def answer(row, names):
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  # the calls draw from it
    try:
        return recorded(eval(row, names))
    except Exception as error:  # noqa: BLE001  # whatever the library says of it
        return {"raises": next(each.__name__ for each in type(error).__mro__ if each.__module__ == "builtins")}


def main():
    own = "tensorflow" if keras.backend.backend() == "tensorflow" else "keras"
    old = json.loads(FIXTURE.read_text(encoding="utf-8")) if FIXTURE.exists() else {}
    found = {}
    for row in rows():
        if library(row) == own:
            names = {}
            exec(setting(own), names)
            found[row] = answer(row, names)
    parts = (
        f"{json.dumps(key)}: {{\n"
        + ",\n".join(f"{json.dumps(row)}: {json.dumps(each)}" for row, each in part.items())
        + "\n}"
        for key, part in sorted({**old, own: found}.items())
    )
    FIXTURE.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
