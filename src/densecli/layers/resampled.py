"""Images of another size in numbers: which pixels a pixel is mixed from. Imported when an example is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.arithmetic import Leaf, Product, Step, element, total
from densecli.layers.worked import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    Array = Any
    Index = tuple[int, ...]
    Resize = Callable[[Array, tuple[int, int]], Array]

LARGEST = 1024  # rows or columns that are each sent through on their own


def resampled(
    ops: ModuleType, resize: Resize, y: Array, at: Index, x: Array, *, channels_first: bool = False
) -> Iterator[Step]:
    """A pixel as a sum of the input's, with the weights of its row times those of its column.

    `resize` takes images (batch, height, width, channels) and works on rows and columns by themselves; so what it makes
    of images with a single bright row, or column, tells the weights.
    """
    first = x.ndim - (2 if channels_first else 3)
    if x.dtype.kind != "f" or max(*x.shape[first : first + 2], *y.shape[first : first + 2]) > LARGEST:
        return  # integers are rounded
    lines = [shares(ops, resize, (x.shape[axis], y.shape[axis]), axis - first) for axis in (first, first + 1)]
    rows, columns = (
        {index: float(share) for index, share in enumerate(each[:, at[first + axis]]) if share}
        for axis, each in enumerate(lines)
    )
    pairs = [(row, column) for row in rows for column in columns]

    def term(index: int) -> Product:
        row, column = pairs[index]
        place = (*at[:first], row, column, *at[first + 2 :])
        return Product((Leaf(rows[row] * columns[column]), element("x", x, place)))

    yield Step(named("y", at), total(len(pairs), term), "the weights say how near each pixel is")


def shares(ops: ModuleType, resize: Resize, sizes: tuple[int, int], axis: int) -> Array:
    """By which share each old row (axis 0) or column (axis 1) goes into each new one."""
    old, new = sizes
    lines = ops.encode(ops.positions((old,)) - 1, old, "one_hot")
    if axis == 0:
        return resize(lines[:, :, None, None], (new, 1))[:, :, 0, 0]
    return resize(lines[:, None, :, None], (1, new))[:, 0, :, 0]
