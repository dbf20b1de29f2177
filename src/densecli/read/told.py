"""What is told of layers that a file only names: their code (`--source`), or the shape that comes out (`--layer-shape`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.errors import ReadError, did_you_mean
from densecli.read.files.opened import in_memory, opened
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.errors import Source
    from densecli.graph.graph import Graph
    from densecli.layer import Layer
    from densecli.read.reading import Reading

NO_SOURCE = "--source takes a Python file that defines the layers"


def complete(graph: Graph, reading: Reading) -> Graph:
    """Give each opaque layer what is told of it. Raises ReadError E112 for a shape of a layer that needs none."""
    graph = _sourced(graph, reading)
    unused = dict(reading.layer_shapes)
    for each in graphs_in(graph):
        for index, node in enumerate(each.nodes):
            if node.layer.opaque and node.name in reading.layer_shapes:
                unused.pop(node.name, None)
                told = {"shape": [None, *reading.layer_shapes[node.name]], "dtype": "float32"}
                each.told |= {(index, call): {0: told} for call in range(len(node.calls))}
    if unused:
        raise _not_needed(graph, next(iter(unused)))
    return graph


def graphs_in(graph: Graph) -> Iterator[Graph]:
    """A model and those nested in it."""
    waiting, seen = [graph], {id(graph)}
    while waiting:
        each = waiting.pop()
        yield each
        inner = [found for node in each.nodes if (found := getattr(node.layer, "graph", None)) is not None]
        waiting += [found for found in inner if id(found) not in seen]
        seen.update(map(id, inner))


def _sourced(graph: Graph, reading: Reading) -> Graph:
    """The model with the code of the sources, where the file has only the names of classes and functions."""
    nodes = [node for each in graphs_in(graph) for node in each.nodes if _named(node.layer)]
    if not reading.sources or not (nodes or graph.code):
        return graph
    from densecli.read.python.borrowed import Borrowed  # noqa: PLC0415  # few commands have a source beside a file

    borrowed = Borrowed([_source(word, reading) for word in reading.sources], reading.limits)
    for node in nodes:
        node.layer = borrowed.layer(node.layer, node.name) or node.layer  # type: ignore[arg-type]  # an Opaque
    return graph if graph.code is None else borrowed.model(graph.code) or graph


def _named(layer: Layer) -> bool:
    """Whether the file has the config of a layer, and not its code."""
    return getattr(layer, "written", None) is not None


def _source(word: str, reading: Reading) -> Source:
    from densecli.read.python.text.encoding import decode  # noqa: PLC0415

    with opened(word, NO_SOURCE, reading.files) as file:
        return decode(word, in_memory(file, word, reading.limits.source_bytes), reading.limits)


def _not_needed(graph: Graph, name: str) -> ReadError:
    opaque = [node.name for each in graphs_in(graph) for node in each.nodes if node.layer.opaque]
    known = any(node.name == name for each in graphs_in(graph) for node in each.nodes)
    message = f"the shape of {quote(name)} is known" if known else f"no layer is named {quote(name)}"
    hint = did_you_mean(name, opaque) or (f"layers of unknown shape: {', '.join(opaque[:8])}" if opaque else None)
    return ReadError(f"--layer-shape: {message}", code="E112", hint=hint)
