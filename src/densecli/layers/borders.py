"""Borders: padding and cropping of the spatial axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.errors import ShapeError
from densecli.fields import Field, read_integer, wrong_value
from densecli.layer import Layer
from densecli.layers.worked import moved
from densecli.shape import Dim, Shape, join_channels, plus, split_channels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from densecli.arithmetic import Step

    Array = Any
    Pairs = tuple[tuple[int, int], ...]


def border(default: Any, doc: str) -> Field[Any]:
    """Amounts before and after each axis: one integer for all; for one axis (before, after); else one or a pair for each."""
    integer = {"type": "integer", "minimum": 0}
    pair = {"type": "array", "items": integer, "minItems": 2, "maxItems": 2}
    schema = {"anyOf": [integer, {"type": "array", "items": {"anyOf": [integer, pair]}}]}
    return Field(lambda layer, value: _read_border(value, layer.rank), default, doc, schema)


def _read_border(value: Any, rank: int) -> Pairs:
    expected = "an integer of 0 or more" + (
        ", or a pair (before, after)" if rank == 1 else f", or {rank} of them or pairs"
    )
    if isinstance(value, list | tuple) and rank > 1:
        if len(value) != rank:
            raise wrong_value(expected, value)
        return tuple(_read_pair(each, expected) for each in value)
    return (_read_pair(value, expected),) * rank


def _read_pair(value: Any, expected: str) -> tuple[int, int]:
    if not isinstance(value, list | tuple):
        amount = read_integer(value, expected, 0)
        return (amount, amount)
    if len(value) != 2:
        raise wrong_value(expected, value)
    return (read_integer(value[0], expected, 0), read_integer(value[1], expected, 0))


class ZeroPadding(Layer, abstract=True):
    """Pad the spatial axes with zeros."""

    formula = "output = input with zeros around it"
    shape_rule = "each spatial axis: size + before + after"
    elementwise_rule = "0: values are only moved"
    rank: ClassVar[int]

    padding = border(1, "zeros before and after each axis")
    data_format = fields.data_format()

    def output(self, x: Shape) -> Shape:
        spatial, channels = split_channels(x, self.data_format)
        padded = [plus(dim, *pair) for dim, pair in zip(spatial, self.padding, strict=True)]
        return join_channels(x[0], padded, channels, self.data_format)

    def elementwise(self, y: Shape, x: Shape) -> int:
        return 0

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        return kinds.Bordered(
            split_channels(x, self.data_format)[0], self.padding, self.data_format != "channels_first"
        )

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array) -> Iterator[Step]:
        return moved(self, ops, y, at, x)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        padded = ops.pad(ops.channels_last(x, self.data_format), self.padding)
        return ops.from_channels_last(padded, self.data_format)


class ZeroPadding1D(ZeroPadding):
    """Pad a sequence with zeros.

    ZeroPadding1D(2): (None, 10, 4) -> (None, 14, 4), 0 params
    """

    rank, ndim = 1, 3


class ZeroPadding2D(ZeroPadding):
    """Pad an image with zeros: ((top, bottom), (left, right)).

    ZeroPadding2D(((1, 0), (2, 2))): (None, 28, 28, 3) -> (None, 29, 32, 3), 0 params
    """

    rank, ndim = 2, 4


class ZeroPadding3D(ZeroPadding):
    """Pad a volume with zeros.

    ZeroPadding3D(1): (None, 8, 8, 8, 2) -> (None, 10, 10, 10, 2), 0 params
    """

    rank, ndim = 3, 5


class Cropping(Layer, abstract=True):
    """Crop the spatial axes."""

    formula = "output = input[before : size - after], on each spatial axis"
    shape_rule = "each spatial axis: size - before - after"
    elementwise_rule = "0: values are only moved"
    rank: ClassVar[int]

    cropping = border(1, "sizes to crop before and after each axis")
    data_format: Any = "channels_last"  # Cropping1D has no such argument

    def output(self, x: Shape) -> Shape:
        spatial, channels = split_channels(x, self.data_format)
        kept = [cropped(dim, *pair) for dim, pair in zip(spatial, self.cropping, strict=True)]
        return join_channels(x[0], kept, channels, self.data_format)

    def elementwise(self, y: Shape, x: Shape) -> int:
        return 0

    def view(self, *_: Any) -> str:
        return "strided"

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        borders = tuple((-before, -after) for before, after in self.cropping)
        return kinds.Bordered(split_channels(x, self.data_format)[0], borders, self.data_format != "channels_first")

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array) -> Iterator[Step]:
        return moved(self, ops, y, at, x)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        kept = ops.crop(ops.channels_last(x, self.data_format), self.cropping)
        return ops.from_channels_last(kept, self.data_format)


def cropped(dim: Dim, before: int, after: int) -> Dim:
    if dim is not None and dim <= before + after:
        raise ShapeError(f"cropping {before:,} + {after:,} from an axis of {dim:,} leaves nothing")
    return plus(dim, -before, -after)


class Cropping1D(Cropping):
    """Crop a sequence at the start and the end.

    Cropping1D((2, 1)): (None, 10, 4) -> (None, 7, 4), 0 params
    """

    rank, ndim = 1, 3


class Cropping2D(Cropping):
    """Crop an image: ((top, bottom), (left, right)).

    Cropping2D(((2, 2), (4, 0))): (None, 28, 28, 3) -> (None, 24, 24, 3), 0 params
    """

    rank, ndim = 2, 4
    cropping = border(0, "sizes to crop: ((top, bottom), (left, right))")
    data_format = fields.data_format()


class Cropping3D(Cropping):
    """Crop a volume.

    Cropping3D(1): (None, 8, 8, 8, 2) -> (None, 6, 6, 6, 2), 0 params
    """

    rank, ndim = 3, 5
    data_format = fields.data_format()
