"""Keras configs give the same rows and totals as Keras itself; odd ones give an error with a place."""

from __future__ import annotations

import copy
import json
import random

import pytest

from densecli.errors import DenseError, LimitError, Source, SpecErrors, draw
from densecli.read.keras.model import read_config
from densecli.read.text.json import load_json
from densecli.render import json as as_json
from densecli.summary.infer import infer
from support.recorded import FIXTURES, differences, load, report_of

MODELS = load("models")
APPLICATIONS = sorted(path.name.partition(".")[0] for path in (FIXTURES / "applications").glob("*.json.gz"))


def read(config, **options):
    return infer(read_config(config, Source("<test>", ""), **options))


def read_text(text, **options):
    source = Source("model.json", text)
    return infer(read_config(load_json(source), source, **options))


def errors_of(config, **options):
    with pytest.raises((SpecErrors, DenseError)) as caught:
        read(config, **options)
    return caught.value.errors if isinstance(caught.value, SpecErrors) else [caught.value]


def by_name(name):
    return copy.deepcopy(next(record for record in MODELS if record["id"] == name))


@pytest.mark.parametrize("record", MODELS, ids=lambda record: record["id"])
def test_rows_totals_inputs_and_outputs_are_those_of_keras(record):
    assert differences(record) == []
    report = report_of(record)
    assert [[tensor.name, list(tensor.shape)] for tensor in report.inputs] == record["inputs"] or record[
        "id"
    ] in NAMELESS
    assert [tensor.dtype for tensor in report.outputs] == record["dtypes"]
    as_json.render(report)


NAMELESS = ("functional_first_in_a_sequential",)  # Keras counts tensors there: keras_tensor_42


@pytest.mark.parametrize("name", APPLICATIONS)
def test_applications_are_those_of_keras(name):
    assert differences(load(f"applications/{name}")) == []


@pytest.mark.parametrize(
    ("name", "macs"),
    [
        ("ResNet50", 3_857_973_248),
        ("VGG16", 15_470_264_320),
        ("MobileNetV2", 300_774_272),
        ("EfficientNetB0", 385_814_752),
        ("DenseNet121", 2_834_161_664),
        ("InceptionV3", 5_713_216_096),
        ("Xception", 8_357_403_496),
        ("NASNetMobile", 563_638_816),
        ("ConvNeXtTiny", 4_455_531_264),
    ],
)
def test_applications_cost_what_torch_counted(name, macs):
    """Half of what torch's FlopCounterMode saw of one image in Keras 3.15.1 on torch 2.13."""
    report = report_of(load(f"applications/{name}"))
    assert report.totals.macs == macs == sum(row.macs for row in report.rows)


# -- what Keras itself confuses -------------------------------------------------------------
def test_a_frozen_container_that_trains_something_is_explained():
    report = report_of(by_name("frozen_base_with_a_thawed_layer"))
    assert report.totals.trainable_params == 30
    assert "'base' is frozen" in report.warnings[0]
    assert "20 parameters" in report.warnings[0]


def test_rows_that_share_weights_say_with_whom():
    report = report_of(by_name("layer_shared_between_nested_models"))
    shares = {row.name: row.shares_weights_with for row in report.rows if row.params}
    assert shares == {"second": ("first",), "first": (), "shared": ("first",)} or set(map(len, shares.values())) == {
        0,
        1,
    }
    assert report.totals.params == 72


def test_every_call_of_a_layer_is_shown():
    report = report_of(by_name("one_layer_at_several_depths_and_shapes"))
    conv = next(row for row in report.rows if row.name == "conv")
    assert [call.input_shapes for call in conv.calls] == [
        ((None, 16, 16, 3),), ((None, 16, 16, 3),), ((None, 8, 8, 3),),
    ]  # fmt: skip
    assert conv.macs == (8 * 8 + 2 * 16 * 16) * 3 * 27


def test_a_nested_model_costs_what_its_call_costs():
    report = report_of(by_name("unknown_sizes_inside_known_ones_outside"))
    inner = report.rows[1]
    assert inner.macs == 30 * 30 * 4 * 27
    assert [row.macs for row in inner.layers] == [0, inner.macs, 0]
    assert inner.layers[1].output_shapes == ((None, None, None, 4),)


def test_a_model_called_twice_costs_twice_as_much():
    once = report_of(by_name("deferred_sequential_in_a_functional"))
    twice = report_of(by_name("nested_model_called_twice"))
    assert once.rows[1].macs == 8 * 6 + 6 * 3
    inner = next(row for row in twice.rows if row.type == "Functional")
    assert inner.macs == 2 * (8 * 4 + 4 * 4) == sum(row.macs for row in inner.layers)


# -- the older formats ----------------------------------------------------------------------
def dense(name, units, **config):
    return {"class_name": "Dense", "config": {"name": name, "units": units, **config}}


def sequential(*layers, **config):
    return {"class_name": "Sequential", "config": {"name": "model", "layers": list(layers), **config}}


def test_a_bare_list_is_a_sequential_of_keras_1():
    config = [
        {"class_name": "Convolution2D", "config": {
            "name": "convolution2d_1", "batch_input_shape": [None, 3, 32, 32], "nb_filter": 8, "nb_row": 3, "nb_col": 5,
            "border_mode": "valid", "subsample": [2, 1], "dim_ordering": "th", "bias": True, "W_regularizer": None,
        }},
        {"class_name": "Flatten", "config": {"name": "flatten_1"}},
        {"class_name": "Dense", "config": {"name": "dense_1", "output_dim": 10, "input_dim": None, "init": "uniform"}},
        {"class_name": "MaxoutDense", "config": {"name": "maxout_1", "output_dim": 4, "nb_feature": 3}},
        {"class_name": "Highway", "config": {"name": "highway_1"}},
    ]  # fmt: skip
    report = read({"class_name": "Sequential", "config": config, "keras_version": "1.2.2"})
    assert [(row.type, row.output_shapes[0], row.params) for row in report.rows] == [
        ("Convolution2D", (None, 8, 15, 28), 8 * (3 * 15 + 1)),
        ("Flatten", (None, 3360), 0),
        ("Dense", (None, 10), 33610),
        ("MaxoutDense", (None, 4), 3 * (10 * 4 + 4)),
        ("Highway", (None, 4), 2 * (4 * 4 + 4)),
    ]
    assert read(config).totals.params == report.totals.params


@pytest.mark.parametrize(
    ("mode", "axis", "shape"), [("sum", -1, (None, 8)), ("concat", 1, (None, 16)), ("mul", -1, (None, 8))]
)
def test_merge_of_keras_1_is_the_layer_of_its_mode(mode, axis, shape):
    layers = [
        {"class_name": "InputLayer", "name": "a", "config": {"name": "a", "batch_input_shape": [None, 8]}, "inbound_nodes": []},
        {"class_name": "Merge", "name": "m", "config": {"name": "m", "mode": mode, "concat_axis": axis, "mode_type": "raw"},
         "inbound_nodes": [[["a", 0, 0], ["a", 0, 0]]]},
    ]  # fmt: skip
    config = {"name": "x", "layers": layers, "input_layers": [["a", 0, 0]], "output_layers": [["m", 0, 0]]}
    report = read({"class_name": "Model", "config": config, "keras_version": "1.1.0"})
    assert (report.type, report.rows[-1].type, report.outputs[0].shape) == ("Model", "Merge", shape)


@pytest.mark.parametrize(("axis", "shape"), [({"concat_axis": 1}, (None, 4, 8)), ({}, (None, 2, 16))])
def test_merge_of_keras_1_joins_along_its_own_axis(axis, shape):
    entry = {"name": "a", "batch_input_shape": [None, 2, 8]}
    layers = [
        {"class_name": "InputLayer", "name": "a", "config": entry, "inbound_nodes": []},
        {"class_name": "Merge", "name": "m", "config": {"name": "m", "mode": "concat", **axis}, "inbound_nodes": [[["a", 0, 0], ["a", 0, 0]]]},
    ]  # fmt: skip
    config = {"name": "x", "layers": layers, "input_layers": [["a", 0, 0]], "output_layers": [["m", 0, 0]]}
    assert read({"class_name": "Model", "config": config, "keras_version": "1.1.0"}).outputs[0].shape == shape


def test_merge_of_keras_1_with_models_in_it():
    branch = {"class_name": "Sequential", "config": [dense("a", 3, batch_input_shape=[None, 4])]}
    other = {"class_name": "Sequential", "config": [dense("b", 5, batch_input_shape=[None, 6])]}
    merge = {
        "class_name": "Merge",
        "config": {"name": "merge_1", "layers": [branch, other], "mode": "concat", "concat_axis": -1},
    }
    report = read({"class_name": "Sequential", "config": [merge, dense("c", 2)], "keras_version": "1.2.0"})
    assert [tensor.shape for tensor in report.inputs] == [(None, 4), (None, 6)]
    assert report.outputs[0].shape == (None, 2)
    assert report.totals.params == 15 + 35 + 18


@pytest.mark.parametrize("wrap", [
    lambda config: {"modelTopology": {"model_config": config, "keras_version": "2.4.0"}, "weightsManifest": []},
    lambda config: {"modelTopology": config, "format": "layers-model"},
    lambda config: {"modelTopology": {"model_config": json.dumps(config)}},
    lambda config: json.dumps(config),
    lambda config: {"model_config": config},
])  # fmt: skip
def test_what_stands_around_a_config_is_taken_off(wrap):
    config = sequential(
        dense("a", 3, batch_input_shape=[None, 4], activation="relu", kernel_initializer="VarianceScaling")
    )
    assert read(wrap(config)).totals.params == 15


def test_keys_in_camel_case_are_those_of_javascript():
    config = {"className": "Sequential", "config": {"name": "m", "layers": [
        {"className": "Dense", "config": {"name": "a", "units": 3, "useBias": False, "batchInputShape": [None, 4]}},
    ]}}  # fmt: skip
    assert read({"modelTopology": config}).totals.params == 12


@pytest.mark.parametrize("inbound", [
    [[["a", 0, 0, {}], ["b", 0, 0, {}]]], [[["a", 0, 0], ["b", 0, 0]]], [{"args": [[tensor, other]], "kwargs": {}}
     for tensor, other in [[{"class_name": "__keras_tensor__", "config": {"shape": [None, 4], "dtype": "float32", "keras_history": [name, 0, 0]}} for name in "ab"]]],
])  # fmt: skip
@pytest.mark.parametrize("ends", [["a", 0, 0], [["a", 0, 0], ["b", 0, 0]], {"x": ["a", 0, 0], "y": ["b", 0, 0]}])
def test_every_form_of_inbound_nodes_and_ends(inbound, ends):
    layers = [
        {
            "class_name": "InputLayer",
            "name": name,
            "config": {"name": name, "batch_input_shape": [None, 4]},
            "inbound_nodes": [],
        }
        for name in "ab"
    ]
    layers.append(
        {"class_name": "Concatenate", "name": "c", "config": {"name": "c", "axis": -1}, "inbound_nodes": inbound}
    )
    config = {"name": "m", "layers": layers, "input_layers": ends, "output_layers": ["c", 0, 0]}
    assert read({"class_name": "Functional", "config": config}).outputs[0].shape == (None, 8)


def functional_2(*layers, outputs):
    inputs = {
        "class_name": "InputLayer",
        "name": "x",
        "config": {"name": "x", "batch_input_shape": [None, 6, 4]},
        "inbound_nodes": [],
    }
    entries = [inputs, *({"name": entry["config"]["name"], **entry} for entry in layers)]
    config = {"name": "m", "layers": entries, "input_layers": [["x", 0, 0]], "output_layers": [outputs]}
    return {"class_name": "Functional", "config": config, "keras_version": "2.9.0"}


def lambda_op(name, function, inbound):
    return {"class_name": "TFOpLambda", "config": {"name": name, "function": function}, "inbound_nodes": [inbound]}


@pytest.mark.parametrize(
    ("function", "inbound", "shape"),
    [
        ("math.reduce_mean", ["x", 0, 0, {"axis": 1, "keepdims": True}], (None, 1, 4)),
        ("__operators__.add", ["x", 0, 0, {"y": ["x", 0, 0], "name": None}], (None, 6, 4)),
        ("math.truediv", ["x", 0, 0, {"y": 127.5, "name": None}], (None, 6, 4)),
        ("reshape", ["x", 0, 0, {"shape": [-1, 24]}], (None, 24)),
        ("concat", [["x", 0, 0, {"axis": -1}], ["x", 0, 0, {"axis": -1}]], (None, 6, 8)),
        ("expand_dims", ["x", 0, 0, {"axis": 1}], (None, 1, 6, 4)),
        ("compat.v1.transpose", ["x", 0, 0, {"perm": [0, 2, 1]}], (None, 4, 6)),
        ("linalg.matmul", ["x", 0, 0, {"b": ["x", 0, 0], "transpose_b": True}], (None, 6, 6)),
        ("nn.softmax", ["x", 0, 0, {"axis": -1}], (None, 6, 4)),
        ("one_hot", ["x", 0, 0, {"depth": 9}], (None, 6, 4, 9)),
        ("math.argmax", ["x", 0, 0, {"axis": -1}], (None, 6)),
        ("split", ["x", 0, 0, {"num_or_size_splits": 2, "axis": 1}], (None, 3, 4)),
        ("cast", ["x", 0, 0, {"dtype": "float16"}], (None, 6, 4)),
        ("tile", ["x", 0, 0, {"multiples": [1, 2, 1]}], (None, 12, 4)),
        ("no.such_function", ["x", 0, 0, {}], None),
    ],
)
def test_functions_that_tf_keras_wrapped(function, inbound, shape):
    config = functional_2(lambda_op("tf.op", function, inbound), outputs=["tf.op", 0, 0])
    report = read(config)
    assert (report.rows[-1].type, report.outputs[0].shape) == ("TFOpLambda", shape)


def test_slices_that_tf_keras_wrapped():
    spec = [{"start": None, "stop": None, "step": None}, {"start": 1, "stop": 4, "step": None}, 0]
    entry = {"class_name": "SlicingOpLambda", "config": {"name": "tf.slice", "function": "__operators__.getitem"},
             "inbound_nodes": [["x", 0, 0, {"slice_spec": spec}]]}  # fmt: skip
    assert read(functional_2(entry, outputs=["tf.slice", 0, 0])).outputs[0].shape == (None, 3)


@pytest.mark.parametrize(
    ("op", "attributes", "constants", "shape"),
    [
        ("Mean", {"keep_dims": {"b": False}}, {"1": [1]}, (None, 4)),
        ("Reshape", {}, {"1": [-1, 24]}, (None, 24)),
        ("Transpose", {}, {"1": [0, 2, 1]}, (None, 4, 6)),
        ("ExpandDims", {}, {"1": -1}, (None, 6, 4, 1)),
        ("Mul", {}, {"1": 2.0}, (None, 6, 4)),
        ("Sub", {}, {"0": 1.0}, (None, 6, 4)),
        ("StridedSlice", {"begin_mask": {"i": "1"}, "end_mask": {"i": "1"}, "shrink_axis_mask": {"i": "2"}},
         {"1": [0, 2], "2": [0, 3], "3": [1, 1]}, (None, 4)),
        ("Pad", {}, {"1": [[0, 0], [1, 1], [0, 0]]}, (None, 8, 4)),
        ("Whatever", {}, {}, None),
    ],
)  # fmt: skip
def test_nodes_of_tensorflows_own_graph(op, attributes, constants, shape):
    node = {"name": op, "op": op, "input": ["x"], "attr": {"T": {"type": "DT_FLOAT"}, **attributes}}
    entry = {"class_name": "TensorFlowOpLayer", "config": {"name": op, "node_def": node, "constants": constants},
             "inbound_nodes": [[["x", 0, 0, {}]]]}  # fmt: skip
    assert read(functional_2(entry, outputs=[op, 0, 0])).outputs[0].shape == shape


def test_an_old_gru_without_reset_after_has_one_bias():
    old = {"class_name": "GRU", "config": {"name": "gru", "units": 4, "batch_input_shape": [None, 5, 3]}}
    assert read(sequential(old)).totals.params == 3 * (3 * 4 + 4 * 4 + 4)
    new = {"class_name": "GRU", "config": {**old["config"], "reset_after": True}}
    assert read(sequential(new)).totals.params == 3 * (3 * 4 + 4 * 4 + 2 * 4)


@pytest.mark.parametrize(
    ("name", "config", "shape", "output", "params"),
    [
        ("CuDNNLSTM", {"units": 4}, [5, 3], (None, 4), 4 * (3 * 4 + 4 * 4 + 8)),
        ("CuDNNGRU", {"units": 4}, [5, 3], (None, 4), 3 * (3 * 4 + 4 * 4 + 8)),
        ("BatchNormalizationV1", {"axis": [2]}, [5, 3], (None, 5, 3), 12),
        ("SyncBatchNormalization", {}, [5, 3], (None, 5, 3), 12),
        ("ThresholdedReLU", {"theta": 0.5}, [5, 3], (None, 5, 3), 0),
        ("ParametricSoftplus", {"alpha_init": 0.2, "beta_init": 5.0}, [5, 3], (None, 5, 3), 2 * 15),
        ("SReLU", {"t_left_init": "zero", "shared_axes": [1]}, [5, 3], (None, 5, 3), 4 * 3),
        ("LocallyConnected1D", {"filters": 2, "kernel_size": [3]}, [5, 3], (None, 3, 2), 3 * (9 * 2 + 2)),
        ("LocallyConnected2D", {"filters": 2, "kernel_size": 2}, [3, 4, 1], (None, 2, 3, 2), 6 * (4 * 2 + 2)),
        ("LocallyConnected2D", {"filters": 2, "kernel_size": 2, "implementation": 2}, [3, 4, 1], (None, 2, 3, 2), 12 * 12 + 12),
        ("RandomHeight", {"factor": 0.2}, [8, 8, 3], (None, None, 8, 3), 0),
        ("LeakyReLU", {"alpha": 0.3}, [5], (None, 5), 0),
    ],
)  # fmt: skip
def test_layers_that_keras_no_longer_has(name, config, shape, output, params):
    entry = {"class_name": name, "config": {"name": "x", "batch_input_shape": [None, *shape], **config}}
    report = read(sequential(entry))
    assert (report.outputs[0].shape, report.totals.params) == (output, params)


def test_arguments_that_keras_does_not_have_are_left_out():
    layer = dense(
        "a", 3, batch_input_shape=[None, 4], implementation=1, weights=None, some_new_switch={"x": 1}, ragged=False
    )
    assert read(sequential(layer)).totals.params == 15


def test_an_argument_that_alters_the_weights_makes_the_layer_opaque():
    layer = {
        "class_name": "BatchNormalization",
        "config": {"name": "x", "renorm": True, "batch_input_shape": [None, 4]},
    }
    report = read(sequential(layer))
    assert report.rows[0].opaque
    assert report.totals.lower_bound


def test_whole_numbers_as_floats_are_read_in_old_files_only():
    assert read(sequential(dense("a", 3.0, batch_input_shape=[None, 4]))).totals.params == 15
    new = sequential(dense("a", 3.0, batch_input_shape=[None, 4])) | {"module": "keras"}
    assert errors_of(new)[0].code == "E301"


def test_the_second_call_of_a_nested_model_in_keras_2_is_node_2():
    inner = sequential(dense("d", 4), batch_input_shape=None)["config"] | {
        "name": "inner",
        "build_input_shape": [None, 6, 4],
    }
    entry = {"class_name": "Sequential", "config": inner, "inbound_nodes": [[["x", 0, 0, {}]], [["inner", 1, 0, {}]]]}
    assert read(functional_2(entry, outputs=["inner", 2, 0])).totals.params == 20


# -- unknown layers -------------------------------------------------------------------------
def custom(**entry):
    return {
        "class_name": "MyLayer",
        "module": "my.package",
        "config": {"name": "mine"},
        "registered_name": "my>MyLayer",
        **entry,
    }


def test_a_custom_layer_is_an_opaque_row_and_what_follows_is_not_counted():
    report = read(
        sequential(
            dense("a", 3, batch_input_shape=[None, 4]),
            {"class_name": "MyLayer", "config": {"name": "mine"}},
            dense("b", 2),
        )
    )
    assert [(row.type, row.opaque, row.output_shapes[0]) for row in report.rows[1:]] == [
        ("MyLayer", True, None),
        ("Dense", True, None),
    ]
    assert report.totals.lower_bound
    assert report.totals.not_counted["params"] == ("mine", "b")
    assert report.totals.params == 15


def test_the_shape_that_a_file_tells_goes_on_behind_a_custom_layer():
    def tensor(name, *shape):
        return {
            "class_name": "__keras_tensor__",
            "config": {"shape": [None, *shape], "dtype": "float32", "keras_history": [name, 0, 0]},
        }

    layers = [
        {
            "class_name": "InputLayer",
            "module": "keras.layers",
            "config": {"name": "x", "batch_shape": [None, 4]},
            "name": "x",
            "inbound_nodes": [],
        },
        custom(name="mine", inbound_nodes=[{"args": [tensor("x", 4)], "kwargs": {}}]),
        {
            **dense("d", 2),
            "module": "keras.layers",
            "name": "d",
            "inbound_nodes": [{"args": [tensor("mine", 7)], "kwargs": {}}],
        },
    ]
    config = {"name": "m", "layers": layers, "input_layers": [["x", 0, 0]], "output_layers": [["d", 0, 0]]}
    report = read({"module": "keras", "class_name": "Functional", "config": config})
    assert report.rows[1].output_shapes == ((None, 7),)
    assert report.totals.params == 16
    assert report.totals.not_counted["params"] == ("mine",)


def test_somebodys_own_class_called_dense_is_not_keras_dense():
    entry = {**dense("d", 2, batch_input_shape=[None, 4]), "module": "my.package", "registered_name": "my>Dense"}
    assert read(sequential(entry)).rows[0].opaque
    entry = dense("d", 2, batch_input_shape=[None, 4]) | {"class_name": "my>Dense"}
    assert read(sequential(entry)).rows[0].opaque


def test_a_custom_activation_is_kept_by_name():
    assert read(sequential(dense("a", 3, batch_input_shape=[None, 4], activation="my_swish"))).totals.params == 15


def test_a_lambda_with_a_stated_shape_has_it():
    entry = {"class_name": "Lambda", "config": {
        "name": "l", "function": ["4wEAAA==", None, None], "function_type": "lambda", "output_shape": [7], "output_shape_type": "raw",
    }}  # fmt: skip
    report = read(sequential(dense("a", 3, batch_input_shape=[None, 4]), entry, dense("b", 2)))
    assert [row.output_shapes[0] for row in report.rows] == [(None, 3), (None, 7), (None, 2)]
    assert report.totals.lower_bound


# -- errors ---------------------------------------------------------------------------------
def test_a_sequential_without_an_input_shape_says_what_to_add():
    config = sequential(dense("a", 3), dense("b", 2))
    error = errors_of(config)[0]
    assert error.code == "E406"
    assert "--input-shape" in error.hint
    assert read(config, input_shapes={None: (4,)}).totals.params == 15 + 8


def test_an_input_shape_that_does_not_fit_the_file_is_refused():
    config = sequential(dense("a", 3, batch_input_shape=[None, None, 4]))
    assert read(config, input_shapes={None: (7, 4)}).outputs[0].shape == (None, 7, 3)
    assert errors_of(config, input_shapes={None: (7, 5)})[0].code == "E406"


def nested(name, layers):
    return {"class_name": "Sequential", "config": {"name": name, "layers": layers}}


def wrap(config, layer):
    config["layers"][1].update(class_name="TimeDistributed", config={"name": "d", "layer": layer})


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        (lambda c: c["layers"][1]["inbound_nodes"][0][0].__setitem__(0, "nowhere"), "E402", "/config/layers/1/inbound_nodes/0"),
        (lambda c: c["layers"][1]["inbound_nodes"][0][0].__setitem__(1, 99), "E402", "/config/layers/0"),
        (lambda c: c["layers"][1]["inbound_nodes"][0][0].__setitem__(2, 5), "E402", "/config/layers/1"),
        (lambda c: c.__setitem__("output_layers", [["gone", 0, 0]]), "E403", "/config/output_layers"),
        (lambda c: c.__setitem__("output_layers", []), "E403", "/config/output_layers"),
        (lambda c: c.__setitem__("input_layers", []), "E403", "/config/input_layers"),
        (lambda c: c["layers"][1]["inbound_nodes"][0][0].__setitem__(0, "d"), "E401", "/config/layers/1"),
        (lambda c: c["layers"][1]["config"].__setitem__("units", -5), "E303", "/config/layers/1/config/units"),
        (lambda c: c["layers"][1]["config"].__setitem__("units", "4"), "E301", "/config/layers/1/config/units"),
        (lambda c: c["layers"][1]["config"].__setitem__("units", True), "E301", "/config/layers/1/config/units"),
        (lambda c: c["layers"][0]["config"].__setitem__("batch_input_shape", [None]), "E405", "/config/layers/1"),
        (lambda c: wrap(c, {"class_name": 7}), "E302", "/config/layers/1/config/layer"),
        (lambda c: wrap(c, nested("in", [dense("e", 0)])), "E303", "/config/layers/1/config/layer/config/layers/0/config/units"),
        (lambda c: c["layers"].append(c["layers"][1]), "E306", "/config/layers/2"),
        (lambda c: c["layers"].__setitem__(1, {"class_name": 7}), "E302", "/config/layers/1"),
    ],
)  # fmt: skip
def test_mistakes_have_a_code_and_a_place(change, code, pointer):
    config = functional_2({**dense("d", 2), "inbound_nodes": [[["x", 0, 0, {}]]]}, outputs=["d", 0, 0])
    change(config["config"])
    found = errors_of(config)
    assert (found[0].code, found[0].place.pointer) == (code, pointer)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["layers"][0]["config"].__setitem__("batch_input_shape", [None, -1]),
        lambda c: c["layers"][1]["inbound_nodes"][0][0].__setitem__(0, "nowhere"),
        lambda c: c["layers"][1]["inbound_nodes"][0][0].__setitem__(1, -1),
    ],
)
def test_what_hangs_below_a_mistake_is_not_another(change):
    config = functional_2({**dense("d", 2), "inbound_nodes": [[["x", 0, 0, {}]]]}, outputs=["d", 0, 0])
    change(config["config"])
    assert len(errors_of(config)) == 1


def test_a_pointer_becomes_a_line():
    text = json.dumps(sequential(dense("a", -3, batch_input_shape=[None, 4])), indent=1)
    with pytest.raises(SpecErrors) as caught:
        read_text(text)
    drawn = draw(caught.value.errors[0])
    assert drawn.startswith("error[E303]: Dense: units: expected a positive integer, got -3\n --> model.json:")
    assert '"units": -3' in drawn


@pytest.mark.parametrize("document", [
    {"class_name": "system", "module": "os", "config": {"args": "id"}}, {"class_name": "VAE", "module": None, "config": {}},
    {"class_name": "Dense", "config": {"units": 3}}, {"class_name": "Functional", "config": {"layers": 3}},
    {"class_name": "Sequential", "config": None}, {"class_name": 3, "config": {"layers": []}},
])  # fmt: skip
def test_what_is_not_a_model_is_said_so(document):
    assert errors_of(document)[0].code == "E404"


@pytest.mark.parametrize(
    "document", [3, None, "{", {"modelTopology": 3}, {"modelTopology": "["}, {"model_config": None}]
)
def test_what_is_no_config_at_all_is_said_so(document):
    assert errors_of(document)[0].code == "E302"


@pytest.mark.parametrize(("units", "code"), [("[" * 500 + "]" * 500, "E503"), ("9" * 4000, "E504")])
def test_json_in_a_text_has_the_same_limits(units, code):
    text = json.dumps(sequential(dense("a", 3, batch_input_shape=[None, 4]))).replace('"units": 3', f'"units": {units}')
    with pytest.raises(LimitError) as caught:
        read({"modelTopology": text})
    assert (caught.value.code, caught.value.place.pointer) == (code, "/modelTopology")


def test_models_nested_too_deep_are_refused():
    config = sequential(dense("a", 3))
    for _ in range(150):
        config = sequential(config)
    assert errors_of(config)[0].code == "E503"


def test_a_layer_shared_ten_thousand_times_is_counted_once():
    calls = [[["x", 0, 0, {}]]] + [[["d", index, 0, {}]] for index in range(9_999)]
    report = read(functional_2({**dense("d", 4), "inbound_nodes": calls}, outputs=["d", 9_999, 0]))
    assert report.totals.params == 20
    assert report.rows[1].macs == 10_000 * 6 * 4 * 4


def test_nesting_with_open_sizes_takes_no_exponential_time():
    image = {
        "class_name": "InputLayer",
        "name": "i",
        "config": {"name": "i", "batch_input_shape": [None, None, 4]},
        "inbound_nodes": [],
    }
    inner = {**dense("d", 4), "name": "d", "inbound_nodes": [[["i", 0, 0, {}]]]}
    for depth in range(24):
        config = {
            "name": f"m{depth}",
            "layers": [image, inner],
            "input_layers": [["i", 0, 0]],
            "output_layers": [[inner["name"], 1 if depth else 0, 0]],
        }
        inner = {
            "class_name": "Functional",
            "name": f"m{depth}",
            "config": config,
            "inbound_nodes": [[["i", 0, 0, {}]]],
        }
    assert (
        read(functional_2({**inner, "inbound_nodes": [[["x", 0, 0, {}]]]}, outputs=["m23", 1, 0])).totals.params == 20
    )


# -- anything at all ------------------------------------------------------------------------
VALUES = [
    None,
    True,
    0,
    -1,
    99,
    2**70,
    1.5,
    "x",
    [],
    {},
    [None],
    [[1, 2], 3],
    {"class_name": "Dense"},
    ["a", 0, 0],
    "same",
]


def places(tree, found):
    for key in tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ():
        found.append((tree, key))
        places(tree[key], found)
    return found


@pytest.mark.parametrize("seed", range(400))
def test_a_damaged_config_gives_a_report_or_an_error(seed):
    chance = random.Random(seed)
    config = copy.deepcopy(chance.choice(MODELS)["config"])
    everywhere = places(config, [])
    for _ in range(chance.choice([1, 1, 2, 4])):
        tree, key = chance.choice(everywhere)
        if isinstance(tree, list) and key >= len(tree):
            continue
        if chance.random() < 0.3:
            tree.pop(key, None) if isinstance(tree, dict) else tree.pop(key)
        else:
            tree[key] = copy.deepcopy(chance.choice(VALUES))
    try:
        as_json.render(read(config))
    except SpecErrors as several:
        assert all(draw(error).startswith("error[E") for error in several.errors)
    except DenseError as error:
        assert draw(error).startswith("error[E")


# -- shapes from outside ----------------------------------------------------------------------
TWO = {"class_name": "Functional", "config": {"name": "m", "layers": [
    {"class_name": "InputLayer", "name": name, "config": {"name": name, "batch_input_shape": [None, None]}, "inbound_nodes": []}
    for name in ("left", "right")
], "input_layers": [["left", 0, 0], ["right", 0, 0]], "output_layers": [["left", 0, 0], ["right", 0, 0]]}}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ({"lef": (3,)}, "'lef', which is not an input", "did you mean `left`?"),
        ({"nosuch": (3,)}, "'nosuch', which is not an input", "inputs: 'left', 'right'"),
        ({None: (3,)}, "got one shape for 2 inputs: 'left', 'right'", "--input-shape left=3,2"),
    ],
)
def test_a_shape_for_no_input_is_an_error_with_the_inputs_there_are(given, message, hint):
    (error,) = errors_of(TWO, input_shapes=given)
    assert error.code == "E406"
    assert message in error.message
    assert hint in error.hint


def test_shapes_are_given_by_name():
    assert [tensor.shape for tensor in read(TWO, input_shapes={"right": (3,)}).inputs] == [(None, None), (None, 3)]


# -- functions of TensorFlow ------------------------------------------------------------------
def tensorflow(*functions, shape=(4, 6)):
    """A model of tf.keras: each function by the name of its layer, with its inbound node."""
    layers = [
        {
            "class_name": "InputLayer",
            "name": "x",
            "config": {"name": "x", "batch_input_shape": [None, *shape]},
            "inbound_nodes": [],
        }
    ]
    layers += [
        {"class_name": "SlicingOpLambda" if "getitem" in function else "TFOpLambda", "name": name, "inbound_nodes": [node],
         "config": {"name": name, "function": function}}
        for name, function, node in functions
    ]  # fmt: skip
    ends = {"input_layers": [["x", 0, 0]], "output_layers": [[name, 0, 0] for name, _, _ in functions]}
    config = {"class_name": "Functional", "config": {"name": "m", "layers": layers, **ends}, "keras_version": "2.9.0"}
    return {row.name: row.output_shapes[0] for row in read(config).rows}


@pytest.mark.parametrize(
    ("function", "arguments", "shape"),  # shapes are those of TensorFlow 2.21
    [
        ("reverse", {"axis": [1]}, (None, 4, 6)),
        ("slice", {"begin": [0, 1, 0], "size": [-1, 2, -1]}, (None, 2, 6)),
        ("tensordot", {"b": [[1.0, 1.0]] * 6, "axes": 1}, (None, 4, 2)),
        ("math.multiply", {"y": [[[1.0]], [[2.0]]]}, (2, 4, 6)),
        ("linalg.matmul", {"b": [[1.0, 2.0]] * 6}, (None, 4, 2)),
        ("compat.v1.shape", {"out_type": "int32"}, (3,)),
        ("some.function", {}, None),
    ],
)
def test_functions_of_tensorflow_have_their_shapes(function, arguments, shape):
    assert tensorflow(("y", function, ["x", 0, 0, arguments]))["y"] == shape


@pytest.mark.parametrize("function", ["nn.avg_pool2d", "nn.max_pool2d", "image.flip_left_right"])
def test_windows_and_images_of_tensorflow(function):
    arguments = {} if "image" in function else {"ksize": 2, "strides": 2, "padding": "SAME"}
    expected = (None, 9, 9, 3) if "image" in function else (None, 5, 5, 3)
    assert tensorflow(("y", function, ["x", 0, 0, arguments]), shape=(9, 9, 3))["y"] == expected


def test_a_reshape_by_the_sizes_of_a_tensor_keeps_the_rest_known():
    """Asked of tf_keras 2.21: it works out -1 only if no other size is open."""
    found = tensorflow(
        ("shape", "compat.v1.shape", ["x", 0, 0, {}]),
        ("batch", "__operators__.getitem", ["shape", 0, 0, {"slice_spec": 0}]),
        ("flat", "reshape", ["x", 0, 0, {"shape": [["batch", 0, 0], -1]}]),
        ("kept", "reshape", ["x", 0, 0, {"shape": [["batch", 0, 0], 24]}]),
        ("sizes", "stack", [["batch", 0, 0, {}], ["batch", 0, 0, {}]]),
        ("open", "reshape", ["x", 0, 0, {"shape": ["sizes", 0, 0]}]),
        ("sum", "math.add_n", [["x", 0, 0, {}], ["x", 0, 0, {}]]),
    )
    assert (found["flat"], found["kept"], found["open"]) == ((None, None), (None, 24), (None, None))
    assert found["sum"] == (None, 4, 6)


# -- newer files ------------------------------------------------------------------------------
def quantized(policy, more=None, **config):
    dtype = {"module": "keras.dtype_policies", "class_name": policy, "config": config, "registered_name": None}
    given = {"name": "d", "units": 6, "dtype": dtype, "quantization_config": more}
    entry = {"module": "keras.layers", "class_name": "Dense", "config": given}
    first = {"module": "keras.layers", "class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 8]}}
    return read(
        {"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": [first, entry]}}
    ).rows[0]


@pytest.mark.parametrize(
    ("policy", "mode", "params", "occupied"),
    [
        ("QuantizedDTypePolicy", "int8", 60, 72 + 24),
        ("QuantizedDTypePolicy", "int4", 36, 48 + 24),
        ("Int4DTypePolicy", "int4/128", 50, 86 + 24),
        ("GPTQDTypePolicy", "gptq/4/4", 62, 116 + 24),
        ("AWQDTypePolicy", "awq/4/-1", 58, 118 + 24),
    ],
)  # counts and bytes of Keras 3.15.1
def test_quantized_policies_have_the_weights_that_keras_makes(policy, mode, params, occupied):
    row = quantized(policy, mode=mode, source_name="float32")
    assert (row.params, row.trainable_params, row.weight_bytes) == (params, 6, occupied)
    assert not row.opaque


def test_a_policy_of_float8_trains_its_scales():
    row = quantized("QuantizedFloat8DTypePolicy", mode="float8", source_name="float32", amax_history_length=1024)
    assert (row.params, row.trainable_params) == (48 + 6 + 3 * 1025, 48 + 6 + 3 * 1025)


@pytest.mark.parametrize(
    ("mode", "name", "config", "params"),
    [
        ("int4/128", "Int4QuantizationConfig", {"block_size": 4}, 62),
        ("int4/128", "Int4QuantizationConfig", {"block_size": None}, 36),
        ("int4/128", "Int4QuantizationConfig", {"block_size": -1}, 36),
        ("int4/128", "Int4QuantizationConfig", {"block_size": 128}, 50),
        ("int4/128", "Int8QuantizationConfig", {}, 50),
        ("gptq/4/-1", "GPTQConfig", {"weight_bits": 8, "group_size": 4}, 86),
        ("gptq/4/-1", "GPTQConfig", {"weight_bits": 4, "group_size": -1, "dataset": None}, 50),
        ("int4/128", "Int4QuantizationConfig", {"block_size": "wide"}, 36),
        ("int4/128", 4, "no object", 50),
    ],
)  # of Keras 3.15.1, the last two apart
def test_sizes_in_a_quantization_config_count_more_than_those_of_the_policy(mode, name, config, params):
    more = {"module": "keras.quantizers", "class_name": name, "config": config, "registered_name": None}
    assert quantized("Policy", more, mode=mode, source_name="float32").params == params


QUANTIZABLE = {  # what `Model.quantize` of Keras 3.15.1 changes
    "Dense": {"units": 3},
    "EinsumDense": {"equation": "ab,bc->ac", "output_shape": [3]},
    "Embedding": {"input_dim": 4, "output_dim": 3},
    "ReversibleEmbedding": {"input_dim": 4, "output_dim": 3},
}


def test_a_policy_without_a_rule_makes_the_layer_opaque_and_never_wrong():
    policy = {"class_name": "Int2DTypePolicy", "config": {"mode": "int2/128", "source_name": "float32"}}
    first = {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 8]}}
    for kind, config in QUANTIZABLE.items():
        entry = {"class_name": kind, "config": {"name": "d", "dtype": policy, **config}}
        assert read({"module": "keras", **nested("m", [first, entry])}).rows[0].opaque
    assert (
        not read(
            {
                "module": "keras",
                **nested("m", [first, {"class_name": "Flatten", "config": {"name": "d", "dtype": policy}}]),
            }
        )
        .rows[0]
        .opaque
    )
    assert quantized("Int2DTypePolicy", mode="int2/128", source_name="float32").opaque
    assert quantized("Int4DTypePolicy", mode="int4/128/8", source_name="float32").opaque
    assert quantized("QuantizedFloat8DTypePolicy", mode="float8", source_name="float32", amax_history_length=16).opaque


def test_a_function_of_keras_3_in_an_h5_file_has_no_module_and_is_known_by_its_arguments():
    layers = [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 4, 6]}, "name": "x", "inbound_nodes": []},
        {"class_name": "Reshape", "config": {"name": "r", "newshape": [-1, 3]}, "name": "r", "inbound_nodes": [
            {"args": [{"class_name": "__keras_tensor__", "config": {"shape": [None, 4, 6], "dtype": "float32", "keras_history": ["x", 0, 0]}}],
             "kwargs": {}}]},
    ]  # fmt: skip
    config = {"name": "m", "layers": layers, "input_layers": [["x", 0, 0]], "output_layers": [["r", 0, 0]]}
    assert read({"class_name": "Functional", "config": config}, version="3.15.1").rows[1].output_shapes == ((None, 3),)


def test_keras_files_of_tf_keras_count_nodes_as_it_does():
    inner = one_dense("inner", "a", "b") | {"name": "inner", "inbound_nodes": [[["x", 0, 0, {}]]]}
    first = {"module": "tf_keras.layers", "class_name": "InputLayer", "config": {"name": "x", "batch_input_shape": [None, 4]}, "name": "x", "inbound_nodes": []}  # fmt: skip
    config = {"name": "m", "layers": [first, inner], "input_layers": [["x", 0, 0]], "output_layers": [["inner", 1, 0]]}
    report = read({"module": "tf_keras.src.engine.functional", "class_name": "Functional", "config": config})
    assert report.outputs[0].shape == (None, 3)


def one_dense(name, first, second):
    layers = [
        {"module": "tf_keras.layers", "class_name": "InputLayer", "config": {"name": first, "batch_input_shape": [None, 4]}, "name": first, "inbound_nodes": []},
        {"module": "tf_keras.layers", "class_name": "Dense", "config": {"name": second, "units": 3}, "name": second, "inbound_nodes": [[[first, 0, 0, {}]]]},
    ]  # fmt: skip
    config = {"name": name, "layers": layers, "input_layers": [[first, 0, 0]], "output_layers": [[second, 0, 0]]}
    return {"module": "tf_keras.src.engine.functional", "class_name": "Functional", "config": config}


def test_entries_that_differ_in_their_name_only_are_one_layer_with_weights_of_their_own():
    graph = read_config(
        sequential(dense("a", 4, batch_input_shape=[None, 4]), dense("b", 4), dense("c", 4)), Source("", "{}")
    )
    assert graph.nodes[2].layer is graph.nodes[3].layer
    assert infer(graph).totals.params == 3 * 20
    assert not any(row.shares_weights_with for row in infer(graph).rows)
