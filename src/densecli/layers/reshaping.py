"""Reshaping: the same numbers in another shape, and borders or copies around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.errors import ShapeError
from densecli.layer import Layer
from densecli.layers.worked import moved
from densecli.shape import Shape, join_channels, product, show, size, split_channels, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from densecli.arithmetic import Step

    Array = Any


class Flatten(Layer):
    """Lay each sample out as one row of numbers; the batch stays.

    Flatten(): (None, 3, 16) -> (None, 48), 0 params
    """

    formula = "output = input, row by row"
    shape_rule = "(batch, a, b, …) -> (batch, a × b × …)"
    elementwise_rule = "0: values are only moved"
    min_ndim = 1
    keeps_integers = True

    data_format = fields.data_format()

    def output(self, x: Shape) -> Shape:
        return (x[0], product(x[1:]))

    def elementwise(self, y: Shape, x: Shape) -> int:
        return 0

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        sizes = " × ".join("?" if dim is None else f"{dim:,}" for dim in x[1:])
        if y[1] is not None and len(x) > 2:
            yield f"{sizes} = {y[1]:,} features; nothing is learned or computed."
        elif y[1] is None:
            yield f"{sizes}: a size is unknown, so a Dense after this layer could not determine its kernel."

    def view(self, x: Shape, *_: Any) -> str:
        return "" if self.data_format == "channels_first" and len(x) > 2 else "reshaped"

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        dims = x[2:] + x[1:2] if self.data_format == "channels_first" and len(x) > 2 else x[1:]
        return kinds.Recut(dims, y[1:])

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array) -> Iterator[Step]:
        return moved(self, ops, y, at, x)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return ops.flatten(ops.channels_last(x, self.data_format) if x.ndim > 1 else x)


class Reshape(Layer):
    """Give each sample another shape with the same number of elements; one size may be -1 and follows from the rest.

    Reshape((4, -1)): (None, 12) -> (None, 4, 3), 0 params
    """

    formula = "output = input, row by row"
    shape_rule = "(batch, …) -> (batch, *target_shape)"
    elementwise_rule = "0: values are only moved"
    keeps_integers = True

    target_shape = fields.shape(doc="sizes of one sample; -1 is inferred", least=-1, one=False)

    def check(self) -> None:
        if self.target_shape.count(-1) > 1:
            self.reject("target_shape", f"only one size may be -1, got {show(self.target_shape)}")

    def output(self, x: Shape) -> Shape:
        """Keras 3.15.1 works -1 out only where every size is known, and checks nothing where one is not."""
        target = self.target_shape
        if None in x[1:] or None in target:
            return (x[0], *(None if dim == -1 else dim for dim in target))
        elements, fixed = product(x[1:]) or 0, product(dim for dim in target if dim != -1) or 0
        if -1 not in target:
            rest = 1 if elements == fixed else None
        else:
            rest = elements // fixed if fixed and elements % fixed == 0 else None
        if rest is None:
            raise ShapeError(
                f"{show(x[1:])} has {elements:,} elements, which do not fit {show(target)}",
                hint="the product of the sizes must stay the same; -1 is inferred",
            )
        return (x[0], *(rest if dim == -1 else dim for dim in target))

    def elementwise(self, y: Shape, x: Shape) -> int:
        return 0

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        elements = product(x[1:])
        rest = y[1 + self.target_shape.index(-1)] if -1 in self.target_shape else None
        if elements is not None and rest is not None:
            yield f"-1 is inferred from {elements:,} elements: {rest:,}."

    def view(self, *_: Any) -> str:
        return "reshaped"

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        return kinds.Recut(x[1:], y[1:])

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array) -> Iterator[Step]:
        return moved(self, ops, y, at, x)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return ops.reshape(x, tuple(-1 if dim is None else dim for dim in self.output(x.shape)))


class Permute(Layer):
    """Put the axes of each sample in another order; axes count from 1, the batch stays first.

    Permute((2, 1)): (None, 10, 64) -> (None, 64, 10), 0 params
    """

    formula = "output = transpose(input, dims)"
    shape_rule = "(batch, a, b, …) -> (batch, those axes in the order of dims)"
    elementwise_rule = "0: values are only moved"
    keeps_integers = True

    dims = fields.integers(doc="the new order, such as (2, 1)", one=False)

    def check(self) -> None:
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            self.reject(
                "dims", f"expected each of 1 to {len(self.dims)} once, got {show(self.dims)}", "axis 0 is the batch"
            )

    def accept(self, *inputs: Any) -> None:
        if len(inputs[0]) != len(self.dims) + 1:
            raise ShapeError(
                f"dims={show(self.dims)} orders {len(self.dims)} axes, but the input has {len(inputs[0]) - 1} "
                f"after the batch: {show(inputs[0])}"
            )

    def output(self, x: Shape) -> Shape:
        return (x[0], *(x[axis] for axis in self.dims))

    def elementwise(self, y: Shape, x: Shape) -> int:
        return 0

    def view(self, *_: Any) -> str:
        return "strided"

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        return kinds.Permuted(x[1:], tuple(axis - 1 for axis in self.dims))

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array) -> Iterator[Step]:
        return moved(self, ops, y, at, x)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return ops.transpose(x, (0, *self.dims))


class RepeatVector(Layer):
    """Repeat a vector n times, as the steps of a sequence.

    RepeatVector(3): (None, 32) -> (None, 3, 32), 0 params
    """

    formula = "output[:, i] = input, for i = 0 … n - 1"
    shape_rule = "(batch, features) -> (batch, n, features)"
    elementwise_rule = "0: values are only moved"
    ndim = 2

    n = fields.count(doc="number of repetitions")

    def output(self, x: Shape) -> Shape:
        return (x[0], self.n, x[1])

    def elementwise(self, y: Shape, x: Shape) -> int:
        return 0

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        return kinds.Copied((1, x[1]), (self.n, 1))

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array) -> Iterator[Step]:
        return moved(self, ops, y, at, x)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return ops.upsample(x[:, None], (self.n,))


# Element-wise FLOPs per output pixel of UpSampling2D: a product per tap of the filter, and the sums between them.
RESAMPLING_FLOPS = {
    "nearest": 0,
    "bilinear": 2 * 2**2 - 1,
    "bicubic": 2 * 4**2 - 1,
    "lanczos3": 2 * 6**2 - 1,
    "lanczos5": 2 * 10**2 - 1,
}
RESAMPLING_RULE = f"per output: {', '.join(f'{name} {flops}' for name, flops in RESAMPLING_FLOPS.items())}"


class UpSampling(Layer, abstract=True):
    """Enlarge the spatial axes by whole factors."""

    formula = "output[i] = input[i // size], on each spatial axis"
    shape_rule = "each spatial axis: axis × size"
    elementwise_rule = "0: values are only moved"
    rank: ClassVar[int]

    size = fields.per_axis(2, "factor by which each axis grows")
    data_format: Any = "channels_last"  # UpSampling1D has no such argument
    interpolation: Any = "nearest"  # an argument of UpSampling2D only

    def output(self, x: Shape) -> Shape:
        spatial, channels = split_channels(x, self.data_format)
        larger = [times(dim, factor) for dim, factor in zip(spatial, self.size, strict=True)]
        return join_channels(x[0], larger, channels, self.data_format)

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        each = RESAMPLING_FLOPS[self.interpolation]
        return 0 if each == 0 else times(each, size(y))

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        blended = "" if self.interpolation == "nearest" else self.interpolation
        last = self.data_format != "channels_first"
        return kinds.Copied(tuple(split_channels(x, self.data_format)[0]), tuple(self.size), blended, last)

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array) -> Iterator[Step]:
        if self.interpolation == "nearest":
            yield from moved(self, ops, y, at, x)
            return
        from densecli.layers.resampled import resampled  # noqa: PLC0415  # only for an example

        first = self.data_format == "channels_first"
        yield from resampled(
            ops,
            lambda images, sides: ops.resize_images(images, sides, self.interpolation),
            y,
            at,
            x,
            channels_first=first,
        )

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        larger = ops.upsample(ops.channels_last(x, self.data_format), self.size, self.interpolation)
        return ops.from_channels_last(larger, self.data_format)


class UpSampling1D(UpSampling):
    """Repeat every step `size` times.

    UpSampling1D(2): (None, 10, 4) -> (None, 20, 4), 0 params
    """

    rank, ndim = 1, 3
    size: Any = fields.count(2, "number of times to repeat each step")

    def check(self) -> None:
        self.size = (self.size,)


class UpSampling2D(UpSampling):
    """Enlarge an image by whole factors, by repeating pixels or blending them.

    UpSampling2D(2): (None, 14, 14, 8) -> (None, 28, 28, 8), 0 params
    """

    formula = "output[i] = input[i // size], on each spatial axis; an interpolation other than nearest blends the pixels around"
    elementwise_rule = RESAMPLING_RULE

    rank, ndim = 2, 4
    data_format = fields.data_format()
    interpolation = fields.choice(*RESAMPLING_FLOPS, doc="interpolation method")


class UpSampling3D(UpSampling):
    """Enlarge a volume by repeating its voxels.

    UpSampling3D(2): (None, 4, 4, 4, 8) -> (None, 8, 8, 8, 8), 0 params
    """

    rank, ndim = 3, 5
    data_format = fields.data_format()
