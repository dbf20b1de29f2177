"""A layer that is called again: its first call made the weights, whatever a later call says about sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ShapeError, SpecErrors, UnknownSizeError
from densecli.layer import all_weights
from densecli.shape import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from densecli.graph.trace import Result, Tensor
    from densecli.layer import Layer

    Inputs = tuple[Tensor, ...]
    Sizes = dict[tuple[int, int], int]  # of axes: the tensor's place among the inputs, and the axis from its end


def check_weights(layer: Layer, first: Result, again: Result) -> None:
    """Refuse a call that would need other weights than the first call made. Raises ShapeError."""
    if layer.opaque or layer.knows_weights or first.inputs == again.inputs or None in (first.output, again.output):
        return
    for old, new in zip(first.inputs, again.inputs, strict=False):
        layer.accept_again(old.shape, new.shape)
    made = all_weights(layer, first.args, first.kwargs)
    needed = all_weights(layer, again.args, again.kwargs)
    for ours, theirs in zip(made, needed, strict=False):
        if ours.shape != theirs.shape:
            where = ", ".join(show(tensor.shape) for tensor in first.inputs)
            message = f"its {ours.name} is {show(ours.shape)} since the first call, on {where}; this call needs "
            raise ShapeError(message + show(theirs.shape), hint="use equal sizes, or a separate layer for each")


def with_sizes_of(first: Inputs, inputs: Inputs, call: Callable[[Inputs], Result]) -> Result | None:
    """The result of a call in which sizes that the weights need are unknown: the first call's sizes replace them.

    As few as possible: one, else all. What follows from a stand-in stays unknown (the axis that a normalization keeps), and
    what does not is known (the units of a Dense). None if the first call does not help.
    """
    for sizes in _stand_ins(first, inputs):
        try:
            result = call(_filled(inputs, sizes))
        except (ShapeError, SpecErrors):
            continue
        return result._replace(inputs=inputs, tensors=_sure(result, sizes, inputs, call))
    return None


def lacks_size(error: UnknownSizeError | SpecErrors) -> bool:
    """Whether the only problem is an unknown size; a nested model may have several such errors."""
    return isinstance(error, UnknownSizeError) or all(isinstance(each, UnknownSizeError) for each in error.errors)


def _stand_ins(first: Inputs, inputs: Inputs) -> Iterator[Sizes]:
    """Sizes of the first call for unknown axes, the last axes first: for one axis, then for all. The batch is none of them."""
    found = {
        (place, axis): size
        for place, (old, new) in enumerate(zip(first, inputs, strict=False))
        for axis in range(-1, -len(new.shape or ()), -1)
        if new.shape is not None and new.shape[axis] is None and (size := _size(old, axis)) is not None
    }
    yield from ({key: size} for key, size in found.items())
    if len(found) > 1:
        yield found


def _size(tensor: Tensor, axis: int) -> int | None:
    return tensor.shape[axis] if tensor.shape is not None and -axis < len(tensor.shape) else None


def _filled(inputs: Inputs, sizes: Sizes) -> Inputs:
    return tuple(
        tensor._replace(
            shape=tuple(sizes.get((place, axis - len(tensor.shape)), size) for axis, size in enumerate(tensor.shape))
        )
        if tensor.shape is not None
        else tensor
        for place, tensor in enumerate(inputs)
    )


def _sure(result: Result, sizes: Sizes, inputs: Inputs, call: Callable[[Inputs], Any]) -> Inputs:
    """The outputs, without the sizes that depend on the stand-ins."""
    try:
        other = call(_filled(inputs, {key: 2 * size for key, size in sizes.items()})).tensors
    except (ShapeError, SpecErrors):  # the layer takes no other size, so nothing is left open
        return result.tensors
    return tuple(
        ours._replace(shape=tuple(a if a == b else None for a, b in zip(ours.shape, theirs.shape, strict=True)))
        if ours.shape is not None and theirs.shape is not None
        else ours
        for ours, theirs in zip(result.tensors, other, strict=True)
    )
