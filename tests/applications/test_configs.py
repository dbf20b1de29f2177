"""Every argument of every layer of the models of keras.applications, as in the configs that Keras wrote."""

from __future__ import annotations

import pytest

from densecli import names
from densecli.applications.application import Application
from densecli.applications.build import build
from densecli.automatic_names import snake_case
from densecli.catalogue import APPLICATIONS
from densecli.errors import Source
from densecli.fields import Object
from densecli.graph.model import Model
from densecli.read.build import Builder
from densecli.read.keras.model import read_config
from support.folders import FIXTURES
from support.recorded import load

CONFIGS = sorted(path.name.partition(".")[0] for path in (FIXTURES / "applications").glob("*.json.gz"))


def plain(value):
    """A config value without the keys that Keras adds by itself."""
    if isinstance(value, Object):
        given = {key: item for key, item in value.config.items() if item is not None}
        return (snake_case(value.class_name), given) if given else snake_case(value.class_name)
    return value[0] if isinstance(value, tuple) and len(value) == 1 else value


def structure(graph):
    """Every layer by name, with its arguments and its inputs."""
    called = [node.name for node in graph.nodes]
    found = {}
    for node in graph.nodes:
        layer = node.layer
        inside = structure(layer.graph) if isinstance(layer, Model) else {}
        arguments = {key: plain(vars(layer).get(key)) for key in layer.config_fields}
        calls = [call.mapped(lambda ref: (called[ref.node], ref.call, ref.tensor)) for call in node.calls]
        found[node.name] = layer.type_name, inside or arguments, calls
    return found


@pytest.mark.parametrize("name", CONFIGS)
def test_every_argument_is_that_of_the_config(name):
    config = read_config(load(f"applications/{name}")["config"], Source("recorded", ""))
    assert structure(build(name, {"weights": None}, Builder().automatic_name).graph) == structure(config)


def test_each_family_is_among_the_configs():
    assert set(names.APPLICATIONS.values()) == {names.APPLICATIONS[name] for name in CONFIGS}


# -- the table ------------------------------------------------------------------------------
def test_each_module_holds_the_models_that_the_table_says():
    for name, module in names.APPLICATIONS.items():
        assert issubclass(APPLICATIONS[name], Application)
        assert APPLICATIONS[name].__module__ == f"densecli.applications.{module}"
    assert set(APPLICATIONS.loaded) == set(names.APPLICATIONS)


def test_equal_layers_are_one():
    """What makes a model by name cheap: a layer is made, and its shapes are computed, once for all its equals."""
    graph = build("ResNet152", {}, Builder().automatic_name).graph
    assert len(graph.nodes) == 517
    assert len({id(node.layer) for node in graph.nodes}) < 40
