"""Names of tensors in a spec: what `inputs`, `outputs` and `call` refer to, including later definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import GraphError
from densecli.graph.graph import Call, Graph, Ref, call_order
from densecli.read.text.spans import join
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.read.spec.context import Spec

BOUNDS = 3  # start, stop, step
PREVIOUS = "_"  # the output of the previous item, as in the DSL's branches


SLICE = "slice"  # {slice: [start, stop, step]} among the arguments of a function


class Named(Record):
    """The name of a tensor, and where it is written."""

    name: str
    pointer: str


class Given(Record):
    """The arguments of a call: names of tensors, and those by name, in which names stand for tensors."""

    names: list[Any]
    named: dict[str, Any]

    def all(self) -> list[Named]:
        return [*_names_in(self.names), *_names_in(self.named)]


class _Waiting(Record):
    """A call with an input that is defined later."""

    node: int
    call: int
    given: Given
    previous: list[Ref]


class Wiring:
    """Resolves names to tensors: `encoder` is the output of that layer (or named call), `encoder:1` its second output."""

    def __init__(self, spec: Spec) -> None:
        self.spec, self.builder = spec, spec.builder
        self.waiting: list[_Waiting] = []
        self.may_loop = False

    def connect(self, node: int, inputs: Any, pointer: str, previous: list[Ref]) -> list[Ref]:
        """Call a layer on named tensors; a name not yet defined is looked up at the end."""
        function = self.builder.nodes[node].layer.family == "operations"
        given = _given_to_function(inputs, pointer) if function else self.given(inputs, pointer)
        if given is None:
            return []
        names = given.all()
        if all(self.find(each.name, previous) for each in names):
            made = self.builder.connect(node, self.call(node, given, previous))
            self.may_loop = self.may_loop or made in self.builder.nodes[node].calls[made.call].refs  # names itself
            return [made]
        if self.builder.in_block:
            self.refuse(names, previous)
            return []
        made = self.builder.connect(node, Call(()))
        self.may_loop = True
        self.waiting.append(_Waiting(node, made.call, given, previous))
        return [made]

    def call(self, node: int, given: Given, previous: list[Ref]) -> Call:
        """The call of a layer on tensors that are all known."""
        if self.builder.nodes[node].layer.family == "operations":
            return Call(tuple(self.tensors(given.names, previous)), self.tensors(given.named, previous))
        tensors = [ref for each in given.names for ref in self.find(each.name, previous)]
        if not given.named:
            return self.builder.as_call(node, tensors)
        return self.builder.call_with(node, tensors, self.tensors(given.named, previous))

    def tensors(self, tree: Any, previous: list[Ref]) -> Any:
        """Arguments with tensors in the place of their names."""
        if isinstance(tree, Named):
            found = self.find(tree.name, previous)
            return found[0] if len(found) == 1 else found
        if isinstance(tree, dict):
            made = {key: self.tensors(item, previous) for key, item in tree.items()}
            return slice(*made[SLICE]) if _is_slice(tree) else made
        return [self.tensors(item, previous) for item in tree] if isinstance(tree, list) else tree

    def given(self, inputs: Any, pointer: str) -> Given | None:
        """What `inputs` says: names, and at the end or alone a mapping of arguments by name."""
        items = [inputs] if isinstance(inputs, dict) else inputs
        named: Any = {}
        if isinstance(items, list) and items and isinstance(items[-1], dict):
            *items, last = items
            at = pointer if isinstance(inputs, dict) else join(pointer, len(items))
            named = _named(last, at)
        names = [] if items == [] and named else self.names(items, pointer)
        return None if names is None else Given(names, named)

    def names(self, inputs: Any, pointer: str) -> list[Named] | None:
        """Names with their pointers, from a list of names or a single one."""
        if isinstance(inputs, str):
            return [Named(inputs, pointer)]
        if not isinstance(inputs, list) or not inputs:
            self.spec.wrong_type("names of layers, such as [a, b]", inputs, pointer)
            return None
        odd = next((index for index, name in enumerate(inputs) if not isinstance(name, str)), None)
        if odd is not None:
            self.spec.wrong_type("the name of a layer", inputs[odd], join(pointer, odd))
            return None
        return [Named(name, join(pointer, index)) for index, name in enumerate(inputs)]

    def find(self, name: str, previous: list[Ref]) -> list[Ref]:
        """The tensor that a name refers to; [] if there is none of that name (yet)."""
        if name == PREVIOUS and previous:
            return previous
        found = self.builder.named(name)
        if found is None:
            layer, colon, output = name.rpartition(":")
            found = self.builder.named(layer) if colon and output.isdecimal() and len(output) < 4 else None
            found = None if found is None else found._replace(tensor=int(output))
        return [] if found is None else [found]

    def resolve(self) -> None:
        """Connect the calls that waited for a name. Raises the loop that they may have closed (E401)."""
        for node, call, given, previous in self.waiting:
            if self.refuse(given.all(), previous):
                continue
            self.builder.nodes[node].calls[call] = self.call(node, given, previous)
        if self.may_loop and not self.builder.errors:
            calls = [
                Ref(index, call) for index, node in enumerate(self.builder.nodes) for call in range(len(node.calls))
            ]
            call_order(Graph("", "Functional", self.builder.nodes, self.builder.inputs, calls))

    def refuse(self, names: list[Named], previous: list[Ref], code: str = "E402") -> bool:
        """Collect an error for every unknown name."""
        unknown = [(name, pointer) for name, pointer in names if not self.find(name, previous)]
        for name, pointer in unknown:
            if name in self.builder.refused:  # its own mistake is reported
                continue
            message = "there is no previous item" if name == PREVIOUS else f"no layer named {quote(name)}"
            hint = self.builder.meant(name)
            self.spec.fail(GraphError(message, code=code, hint=hint), pointer)
        return bool(unknown)

    def outputs(self, wanted: Any, pointer: str, last: list[Ref]) -> list[Ref]:
        """The outputs of the model: those named, else the output of the last item."""
        if wanted is None:
            return last
        names = self.names(wanted, pointer)
        if names is None or self.refuse(names, last, "E403"):
            return []
        return [ref for name, _ in names for ref in self.find(name, last)]


def unreached(graph: Graph) -> list[int]:
    """The nodes that no output needs."""
    if graph.kind == "Sequential":
        return []
    reached = {node for node, _ in call_order(graph)[0]}
    return [index for index in range(len(graph.nodes)) if index not in reached]


def _given_to_function(inputs: Any, pointer: str) -> Given:
    """The arguments of a function in order, which need not be tensors; at the end or alone a mapping of those by name."""
    items = inputs if isinstance(inputs, list) else [inputs]
    named: Any = {}
    if items and isinstance(items[-1], dict) and not _is_slice(items[-1]):
        *items, last = items
        named = _named(last, pointer if isinstance(inputs, dict) else join(pointer, len(items)))
    return Given([_named(item, join(pointer, index)) for index, item in enumerate(items)], named)


def _is_slice(value: dict[str, Any]) -> bool:
    bounds = value.get(SLICE) if value.keys() == {SLICE} else None
    return isinstance(bounds, list) and len(bounds) == BOUNDS


def _named(value: Any, pointer: str) -> Any:
    """Arguments by name, in which each text is the name of a tensor."""
    if isinstance(value, str):
        return Named(value, pointer)
    if isinstance(value, dict):
        return {key: _named(item, join(pointer, key)) for key, item in value.items()}
    return (
        [_named(item, join(pointer, index)) for index, item in enumerate(value)] if isinstance(value, list) else value
    )


def _names_in(tree: Any) -> Iterator[Named]:
    if isinstance(tree, Named):
        yield tree
    elif isinstance(tree, dict | list):
        for item in tree.values() if isinstance(tree, dict) else tree:
            yield from _names_in(item)
