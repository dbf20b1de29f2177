"""Functions on tensors that only move elements: reshape, slice, join, repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from densecli.kernels.layout import Array

from densecli.kernels.operations.table import Args, Named, argument, axes, enter, numbers


def reshaped(args: Args, named: Named) -> Array:
    x, wanted = np.asarray(args[0]), numbers(argument(args, named, 1, "newshape", "shape"))
    if wanted.count(-1) > 1:  # the batch and one more: the first axis stays
        wanted = (len(x), *wanted[1:])
    return x.reshape(wanted)


def transposed(args: Args, named: Named) -> Array:
    order = argument(args, named, 1, "axes", "perm")
    return np.asarray(args[0]).transpose(None if order is None else numbers(order))


def expanded(args: Args, named: Named) -> Array:
    axis = argument(args, named, 1, "axis", default=0)
    return np.expand_dims(args[0], numbers(axis) if isinstance(axis, list | tuple) else int(axis))


def squeezed(args: Args, named: Named) -> Array:
    axis = axes(named, args)
    return np.asarray(np.squeeze(args[0], None if axis == () else axis))


def parts(args: Args, named: Named) -> list[Array]:
    sections = argument(args, named, 1, "indices_or_sections", default=1)
    sections = numbers(sections) if isinstance(sections, list | tuple) else int(sections)
    return list(np.split(args[0], sections, axis=int(argument(args, named, 2, "axis", default=0))))


def unstacked(args: Args, named: Named) -> list[Array]:
    axis = int(named.get("axis") or 0)
    return [np.take(args[0], index, axis) for index in range(np.shape(args[0])[axis])]


def repeated(args: Args, named: Named) -> Array:
    counts = numbers(argument(args, named, 1, "repeats", default=1))
    return np.repeat(args[0], counts if len(counts) > 1 else counts[0], axis=argument(args, named, 2, "axis"))


MODES = {"constant": "constant", "reflect": "reflect", "symmetric": "symmetric"}


def padded(args: Args, named: Named) -> Array:
    width = argument(args, named, 1, "pad_width", "paddings", default=0)
    mode = MODES[str(argument(args, named, 2, "mode", default="constant")).lower()]
    value = argument(args, named, 3, "constant_values", default=0)
    pairs = width if isinstance(width, int) else np.asarray(width).tolist()
    found: Array = np.pad(args[0], pairs, mode, **({"constant_values": value} if mode == "constant" else {}))  # type: ignore[call-overload]
    return found


def indexed(args: Args, named: Named) -> Any:
    key = argument(args, named, 1, "key")
    items = key if isinstance(key, list | tuple) else [key]
    return np.asarray(args[0])[tuple(items)]


def taken(args: Args, named: Named) -> Array:
    indices = np.asarray(argument(args, named, 1, "indices")).astype(np.int64)
    return np.take(args[0], indices, axis=argument(args, named, 2, "axis"))


def taken_along(args: Args, named: Named) -> Array:
    indices, axis = np.asarray(argument(args, named, 1, "indices")).astype(np.int64), named.get("axis")
    return np.take_along_axis(np.asarray(args[0]), indices, axis=axis)


def sliced(args: Args, named: Named) -> Any:
    starts = numbers(argument(args, named, 1, "start_indices"))
    sizes = numbers(argument(args, named, 2, "shape"))
    return args[0][tuple(slice(i, None if n == -1 else i + n) for i, n in zip(starts, sizes, strict=True))]


def tensors(args: Args) -> list[Any]:
    return list(args[0]) if len(args) == 1 and isinstance(args[0], list) else list(args)


def one_axis(args: Args, named: Named, default: int = 0) -> int:
    return int(argument(args, named, 1, "axis", default=default))


enter("Reshape", reshaped)
enter("Transpose", transposed)
enter("ExpandDims", expanded)
enter("Squeeze", squeezed)
enter("Split", parts)
enter("Unstack", unstacked)
enter("Repeat", repeated)
enter("Pad", padded)
enter("GetItem", indexed)
enter("Take", taken)
enter("TakeAlongAxis", taken_along)
enter("Slice", sliced)
enter("Moveaxis", lambda args, named: np.moveaxis(args[0], named["source"], named["destination"]))
enter("Swapaxes", lambda args, named: np.swapaxes(args[0], named["axis1"], named["axis2"]))
enter("Tile", lambda args, named: np.tile(args[0], numbers(argument(args, named, 1, "repeats", "multiples"))))
enter("BroadcastTo", lambda args, named: np.broadcast_to(args[0], numbers(argument(args, named, 1, "shape"))))
enter("Concatenate", lambda args, named: np.concatenate(args[0], one_axis(args, named)))
enter("Stack", lambda args, named: np.stack(args[0], one_axis(args, named)))
enter("Hstack", lambda args, _: np.hstack(tensors(args)))
enter("Vstack", lambda args, _: np.vstack(tensors(args)))
enter("Roll", lambda args, named: np.roll(args[0], named["shift"], axes(named, (), None)))
enter("Tril", lambda args, named: np.tril(args[0], named.get("k", 0)))
enter("Triu", lambda args, named: np.triu(args[0], named.get("k", 0)))
enter("Diff", lambda args, named: np.diff(args[0], named.get("n", 1), axis=named.get("axis", -1)))
