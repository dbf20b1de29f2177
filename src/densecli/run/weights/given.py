"""Weights that the user gives: one number for all, or values for some by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import kernels
from densecli.run.weights.slots import any_of, mismatch
from densecli.shape import show
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from densecli.layer import Weight
    from densecli.run.weights.initial import Draw
    from densecli.run.weights.slots import Place, Slot

    Given = Sequence[tuple[str, Any]]  # names, each with a number or an array


def all_of(number: float) -> Draw:
    """Draws weights that all have one value."""
    return lambda weight, dtype, _: kernels.full(weight.shape, number, dtype)


def taken_from(arrays: Mapping[str, Any]) -> Draw:
    """Draws each weight from arrays by key."""
    return lambda _, dtype, path: kernels.in_dtype(arrays[path], "float32" if dtype == "bfloat16" else dtype)


def by_key(given: Given, every: Iterable[Place]) -> dict[str, Any]:
    """The given values by the keys of their weights: a name is the end of a weight's path. Raises ReadError (E323)."""
    paths = [(f"{place.name}/{slot.path}", slot) for place in every for slot in place.slots()]
    found: dict[str, Any] = {}
    for name, value in given:
        slots = {path: slot for path, slot in paths if path == name or path.endswith(f"/{name}")}
        if not slots:
            raise mismatch(f"no weight named {quote(name)}", f"the weights are {any_of([path for path, _ in paths])}")
        check(name, value, slots)
        found |= {slot.key: value for slot in slots.values()}
    return found


def check(name: str, value: Any, slots: Mapping[str, Slot]) -> None:
    """A number fits any weight, an array only those of its shape."""
    for path, slot in slots.items():
        if not isinstance(value, float) and tuple(value.shape) != slot.shape:
            several = f"{quote(name)} names {plural(len(slots), 'weight')}: {any_of([*slots])}"
            message = f"{path} is {show(slot.shape)}, got values of shape {show(tuple(value.shape))}"
            raise mismatch(message, several if len(slots) > 1 else "give as many numbers, or one for all")


def with_given(draw: Draw, values: Mapping[str, Any]) -> Draw:
    """The given values in place of those from `draw`, which is asked all the same: the other weights stay as they are without."""

    def drawn(weight: Weight, dtype: str, path: str) -> Any:
        array = draw(weight, dtype, path)
        if path in values:
            array[...] = values[path]
        return array

    return drawn
