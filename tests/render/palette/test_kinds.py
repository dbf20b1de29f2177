"""Every layer has a kind, and every kind has colors that can be told apart and read on."""

from __future__ import annotations

from importlib import import_module
from itertools import combinations

import pytest

from densecli.catalogue import CATALOGUE
from densecli.layer import Layer
from densecli.layers.operations.functions import Operation
from densecli.render.palette.kinds import _OF_CLASS, _OF_FAMILY, BY_NAME, KINDS, _of_class, kind_of
from densecli.render.palette.theme import DARK, LIGHT
from densecli.summary.infer import infer
from support.contrast import contrast
from support.models import graph
from support.sources import PACKAGE

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=("light", "dark"))
OTHERS = {"Identity", "Masking", "LayerScale", "CustomScaleLayer", "AddLoss", "AddMetric"}  # of no kind of their own
BY_CONTENT = {"Layer", "Operation", "TimeDistributed", "Bidirectional"}  # of the kind of a function or a layer inside


def test_contrast_is_that_of_the_standard():
    assert contrast(0x000000, 0xFFFFFF) == pytest.approx(21)
    assert contrast(0x777777, 0xFFFFFF) == pytest.approx(4.48, abs=0.005)  # the standard's best known example


@THEMES
@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_kinds_can_be_read_and_seen(kind, theme):
    shade = theme.shade(kind)
    assert contrast(theme.ink, shade.fill) >= 7  # AAA: labels in figures are small
    assert contrast(shade.edge, theme.paper) >= 3
    assert contrast(shade.edge, theme.frame) >= 3
    assert contrast(shade.edge, shade.fill) >= 3


@THEMES
def test_everything_else_can_be_read_and_seen(theme):
    for ground in (theme.paper, theme.frame, theme.box):
        assert contrast(theme.ink, ground) >= 7
        assert contrast(theme.dim, ground) >= 4.5
        assert contrast(theme.wire, ground) >= 3


@THEMES
def test_no_two_kinds_look_alike(theme):
    for one, other in combinations(KINDS, 2):
        assert distance(theme.shade(one).fill, theme.shade(other).fill) >= 8, (one.name, other.name)


def distance(one, other):
    return sum(((one >> shift & 255) - (other >> shift & 255)) ** 2 for shift in (16, 8, 0)) ** 0.5


def test_every_layer_has_a_kind():
    for module in {path.stem for path in (PACKAGE / "layers").glob("*.py")} - {"index", "__init__"}:
        import_module(f"densecli.layers.{module}")
    kinds = [kind for kind in subclasses(Layer) if kind.__module__.startswith("densecli.layers.")]
    assert len(kinds) > len(CATALOGUE)
    assert {kind.__name__ for kind in kinds if _of_class(kind) == "operation"} - BY_CONTENT == OTHERS


def subclasses(kind):
    return [kind, *(each for below in kind.__subclasses__() for each in subclasses(below))]


def test_the_table_names_nothing_that_does_not_exist():
    files = {path.stem for path in PACKAGE.rglob("*.py")}
    classes = "\n".join(path.read_text(encoding="utf-8") for path in (PACKAGE / "layers").glob("*.py"))
    assert set(_OF_FAMILY) <= files
    assert [name for name in _OF_CLASS if f"class {name}(" not in classes] == []
    assert set(_OF_FAMILY.values()) | set(_OF_CLASS.values()) | {"operation"} == set(BY_NAME)


@pytest.mark.parametrize(
    ("stack", "kinds"),
    [
        ("Dense(4)@(3,)", ["dense"]),
        ("Bidirectional(LSTM(4))@(3,2)", ["recurrent"]),
        ("TimeDistributed(Conv2D(4, 3))@(3,8,8,2) -> UpSampling3D", ["convolution", "upsampling"]),
        ("VGG16(weights=none)@(224,224,3) -> Softmax", ["model", "activation"]),
        ("LeakyReLU()@(3,2) -> Custom()", ["activation", "custom"]),
    ],
)
def test_kinds_of_layers(stack, kinds):
    assert [kind_of(row.layer).name for row in infer(graph(stack)).rows] == kinds


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("Add", "merge"),
        ("Relu", "activation"),
        ("LeakyRelu", "activation"),
        ("ExpandDims", "reshaping"),
        ("Sqrt", "operation"),
    ],
)
def test_kinds_of_functions_on_tensors(rule, kind):
    assert kind_of(Operation(rule, {})).name == kind
