"""Merging layers: several tensors become one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli.errors import ShapeError
from densecli.layer import Layer
from densecli.shape import Dim, Shape, show, size, times

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    Array = Any


class Merge(Layer, abstract=True):
    """Combine tensors element by element, broadcasting sizes of 1."""

    takes = "list"
    keeps_integers = True
    supports_masking = True
    shape_rule = "the inputs' shapes, broadcast"
    operation: ClassVar[str]

    def output(self, xs: list[Shape]) -> Shape:
        two_or_more(self, xs)
        batches = {x[0] for x in xs} - {None}
        if len(batches) > 1:
            raise ShapeError(f"cannot merge tensors of different batch sizes: {show(xs)}")
        shape = xs[0][1:]
        for x in xs[1:]:
            shape = broadcast(shape, x[1:], xs)
        return (batches.pop() if batches and all(x[0] is not None for x in xs) else None, *shape)

    def elementwise(self, y: Shape, xs: list[Shape]) -> int | None:
        return times(len(xs) - 1, size(y))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], xs: list[Array]) -> Array:
        return ops.merge(self.operation, xs)


def two_or_more(layer: Layer, xs: Any) -> None:
    if not isinstance(xs, list) or len(xs) < 1:
        raise ShapeError(
            f"{type(layer).__name__} merges several tensors, but got one",
            code="E407",
            hint=f"hand it branches: [_ | Dense(4)] -> {type(layer).__name__}",
        )


def broadcast(a: Shape, b: Shape, xs: list[Shape]) -> Shape:
    """Keras' rule for merge layers (3.15.1): an unknown size stays unknown unless the other one is 1."""
    if len(a) < len(b):
        a, b = b, a
    head = len(a) - len(b)
    return (*a[:head], *(_broadcast_dim(i, j, xs) for i, j in zip(a[head:], b, strict=True)))


def _broadcast_dim(i: Dim, j: Dim, xs: list[Shape]) -> Dim:
    if i is None or j is None:
        return None
    if i == 1:
        return j
    if j not in (1, i):
        raise ShapeError(f"cannot merge {show(xs)}: {i:,} against {j:,}", hint="sizes must be equal, or 1")
    return i


class Add(Merge):
    """Add tensors element by element, as in a residual connection.

    Add(): [(None, 8), (None, 8)] -> (None, 8), 0 params
    """

    formula = "output = a + b + …"
    operation = "add"
