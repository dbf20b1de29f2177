"""The slots for a model's weights: every layer with its weights, in Keras' order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ReadError
from densecli.graph.graph import row_order
from densecli.records import Record
from densecli.run.weights.initial import shared_path
from densecli.shape import product, show
from densecli.summary.parameters import layer_weights
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from densecli.graph.graph import Graph
    from densecli.graph.trace import Result, Trace
    from densecli.layer import Layer
    from densecli.read.limits import Limits


ROOM = 1 << 16  # bytes of groups and attributes around an array


class Slot(Record):
    """A weight to fill: the key of its array, its path inside the layer, its shape and dtype, whether training changes it."""

    key: str
    path: str
    shape: tuple[int, ...]
    trains: bool
    dtype: str = "float32"


class Place(Record):
    """A layer of the model with the shapes of its first call."""

    name: str
    layer: Layer
    result: Result

    @property
    def known(self) -> bool:
        """Whether all its weights are known: nothing inside is opaque, and no shape is unknown."""
        return self.result.output is not None and _told(self.layer, self.result.args, self.result.kwargs)

    def slots(self) -> list[Slot]:
        """Its weights, those of the layers inside included, each once."""
        found = []
        for owned in layer_weights(self.layer, self.result):
            start, path = owned.owner[0], "/".join(owned.owner[1:])
            key = f"{self.name}/{path}" if start is None else f"{shared_path(start)}{path}"
            found.append(Slot(key, owned.weight.name, owned.weight.shape, owned.trains, owned.weight.dtype))
        return found


class Matched(Record):
    """Which array of a file belongs to which weight, by its key; and a sentence (E323) for each layer that its arrays do not fit.

    `unused` are the paths of arrays that look like weights and belong to none.
    """

    found: dict[str, Any]
    misfits: list[ReadError]
    unused: tuple[str, ...] = ()


def places(graph: Graph, found: Trace) -> Iterator[Place]:
    """The layers in Keras' order."""
    for index in row_order(graph):
        result = found.results.get((index, 0))
        if result is not None:
            yield Place(graph.nodes[index].name, graph.nodes[index].layer, result)


def _told(layer: Layer, args: Any, kwargs: Any) -> bool:
    return not layer.opaque and all(
        _told(child.layer, child.inputs, child.kwargs) for child in layer.children(*args, **kwargs)
    )


def check_shape(slot: Slot, shape: tuple[int, ...], path: str, place: str) -> None:
    """Raises ReadError (E323) if a file's sizes differ from the graph's."""
    if shape != slot.shape:
        message = f"{quote(place)}: {slot.path} is {show(slot.shape)}, but {quote(path)} in the file is {show(shape)}"
        raise mismatch(message)


def mismatch(message: str, hint: str | None = None) -> ReadError:
    return ReadError(message, code="E323", hint=hint or "use --weights initial for new weights instead")


def any_of(names: list[Any]) -> str:
    """A few names for a message."""
    return ", ".join(map(str, names[:3])) + (", …" if len(names) > 3 else "")


def unfilled(every: Iterable[Place], matched: Matched) -> dict[str, list[str]]:
    """The weights that the file has nothing for, by layer; LoRA factors are merged into the kernel and not stored."""
    missing = {
        place.name: [slot.key for slot in place.slots() if slot.key not in matched.found and "lora_" not in slot.path]
        for place in every
        if place.known
    }
    return {name: keys for name, keys in missing.items() if keys}


def most_stored(graph: Graph, found: Trace, limits: Limits) -> int:
    """The largest plausible weights file: eight bytes per number plus overhead for each array."""
    shapes = [slot.shape for place in places(graph, found) for slot in place.slots()]
    return max(limits.weights_bytes, sum(8 * (product(shape) or 0) + ROOM for shape in shapes))


def left_over(paths: Iterable[str], used: Collection[str]) -> tuple[str, ...]:
    """The arrays that belong to no weight; random generator state does not count."""
    return tuple(sorted(path for path in paths if path not in used and "seed_generator" not in path))
