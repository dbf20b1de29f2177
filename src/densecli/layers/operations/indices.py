"""Output shapes of functions that pick elements by their indices, and the other way around (keras.ops, 3.15.1). Rules as in shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ShapeError
from densecli.layers.operations.shapes import broadcast_two, shape_of
from densecli.shape import Dim, Shape, normal_axis, product, show

if TYPE_CHECKING:
    from densecli.layers.operations.shapes import Named


def getitem(args: tuple[Any, ...], named: Named) -> Shape | None:
    """Indexing as in NumPy, with slices, integers, None, Ellipsis and one array of indices."""
    x = shape_of(args[0])
    key = args[1] if len(args) > 1 else named.get("key")
    items = list(key) if isinstance(key, list) else [key]
    used = sum(item is not None and item is not Ellipsis for item in items)
    if used > len(x):
        raise ShapeError(f"too many indices for {show(x)}: {used}")
    missing = [slice(None)] * (len(x) - used)
    at = next((index for index, item in enumerate(items) if item is Ellipsis), None)
    items = [*items, *missing] if at is None else [*items[:at], *missing, *items[at + 1 :]]
    sizes = iter(x)
    found: list[Dim] = []
    for item in items:
        found += [1] if item is None else indexed(item, next(sizes))
    return tuple(found)


def indexed(item: Any, size: Dim) -> list[Dim]:
    if isinstance(item, bool):
        raise TypeError
    if isinstance(item, int):
        if size is not None and not -size <= item < size:
            raise ShapeError(f"index {item} is out of range for an axis of {size:,}")
        return []
    if isinstance(item, slice):
        return [sliced(item, size)]
    return list(shape_of(item))


def sliced(item: slice, size: Dim) -> Dim:
    """How many indices a slice takes of an axis; of an unknown one, only an empty end can be told."""
    start, stop, step = (
        each if each is None or isinstance(each, int) else NotImplemented for each in (item.start, item.stop, item.step)
    )
    if NotImplemented in (start, stop, step):
        return None
    if size is not None:
        return len(range(*slice(start, stop, step).indices(size)))
    return None


def take(args: tuple[Any, ...], named: Named) -> Shape:
    x, indices = shape_of(args[0]), shape_of(args[1] if len(args) > 1 else named["indices"])
    axis = named.get("axis")
    if axis is None:
        return indices
    axis = normal_axis(axis, len(x))
    return (*x[:axis], *indices, *x[axis + 1 :])


def take_along_axis(args: tuple[Any, ...], named: Named) -> Shape:
    x, indices, axis = shape_of(args[0]), shape_of(args[1]), named.get("axis")
    if axis is None:
        return (product(indices),)
    axis = normal_axis(axis, len(x))
    both = broadcast_two((*x[:axis], 1, *x[axis + 1 :]), (*indices[:axis], 1, *indices[axis + 1 :]))
    return (*both[:axis], indices[axis], *both[axis + 1 :])


def one_hot(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    classes = named.get("num_classes", named.get("depth", args[1] if len(args) > 1 else None))
    axis = normal_axis(-1 if named.get("axis") is None else named["axis"], len(x) + 1)
    return (*x[:axis], classes, *x[axis:])


def multi_hot(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    return (x[0], named["num_classes"]) if len(x) > 1 else (named["num_classes"],)


def top_k(args: tuple[Any, ...], named: Named) -> list[Shape]:
    x = shape_of(args[0])
    return [(*x[:-1], named.get("k", args[1] if len(args) > 1 else 1))] * 2


def slice_of(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    wanted = named.get("shape", args[2] if len(args) > 2 else None) or ()
    return tuple(size if part == -1 else part for size, part in zip(x, wanted, strict=True))
