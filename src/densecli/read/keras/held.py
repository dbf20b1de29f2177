"""Weights from a file for layers without a rule; only their shapes are known."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, BinaryIO

from densecli.automatic_names import numbered, snake_case
from densecli.catalogue import CATALOGUE
from densecli.errors import ReadError
from densecli.graph.graph import row_order
from densecli.graph.model import Model
from densecli.layer import Layer, Weight
from densecli.read.files.hdf5 import open_hdf5, root_of, stored
from densecli.read.limits import LIMITS, Limits

if TYPE_CHECKING:
    from densecli.graph.graph import Graph, Node
    from densecli.read.files.stored import Stored


def hold(file: BinaryIO, graph: Graph, limits: Limits = LIMITS) -> None:
    """Give opaque layers their weights from the weights file of an archive; without h5py they stay unknown."""
    try:
        opened = open_hdf5(file)
    except ReadError as error:
        if error.code != "E106":
            raise
        graph.warnings.append("custom layers: counting their weights needs h5py (pip install 'densecli[h5]')")
        return
    with opened:
        _hold(opened, graph, limits)


def _hold(opened: Any, graph: Graph, limits: Limits) -> None:
    root = root_of(opened)
    legacy = bool(root) or "layer_names" in opened.attrs
    prefix = f"{root}/" if root else ""
    found = [each._replace(path=each.path.removeprefix(prefix)) for each in stored(opened, limits, root)]
    if legacy:
        _hold_by_name(graph, found, set())
    else:
        _hold_by_class(graph, found, set())


def own_layer(node: Node, seen: set[int]) -> Layer:
    """A node's layer, copied if another node has it: equal entries share a layer, but their weights may differ."""
    if id(node.layer) in seen:
        node.layer = copy(node.layer)
    seen.add(id(node.layer))
    return node.layer


def _hold_by_name(graph: Graph, found: list[Stored], seen: set[int]) -> None:
    """Keras 1 and 2 have a group for each layer; a nested model's has the weights of everything inside."""
    groups: dict[str, list[Stored]] = {}
    for each in found:
        layer, _, rest = each.path.partition("/")
        groups.setdefault(layer, []).append(each._replace(path=rest))
    for node in graph.nodes:
        mine = groups.get(node.name, [])
        if isinstance(node.layer, Model):
            _hold_by_name(node.layer.graph, mine, seen)
        else:
            own_layer(node, seen).held = held(node.layer, mine)


def _hold_by_class(graph: Graph, found: list[Stored], seen: set[int], inside: str = "") -> None:
    """Keras 3 names groups after classes: layers/transformer_block, layers/transformer_block_1, in the model's order."""
    groups: dict[str, list[Stored]] = {}
    for each in found:
        parts = each.path.removeprefix(inside).split("/", 2)
        if len(parts) > 2 and parts[0] == "layers" and each.path.startswith(inside):
            groups.setdefault(parts[1], []).append(each)
    counts: dict[str, int] = {}
    inputs = [ref.node for ref in graph.inputs] if graph.kind == "Sequential" else []
    for index in [*inputs, *row_order(graph)]:
        layer = graph.nodes[index].layer
        stem = snake_case(layer.type_name)
        number = counts[stem] = counts.get(stem, -1) + 1
        name = numbered(stem, number)
        mine, prefix = groups.get(name, []), f"{inside}layers/{name}/"
        if isinstance(layer, Model):
            _hold_by_class(layer.graph, mine, seen, prefix)
        else:
            inner = [each._replace(path=each.path.removeprefix(prefix)) for each in mine]
            own_layer(graph.nodes[index], seen).held = held(layer, inner)


def held(layer: Layer, found: list[Stored]) -> tuple[Weight, ...]:
    """The weights of one layer. A file does not say which ones are trained; in Keras' own layers only moving averages are not."""
    weights = [_weight(each) for each in found if "seed_generator" not in each.path]
    averages = 2 if isinstance(layer, CATALOGUE["BatchNormalization"]) else 0
    trained = len(weights) - averages
    return tuple(weight._replace(trainable=index < trained) for index, weight in enumerate(weights))


def _weight(each: Stored) -> Weight:
    return Weight(each.path.replace("/vars/", "/").removeprefix("vars/"), each.shape, dtype=each.dtype)
