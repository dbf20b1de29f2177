"""Layers in layers: what doubles with each line of a source ends with an error, before it takes minutes."""

from __future__ import annotations

import pytest

from densecli.catalogue import CATALOGUE
from densecli.errors import ConfigError, SpecErrors
from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.layers.core import InputLayer
from densecli.summary.infer import infer
from support.work import calls_counted


def stacked(inner):
    return CATALOGUE["StackedRNNCells"](cells=inner)


def piped(inner):
    return CATALOGUE["Pipeline"](layers=inner)


def cell():
    return CATALOGUE["LSTMCell"](units=4)


def flip():
    return CATALOGUE["RandomFlip"]()


KINDS = {"cells": (stacked, cell), "pipelines": (piped, flip)}


def grown(kind, turns, copies):
    outer, start = KINDS[kind]
    layer = start()
    for _ in range(turns):
        layer = outer([layer] * copies)
    return layer


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("copies", [1, 2, 3])
def test_layers_that_hold_each_other_again_and_again_are_refused(kind, copies):
    with calls_counted() as calls, pytest.raises(ConfigError, match="each counted as often as it is used"):
        grown(kind, 200, copies)
    assert calls[0] < 200_000


def test_every_layer_with_a_list_of_layers_counts_them():
    """Those with one layer inside end at the most axes that a shape may have, or refuse to wrap their own kind."""
    listing = {name for name, kind in CATALOGUE.items() if {"cells", "layers"} & kind.config_fields.keys()}
    assert listing == {"StackedRNNCells", "Pipeline"}


@pytest.mark.parametrize(("kind", "turns", "copies"), [("cells", 7, 2), ("cells", 1, 1000), ("pipelines", 60, 1)])
def test_as_many_as_are_allowed_are_counted_in_seconds(kind, turns, copies):
    layer = grown(kind, turns, copies)
    layer = CATALOGUE["RNN"](cell=layer) if kind == "cells" else layer
    shape = (5, 4) if kind == "cells" else (5, 4, 3)
    with calls_counted() as calls:
        report = infer(graph(layer, shape))
    assert report.rows
    assert calls[0] < 4_000_000


def graph(layer, shape):
    nodes = [Node("x", InputLayer(shape=shape), [Call(())]), Node("y", layer, [Call((Ref(0),))])]
    return Graph("m", "Functional", nodes, [Ref(0)], [Ref(1)])


def test_states_in_lists_of_lists_of_lists_cannot_be_returned():
    inner = stacked([cell(), cell()])
    layer = CATALOGUE["RNN"](cell=stacked([inner, cell()]), return_state=True)
    with pytest.raises(SpecErrors, match="stacked cells inside stacked cells"):
        infer(graph(layer, (5, 4)))
