"""Output shapes of functions that move elements: reshape, transpose, join, split, repeat, pad (keras.ops, 3.15.1).

Rules as in shapes.
"""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any

from densecli.errors import ShapeError
from densecli.layer import Constant
from densecli.layers.operations.shapes import axes_of, shape_of, tensors
from densecli.shape import Dim, Shape, normal_axis, plus, product, show, times

if TYPE_CHECKING:
    from densecli.layers.operations.shapes import Named

MOST_PARTS = 100_000  # that a tensor is cut into: each is a tensor of its own


def reshape(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    wanted = named.get("newshape", named.get("shape", args[1] if len(args) > 1 else None))
    return fill_open(x, tuple(wanted if isinstance(wanted, list | tuple) else [wanted]))


def fill_open(x: Shape, wanted: Shape) -> Shape:
    """The -1 of a reshape worked out, where the other sizes allow."""
    total = product(x)
    rest = product(size for size in wanted if size != -1)
    if -1 not in wanted:
        if total is not None and rest is not None and total != rest:
            raise ShapeError(f"cannot reshape {show(x)} to {show(wanted)}: {total:,} elements against {rest:,}")
        return wanted
    if total is None or rest is None:
        return tuple(_open_dim(x, wanted) if size == -1 else size for size in wanted)
    if rest == 0 or total % rest:
        raise ShapeError(f"cannot reshape {show(x)} to {show(wanted)}: {total:,} elements do not divide by {rest:,}")
    return tuple(total // rest if size == -1 else size for size in wanted)


def _open_dim(x: Shape, wanted: Shape) -> Dim:
    """With an unknown batch in both shapes, -1 stands for what one sample leaves."""
    if x[:1] == wanted[:1] == (None,) and x.count(None) == wanted.count(None) == 1:
        rest = prod(size for size in wanted if size not in (-1, None))
        known = prod(size for size in x if size is not None)
        return known // rest if rest and known % rest == 0 else None
    return None


def flat(args: tuple[Any, ...], _: Named) -> Shape:
    return (product(shape_of(args[0])),)


def transpose(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    axes = named.get("axes", named.get("perm", args[1] if len(args) > 1 else None))
    order = range(len(x))[::-1] if axes is None else axes_of(axes, len(x))
    if sorted(order) != list(range(len(x))):
        raise ShapeError(f"axes {tuple(order)} do not name each axis of {show(x)} once")
    return tuple(x[axis] for axis in order)


def moveaxis(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    source, target = axes_of(named["source"], len(x)), axes_of(named["destination"], len(x))
    order = [axis for axis in range(len(x)) if axis not in source]
    for place, axis in sorted(zip(target, source, strict=True)):
        order.insert(place, axis)
    return tuple(x[axis] for axis in order)


def swapaxes(args: tuple[Any, ...], named: Named) -> Shape:
    x = list(shape_of(args[0]))
    i, j = axes_of([named["axis1"], named["axis2"]], len(x))
    x[i], x[j] = x[j], x[i]
    return tuple(x)


def expand_dims(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    axis = named.get("axis", args[1] if len(args) > 1 else 0)
    axes = axis if isinstance(axis, list | tuple) else [axis]
    places = axes_of(axes, len(x) + len(axes))
    if len({*places}) < len(places):
        raise ShapeError(f"an axis is named twice: {show(places)}")
    rest = iter(x)
    return tuple(1 if index in places else next(rest) for index in range(len(x) + len(axes)))


def squeeze(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    axis = named.get("axis", args[1] if len(args) > 1 else None)
    if axis is None or axis == []:
        return tuple(size for size in x if size != 1)
    axes = axes_of(axis, len(x))
    if any(x[each] not in (1, None) for each in axes):
        raise ShapeError(f"cannot squeeze axis {axes} of {show(x)}: only axes of size 1 can be squeezed")
    return tuple(size for index, size in enumerate(x) if index not in axes)


def concatenate(args: tuple[Any, ...], named: Named) -> Shape:
    xs = tensors(args[:1])
    return joined(xs, normal_axis(_axis(named, args, 0), len(xs[0])))


def _axis(named: Named, args: tuple[Any, ...], default: int) -> int:
    axis = named.get("axis", args[1] if len(args) > 1 else default)
    return default if axis is None else int(axis)


def joined(xs: list[Shape], axis: int) -> Shape:
    """As Keras 3.15.1: the other sizes are the first tensor's, also where another one knows more."""
    first = xs[0]
    for x in xs[1:]:
        sizes = zip(first, x, strict=True) if len(x) == len(first) else iter(())
        if len(x) != len(first) or any(
            index != axis and None not in (i, j) and i != j for index, (i, j) in enumerate(sizes)
        ):
            raise ShapeError(f"cannot concatenate {show(first)} and {show(x)} along axis {axis}")
        first = tuple(i if i is not None else j for i, j in zip(first, x, strict=True))
    return tuple(plus(*(x[axis] for x in xs)) if index == axis else size for index, size in enumerate(xs[0]))


def hstack(args: tuple[Any, ...], _: Named) -> Shape:
    xs = tensors(args)
    return joined(xs, 0 if len(xs[0]) == 1 else 1)


def vstack(args: tuple[Any, ...], _: Named) -> Shape:
    return joined([(1, *x) if len(x) == 1 else x for x in tensors(args)], 0)


def stack(args: tuple[Any, ...], named: Named) -> Shape:
    xs = tensors(args[:1])
    axis = normal_axis(_axis(named, args, 0), len(xs[0]) + 1)
    return (*xs[0][:axis], len(xs), *xs[0][axis:])


def unstack(args: tuple[Any, ...], named: Named) -> list[Shape] | None:
    x = shape_of(args[0])
    axis = normal_axis(_axis({"axis": named.get("axis")}, (), 0), len(x))
    count = named.get("num") or x[axis]
    return None if count is None or count > MOST_PARTS else [(*x[:axis], *x[axis + 1 :])] * count


def split(args: tuple[Any, ...], named: Named) -> list[Shape]:
    x = shape_of(args[0])
    parts = named.get("indices_or_sections", args[1] if len(args) > 1 else 1)
    axis = normal_axis(int(named.get("axis") or 0), len(x))
    size = x[axis]
    if isinstance(parts, int):
        if parts > MOST_PARTS:
            raise ValueError(f"{parts:,} parts")
        if size is not None and size % parts:
            raise ShapeError(f"axis {axis} of {show(x)} does not divide into {parts} parts")
        sizes: list[Dim] = [None if size is None else size // parts] * parts
    else:
        edges = [0, *parts, size]
        sizes = [None if j is None else max(j - i, 0) for i, j in pairwise(edges)]
    return [(*x[:axis], each, *x[axis + 1 :]) for each in sizes]


def tile(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    repeats = named.get("repeats", named.get("multiples", args[1] if len(args) > 1 else 1))
    counts = tuple(repeats) if isinstance(repeats, list | tuple) else (repeats,)
    rank = max(len(x), len(counts))
    x, counts = (1,) * (rank - len(x)) + x, (1,) * (rank - len(counts)) + counts
    return tuple(times(size, count) for size, count in zip(x, counts, strict=True))


def repeat(args: tuple[Any, ...], named: Named) -> Shape | None:
    x = shape_of(args[0])
    repeats, axis = named.get("repeats", args[1] if len(args) > 1 else 1), named.get("axis")
    if axis is None:
        x, axis = (product(x),), 0
    axis = normal_axis(axis, len(x))
    if isinstance(repeats, list) and len(repeats) == 1:
        repeats = repeats[0]
    size = sum(repeats) if isinstance(repeats, list) else None if x[axis] is None else x[axis] * repeats
    return (*x[:axis], size, *x[axis + 1 :])


def pad(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    width = named.get("pad_width", named.get("paddings", args[1] if len(args) > 1 else 0))
    if isinstance(width, Constant):
        width = width.value
    pairs = [[width, width]] if isinstance(width, int) else [width] if isinstance(width[0], int) else width
    pairs = pairs * len(x) if len(pairs) == 1 else pairs
    return tuple(plus(size, *pair) for size, pair in zip(x, pairs, strict=True))


def broadcast_to(args: tuple[Any, ...], named: Named) -> Shape:
    return tuple(named.get("shape", args[1] if len(args) > 1 else ()))
