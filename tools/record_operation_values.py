"""What Keras computes for the functions of tests/fixtures/operations.json.gz: the values of tests/layers/operations/test_values.py.

    KERAS_BACKEND=torch python tools/record_operation_values.py      writes tests/fixtures/operation_values.npz

Needs the environment of tools/record_keras.py, and tools/record_operations.py to have run.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import keras
import numpy as np

from support.model_values import operation_inputs

FIXTURES = ROOT / "tests" / "fixtures"


def main() -> None:
    records = json.loads(gzip.decompress((FIXTURES / "operations.json.gz").read_bytes()))
    values: dict[str, np.ndarray] = {}
    for index, record in enumerate(records):
        try:
            model = keras.models.model_from_json(json.dumps(record["config"]))
            named = [
                (each.name, tuple(each.shape), keras.backend.standardize_dtype(each.dtype)) for each in model.inputs
            ]
            arrays = list(operation_inputs(named, index).values())
            found = model(arrays if len(arrays) > 1 else arrays[0])
        except Exception as error:  # noqa: BLE001  # what Keras cannot run has no values
            print(record["id"], str(error)[:100].replace("\n", " "))
            continue
        for place, each in enumerate(found if isinstance(found, list | tuple) else [found]):
            values[f"{index}.{place}"] = keras.ops.convert_to_numpy(each)
    np.savez_compressed(FIXTURES / "operation_values.npz", **values)
    print(len(records), "functions,", (FIXTURES / "operation_values.npz").stat().st_size, "bytes")


if __name__ == "__main__":
    main()
