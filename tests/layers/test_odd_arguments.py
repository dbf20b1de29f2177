"""Any arguments and shapes of a layer give a row or an error, never a bug, a hang or excessive memory."""

from __future__ import annotations

import random

import pytest

from densecli.catalogue import CATALOGUE
from densecli.errors import ConfigError, DenseError, SpecErrors
from densecli.fields import REQUIRED
from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.layers.core import InputLayer
from densecli.render.json import render
from densecli.summary.infer import infer
from support.work import calls_counted

VALUES = (
    None, True, False, 0, 1, -1, 2, 3, 4, 5, -2, -8, 100, 2**31, 10**20, 0.5, 1.5, -0.5, 1e30, "", "x", "same", "valid",
    "causal", "relu", "channels_first", "channels_last", "int", "multi_hot", "float16", "mixed_float16", "int8", [], [0], [-1],
    [1, 2], [2, 2], [1, 1, 1], [[1, 2], [3, 4]], (2, 2), {}, "abc,cd->abd", "...x,xy->...y", "bilinear", [0.1, 0.2],
)  # fmt: skip
LIKELY = (1, 2, 3, 4, (2, 2), 0.5)
INNER = {
    "Dense": {"units": 3},
    "LSTM": {"units": 2},
    "LSTMCell": {"units": 2},
    "Conv2D": {"filters": 2, "kernel_size": 2},
}
SIZES = (None, 1, 2, 3, 4, 5, 8, 16)


@pytest.mark.parametrize("name", sorted(set(CATALOGUE) - {"InputLayer"}))
def test_any_arguments_and_shapes_give_a_row_or_an_error(name):
    draw = random.Random(name)
    for _ in range(150):
        with calls_counted() as calls:
            attempt(CATALOGUE[name], draw)
        assert calls[0] < 200_000  # whatever sizes it names


def attempt(kind, draw):
    try:
        layer = kind(**config(kind, draw))
        count = 1 if layer.takes == "one" else draw.choice((1, 1, 2, 3))
        alike = [shape(draw)] * count
        shapes = alike if draw.random() < 0.6 else [shape(draw) for _ in range(count)]
        render(infer(graph(layer, shapes, draw)))
    except (DenseError, ConfigError, SpecErrors):
        pass


def config(kind, draw):
    needed = [name for name, default in kind.defaults.items() if default is REQUIRED]
    chosen = {name: draw.choice(VALUES) for name in kind.config_fields if name in needed or draw.random() < 0.25}
    chosen |= {name: draw.choice(LIKELY) for name in needed if draw.random() < 0.8}
    inner = draw.choice(sorted(INNER))
    return chosen | {
        name: CATALOGUE[inner](**INNER[inner]) for name in ("layer", "cell", "forward_layer") if name in chosen
    }


def shape(draw):
    return (draw.choice((None, 2)), *(draw.choice(SIZES) for _ in range(draw.choice((0, 1, 2, 2, 3, 3, 4)))))


def graph(layer, shapes, draw):
    dtypes = ("float32", "float32", "int32")
    nodes = [
        Node(f"x{index}", InputLayer(batch_shape=each, dtype=draw.choice(dtypes)), [Call(())])
        for index, each in enumerate(shapes)
    ]
    refs = [Ref(index) for index in range(len(shapes))]
    args = (refs,) if layer.takes == "list" or (len(refs) > 1 and draw.random() < 0.2) else tuple(refs)
    return Graph("m", "Functional", [*nodes, Node("layer", layer, [Call(args)])], refs, [Ref(len(refs))])
