"""A model of the source as a graph: its layers as they are now, renumbered; nested models are drawn the same way."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.graph.model import Model
from densecli.read.python.runtime.models import Functional, ModelObject, Sequential

if TYPE_CHECKING:
    from densecli.graph.graph import Step
    from densecli.layer import Layer
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
        self.inside: list[ModelObject] = []  # which model is drawn in which

    def graph(self, model: ModelObject) -> Graph:
        if model.error is not None:
            raise model.error
        model.session.run.nest(len(self.inside), model.node.place)
        self.inside.append(model)
        found = self.any(model)
        self.inside.pop()
        found.trainable, found.place, found.examples = model.trains, model.node.place, model.examples
        return found

    def any(self, model: ModelObject) -> Graph:
        if model.cls is not None:
            from densecli.read.python.runtime import subclassed  # noqa: PLC0415  # few sources need it

            return subclassed.graph_of(model, self)  # type: ignore[arg-type]
        return self.sequential(model) if isinstance(model, Sequential) else self.functional(model)

    def sequential(self, model: Sequential) -> Graph:
        members = model.members() if model.entry is None else [model.entry, *model.members()]
        nodes = [Node(each.name, self.layer(each, model), [], each.node.place) for each in members]
        for index, node in enumerate(nodes):
            node.calls.append(Call(()) if index == 0 else Call((Ref(index - 1),)))
        return Graph(model.name, "Sequential", nodes, [Ref(0)], [Ref(len(nodes) - 1)])

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
            if each.handed:
                each.share(self.layers[each.index])
        elif self.homes[each.index] != home.index:
            self.layers[each.index].shared_id = ("source", each.index)
        return self.layers[each.index]

    def drawn(self, each: LayerObject) -> Layer:
        each = each.plain or each
        if each.error is not None:
            raise each.error
        if hasattr(each, "renew") and each.session.froze:
            each.renew(self)
        if isinstance(each, ModelObject) and each.cls is None:
            model = Model(self.graph(each))
            model.type_name = each.type_name
            return model
        return copy(each.layer)


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
