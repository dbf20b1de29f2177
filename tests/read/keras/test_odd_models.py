"""Odd models that people save: what tf.keras keeps beside the outputs, subclasses, custom layers in the middle."""

from __future__ import annotations

import json

import pytest

from densecli.errors import Source, SpecErrors
from densecli.read.keras.model import read_config
from densecli.read.open import open_spec
from densecli.summary.infer import infer


def read(document, **options):
    return infer(read_config(document, Source("<test>", ""), **options))


def entry(kind, name, *inbound, build=None, **config):
    found = {"class_name": kind, "name": name, "config": {"name": name, **config}, "inbound_nodes": list(inbound)}
    return found if build is None else found | {"build_config": {"input_shape": build}}


def functional(*entries, outputs, inputs=("x",)):
    ends = {"input_layers": [[name, 0, 0] for name in inputs], "output_layers": [[name, 0, 0] for name in outputs]}
    config = {"name": "m", "layers": list(entries), **ends}
    return {"class_name": "Functional", "config": config, "keras_version": "2.9.0"}


def sequential(*entries, kind="Sequential", **rest):
    return {"module": "keras", "class_name": kind, "config": {"name": "s", "layers": list(entries)}} | rest


X = entry("InputLayer", "x", batch_input_shape=[None, 8])


# -- what no output needs -------------------------------------------------------------------
def with_a_loss():
    return functional(
        X,
        entry("Dense", "code", [["x", 0, 0, {}]], units=4),
        entry("Dense", "critic", [["code", 0, 0, {}]], units=2),
        entry("TFOpLambda", "tf.mean", ["critic", 0, 0, {}], function="math.reduce_mean"),
        entry("AddLoss", "add_loss", [["tf.mean", 0, 0, {}]], unconditional=False),
        entry("AddMetric", "add_metric", [["tf.mean", 0, 0, {}]], aggregation="mean", metric_name="m"),
        outputs=["code"],
    )


def test_layers_that_only_a_loss_needs_are_rows_of_tf_keras_after_the_others():
    report = read(with_a_loss())
    names = ["x", "code", "critic", "tf.mean", "add_loss", "add_metric"]
    assert [row.name for row in report.rows] == names
    assert (report.totals.params, report.totals.lower_bound) == (36 + 10, False)  # as tf_keras 2.21 counts
    assert [row.output_shapes[0] for row in report.rows[2:]] == [(None, 2), (), (), ()]
    assert [tensor.name for tensor in report.outputs] == ["code"]


def test_keras_3_drops_layers_that_no_output_needs():
    document = with_a_loss() | {"keras_version": "3.3.0"}
    report = read(document)
    assert [row.name for row in report.rows] == ["x", "code"]
    assert "no output depends on 4 layers" in report.warnings[0]


def test_a_mistake_beside_the_outputs_is_found_too():
    document = with_a_loss()
    document["config"]["layers"][2]["config"]["units"] = -1
    with pytest.raises(SpecErrors, match="units"):
        read(document)


# -- calls ------------------------------------------------------------------------------------
def attention(call):
    inputs = [entry("InputLayer", name, batch_input_shape=[None, steps, 8]) for name, steps in (("q", 5), ("v", 3))]
    mask = entry("InputLayer", "a", batch_input_shape=[None, 5, 3])
    layer = entry("MultiHeadAttention", "mha", call, num_heads=2, key_dim=4)
    return functional(*inputs, mask, layer, outputs=["mha"], inputs=("q", "v", "a"))


def tensor(name, *shape):
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, *shape], "dtype": "float32", "keras_history": [name, 0, 0]},
    }


def test_an_attention_that_is_called_by_names_only_has_the_inputs_in_keras_order():
    named = {"query": tensor("q", 5, 8), "value": tensor("v", 3, 8), "attention_mask": tensor("a", 5, 3)}
    document = attention({"args": [], "kwargs": named})
    report = read(document | {"keras_version": "3.3.0"})
    assert [row.name for row in report.rows] == ["a", "q", "v", "mha"]  # Keras 3.15.1 sorts the names
    assert (report.rows[-1].params, report.outputs[0].shape) == (288, (None, 5, 8))


def test_tf_keras_goes_through_arguments_in_the_order_of_the_file():
    call = [["q", 0, 0, {"value": ["v", 0, 0], "attention_mask": ["a", 0, 0]}]]
    assert [row.name for row in read(attention(call)).rows] == ["q", "v", "a", "mha"]


def test_an_empty_constant_among_the_inbound_tensors_is_none_of_them():
    document = functional(
        entry("InputLayer", "x", batch_input_shape=[None]),
        entry("TFOpLambda", "sizes", ["x", 0, 0, {}], function="shape"),
        entry("TFOpLambda", "joined", [["sizes", 0, 0, {"axis": 0}], []], function="concat"),
        outputs=["joined"],
    )
    assert read(document).rows[-1].name == "joined"


# -- custom models --------------------------------------------------------------------------
@pytest.mark.parametrize("first", [X, entry("Dense", "d0", units=3, batch_input_shape=[None, 8])])
def test_a_subclass_of_sequential_is_read_by_its_layers(first):
    document = sequential(first, entry("Dense", "d", units=2), kind="my_code>Stack", module="my_code")
    report = read(document)
    assert report.rows[-1].output_shapes == ((None, 2),)
    assert report.totals.params in (18, 27 + 8)
    nested = read(
        sequential(X, {**document, "config": {**document["config"], "name": "inner"}}, entry("Dense", "e", units=1))
    )
    assert (nested.rows[0].type, nested.rows[0].params) == ("Stack", report.totals.params)


def test_a_custom_layer_that_holds_layers_stays_opaque():
    inner = {
        "class_name": "mine>Block",
        "config": {"name": "b", "layers": [entry("Dense", "d", units=2)]},
        "module": "mine",
    }
    row = read(sequential(X, inner)).rows[0]
    assert (row.type, row.output_shapes, row.params) == ("Block", (None,), 0)


@pytest.mark.parametrize("more", [{"module": None, "registered_name": "mine>Stack"}, {}])
def test_a_custom_layer_with_the_name_of_an_operation_is_a_layer(more):
    stack = entry("Stack", "st", [["x", 0, 0, {}]], trainable=True, dtype="float32") | more
    document = functional(X, stack, entry("Dense", "d", [["st", 0, 0, {}]], units=1), outputs=["d"])
    row = read(document | {"keras_version": "3.3.0"}).rows[1]
    assert (row.type, row.output_shapes, row.layer.opaque) == ("Stack", (None,), True)


def test_a_discretization_that_saw_data_has_boundaries_and_a_number_of_bins():
    layer = entry("Discretization", "d", bin_boundaries=[0.2, 0.5, 0.9], num_bins=4, output_mode="one_hot") | {
        "module": "keras.layers"
    }
    assert read(sequential(entry("InputLayer", "x", batch_shape=[None, 1]), layer)).outputs[0].shape == (None, 4)


def test_an_rnn_with_a_cell_of_somebodys_own_is_opaque():
    cell = {"class_name": "Cell", "module": "mine", "registered_name": "mine>Cell", "config": {"units": 4}}
    report = read(sequential(entry("InputLayer", "x", batch_shape=[None, 6, 3]), entry("RNN", "r", cell=cell)))
    assert (report.rows[0].type, report.rows[0].output_shapes, report.totals.lower_bound) == ("RNN", (None,), True)


def test_an_rnn_with_a_cell_that_is_none_is_still_a_mistake():
    cell = entry("Dense", "d", units=3) | {"module": "keras.layers"}
    with pytest.raises(SpecErrors, match="cell"):
        read(sequential(entry("InputLayer", "x", batch_shape=[None, 6, 3]), entry("RNN", "r", cell=cell)))


# -- what layers were built with ----------------------------------------------------------------
def test_the_layer_behind_a_lambda_tells_its_shape():
    report = read(sequential(X, entry("Lambda", "f"), entry("Dense", "d", units=2, build=[None, 5])))
    assert [row.output_shapes for row in report.rows] == [((None, 5),), ((None, 2),)]
    assert report.totals.params == 12


def test_a_batch_that_a_layer_was_built_with_is_no_part_of_the_model():
    report = read(sequential(X, entry("Lambda", "f"), entry("Dense", "d", units=2, build=[32, 5])))
    assert report.outputs[0].shape == (None, 2)


def test_layers_behind_several_outputs_of_a_custom_layer_tell_their_shapes():
    two = entry("Two", "two", [["x", 0, 0, {}]])
    joined = entry("Concatenate", "join", [["two", 0, 0, {}], ["two", 0, 1, {}]], build=[[None, 3], [None, 4]])
    report = read(functional(X, two, joined, outputs=["join"]))
    assert [row.output_shapes for row in report.rows[1:]] == [((None, 3), (None, 4)), ((None, 7),)]


def test_a_rule_of_densecli_counts_more_than_what_a_layer_was_built_with():
    report = read(sequential(X, entry("Dense", "a", units=3), entry("Dense", "d", units=2, build=[None, 5])))
    assert report.totals.params == 27 + 8


# -- names and shapes of tf.keras ---------------------------------------------------------------
def test_an_einsum_dense_of_tf_keras_tells_the_sizes_of_its_input():
    config = {"equation": "abc,cd->abd", "output_shape": [None, 4], "bias_axes": "d"}
    x = entry("InputLayer", "x", batch_input_shape=[None, 10, 8])
    document = functional(x, entry("EinsumDense", "e", [["x", 0, 0, {}]], **config), outputs=["e"])
    assert read(document).outputs[0].shape == (None, 10, 4)
    assert read(document | {"keras_version": "3.3.0"}).outputs[0].shape == (None, None, 4)


def test_a_synchronized_batch_normalization_keeps_its_name():
    document = functional(X, entry("SyncBatchNormalization", "b", [["x", 0, 0, {}]]), outputs=["b"])
    row = read(document).rows[-1]
    assert (row.type, row.params, row.trainable_params) == ("SyncBatchNormalization", 32, 16)


# -- weights of what no rule is known for -------------------------------------------------------
def behind_a_lambda(**options):
    names = ("a", "b", "c")
    layers = [entry("InputLayer", "x", batch_input_shape=[None, 8]), entry("Lambda", "f")]
    return {
        "class_name": "Sequential",
        "config": {"name": "s", "layers": [*layers, *(entry("Dense", name, units=4) for name in names)]},
        **options,
    }


SIZES = {"a": (8, 4), "b": (4, 4), "c": (4, 4)}


def test_equal_layers_behind_an_unknown_shape_hold_their_own_weights(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "m.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(behind_a_lambda())
        for name, shape in SIZES.items():
            file.create_dataset(f"model_weights/{name}/{name}/kernel:0", shape, "f4")
            file.create_dataset(f"model_weights/{name}/{name}/bias:0", shape[1:], "f4")
    report = infer(open_spec(str(path)))
    assert [row.params for row in report.rows] == [0, 36, 20, 20]
    assert report.totals.params == 76


@pytest.mark.parametrize("above", ["", "sequential/"])
def test_a_weights_manifest_of_tensorflow_js_tells_what_custom_layers_hold(above):
    weights = [
        weight
        for name, shape in SIZES.items()
        for weight in (
            {"name": f"{above}{name}/kernel", "shape": list(shape), "dtype": "float32"},
            {"name": f"{above}{name}/bias", "shape": [4]},
        )
    ]
    scale = entry("Scale", "scale")
    topology = behind_a_lambda()
    topology["config"]["layers"].append(scale)
    weights += [
        {"name": f"{above}scale/gain", "shape": [], "dtype": "float32"},
        {"name": 3},
        {"name": "scale/bad", "shape": "no"},
    ]
    document = {
        "modelTopology": {"model_config": topology, "keras_version": "2.9.0"},
        "weightsManifest": [{"weights": weights}, 7],
    }
    report = read(document)
    assert [row.params for row in report.rows] == [0, 36, 20, 20, 1]
    assert [weight.name for weight in report.rows[1].weights] == ["kernel", "bias"]


@pytest.mark.parametrize("manifest", [None, {}, [None], [{"weights": 3}], [{"weights": [None, {}]}]])
def test_a_manifest_that_is_none_changes_nothing(manifest):
    report = read({"modelTopology": behind_a_lambda(), "weightsManifest": manifest})
    assert (report.totals.params, report.totals.lower_bound) == (0, True)


# -- inputs without a shape ---------------------------------------------------------------------
NO_SHAPE = functional(entry("InputLayer", "x"), entry("Dense", "d", [["x", 0, 0, {}]], units=3), outputs=["d"])


@pytest.mark.parametrize("name", ["x", None])
def test_an_input_that_has_no_shape_takes_the_one_from_outside(name):
    assert read(NO_SHAPE, input_shapes={name: (4,)}).totals.params == 15


def test_two_inputs_without_a_shape_take_each_its_own():
    inputs = [entry("InputLayer", name) for name in ("a", "b")]
    dense = [entry("Dense", f"d{name}", [[name, 0, 0, {}]], units=3) for name in ("a", "b")]
    document = functional(*inputs, *dense, inputs=("a", "b"), outputs=("da", "db"))
    report = read(document, input_shapes={"a": (3,), "b": (5,)})
    assert [row.params for row in report.rows] == [0, 0, 12, 18]


@pytest.mark.parametrize("name", [{}, [], 1, None])
def test_an_input_without_a_shape_may_have_an_odd_name(name):
    with pytest.raises(SpecErrors):
        read({"class_name": "Sequential", "config": [{"class_name": "InputLayer", "config": {"name": name}}]})


def test_an_input_without_any_shape_says_where_it_stands():
    with pytest.raises(SpecErrors) as caught:
        read(NO_SHAPE)
    (error,) = caught.value.errors
    assert (error.code, error.place.pointer, error.layer) == ("E406", "/config/layers/0", None)


def test_an_open_input_of_a_spec_is_one_mistake_and_not_two(tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_text(
        "input: {a: , b: [4]}\nlayers:\n- {type: Dense, units: 3, inputs: [a], name: d}\n- {type: Add, inputs: [d, b]}\n",
        encoding="utf-8",
    )
    with pytest.raises(SpecErrors) as caught:
        open_spec(str(path))
    assert [error.code for error in caught.value.errors] == ["E406"]


@pytest.mark.parametrize(("broken", "code"), [("Dense, units: -3", "E303"), ("Dnese, units: 3", "E304")])
def test_a_layer_with_a_mistake_is_one_mistake_and_not_two(tmp_path, broken, code):
    path = tmp_path / "spec.yaml"
    path.write_text(
        f"input: {{b: [4]}}\nlayers:\n- {{type: {broken}, inputs: [b], name: d}}\n- {{type: Add, inputs: [d, b]}}\n",
        encoding="utf-8",
    )
    with pytest.raises(SpecErrors) as caught:
        open_spec(str(path))
    assert [error.code for error in caught.value.errors] == [code]


# -- TensorFlow.js --------------------------------------------------------------------------------
def test_a_switch_that_tensorflow_js_left_unset_is_off():
    lstm = entry("LSTM", "l", units=4, batch_input_shape=[None, 5, 2], unit_forget_bias=None, use_bias=True)
    document = {
        "class_name": "Sequential",
        "config": {"name": "s", "layers": [lstm]},
        "keras_version": "tfjs-layers 4.22.0",
    }
    assert read(document).totals.params == 4 * 4 * (2 + 4 + 1)


def test_a_number_that_is_not_there_is_still_a_mistake():
    dense = entry("Dense", "d", units=None, batch_input_shape=[None, 5])
    with pytest.raises(SpecErrors, match="units"):
        read({"class_name": "Sequential", "config": {"name": "s", "layers": [dense]}})


# -- hand-made and early files ----------------------------------------------------------------------
def test_layers_without_names_get_those_that_keras_gives():
    layers = [
        {"class_name": "Dense", "config": {"units": 3, "batch_input_shape": [None, 4]}},
        *({"class_name": "Dense", "config": {"units": 2}} for _ in "ab"),
    ]
    report = read({"class_name": "Sequential", "config": {"name": "s", "layers": layers}})
    assert [row.name for row in report.rows] == ["dense", "dense_1", "dense_2"]


def test_a_layer_without_a_name_does_not_take_that_of_an_equal_one():
    layers = [{"class_name": "Dense", "config": {"name": name, "units": 4}} for name in ("mine", None, None)]
    config = {"name": "s", "layers": layers, "build_input_shape": [None, 4]}
    report = read({"class_name": "Sequential", "config": config})
    assert [row.name for row in report.rows] == ["mine", "dense", "dense_1"]


@pytest.mark.parametrize(
    ("kind", "config", "shape"),
    [
        ("TextVectorization", {"max_tokens": 20, "output_mode": "binary", "pad_to_max_tokens": True, "dtype": "string"}, (None, 20)),
        ("TextVectorization", {"max_tokens": 20, "output_mode": "tf-idf", "pad_to_max_tokens": True, "dtype": "string"}, (None, 20)),
        ("CategoryEncoding", {"max_tokens": 20, "output_mode": "binary"}, (None, 20)),
        ("LayerNormalization", {"axis": {"class_name": "ListWrapper", "items": [1]}}, (None, 1)),
    ],
)  # fmt: skip
def test_early_forms_of_tensorflow_2(kind, config, shape):
    layers = [entry("InputLayer", "x", batch_input_shape=[None, 1]), entry(kind, "y", **config)]
    document = {"class_name": "Sequential", "config": {"name": "s", "layers": layers}, "keras_version": "2.4.0"}
    assert read(document).outputs[0].shape == shape


def test_a_graph_model_of_tensorflow_js_says_that_it_has_no_layers():
    document = {
        "format": "graph-model",
        "modelTopology": {"node": [{"name": "x", "op": "Placeholder"}]},
        "weightsManifest": [],
    }
    with pytest.raises(SpecErrors, match=r"TensorFlow\.js graph model") as caught:
        read(document)
    assert caught.value.errors[0].code == "E404"


@pytest.mark.parametrize("layer", [{"kind": "Dropout", "rate": 0.5}, {"kind": "Activation", "activation": "relu"}])
def test_a_second_tensor_is_nothing_to_a_layer_that_hands_on_its_first(layer):
    kind = layer.pop("kind")
    both = [tensor("x", None, 8), tensor("x", None, 8)]
    calls = [{"args": both, "kwargs": {}}]
    report = read(functional(X, entry(kind, "d", *calls, **layer), outputs=["d"]))
    assert report.rows[-1].output_shapes == ((None, 8),)


@pytest.mark.parametrize("nested", [False, True])
def test_an_input_that_is_no_input_layer_is_said_to_be_none(nested):
    model = functional(X, entry("Dense", "d", [["x", 0, 0, {}]], units=3), inputs=("d",), outputs=("d",))
    with pytest.raises(SpecErrors) as caught:
        read({"class_name": "Sequential", "config": [entry("Dense", "e", units=2), model]} if nested else model)
    assert "'d' is listed as an input" in caught.value.errors[0].message


def test_an_attention_on_what_is_no_tensor_is_an_error():
    x = entry("InputLayer", "x", batch_input_shape=[None, 5, 8])
    call = [["x", 0, 0, {"value": ["x", "y", 0]}]]
    with pytest.raises(SpecErrors, match="cannot be called"):
        read(functional(x, entry("MultiHeadAttention", "a", call, num_heads=2, key_dim=3), outputs=["a"]))
