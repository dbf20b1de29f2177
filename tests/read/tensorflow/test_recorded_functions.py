"""Functions of TensorFlow in models of tf.keras: shapes and dtypes recorded from TensorFlow 2.21."""

from __future__ import annotations

import gzip
import json

import pytest

from densecli.errors import Source
from densecli.read.keras.model import read_config
from densecli.summary.infer import infer
from support.folders import FIXTURES

RECORDS = json.loads(gzip.decompress((FIXTURES / "tensorflow_functions.json.gz").read_bytes()))


# Results that densecli does not know. Remove a line once it does.
UNKNOWN = {
    "tf.nn.softmax_cross_entropy_with_logits(labels=x, logits=y)",
    'tf.einsum("bij,bkj->bik", x, y)',
    "tf.image.central_crop(i, 0.5)",
    "tf.signal.frame(v, 3, 1)",
    "tf.math.segment_sum(v, [0, 0])",
    "tf.math.bincount(k)",
    "tf.meshgrid(v[0], v[0])",
}
# Sizes that only one side knows: TensorFlow ignores `k` until the graph runs; densecli does not compute with sizes.
ONE_SIDE = {
    "tf.image.rot90(i)": [None, 10, 8, 3],
    "tf.image.rot90(i, k=2)": [None, 8, 10, 3],
    "tf.reshape(x, [-1, tf.shape(x)[1] * 4])": [None, None],
}


def outputs_of(config):
    report = infer(read_config(config, Source("<recorded>", "")))
    return [[None if each.shape is None else list(each.shape), each.dtype] for each in report.outputs]


@pytest.mark.parametrize("call", RECORDS)
def test_a_function_has_the_shape_and_dtype_that_tensorflow_told(call):
    found = outputs_of(RECORDS[call]["config"])
    if call in UNKNOWN:
        assert all(shape is None for shape, _ in found)
    elif call in ONE_SIDE:
        assert found == [[ONE_SIDE[call], "float32"]]
    else:
        assert found == RECORDS[call]["outputs"]


@pytest.mark.parametrize("name", ["output", "self", "ops", "weights", "args", "kwargs"])
@pytest.mark.parametrize("path", ["math.xlogy", "keras.losses.binary_crossentropy", "nobody.knows"])
def test_an_argument_of_any_name_is_an_argument(name, path):
    x, config = ["x", 0, 0], {"name": "f", "function": path}
    entry = {
        "class_name": "InputLayer",
        "name": "x",
        "config": {"batch_input_shape": [None, 4], "name": "x"},
        "inbound_nodes": [],
    }
    call = {"class_name": "TFOpLambda", "name": "f", "config": config, "inbound_nodes": [[*x, {name: x}]]}
    ends = {"layers": [entry, call], "input_layers": [x], "output_layers": [["f", 0, 0]]}
    outputs_of({"class_name": "Functional", "config": {"name": "m", **ends}, "keras_version": "2.9.0"})
