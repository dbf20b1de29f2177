"""A graph as densecli's own spec, in YAML or JSON: what `read.document` reads back to the same model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from densecli.automatic_names import snake_case
from densecli.fields import REQUIRED, Object
from densecli.graph.graph import Call, Ref, call_order, map_refs
from densecli.render.convert.given import (
    Names,
    arguments,
    check_object,
    check_own,
    check_writable,
    input_arguments,
    is_application,
    is_model,
    natural_inputs,
    stacked,
    takes_as_usual,
)
from densecli.render.languages.json import Json
from densecli.render.languages.written import refuse
from densecli.render.languages.yaml import Yaml
from densecli.render.table.repeats import equal_runs
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.graph.graph import Graph, Node
    from densecli.layer import Layer
    from densecli.render.table.repeats import Run

INSTEAD = "use --to keras"
WORTH_IT = 4  # lines that folding a repeat must save
TARGET = "a spec"


def render_yaml(graph: Graph) -> Yaml:
    """The spec as YAML, one layer per line. Raises OutputError E604 if a spec cannot express it."""
    return Yaml.put("{}\n", Yaml.joined("\n", _yaml_block(as_document(graph))))


def render_json(graph: Graph) -> Json:
    """The spec as JSON, one layer per line. Raises OutputError E604."""
    return Json.put("{}\n", _json_block(as_document(graph), Json.put("")))


def as_document(graph: Graph) -> dict[str, Any]:
    """The spec as plain values."""
    return _model(graph, Names()) | ({"expect": graph.expect} if graph.expect else {})


def _model(graph: Graph, names: Names) -> dict[str, Any]:
    writer = _ModelWriter(graph, names)
    inputs = {} if getattr(graph, "deferred", False) else {"input": writer.inputs()}
    items = list(writer.items())
    found: dict[str, Any] = {"type": "Functional"} if graph.kind != "Sequential" and writer.chained else {}
    found |= {"name": graph.name} if graph.name != graph.kind.lower() else {}
    found |= {} if graph.trainable else {"trainable": False}
    found |= inputs
    found["layers"] = _folded(items, equal_runs([Json.quoted(item) for item in items]), 0, len(items))
    outputs = [writer.reference(ref) for ref in graph.outputs]
    return found if writer.stacked or graph.outputs == writer.last else found | {"outputs": outputs}


def _folded(items: Sequence[Any], runs: Sequence[Run], start: int, stop: int) -> list[Any]:
    found: list[Any] = []
    at = start
    for run in runs:
        if run.length * (run.times - 1) < WORTH_IT:
            continue
        found += items[at : run.start]
        found.append({"repeat": run.times, "layers": _folded(items, run.inner, run.start, run.start + run.length)})
        at = run.start + run.length * run.times
    return [*found, *items[at:stop]]


class _ModelWriter:
    """Writes one model; `last` is the default input of the next item."""

    def __init__(self, graph: Graph, names: Names) -> None:
        self.graph, self.names = graph, names
        self.taken = {node.name for node in graph.nodes}
        self.results: dict[tuple[int, int], str] = {}  # names of second and later calls
        self.last: list[Ref] = list(graph.inputs)
        self.chained = len(graph.inputs) == 1
        self.stacked = stacked(graph)

    def inputs(self) -> Any:
        nodes = [self.graph.nodes[ref.node] for ref in self.graph.inputs]
        given = [{key: _value(value) for key, value in input_arguments(node.layer).items()} for node in nodes]
        if len(nodes) == 1 and self.names.explicit("InputLayer", nodes[0].name) is None:
            return given[0]["shape"] if list(given[0]) == ["shape"] else given[0]
        plain = [list(each) == ["shape"] and "shape" not in node.name for node, each in zip(nodes, given, strict=True)]
        return {
            node.name: each["shape"] if short else each for node, each, short in zip(nodes, given, plain, strict=True)
        }

    def items(self) -> Iterator[Any]:
        inputs = {ref[:2] for ref in self.graph.inputs}
        for index, call in self.order():
            if (index, call) in inputs:
                continue
            node = self.graph.nodes[index]
            refs, named = self.tensors(node, node.calls[call])
            wiring = {} if self.stacked or (refs == self.last and not named) else {"inputs": self.written(refs, named)}
            if is_operation(node.layer):
                wiring = self.to_function(node.calls[call])
            self.chained = self.chained and not wiring and not call
            self.last = [Ref(index, call)]
            yield self.again(node, (index, call)) | wiring if call else self.item(node, wiring)

    def order(self) -> list[tuple[int, int]]:
        """First calls before later ones, or a later one would refer to a layer that is not defined yet."""
        if self.graph.kind == "Sequential":
            return [(index, 0) for index in range(1, len(self.graph.nodes))]
        order = call_order(self.graph)[0]
        for index in {index for index, call in order if call}:
            calls = [step for step in order if step[0] == index]
            if calls != sorted(calls):
                name = self.graph.nodes[index].name
                raise refuse(f"{quote(name)}, whose first call needs a later one,", TARGET, INSTEAD)
        return order

    def tensors(self, node: Node, call: Call) -> tuple[list[Ref], dict[str, Any]]:
        """The tensors of a call, and its arguments by name."""
        if is_operation(node.layer):
            return list(call.refs), {}
        if not is_model(node.layer):
            check_writable(node.layer, node.name, TARGET, INSTEAD)
        named = {**call.kwargs, **call.extra}
        bare = Call(call.args) if named else call
        tensors = natural_inputs(bare)
        usual = is_model(node.layer) or takes_as_usual(node, bare) or (named and not call.args)
        if tensors is None or not usual or any(key.startswith("argument ") for key in named):
            raise refuse(f"the call of {quote(node.name)}", TARGET, INSTEAD)
        return tensors, named

    def to_function(self, call: Call) -> dict[str, Any]:
        """`inputs` of a function: its arguments in order, and by name behind them."""
        named = {**call.kwargs, **call.extra}
        given = map_refs(_literal([*call.args, named] if named else list(call.args)), self.reference)
        return {} if call.plain and list(call.refs) == self.last else {"inputs": given}

    def written(self, refs: list[Ref], named: dict[str, Any]) -> Any:
        """`inputs`: names, and arguments by name behind them."""
        names = [self.reference(ref) for ref in refs]
        if not named:
            return names
        given = map_refs({key: _literal(value) for key, value in named.items()}, self.reference)
        return [*names, given] if names else given

    def reference(self, ref: Ref) -> str:
        name = self.results.get(ref[:2], self.graph.nodes[ref.node].name)
        if name == "_":
            raise refuse("a layer named '_', which stands for the previous output,", TARGET, INSTEAD)
        return f"{name}:{ref.tensor}" if ref.tensor else name

    def again(self, node: Node, step: tuple[int, int]) -> dict[str, Any]:
        number = step[1] + 1
        while (name := f"{node.name}_call{number}") in self.taken:
            number += 1
        self.taken.add(name)
        self.results[step] = name
        return {"call": node.name, "name": name}

    def item(self, node: Node, wiring: dict[str, Any]) -> Any:
        if is_model(node.layer) and not is_application(node.layer):
            return self.model(node.layer, node.name) | wiring
        if is_operation(node.layer):
            return self.operation(node) | wiring
        kind, given = self.layer(node.layer, node.name)
        return kind if not given and not wiring else {kind: self.under(node.layer, given | wiring)}

    def operation(self, node: Node) -> dict[str, Any]:
        """A function of keras.ops, or one of TensorFlow as tf.keras wrote it."""
        from densecli.layers.operations.functions import Operation  # noqa: PLC0415  # few models have functions
        from densecli.layers.operations.table import OPERATIONS  # noqa: PLC0415  # few models have functions

        layer: Any = node.layer
        known = type(layer) is Operation and layer.rule in OPERATIONS and layer.rule == layer.type_name
        if not known and layer.written is None:
            raise refuse(f"the operation {quote(node.name)}", TARGET, INSTEAD)
        config = layer.config if known else layer.written
        if config.keys() & {"op", "name", "inputs"}:
            raise refuse(f"the arguments of {quote(node.name)}", TARGET, INSTEAD)
        explicit = self.names.explicit(layer.rule, node.name) if known else node.name
        given = {key: _value(value) for key, value in config.items()}
        kind = snake_case(layer.rule) if known else layer.type_name
        return {"op": kind} | given | ({} if explicit is None else {"name": explicit})

    def model(self, layer: Layer, name: str) -> dict[str, Any]:
        """A model inside; the class of a source is only a name for what it builds."""
        check_own(layer, name, TARGET)
        graph: Graph = layer.graph  # type: ignore[attr-defined]
        kind = "Sequential" if graph.kind == "Sequential" else "Functional"
        return {"type": kind, "name": name} | _model(graph, self.names) | {"name": name}

    def layer(self, layer: Layer, name: str) -> tuple[str, dict[str, Any]]:
        """The type and its arguments, including the name if it is not automatic."""
        check_writable(layer, name, TARGET, INSTEAD)
        given = {key: self.value(value) for key, value in arguments(layer).items()}
        explicit = (
            self.names.application(layer, name)
            if is_application(layer)
            else self.names.explicit(type(layer).__name__, name)
        )
        return type(layer).__name__, given | ({} if explicit is None else {"name": explicit})

    def under(self, layer: Layer, given: dict[str, Any]) -> Any:
        """`Dense: 16` if only the first argument is set."""
        first = next(iter(layer.positional), "")
        if list(given) == [first] and layer.defaults.get(first) is REQUIRED and not isinstance(given[first], dict):
            return given[first]
        return given

    def value(self, value: Any) -> Any:
        if is_model(value) and not is_application(value):
            return self.model(value, value.name)
        if hasattr(value, "config_fields"):
            kind, given = self.layer(value, value.name)
            return {kind: self.under(value, given) if given else None}
        if isinstance(value, list | tuple) and not isinstance(value, Object):
            return [self.value(item) for item in value]
        return _value(value)


def is_operation(layer: Layer) -> bool:
    return layer.family == "operations"


def _literal(value: Any) -> Any:
    """An argument of a call that is no text, for a text would be read as the name of a tensor."""
    if isinstance(value, list) or (isinstance(value, tuple) and not isinstance(value, Ref)):
        return [_literal(item) for item in value]
    if isinstance(value, Ref | bool | int | float | None):
        return value
    if isinstance(value, dict):
        return {key: _literal(item) for key, item in value.items()}
    if isinstance(value, slice):
        return {"slice": [_literal(each) for each in (value.start, value.stop, value.step)]}
    raise refuse("an argument of a call that is neither a tensor nor a number", TARGET, INSTEAD)


def _value(value: Any) -> Any:
    """An argument as a JSON value; `$` starts a variable in a spec unless it is doubled."""
    if isinstance(value, Object):
        check_object(value, TARGET, INSTEAD)
        return {value.class_name: {key: _value(item) for key, item in value.config.items()} or None}
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _value(item) for key, item in value.items()}
    if isinstance(value, str):
        if value.endswith(")"):  # would be read as a tuple or a layer
            raise refuse(f"the text {quote(value)}", TARGET, INSTEAD)
        return value.replace("$", "$$")
    if isinstance(value, float) and not math.isfinite(value):
        raise refuse("an infinite number", TARGET, INSTEAD)
    return value


# -- text ----------------------------------------------------------------------------------
def _yaml_block(mapping: dict[str, Any]) -> Iterator[Yaml]:
    """A mapping, its `layers` as a list with one item a line."""
    for key, value in mapping.items():
        if key != "layers":
            yield Yaml.put("{}: {}", Yaml.quoted(key), _yaml(value))
            continue
        yield Yaml.put("layers:")
        for item in value:
            lines = list(_yaml_item(item))
            yield Yaml.put("  - {}", lines[0])
            yield from (Yaml.put("    {}", line) for line in lines[1:])


def _yaml_item(item: Any) -> Iterator[Yaml]:
    if isinstance(item, dict) and ("layers" in item or len(item) == 1):
        yield from _yaml_block(item)
    else:
        yield _yaml(item)


def _yaml(value: Any) -> Yaml:
    """A value on one line."""
    if isinstance(value, dict):
        pairs = [Yaml.put("{}: {}", Yaml.quoted(key), _yaml(item)) for key, item in value.items()]
        return Yaml.put("{{{}}}", Yaml.joined(", ", pairs))
    if isinstance(value, list | tuple):
        return Yaml.put("[{}]", Yaml.joined(", ", map(_yaml, value)))
    return Yaml.quoted(value)


def _json_block(mapping: dict[str, Any], indent: Json) -> Json:
    """An object with its keys and its `layers` on lines of their own."""
    lines = [
        _json_layers(value, indent) if key == "layers" else Json.put("{}: {}", Json.quoted(key), Json.quoted(value))
        for key, value in mapping.items()
    ]
    body = Json.joined(",\n", [Json.put("{}  {}", indent, line) for line in lines])
    return Json.put("{{\n{}\n{}}}", body, indent)


def _json_layers(items: list[Any], indent: Json) -> Json:
    inner = Json.put("{}    ", indent)
    lines = [
        _json_block(item, inner) if isinstance(item, dict) and "layers" in item else Json.quoted(item) for item in items
    ]
    body = Json.joined(",\n", [Json.put("{}{}", inner, line) for line in lines])
    return Json.put('"layers": [\n{}\n{}  ]', body, indent)
