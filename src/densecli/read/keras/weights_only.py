"""Models whose layers only code builds: their layers are known from the weights file alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from densecli.automatic_names import snake_case
from densecli.graph.graph import Call, Graph, Listed, Node
from densecli.layers.opaque import Custom
from densecli.read.files.hdf5 import open_hdf5, stored
from densecli.read.keras.held import held

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.read.files.hdf5 import Stored
    from densecli.read.limits import Limits

VARS = "vars"
UNKNOWN = "?"  # a class that the file does not name


def graph_of(file: BinaryIO, class_name: str, limits: Limits) -> Graph:
    """A row for each layer that the model holds, named after the attribute that holds it. Raises ReadError without h5py."""
    with open_hdf5(file) as opened:
        arrays = [each for each in stored(opened, limits, "") if "seed_generator" not in each.path]
        groups = by_layer(opened, arrays)
    graph = Graph(snake_case(class_name), class_name, [], [], [])
    graph.listed = []
    for path, mine in groups.items():
        layer = Custom(UNKNOWN if path else class_name)
        layer.held = held(layer, [each._replace(path=each.path.removeprefix(path).lstrip("/")) for each in mine])
        graph.nodes.append(Node(path or graph.name, layer, [Call(())]))
        graph.listed.append(Listed(len(graph.nodes) - 1, path or graph.name, None))
    graph.beside = list(range(len(graph.nodes)))
    graph.warnings.append(
        "the layers are built by code that is not in the file: these are the weights that it holds, without shapes, "
        "and which of them are trained is unknown"
    )
    return graph


def by_layer(opened: Any, arrays: list[Stored]) -> dict[str, list[Stored]]:
    """The arrays of each layer, by the attribute that holds it; "" are the variables of the model itself."""
    layers = sorted(layers_in(opened, ""), key=len, reverse=True)
    found: dict[str, list[Stored]] = {}
    for each in arrays:
        path = next((path for path in layers if each.path.startswith(f"{path}/")), "")
        found.setdefault(path, []).append(each)
    return found


def layers_in(opened: Any, start: str) -> Iterator[str]:
    """The groups of layers: those that have a group for variables. Groups of lists and dicts have none."""
    group = opened[start] if start else opened
    for name in group:
        path = f"{start}/{name}" if start else name
        if name == VARS or not hasattr(group.get(name), "keys"):
            continue
        if VARS in group[name]:
            yield path
        else:
            yield from layers_in(opened, path)
