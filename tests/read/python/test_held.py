"""Layers of the source that wrappers and recurrent layers hold: what cannot be said is an error with its reason."""

from __future__ import annotations

import pytest

from densecli.errors import DenseError, Source
from densecli.read.python import reader
from densecli.read.reading import Reading
from densecli.run.run import run
from densecli.summary.infer import infer

WRAPPERS = (
    "TimeDistributed({})",
    "Bidirectional({})",
    "RNN({})",
    "RNN([{}, LSTMCell(2)])",
    "SpectralNormalization({})",
)
CLASSES = {
    "no build": "def call(self, x, *_):\n        return Dense(3)(x)",
    "no call": "units = 3",
    "refuses": "def call(self, x, *_):\n        raise ValueError('not this')",
    "refuses to build": "def build(self, shape):\n        raise ValueError('not this')\n    def call(self, x, *_):\n        return x",
    "unknown": "def call(self, x, *_):\n        return open('f').read()",
    "state of a string": "state_size = 'four'\n    def call(self, x, states):\n        return x, states",
    "unknown state": "state_size = int(input())\n    def call(self, x, states):\n        return x, states",
    "one result": "state_size = 2\n    def call(self, x, states):\n        return x",
    "no shape": "def build(self, shape):\n        self.w = self.add_weight(shape=(3,))\n    def call(self, x, *_):\n        return x * self.w",
    "odd shape": "def call(self, x, *_):\n        return x\n    def compute_output_shape(self, shape):\n        return 'shape'",
}
TEXT = """from keras import Input, Model
from keras.layers import *
class Own({base}):
    {body}
x = Input((4, 3))
model = Model(x, {layer}(x))
"""


def read(base, body, layer):
    (found,) = reader.read(Source("-", TEXT.format(base=base, body=body, layer=layer)), Reading(), "model")
    if found.error is not None:
        raise found.error
    return found.graph


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("body", CLASSES.values(), ids=CLASSES)
def test_what_a_held_layer_cannot_do_is_an_error_of_the_source(wrapper, body):
    """Never an internal error."""
    try:
        graph = read("Layer", body, wrapper.format("Own()"))
        infer(graph)
        run(graph)
    except DenseError as error:
        assert error.message


@pytest.mark.parametrize("base", ["Dense(4)", "LSTM(4)", "LSTMCell(4)", "Conv1D(2, 2)", "Dropout(0.5)"])
@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_a_class_that_changes_nothing_is_the_layer_that_it_derives_from(base, wrapper):
    kind, _, arguments = base.partition("(")
    found = []
    for layer in (f"Own({arguments}", base):
        try:
            report = infer(read(kind, "pass", wrapper.format(layer)))
            found.append([(row.output_shapes, row.params) for row in report.rows])
        except DenseError as error:
            found.append(error.code)
    assert found[0] == found[1]


def test_layers_that_keras_does_not_build_yet_are_named():
    """In a wrapper, Keras 3.15.1 builds a layer without calling it: `dense` of this one has no weights before data passes."""
    body = "def __init__(self):\n        super().__init__()\n        self.state_size, self.dense = 3, Dense(3)\n    def call(self, x, states):\n        return self.dense(x), states"
    with pytest.raises(DenseError, match="does not build `dense` of Own before data passes") as caught:
        infer(read("Layer", body, "RNN(Own())"))
    assert caught.value.code == "E354"
    assert "Own.build" in caught.value.hint


def test_a_function_of_the_source_initializes_nothing_in_a_run():
    body = "def build(self, shape):\n        self.w = self.add_weight(shape=(3,), initializer=lambda shape, dtype: 7)\n    def call(self, x):\n        return x * self.w"
    graph = read("Layer", body, "Own()")
    assert infer(graph).totals.params == 3
    with pytest.raises(DenseError, match="what the source computes") as caught:
        run(graph)
    assert caught.value.code == "E303"


def test_a_layer_may_be_called_before_a_wrapper_holds_it():
    text = """from keras import Input, Model
from keras.layers import *
class Own(Layer):
    def build(self, shape):
        self.s = self.add_weight(shape=(shape[-1],))
    def call(self, x):
        return x * self.s
    def compute_output_shape(self, shape):
        return shape
own, i, j = Own(), Input((4, 3)), Input((2, 4, 3))
model = Model([i, j], [own(i), TimeDistributed(own)(j)])
"""
    (found,) = reader.read(Source("-", text), Reading(), "model")
    report = infer(found.graph)
    assert [row.output_shapes for row in report.rows[-2:]] == [((None, 4, 3),), ((None, 2, 4, 3),)]
    assert report.totals.params == 3
