"""EfficientNet: MobileNet V2's blocks with squeeze and excitation, scaled as a whole (Tan and Le, arxiv.org/abs/1905.11946)."""

from __future__ import annotations

from math import ceil, sqrt
from typing import TYPE_CHECKING, Any, ClassVar

from densecli.applications.application import Application
from densecli.applications.mobilenet_v2 import in_eights
from densecli.fields import Object
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from densecli.applications.net import Habits, Tensor

CONV = Object("VarianceScaling", {"scale": 2.0, "mode": "fan_out", "distribution": "truncated_normal"})
DENSE = Object("VarianceScaling", {"scale": 1 / 3, "mode": "fan_out", "distribution": "uniform"})
HABITS: Habits = {
    "Activation": {"activation": "silu"},
    "BatchNormalization": {"axis": 3},
    "Conv2D": {"padding": "same", "kernel_initializer": CONV},
    "DepthwiseConv2D": {"use_bias": False, "depthwise_initializer": CONV},
    "Dense": {"kernel_initializer": DENSE},
}
DEVIATIONS = (0.229, 0.224, 0.225)  # of the colors in ImageNet
DROPPED = 0.2  # share of the last block that training drops; less before it


class Stage(Record):
    """Blocks of one kind; the first of them has the stride."""

    kernel: int
    blocks: int
    inputs: int
    outputs: int
    expansion: int
    stride: int


STAGES = (
    Stage(3, 1, 32, 16, 1, 1), Stage(3, 2, 16, 24, 6, 2), Stage(5, 2, 24, 40, 6, 2), Stage(3, 3, 40, 80, 6, 2),
    Stage(5, 3, 80, 112, 6, 1), Stage(5, 4, 112, 192, 6, 2), Stage(3, 1, 192, 320, 6, 1),
)  # fmt: skip


class EfficientNet(Application, abstract=True):
    """Width, depth and image scaled together (2019)."""

    habits: ClassVar = HABITS
    width: ClassVar[float] = 1.0
    depth: ClassVar[float] = 1.0
    dropout: ClassVar[float] = 0.2

    def body(self, x: Tensor) -> Tensor:
        x = x.Rescaling(1 / 255).Normalization(axis=3)
        if self.pretrained:  # for the variance that the weights were trained with
            x = x.Rescaling([1 / sqrt(deviation) for deviation in DEVIATIONS])
        x = x.pad_to_halve(3, "stem_conv_pad")
        x = x.Conv2D(self.filters(32), 3, strides=2, padding="valid", use_bias=False, name="stem_conv")
        x = x.BatchNormalization(name="stem_bn").Activation(name="stem_activation")
        blocks = list(scaled(STAGES, self.filters, self.depth))
        for number, (name, stage) in enumerate(blocks):
            x = block(x.within(name), stage, DROPPED * number / len(blocks))
        x = x.within("").Conv2D(self.filters(1280), 1, use_bias=False, name="top_conv")
        return x.BatchNormalization(name="top_bn").Activation(name="top_activation")

    def filters(self, filters: int) -> int:
        return in_eights(filters * self.width)

    def top(self, x: Tensor) -> Tensor:
        return self.predictions(x.GlobalAveragePooling2D(name="avg_pool").Dropout(self.dropout, name="top_dropout"))


def scaled(stages: Sequence[Stage], filters: Callable[[int], int], depth: float) -> Iterator[tuple[str, Stage]]:
    """Every block with its name; only the first of a stage changes the image and the filters."""
    for number, stage in enumerate(stages, 1):
        block = stage._replace(inputs=filters(stage.inputs), outputs=filters(stage.outputs))
        for index in range(ceil(depth * stage.blocks)):
            yield f"block{number}{chr(ord('a') + index)}_", block
            block = block._replace(inputs=block.outputs, stride=1)


def block(x: Tensor, stage: Stage, dropped: float) -> Tensor:
    """Widen, convolve depthwise, weigh the channels, narrow; the input is added if the shape has not changed."""
    y, wide = x, stage.inputs * stage.expansion
    if stage.expansion > 1:
        y = x.Conv2D(wide, 1, use_bias=False, name="expand_conv")
        y = y.BatchNormalization(name="expand_bn").Activation(name="expand_activation")
    if stage.stride == 2:
        y = y.pad_to_halve(stage.kernel, "dwconv_pad")
    padding = "valid" if stage.stride == 2 else "same"
    y = y.DepthwiseConv2D(stage.kernel, strides=stage.stride, padding=padding, name="dwconv")
    y = excited(y.BatchNormalization(name="bn").Activation(name="activation"), stage.inputs, wide)
    y = y.Conv2D(stage.outputs, 1, use_bias=False, name="project_conv").BatchNormalization(name="project_bn")
    return added(y, x, dropped) if stage.stride == 1 and stage.inputs == stage.outputs else y


def excited(x: Tensor, inputs: int, filters: int) -> Tensor:
    """Squeeze and excitation: every channel times a gate computed from the mean of all channels."""
    gate = x.GlobalAveragePooling2D(name="se_squeeze").Reshape((1, 1, filters), name="se_reshape")
    gate = gate.Conv2D(max(1, inputs // 4), 1, activation="silu", name="se_reduce")
    return x.Multiply(gate.Conv2D(filters, 1, activation="sigmoid", name="se_expand"), name="se_excite")


def added(y: Tensor, x: Tensor, dropped: float) -> Tensor:
    """The block and its input; in training, a share of the images goes without the block."""
    if dropped:
        y = y.Dropout(dropped, noise_shape=(None, 1, 1, 1), name="drop")
    return y.Add(x, name="add")


def _model(width: float, depth: float, size: int, dropout: float) -> dict[str, Any]:
    return {"width": width, "depth": depth, "size": size, "dropout": dropout}


EfficientNet.models(
    EfficientNetB0=_model(1.0, 1.0, 224, 0.2),
    EfficientNetB1=_model(1.0, 1.1, 240, 0.2),
    EfficientNetB2=_model(1.1, 1.2, 260, 0.3),
    EfficientNetB3=_model(1.2, 1.4, 300, 0.3),
    EfficientNetB4=_model(1.4, 1.8, 380, 0.4),
    EfficientNetB5=_model(1.6, 2.2, 456, 0.4),
    EfficientNetB6=_model(1.8, 2.6, 528, 0.5),
    EfficientNetB7=_model(2.0, 3.1, 600, 0.5),
)
