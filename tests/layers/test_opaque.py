"""Opaque layers: their code is never run, opened or decoded, and unknown stays unknown."""

from __future__ import annotations

import builtins
import marshal
import pickle

import pytest

from densecli.catalogue import CATALOGUE, lookup
from densecli.errors import ShapeError, Source
from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.graph.trace import Tensor, apply
from densecli.layers.core import Dense, InputLayer
from densecli.layers.opaque import Custom
from densecli.read.stack.reader import read_stack
from densecli.summary.infer import infer

CODE = {
    "class_name": "__lambda__",
    "config": {"code": "4wEAAAAAAAAAAAAAAAIAAAADAAAA8w==\n", "defaults": None, "closure": None},
}


def report_of(text):
    return infer(read_stack(Source("<argument>", text)))


def shape_of(name, shape, **config):
    return apply(lookup(name)(**config), (shape,), {}, (Tensor(shape, "float32"),)).tensors[0].shape


@pytest.fixture
def closed(monkeypatch):
    """Opening a file or decoding code fails the test."""

    assert list(CATALOGUE.values())  # families are imported on first use: do that while open still works

    def refuse(*_, **__):
        raise AssertionError("opened or decoded")

    for module, name in (
        (builtins, "open"),
        (builtins, "eval"),
        (builtins, "exec"),
        (marshal, "loads"),
        (pickle, "loads"),
    ):
        monkeypatch.setattr(module, name, refuse)


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("Lambda", {"function": CODE}),
        ("Lambda", {"function": CODE, "output_shape": CODE, "mask": CODE}),
        ("Lambda", {"function": CODE, "output_shape": [3, "4"]}),
        ("Lambda", {"function": CODE, "output_shape": [True]}),
        ("TFSMLayer", {"filepath": "/etc/passwd"}),
        ("JaxLayer", {"call_fn": CODE, "params": {"w": [1.0]}}),
        ("FlaxLayer", {"module": CODE, "method": "apply"}),
        ("TorchModuleWrapper", {"module": "UEsDBAAACAgAAAAAAAAAAAAA"}),
        ("Custom", {"anything": CODE, "dtype": 3, "trainable": "no"}),
    ],
)
@pytest.mark.usefixtures("closed")
def test_what_the_config_does_not_state_is_unknown(name, config):
    assert shape_of(name, (None, 3), **config) is None


def test_what_the_config_states_is_known():
    assert shape_of("Lambda", (None, 3), function=CODE, output_shape=[4, None]) == (None, 4, None)
    assert shape_of("Lambda", (7, 3), function=CODE, output_shape=[]) == (7,)
    # Keras 3.15.1 takes this one with the batch.
    assert shape_of("TorchModuleWrapper", (None, 3), module="", output_shape=[None, 5]) == (None, 5)


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("name", ["StringLookup", "IntegerLookup", "TextVectorization"])
def test_a_vocabulary_path_is_never_opened(name):
    layer = lookup(name)(vocabulary="/etc/passwd", output_mode="multi_hot")
    assert layer.output((None,))[-1] is None
    assert not layer.runnable
    assert lookup(name)(vocabulary="http://host/words", output_mode="count", vocabulary_size=9).output((None,))[-1] == 9
    assert (
        lookup(name)(vocabulary="words", output_mode="count", max_tokens=5, pad_to_max_tokens=True).output((None,))[-1]
        == 5
    )


def test_everything_behind_is_unknown_and_totals_are_a_lower_bound():
    report = report_of("Dense(4)@(3,) -> Lambda(f) -> Dense(5) -> Flatten")
    assert [row.output_shapes for row in report.rows] == [((None, 4),), (None,), (None,), (None,)]
    assert [row.opaque for row in report.rows] == [False, True, True, True]
    assert [row.uncounted for row in report.rows] == [False, True, True, False]
    assert (report.totals.params, report.totals.macs, report.totals.lower_bound) == (16, None, True)


def test_a_stated_shape_goes_on():
    report = report_of("Dense(4)@(3,) -> Lambda(f, output_shape=(7,)) -> Dense(5)")
    assert report.rows[-1].output_shapes == ((None, 5),)
    assert (report.totals.params, report.totals.lower_bound) == (16 + 7 * 5 + 5, True)


def test_a_foreign_class_keeps_its_name():
    nodes = [
        Node("in", InputLayer(shape=(3,)), [Call(())]),
        Node("mine", Custom("MyLayer", units=3), [Call((Ref(0),))]),
    ]
    row = infer(Graph("m", "Sequential", nodes, [Ref(0)], [Ref(1)])).rows[0]
    assert (row.type, row.output_shapes) == ("MyLayer", (None,))
    assert Custom("My", trainable=False, dtype="float16", type_name="x").given["type_name"] == "x"
    assert Custom("My", trainable=False).trainable is False


def test_any_output_of_an_opaque_layer_may_be_used():
    nodes = [
        Node("in", InputLayer(shape=(3,)), [Call(())]),
        Node("mine", Custom("Split"), [Call((Ref(0),))]),
        Node("out", Dense(units=4), [Call((Ref(1, 0, 1),))]),
    ]
    report = infer(Graph("m", "Functional", nodes, [Ref(0)], [Ref(2)]))
    assert report.outputs[0].shape is None


@pytest.mark.parametrize(("index", "count"), [(1, 2), (71, 72), (72, 1), (10**9, 1)])
def test_an_output_far_beyond_those_that_are_told_is_not_believed(index, count):
    """All outputs up to the last are listed: ten characters in a file could demand a list of 10^9."""
    told = {(1, 0): {at: {"shape": [None, 7], "dtype": "float32"} for at in (0, index)}}
    nodes = [
        Node("in", InputLayer(shape=(3,)), [Call(())]),
        Node("mine", Custom("Split"), [Call((Ref(0),))]),
        Node("out", Dense(units=4), [Call((Ref(1, 0, index),))]),
    ]
    graph = Graph("m", "Functional", nodes, [Ref(0)], [Ref(2)])
    graph.told = told
    report = infer(graph)
    assert len(report.rows[1].output_shapes) == count
    assert report.outputs[0].shape == ((None, 4) if count > 1 else None)


def test_opaque_layers_take_any_number_of_tensors():
    report = report_of("[Dense(4)@(3,) | Dense(5)@(7,)] -> Custom(a=1)")
    assert report.rows[-1].output_shapes == (None,)


@pytest.mark.parametrize("name", ["AutoContrast", "Resizing", "RandomFlip", "CenterCrop"])
def test_images_have_three_or_four_axes(name):
    """Keras 3.15.1 makes such a model from most of them, and fails when it is called."""
    config = {"height": 4, "width": 4} if name in ("Resizing", "CenterCrop") else {}
    for shape in ((None, 8), (None, 2, 8, 8, 3)):
        with pytest.raises(ShapeError):
            shape_of(name, shape, **config)
