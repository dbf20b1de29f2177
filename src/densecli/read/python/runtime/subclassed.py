"""Models that a class of the source defines. Keras lists their layers in the order in which they were assigned.

Such a model is followed like a layer of the source. Keras prints less: a row for each layer that it has,
with a shape only if the layer's class can compute one from the shapes that it was built with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError
from densecli.graph.graph import Call, Graph, Listed, Node, Ref
from densecli.layer import Layer
from densecli.layers.core import InputLayer
from densecli.read.python.arrays import Array
from densecli.read.python.runtime.custom import CustomLayer, entered
from densecli.read.python.runtime.holding import silence
from densecli.read.python.runtime.inside import Inside
from densecli.read.python.runtime.layers import single
from densecli.read.python.runtime.models import Functional, ModelObject, Sequential
from densecli.read.python.runtime.tensors import Tensor, tensors_in
from densecli.read.python.signals import Raised
from densecli.read.python.values import unknown_in

if TYPE_CHECKING:
    from densecli.errors import Place
    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.runtime.layers import LayerObject
    from densecli.read.python.runtime.session import Session
    from densecli.read.python.runtime.snapshot import Drawing
    from densecli.read.python.values import Class

# Classes that Keras 3.15.1 marks as built on creation; it knows no output shape for them afterward.
AT_ONCE = frozenset({
    "Activation", "ActivityRegularization", "AlphaDropout", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "Dropout",
    "ELU", "GaussianDropout", "GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D",
    "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "Identity", "InputLayer", "LeakyReLU", "Masking",
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "ReLU", "Reshape", "Softmax", "SpatialDropout1D", "SpatialDropout2D",
    "SpatialDropout3D", "UnitNormalization",
})  # fmt: skip


class CustomModel(CustomLayer, ModelObject):
    """A model of a class of the source."""

    kind = "model"

    @property
    def lists_unbuilt(self) -> bool:  # type: ignore[override]
        return self.core is None

    def __init__(self, session: Session, cls: Class, place: Place | None) -> None:
        self.core: Sequential | Functional | None = None  # the model that `super().__init__(…)` makes, if it makes one
        super().__init__(session, cls, place)
        self.trained = False

    @property
    def is_built(self) -> bool:
        return bool(self.written) or self.trained if self.core is None else self.core.is_built

    @property
    def error(self) -> DenseError | None:
        return self.own_error or (None if self.core is None else self.core.error)

    @error.setter
    def error(self, error: DenseError | None) -> None:
        self.own_error = error

    def saved(self) -> dict[str, Any]:
        return self.attributes | {"layers": self.members()}

    @property
    def plain(self) -> ModelObject | None:
        """The model that it is, but for its name and methods."""
        return None if self.overrides("call") else self.core

    @property
    def layer(self) -> Layer:
        return super().layer if self.plain is None else self.plain.layer

    def members(self) -> list[LayerObject]:
        return super().inner() if self.core is None else self.core.members()

    def inner(self) -> list[LayerObject]:
        return self.members() if self.core is None else [self.core]

    def start(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> None:
        """`Sequential.__init__`, or `Model.__init__`, which makes a Functional if it gets inputs and outputs."""
        self.begin(kwargs)
        first, second = (*args, None, None)[:2]
        if self.core is not None:
            return
        if self.base == "Sequential":
            self.become(run.session.sequential(kwargs.get("layers", first), self.name))
            return
        ends = kwargs.get("inputs", first), kwargs.get("outputs", second)
        if any(True for _ in tensors_in(list(ends))):
            self.become(run.session.functional(*ends, self.name))

    def become(self, core: Sequential | Functional) -> None:
        core.type_name, core.trains = self.type_name, self.trains
        self.core = core
        self.session.models.remove(core)

    def inherited(self, run: Interpreter, name: str) -> Any:
        if self.core is not None and name != "__init__":
            return self.core.inherited(run, name)
        return super().inherited(run, name)

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if self.plain is not None:
            return self.plain.call(run, args, kwargs)
        if isinstance(self.core, Sequential):
            self.core.prepare(run, args, kwargs)
        return super().call(run, args, kwargs)

    # -- building ----------------------------------------------------------------------
    def build_from(self, run: Interpreter, shapes: list[Any]) -> None:
        """Follow `call` for inputs of these shapes."""
        if self.core is not None:
            self.core.build_from(run, shapes)
        elif not self.is_built and self.own_method("call") is not None:
            tensors = [Tensor(Ref(-1, -1), tuple(shape), "float32") for shape in shapes]
            self.error = self.error or self.prepared(run, [single(tensors)], {})

    def learn(self, run: Interpreter, data: Any, batch: int | None, target: Any = None) -> None:
        shapes = _batches(data, batch)
        if self.is_built or shapes is None:
            return
        if self.own_method("call") is not None:
            self.error = self.error or self.prepared(run, [shapes], {})
        self.trained = True
        known = _batches(target, batch)
        self.step(run, shapes if target is None else (shapes, run.unknown("the target") if known is None else known))

    def step(self, run: Interpreter, data: Any) -> None:
        """`train_step` and `compute_loss` call layers, too. Anything unknown in them does not affect the rest."""
        graph = Inside(self.name, self)
        try:
            with run.session.inside(graph):
                data = entered(graph, data)
                train, loss, call = map(self.own_method, ("train_step", "compute_loss", "call"))
                if train is not None:
                    run.call_function(train, [self, data], {})
                elif loss is not None and call is not None:
                    x, y = data if isinstance(data, tuple) else (data, None)
                    run.call_function(loss, [self, x, y, run.call_function(call, [self, x], {})], {})
        except (DenseError, Raised):
            return


def _batches(data: Any, batch: int | None) -> Any:
    """Arrays as tensors of a batch; None if a shape is unknown."""
    if isinstance(data, Array):
        if data.shape is None or not data.shape or unknown_in(data.shape[1:]):
            return None
        return Tensor(Ref(-1, -1), (batch, *data.shape[1:]), data.dtype or "float32")  # type: ignore[arg-type]  # none is unknown
    if isinstance(data, list | tuple) and data:
        found = [_batches(each, batch) for each in data]
        return None if any(each is None for each in found) else found
    if isinstance(data, dict) and data:
        named = {key: _batches(each, batch) for key, each in data.items()}
        return None if any(each is None for each in named.values()) else named
    return None


# -- the graph -------------------------------------------------------------------------
def graph_of(model: CustomModel, drawing: Drawing) -> Graph:
    """The graph of `call`, with the rows that Keras prints. Layers that it does not reach are kept beside it."""
    if model.core is not None:
        found = drawing.any(model.core)
        found.name = model.name
        return found
    written = next(iter(model.written.values()), None)
    drawing.renew(model)
    inside = (_variables(model) if written is None else written[0].graph).with_layers(drawing.within)
    graph = Graph(model.name, model.type_name, inside.nodes, inside.inputs, inside.outputs)
    graph.beside, graph.listed = list(inside.beside), []
    graph.held_as = None if written is None else written[0].held_as
    numbers = {} if written is None else written[0].numbers
    silent = set() if written is None else silence(written[0], graph.nodes)
    for each in model.members():
        number = numbers[each.index] if each.index in numbers else _beside(graph, each, drawing, model)
        if each.index in silent:
            graph.nodes.append(Node(each.name, _silent(each), []))
            number = len(graph.nodes) - 1
        built = bool(graph.nodes[number].calls) or each.type_name in AT_ONCE
        graph.listed.append(Listed(number, each.name, _shapes(each) if built else None, not built))
    return graph


def _variables(model: CustomModel) -> Graph:
    """The known part of a model that nothing called: its own variables."""
    nodes = [Node(own.name, own, [Call(())]) for own in model.own]
    graph = Graph(model.name, "Functional", nodes, [], [])
    graph.beside = list(range(len(nodes)))
    return graph


def _beside(graph: Graph, each: LayerObject, drawing: Drawing, home: CustomModel) -> int:
    """A layer that `call` does not reach, called with the shapes it was built for, or not called if it never was built."""
    if each.error is not None:
        raise each.error
    given = each.built_with()
    calls = []
    if given is not None:
        layer = drawing.layer(each, home)
        refs = [_input(graph, shape) for shape in given]
        calls.append(Call((refs,) if layer.takes == "list" and len(refs) > 1 else tuple(refs)))
        graph.beside.append(len(graph.nodes))
    graph.nodes.append(Node(each.name, drawing.layer(each, home) if calls else _silent(each), calls, each.node.place))
    return len(graph.nodes) - 1


def _input(graph: Graph, shape: Any) -> Ref:
    graph.nodes.append(Node("input", InputLayer(batch_shape=tuple(shape)), [Call(())]))
    graph.beside.append(len(graph.nodes) - 1)
    return Ref(len(graph.nodes) - 1)


def _silent(each: LayerObject) -> Layer:
    """The placeholder for a layer that is never called: only its name and class are known."""
    if isinstance(each, CustomLayer | ModelObject):
        return Unbuilt(each.type_name)
    return each.layer


def _shapes(each: LayerObject) -> Any:
    """The output shapes that Keras prints: None for "?", none for those of the first call."""
    if each.outputs:  # called on symbolic tensors, outside of any `call`
        return [tensor.shape for tensor in each.outputs[-1]]
    if isinstance(each, CustomLayer):
        stated = each.computed_shape(each.built_on) if each.overrides("build") and each.built_on is not None else None
        return None if stated is None else [stated]
    if isinstance(each, Functional):
        return [tensor.shape for tensor in each.ends]
    return None if each.type_name in AT_ONCE else ()


class Unbuilt(Layer, abstract=True):
    """A layer of the source that nothing called."""

    def __init__(self, type_name: str) -> None:
        self.given = {}
        self.trainable, self.dtype, self.name, self.type_name = True, "float32", "", type_name
        self.activity_regularizer = None
