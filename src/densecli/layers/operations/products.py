"""Output shapes and products of matrix functions on tensors (keras.ops, 3.15.1). Rules as in shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ShapeError
from densecli.layers.operations.shapes import axes_of, broadcast_two, shape_of
from densecli.shape import Dim, Shape, product, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    Named = dict[str, Any]


def matmul(args: tuple[Any, ...], _: Named) -> Shape:
    a, b = shape_of(args[0]), shape_of(args[1])
    if not a or not b:
        raise ShapeError("a matrix product does not take scalars")
    left, right = (1, *a) if len(a) == 1 else a, (*b, 1) if len(b) == 1 else b
    if None not in (left[-1], right[-2]) and left[-1] != right[-2]:
        raise ShapeError(f"cannot multiply matrices {show(a)} and {show(b)}: {left[-1]:,} against {right[-2]:,}")
    head = broadcast_two(left[:-2], right[:-2])
    return (*head, *(left[-2:-1] if len(a) > 1 else ()), *(right[-1:] if len(b) > 1 else ()))


def dot(args: tuple[Any, ...], _: Named) -> Shape:
    a, b = shape_of(args[0]), shape_of(args[1])
    if not a or not b:
        return a or b
    return (*a[:-1], *b[:-1]) if len(b) == 1 else (*a[:-1], *b[:-2], b[-1])


def tensordot(args: tuple[Any, ...], named: Named) -> Shape:
    a, b = shape_of(args[0]), shape_of(args[1])
    axes = named.get("axes", args[2] if len(args) > 2 else 2)
    if isinstance(axes, int):
        return (*a[: len(a) - axes], *b[axes:])
    left, right = axes_of(axes[0], len(a)), axes_of(axes[1], len(b))
    rest_a = [size for index, size in enumerate(a) if index not in left]
    return (*rest_a, *(size for index, size in enumerate(b) if index not in right))


def einsum(args: tuple[Any, ...], named: Named) -> Shape:
    equation = named.get("subscripts", named.get("equation"))
    operands = args
    if not isinstance(equation, str):
        equation, operands = args[0], args[1:]
    return einsum_shape(equation.replace(" ", ""), [shape_of(each) for each in operands])


def einsum_shape(equation: str, shapes: Sequence[Shape]) -> Shape:
    left, arrow, right = equation.partition("->")
    sizes: dict[str, Dim] = {}
    head: Shape = ()
    for letters, shape in zip(left.split(","), shapes, strict=True):
        before, _, after = letters.partition("...")
        middle = len(shape) - len(before) - len(after)
        if middle < 0 or ("..." not in letters and middle):
            raise ShapeError(f"{letters!r} does not fit {show(shape)}")
        head = broadcast_two(head, shape[len(before) : len(before) + middle])
        named = (*shape[: len(before)], *shape[len(before) + middle :])
        for letter, size in zip(before + after, named, strict=True):
            sizes[letter] = size if sizes.get(letter) in (None, 1) else sizes[letter]
    if not arrow:
        letters = left.replace("...", "").replace(",", "")
        right = "..." * ("..." in left) + "".join(sorted(each for each in sizes if letters.count(each) == 1))
    before, dots, after = right.partition("...")
    return (*(sizes[each] for each in before), *(head if dots else ()), *(sizes[each] for each in after))


def einsum_macs(equation: str, shapes: Sequence[Shape]) -> int | None:
    """Products of an einsum over all its letters at once."""
    left = equation.replace(" ", "").partition("->")[0]
    letters = "".join(dict.fromkeys(left.replace("...", "").replace(",", "")))
    full = einsum_shape(f"{left}->{'...' * ('...' in left)}{letters}", shapes)
    return product(1 if size is None and index == 0 else size for index, size in enumerate(full))


def outer(args: tuple[Any, ...], _: Named) -> Shape:
    return tuple(product(shape_of(each)) for each in args[:2])
