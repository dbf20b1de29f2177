"""A graph as DSL text."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from densecli.fields import REQUIRED, Object
from densecli.names import OBJECTS
from densecli.render.convert.branching import Branches, Name, as_steps, named
from densecli.render.convert.given import (
    Names,
    arguments,
    check_writable,
    input_arguments,
    is_model,
    refuse,
    stacked,
    takes_as_usual,
)
from densecli.render.table.repeats import equal_runs
from densecli.text import defused, quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.graph.graph import Graph, Node
    from densecli.layer import Layer
    from densecli.render.convert.branching import Step
    from densecli.render.table.repeats import Run

WIDTH = 100  # a longer text goes over several lines
INSTEAD = "use --to yaml, json or keras"
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"[^\W\d]\w*")
_VALUE_WORDS = ("true", "false", "none", "null")


def render(graph: Graph) -> str:
    """The text. Raises OutputError E604 for shared layers, nested models and whatever else the DSL has no words for.

    The DSL has no name for a model, and a Functional that is one chain reads back as a Sequential.
    """
    if not graph.trainable:
        raise refuse("a model that is frozen as a whole", "the DSL", INSTEAD)
    for node in graph.nodes:
        _check(node)
        if not stacked(graph):
            _check_call(node)
    if any(ref.tensor for ref in graph.outputs):
        raise refuse("a model that gives a second output of a layer", "the DSL", INSTEAD)
    steps: list[Step] = [*range(len(graph.nodes))] if stacked(graph) else as_steps(graph)
    for index in named(steps):
        _check_name(graph.nodes[index].name)
    texts = _Writer(graph).steps(steps)
    text = " -> ".join(texts)
    return (text if len(text) <= WIDTH else "\n-> ".join(texts)) + "\n"


def _check(node: Node) -> None:
    if is_model(node.layer):
        raise refuse(f"the nested model {quote(node.name)}", "the DSL", INSTEAD)
    check_writable(node.layer, node.name, "the DSL", INSTEAD)
    if len(node.calls) > 1:
        raise refuse(f"{quote(node.name)}, which is used {len(node.calls)} times,", "the DSL", INSTEAD)


def _check_call(node: Node) -> None:
    if any(ref.tensor for call in node.calls for ref in call.refs):
        raise refuse(f"{quote(node.name)}, which takes a second output,", "the DSL", INSTEAD)
    if node.calls and node.calls[0].refs and not takes_as_usual(node, node.calls[0]):
        raise refuse(f"the call of {quote(node.name)}", "the DSL", INSTEAD)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or name == "_":
        raise refuse(f"{quote(name)}, a name that is no word and needed twice,", "the DSL", INSTEAD)


class _Writer:
    """Writes steps in the order in which they will be read, which decides about automatic names."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.names = graph, Names()

    def steps(self, steps: Sequence[Step]) -> list[str]:
        texts, shape = [], ""
        for index, step in enumerate(steps):
            if isinstance(step, Branches):
                texts.append(self.branches(step) + shape)
            elif not self.graph.nodes[step].calls[0].refs:
                text = self.input(self.graph.nodes[step], last=index + 1 == len(steps))
                shape = text if text.startswith("@") else ""
                texts += [] if shape else [text]
                continue
            else:
                node = self.graph.nodes[step]
                texts.append(self.layer(node.layer, node.name) + shape)
            shape = ""
        return _folded(texts, equal_runs(texts), 0, len(texts))

    def branches(self, step: Branches) -> str:
        return f"[{' | '.join(map(self.branch, step.branches))}]"

    def branch(self, branch: list[Step] | Name | None) -> str:
        if branch is None:
            return "_"
        return self.graph.nodes[branch.node].name if isinstance(branch, Name) else " -> ".join(self.steps(branch))

    def input(self, node: Node, *, last: bool) -> str:
        """`@(3, 2)` for the layer that follows, or an Input where there is more to say."""
        given = input_arguments(node.layer)
        name = self.names.explicit("InputLayer", node.name)
        shape = given.get("shape")
        if name is None and list(given) == ["shape"] and not last:
            return f"@{value_text(shape).replace(', ', ',')}"
        parts = [value_text(value) if key == "shape" else f"{key}={self.value(value)}" for key, value in given.items()]
        return f"Input({', '.join([*parts, *([] if name is None else [f'name={value_text(name)}'])])})"

    def layer(self, layer: Layer, name: str) -> str:
        """TYPE(arguments): required ones by position, the rest by name."""
        parts: list[str] = []
        by_name = False
        for key, value in arguments(layer).items():
            by_name = by_name or layer.defaults.get(key) is not REQUIRED or len(parts) != _position(layer, key)
            parts.append(f"{key}={self.value(value)}" if by_name else self.value(value))
        explicit = self.names.explicit(type(layer).__name__, name)
        if explicit is not None:
            parts.append(f"name={value_text(explicit)}")
        kind = type(layer).__name__
        return f"{kind}({', '.join(parts)})" if parts else kind

    def value(self, value: Any) -> str:
        if hasattr(value, "config_fields"):
            check_writable(value, value.name, "the DSL", INSTEAD)
            text = self.layer(value, value.name)
            return text if text.endswith(")") else f"{text}()"
        if isinstance(value, list | tuple) and any(hasattr(item, "config_fields") for item in value):
            return f"[{', '.join(map(self.value, value))}]"
        return value_text(value)


def _position(layer: Layer, key: str) -> int:
    return layer.positional.index(key) if key in layer.positional else -1


def _folded(texts: Sequence[str], runs: Sequence[Run], start: int, stop: int) -> list[str]:
    """Equal neighbours as `Dense(16)*3` or `(a -> b)*3`."""
    found: list[str] = []
    at = start
    for run in runs:
        found += texts[at : run.start]
        block = _folded(texts, run.inner, run.start, run.start + run.length)
        alone = len(block) == 1 and "*" not in block[0].rpartition(")")[2]
        found.append(f"{block[0]}*{run.times}" if alone else f"({' -> '.join(block)})*{run.times}")
        at = run.start + run.length * run.times
    return [*found, *texts[at:stop]]


def value_text(value: Any) -> str:  # noqa: PLR0911  # one for each kind of value
    """A value as the DSL reads it. Raises OutputError E604 for what it cannot: mappings, infinite numbers."""
    match value:
        case None | bool():
            return str(value).lower()
        case int():
            return str(value)
        case float() if math.isfinite(value):
            return repr(value)
        case Object():
            return _object(value)
        case str():
            return value if _WORD.fullmatch(value) and value.lower() not in _VALUE_WORDS else _quoted(value)
        case list():
            return f"[{', '.join(map(value_text, value))}]"
        case tuple():
            return f"({', '.join(map(value_text, value))}{',' if len(value) == 1 else ''})"
    raise refuse(f"the value {quote(str(value))}", "the DSL", INSTEAD)


def _object(value: Object) -> str:
    """One of Keras' objects; arguments by position have their number as key."""
    if value.class_name not in OBJECTS:
        raise refuse(f"{quote(value.class_name)}, which is not one of Keras' own objects,", "the DSL", INSTEAD)
    parts: list[str] = []
    for key, item in value.config.items():
        if key != str(len(parts)) and not _WORD.fullmatch(key):
            raise refuse(f"the argument {quote(key)} of {value.class_name}", "the DSL", INSTEAD)
        parts.append(value_text(item) if key == str(len(parts)) else f"{key}={value_text(item)}")
    return f"{value.class_name}({', '.join(parts)})"


def _quoted(text: str) -> str:
    """A string, in which a CI runner finds no command."""
    return "'" + defused("".join(map(_escaped, text)), r"\x23") + "'"


def _escaped(char: str) -> str:
    if char in "\\'":
        return f"\\{char}"
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
