"""The models of keras.applications, row by row as Keras 3.15.1 makes them (tools/record_applications.py)."""

from __future__ import annotations

import numpy as np
import pytest

from densecli import kernels, names
from densecli.applications.application import Start
from densecli.applications.build import build
from densecli.applications.record import RECORD
from densecli.automatic_names import snake_case
from densecli.catalogue import APPLICATIONS, CATALOGUE
from densecli.errors import ConfigError, Source
from densecli.graph.forward import forward
from densecli.graph.graph import Call, Node, Ref
from densecli.graph.model import Model
from densecli.read.build import Builder
from densecli.read.stack import reader as dsl
from densecli.run.run import Options, prepare
from densecli.summary.infer import infer
from support.recorded import fingerprint, load, settings_of
from support.simple_weights import drawn, drawn_image

RECORDED = load("applications")


class Names:
    """Keras' automatic names from a fresh start, and how many were given."""

    def __init__(self):
        self.builder, self.counted = Builder(), {}

    def __call__(self, type_name):
        self.counted[snake_case(type_name)] = self.counted.get(snake_case(type_name), 0) + 1
        return self.builder.automatic_name(type_name)


def rows_of(rows, *, deep=True):
    """Rows as the recorder has them: name, class, shapes, counts, and for the outer ones connections and rows inside."""
    found = []
    for row in rows:
        plain = [row.name, row.type, [list(shape) for shape in row.output_shapes], row.params, row.trainable_params]
        inner = [each for each in row.layers if each.type != "InputLayer"]
        calls = [list(call.inbound) for call in row.calls if call.inbound]
        found.append([*plain, calls, rows_of(inner, deep=False)] if deep else plain)
    return found


def check(report, graph, recorded):
    totals = report.totals
    assert (totals.params, totals.trainable_params) == (recorded["params"], recorded["trainable_params"])
    assert [list(tensor.shape) for tensor in report.outputs] == recorded["outputs"]
    assert graph.name == recorded["model"]
    assert len(report.rows) == recorded["layers"]
    assert fingerprint(rows_of(report.rows)) == recorded["rows"]


@pytest.mark.parametrize("name", names.APPLICATIONS)
def test_every_row_is_that_of_keras(name):
    recorded = [each for each in RECORDED["variants"] if each["name"] == name]
    assert len(recorded) >= 6
    for each in recorded:
        counting = Names()
        graph = build(name, each["arguments"], counting).graph
        check(infer(graph), graph, each)
        assert counting.counted == each["counted"], each["arguments"]


@pytest.mark.parametrize("recorded", RECORDED["on_tensors"], ids=lambda recorded: recorded["name"])
def test_a_model_continues_from_a_tensor(recorded):
    """As Keras' input_tensor: the layers before it are part of the model."""
    nodes = [
        Node("image", CATALOGUE["InputLayer"](shape=(160, 160, 3)), [Call(())]),
        Node("scaled", CATALOGUE["Rescaling"](scale=1 / 255), [Call((Ref(0),))]),
    ]
    start = Start(Ref(1), (None, 160, 160, 3))
    graph = build(recorded["name"], recorded["arguments"], Builder().automatic_name, None, nodes, start).graph
    assert graph.nodes is nodes
    check(infer(graph), graph, recorded)


@pytest.mark.parametrize("recorded", RECORDED["refused"], ids=lambda each: f"{each['name']}-{each['arguments']}")
def test_what_keras_refuses_is_refused(recorded):
    assert recorded["error"]
    with pytest.raises(ConfigError) as caught:
        build(recorded["name"], recorded["arguments"], Builder().automatic_name)
    assert {problem.code for problem in caught.value.problems.values()} <= {"E301", "E303", "E305", "E308"}
    assert caught.value.problems.keys() <= recorded["arguments"].keys()


@pytest.mark.parametrize("name", names.APPLICATIONS)
def test_arguments_have_the_order_and_the_defaults_of_keras(name):
    kind, signature = APPLICATIONS[name], RECORDED["signatures"][name]
    assert list(kind.positional) == list(signature)
    own = {key: kind.config_fields[key].default for key in signature}
    assert own | {"name": signature["name"]} == signature
    model = build(name, {"include_top": False}, Builder().automatic_name)
    assert signature["name"] in (None, model.graph.name)


@pytest.mark.parametrize("name", names.APPLICATIONS)
def test_the_record_is_what_keras_and_torch_count(name):
    """MACs: half of what torch's FlopCounterMode saw of one image."""
    image, macs = RECORDED["macs"][name]
    whole, headless = (
        next(each["params"] for each in RECORDED["variants"] if (each["name"], each["arguments"]) == (name, arguments))
        for arguments in ({}, {"include_top": False})
    )
    assert RECORD[name] == (tuple(image), whole, headless, macs)
    assert (
        infer(build(name, {"weights": None, "input_shape": tuple(image)}, Builder().automatic_name).graph).totals.macs
        == macs
    )


@pytest.mark.parametrize("name", names.APPLICATIONS)
def test_every_setting_of_a_default_model_is_that_of_keras(name):
    found = []
    for node in build(name, {}, Builder().automatic_name).graph.nodes:
        inner = node.layer.graph.nodes[1:] if isinstance(node.layer, Model) else [node]
        found += [
            [each.name, settings_of({key: vars(each.layer)[key] for key in each.layer.config_fields})]
            for each in inner
            if each.layer.family != "operations"
        ]
    assert fingerprint(sorted(found)) == RECORDED["settings"][name]


def test_a_frozen_base():
    for name, rows in RECORDED["frozen"].items():
        text = f"{name}(include_top=false, pooling=avg, weights=none, trainable=false)@(96,96,3) -> Dense(3)"
        report = infer(dsl.read_stack(Source("<argument>", text)))
        ours = [[row.name, row.type, row.params, row.trainable_params] for row in report.rows]
        assert [*ours, ["total", "", report.totals.params, report.totals.trainable_params]] == rows
        assert not report.warnings


# -- arrays ---------------------------------------------------------------------------------
@pytest.mark.parametrize("name", RECORDED["outputs"])
def test_a_forward_pass_gives_what_keras_gives(name):
    recorded = RECORDED["outputs"][name]
    rows, columns, channels = recorded["shape"]
    graph = dsl.read_stack(
        Source("<argument>", f"{name}(include_top=false, pooling=avg, weights=none)@({rows},{columns},{channels})")
    )
    plan = prepare(graph, Options(profile=True))  # so that no layers are joined
    for node, weights in zip(graph.nodes, plan.weights, strict=True):
        fill(node.name, weights)
    (found,) = forward(graph, kernels, plan.weights, [plan.inputs[0]._replace(array=drawn_image(recorded["shape"]))])
    expected = np.array(recorded["numbers"])
    assert np.abs(found.array[0] - expected).max() <= 1e-4 * np.abs(expected).max()
    assert np.abs(expected).max() > 1e-3


def fill(layer, weights):
    for name, value in weights.items():
        if isinstance(value, dict):
            fill(name, value)
        else:
            weights[name] = drawn(f"{layer}/{name}", value.shape)
