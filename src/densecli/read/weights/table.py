"""Arrays as the rows of a table: names, shapes, dtypes and sizes are all that a weights file tells."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from densecli.automatic_names import numbered
from densecli.errors import ReadError
from densecli.graph.graph import Call, Graph, Listed, Node
from densecli.layer import Weight
from densecli.layers.opaque import Custom
from densecli.names import element_bits
from densecli.records import Record
from densecli.text import listed, plural, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from densecli.read.files.stored import Stored

KIND = "Weights"
ARRAY = "array"  # a row for one array
UNTOLD = "the file holds weights and no layers: output shapes, costs, and which weights are trained are unknown"
UNKNOWN = "?"  # a layer whose class the file does not name


class Group(Record):
    """A row: its name, its type, and the weights it holds."""

    name: str
    type: str
    weights: tuple[Weight, ...]


def of_arrays(arrays: Iterable[Stored], file_name: str) -> Graph:
    """A row for each array of numbers."""
    kept, notes = numbers(list(arrays))
    rows = [Group(each.path, ARRAY, (Weight(each.path, each.shape, dtype=each.dtype),)) for each in kept]
    return table_of(rows, PurePath(file_name).name, KIND, (UNTOLD, *notes))


def numbers(arrays: Sequence[Stored]) -> tuple[list[Stored], list[str]]:
    """The arrays of numbers, and a sentence about the others."""
    kept = [each for each in arrays if element_bits(each.dtype) is not None]
    other = [f"{quote(each.path)} ({each.dtype})" for each in arrays if element_bits(each.dtype) is None]
    are = "is" if len(other) == 1 else "are"
    note = f"{plural(len(other), 'array')} without numbers {are} left out: {listed(other)}"
    return kept, [note] if other else []


def distinct(names: Iterable[str]) -> list[str]:
    """The names with a number behind those that came before."""
    counts: dict[str, int] = {}
    found = []
    for name in names:
        number = counts[name] = counts.get(name, -1) + 1
        found.append(numbered(name, number))
    return found


def table_of(groups: Iterable[Group], name: str, kind: str, warnings: Iterable[str] = ()) -> Graph:
    """The graph of rows that nothing connects. Raises ReadError (E324) if there are none."""
    graph = Graph(name, kind, [], [], [])
    for group in groups:
        layer = Custom(group.type)
        layer.held = group.weights
        graph.nodes.append(Node(group.name, layer, [Call(())]))
    if not graph.nodes:
        raise ReadError(f"{quote(name)} holds no arrays of numbers", code="E324")
    graph.listed = [Listed(index, node.name, None) for index, node in enumerate(graph.nodes)]
    graph.beside = list(range(len(graph.nodes)))
    graph.weights_only = True
    graph.warnings += warnings
    return graph
