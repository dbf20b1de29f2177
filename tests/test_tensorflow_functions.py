"""Functions of TensorFlow in models of tf.keras have the shapes that TensorFlow 2.21 tells of its symbolic tensors."""

from __future__ import annotations

import pytest

from densecli.errors import DenseError, Source
from densecli.infer import infer
from densecli.read import keras
from densecli.run import run

X = ["x", 0, 0]


def wrapped(*functions, inputs):
    """A model of tf.keras: each function by the name of its layer, its path and its inbound node."""
    layers = [
        {"class_name": "InputLayer", "name": name, "inbound_nodes": [],
         "config": {"name": name, "batch_input_shape": [None, *shape], "dtype": dtype}}
        for name, (shape, dtype) in inputs.items()
    ]  # fmt: skip
    layers += [
        {"class_name": "SlicingOpLambda" if "getitem" in path or "mask" in path else "TFOpLambda", "name": name,
         "config": {"name": name, "function": path}, "inbound_nodes": [node]}
        for name, path, node in functions
    ]  # fmt: skip
    ends = {
        "input_layers": [[name, 0, 0] for name in inputs],
        "output_layers": [[name, 0, 0] for name, *_ in functions],
    }
    config = {"class_name": "Functional", "config": {"name": "m", "layers": layers, **ends}, "keras_version": "2.9.0"}
    return keras.read(config, Source("<test>", ""))


def shapes(*functions, **inputs):
    return {row.name: row.output_shapes[0] for row in infer(wrapped(*functions, inputs=inputs)).rows}


SEQUENCES = [
    ("compat.v1.gather", {"indices": [0, 2], "axis": 1, "batch_dims": 0}, (None, 2, 8)),
    ("compat.v1.gather", {"indices": [0]}, (1, 10, 8)),
    ("compat.v1.gather", {"indices": ["i", 0, 0], "batch_dims": 1, "axis": None}, (None, 3, 8)),
    ("compat.v1.boolean_mask", {"mask": [True] * 10, "axis": 1, "name": "m"}, (None, None, 8)),
    ("strided_slice", {"begin": [0, 1], "end": [2, 5]}, (None, 4, 8)),
    ("ensure_shape", {"shape": [None, 10, 8]}, (None, 10, 8)),
    ("tensor_scatter_nd_update", {"indices": [[0, 0]], "updates": [[1.0] * 8]}, (None, 10, 8)),
    ("math.floormod", {"y": 2.0}, (None, 10, 8)),
    ("math.xlogy", {"y": X}, (None, 10, 8)),
    ("math.atan2", {"x": X}, (None, 10, 8)),
    ("linalg.band_part", {"num_lower": -1, "num_upper": 0}, (None, 10, 8)),
    ("linalg.matrix_transpose", {}, (None, 8, 10)),
    ("linalg.diag", {}, (None, 10, 8, 8)),
    ("linalg.trace", {}, (None,)),
    ("compat.v1.size", {"out_type": "int32"}, ()),
    ("nn.dropout", {"rate": 0.3, "noise_shape": None, "seed": 3}, (None, 10, 8)),
    ("keras.backend.batch_flatten", {}, (None, None)),
    ("keras.metrics.mean_squared_error", {"y_pred": X}, (None, 10)),
    ("strings.split", {"sep": " "}, None),
]


@pytest.mark.parametrize(
    ("path", "arguments", "shape"), SEQUENCES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_functions_on_sequences(path, arguments, shape):
    found = shapes(("y", path, [*X, arguments]), x=((10, 8), "float32"), i=((3,), "int32"))
    assert found["y"] == shape


IMAGES = [
    ("image.per_image_standardization", {}, (None, 16, 16, 4)),
    ("image.resize_with_pad", {"target_height": 20, "target_width": 30}, (None, 20, 30, 4)),
    ("image.pad_to_bounding_box", {"offset_height": 1, "offset_width": 1, "target_height": 20, "target_width": 21}, (None, 20, 21, 4)),
    ("image.rot90", {}, (None, 16, 16, 4)),
    ("image.extract_patches", {"sizes": [1, 4, 4, 1], "strides": [1, 4, 4, 1], "rates": [1, 1, 1, 1], "padding": "VALID"}, (None, 4, 4, 64)),
    ("image.random_flip_left_right", {}, (None, 16, 16, 4)),
    ("nn.max_pool2d", {"ksize": [1, 3, 3, 1], "strides": [1, 2, 2, 1], "padding": "VALID", "data_format": None}, (None, 7, 7, 4)),
    ("compat.v1.nn.pool", {"window_shape": [2, 2], "pooling_type": "MAX", "padding": "VALID", "strides": [2, 2]}, (None, 8, 8, 4)),
    ("compat.v1.nn.conv2d", {"filter": [[[[1.0] * 6] * 4] * 3] * 3, "strides": [1, 2, 2, 1], "padding": "SAME", "data_format": "NHWC"}, (None, 8, 8, 6)),
    ("compat.v1.nn.depthwise_conv2d", {"filter": [[[[1.0] * 2] * 4] * 3] * 3, "strides": [1, 1, 1, 1], "padding": "VALID"}, (None, 14, 14, 8)),
    ("compat.v1.nn.crelu", {"axis": -1}, (None, 16, 16, 8)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "arguments", "shape"), IMAGES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_functions_on_images(path, arguments, shape):
    assert shapes(("y", path, [*X, arguments]), x=((16, 16, 4), "float32"))["y"] == shape


def test_sizes_of_a_tensor_go_on_as_far_as_they_are_known():
    found = shapes(
        ("sizes", "compat.v1.shape", [*X, {"out_type": "int32"}]),
        ("steps", "__operators__.getitem", ["sizes", 0, 0, {"slice_spec": 1}]),
        ("noise", "random.normal", ["sizes", 0, 0, {}]),
        ("zeros", "zeros", [["steps", 0, 0, {}], ["_CONSTANT_VALUE", -1, 4, {}]]),
        ("places", "range", ["_CONSTANT_VALUE", -1, 0, {"limit": ["steps", 0, 0], "delta": 1}]),
        ("tiled", "tile", [*X, {"multiples": [1, ["steps", 0, 0], 2]}]),
        x=((None, 8), "float32"),
    )
    assert (found["sizes"], found["steps"], found["noise"]) == ((3,), (), (None, None, 8))
    assert (found["zeros"], found["places"], found["tiled"]) == ((None, 4), (None,), (None, None, 16))


def test_a_range_up_to_an_unknown_size_lets_the_weights_behind_it_be_counted():
    graph = wrapped(
        ("places", "range", ["_CONSTANT_VALUE", -1, 0, {"limit": ["n", 0, 0], "delta": 1}]), inputs={"n": ((), "int32")}
    )
    entry = {"class_name": "Embedding", "name": "e", "config": {"name": "e", "input_dim": 12, "output_dim": 4},
             "inbound_nodes": [[["places", 0, 0, {}]]]}  # fmt: skip
    assert infer(graph).outputs[0].shape == (None,)
    config = {"name": "m", "input_layers": [["n", 0, 0]], "output_layers": [["e", 0, 0]]}
    layers = [
        {"class_name": "InputLayer", "name": "n", "config": {"name": "n", "batch_input_shape": []}, "inbound_nodes": []},
        {"class_name": "TFOpLambda", "name": "places", "config": {"name": "places", "function": "range"}, "inbound_nodes": [["n", 0, 0, {}]]},
        entry,
    ]  # fmt: skip
    document = {"class_name": "Functional", "config": {**config, "layers": layers}, "keras_version": "2.9.0"}
    report = infer(keras.read(document, Source("<test>", "")))
    assert (report.totals.params, report.outputs[0].shape, report.totals.lower_bound) == (48, (None, 4), False)


def test_multiples_that_are_no_numbers_leave_the_size_open_instead_of_a_crash():
    inbound = ["_CONSTANT_VALUE", -1, [[[[-1.0, 1.0]]]], {"multiples": [1, 1, ["n", 0, 0], 1]}]
    assert shapes(("y", "tile", inbound), n=((), "int32"))["y"] == (1, 1, None, 2)


def test_a_matrix_product_that_turns_its_operands_counts_its_work():
    graph = wrapped(("y", "linalg.matmul", [*X, {"b": X, "transpose_a": True}]), inputs={"x": ((10, 8), "float32")})
    assert infer(graph).totals.macs == 8 * 10 * 8


def test_a_gather_with_batch_dims_says_that_it_cannot_run():
    graph = wrapped(
        ("y", "compat.v1.gather", [*X, {"indices": ["i", 0, 0], "batch_dims": 1}]),
        inputs={"x": ((10, 8), "float32"), "i": ((3,), "int32")},
    )
    with pytest.raises(DenseError, match="batch_dims") as caught:
        run(graph)
    assert caught.value.code == "E509"
