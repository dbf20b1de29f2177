"""Features of Keras 0 and 1 that later versions lack. Shapes are those of Keras 1.2.2's own rules and examples."""

from __future__ import annotations

import json

import pytest

from densecli.errors import Source, SpecErrors
from densecli.read.keras.model import read_config
from densecli.read.open import open_spec
from densecli.summary.infer import infer
from support.folders import FIXTURES


def rows(*layers):
    entries = [
        {"class_name": kind, "config": {"name": f"l{index}", **config}} for index, (kind, config) in enumerate(layers)
    ]
    document = {"class_name": "Sequential", "keras_version": "1.2.2", "config": entries}
    return infer(read_config(document, Source("<test>", ""))).rows


def windows(kind="Convolution2D", shape=(3, 12, 12), order="th", **config):
    config = {
        "nb_filter": 3,
        "nb_row": 3,
        "nb_col": 3,
        "dim_ordering": order,
        "border_mode": "valid",
        "subsample": [1, 1],
        **config,
    }
    (row,) = rows((kind, {"batch_input_shape": [None, *shape], **config}))
    assert row.type == kind
    return row.output_shapes[0], row.params


@pytest.mark.parametrize(
    ("stated", "subsample", "shape"), [([None, 3, 14, 14], 1, (3, 14, 14)), ([None, 3, 25, 25], 2, (3, 25, 25))]
)
def test_a_deconvolution_has_the_size_that_it_states(stated, subsample, shape):
    found, params = windows("Deconvolution2D", output_shape=stated, subsample=[subsample] * 2)
    assert (found, params) == ((None, *shape), 3 * 3 * 3 * 3 + 3)


def test_a_deconvolution_may_state_a_size_that_no_rule_gives():
    found, _ = windows("Deconvolution2D", (16, 16, 3), "tf", output_shape=[None, 35, 34, 3], subsample=[2, 2])
    assert found == (None, 35, 34, 3)


@pytest.mark.parametrize("stated", [[None, 14, 14], "14", [None, "a", "b", 3]])
def test_a_deconvolution_that_states_no_shape_is_a_mistake(stated):
    with pytest.raises(SpecErrors, match="output_shape"):
        windows("Deconvolution2D", (12, 12, 3), "tf", output_shape=stated)


def test_full_borders_reach_as_far_as_the_windows_can():
    assert windows(border_mode="full") == ((None, 3, 14, 14), 84)
    assert windows(border_mode="full", subsample=[2, 2])[0] == (None, 3, 7, 7)
    assert windows("AtrousConvolution2D", border_mode="full", atrous_rate=[2, 2])[0] == (None, 3, 16, 16)
    (row,) = rows(
        (
            "Convolution1D",
            {"nb_filter": 4, "filter_length": 3, "border_mode": "full", "batch_input_shape": [None, None, 5]},
        )
    )
    assert (row.output_shapes[0], row.params) == ((None, None, 4), 64)


@pytest.mark.parametrize(
    ("padding", "size"),
    [
        ([1, 2], (10, 12)),
        ([1, 2, 3, 4], (11, 15)),
        ({"top_pad": 1, "left_pad": 2}, (9, 10)),
        ({"top_pad": 1, "bottom_pad": 1, "left_pad": 2, "right_pad": 2}, (10, 12)),
    ],
)
def test_borders_one_after_the_other_or_by_name(padding, size):
    (row,) = rows(("ZeroPadding2D", {"padding": padding, "dim_ordering": "tf", "batch_input_shape": [None, 8, 8, 1]}))
    assert row.output_shapes[0] == (None, *size, 1)


@pytest.mark.parametrize(("padding", "size"), [(2, 12), ([1, 2], 11), ({"left_pad": 1}, 9)])
def test_borders_of_sequences(padding, size):
    (row,) = rows(("ZeroPadding1D", {"padding": padding, "batch_input_shape": [None, 8, 2]}))
    assert row.output_shapes[0] == (None, size, 2)


@pytest.mark.parametrize(("mode", "stated", "shape"), [("4wEA", [3], (None, 3)), (["4wEA", None, None], None, None)])
def test_a_merge_by_a_function_has_the_shape_that_it_states(mode, stated, shape):
    inputs = [
        {
            "class_name": "InputLayer",
            "name": name,
            "config": {"name": name, "batch_input_shape": [None, 8]},
            "inbound_nodes": [],
        }
        for name in "ab"
    ]
    config = {"name": "m", "mode": mode, "mode_type": "lambda", "output_shape": stated, "output_shape_type": "raw"}
    merge = {"class_name": "Merge", "name": "m", "config": config, "inbound_nodes": [[["a", 0, 0], ["b", 0, 0]]]}
    ends = {"input_layers": [["a", 0, 0], ["b", 0, 0]], "output_layers": [["m", 0, 0]]}
    document = {
        "class_name": "Model",
        "keras_version": "1.2.2",
        "config": {"name": "x", "layers": [*inputs, merge], **ends},
    }
    row = infer(read_config(document, Source("<test>", ""))).rows[-1]
    assert (row.type, row.output_shapes[0]) == ("Merge", shape)


# -- the order of Theano ------------------------------------------------------------------------
TH = {"nb_filter": 4, "nb_row": 3, "nb_col": 3, "border_mode": "valid", "subsample": [1, 1], "dim_ordering": "th"}


def test_layers_that_keras_1_wrote_without_an_order_have_that_of_the_others():
    found = rows(
        ("ZeroPadding2D", {"padding": [1, 1], "batch_input_shape": [None, 3, 8, 8]}),
        ("Convolution2D", TH),
        ("UpSampling2D", {"size": [2, 2]}),
        ("Cropping2D", {"cropping": [[1, 1], [2, 2]]}),
    )
    shapes = [row.output_shapes[0][1:] for row in found]
    assert (shapes, found[1].params) == ([(3, 10, 10), (4, 8, 8), (4, 16, 16), (4, 14, 12)], 112)


def test_without_an_order_anywhere_channels_come_last():
    (row,) = rows(("ZeroPadding2D", {"padding": [1, 1], "batch_input_shape": [None, 8, 8, 3]}))
    assert row.output_shapes[0] == (None, 10, 10, 3)


def test_a_config_in_the_words_of_keras_1_is_read_as_such_without_a_version():
    first = {"class_name": "Convolution2D", "config": {"name": "c", **TH, "batch_input_shape": [None, 3, 8, 8]}}
    report = infer(read_config({"class_name": "Sequential", "config": [first]}, Source("<test>", "")))
    assert (report.rows[0].type, report.outputs[0].shape) == ("Convolution2D", (None, 4, 6, 6))


# -- Keras 0 ------------------------------------------------------------------------------------
OLD = {
    "name": "Sequential", "class_mode": "categorical", "loss": "mse", "optimizer": {"name": "SGD"},
    "layers": [
        {"name": "Convolution2D", "custom_name": "first", "nb_filter": 4, "nb_row": 3, "nb_col": 3, "border_mode": "full",
         "dim_ordering": "th", "subsample": [1, 1], "cache_enabled": True, "input_shape": [1, 8, 8]},
        {"name": "Activation", "custom_name": "activation", "activation": "relu", "cache_enabled": True},
        {"name": "Flatten", "cache_enabled": True},
        {"name": "Dense", "custom_name": "dense", "output_dim": 2, "input_dim": None},
        {"name": "Activation", "custom_name": "activation", "activation": "softmax"},
    ],
}  # fmt: skip


def test_a_sequential_of_keras_0(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps(OLD), encoding="utf-8")
    report = infer(open_spec(str(path)))
    assert [row.name for row in report.rows] == ["first", "activation", "flatten", "dense", "activation_2"]
    assert (report.rows[0].output_shapes[0], report.totals.params) == ((None, 4, 10, 10), 40 + 802)


def test_keras_0_had_channels_first_before_it_had_a_word_for_that(tmp_path):
    old = json.loads(json.dumps(OLD))
    del old["layers"][0]["dim_ordering"]
    path = tmp_path / "model.json"
    path.write_text(json.dumps(old), encoding="utf-8")
    assert infer(open_spec(str(path))).rows[0].output_shapes[0] == (None, 4, 10, 10)


def test_a_model_in_a_model_of_keras_0(tmp_path):
    inner = {"name": "Sequential", "loss": "mse", "layers": [{"name": "Dense", "output_dim": 3, "input_shape": [4]}]}
    outer = {"name": "Sequential", "loss": "mse", "layers": [inner, {"name": "Dense", "output_dim": 2}]}
    path = tmp_path / "model.json"
    path.write_text(json.dumps(outer), encoding="utf-8")
    report = infer(open_spec(str(path)))
    assert ([row.name for row in report.rows], report.totals.params) == (["sequential", "dense"], 15 + 8)


def test_a_spec_of_densecli_that_is_called_sequential_stays_one(tmp_path):
    path = tmp_path / "spec.json"
    path.write_text(
        json.dumps({"name": "Sequential", "input": [3], "layers": [{"type": "Dense", "units": 2, "name": "Dense"}]}),
        encoding="utf-8",
    )
    report = infer(open_spec(str(path)))
    assert (report.name, report.rows[0].name, report.totals.params) == ("Sequential", "Dense", 8)


def test_numbered_names_of_keras_0_do_not_meet_names_that_are_given(tmp_path):
    layers = [{"name": "Dense", "output_dim": 2, "input_dim": 3, "cache_enabled": True, "input_shape": [3]}]
    layers += [{"name": "Dense", "output_dim": 2, "custom_name": "dense_2"}, {"name": "Dense", "output_dim": 2}]
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"name": "Sequential", "layers": layers, "loss": "mse"}), encoding="utf-8")
    assert [row.name for row in infer(open_spec(str(path))).rows] == ["dense", "dense_2", "dense_3"]


def test_a_call_that_nothing_uses_is_not_taken_for_another():
    """Keras 2 counts a node of its own before the calls of a nested model (read back by tf_keras 2.21: 4 and 10)."""
    report = infer(open_spec(str(FIXTURES / "unused_call.json")))
    assert [output.shape for output in report.outputs] == [(None, 4, 2), (None, 10)]
