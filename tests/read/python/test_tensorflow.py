"""Functions of TensorFlow in source: the shapes and dtypes that tools/record_tensorflow_functions.py recorded from TensorFlow 2.21."""

from __future__ import annotations

import gzip
import json

import pytest

from densecli.read.python.arrays import Array
from densecli.read.python.plain import Dims
from densecli.read.python.runtime.tensors import Tensor
from densecli.read.python.values import Unknown
from support.folders import FIXTURES
from support.following import follow

RECORDS = json.loads(gzip.decompress((FIXTURES / "tensorflow_functions.json.gz").read_bytes()))
SETTING = """
import tensorflow as tf
import tensorflow.keras as tf_keras
x, y = tf_keras.Input((6, 4)), tf_keras.Input((6, 4))
v, m, i = tf_keras.Input((5,)), tf_keras.Input((4, 4)), tf_keras.Input((8, 10, 3))
k, b = tf_keras.Input((3,), dtype="int32"), tf_keras.Input((6,), dtype="bool")
made = """


# What densecli does not know. Remove a line once it does.
UNKNOWN = {
    *(call for call in RECORDS if call.startswith(("tf_keras.losses.", "tf_keras.backend.binary_crossentropy"))),
    "tf.range(k[0, 0])",
    "tf.image.central_crop(i, 0.5)",
    "tf.image.sobel_edges(i)",
    "tf.image.total_variation(i)",
    "tf.signal.frame(v, 3, 1)",
    "tf.math.segment_sum(v, [0, 0])",
    "tf.math.bincount(k)",
    "tf.meshgrid(v[0], v[0])",
}
# Sizes that only one side knows: TensorFlow ignores `k` until the graph runs.
ONE_SIDE = {"tf.image.rot90(i)": [None, 10, 8, 3], "tf.image.rot90(i, k=2)": [None, 8, 10, 3]}


def told(value):
    """The shape and dtype of each tensor; sizes are a tensor of int32."""
    if isinstance(value, Tensor | Array):
        return [[[each if isinstance(each, int) else None for each in value.shape], value.dtype]]
    if isinstance(value, Dims):
        return [[[len(value)], "int32"]]
    return [part for each in value for part in told(each)] if isinstance(value, list | tuple) else []


@pytest.mark.parametrize("call", RECORDS)
def test_a_function_has_the_shape_that_tensorflow_told(call):
    made = follow(SETTING + call).scope.names["made"]
    if call in UNKNOWN:
        assert isinstance(made, Unknown)
    elif call in ONE_SIDE:
        assert told(made) == [[ONE_SIDE[call], "float32"]]
    else:
        assert not isinstance(made, Unknown), made.reason
        assert told(made) == RECORDS[call]["outputs"]
