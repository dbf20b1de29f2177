"""Layers that keras.applications defines for its own models. Files and specs may name them, but they are not in the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.catalogue import CATALOGUE, EXTRA
from densecli.layer import Layer, Weight
from densecli.layers.merge import exactly_two
from densecli.shape import Shape, size, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    Array = Any


class StochasticDepth(Layer):
    """Drop whole paths in training (ConvNeXt); passes its input on at inference.

    StochasticDepth(drop_path_rate=0.1): (None, 7, 7, 96) -> (None, 7, 7, 96), 0 params
    """

    formula = "output = input"
    shape_rule = "unchanged"

    drop_path_rate = fields.number(doc="fraction of the paths to drop in training")

    def elementwise(self, y: Shape, x: Shape) -> int:
        return 0

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return x


class LayerScale(Layer):
    """Scale every channel by a weight of its own (ConvNeXt).

    LayerScale(init_values=1e-6, projection_dim=96): (None, 7, 7, 96) -> (None, 7, 7, 96), 96 params
    """

    formula = "output = input * gamma"
    shape_rule = "unchanged"

    init_values = fields.number(doc="initial value of gamma")
    projection_dim = fields.count(doc="channels")

    def weights(self, x: Shape) -> Iterator[Weight]:
        start = fields.Object("Constant", {"value": self.init_values})
        yield Weight("gamma", (self.projection_dim,), ("channels",), initializer=start)

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return size(y)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return x * w["gamma"]


class CustomScaleLayer(Layer):
    """Add a scaled branch to another one (InceptionResNetV2).

    CustomScaleLayer(scale=0.17): [(None, 35, 35, 320), (None, 35, 35, 320)] -> (None, 35, 35, 320), 0 params
    """

    formula = "output = a + scale * b"
    shape_rule = "that of the first input"
    takes = "list"

    scale = fields.number(doc="multiplier for the second input")

    def output(self, xs: list[Shape]) -> Shape:
        exactly_two(self, xs)
        return xs[0]

    def elementwise(self, y: Shape, xs: list[Shape]) -> int | None:
        return times(2, size(y))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], xs: list[Array]) -> Array:
        return xs[0] + xs[1] * xs[1].dtype.type(self.scale)


for _layer in (CustomScaleLayer, LayerScale, StochasticDepth):
    EXTRA.enter(CATALOGUE.pop(_layer.__name__))
