"""Make the calls of tests/support/tensorflow_functions.py with TensorFlow 2.21 and tf_keras, and record config, shapes and dtypes.

    python tools/record_tensorflow_functions.py        needs tensorflow==2.21.0 and tf_keras==2.21.0

Writes tests/fixtures/tensorflow_functions.json.gz. What TensorFlow does not take is left out, with its reason on standard error.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import tensorflow as tf
import tf_keras

from support.tensorflow_functions import CALLS

FIXTURE = ROOT / "tests" / "fixtures" / "tensorflow_functions.json.gz"


def inputs():
    image, matrix = (8, 10, 3), (4, 4)
    wanted = {"x": (6, 4), "y": (6, 4), "v": (5,), "m": matrix, "i": image, "k": (3,), "b": (6,)}
    dtypes = {"k": "int32", "b": "bool"}
    return {name: tf_keras.Input(shape, name=name, dtype=dtypes.get(name)) for name, shape in wanted.items()}


def recorded(call):
    tf_keras.backend.clear_session()
    given = inputs()
    made = eval(call, {"tf": tf, "tf_keras": tf_keras, **given})
    outputs = tf.nest.flatten(made)
    model = tf_keras.Model(list(given.values()), outputs)
    answers = [[None if each.shape.rank is None else each.shape.as_list(), each.dtype.name] for each in outputs]
    return {"config": json.loads(model.to_json()), "outputs": answers}


def main():
    records = {}
    for call in CALLS:
        try:
            records[call] = recorded(call)
        except Exception as error:  # noqa: BLE001  # whatever TensorFlow says of a call
            print(f"{call}: {type(error).__name__}: {str(error).splitlines()[0][:120]}", file=sys.stderr)
    data = json.dumps(records, separators=(",", ":")).encode()
    FIXTURE.write_bytes(gzip.compress(data, mtime=0))


if __name__ == "__main__":
    main()
