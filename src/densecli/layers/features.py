"""Feature preprocessing: columns of numbers and categories."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.arithmetic import Difference, Leaf, Product, Quotient, Step, Sum, element, number, value
from densecli.errors import ShapeError
from densecli.fields import array_shape
from densecli.layer import Layer, Weight
from densecli.layers.worked import named, root, stretched
from densecli.shape import Shape, known, normal_axis, show, size, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    Array = Any

SMALLEST = 1e-7
"""No feature is divided by less than this (Keras' epsilon)."""


class Normalization(Layer):
    """Shift and scale features to mean 0 and variance 1, with statistics that are given or learned from data beforehand.

    Normalization(): (None, 3) -> (None, 3), 7 params
    """

    formula = "output = (input - mean) / max(sqrt(variance), 1e-7); invert=true inverts this"
    shape_rule = "unchanged"
    elementwise_rule = "2 per element"
    supports_masking = True

    axis = fields.optional(fields.integers(doc="axes with separate statistics for each index; null: one for all"), -1)
    mean = fields.optional(fields.array(doc="mean of each index, instead of `adapt`"))
    variance = fields.optional(fields.array(doc="variance of each index, instead of `adapt`"))
    invert = fields.flag(doc="whether to invert the normalization")

    def check(self) -> None:
        if (self.mean is None) != (self.variance is None):
            self.reject("mean" if self.mean is None else "variance", "give both mean and variance, or neither")
        if self.mean is None:
            return
        mean, variance = array_shape(self.mean), array_shape(self.variance)
        if mean != variance:
            self.reject("variance", f"mean has shape {show(mean)}, but variance {show(variance)}")
        if len(mean) > len(self.axes):
            self.reject("mean", f"{len(mean)} axes of statistics, but axis names {len(self.axes)}")

    @property
    def axes(self) -> tuple[int, ...]:
        if self.axis is None:
            return ()
        return (self.axis,) if isinstance(self.axis, int) else self.axis

    def kept(self, x: Shape) -> list[int]:
        """The axes with statistics of their own, counted from the front, in order."""
        return sorted(normal_axis(axis, len(x)) for axis in self.axes)

    def weights(self, x: Shape) -> Iterator[Weight]:
        if self.mean is None:
            shape = tuple(known(x[axis], "an axis with statistics of its own") for axis in self.kept(x))
            axes = ("features",) * len(shape)
            yield Weight("mean", shape, axes, trainable=False)
            yield Weight("variance", shape, axes, trainable=False, initializer="ones")
            yield Weight("count", (), trainable=False, dtype="int32")

    def output(self, x: Shape) -> Shape:
        kept = self.kept(x)
        sizes = [known(x[axis], "an axis with statistics of its own") for axis in kept]
        twice = next((axis for axis, after in pairwise(kept) if axis == after and x[axis] != 1), None)
        if twice is not None and self.mean is None:  # Keras 3.15.1 takes a single index, and statistics that are given
            raise ShapeError(f"axis {twice} is given twice: its statistics would be square")
        given = () if self.mean is None else array_shape(self.mean)
        for dim, length in zip(reversed(sizes), reversed(given), strict=False):
            if length not in (1, dim):
                raise ShapeError(f"statistics of {length:,} features do not fit an axis of {dim:,}")
        return x

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return times(2, size(x))

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        if self.mean is None:
            yield "The statistics are weights that `adapt` fills from data; count is the number of samples that it saw."
        else:
            yield "The statistics are in the config, so there are no weights."

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        kept = tuple(sorted({axis - 1 for axis in self.kept(x)} - {-1}))
        if not kept:
            return kinds.Same(x[1:], "Every element by itself is shifted and scaled by the same mean and variance.")
        others = tuple(axis for axis in range(len(x) - 1) if axis not in kept)
        return kinds.Normalized(x[1:], others, kept, ("mean", "variance"), "")

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array) -> Iterator[Step]:
        mean, variance = (
            self.statistic(ops, *each, x, at) for each in zip(("mean", "variance"), self.statistics(w), strict=True)
        )
        width = root(variance) if value(variance) > SMALLEST**2 else Leaf(SMALLEST)
        source = element("x", x, at)
        term = Sum((Product((source, width)), mean)) if self.invert else Quotient(Difference(source, mean), width)
        yield Step(named("y", at), term)

    def statistic(self, ops: ModuleType, name: str, given: Any, x: Array, at: Any) -> Leaf:
        """The number for the feature at an index."""
        array = ops.numbers(given)
        kept = self.kept(x.shape)[-array.ndim :] if array.ndim else []
        return element(name, array, [min(at[axis], size - 1) for axis, size in zip(kept, array.shape, strict=True)])

    def statistics(self, w: Mapping[str, Any]) -> tuple[Any, Any]:
        """The mean and the variance, learned or given."""
        return (w["mean"], w["variance"]) if self.mean is None else (self.mean, self.variance)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return ops.standardize(ops.floating(x), *self.statistics(w), self.kept(x.shape), invert=self.invert)


class Rescaling(Layer):
    """Multiply by a scale and add an offset, such as 1/255 for the pixels of an image.

    Rescaling(0.5, offset=-1): (None, 8, 8, 3) -> (None, 8, 8, 3), 0 params
    """

    formula = "output = input × scale + offset"
    shape_rule = "unchanged"
    elementwise_rule = "2 per element"
    supports_masking = True

    scale = fields.array(doc="multiplier, for all or per channel")
    offset = fields.array(0.0, "offset to add afterward, for all or per channel")

    def output(self, x: Shape) -> Shape:
        for name in ("scale", "offset"):
            given = array_shape(getattr(self, name))
            if len(given) > len(x) or any(
                length not in (1, dim) and dim is not None
                for dim, length in zip(reversed(x), reversed(given), strict=False)
            ):
                raise ShapeError(f"{name} of the shape {show(given)} does not fit an input of {show(x)}")
        return x

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return times(2, size(x))

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        amounts = (
            f"{each:g}" if isinstance(each, int | float) else "one number per channel"
            for each in (self.scale, self.offset)
        )
        return kinds.Same(x[1:], "Every element by itself: times {}, plus {}.".format(*amounts))

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array) -> Iterator[Step]:
        scale, offset = ops.numbers(self.scale), ops.numbers(self.offset)
        product = Product((element("x", x, at), element("scale", scale, stretched(scale, at))))
        yield Step(named("y", at), Sum((product, element("offset", offset, stretched(offset, at)))))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return ops.affine(ops.floating(x), self.scale, self.offset)


def encoded(x: Shape, mode: str, depth: int | None) -> Shape:
    """Numbers as they are, a vector for each, or one for all that stand along axis 1, whether that is the last or not."""
    if mode == "int":
        return x
    if mode == "one_hot":
        return (*x[:-1], depth) if len(x) > 1 and x[-1] == 1 else (*x, depth)
    return (*x[:1], *x[2:], depth) if len(x) > 1 else (depth,)


class Encoding(Layer, abstract=True):
    """Turn whole numbers into vectors that are as long as there are categories."""

    elementwise_rule = "0: values are only looked up; count: 1 per input"

    def elementwise(self, output: Shape, x: Any, *_: Any, **__: Any) -> int | None:
        return 0 if self.output_mode in ("int", "one_hot", "multi_hot") else size(x)

    output_mode: Any


class CategoryEncoding(Encoding):
    """Turn category numbers into vectors: one-hot, multi-hot, or counts.

    CategoryEncoding(4): (None, 3) -> (None, 4), 0 params
    """

    formula = (
        "one_hot: output[i, input[i]] = 1; multi_hot: 1 for each number that occurs; count: its number of occurrences"
    )
    shape_rule = "(batch, …, n) -> (batch, …, num_tokens); one_hot with n ≠ 1: (batch, …, n, num_tokens)"

    num_tokens = fields.count(doc="number of categories: largest number + 1")
    output_mode = fields.choice("multi_hot", "one_hot", "count", "binary", doc="how to encode them", any_case=False)
    sparse = fields.flag(doc="whether the output is a sparse tensor (does not affect shapes)")

    def check(self) -> None:
        if self.output_mode == "binary":  # the name of multi_hot in Keras 2
            self.output_mode = "multi_hot"

    @property
    def vocabulary(self) -> int:
        return self.num_tokens

    def output(self, x: Shape, count_weights: Shape | None = None) -> Shape:
        if not x:
            return (self.num_tokens,)
        if count_weights is not None and self.output_mode != "count":
            raise ShapeError(f"count_weights need output_mode=count, got {self.output_mode}")
        if self.output_mode == "one_hot" and (x[-1] != 1 or len(x) == 1):
            return (*x, self.num_tokens)
        return (*x[:-1], self.num_tokens)

    def computed(self, x: Shape, *_: Any, **__: Any) -> Shape:
        return encoded(x, self.output_mode, self.num_tokens)

    def picture(self, kinds: ModuleType, y: Any, x: Shape, *_: Any, **__: Any) -> Any:
        return kinds.Encoded(x[1:], self.num_tokens, self.output_mode)

    def worked(
        self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array, count_weights: Array | None = None
    ) -> Iterator[Step]:
        from densecli.layers.categories import categories  # noqa: PLC0415  # only for an example

        if x.ndim:
            yield from categories(self.output_mode, x, at, count_weights)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array, count_weights: Array | None = None) -> Array:
        return ops.encode(x, self.num_tokens, self.output_mode, count_weights)


class Discretization(Encoding):
    """Put numbers into bins between boundaries, as bin numbers or as vectors.

    Discretization(bin_boundaries=(0, 1, 2)): (None, 3) -> (None, 3), 0 params
    """

    formula = "output = number of boundaries at or below the input"
    shape_rule = "int: unchanged; one_hot: (batch, …, bins); multi_hot, count: (batch, …, bins) without axis 1"

    bin_boundaries = fields.optional(fields.array(doc="boundaries between bins, in ascending order"))
    num_bins = fields.optional(fields.integer(doc="number of bins if the boundaries come from data", least=0))
    epsilon = fields.number(0.01, "error allowed when finding boundaries in data")
    output_mode = fields.choice("int", "one_hot", "multi_hot", "count", doc="how to encode bins", any_case=False)
    sparse = fields.flag(doc="whether the output is a sparse tensor (does not affect shapes)")

    def check(self) -> None:
        if self.bin_boundaries is None and self.num_bins is None:
            self.reject("num_bins", "give bin_boundaries or num_bins")
        if self.bin_boundaries is not None and self.num_bins is not None:
            self.reject("num_bins", "give bin_boundaries or num_bins, not both")
        if self.bin_boundaries is not None and len(array_shape(self.bin_boundaries)) != 1:
            self.reject("bin_boundaries", "expected a list of numbers")
        if self.sparse and self.output_mode == "int":
            self.reject("sparse", "output_mode=int cannot be sparse")

    @property
    def bins(self) -> int | None:
        return self.num_bins if self.bin_boundaries is None else len(self.bin_boundaries) + 1

    @property
    def runnable(self) -> bool:
        return self.bin_boundaries is not None

    def output(self, x: Shape) -> Shape:
        return encoded(x, self.output_mode, self.bins)

    def output_dtype(self, *dtypes: str) -> str:
        return "int32" if self.output_mode == "int" else self.compute_dtype

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        if self.bin_boundaries is None:
            yield f"The boundaries of the {self.num_bins:,} bins come from `adapt`; they are not weights."

    def picture(self, kinds: ModuleType, y: Any, x: Any, *_: Any, **__: Any) -> Any:
        return None if self.bin_boundaries is None else kinds.Binned(tuple(self.bin_boundaries))

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array) -> Iterator[Step]:
        if self.output_mode == "int":
            source = element("x", x, at)
            below = f"are at or below {source.symbol} = {number(source.value)}"
            yield Step(named("y", at), Leaf(float(y[at])), f"{y[at]} of the {(self.bins or 1) - 1} boundaries {below}")
        elif x.ndim:
            from densecli.layers.categories import categories  # noqa: PLC0415  # only for an example

            yield from categories(self.output_mode, ops.bins(x, self.bin_boundaries), at, name="bin")

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return ops.encode(ops.bins(x, self.bin_boundaries), self.bins, self.output_mode)
