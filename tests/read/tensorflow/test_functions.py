"""Functions of TensorFlow in models of tf.keras have the shapes of TensorFlow 2.21's symbolic tensors."""

from __future__ import annotations

import pytest

from densecli.errors import DenseError, Source, SpecErrors
from densecli.read.keras.model import read_config
from densecli.run.run import run
from densecli.shape import MAX_RANK
from densecli.summary.infer import infer

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
    return read_config(config, Source("<test>", ""))


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


def test_a_tensor_of_other_numbers_tells_no_sizes():
    sizes = ("sizes", "compat.v1.shape", [*X, {}])
    more = ("more", "__operators__.add", ["sizes", 0, 0, {"y": 1}])  # two numbers, and nobody knows which
    known, unknown = ("known", "zeros", ["sizes", 0, 0, {}]), ("unknown", "zeros", ["more", 0, 0, {}])
    for order in ((sizes, known, more, unknown), (sizes, more, unknown, known)):
        found = shapes(*order, x=((8,), "float32"))
        assert (found["known"], found["unknown"]) == ((None, 8), (None, None))


@pytest.mark.parametrize(("count", "rank"), [(MAX_RANK, MAX_RANK), (MAX_RANK + 1, None)])
def test_a_tensor_holds_as_many_sizes_as_an_array_has_axes(count, rank):
    layers = [
        {"class_name": "InputLayer", "name": "x", "config": {"name": "x", "batch_input_shape": [count]}, "inbound_nodes": []},
        {"class_name": "TFOpLambda", "name": "y", "config": {"name": "y", "function": "zeros"}, "inbound_nodes": [[*X, {}]]},
    ]  # fmt: skip
    config = {"name": "m", "layers": layers, "input_layers": [X], "output_layers": [["y", 0, 0]]}
    shape = infer(read_config({"class_name": "Functional", "config": config}, Source("<test>", ""))).outputs[0].shape
    assert shape == (None if rank is None else (None,) * rank)


ODD = [
    ("space_to_depth", {"block_size": 0}),
    ("split", {"num_or_size_splits": 0, "axis": 1}),
    ("split", {"num_or_size_splits": 10**12, "axis": 1}),
    ("unstack", {"num": 10**12}),
    ("image.extract_patches", {"sizes": [1, 2, 2, 1], "strides": [1, 0, 0, 1], "rates": [1, 1, 1, 1]}),
]


@pytest.mark.parametrize(("path", "arguments"), ODD)
def test_arguments_that_no_function_takes_leave_the_shape_unknown(path, arguments):
    assert shapes(("y", path, [*X, arguments]), x=((4, 4, 4), "float32"))["y"] is None


def test_an_axis_that_is_made_twice_is_a_mistake():
    with pytest.raises(SpecErrors, match="twice"):
        shapes(("y", "expand_dims", [*X, {"axis": [0, 0]}]), x=((4,), "float32"))


def test_a_tensor_of_no_possible_sizes_leaves_the_shape_unknown():
    layers = [
        {"class_name": "InputLayer", "name": "x", "config": {"name": "x", "batch_input_shape": [10**12]}, "inbound_nodes": []},
        {"class_name": "TFOpLambda", "name": "y", "config": {"name": "y", "function": "zeros"}, "inbound_nodes": [[*X, {}]]},
    ]  # fmt: skip
    config = {"name": "m", "layers": layers, "input_layers": [X], "output_layers": [["y", 0, 0]]}
    report = infer(read_config({"class_name": "Functional", "config": config}, Source("<test>", "")))
    assert report.outputs[0].shape is None


@pytest.mark.parametrize(
    ("attributes", "constants"),
    [
        ({"keep": {"i": "²"}}, {}),
        ({"keep": {"i": "--1"}}, {}),
        ({"keep": {"i": "9" * 5000}}, {}),
        ({"perm": {"list": {"i": ["²", "-"]}}}, {}),
        ({}, {"²": 1}),
        ({}, {"9" * 5000: 1}),
        ({}, {"9" * 30: 1}),
    ],
)
def test_odd_numbers_in_a_node_are_no_internal_error(attributes, constants):
    node = {"name": "y", "op": "Identity", "attr": attributes}
    layers = [
        {"class_name": "InputLayer", "name": "x", "config": {"name": "x", "batch_input_shape": [None, 4]}, "inbound_nodes": []},
        {"class_name": "TensorFlowOpLayer", "name": "y", "config": {"name": "y", "node_def": node, "constants": constants},
         "inbound_nodes": [[[*X, {}]]]},
    ]  # fmt: skip
    config = {"name": "m", "layers": layers, "input_layers": [X], "output_layers": [["y", 0, 0]]}
    report = infer(read_config({"class_name": "Functional", "config": config}, Source("<test>", "")))
    assert report.outputs[0].shape == (None, 4)


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
    report = infer(read_config(document, Source("<test>", "")))
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


# -- nodes of a graph ---------------------------------------------------------------------------
def ints(*numbers):
    return {"list": {"i": [str(number) for number in numbers]}}


NODES = [
    ("GatherV2", {"1": [0, 2], "2": 1}, {"batch_dims": {"i": "0"}}, (None, 2, 8)),
    ("Slice", {"1": [0, 1, 0], "2": [-1, 3, -1]}, {}, (None, 3, 8)),
    ("Cumsum", {"1": 1}, {"reverse": {"b": False}}, (None, 10, 8)),
    ("SplitV", {"1": [3, 5], "2": 2}, {"num_split": {"i": "2"}}, (None, 10, 3)),
    ("TopKV2", {"1": 3}, {"sorted": {"b": True}}, (None, 10, 3)),
    ("Einsum", {}, {"equation": {"s": "YmlqLGJqay0+Ymlr"}}, None),  # of two tensors
    ("Einsum", {}, {"equation": {"s": "YmlqLT5iamk="}}, (None, 8, 10)),  # bij->bji
    ("Einsum", {}, {"equation": {"s": "/w=="}}, None),
    ("MatrixDiagV3", {"1": 0}, {}, (None, 10, 8, 8)),
    ("EnsureShape", {}, {"shape": {"shape": {"dim": []}}}, (None, 10, 8)),
    ("Fill", {"1": 0.0}, {}, None),  # of sizes that are no tensor of sizes
    ("Where", {}, {}, (None, 3)),
]


@pytest.mark.parametrize(("op", "constants", "attributes", "shape"), NODES)
def test_nodes_of_a_graph_on_sequences(op, constants, attributes, shape):
    assert node(op, constants, attributes, (10, 8)) == shape


@pytest.mark.parametrize(
    ("op", "constants", "attributes", "shape"),
    [
        ("MaxPool", {}, {"ksize": ints(1, 3, 3, 1), "strides": ints(1, 2, 2, 1), "padding": {"s": "VkFMSUQ="}}, (None, 7, 7, 4)),
        ("AvgPool", {}, {"ksize": ints(1, 2, 2, 1), "strides": ints(1, 2, 2, 1), "padding": {"s": "U0FNRQ=="}}, (None, 8, 8, 4)),
        ("Conv2D", {"1": [[[[1.0] * 6] * 4] * 3] * 3}, {"strides": ints(1, 2, 2, 1), "padding": {"s": "U0FNRQ=="}}, (None, 8, 8, 6)),
        ("DepthwiseConv2dNative", {"1": [[[[1.0] * 2] * 4] * 3] * 3}, {"strides": ints(1, 1, 1, 1), "padding": {"s": "VkFMSUQ="}}, (None, 14, 14, 8)),
        ("Conv2DBackpropInput", {"0": [4, 32, 32, 6], "1": [[[[1.0] * 4] * 6] * 3] * 3}, {"strides": ints(1, 2, 2, 1)}, (None, 32, 32, 6)),
    ],
)  # fmt: skip
def test_nodes_of_a_graph_on_images(op, constants, attributes, shape):
    assert node(op, constants, attributes, (16, 16, 4)) == shape


def node(op, constants, attributes, shape):
    return nodes(("y", op, ["x"], constants, attributes), shape=shape)["y"]


def nodes(*chain, shape):
    layers = [
        {
            "class_name": "InputLayer",
            "name": "x",
            "config": {"name": "x", "batch_input_shape": [None, *shape]},
            "inbound_nodes": [],
        }
    ]
    layers += [
        {"class_name": "TensorFlowOpLayer", "name": name, "inbound_nodes": [[[each, 0, 0, {}] for each in inbound]],
         "config": {"name": name, "node_def": {"op": op, "attr": attributes}, "constants": constants}}
        for name, op, inbound, constants, attributes in chain
    ]  # fmt: skip
    ends = {"input_layers": [["x", 0, 0]], "output_layers": [[name, 0, 0] for name, *_ in chain]}
    config = {"class_name": "Functional", "config": {"name": "m", "layers": layers, **ends}, "keras_version": "2.4.0"}
    return {row.name: row.output_shapes[0] for row in infer(read_config(config, Source("<test>", ""))).rows}


def test_sizes_go_through_the_nodes_of_a_graph():
    found = nodes(
        ("sizes", "Shape", ["x"], {}, {}),
        ("steps", "StridedSlice", ["sizes"], {"1": [1], "2": [2], "3": [1]}, {"shrink_axis_mask": {"i": "1"}}),
        ("wanted", "Pack", ["steps"], {"1": 40, "2": 2}, {"axis": {"i": "0"}}),
        ("folded", "Reshape", ["x", "wanted"], {}, {}),
        ("last", "GatherV2", ["sizes"], {"1": [2], "2": 0}, {}),  # TensorFlow looks no further here
        ("joined", "ConcatV2", ["last"], {"1": [5], "2": 0}, {}),
        ("turned", "Reshape", ["x", "joined"], {}, {}),
        ("noise", "RandomStandardNormal", ["sizes"], {}, {}),
        shape=(10, 8),
    )
    assert (found["steps"], found["folded"], found["turned"]) == ((), (10, 40, 2), (None, 5))
    assert found["noise"] == (None, 10, 8)
