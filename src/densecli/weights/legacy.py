"""Which array of a weights file belongs to which weight, in the HDF5 layout of Keras 1 and 2 (and `.h5` files of Keras 3).

A group for each layer, by its name, whose attribute `weight_names` lists its arrays: first those that training changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.model import Model
from densecli.text import plural, quote
from densecli.weights import keras1
from densecli.weights.slots import any_of, check_shape, mismatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from densecli.layer import Layer
    from densecli.read.hdf5 import Stored
    from densecli.trace import Result
    from densecli.weights.slots import Place, Slot


def match(places: Sequence[Place], stored: Iterable[Stored], root: Any) -> dict[str, Any]:
    """The array for each key; `root` is the group with the layers. Raises ReadError (E323)."""
    by_path = {each.path: each for each in stored}
    groups = {name: held for name in texts(root, "layer_names") if (held := arrays_of(root, name, by_path))}
    wanting = [(place, slots) for place in places if not place.layer.opaque and (slots := place.slots())]
    for place, _ in wanting:
        if place.name not in groups and (held := branch(place.layer, place.result, groups)):
            groups[place.name] = held
    missing = [place.name for place, _ in wanting if place.name not in groups]
    if missing and len(groups) == len(wanting):  # weights of the same model under other names: Keras goes by the order
        groups = {place.name: held for (place, _), held in zip(wanting, groups.values(), strict=True)}
    elif missing:
        raise mismatch(f"the file has no weights for {any_of([quote(name) for name in missing])}")
    found: dict[str, Any] = {}
    past = past_of(root)
    for place, slots in wanting:
        found.update(pairs(place, slots, keras1.modern(place, groups[place.name], past)))
    return found


def branch(layer: Layer, result: Result, groups: Mapping[str, list[Stored]]) -> list[Stored]:
    """What a file holds for the layers of a branch of Keras 1's Merge: their groups stand beside all others."""
    inner = layer.children(*result.args, **result.kwargs) if isinstance(layer, Model) else ()
    return [each for child in inner for each in groups.get(child.name, ())]


def past_of(root: Any) -> keras1.Past:
    """What wrote the file, as Keras 2 told it: without a version it was Keras 1."""
    version, backend = (text_of(root, name) or text_of(root.file, name) for name in ("keras_version", "backend"))
    return keras1.Past(version.startswith("1") or not version, backend == "theano")


def text_of(group: Any, name: str) -> str:
    value = group.attrs.get(name, "")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def arrays_of(root: Any, layer: str, by_path: dict[str, Stored]) -> list[Stored]:
    """What a layer's group lists, in its order."""
    if layer not in root:
        return []
    names = [f"{layer}/{name}" for name in texts(root[layer], "weight_names")]
    lost = [name for name in names if name not in by_path]
    if lost:
        raise mismatch(f"the file lists {quote(lost[0])}, but does not hold it")
    return [by_path[name] for name in names]


def texts(group: Any, name: str) -> list[str]:
    """An attribute that lists names; long lists are in pieces name0, name1, …"""
    if name in group.attrs:
        parts = [group.attrs[name]]
    else:
        parts = []
        while f"{name}{len(parts)}" in group.attrs:
            parts.append(group.attrs[f"{name}{len(parts)}"])
    return [
        each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each) for part in parts for each in part
    ]


def pairs(place: Place, slots: list[Slot], held: list[Any]) -> Iterable[tuple[str, Any]]:
    """Each weight of a layer with its array: by the names of both where they agree, else in order."""
    if len(slots) != len(held):
        count = plural(len(slots), "weight")
        raise mismatch(f"{quote(place.name)} has {count}, but the file holds {len(held)} for it")
    slots = sorted(slots, key=lambda slot: not slot.trains)
    left = dict.fromkeys(range(len(held)))
    for slot in slots:
        best = max(left, key=lambda index: (*likeness(slot, held[index]), -index))
        del left[best]
        check_shape(slot, held[best].shape, held[best].path, place.name)
        yield slot.key, held[best]


def likeness(slot: Slot, each: Any) -> tuple[bool, int, bool]:
    """How well an array fits a weight: by shape, by the names on its path, by its own name."""
    ours, theirs = (
        slot.path.split("/"),
        each.path.rpartition(":")[0].split("/") if ":" in each.path else each.path.split("/"),
    )
    names = {name for part in theirs for name in (part, part.rpartition("/")[2])}
    return each.shape == slot.shape, sum(name in names for name in ours[:-1]), ours[-1] == theirs[-1]
