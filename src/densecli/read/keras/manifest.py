"""The weights manifest of TensorFlow.js: a model.json lists the contents of its binary files, which are not opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.graph.model import Model
from densecli.read.files.stored import Stored
from densecli.read.keras.held import held, own_layer
from densecli.shape import as_shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.graph.graph import Graph, Node


def hold(graph: Graph, manifest: Any) -> None:
    """Give layers without a rule the weights listed under their names."""
    nodes = list(_nodes(graph))
    names = {node.name for node in nodes}
    groups: dict[str, list[Stored]] = {}
    for each in _weights(manifest):
        *above, name = each.path.split("/")
        layer = next((part for part in above if part in names), None)  # Keras 3 puts the model's name first
        if layer is not None:
            rest = [*above[above.index(layer) + 1 :], name]
            groups.setdefault(layer, []).append(each._replace(path="/".join(rest)))
    seen: set[int] = set()
    for node in nodes:
        if node.name in groups:
            own_layer(node, seen).held = held(node.layer, groups[node.name])


def _weights(manifest: Any) -> Iterator[Stored]:
    """Every weight by its name, such as `dense/kernel`: [{"weights": [{"name", "shape", "dtype"}]}]."""
    for group in manifest if isinstance(manifest, list) else []:
        weights = group.get("weights") if isinstance(group, dict) else None
        for each in weights if isinstance(weights, list) else []:
            name, shape = (each.get("name"), each.get("shape")) if isinstance(each, dict) else (None, None)
            sizes = () if shape == [] else as_shape(shape)
            if (
                isinstance(name, str)
                and sizes is not None
                and all(isinstance(size, int) and size >= 0 for size in sizes)
            ):
                yield Stored(name, tuple(size or 0 for size in sizes), str(each.get("dtype", "float32")))


def _nodes(graph: Graph) -> Iterator[Node]:
    for node in graph.nodes:
        if isinstance(node.layer, Model):
            yield from _nodes(node.layer.graph)
        else:
            yield node
