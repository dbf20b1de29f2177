"""TensorFlow arguments translated to keras.ops: other names, windows, slices, inverted factors."""

from __future__ import annotations

from typing import Any

RENAMED = {
    "keepdims": "keepdims",
    "keep_dims": "keepdims",
    "multiples": "repeats",
    "paddings": "pad_width",
    "perm": "axes",
    "depth": "num_classes",
    "ksize": "pool_size",
    "dilations": "dilation_rate",
}
WINDOWS = ("pool_size", "strides", "dilation_rate")


def without_ends(value: Any) -> Any:
    """Windows without the 1 for batch and channels that TensorFlow allows."""
    return value[1:-1] if isinstance(value, list) and len(value) > 2 and value[0] == value[-1] == 1 else value


def from_begin(begin: list[int], size: list[int]) -> list[slice]:
    return [slice(start, None if count == -1 else start + count) for start, count in zip(begin, size, strict=True)]


def transposed(args: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    found = []
    for side, old, shape in zip("ab", "xy", args[:2], strict=True):
        turn = named.get(f"transpose_{side}") or named.get(f"adj_{old}") or named.get(f"adjoint_{side}")
        turned = shape.swapaxes(-1, -2) if hasattr(shape, "swapaxes") else (*shape[:-2], shape[-1], shape[-2])
        found.append(turned if turn else shape)
    return tuple(found)


def strided(bounds: list[Any], attributes: dict[str, Any]) -> list[Any]:
    """begin, end and strides with their bit masks, as an index."""
    begin, end, strides = (each if isinstance(each, list) else [each] for each in bounds)
    masks = {
        name: int(attributes.get(f"{name}_mask", 0)) for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    found: list[Any] = []
    for index, (start, stop, step) in enumerate(zip(begin, end, strides, strict=True)):
        bit = 1 << index
        if masks["ellipsis"] & bit:
            found.append(Ellipsis)
        elif masks["new_axis"] & bit:
            found.append(None)
        elif masks["shrink_axis"] & bit:
            found.append(start)
        else:
            found.append(slice(None if masks["begin"] & bit else start, None if masks["end"] & bit else stop, step))
    return found
