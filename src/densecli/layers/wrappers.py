"""Wrappers: layers that apply another layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.errors import ShapeError
from densecli.layer import Child, Layer
from densecli.shape import Shape, show, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    Array = Any


class TimeDistributed(Layer):
    """Apply one layer, with one set of weights, to every step of axis 1.

    TimeDistributed(Dense(4)): (None, 10, 3) -> (None, 10, 4), 16 params
    """

    formula = "output[:, t] = layer(input[:, t])"
    shape_rule = "(batch, steps, …) -> (batch, steps, *layer's output)"
    supports_masking = True
    min_ndim = 3

    layer = fields.layer(doc="the layer to apply")

    def children(self, x: Shape) -> Iterator[Child]:
        yield Child(self.layer.name, self.layer, ((x[0], *x[2:]),))

    def output(self, x: Shape) -> Shape:
        step = (x[0], *x[2:])
        self.layer.accept(step)
        inner = self.layer.output(step)
        if not isinstance(inner, tuple):
            raise ShapeError(f"the wrapped layer must give one tensor, not {show(inner)}")
        return (x[0], x[1], *inner[1:])

    def macs(self, y: Shape, x: Shape) -> int | None:
        return times(x[1], super().macs(y, x))

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return times(x[1], super().elementwise(y, x))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return ops.each_step(lambda step: self.layer.forward(ops, w[self.layer.name], step), x)
