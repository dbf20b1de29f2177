"""Normalization: values shifted and scaled so that means are 0 and variances 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.arithmetic import Difference, Leaf, Product, Quotient, Step, element
from densecli.errors import ShapeError
from densecli.layer import CallInside, Child, Layer, Shapes, Weight
from densecli.layers.worked import count, mean, named, places, result, root, scaled, squares, stretched, variance
from densecli.shape import Shape, check_distinct, known, normal_axis, show, size, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

    Array = Any
    Index = tuple[int, ...]

PARAMETERS = (
    "beta_initializer", "gamma_initializer", "beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint",
)  # fmt: skip


class Normalization(Layer, abstract=True):
    """Normalizes, then scales by gamma and shifts by beta, which are learned."""

    shape_rule = "unchanged"
    supports_masking = True

    epsilon = fields.number(1e-3, "added to the variance, to avoid dividing by 0")
    center = fields.flag(True, "whether to shift by a learned beta")
    scale = fields.flag(True, "whether to scale by a learned gamma")
    beta_initializer = fields.initializer("zeros")
    gamma_initializer = fields.initializer("ones")
    beta_regularizer = fields.regularizer()
    gamma_regularizer = fields.regularizer()
    beta_constraint = fields.constraint()
    gamma_constraint = fields.constraint()

    def gamma_and_beta(self, shape: tuple[int, ...], axes: tuple[str, ...]) -> Iterator[Weight]:
        if self.scale:
            yield Weight("gamma", shape, axes, initializer=self.gamma_initializer)
        if self.center:
            yield Weight("beta", shape, axes, initializer=self.beta_initializer)


def sizes_of(x: Shape, axes: Sequence[int]) -> tuple[int, ...]:
    """The sizes along `axes`, in their order; weights depend on them."""
    return tuple(known(x[normal_axis(axis, len(x))], f"axis {axis}") for axis in axes)


# LayerNormalization, GroupNormalization and RMSNormalization of Keras 3.15.1 cast their result to the input's dtype, so
# integers come out as whole numbers.


def as_axes(axis: int | tuple[int, ...]) -> tuple[int, ...]:
    """Keras 3.15.1 sorts the axes as they are written: (1, -1) becomes (-1, 1), and the weight's sizes follow."""
    return (axis,) if isinstance(axis, int) else tuple(sorted(axis))


def over_axes(kinds: ModuleType, x: Shape, axes: Sequence[int], names: tuple[str, ...], shared: str) -> Any:
    """A picture of elements that are normalized together along some axes of a sample; none where that is across the batch."""
    along = tuple(sorted(normal_axis(axis, len(x)) - 1 for axis in axes))
    return kinds.Normalized(x[1:], along, along, names, shared, trained=len(names)) if along and along[0] >= 0 else None


def gamma_beta(w: Mapping[str, Any], at: Index) -> tuple[Leaf | None, Leaf | None]:
    gamma, beta = (element(name, w[name], at) if name in w else None for name in ("gamma", "beta"))
    return gamma, beta


def standardized(  # noqa: PLR0913  # as many as a worked example has, and two places
    layer: Any,
    w: Mapping[str, Any],
    at: Index,
    x: Array,
    where: Sequence[Index],
    weight: Index,
    *,
    center: bool = True,
) -> Iterator[Step]:
    """y[at] by the mean and the variance of x over some places; without `center` the mean stays in."""
    if x.dtype.kind != "f":  # Keras cuts the result to an integer
        return
    middle = mean("mean", x, where)
    spread = variance("variance", x, where, result(middle))
    yield middle
    yield spread
    cell = element("x", x, at)
    top = Difference(cell, result(middle)) if center else cell
    below = root(result(spread), Leaf(layer.epsilon, "epsilon"))
    yield Step(named("y", at), scaled(top, below, *gamma_beta(w, weight)))


class BatchNormalization(Normalization):
    """Normalize each channel by the mean and variance of the batch; at inference by the averages training has kept.

    BatchNormalization(): (None, 28, 28, 32) -> (None, 28, 28, 32), 128 params
    """

    takes_mask = True
    formula = "output = gamma × (input - moving_mean) / sqrt(moving_variance + epsilon) + beta"
    elementwise_rule = "2 per element: its statistics are constants, folded into a scale and a shift"
    order = (
        "axis", "momentum", "epsilon", "center", "scale", "beta_initializer", "gamma_initializer", "moving_mean_initializer",
        "moving_variance_initializer", *PARAMETERS[2:], "renorm", "renorm_clipping", "renorm_momentum", "synchronized",
    )  # fmt: skip

    activation: Any = "linear"  # of a layer behind it that a forward pass has joined to it

    axis = fields.integer(-1, "the axis of the channels")
    momentum = fields.number(0.99, "momentum of the moving averages")
    moving_mean_initializer = fields.initializer("zeros")
    moving_variance_initializer = fields.initializer("ones")
    renorm = fields.flag(doc="whether training uses batch renormalization, with three more statistics")
    renorm_clipping = fields.anything(doc="limits of renorm: rmax, rmin, dmax")
    renorm_momentum = fields.number(0.99, "momentum of renorm's statistics")
    synchronized = fields.flag(doc="whether devices share the statistics")

    def check(self) -> None:
        limits = self.renorm_clipping or {}
        if not self.renorm:
            return
        if not isinstance(limits, dict) or limits.keys() - {"rmax", "rmin", "dmax"}:
            self.reject("renorm_clipping", f"expected rmax, rmin and dmax, got {limits}")
        rmax, rmin, dmax = (limits.get(key) for key in ("rmax", "rmin", "dmax"))
        if rmax is not None and rmin is not None and rmax < rmin:
            self.reject("renorm_clipping", f"rmax {rmax} is below rmin {rmin}")
        if dmax is not None and dmax < 0:
            self.reject("renorm_clipping", f"dmax {dmax} is below 0")

    def statistics(self) -> Iterator[tuple[str, Any]]:
        """What training keeps for inference, with its start."""
        yield "moving_mean", self.moving_mean_initializer
        yield "moving_variance", self.moving_variance_initializer
        if self.renorm:
            yield "moving_stddev", self.moving_variance_initializer
            yield "renorm_mean", self.moving_mean_initializer
            yield "renorm_stddev", self.moving_variance_initializer

    def weights(self, x: Shape) -> Iterator[Weight]:
        shape, axes = sizes_of(x, [self.axis]), ("channels",)
        yield from self.gamma_and_beta(shape, axes)
        for name, initializer in self.statistics():
            yield Weight(name, shape, axes, trainable=False, initializer=initializer)

    def output(self, x: Shape) -> Shape:
        sizes_of(x, [self.axis])
        return x

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        """Statistics are constants at inference, so one factor and one summand per channel remain."""
        return times(2, size(y))

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        (channels,) = sizes_of(x, [self.axis])
        learned, kept = self.center + self.scale, len(list(self.statistics()))
        yield (
            f"{learned + kept} numbers for each of {channels:,} channels: {learned} are learned "
            f"({learned * channels:,} trainable), {kept} are statistics of the training data ({kept * channels:,} non-trainable)."
        )

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        kept = normal_axis(self.axis, len(x)) - 1
        names = tuple(weight.name for weight in self.weights(x))
        shared = tuple(axis for axis in range(len(x) - 1) if axis != kept)
        return (
            kinds.Normalized(x[1:], shared, (kept,), names, "", trained=self.center + self.scale) if kept >= 0 else None
        )

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        channel = (at[self.axis],)
        top = Difference(element("x", x, at), element("moving_mean", w["moving_mean"], channel))
        below = root(element("moving_variance", w["moving_variance"], channel), Leaf(self.epsilon, "epsilon"))
        yield Step(named("y", at), scaled(top, below, *gamma_beta(w, channel)))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        y = ops.batch_norm(
            ops.floating(x), w["moving_mean"], w["moving_variance"], w.get("gamma"), w.get("beta"),
            epsilon=self.epsilon, axis=self.axis,
        )  # fmt: skip
        return ops.activate(y, self.activation, fresh=True)


class LayerNormalization(Normalization):
    """Normalize each sample by the mean and variance over its own axes, independent of the batch.

    LayerNormalization(): (None, 10, 64) -> (None, 10, 64), 128 params
    """

    formula = "output = gamma × (input - mean) / sqrt(variance + epsilon) + beta, statistics over axis"
    elementwise_rule = "8 per element"
    order = ("axis", "epsilon", "center", "scale", *PARAMETERS)

    axis = fields.integers(-1, "the axis or axes to normalize over")
    rms_scaling = fields.flag(doc="deprecated: divide by the standard deviation only, without beta")

    def weights(self, x: Shape) -> Iterator[Weight]:
        axes = as_axes(self.axis)
        if self.rms_scaling:
            yield Weight("gamma", sizes_of(x, axes), initializer=self.gamma_initializer)
        elif self.scale or self.center:
            yield from self.gamma_and_beta(sizes_of(x, axes), tuple(f"axis {axis}" for axis in axes))

    def output(self, x: Shape) -> Shape:
        for axis in as_axes(self.axis):
            normal_axis(axis, len(x))
        list(self.weights(x))  # which need to know the sizes
        return x

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return times(8, size(y))

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        names = tuple(weight.name for weight in self.weights(x))
        return over_axes(
            kinds, x, as_axes(self.axis), names, "a mean square" if self.rms_scaling else "a mean and a variance"
        )

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        axes = sorted(normal_axis(axis, x.ndim) for axis in as_axes(self.axis))
        weight = self.weight_index(x.shape, at, axes)
        yield from standardized(self, w, at, x, places(at, x.shape, axes), weight, center=not self.rms_scaling)

    def weight_index(self, x: Shape, at: Index, axes: Sequence[int]) -> Index:
        """Where gamma and beta meet x[at]: their numbers lie in the order of x's axes, whatever the order of their own is."""
        flat, index = 0, list[int]()
        for axis in axes:
            flat = flat * (x[axis] or 1) + at[axis]
        for dim in reversed(sizes_of(x, as_axes(self.axis))):
            flat, place = divmod(flat, dim)
            index.insert(0, place)
        return tuple(index)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        norm = ops.variance_scaled if self.rms_scaling else ops.layer_norm
        return ops.cast_like(norm(ops.floating(x), **w, axis=as_axes(self.axis), epsilon=self.epsilon), x)


class GroupNormalization(Normalization):
    """Normalize each sample over groups of channels; one group is layer, as many as channels instance normalization.

    GroupNormalization(groups=8): (None, 14, 14, 32) -> (None, 14, 14, 32), 64 params
    """

    formula = "output = gamma × (input - mean) / sqrt(variance + epsilon) + beta, statistics over each group"
    elementwise_rule = "8 per element"
    order = ("groups", "axis", "epsilon", "center", "scale", *PARAMETERS)

    groups = fields.integer(32, "number of channel groups; -1 is one per channel", least=-1)
    axis = fields.integer(-1, "the axis of the channels")

    def check(self) -> None:
        if self.groups == 0:
            self.reject("groups", "expected a positive integer or -1, got 0")

    def channels(self, x: Shape) -> int:
        (channels,) = sizes_of(x, [self.axis])
        if channels % self.groups:
            raise ShapeError(
                f"{channels:,} channels do not divide into {self.groups:,} groups: {show(x)}",
                hint="groups must divide the channels; the default is 32",
            )
        return channels

    def weights(self, x: Shape) -> Iterator[Weight]:
        yield from self.gamma_and_beta((self.channels(x),), ("channels",))

    def output(self, x: Shape) -> Shape:
        self.channels(x)
        return x

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return times(8, size(y))

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        channels = self.channels(x)
        groups = channels if self.groups == -1 else self.groups
        yield f"{channels:,} channels in {groups:,} groups: each {channels // groups:,} are normalized together."

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        channels, kept = self.channels(x), normal_axis(self.axis, len(x)) - 1
        names = tuple(weight.name for weight in self.weights(x))
        groups = channels if self.groups == -1 else self.groups
        return kinds.Normalized(x[1:], tuple(range(len(x) - 1)), (kept,), names, "", groups, len(names))

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        axis, channels = normal_axis(self.axis, x.ndim), self.channels(x.shape)
        width = channels // (channels if self.groups == -1 else self.groups)
        group = at[axis] // width
        where = [each for each in places(at, x.shape, range(1, x.ndim)) if each[axis] // width == group]
        yield from standardized(self, w, at, x, where, (at[axis],))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        groups = self.channels(x.shape) if self.groups == -1 else self.groups
        gamma, beta = w.get("gamma"), w.get("beta")
        y = ops.group_norm(ops.floating(x), gamma, beta, groups=groups, axis=self.axis, epsilon=self.epsilon)
        return ops.cast_like(y, x)


class RMSNormalization(Layer):
    """Divide each sample by its root mean square over some axes, and scale.

    RMSNormalization(): (None, 10, 64) -> (None, 10, 64), 64 params
    """

    formula = "output = scale × input / sqrt(mean(input²) + epsilon)"
    shape_rule = "unchanged"
    elementwise_rule = "4 per element"

    axis = fields.integers(-1, "the axis or axes to normalize over")
    epsilon = fields.number(1e-6, "added to the mean square, to avoid dividing by 0")

    def weights(self, x: Shape) -> Iterator[Weight]:
        axes = as_axes(self.axis)
        yield Weight("scale", sizes_of(x, axes), tuple(f"axis {axis}" for axis in axes), initializer="ones")

    def output(self, x: Shape) -> Shape:
        sizes_of(x, as_axes(self.axis))
        return x

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        """A square, a sum, a division and a product per element."""
        return times(4, size(y))

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        return over_axes(kinds, x, as_axes(self.axis), ("scale",), "a root mean square")

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        if x.dtype.kind != "f":  # Keras cuts the result to an integer
            return
        where, scale = places(at, x.shape, as_axes(self.axis)), w["scale"]
        square = Step("mean_square", Quotient(squares(x, where), count(where)))
        yield square
        top = Product((element("scale", scale, stretched(scale, at)), element("x", x, at)))
        yield Step(named("y", at), Quotient(top, root(result(square), Leaf(self.epsilon, "epsilon"))))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        """Keras 3.15.1 lines the scale up with the last axes, whatever `axis` is, and fails where that is impossible."""
        scale = w["scale"]
        if any(n not in (1, m) for n, m in zip(scale.shape[::-1], x.shape[::-1], strict=False)):
            raise ShapeError(f"a scale of {show(scale.shape)} does not fit the last axes of {show(x.shape)}")
        return ops.cast_like(ops.rms_norm(ops.floating(x), axis=as_axes(self.axis), epsilon=self.epsilon) * scale, x)


class UnitNormalization(Layer):
    """Divide by the Euclidean length over some axes, so that it becomes 1.

    UnitNormalization(): (None, 64) -> (None, 64), 0 params
    """

    formula = "output = input / sqrt(sum(input²))"
    shape_rule = "unchanged"
    elementwise_rule = "3 per element"
    supports_masking = True

    axis = fields.integers(-1, "the axis or axes to compute the norm over")

    def output(self, x: Shape) -> Shape:
        for axis in as_axes(self.axis):
            normal_axis(axis, len(x))
        return x

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        """A square, a sum and a product per element."""
        return times(3, size(y))

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        return over_axes(kinds, x, as_axes(self.axis), (), "a length, which becomes 1")

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        length = Step("length", root(squares(x, places(at, x.shape, as_axes(self.axis)))))
        yield length
        yield Step(named("y", at), Quotient(element("x", x, at), result(length)))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        check_distinct(as_axes(self.axis), x.ndim)
        return ops.unit_norm(ops.floating(x), axis=as_axes(self.axis))


class SpectralNormalization(Layer):
    """Keep the largest singular value of a layer's kernel near 1 in training, by power iteration.

    SpectralNormalization(Dense(4)): (None, 3) -> (None, 4), 20 params
    """

    formula = "training: kernel = kernel / its largest singular value; output = layer(input)"
    shape_rule = "the layer's own"
    macs_rule = "the layer's own"
    elementwise_rule = "the layer's own"
    min_ndim = 1
    leads = ("kernel", "embeddings")

    layer = fields.layer(doc="the layer whose kernel (or embeddings) is normalized")
    power_iterations = fields.count(1, "steps of the power iteration")

    def kernel(self, x: Shape) -> Weight:
        kernel: Weight | None = next(
            (each for each in self.layer.weights(x) if each.name in ("kernel", "embeddings")), None
        )
        if kernel is None:
            raise ShapeError(f"{type(self.layer).__name__} has no kernel and no embeddings to normalize")
        return kernel

    def weights(self, x: Shape) -> Iterator[Weight]:
        kernel = self.kernel(x)
        yield Weight(
            "vector_u", (1, kernel.shape[-1]), ("", *kernel.axes[-1:]), False, "truncated_normal",
            kernel.dtype or self.layer.variable_dtype,
        )  # fmt: skip

    def children(self, x: Shape) -> Iterator[Child]:
        yield Child(self.layer.name, self.layer, (x,))

    def output(self, x: Shape) -> Shapes:
        self.layer.accept(x)
        self.kernel(x)
        shapes: Shapes = self.layer.output(x)
        return shapes

    def computed(self, x: Shape) -> Any:
        return self.layer.computed(x)

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        return self.layer.worked(ops, w[self.layer.name], y, at, x) if x.dtype.kind == "f" else iter(())

    def calls_inside(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Iterator[CallInside]:
        yield CallInside(self.layer.name, self.layer, (x,))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        """Keras 3.15.1 casts to the input's dtype, so an Embedding's rows are cut to integers."""
        return ops.cast_like(self.layer.forward(ops, w[self.layer.name], x), x)
