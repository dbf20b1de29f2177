"""A model of the source as a graph: its layers as they are now, renumbered; nested models are drawn the same way."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.graph.model import Model
from densecli.layer import Child, Layer
from densecli.layers.core import InputLayer
from densecli.read.python.runtime.holding import silence
from densecli.read.python.runtime.inside import Written
from densecli.read.python.runtime.models import Functional, ModelObject, Sequential

if TYPE_CHECKING:
    from densecli.graph.graph import Step
    from densecli.read.python.runtime.layers import LayerObject


def graph_of(model: ModelObject) -> Graph:
    """The graph of a built model. Raises the model's error."""
    return Drawing().graph(model)


class Drawing:
    """Draws one model; a model or layer that occurs twice becomes one object."""

    def __init__(self) -> None:
        self.models: dict[int, Model] = {}
        self.layers: dict[int, Layer] = {}
        self.homes: dict[int, int] = {}  # layer -> the model that contains it, to see which are shared
        self.nested: list[ModelObject] = []  # which model is drawn in which
        self.renewed: set[int] = set()
        self.idle: set[int] = set()  # layers that another one holds and does not call
        self.inside: dict[int, tuple[Layer, Layer]] = {}  # layers inside of others, and their copies

    def graph(self, model: ModelObject) -> Graph:
        if model.error is not None:
            raise model.error
        model.session.run.nest(len(self.nested), model.node.place)
        self.nested.append(model)
        found = self.any(model)
        self.nested.pop()
        found.trainable, found.place, found.examples = model.trains, model.node.place, model.examples
        return found

    def any(self, model: ModelObject) -> Graph:
        if model.cls is not None:
            from densecli.read.python.runtime import subclassed  # noqa: PLC0415  # few sources need it

            return subclassed.graph_of(model, self)  # type: ignore[arg-type]
        return self.sequential(model) if isinstance(model, Sequential) else self.functional(model)

    def sequential(self, model: Sequential) -> Graph:
        """The stack. Without an input shape, its caller tells one: the wrapper that holds it."""
        members = model.members() if model.entry is None else [model.entry, *model.members()]
        nodes = [Node(each.name, self.layer(each, model), [], each.node.place) for each in members]
        for each, node in zip(members, nodes, strict=True):
            if members.count(each) > 1:
                node.layer.shared_id = ("source", each.index)
        if model.entry is None:
            nodes.insert(0, Node("input", InputLayer(batch_shape=()), [], None))
        for index, node in enumerate(nodes):
            node.calls.append(Call(()) if index == 0 else Call((Ref(index - 1),)))
        graph = Graph(model.name, "Sequential", nodes, [Ref(0)], [Ref(len(nodes) - 1)])
        graph.deferred = model.entry is None
        return graph

    def functional(self, model: Any) -> Graph:
        steps = sorted(steps_of(model))
        numbers = {index: number for number, index in enumerate(sorted({index for index, _ in steps}))}
        calls: dict[Step, int] = {}
        for index, call in steps:
            calls[index, call] = sum(1 for other, _ in calls if other == index)

        def moved(ref: Ref) -> Ref:
            return Ref(numbers[ref.node], calls[ref.node, ref.call], ref.tensor)

        entries = {each.ref[:2] for each in model.entries}
        nodes = []
        for index in numbers:
            layer = model.session.layers[index]
            own = [layer.node.calls[call] for each, call in steps if each == index]
            kept = [Call(()) if (index, 0) in entries else call.mapped(moved) for call in own]
            nodes.append(Node(layer.name, self.layer(layer, model), kept, layer.node.place))
        inputs, outputs = ([moved(each.ref) for each in ends] for ends in (model.entries, model.ends))
        return Graph(model.name, "Functional", nodes, inputs, outputs)

    def layer(self, each: LayerObject, home: ModelObject) -> Layer:
        each = each.plain or each
        if each.index not in self.layers:
            self.layers[each.index] = self.drawn(each)
            self.homes[each.index] = home.index
            if each.index in self.idle:
                self.layers[each.index].shared_id = ("source", each.index)
            if each.handed:
                copies = [self.inside[id(held)][1] for held in each.handed if id(held) in self.inside]
                each.share(self.layers[each.index], *copies)
        elif self.homes[each.index] != home.index:
            self.layers[each.index].shared_id = ("source", each.index)
        return self.layers[each.index]

    def drawn(self, each: LayerObject) -> Layer:
        each = each.plain or each
        if each.error is not None:
            raise each.error
        if isinstance(each, ModelObject) and each.cls is None:
            model = Model(self.graph(each))
            model.type_name = each.type_name
            model.shared_id = ("source", each.index) if each.spread else None
            return model
        self.renew(each)
        return self.copied(each.config() if each.layer is None else each.layer)

    def renew(self, each: LayerObject, *places: Layer) -> None:
        """Have models inside of other layers drawn as they are now, in the place of what they were."""
        each = each.plain or each
        if isinstance(each, ModelObject) and each.cls is None:
            for old in (*each.handed, *places):
                if id(old) not in self.inside:
                    made = self.drawn(each)
                    made.name, made.shared_id = old.name, made.shared_id or old.shared_id
                    self.inside[id(old)] = (old, made)
        elif each.index not in self.renewed:
            self.renewed.add(each.index)
            for held in each.wraps:
                self.renew(held)
            if hasattr(each, "renew"):
                each.renew(self)

    def copied(self, layer: Layer) -> Layer:
        """A layer and those inside it as they are now: the source may freeze them later."""
        made = copy(layer)
        for name, value in vars(layer).items():
            if isinstance(value, Layer):
                vars(made)[name] = self.within(value)
            elif isinstance(value, list | tuple) and any(isinstance(each, Layer) for each in value):
                vars(made)[name] = type(value)(
                    [self.within(each) if isinstance(each, Layer) else each for each in value]
                )
        if isinstance(made, Model):
            made.take(made.graph.with_layers(self.within))
        if isinstance(made, Written):
            self.tracked(made)
        if hasattr(made, "drawn"):
            made.drawn = {id(way): self.within(way) for way, _ in made.made.written.values()}  # type: ignore[attr-defined]
        return made

    def tracked(self, made: Written) -> None:
        """Of what a layer of the source calls, Keras counts the layers that it holds; and it counts those that it does not call."""
        silence(made, made.graph.nodes)
        for each in made.owner.inner():
            given = None if each.index in made.numbers else each.built_with()
            if given is not None:
                layer = self.within(each.layer)
                layer.shared_id = ("source", each.index)
                self.idle.add(each.index)
                if each.index in self.layers:
                    self.layers[each.index].shared_id = layer.shared_id
                made.idle = [*made.idle, Child(each.name, layer, (given,) if layer.takes == "list" else tuple(given))]

    def within(self, layer: Layer) -> Layer:
        if id(layer) not in self.inside:
            self.inside[id(layer)] = (layer, layer)  # layers may hold each other
            self.inside[id(layer)] = (layer, self.copied(layer))
        return self.inside[id(layer)][1]


def steps_of(model: Functional) -> set[Step]:
    """The calls between a model's inputs and outputs."""
    entries = {(each.ref.node, each.ref.call) for each in model.entries}
    found: set[Step] = set(entries)
    waiting = [each.ref[:2] for each in model.ends]
    while waiting:
        step = waiting.pop()
        if step in found:
            continue
        found.add(step)
        layer = model.session.layers[step[0]]
        waiting += [ref[:2] for ref in layer.node.calls[step[1]].refs if ref[:2] not in found]
    return found
