"""Weights from `.npz` files: by the names of the weights (dense/kernel), in the layout of Keras 3, or in Keras' order.

Keras 3 puts a model.weights.npz into archives on request. Its arrays are pickled, which nobody should read and
Keras itself refuses to; plain arrays by the same names are read.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from densecli import kernels
from densecli.errors import ReadError
from densecli.read.files.stored import Stored
from densecli.run.weights import keras3
from densecli.run.weights.slots import Matched, check_shape, left_over

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from densecli.layer import Weight
    from densecli.run.weights.initial import Draw
    from densecli.run.weights.slots import Place


def match(every: Sequence[Place], file: BinaryIO) -> tuple[Matched, Callable[[int], Draw]]:
    """The matches, and what reads them within a memory limit. Raises ReadError (E508)."""
    try:
        shapes = kernels.shapes_in(file)
    except kernels.ArrayFileError as error:
        raise unreadable(error) from None
    matched = matched_names(every, shapes)
    return matched, lambda most: reader(file, matched, most)


def matched_names(every: Sequence[Place], shapes: Mapping[str, tuple[int, ...]]) -> Matched:
    keys = [slot.key for place in every for slot in place.slots()]
    if not shapes.keys() & set(keys):
        stored = [Stored(name, shape, "") for name, shape in shapes.items()]
        if keras3.tree_of(stored).get("layers"):
            return keras3.match(every, stored)
        return matched_slots(every, shapes, dict(zip(keys, shapes, strict=False)))
    return matched_slots(every, shapes, {key: key for key in keys if key in shapes})


def matched_slots(every: Sequence[Place], shapes: Mapping[str, tuple[int, ...]], names: Mapping[str, str]) -> Matched:
    """The weights whose arrays have these names."""
    found, misfits = {}, []
    for place in every:
        for slot in place.slots():
            name = names.get(slot.key)
            if name is None:
                continue
            try:
                check_shape(slot, shapes[name], name, place.name)
                found[slot.key] = Stored(name, shapes[name], "")
            except ReadError as error:
                error.layer = place.name
                misfits.append(error)
    return Matched(found, misfits, left_over(shapes, set(names.values())))


def reader(file: BinaryIO, matched: Matched, most: int) -> Draw:
    file.seek(0)
    try:
        arrays = kernels.load_arrays(file, most, {each.path for each in matched.found.values()})
    except kernels.ArrayFileError as error:
        raise unreadable(error) from None
    return partial(drawn, arrays, matched)


def drawn(arrays: Any, matched: Matched, weight: Weight, dtype: str, key: str) -> Any:
    """One weight; a LoRA factor is merged into the kernel that is stored."""
    each = matched.found.get(key)
    if each is not None:
        return kernels.in_dtype(arrays[each.path], dtype)
    array = kernels.empty(weight.shape, dtype)
    array[...] = 0
    return array


def unreadable(error: Exception) -> ReadError:
    return ReadError(
        f"the .npz file cannot be read: {error}", code="E508", hint="use --weights initial for new weights"
    )
