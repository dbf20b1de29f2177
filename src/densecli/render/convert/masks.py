"""A model without the rows for masks: the DSL and specs leave them out, and reading adds them again."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from densecli.graph.graph import Call, Node, Ref, call_order, row_order
from densecli.graph.masks import RULES
from densecli.graph.model import Model
from densecli.read.masks import show_masks
from densecli.render.languages.dsl import INSTEAD
from densecli.render.languages.written import refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.graph.graph import Graph


def without_masks(graph: Graph) -> tuple[Graph, Graph]:
    """The model to write, and the model that will be read back, with the names that Keras gives to the rows for masks.

    Both are the model itself if it takes a mask that does not follow from its layers.
    """
    written, read = _stripped(graph), _stripped(graph)
    show_masks(read)
    return (written, read) if _same(graph, read) else (graph, graph)


def check_dsl(written: Graph, read: Graph) -> None:
    """Refuse a Functional that is one chain: the DSL has a Sequential for it, which shows no masks."""
    one_chain = len(written.outputs) == 1 and all(len(call.refs) < 2 for node in written.nodes for call in node.calls)
    if one_chain and len(read.nodes) > len(written.nodes):
        raise refuse("a Functional that is one chain, whose masks are rows,", "the DSL", INSTEAD)


def _stripped(graph: Graph) -> Graph:
    rows = _rows_of_masks(graph)
    kept = [index for index in range(len(graph.nodes)) if index not in rows]
    number = {index: place for place, index in enumerate(kept)}

    def moved(ref: Ref) -> Ref:
        return ref._replace(node=number[ref.node])

    made = copy(graph)
    made.nodes = [_node(graph.nodes[index], moved) for index in kept]
    made.inputs, made.outputs = list(map(moved, graph.inputs)), list(map(moved, graph.outputs))
    made.beside = [number[index] for index in graph.beside]
    made.told = {(number[node], call): told for (node, call), told in graph.told.items() if node in number}
    made.order = None
    made.steps = call_order(made)[0] if made.kind != "Sequential" else []  # as it will be written
    return made


def _node(node: Node, moved: Callable[[Ref], Ref]) -> Node:
    layer = node.layer
    if type(layer) is Model:  # one of keras.applications has no masks
        layer = copy(layer)
        layer.take(_stripped(layer.graph))
    return Node(node.name, layer, [_unmasked(call).mapped(moved) for call in node.calls], node.place)


def _unmasked(call: Call) -> Call:
    return Call(call.args, call.kwargs, {key: value for key, value in call.extra.items() if key != "mask"})


def _rows_of_masks(graph: Graph) -> set[int]:
    """The operations that only masks depend on."""
    found = {index for index, node in enumerate(graph.nodes) if node.layer.family == "operations" and _may_be(node)}
    users: dict[int, list[int]] = {}
    for index, node in enumerate(graph.nodes):
        for ref in (ref for call in node.calls for ref in (call if index in found else _unmasked(call)).refs):
            users.setdefault(ref.node, []).append(index)
    needed = {ref.node for ref in graph.outputs} | {*graph.beside}
    waiting = [index for index in found if index in needed or any(user not in found for user in users.get(index, ()))]
    while waiting:
        index = waiting.pop()
        if index in found:
            found.discard(index)
            waiting += [ref.node for call in graph.nodes[index].calls for ref in call.refs]
    return found


def _may_be(node: Node) -> bool:
    return node.layer.type_name in RULES and len(node.calls) == 1


def _same(one: Graph, other: Graph) -> bool:
    """Whether two models have the same rows, apart from the names of operations."""
    if len(one.nodes) != len(other.nodes):
        return False
    if one.kind == "Sequential":
        return all(map(_same_inside, one.nodes, other.nodes))
    pairs = list(zip(row_order(one), row_order(other), strict=True))
    places = [{index: place for place, index in enumerate(order)} for order in zip(*pairs, strict=True)]
    return all(
        _facts(one.nodes[ours], places[0]) == _facts(other.nodes[theirs], places[1])
        and _same_inside(one.nodes[ours], other.nodes[theirs])
        for ours, theirs in pairs
    )


def _same_inside(one: Node, other: Node) -> bool:
    return not (type(one.layer) is Model and type(other.layer) is Model) or _same(one.layer.graph, other.layer.graph)


def _facts(node: Node, places: dict[int, int]) -> list[Any]:
    """The facts in a layer's row, with row positions as references."""
    calls = [call.mapped(lambda ref: ref._replace(node=places[ref.node])) for call in node.calls]
    if node.layer.family != "operations":
        return [node.name, calls]
    config = getattr(node.layer, "config", {})
    named = [{key: value for key, value in (config | call.kwargs).items() if value is not None} for call in calls]
    return [node.layer.type_name, named, *((call.args, call.extra) for call in calls)]
