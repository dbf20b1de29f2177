"""Output shapes of functions on tensors, by the rules of keras.ops (3.15.1).

A rule gets the arguments of a call (shapes as tuples, what the config holds as numbers and lists) and the named ones. It
returns a shape, a list of shapes, or None where it cannot tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ShapeError
from densecli.layer import Constant, list_shape
from densecli.shape import Dim, Shape, normal_axis, plus, product, show

if TYPE_CHECKING:
    from collections.abc import Callable

    Named = dict[str, Any]
    Rule = Callable[[tuple[Any, ...], Named], Any]


def shape_of(value: Any) -> Shape:
    """The shape of a tensor argument: a tensor's, a constant's, () of a number."""
    if isinstance(value, tuple):
        return value
    return value.shape if isinstance(value, Constant) else list_shape(value)


def tensors(args: tuple[Any, ...]) -> list[Shape]:
    """All tensors, whether they came one by one or in a list."""
    return [shape_of(item) for item in (args[0] if len(args) == 1 and isinstance(args[0], list) else args)]


def same(args: tuple[Any, ...], _: Named) -> Shape:
    return shape_of(args[0])


def broadcast(args: tuple[Any, ...], _: Named) -> Shape:
    shape: Shape = ()
    for each in args:
        shape = broadcast_two(shape, shape_of(each))
    return shape


def broadcast_two(a: Shape, b: Shape) -> Shape:
    """NumPy's rule, where an unknown size takes the other one unless that is 1 (keras.ops; merge layers differ)."""
    rank = max(len(a), len(b))
    a, b = (1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b
    return tuple(_broadcast_dim(i, j, (a, b)) for i, j in zip(a, b, strict=True))


def _broadcast_dim(i: Dim, j: Dim, shapes: tuple[Shape, Shape]) -> Dim:
    if i == 1:
        return j
    if j in (1, i, None):
        return i
    if i is None:
        return j
    raise ShapeError(f"cannot broadcast {show(shapes[0])} and {show(shapes[1])}: {i:,} against {j:,}")


def axes_of(axis: Any, rank: int) -> tuple[int, ...]:
    """The axes that an argument names; none given are all."""
    if axis is None:
        return tuple(range(rank))
    return tuple(normal_axis(each, rank) for each in (axis if isinstance(axis, list | tuple) else [axis]))


def reduced(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    axis = named.get("axis", named.get("axes", args[1] if len(args) > 1 else None))
    axes = axes_of(axis, len(x))
    if named.get("keepdims"):
        return tuple(1 if index in axes else size for index, size in enumerate(x))
    return tuple(size for index, size in enumerate(x) if index not in axes)


def moments(args: tuple[Any, ...], named: Named) -> list[Shape]:
    return [reduced(args, named)] * 2


def scan(args: tuple[Any, ...], named: Named) -> Shape:
    """Running sums: without an axis over the flat tensor."""
    x = shape_of(args[0])
    return x if named.get("axis") is not None else (product(x),)


def shape_as_tensor(args: tuple[Any, ...], _: Named) -> Shape:
    """The sizes of a tensor as a tensor of its own, as TensorFlow's `shape` gives them."""
    return (len(shape_of(args[0])),)


def diff(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    axis = normal_axis(named.get("axis", -1), len(x))
    return (*x[:axis], plus(x[axis], -named.get("n", 1)), *x[axis + 1 :])


def first_and_like(args: tuple[Any, ...], named: Named) -> Shape:
    return tuple(named["shape"]) if "shape" in named else shape_of(args[0])


def glu(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    axis = normal_axis(named.get("axis", -1), len(x))
    size = x[axis]
    return (*x[:axis], None if size is None else size // 2, *x[axis + 1 :])
