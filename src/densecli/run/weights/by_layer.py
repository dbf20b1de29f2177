"""Which array of a weights file belongs to which weight, in the HDF5 layout of Keras 1 and 2 (and `.h5` files of Keras 3).

A group for each layer, by its name, whose attribute `weight_names` lists its arrays: trainable ones first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ReadError
from densecli.graph.model import Model
from densecli.run.weights import keras1
from densecli.run.weights.slots import Matched, check_shape, left_over, mismatch
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from densecli.graph.trace import Result
    from densecli.layer import Layer
    from densecli.read.files.hdf5_attributes import Attributes
    from densecli.read.files.stored import Stored
    from densecli.run.weights.slots import Place, Slot

    TextsOf = Callable[[Any], Attributes]  # the attributes of a group


def match(places: Sequence[Place], stored: Iterable[Stored], root: Any, texts_of: TextsOf) -> Matched:
    """The array for each key, and the layers that do not fit; `root` is the group with the layers.

    `texts_of` reads a group's attributes. Raises ReadError (E323 for arrays that are listed but missing, E321 for a
    damaged list of names).
    """
    by_path = {each.path: each for each in stored}
    layers = names_in(texts_of(root), "layer_names")
    inside = {path[:at] for path in by_path for at, char in enumerate(path) if char == "/"}
    groups = {name: arrays_of(root, name, by_path, texts_of) for name in layers if name in inside}
    groups = {name: held for name, held in groups.items() if held}
    wanting = [(place, slots) for place in places if place.known and (slots := place.slots())]
    for place, _ in wanting:
        if place.name not in groups and (held := branch(place.layer, place.result, groups)):
            groups[place.name] = held
    missing = [place.name for place, _ in wanting if place.name not in groups]
    if missing and len(groups) == len(wanting):  # weights of the same model under other names: Keras uses their order
        groups = {place.name: held for (place, _), held in zip(wanting, groups.values(), strict=True)}
    matched = Matched({}, [])
    listed = {each.path for held in groups.values() for each in held}
    past = past_of(texts_of(root), texts_of(root.file))
    for place, slots in wanting:
        try:
            check_order(place)
            matched.found.update(pairs(place, slots, keras1.modern(place, groups.get(place.name, []), past)))
        except ReadError as error:
            matched.misfits.append(error)
            error.layer = place.name
    used = {part.path for each in matched.found.values() for part in getattr(each, "parts", (each,))}
    return matched._replace(unused=left_over(listed, used))


def check_order(place: Place) -> None:
    """Raises ReadError (E323) for a layer whose weight order only its code knows: these files name none."""
    if getattr(place.layer, "held_as", None) is not None and len(place.slots()) > 1:
        hint = "save the model as .keras or .weights.h5 with Keras 3; --weights initial takes new weights"
        raise mismatch(f"the weights of {quote(place.name)} have an order that only its code tells", hint)


def branch(layer: Layer, result: Result, groups: Mapping[str, list[Stored]]) -> list[Stored]:
    """The arrays for the layers of a branch of Keras 1's Merge: their groups are beside all others."""
    inner = layer.children(*result.args, **result.kwargs) if isinstance(layer, Model) else ()
    return [each for child in inner for each in groups.get(child.name, ())]


def past_of(*attributes: Attributes) -> keras1.Past:
    """What wrote the file, as Keras 2 recorded in one of several places: without a version, Keras 1."""
    version, backend = (
        next((text.decode("utf-8", "replace") for each in attributes if (text := each.text(name))), "")
        for name in ("keras_version", "backend")
    )
    return keras1.Past(version.startswith("1") or not version, backend == "theano")


def arrays_of(root: Any, layer: str, by_path: dict[str, Stored], texts_of: TextsOf) -> list[Stored]:
    """What a layer's group lists, in its order. The group is one already walked: the file's own, not a link."""
    names = [f"{layer}/{name}" for name in names_in(texts_of(root[layer]), "weight_names")]
    lost = [name for name in names if name not in by_path]
    if lost:
        raise mismatch(f"the file lists {quote(lost[0])}, but does not contain it")
    return [by_path[name] for name in names]


def names_in(attributes: Attributes, name: str) -> list[str]:
    """An attribute that lists names."""
    return [each.decode("utf-8", "replace") for each in attributes.listed(name)]


def pairs(place: Place, slots: list[Slot], held: list[Any]) -> Iterable[tuple[str, Any]]:
    """Each weight of a layer with its array: by the names of both where they agree, else in order."""
    if len(slots) != len(held):
        wanted = plural(len(slots), "weight")
        raise mismatch(f"{quote(place.name)} has {wanted}, but the file has {len(held)}")
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
