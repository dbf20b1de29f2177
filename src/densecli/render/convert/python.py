"""A graph as Python code that builds it with Keras 3."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from densecli.fields import REQUIRED, Object
from densecli.graph.graph import Ref, call_order
from densecli.graph.trace import trace
from densecli.names import object_class
from densecli.render.convert.given import (
    Names,
    arguments,
    check_writable,
    input_arguments,
    is_application,
    is_model,
    module_of,
    object_arguments,
    public_name,
)  # fmt: skip
from densecli.render.convert.python_literals import literal, named
from densecli.render.convert.python_operations import expression, is_function
from densecli.render.convert.python_order import in_turn
from densecli.render.languages.python import INSTEAD, Python, is_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.applications.application import Application
    from densecli.graph.graph import Call, Graph
    from densecli.layer import Layer

_MODULES = ("constraints", "initializers", "layers", "ops", "regularizers")
# Functions that Keras 3.15.1 calls when layers pass masks on: each call uses up a name that no row shows.
_OF_MASKS = frozenset(
    ("any", "concatenate", "expand_dims", "logical_or", "not_equal", "ones_like", "squeeze", "where", "zeros_like")
)
_TAKEN = {"keras", *_MODULES, "float", "slice"}


def render(graph: Graph) -> Python:
    """A script that leaves the model in `model`. Raises OutputError E604 for layers known only by name."""
    writer = _Writer()
    body = Python.joined("\n", writer.model(graph, writer.variable("model")))
    used = [Python.word(name) for name in _MODULES if re.search(rf"(?<![\w.]){name}\.", body)]
    imports = Python.put("\nfrom keras import {}", Python.joined(", ", used)) if used else Python.put("")
    return Python.put("import keras{}\n\n{}\n", imports, body)


class _Writer:
    """Writes statements in an order that runs; it names layers only where Keras would choose another name."""

    def __init__(self) -> None:
        self.names = Names()
        self.variables = set(_TAKEN)
        self.inner: dict[
            Any, Python
        ] = {}  # variables of models inside the model and of layers that several of them share

    def model(self, graph: Graph, variable: Python) -> Iterator[Python]:
        """The statements that leave the model in a variable; models inside it come first."""
        for node in graph.nodes:
            yield from self.inner_models(node.layer, node.name)
            if getattr(node.layer, "mask_zero", node.layer.makes_mask):
                self.names.unsure = _OF_MASKS
        yield from self.sequential(graph, variable) if graph.kind == "Sequential" else self.functional(graph, variable)

    def inner_models(self, layer: Layer, name: str) -> Iterator[Python]:
        if is_model(layer) and _identity(layer) not in self.inner:
            self.inner[_identity(layer)] = variable = self.variable(name)
            if is_application(layer):
                yield from self.application(layer, name, variable)
                return
            yield from self.model(layer.graph, variable)  # type: ignore[attr-defined]
            yield Python.put("")
        for value in arguments(layer).values():
            for each in value if isinstance(value, list | tuple) else [value]:
                if hasattr(each, "config_fields"):
                    yield from self.inner_models(each, each.name)

    def application(self, layer: Application, name: str, variable: Python) -> Iterator[Python]:
        """A model of keras.applications by its name, so that its weights can be loaded."""
        explicit = self.names.application(layer, name)
        given = layer.stated() | ({} if explicit is None else {"name": explicit})
        given.pop("trainable", None)
        parts = [Python.put("{}={}", Python.word(key), self.value(value, key)) for key, value in given.items()]
        kind = Python.word(type(layer).__name__)
        yield Python.put("{} = keras.applications.{}({})", variable, kind, Python.joined(", ", parts))
        if not layer.trainable:
            yield Python.put("{}.trainable = False", variable)

    # -- Sequential -------------------------------------------------------------------
    def sequential(self, graph: Graph, variable: Python) -> Iterator[Python]:
        yield Python.put("{} = keras.Sequential(\n    [", variable)
        first = graph.nodes[0]
        if not getattr(graph, "deferred", False):
            yield Python.put("        {},", self.input(first.layer, first.name))
        for node in graph.nodes[1:]:
            yield Python.put("        {},", self.layer(node.layer, node.name))
        yield Python.put("    ],\n    name={},", Python.quoted(graph.name))
        if not graph.trainable:
            yield Python.put("    trainable=False,")
        yield Python.put(")")

    # -- Functional -------------------------------------------------------------------
    def functional(self, graph: Graph, variable: Python) -> Iterator[Python]:
        tensors = _Tensors(graph)
        for ref in graph.inputs:
            node = graph.nodes[ref.node]
            tensors.names[ref[:2]] = self.variable(node.name)
            yield Python.put("{} = {}", tensors.names[ref[:2]], self.input(node.layer, node.name))
        layers: dict[int, Python] = {}
        steps = [step for step in call_order(graph)[0] if step not in tensors.names]
        for index, call in in_turn(graph, steps, self.names):
            node = graph.nodes[index]
            if is_function(node):
                yield from self.function(graph, index, tensors)
                continue
            if index not in layers:
                layers[index] = made = self.layer(node.layer, node.name)
                if len(node.calls) > 1 and not is_model(node.layer):
                    layers[index] = self.variable(f"{node.name}_layer")
                    yield Python.put("{} = {}", layers[index], made)
            given = tensors.arguments(node.calls[call])
            tensors.names[index, call] = self.variable(node.name)
            yield Python.put("{} = {}({})", tensors.names[index, call], layers[index], given)
        inputs, outputs = tensors.ends(graph.inputs), tensors.ends(graph.outputs)
        name = Python.quoted(graph.name)
        if not graph.trainable:  # not set later: that would freeze each layer in it, too
            name = Python.put("{}, trainable=False", name)
        yield Python.put("{} = keras.Model({}, {}, name={})", variable, inputs, outputs, name)

    def function(self, graph: Graph, index: int, tensors: _Tensors) -> Iterator[Python]:
        """A function takes no name argument; if Keras' name would differ from the graph's, it is set afterward."""
        node = graph.nodes[index]
        written = expression(node, node.calls[0], tensors.text)
        tensors.names[index, 0] = variable = self.variable(node.name)
        yield Python.put("{} = {}", variable, written)
        if self.names.automatic(node.layer.type_name) != node.name:
            made = tensors.text(Ref(index))
            yield Python.put("{}._keras_history.operation.name = {}", made, Python.quoted(node.name))

    # -- layers -----------------------------------------------------------------------
    def input(self, layer: Layer, name: str) -> Python:
        return self.made(Python.put("keras.Input"), "InputLayer", input_arguments(layer), name)

    def layer(self, layer: Layer, name: str) -> Python:
        """The expression that makes a layer, or the variable of a model."""
        if is_model(layer):
            return self.inner[_identity(layer)]
        check_writable(layer, name, "Python", INSTEAD)
        if layer.shared_id is None:
            return self.new(layer, name)
        if layer.shared_id in self.inner:
            return self.inner[layer.shared_id]
        self.inner[layer.shared_id] = variable = self.variable(f"{name}_layer")
        return Python.put("({} := {})", variable, self.new(layer, name))

    def new(self, layer: Layer, name: str) -> Python:
        function = Python.put("layers.{}", Python.word(public_name(layer)))
        return self.made(function, type(layer).__name__, arguments(layer), name, _required(layer))

    def made(self, function: Python, kind: str, given: dict[str, Any], name: str, required: int = 1) -> Python:
        parts: list[Python] = []
        for key, value in given.items():
            argument = self.value(value, key)
            parts.append(argument if len(parts) < required else named(key, argument))
        explicit = self.names.explicit(kind, name)
        if explicit is not None:
            parts.append(named("name", Python.quoted(explicit)))
        return Python.put("{}({})", function, Python.joined(", ", parts))

    def value(self, value: Any, key: str) -> Python:
        if hasattr(value, "config_fields"):
            return self.layer(value, value.name)
        if isinstance(value, Object):
            return self.object(value, key)
        if isinstance(value, list):
            return Python.put("[{}]", Python.joined(", ", [self.value(item, key) for item in value]))
        return literal(value)

    def object(self, value: Object, key: str) -> Python:
        given = [
            named(name, self.value(item, key)) for name, item in object_arguments(value, "Python", INSTEAD).items()
        ]
        function = Python.joined(".", map(Python.word, (module_of(value), object_class(value.class_name))))
        return Python.put("{}({})", function, Python.joined(", ", given))

    def variable(self, name: str) -> Python:
        """A name for a variable, after the layer's if that is an identifier."""
        stem = name if is_word(name) else "x"
        found, number = stem, 1
        while found in self.variables:
            number += 1
            found = f"{stem}_call{number}"
        self.variables.add(found)
        return Python.word(found)


class _Tensors:
    """The variable of each call's result."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.found = graph, trace(graph)
        self.names: dict[tuple[int, int], Python] = {}

    def text(self, ref: Ref) -> Python:
        result, name = self.found.results.get(ref[:2]), self.names[ref[:2]]
        function = is_function(self.graph.nodes[ref.node])  # split and the like return a list even of one
        if result is None or (len(result.tensors) < 2 and not (function and isinstance(result.output, list))):
            return name
        if _answers_in_lists(self.graph.nodes[ref.node].layer):
            name = Python.put("keras.tree.flatten({})", name)
        return Python.put("{}[{}]", name, ref.tensor)

    def ends(self, refs: list[Ref]) -> Python:
        texts = [self.text(ref) for ref in refs]
        return texts[0] if len(texts) == 1 else Python.put("[{}]", Python.joined(", ", texts))

    def arguments(self, call: Call) -> Python:
        extra = getattr(call, "extra", {})
        positional = [value for key, value in extra.items() if key.startswith("argument ")]
        keywords = call.kwargs | {key: value for key, value in extra.items() if not key.startswith("argument ")}
        texts = [literal(value, self.text) for value in (*call.args, *positional)]
        texts += [named(key, literal(value, self.text)) for key, value in keywords.items()]
        return Python.joined(", ", texts)


def _identity(layer: Layer) -> Any:
    """The identity of a layer across uses: the id in the file, else the object."""
    return id(layer) if layer.shared_id is None else layer.shared_id


def _answers_in_lists(layer: Any) -> bool:
    """Cells give (h, [h, c]), and layers around stacked cells the states as the stack has them."""
    inner = [value for value in getattr(layer, "given", {}).values() if hasattr(value, "given")]
    stacked = type(layer).__name__ == "StackedRNNCells" or layer.family == "recurrent_cells"
    return stacked or any(_holds_a_stack(each) for each in inner)


def _holds_a_stack(layer: Any) -> bool:
    inner = [value for value in layer.given.values() if hasattr(value, "given")]
    return type(layer).__name__ == "StackedRNNCells" or any(map(_holds_a_stack, inner))


def _required(layer: Layer) -> int:
    """The number of arguments that can be passed by position."""
    count = 0
    for name in layer.positional:
        if layer.defaults.get(name) is not REQUIRED:
            break
        count += 1
    return count
