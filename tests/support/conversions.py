"""Writing a model in a format, reading it back, and a nested model to do it with."""

from __future__ import annotations

import json

from densecli.errors import Source
from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.graph.model import Model
from densecli.layers.core import Dense, InputLayer
from densecli.layers.merge import Add
from densecli.read.keras.model import read_config
from densecli.read.spec.document import read_spec
from densecli.read.stack.reader import read_stack
from densecli.render.convert import dsl, keras_config, spec
from densecli.render.json import as_record
from densecli.summary.infer import infer


def source(text):
    return Source("<argument>", text)


def read_keras(text):
    return read_config(json.loads(text), source(text))


READERS = {
    "dsl": (dsl.render, lambda text: read_stack(source(text))),
    "yaml": (spec.render_yaml, lambda text: read_spec(source(str(text)))),
    "json": (spec.render_json, lambda text: read_spec(source(str(text)))),
    "keras": (keras_config.render, read_keras),
}


def record(model):
    return as_record(infer(model))


def nested_model():
    inner_nodes = [
        Node("inner_in", InputLayer(shape=(8,)), [Call(())]),
        Node("inner_d", Dense(units=8), [Call((Ref(0),))]),
    ]
    inner = Graph("encoder", "Functional", inner_nodes, [Ref(0)], [Ref(1)])
    chain_nodes = [
        Node("input_layer_9", InputLayer(shape=(8,)), [Call(())]),
        Node("dense_7", Dense(units=3), [Call((Ref(0),))]),
    ]
    chain = Graph("head", "Sequential", chain_nodes, [Ref(0)], [Ref(1)])
    nodes = [
        Node("a", InputLayer(shape=(8,)), [Call(())]),
        Node("b", InputLayer(shape=(8,)), [Call(())]),
        Node("encoder", Model(inner), [Call((Ref(0),)), Call((Ref(1),))]),
        Node("add", Add(), [Call(([Ref(2, 0), Ref(2, 1)],))]),
        Node("head", Model(chain), [Call((Ref(3),))]),
    ]
    return Graph("twins", "Functional", nodes, [Ref(0), Ref(1)], [Ref(4), Ref(2, 1)])
