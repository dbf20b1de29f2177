"""The objects of a TensorFlow program as a SavedModel or a checkpoint keeps them: each names those that it holds.

Formats: tensorflow/core/protobuf/saved_object_graph.proto and trackable_object_graph.proto. Functions, which make up
most of a SavedModel, are skipped unread. Objects may hold each other in circles.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from densecli.errors import ReadError
from densecli.read.files.checkpoint import dtype_of, shape_of
from densecli.read.files.protobuf import Message, message, spans, whole
from densecli.read.files.stored import Stored
from densecli.read.limits import beyond
from densecli.records import Record
from densecli.text import binary_size

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from typing import BinaryIO

    from densecli.read.limits import Limits

META_GRAPHS, OBJECT_GRAPH = 2, 7  # fields of SavedModel and of MetaGraphDef
USER_OBJECT, VARIABLE = 4, 7  # fields of SavedObject
VALUE = "VARIABLE_VALUE"


class Variable(Record):
    """A variable as a SavedModel describes it, and its number among the objects."""

    number: int
    stored: Stored
    trainable: bool


class Objects:
    """The objects of a graph by number; 0 is the root. Each is read when asked for."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.nodes = [each for each in message(data).values.get(1, ()) if isinstance(each, bytes)]
        if len(self.nodes) > limits.nodes:
            raise beyond(limits, "nodes", f"more than {limits.nodes:,} objects in the SavedModel", "E502")
        self._known: dict[int, Message] = {}

    def node(self, number: int) -> Message:
        if not 0 <= number < len(self.nodes):
            raise ReadError("the object graph is damaged: it refers to an object that is not there", code="E331")
        if number not in self._known:
            self._known[number] = message(self.nodes[number])
        return self._known[number]

    def children(self, number: int) -> dict[str, int]:
        """What an object holds, by name."""
        return {each.text(2): each.number(1) for each in self.node(number).messages(1)}

    def child(self, number: int, *path: str) -> int | None:
        """What an object holds at the end of a path of names."""
        for name in path:
            found = self.children(number).get(name)
            if found is None:
                return None
            number = found
        return number

    def listed(self, number: int | None) -> list[int]:
        """The items of a list."""
        items = {} if number is None else self.children(number)
        return [items[name] for name in sorted(filter(str.isdecimal, items), key=int)]

    def metadata(self, number: int) -> bytes:
        """What Keras noted beside an object, before it had a file of its own for that."""
        return next((each.data(3) for each in self.node(number).messages(USER_OBJECT)), b"")

    def identifier(self, number: int) -> str:
        return next((each.text(1) for each in self.node(number).messages(USER_OBJECT)), "")

    def variable(self, number: int) -> Variable | None:
        """The variable that an object is; None for other objects, and for one whose shape is unknown."""
        for each in self.node(number).messages(VARIABLE):
            shape = shape_of(next(each.messages(2), Message({})))
            if shape is not None:
                stored = Stored(each.text(6), shape, dtype_of(each.number(1)))
                return Variable(number, stored, bool(each.number(3)))
        return None

    def walked(self, start: int = 0, aside: Collection[str] = ()) -> Iterator[int]:
        """All that an object holds and itself, nearest first, each once; what it holds under the names `aside` is left out."""
        waiting = deque([start])
        met = {start}
        while waiting:
            number = waiting.popleft()
            yield number
            inner = {name: each for name, each in self.children(number).items() if number != start or name not in aside}
            fresh = [each for each in dict.fromkeys(inner.values()) if each not in met]
            met.update(fresh)
            waiting.extend(fresh)

    def variables(self, numbers: Iterable[int]) -> list[Variable]:
        """Those of the objects that are variables."""
        found = map(self.variable, numbers)
        return [each for each in found if each is not None]

    def key(self, number: int) -> str | None:
        """The key of an object's value, in the object graph of a checkpoint."""
        return next((each.text(3) for each in self.node(number).messages(2) if each.text(1) == VALUE), None)


def objects_in(file: BinaryIO, limits: Limits) -> Objects | None:
    """The objects of an open saved_model.pb; None for one of TensorFlow 1. Raises ReadError (E331) or LimitError."""
    for graph in spans(file, whole(file), META_GRAPHS):
        for span in spans(file, graph, OBJECT_GRAPH):
            if span.size > limits.config_bytes:
                message_ = f"the object graph of the SavedModel is larger than {binary_size(limits.config_bytes)}"
                raise beyond(limits, "config_bytes", message_, "E506")
            file.seek(span.start)
            return Objects(file.read(span.size), limits)
    return None
