"""Augmentation: layers that change images at random in training and pass them through at inference. They have no weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.errors import ShapeError
from densecli.fields import Field, array_shape, wrong_value
from densecli.layers.image import Image, value_range
from densecli.records import Record
from densecli.shape import Shape, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    Array = Any


def factor(
    default: Any = fields.REQUIRED, doc: str = "maximum strength of the change", *, least: float = 0, most: float = 1
) -> Field[Any]:
    """A number within bounds, or two: the range between them must meet the bounds (as Keras 3.15.1 checks it)."""
    expected = f"a number from {least} to {most}, or two"

    def read(_: Any, value: Any) -> Any:
        shape = array_shape(value)
        low, high = value if shape == (2,) else (value, value)
        if shape not in ((), (2,)) or low > most or high < least:
            raise wrong_value(expected, value)
        return value

    return Field(read, default, f"{doc}: {expected}", {"anyOf": [{"type": "number"}, {"type": "array"}]})


def strict_factor(
    default: Any = fields.REQUIRED, doc: str = "maximum strength of the change", *, least: float = 0, most: float = 1
) -> Field[Any]:
    """A number within bounds, or two of them."""
    loose = factor(default, doc, least=least, most=most)

    def read(layer: Any, value: Any) -> Any:
        for each in value if isinstance(value, list | tuple) else ():
            loose.read(layer, each)
        return loose.read(layer, value)

    return Field(read, default, loose.doc, loose.schema)


def zoom(default: Any = fields.REQUIRED, doc: str = "how far") -> Field[Any]:
    """A number above -1, where nothing would be left of the image, to 1, or two of them."""
    closed = strict_factor(default, doc, least=-1)

    def read(layer: Any, value: Any) -> Any:
        if value == -1 or (isinstance(value, list | tuple) and -1 in value):
            raise wrong_value("a number above -1", value)
        return closed.read(layer, value)

    return Field(read, default, closed.doc, closed.schema)


def probability(default: Any = 1.0) -> Field[Any]:
    return factor(default, "probability of changing an image")


def kernel_size() -> Field[Any]:
    """An odd number, or two."""

    def read(_: Any, value: Any) -> Any:
        shape = array_shape(value)
        if shape not in ((), (2,)) or any(each % 2 == 0 for each in (value if shape else (value,))):
            raise wrong_value("an odd number, or two", value)
        return value

    return Field(read, 3, "size of the averaging window", {"type": ["integer", "array"]})


SEED = fields.seed()
FORMAT = fields.data_format()
RANGE = value_range()
INTERPOLATION = fields.choice("bilinear", "nearest", doc="how to interpolate between pixels", any_case=False)
FILL_MODE = fields.choice("reflect", "wrap", "constant", "nearest", doc="how to fill beyond the border", any_case=False)
FILL_MODES = fields.choice(
    "reflect", "wrap", "constant", "nearest", "mirror", doc="how to fill beyond the border", any_case=False
)
FILL_VALUE = fields.number(0.0, "fill value for fill_mode=constant")


class Augmentation(Image, abstract=True):
    """Passes its images on at inference."""

    formula = "training: a random change; inference: output = input"
    shape_rule = "unchanged"
    elementwise_rule = "0: nothing is computed at inference"
    passes_on = True
    colours: ClassVar[int | None] = None  # channels that the input must have

    def accept(self, x: Any, **named: Any) -> None:
        super().accept(x, **named)
        channels = x[-3] if self.data_format == "channels_first" else x[-1]
        if self.colours is not None and channels not in (None, self.colours):
            raise ShapeError(f"expected {self.colours} channels, got {channels:,}: {show(x)}")

    def elementwise(self, y: Shape, x: Shape) -> int:
        return 0

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        yield "Only affects training: at inference, images pass through unchanged."

    def picture(self, kinds: ModuleType, y: Any, x: Any, *_: Any, **__: Any) -> Any:
        return (
            kinds.Same(x[1:], "In training the image is changed at random; at inference it stays as it is.")
            if isinstance(x, tuple)
            else None
        )

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return x


class Kind(Record):
    """One layer of the table: what it does while training, an example of its arguments, its arguments in Keras' order."""

    purpose: str
    example: str
    arguments: dict[str, Field[Any]]
    attributes: dict[str, Any] = {}  # noqa: RUF012  # never written to


KINDS = {
    "AugMix": Kind(
        "Mix several chains of random changes into one image.",
        "",
        {
            "value_range": RANGE, "num_chains": fields.integer(3, "number of chains to mix"), "chain_depth": fields.integer(3, "changes per chain"),
            "factor": strict_factor(0.3), "alpha": fields.number(1.0, "spread of the mixing weights"),
            "all_ops": fields.flag(True, "whether colors may change too"), "interpolation": INTERPOLATION, "seed": SEED,
            "data_format": FORMAT,
        },
    ),
    "CutMix": Kind(
        "Replace a random box of each image by the same box of another image.",
        "",
        {"factor": factor(1.0), "seed": SEED, "data_format": FORMAT},
    ),
    "Equalization": Kind(
        "Spread the gray levels of each channel evenly over the range.",
        "",
        {"value_range": RANGE, "bins": fields.count(256, "number of gray levels"), "data_format": FORMAT},
        {"keeps_integers": True},
    ),
    "MaxNumBoundingBoxes": Kind(
        "Pad or cut the bounding boxes of images to a fixed number; the images pass through unchanged.",
        "10",
        {"max_number": fields.integer(doc="number of boxes per image"), "fill_value": fields.number(-1, "value of padding boxes")},
    ),
    "MixUp": Kind(
        "Blend each image with another one.",
        "",
        {"alpha": fields.number(0.2, "spread of the blending weights"), "data_format": FORMAT, "seed": SEED},
    ),
    "RandAugment": Kind(
        "Apply a few random changes of a common strength.",
        "",
        {
            "value_range": RANGE, "num_ops": fields.integer(2, "changes per image"), "factor": strict_factor(0.5), "interpolation": INTERPOLATION,
            "seed": SEED, "data_format": FORMAT,
        },
    ),
    "RandomBrightness": Kind(
        "Make images brighter or darker.",
        "0.2",
        {"factor": factor(least=-1), "value_range": RANGE, "seed": SEED},
    ),
    "RandomColorDegeneration": Kind(
        "Remove some of the color from images.",
        "0.5",
        {"factor": factor(least=-1), "value_range": RANGE, "data_format": FORMAT, "seed": SEED},
        {"colours": 3},
    ),
    "RandomColorJitter": Kind(
        "Change brightness, contrast, saturation and hue at random.",
        "brightness_factor=0.2",
        {
            "value_range": RANGE, "brightness_factor": fields.optional(factor(doc="of brightness", least=-1)),
            "contrast_factor": fields.optional(factor(doc="of contrast")),
            "saturation_factor": fields.optional(factor(doc="of saturation", least=-1)),
            "hue_factor": fields.optional(factor(doc="of hue")), "seed": SEED, "data_format": FORMAT,
        },
    ),
    "RandomContrast": Kind(
        "Move values away from the mean of each channel or toward it.",
        "0.2",
        {"factor": factor(), "value_range": RANGE, "seed": SEED},
    ),
    "RandomElasticTransform": Kind(
        "Distort images elastically.",
        "",
        {
            "factor": probability(), "scale": factor(1.0), "interpolation": INTERPOLATION, "fill_mode": FILL_MODES, "fill_value": FILL_VALUE,
            "value_range": RANGE, "seed": SEED, "data_format": FORMAT,
        },
    ),
    "RandomErasing": Kind(
        "Fill a random box of an image with noise or a value.",
        "",
        {
            "factor": probability(), "scale": factor((0.02, 0.33), "fraction of the image to erase"),
            "fill_value": fields.anything(doc="fill value of the box; null for noise"), "value_range": RANGE, "seed": SEED, "data_format": FORMAT,
        },
    ),
    "RandomFlip": Kind(
        "Flip images left to right, top to bottom, or both.",
        "horizontal",
        {
            "mode": fields.choice("horizontal_and_vertical", "horizontal", "vertical", doc="directions", any_case=False),
            "seed": SEED, "data_format": FORMAT,
        },
    ),
    "RandomGaussianBlur": Kind(
        "Blur images with a Gaussian window.",
        "",
        {
            "factor": probability(), "kernel_size": kernel_size(), "sigma": factor(1.0, "standard deviation of the blur"), "value_range": RANGE,
            "data_format": FORMAT, "seed": SEED,
        },
    ),
    "RandomGrayscale": Kind(
        "Turn some images gray, with as many channels as before.",
        "",
        {"factor": fields.number(0.5, "fraction of the images to turn gray", least=0, most=1), "data_format": FORMAT, "seed": SEED},
        {"keeps_integers": True},
    ),
    "RandomHue": Kind(
        "Rotate the hue of images.",
        "0.2",
        {"factor": factor(), "value_range": RANGE, "data_format": FORMAT, "seed": SEED},
    ),
    "RandomInvert": Kind(
        "Invert the colors of some images.",
        "",
        {"factor": probability(), "value_range": RANGE, "seed": SEED, "data_format": FORMAT},
    ),
    "RandomPerspective": Kind(
        "Change the perspective of images.",
        "",
        {
            "factor": probability(), "scale": fields.number(1.0, "how far the corners may move", least=0, most=1), "interpolation": INTERPOLATION,
            "fill_value": FILL_VALUE, "seed": SEED, "data_format": FORMAT,
        },
    ),
    "RandomPosterization": Kind(
        "Reduce the bits of each color.",
        "4",
        {"factor": factor(doc="bits to keep", least=1, most=8), "value_range": RANGE, "data_format": FORMAT, "seed": SEED},
    ),
    "RandomRotation": Kind(
        "Rotate images around their center.",
        "0.1",
        {
            "factor": factor(doc="fraction of a full turn", least=-1), "fill_mode": FILL_MODE, "interpolation": INTERPOLATION, "seed": SEED,
            "fill_value": FILL_VALUE, "data_format": FORMAT,
        },
    ),
    "RandomSaturation": Kind(
        "Make colors more or less saturated.",
        "0.5",
        {"factor": factor(least=-1), "value_range": RANGE, "data_format": FORMAT, "seed": SEED},
    ),
    "RandomSharpness": Kind(
        "Sharpen or soften images.",
        "0.5",
        {"factor": factor(), "value_range": RANGE, "data_format": FORMAT, "seed": SEED},
    ),
    "RandomShear": Kind(
        "Shear images along one axis or both.",
        "x_factor=0.2",
        {
            "x_factor": strict_factor(0.0, "shear along the width"), "y_factor": strict_factor(0.0, "shear along the height"),
            "interpolation": INTERPOLATION, "fill_mode": FILL_MODE, "fill_value": FILL_VALUE, "data_format": FORMAT, "seed": SEED,
        },
    ),
    "RandomTranslation": Kind(
        "Move images up, down, left or right.",
        "0.1, 0.1",
        {
            "height_factor": strict_factor(doc="fraction of the height", least=-1), "width_factor": strict_factor(doc="fraction of the width", least=-1),
            "fill_mode": FILL_MODE, "interpolation": INTERPOLATION, "seed": SEED, "fill_value": FILL_VALUE, "data_format": FORMAT,
        },
    ),
    "RandomZoom": Kind(
        "Zoom images in or out.",
        "0.2",
        {
            "height_factor": zoom(doc="fraction of the height"),
            "width_factor": fields.optional(zoom(doc="fraction of the width; null keeps the aspect ratio")),
            "fill_mode": FILL_MODE, "interpolation": INTERPOLATION, "seed": SEED, "fill_value": FILL_VALUE, "data_format": FORMAT,
        },
    ),
    "Solarization": Kind(
        "Invert the values above a random threshold.",
        "",
        {
            "addition_factor": strict_factor(0.0, "amount to add first"), "threshold_factor": strict_factor(0.0, "threshold for inverting"),
            "value_range": RANGE, "seed": SEED,
        },
    ),
}  # fmt: skip


def make(name: str, kind: Kind) -> type[Augmentation]:
    """The class of one row of the table."""
    example = f"{name}({kind.example}): (None, 8, 8, 3) -> (None, 8, 8, 3), 0 params"
    body = {
        "__module__": __name__,
        "__doc__": f"{kind.purpose}\n\n    {example}\n    ",
        "order": tuple(kind.arguments),
    }
    return type(name, (Augmentation,), body | kind.arguments | kind.attributes)


LAYERS = {name: make(name, kind) for name, kind in KINDS.items()}
