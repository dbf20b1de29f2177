"""MobileNet V3: V2's blocks with squeeze and excitation, found by a search (Howard et al., arxiv.org/abs/1905.02244)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from densecli import fields
from densecli.applications.application import Application, Conflict
from densecli.applications.mobilenet_v2 import in_eights
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.applications.net import Tensor
    from densecli.shape import Shape


class Block(Record):
    """One row of the tables in the paper: SE is squeeze and excitation, HS the hard swish."""

    expansion: float
    filters: int
    kernel: int
    stride: int
    options: str = ""


SMALL = (
    Block(1, 16, 3, 2, "SE"), Block(72 / 16, 24, 3, 2), Block(88 / 24, 24, 3, 1), Block(4, 40, 5, 2, "SE HS"),
    Block(6, 40, 5, 1, "SE HS"), Block(6, 40, 5, 1, "SE HS"), Block(3, 48, 5, 1, "SE HS"), Block(3, 48, 5, 1, "SE HS"),
    Block(6, 96, 5, 2, "SE HS"), Block(6, 96, 5, 1, "SE HS"), Block(6, 96, 5, 1, "SE HS"),
)  # fmt: skip
LARGE = (
    Block(1, 16, 3, 1), Block(4, 24, 3, 2), Block(3, 24, 3, 1), Block(3, 40, 5, 2, "SE"), Block(3, 40, 5, 1, "SE"),
    Block(3, 40, 5, 1, "SE"), Block(6, 80, 3, 2, "HS"), Block(2.5, 80, 3, 1, "HS"), Block(2.3, 80, 3, 1, "HS"),
    Block(2.3, 80, 3, 1, "HS"), Block(6, 112, 3, 1, "SE HS"), Block(6, 112, 3, 1, "SE HS"), Block(6, 160, 5, 2, "SE HS"),
    Block(6, 160, 5, 1, "SE HS"), Block(6, 160, 5, 1, "SE HS"),
)  # fmt: skip


class MobileNetV3(Application, abstract=True):
    """Inverted residual blocks with squeeze and excitation (2019)."""

    habits: ClassVar = {
        "BatchNormalization": {"momentum": 0.999}, "Conv2D": {"padding": "same"}, "DepthwiseConv2D": {"use_bias": False},
    }  # fmt: skip
    blocks: ClassVar[tuple[Block, ...]] = ()
    last: ClassVar[int] = 0  # channels before the classifier

    alpha = fields.number(1.0, "multiplier for the filters of every layer")
    minimalistic = fields.flag(False, "without squeeze and excitation, hard swish and 5x5 windows")
    dropout_rate = fields.number(0.2, "fraction to drop before the classifier", least=0, most=1)
    include_preprocessing = fields.flag(True, "whether the first layer scales pixels from -1 to 1")
    order = (
        "input_shape", "alpha", "minimalistic", "include_top", "weights", "input_tensor", "classes", "pooling", "dropout_rate",
        "classifier_activation", "include_preprocessing", "name",
    )  # fmt: skip

    def shape_conflicts(self, shape: Shape) -> Iterator[Conflict]:
        """Keras only warns about a wrong size."""
        if len(shape) == 3 and shape[2] != 3:
            yield Conflict("input_shape", f"Keras' ImageNet weights are for 3 channels, not {shape[2]}")

    def conflicts(self) -> Iterator[Conflict]:
        yield from super().conflicts()
        if self.pretrained and self.alpha not in ((1.0,) if self.minimalistic else (0.75, 1.0)):
            known = "alpha 1.0 of the minimalistic model" if self.minimalistic else "alpha 0.75 and 1.0"
            yield Conflict("alpha", f"Keras has ImageNet weights for {known}, not {self.alpha}")

    def checked_shape(self) -> Shape:
        if self.input_shape is None:
            return (None, None, 3)  # with a classifier, too
        if len(self.input_shape) != 3 or None not in self.input_shape[:2]:
            self.check_sizes(self.input_shape)
        return self.input_shape

    def default_name(self) -> str:
        return type(self).__name__

    def body(self, x: Tensor) -> Tensor:
        if self.include_preprocessing:
            x = x.Rescaling(scale=1 / 127.5, offset=-1.0)
        x = x.Conv2D(16, 3, strides=2, use_bias=False, name="conv").BatchNormalization(name="conv_bn")
        x = self.activation(x, "HS")
        for number, block in enumerate(self.blocks):
            x = self.inverted(
                x.within(f"expanded_conv_{number}_" if number else "expanded_conv_"), block, first=not number
            )
        x = x.within("").Conv2D(in_eights(6 * x.channels), 1, use_bias=False, name="conv_1")
        return self.activation(x.BatchNormalization(name="conv_1_bn"), "HS")

    def inverted(self, x: Tensor, block: Block, *, first: bool) -> Tensor:
        """A block; the first one does not widen."""
        filters, wide = in_eights(block.filters * self.alpha), in_eights(x.channels * block.expansion)
        y = x
        if not first:
            y = x.Conv2D(wide, 1, use_bias=False, name="expand").BatchNormalization(name="expand_bn")
            y = self.activation(y, block.options)
        y = self.depthwise(y, block)
        if "SE" in block.options and not self.minimalistic:
            y = excited(y, wide)
        y = y.Conv2D(filters, 1, use_bias=False, name="project").BatchNormalization(name="project_bn")
        return x.Add(y, name="add") if block.stride == 1 and x.channels == filters else y

    def depthwise(self, x: Tensor, block: Block) -> Tensor:
        kernel = 3 if self.minimalistic else block.kernel
        if block.stride == 2:
            x = x.pad_to_halve(kernel, "depthwise_pad")
        padding = "same" if block.stride == 1 else "valid"
        x = x.DepthwiseConv2D(kernel, strides=block.stride, padding=padding, name="depthwise")
        return self.activation(x.BatchNormalization(name="depthwise_bn"), block.options)

    def activation(self, x: Tensor, options: str) -> Tensor:
        return x.Activation("hard_silu") if "HS" in options and not self.minimalistic else x.ReLU()

    def top(self, x: Tensor) -> Tensor:
        """The classifier is two 1x1 convolutions."""
        last = in_eights(self.last * self.alpha) if self.alpha > 1 else self.last
        x = self.activation(x.GlobalAveragePooling2D(keepdims=True).Conv2D(last, 1, name="conv_2"), "HS")
        if self.dropout_rate > 0:
            x = x.Dropout(self.dropout_rate)
        return (
            x.Conv2D(self.classes, 1, name="logits")
            .Flatten()
            .Activation(self.classifier_activation, name="predictions")
        )


def excited(x: Tensor, filters: int) -> Tensor:
    """Squeeze and excitation: every channel times a gate computed from the mean of all channels."""
    gate = x.GlobalAveragePooling2D(keepdims=True, name="squeeze_excite_avg_pool")
    gate = gate.Conv2D(in_eights(filters * 0.25), 1, name="squeeze_excite_conv").ReLU(name="squeeze_excite_relu")
    gate = gate.Conv2D(filters, 1, name="squeeze_excite_conv_1")
    gate = (gate + 3.0).ReLU(6.0) * (1 / 6)  # a hard sigmoid
    return x.Multiply(gate, name="squeeze_excite_mul")


MobileNetV3.models(
    MobileNetV3Small={"blocks": SMALL, "last": 1024},
    MobileNetV3Large={"blocks": LARGE, "last": 1280},
)
