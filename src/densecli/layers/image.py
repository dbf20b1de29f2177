"""Image preprocessing: resizing, cropping, contrast. Takes a batch of images or a single one, without weights."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.errors import ArgumentError, ShapeError
from densecli.layer import Layer
from densecli.layers.reshaping import RESAMPLING_FLOPS, RESAMPLING_RULE
from densecli.layers.worked import moved
from densecli.shape import Shape, product, show, size, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from densecli.arithmetic import Step

    Array = Any

LEVELS = 256
"""Gray levels in the histograms of images."""


def value_range() -> fields.Field[tuple[float, float]]:
    """The darkest and the brightest value that pixels may have."""

    def read(_: Any, value: Any) -> tuple[float, float]:
        shape = fields.array_shape(value)
        if shape != (2,):
            raise ArgumentError(f"expected two numbers, got {show(shape)}", code="E303")
        low, high = value
        return low, high

    schema = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    return fields.Field(read, (0, 255), "lowest and highest pixel value", schema)


class Image(Layer, abstract=True):
    """Works on images (batch, height, width, channels), or on a single one (height, width, channels)."""

    data_format = fields.data_format()
    bounding_box_format = fields.anything(doc="format of the images' bounding boxes (ignored)")

    def accept(self, x: Any, **_: Any) -> None:
        if not isinstance(x, tuple) or len(x) not in (3, 4):
            raise ShapeError(f"expected images (batch, height, width, channels) or a single one, got {show(x)}")

    def placed(self, x: Shape, height: int | None, width: int | None) -> Shape:
        """The shape with another height and width."""
        if self.data_format == "channels_first":
            return (*x[:-2], height, width)
        return (*x[:-3], height, width, x[-1])

    def sides(self, x: Shape) -> Shape:
        """Height and width."""
        return x[-2:] if self.data_format == "channels_first" else x[-3:-1]

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        batch = ops.channels_last(x if len(x.shape) == 4 else x[None], self.data_format)
        y = ops.from_channels_last(self.change(ops, batch), self.data_format)
        return y if len(x.shape) == 4 else y[0]

    def change(self, ops: ModuleType, images: Array) -> Array:
        """The images (batch, height, width, channels) that come out."""
        raise NotImplementedError(type(self).__name__)


def scaled(kinds: ModuleType, layer: Image, x: Any, y: Any, how: str) -> Any:
    """A picture of the rows and columns of an image, before and after."""
    if not isinstance(x, tuple) or not isinstance(y, tuple):
        return None
    sides = slice(-2, None) if layer.data_format == "channels_first" else slice(-3, -1)
    return kinds.Resized(x[sides], y[sides], how)


class Resizing(Image):
    """Resample images to a height and a width.

    Resizing(224, 224): (None, 480, 640, 3) -> (None, 224, 224, 3), 0 params
    """

    formula = "output pixel = the input around it, weighted by the filter of the interpolation"
    shape_rule = "(…, height, width, channels) with the new height and width"
    elementwise_rule = RESAMPLING_RULE
    order = (
        "height", "width", "interpolation", "crop_to_aspect_ratio", "pad_to_aspect_ratio", "fill_mode", "fill_value", "antialias",
        "data_format",
    )  # fmt: skip

    height = fields.count(doc="height of the output")
    width = fields.count(doc="width of the output")
    interpolation = fields.choice(
        "bilinear",
        "nearest",
        "bicubic",
        "lanczos3",
        "lanczos5",
        doc="interpolation method",
        any_case=False,
    )
    crop_to_aspect_ratio = fields.flag(doc="whether to crop instead of distorting")
    pad_to_aspect_ratio = fields.flag(doc="whether to pad instead of distorting")
    fill_mode = fields.choice("constant", doc="how to fill the padding", any_case=False)
    fill_value = fields.number(0.0, "padding value")
    antialias = fields.flag(doc="whether to blur before shrinking, to prevent aliasing")

    def check(self) -> None:
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            self.reject("pad_to_aspect_ratio", "crop_to_aspect_ratio and pad_to_aspect_ratio cannot be combined")

    def output(self, x: Shape) -> Shape:
        return self.placed(x, self.height, self.width)

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        each = RESAMPLING_FLOPS[self.interpolation]
        return 0 if each == 0 else times(each, all_elements(y))

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        height, width = self.sides(x)
        if height is None or width is None or self.crop_to_aspect_ratio or self.pad_to_aspect_ratio:
            return
        if height * self.width != width * self.height:
            yield f"{height:,} × {width:,} becomes {self.height:,} × {self.width:,}: the images are distorted."

    def change(self, ops: ModuleType, images: Array) -> Array:
        sides = (self.height, self.width)
        if self.crop_to_aspect_ratio:
            images = ops.crop_to_aspect(images, sides)
        elif self.pad_to_aspect_ratio:
            images = ops.pad_to_aspect(images, sides, self.fill_value)
        return ops.resize_images(images, sides, self.interpolation, antialias=self.antialias)

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array) -> Iterator[Step]:
        from densecli.layers.resampled import resampled  # noqa: PLC0415  # only for an example

        if self.crop_to_aspect_ratio or self.pad_to_aspect_ratio:
            return

        def resize(images: Array, sides: tuple[int, int]) -> Array:
            return ops.resize_images(images, sides, self.interpolation, antialias=self.antialias)

        yield from resampled(ops, resize, y, at, x, channels_first=self.data_format == "channels_first")

    def picture(self, kinds: ModuleType, y: Any, x: Any, *_: Any, **__: Any) -> Any:
        return scaled(kinds, self, x, y, f"The image is scaled by {self.interpolation} interpolation.")


class CenterCrop(Image):
    """Crop the center of images; an image that is too small is enlarged first.

    CenterCrop(200, 200): (None, 256, 256, 3) -> (None, 200, 200, 3), 0 params
    """

    formula = "output = input[top : top + height, left : left + width], from the middle"
    shape_rule = "(…, height, width, channels) with the new height and width"
    elementwise_rule = f"0; {RESAMPLING_FLOPS['bilinear']} per output if the image is too small and gets enlarged"
    order: ClassVar[tuple[str, ...]] = ("height", "width", "data_format")

    height = fields.count(doc="height of the output")
    width = fields.count(doc="width of the output")

    def output(self, x: Shape) -> Shape:
        return self.placed(x, self.height, self.width)

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        height, width = self.sides(x)
        if height is None or width is None:
            return None
        return 0 if self.fits(height, width) else times(RESAMPLING_FLOPS["bilinear"], all_elements(y))

    def fits(self, height: int, width: int) -> bool:
        return height >= self.height and width >= self.width

    def view(self, x: Shape, *_: Any) -> str:
        height, width = self.sides(x)
        return "strided" if height is not None and width is not None and self.fits(height, width) else ""

    def change(self, ops: ModuleType, images: Array) -> Array:
        return ops.center_crop(ops.floating(images), (self.height, self.width))

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array) -> Iterator[Step]:
        if self.view(x.shape) == "strided":
            yield from moved(self, ops, y, at, x)

    def picture(self, kinds: ModuleType, y: Any, x: Any, *_: Any, **__: Any) -> Any:
        return scaled(kinds, self, x, y, "The middle of the image is kept; a smaller image is scaled up.")


class RandomCrop(CenterCrop):
    """Crop a random part of images in training; at inference, resize the largest centered part of that aspect ratio.

    RandomCrop(200, 200): (None, 256, 256, 3) -> (None, 200, 200, 3), 0 params
    """

    formula = "inference: output = resize(largest centered crop of aspect ratio height : width)"
    elementwise_rule = f"0; {RESAMPLING_FLOPS['bilinear']} per output if the image has another size"
    order = ("height", "width", "seed", "data_format")

    seed = fields.seed()

    def view(self, *_: Any) -> str:
        return ""

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        same = self.sides(x) == (self.height, self.width)
        return 0 if same else times(RESAMPLING_FLOPS["bilinear"], all_elements(y))

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        if self.sides(x) != (self.height, self.width):
            yield (
                f"Keras 3.15.1 reports {self.height:,} × {self.width:,} but its `predict` passes images through unchanged, "
                "contrary to its documentation; densecli does what is documented."
            )

    def change(self, ops: ModuleType, images: Array) -> Array:
        if images.shape[1:3] == (self.height, self.width):
            return images
        return ops.fit_images(ops.floating(images), (self.height, self.width))

    def picture(self, kinds: ModuleType, y: Any, x: Any, *_: Any, **__: Any) -> Any:
        return scaled(
            kinds,
            self,
            x,
            y,
            "In training a random part of the image is kept, at inference its middle; a smaller image is scaled up.",
        )


class AutoContrast(Image):
    """Stretch the values of each image and channel so that they fill the range.

    AutoContrast(): (None, 8, 8, 3) -> (None, 8, 8, 3), 0 params
    """

    formula = "output = (input - min) × range / (max - min), per image and channel"
    shape_rule = "unchanged"
    elementwise_rule = "6 per element"
    order = ("value_range",)

    value_range = value_range()

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return times(6, all_elements(x))  # two comparisons, a scale and an offset, two ends to clip

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        """Keras 3.15.1 takes the extremes over axes 1 and 2 even when the channels come first."""
        images = ops.floating(x if len(x.shape) == 4 else x[None])
        y = ops.stretch_contrast(images, tuple(sorted(self.value_range)))
        return y if len(x.shape) == 4 else y[0]


class ContrastLimitedAdaptiveHistogramEqualization(Image):
    """Equalize the gray levels of images tile by tile, so that dark and bright regions both show detail (CLAHE).

    ContrastLimitedAdaptiveHistogramEqualization(): (None, 64, 64, 3) -> (None, 64, 64, 3), 0 params
    """

    formula = (
        "output = the four nearest tiles' clipped and normalized cumulative histograms at input, blended by distance"
    )
    shape_rule = "unchanged"
    elementwise_rule = f"10 per element, plus 5 for each of {LEVELS} gray levels of each tile and channel"
    order = ("value_range", "clip_limit", "tile_grid_size", "data_format")

    value_range = value_range()
    clip_limit = fields.number(
        4.0, "limit on the pixels per gray level, as a multiple of the average; 0 or less: no limit"
    )
    tile_grid_size = fields.integers((8, 8), "tiles along height and width", one=False)

    def check(self) -> None:
        if len(self.tile_grid_size) != 2 or min(self.tile_grid_size) < 1:
            self.reject("tile_grid_size", f"expected two positive integers, got {self.tile_grid_size}")

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        """One count and nine operations of blending per element; five per gray level of each tile's table."""
        elements, sides = all_elements(x), product(self.sides(x))
        if elements is None or sides is None:
            return None
        tables: int = elements // sides * prod(self.tile_grid_size)
        return 10 * elements + 5 * LEVELS * tables

    def change(self, ops: ModuleType, images: Array) -> Array:
        return ops.equalize_tiles(images, self.value_range, self.clip_limit, self.tile_grid_size)


def all_elements(x: Shape) -> int | None:
    """Elements of one image, be it in a batch or alone."""
    return size(x) if len(x) == 4 else product(x)
