"""A graph as DSL text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from densecli.fields import REQUIRED, Object
from densecli.render.convert.branching import Branches, Name, as_steps
from densecli.render.convert.given import (
    Names,
    arguments,
    check_object,
    check_own,
    check_writable,
    input_arguments,
    is_application,
    is_model,
    stacked,
    takes_as_usual,
)
from densecli.render.languages.dsl import INSTEAD, Dsl
from densecli.render.languages.written import refuse
from densecli.render.table.repeats import equal_runs
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.graph.graph import Graph, Node
    from densecli.layer import Layer
    from densecli.render.convert.branching import Step
    from densecli.render.table.repeats import Run

LEAST = 2  # steps that make a stack
WIDTH = 100  # a longer text goes over several lines


def render(graph: Graph) -> Dsl:
    """The text. Raises OutputError E604 for shared layers, nested models and anything else that the DSL cannot express.

    The DSL has no name for a model, and a Functional that is one chain reads back as a Sequential.
    """
    if not graph.trainable:
        raise refuse("a model that is frozen itself", "the DSL", INSTEAD)
    for node in graph.nodes:
        _check(node)
        if not stacked(graph):
            _check_call(node)
    if any(ref.tensor for ref in graph.outputs):
        raise refuse("a model that outputs a layer's second output", "the DSL", INSTEAD)
    steps: list[Step] = [*range(len(graph.nodes))] if stacked(graph) else as_steps(graph)
    texts = _Writer(graph).steps(steps)
    text = Dsl.joined(" -> ", texts)
    return Dsl.put("{}\n", text if len(text) <= WIDTH else Dsl.joined("\n-> ", texts))


def _check(node: Node) -> None:
    if is_model(node.layer) and not is_application(node.layer):
        raise refuse(f"the nested model {quote(node.name)}", "the DSL", INSTEAD)
    check_writable(node.layer, node.name, "the DSL", INSTEAD)
    if len(node.calls) > 1:
        raise refuse(f"{quote(node.name)}, which is used {len(node.calls)} times,", "the DSL", INSTEAD)


def _check_call(node: Node) -> None:
    if any(ref.tensor for call in node.calls for ref in call.refs):
        raise refuse(f"{quote(node.name)}, which takes a second output,", "the DSL", INSTEAD)
    if node.calls and node.calls[0].refs and not takes_as_usual(node, node.calls[0]):
        raise refuse(f"the call of {quote(node.name)}", "the DSL", INSTEAD)


class _Writer:
    """Writes steps in the order in which they will be read, which determines automatic names."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.names = graph, Names()

    def steps(self, steps: Sequence[Step]) -> list[Dsl]:
        texts: list[Dsl] = []
        nothing = shape = Dsl.put("")
        for index, step in enumerate(steps):
            if isinstance(step, Branches):
                texts.append(Dsl.put("{}{}", self.branches(step), shape))
            elif not self.graph.nodes[step].calls[0].refs:
                text = self.input(self.graph.nodes[step], last=index + 1 == len(steps))
                shape = text if text.startswith("@") else nothing
                texts += [] if shape else [text]
                continue
            else:
                node = self.graph.nodes[step]
                texts.append(Dsl.put("{}{}", self.layer(node.layer, node.name), shape))
            shape = nothing
        return _folded(texts, equal_runs(texts), 0, len(texts))

    def branches(self, step: Branches) -> Dsl:
        return Dsl.put("[{}]", Dsl.joined(" | ", map(self.branch, step.branches)))

    def branch(self, branch: list[Step] | Name | None) -> Dsl:
        if branch is None:
            return Dsl.put("_")
        if isinstance(branch, Name):
            return Dsl.word(self.graph.nodes[branch.node].name)
        return Dsl.joined(" -> ", self.steps(branch))

    def input(self, node: Node, *, last: bool) -> Dsl:
        """`@(3, 2)` for the layer that follows, or an Input if it has more arguments."""
        given = input_arguments(node.layer)
        name = self.names.explicit("InputLayer", node.name)
        shape = given.get("shape", ())
        if name is None and list(given) == ["shape"] and not last:
            return Dsl.put("@({},)" if len(shape) == 1 else "@({})", Dsl.joined(",", map(value_text, shape)))
        parts = [
            value_text(value) if key == "shape" else argument(key, self.value(value)) for key, value in given.items()
        ]
        parts += [] if name is None else [argument("name", Dsl.quoted(name))]
        return Dsl.put("Input({})", Dsl.joined(", ", parts))

    def layer(self, layer: Layer, name: str) -> Dsl:
        """TYPE(arguments): required ones by position, the rest by name."""
        parts: list[Dsl] = []
        by_name = False
        for key, value in arguments(layer).items():
            by_name = by_name or layer.defaults.get(key) is not REQUIRED or len(parts) != _position(layer, key)
            parts.append(argument(key, self.value(value)) if by_name else self.value(value))
        explicit = (
            self.names.application(layer, name)
            if is_application(layer)
            else self.names.explicit(type(layer).__name__, name)
        )
        if explicit is not None:
            parts.append(argument("name", Dsl.quoted(explicit)))
        kind = Dsl.word(type(layer).__name__)
        return called(kind, parts) if parts else kind

    def model(self, layer: Layer) -> Dsl:
        """A model inside a wrapper: a chain of at least two layers, whose own input, if it states one, is the first step."""
        graph: Graph = layer.graph  # type: ignore[attr-defined]
        own, *layers = graph.nodes
        start = [] if graph.deferred else [self.input(own, last=True)]
        nested = any(is_model(node.layer) and not is_application(node.layer) for node in layers)
        if not stacked(graph) or not graph.trainable or nested or len(start) + len(layers) < LEAST:
            raise refuse(f"the {graph.kind} {quote(layer.name)}", "the DSL", INSTEAD)
        check_own(layer, layer.name, "the DSL")
        for node in layers:
            check_writable(node.layer, node.name, "the DSL", INSTEAD)
        steps = [*start, *(self.layer(node.layer, node.name) for node in layers)]
        if self.names.explicit(graph.kind, layer.name) is not None:
            raise refuse(f"the name {quote(layer.name)} of a model inside a wrapper", "the DSL", INSTEAD)
        return Dsl.joined(" -> ", steps)

    def value(self, value: Any) -> Dsl:
        if is_model(value) and not is_application(value):
            return self.model(value)
        if hasattr(value, "config_fields"):
            check_writable(value, value.name, "the DSL", INSTEAD)
            text = self.layer(value, value.name)
            return text if text.endswith(")") else called(text, [])
        if isinstance(value, list | tuple) and any(hasattr(item, "config_fields") for item in value):
            return Dsl.put("[{}]", Dsl.joined(", ", map(self.value, value)))
        return value_text(value)


def _position(layer: Layer, key: str) -> int:
    return layer.positional.index(key) if key in layer.positional else -1


def _folded(texts: Sequence[Dsl], runs: Sequence[Run], start: int, stop: int) -> list[Dsl]:
    """Equal neighbors as `Dense(16)*3` or `(a -> b)*3`."""
    found: list[Dsl] = []
    at = start
    for run in runs:
        found += texts[at : run.start]
        block = _folded(texts, run.inner, run.start, run.start + run.length)
        alone = len(block) == 1 and "*" not in block[0].rpartition(")")[2]
        unit = block[0] if alone else Dsl.put("({})", Dsl.joined(" -> ", block))
        found.append(Dsl.put("{}*{}", unit, run.times))
        at = run.start + run.length * run.times
    return [*found, *texts[at:stop]]


# -- values --------------------------------------------------------------------------------
def argument(key: str, value: Dsl) -> Dsl:
    """An argument by name."""
    return Dsl.put("{}={}", Dsl.word(key), value)


def called(kind: Dsl, arguments: Sequence[Dsl]) -> Dsl:
    """A type with its arguments."""
    return Dsl.put("{}({})", kind, Dsl.joined(", ", arguments))


def value_text(value: Any) -> Dsl:
    """A value in DSL syntax. Raises OutputError E604 for values without one: mappings, infinite numbers."""
    match value:
        case None | bool():
            return Dsl.word(str(value).lower())
        case int():
            return Dsl.put("{}", value)
        case float() if math.isfinite(value):
            return Dsl.put("{}", value)
        case str():
            return Dsl.quoted(value)
    return structure_text(value)


def structure_text(value: Any) -> Dsl:
    """A value that contains others."""
    match value:
        case Object():
            return object_text(value)
        case list():
            return Dsl.put("[{}]", Dsl.joined(", ", map(value_text, value)))
        case tuple():
            return Dsl.put("({},)" if len(value) == 1 else "({})", Dsl.joined(", ", map(value_text, value)))
    raise refuse(f"the value {quote(str(value))}", "the DSL", INSTEAD)


def object_text(value: Object) -> Dsl:
    """One of Keras' objects."""
    check_object(value, "the DSL", INSTEAD)
    return called(Dsl.word(value.class_name), [argument(key, value_text(item)) for key, item in value.config.items()])
