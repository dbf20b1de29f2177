"""Activations with their own arguments or weights; the others are Activation with a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.arithmetic import Difference, Leaf, Product, Step, element
from densecli.errors import ShapeError
from densecli.layer import Layer, Weight
from densecli.layers.worked import exp, hidden_note, named, normalized, places, renamed, stretched
from densecli.shape import Shape, check_distinct, known, normal_axis, product, show, size, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    Array = Any
    Index = tuple[int, ...]


class ReLU(Layer):
    """Pass positive values and set negative ones to 0; optionally leaky, capped or shifted by a threshold.

    ReLU(): (None, 10) -> (None, 10), 0 params
    """

    formula = "output = min(input, max_value) where input > threshold, else negative_slope × (input - threshold)"
    shape_rule = "unchanged"
    elementwise_rule = "1 per element, plus 1 for each of max_value, negative_slope and threshold in use"
    supports_masking = True

    max_value = fields.optional(fields.number(doc="upper limit of the output; null for none", least=0))
    negative_slope = fields.number(0.0, "slope below the threshold", least=0)
    threshold = fields.number(0.0, "start of the positive part", least=0)

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        """A comparison, and one operation for each argument that is used."""
        return times(1 + (self.max_value is not None) + bool(self.negative_slope) + bool(self.threshold), size(y))

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        arguments = {"negative_slope": self.negative_slope, "max_value": self.max_value, "threshold": self.threshold}
        return kinds.Curve("ReLU", "relu", tuple(arguments.items()))

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        cell, low, high = element("x", x, at), Leaf(self.threshold, "threshold"), self.max_value
        if cell.value < self.threshold:
            yield Step(named("y", at), Product((Leaf(self.negative_slope, "negative_slope"), Difference(cell, low))))
        elif high is not None and cell.value > high:
            yield Step(named("y", at), Leaf(high, "max_value"), f"{named('x', at)} is larger")
        else:
            yield Step(named("y", at), cell, "passes as it is")

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        y = ops.relu(
            ops.floating(x), negative_slope=self.negative_slope, max_value=self.max_value, threshold=self.threshold
        )
        return ops.cast_like(y, x)


def sloped(x: Array, at: Index, slope: Leaf) -> Iterator[Step]:
    """x where it is positive, else the slope times x."""
    cell = element("x", x, at)
    if cell.value > 0:
        yield Step(named("y", at), cell, "positive, so it passes as it is")
    else:
        yield Step(named("y", at), Product((slope, cell)))


class LeakyReLU(Layer):
    """Pass positive values and shrink negative ones.

    LeakyReLU(0.1): (None, 10) -> (None, 10), 0 params
    """

    formula = "output = input where input > 0, else negative_slope × input"
    shape_rule = "unchanged"
    elementwise_rule = "2 per element"
    supports_masking = True
    order = ("negative_slope",)

    negative_slope = fields.number(0.3, "slope for negative values", least=0)
    alpha = fields.optional(fields.number(doc="old name of negative_slope", least=0))

    def check(self) -> None:
        if self.alpha is not None:
            self.negative_slope = self.alpha

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return times(2, size(y))

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        return kinds.Curve("LeakyReLU", "leaky_relu", (("negative_slope", self.negative_slope),))

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        return sloped(x, at, Leaf(self.negative_slope, "negative_slope"))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return ops.leaky_relu(ops.floating(x), negative_slope=self.negative_slope)


class PReLU(Layer):
    """Pass positive values; learn a slope for negative ones, one for each position in a sample.

    PReLU(shared_axes=(1, 2)): (None, 28, 28, 16) -> (None, 28, 28, 16), 16 params
    """

    formula = "output = input where input > 0, else alpha × input"
    shape_rule = "unchanged"
    elementwise_rule = "2 per element"
    supports_masking = True

    alpha_initializer = fields.initializer("zeros")
    alpha_regularizer = fields.regularizer()
    alpha_constraint = fields.constraint()
    shared_axes = fields.optional(fields.integers(doc="axes (counted from 1) along which one slope is shared"))

    def shared(self, x: Shape) -> set[int]:
        """The shared axes. Keras 3.15.1 looks them up in the sample's shape at axis - 1, also where axis is negative."""
        axes = self.shared_axes
        axes = () if axes is None else (axes,) if isinstance(axes, int) else axes
        return {normal_axis(axis - 1, len(x) - 1, "the shared axis minus one,") + 1 for axis in axes}

    def slopes(self, x: Shape) -> tuple[int, ...]:
        shared = self.shared(x)
        return tuple(1 if axis in shared else known(x[axis], f"axis {axis}") for axis in range(1, len(x)))

    def weights(self, x: Shape) -> Iterator[Weight]:
        axes = tuple(f"axis {axis}" for axis in range(1, len(x)))
        yield Weight("alpha", self.slopes(x), axes, initializer=self.alpha_initializer)

    def output(self, x: Shape) -> Shape:
        self.slopes(x)
        return x

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return times(2, size(y))

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        if self.shared_axes is None and len(x) > 2:
            yield f"Each position of {show(x[1:])} has its own slope; shared_axes shares one along an axis."

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        note = f"The slope on the left is learned, {product(self.slopes(x)):,} of them; 0.25 is an example."
        return kinds.Curve("PReLU", "leaky_relu", (("negative_slope", 0.25),), note)

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        return sloped(x, at, element("alpha", w["alpha"], stretched(w["alpha"], at)))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return ops.prelu(ops.floating(x), w["alpha"])


class ELU(Layer):
    """Pass positive values and bend negative ones toward -alpha.

    ELU(): (None, 10) -> (None, 10), 0 params
    """

    formula = "output = input where input > 0, else alpha × (exp(input) - 1)"
    shape_rule = "unchanged"
    elementwise_rule = "4 per element"
    supports_masking = True

    alpha = fields.number(1.0, "limit that negative values approach, negated")

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return times(4, size(y))

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        return kinds.Curve("ELU", "elu", (("alpha", self.alpha),))

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        cell = element("x", x, at)
        if cell.value > 0:
            yield Step(named("y", at), cell, "positive, so it passes as it is")
        else:
            yield Step(named("y", at), Product((Leaf(self.alpha, "alpha"), Difference(exp(cell), Leaf(1.0)))))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return ops.elu(ops.floating(x), alpha=self.alpha)


class Softmax(Layer):
    """Turn values into probabilities along an axis: positive, with sum 1.

    Softmax(): (None, 10) -> (None, 10), 0 params
    """

    takes_mask = True
    formula = "output = exp(input) / sum of exp(input) along axis"
    shape_rule = "unchanged"
    elementwise_rule = "5 per element"
    supports_masking = True

    axis = fields.integers(-1, "the axis or axes whose values sum to 1")

    def output(self, x: Shape, mask: Any = None) -> Shape:
        for axis in self.axes():
            normal_axis(axis, len(x))
        return x

    def axes(self) -> tuple[int, ...]:
        return (self.axis,) if isinstance(self.axis, int) else tuple(self.axis)

    def elementwise(self, y: Shape, x: Shape, mask: Any = None) -> int | None:
        return times(5, size(y))

    def picture(self, kinds: ModuleType, y: Shape, x: Shape, mask: Any = None) -> Any:
        along = tuple(sorted(normal_axis(axis, len(x)) - 1 for axis in self.axes()))
        return kinds.Normalized(x[1:], along, along, (), "a sum, which becomes 1") if along and along[0] >= 0 else None

    def worked(
        self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array, mask: Any = None
    ) -> Iterator[Step]:
        row = places(at, x.shape, self.axes())
        seen = row if mask is None else [each for each in row if mask[stretched(mask, each)] > 0.5]
        if at not in seen:
            yield Step(named("y", at), Leaf(0.0), "the mask hides it")
            return
        steps = normalized(x, at, "x", seen)
        yield from renamed(steps, named("y", at), hidden_note(len(row) - len(seen)))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array, mask: Array | None = None) -> Array:
        check_distinct(self.axes(), x.ndim)
        if mask is None:
            return ops.softmax(ops.floating(x), axis=self.axes())
        pairs = zip(mask.shape[::-1], x.shape[::-1], strict=False)
        if mask.ndim > x.ndim or any(size not in (1, full) for size, full in pairs):
            raise ShapeError(f"a mask of shape {show(mask.shape)} does not fit an input of shape {show(x.shape)}")
        return ops.softmax(ops.floating(x), axis=self.axes(), mask=mask if mask.dtype == bool else mask > 0.5)
