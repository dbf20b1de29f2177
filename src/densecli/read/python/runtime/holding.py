"""What a layer of the source holds: the layers that Keras finds in its attributes, counts and saves."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from densecli.automatic_names import numbered, snake_case
from densecli.layer import Layer
from densecli.read.python.runtime.layers import LayerObject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from densecli.graph.graph import Node
    from densecli.read.python.runtime.inside import Written

PRICE = 16  # lists that are looked through for one step of a program
DEEPEST = 20  # lists in lists whose layers a weights file is asked for


def layers_in(tree: Any, count: Callable[[int], None] | None = None) -> Iterator[LayerObject]:
    """Every layer in an attribute, in order. Lists may hold themselves.

    A program pays for what is looked through, with a step of `count` for each PRICE lists: a loop may nest them deeper at each turn.
    """
    waiting, seen = [tree], set[int]()
    while waiting:
        each = waiting.pop()
        if isinstance(each, LayerObject):
            yield each
        elif isinstance(each, list | tuple | dict) and id(each) not in seen:
            seen.add(id(each))
            if count is not None and len(seen) % PRICE == 0:
                count(1)
            waiting += reversed(list(each.values() if isinstance(each, dict) else each))


def holdings(owner: LayerObject) -> Iterator[LayerObject]:
    """The layers that Keras finds in the attributes of a layer, and in those of the layers found."""
    waiting, seen = [owner], {owner.index}
    while waiting:
        each = waiting.pop()
        yield each
        new = [inner for inner in (*each.inner(), getattr(each, "based", None)) if inner and inner.index not in seen]
        seen |= {inner.index for inner in new}
        waiting += new


def has_weights(layer: Layer) -> bool:
    return type(layer).weights is not Layer.weights or type(layer).children is not Layer.children


def silence(made: Written, nodes: list[Node]) -> set[int]:
    """Take the weights from layers that Keras does not find, or does not build, and return those. The nodes are a copy's."""
    held = {each.index: each for each in holdings(made.owner)}
    unbuilt = () if made.owner.session.ran else made.unseen
    silent = {index for index in made.numbers if index not in held or (index in unbuilt and not held[index].was_seen)}
    for index in sorted(silent):
        node = nodes[made.numbers[index]]
        if has_weights(node.layer):
            why = "Keras does not build it before data passes" if index in held else "it is no attribute of it"
            made.owner.session.run.note(f"{made.type_name} calls `{node.name}`, whose weights do not count: {why}")
        node.layer = copy(node.layer)
        node.layer.weightless = True
    return silent


def places_in(layer: Any, start: str, numbers: Mapping[int, int], seen: set[int]) -> Iterator[tuple[int, str]]:
    """The node and attribute of each inner layer, by attribute name, which is the order Keras visits them in."""
    if layer.based is not None and layer.based.index in numbers:
        yield numbers[layer.based.index], start or "."
    attributes = layer.saved()
    for attribute in sorted(attributes):
        for path, each in named_in(attributes[attribute], f"{start}{attribute}"):
            if each.index in seen:
                continue
            seen.add(each.index)
            if each.index in numbers:
                yield numbers[each.index], path
            elif hasattr(each, "written"):
                yield from places_in(each, f"{path}/", numbers, seen)


def named_in(tree: Any, path: str, depth: int = DEEPEST) -> Iterator[tuple[str, LayerObject]]:
    """The layers in an attribute; those in a list or dict are named after their classes."""
    if isinstance(tree, LayerObject):
        yield path, tree
    elif depth and isinstance(tree, list | tuple | dict):
        used: dict[str, int] = {}
        for each in tree.values() if isinstance(tree, dict) else tree:
            if isinstance(each, LayerObject | list | tuple | dict):
                stem = snake_case(each.type_name) if isinstance(each, LayerObject) else "container"
                count = used[stem] = used.get(stem, 0) + 1
                yield from named_in(each, f"{path}/{numbered(stem, count - 1)}", depth - 1)
