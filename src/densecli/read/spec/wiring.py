"""Names of tensors in a spec: what `inputs`, `outputs` and `call` refer to, including later definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import GraphError
from densecli.graph.graph import Call, Graph, Ref, call_order
from densecli.read.text.spans import join
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from densecli.read.spec.context import Spec

PREVIOUS = "_"  # the output of the previous item, as in the DSL's branches


class _Waiting(Record):
    """A call with an input that is defined later."""

    node: int
    call: int
    names: list[tuple[str, str]]  # name, pointer
    previous: list[Ref]


class Wiring:
    """Resolves names to tensors: `encoder` is the output of that layer (or named call), `encoder:1` its second output."""

    def __init__(self, spec: Spec) -> None:
        self.spec, self.builder = spec, spec.builder
        self.waiting: list[_Waiting] = []
        self.may_loop = False

    def connect(self, node: int, inputs: Any, pointer: str, previous: list[Ref]) -> list[Ref]:
        """Call a layer on named tensors; a name not yet defined is looked up at the end."""
        names = self.names(inputs, pointer)
        if names is None:
            return []
        found = [ref for name, _ in names for ref in self.find(name, previous)]
        if all(self.find(name, previous) for name, _ in names):
            made = self.builder.call(node, found)
            self.may_loop = self.may_loop or made in found  # a layer that names itself
            return [made]
        if self.builder.in_block:
            self.refuse(names, previous)
            return []
        made = self.builder.connect(node, Call(()))
        self.may_loop = True
        self.waiting.append(_Waiting(node, made.call, names, previous))
        return [made]

    def names(self, inputs: Any, pointer: str) -> list[tuple[str, str]] | None:
        """Names with their pointers, from a list of names or a single one."""
        if isinstance(inputs, str):
            return [(inputs, pointer)]
        if not isinstance(inputs, list) or not inputs:
            self.spec.wrong_type("names of layers, such as [a, b]", inputs, pointer)
            return None
        odd = next((index for index, name in enumerate(inputs) if not isinstance(name, str)), None)
        if odd is not None:
            self.spec.wrong_type("the name of a layer", inputs[odd], join(pointer, odd))
            return None
        return [(name, join(pointer, index)) for index, name in enumerate(inputs)]

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
        for node, call, names, previous in self.waiting:
            if self.refuse(names, previous):
                continue
            found = [ref for name, _ in names for ref in self.find(name, previous)]
            self.builder.nodes[node].calls[call] = self.builder.as_call(node, found)
        if self.may_loop and not self.builder.errors:
            calls = [
                Ref(index, call) for index, node in enumerate(self.builder.nodes) for call in range(len(node.calls))
            ]
            call_order(Graph("", "Functional", self.builder.nodes, self.builder.inputs, calls))

    def refuse(self, names: list[tuple[str, str]], previous: list[Ref], code: str = "E402") -> bool:
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
