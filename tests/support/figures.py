"""Figures of models for tests, and what their shapes cover."""

from __future__ import annotations

from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.graph.model import Model
from densecli.layers.core import Dense, InputLayer
from densecli.read.specs import read, reading, specs
from densecli.render.figure.figure import bounds, figure
from densecli.render.figure.options import Options, options
from densecli.render.figure.scene import Group, Path, Text, flat
from densecli.summary.infer import infer
from support.folders import ROOT
from support.hostile import HOSTILE

FOLDER = ROOT / "examples" / "figures"
GALLERY = {
    "lenet5": str(FOLDER / "lenet5.dsl"),
    "alexnet": str(FOLDER / "alexnet.dsl"),
    "vgg16": "VGG16",
    "unet": str(FOLDER / "unet.py"),
    "resnet50": "ResNet50",
    "transformer": str(FOLDER / "transformer.py"),
    "two_towers": str(FOLDER / "two_towers.py"),
}
_REPORTS = {}


def report_of(spec):
    """The report of a spec, as on the command line."""
    if spec not in _REPORTS:
        _REPORTS[spec] = infer(read(specs([spec])[0], reading(None, None)))
    return _REPORTS[spec]


def scene_of(spec, style=None, direction=None, labels=None, most=100):
    report = report_of(spec)
    return figure(report, options(report, style, direction, labels, most))


def hostile_scene(style):
    """The figure of a chain of layers with hostile names, nested models among them."""
    nodes = [Node("in", InputLayer(shape=(3,)), [Call(())])]
    for index, name in enumerate(HOSTILE):
        inner = [
            Node(name, InputLayer(shape=(3 + index,)), [Call(())]),
            Node(f"{name}2", Dense(units=4 + index), [Call((Ref(0),))]),
        ]
        model = Model(Graph(name, "Functional", inner, [Ref(0)], [Ref(1)]))
        nodes.append(Node(name, model if index % 5 == 0 else Dense(units=4 + index), [Call((Ref(index),))]))
    report = infer(Graph('m<b>"&]]>\x1b', "Functional", nodes, [Ref(0)], [Ref(len(nodes) - 1)]), "=spec|<i>")
    return figure(report, Options(style, "right", ("sizes", "types", "names", "params"), 1000))


def texts(scene):
    return [shape for shape in flat(scene.shapes) if isinstance(shape, Text)]


def paths(scene, name=None, kind=None):
    """The paths of one look: of a name, and of a kind."""
    found = [shape for shape in flat(scene.shapes) if isinstance(shape, Path)]
    found = [shape for shape in found if name is None or shape.look.name == name]
    return [shape for shape in found if kind is None or (shape.look.kind and shape.look.kind.name) == kind]


def titles(scene):
    """The titles of all groups that have one."""
    found, pending = [], list(scene.shapes)
    while pending:
        shape = pending.pop(0)
        if isinstance(shape, Group):
            found += [shape.title] if shape.title else []
            pending[:0] = shape.shapes
    return found


def box(shape):
    """Left, top, right and lower end."""
    return bounds([shape])


def overlap(one, other, spare=0.5):
    """Whether two boxes share more than their borders."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > spare and down > spare
