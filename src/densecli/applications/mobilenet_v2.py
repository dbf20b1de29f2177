"""MobileNet V2: blocks that widen, convolve depthwise and narrow again (Sandler et al., arxiv.org/abs/1801.04381)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from densecli import fields
from densecli.applications.application import Application, Conflict
from densecli.applications.mobilenet import rows_in_name, size_among

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.applications.net import Tensor
    from densecli.shape import Shape

SIZES = (96, 128, 160, 192, 224)  # that there are weights for
ALPHAS = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)
EXPANSION = 6
STAGES = (
    (24, 2, 2),
    (32, 2, 3),
    (64, 2, 4),
    (96, 1, 3),
    (160, 2, 3),
    (320, 1, 1),
)  # filters, stride of the first, blocks


class InvertedResiduals(Application, abstract=True):
    """Inverted residual blocks with linear bottlenecks (2018)."""

    habits: ClassVar = {
        "BatchNormalization": {"momentum": 0.999}, "Conv2D": {"padding": "same", "use_bias": False},
        "DepthwiseConv2D": {"use_bias": False}, "ReLU": {"max_value": 6.0},
    }  # fmt: skip
    pool_names: ClassVar = {}

    alpha = fields.number(1.0, "multiplier for the filters of every layer")
    order = (
        "input_shape", "alpha", "include_top", "weights", "input_tensor", "pooling", "classes", "classifier_activation", "name",
    )  # fmt: skip

    def conflicts(self) -> Iterator[Conflict]:
        yield from super().conflicts()
        if self.pretrained and self.alpha not in ALPHAS:
            known = ", ".join(map(str, ALPHAS))
            yield Conflict("alpha", f"Keras has ImageNet weights for alpha {known}, not {self.alpha}")

    def size_for(self, shape: Shape | None) -> int:
        return size_among(SIZES, shape)

    def default_name(self) -> str:
        return f"mobilenetv2_{self.alpha:0.2f}_{rows_in_name(SIZES, self.image, loads=self.pretrained)}"

    def body(self, x: Tensor) -> Tensor:
        x = x.Conv2D(in_eights(32 * self.alpha), 3, strides=2, name="Conv1").BatchNormalization(name="bn_Conv1")
        x = inverted(x.ReLU(name="Conv1_relu").within("expanded_conv_"), self.filters(16), 1, widen=False)
        number = 0
        for filters, first, blocks in STAGES:
            for block in range(blocks):
                number += 1
                x = inverted(x.within(f"block_{number}_"), self.filters(filters), 1 if block else first)
        x = x.within("").Conv2D(in_eights(1280 * max(self.alpha, 1)), 1, padding="valid", name="Conv_1")
        return x.BatchNormalization(name="Conv_1_bn").ReLU(name="out_relu")

    def filters(self, filters: int) -> int:
        return in_eights(int(filters * self.alpha))

    def top(self, x: Tensor) -> Tensor:
        return self.predictions(x.GlobalAveragePooling2D())


def inverted(x: Tensor, filters: int, stride: int, *, widen: bool = True) -> Tensor:
    """A block; where neither the image nor the channels change, its input is added."""
    y = x
    if widen:
        y = x.Conv2D(EXPANSION * x.channels, 1, name="expand").BatchNormalization(name="expand_BN")
        y = y.ReLU(name="expand_relu")
    y = depthwise(y, stride).Conv2D(filters, 1, name="project").BatchNormalization(name="project_BN")
    return x.Add(y, name="add") if stride == 1 and x.channels == filters else y


def depthwise(x: Tensor, stride: int) -> Tensor:
    if stride == 2:
        x = x.pad_to_halve(3, "pad")
    x = x.DepthwiseConv2D(3, strides=stride, padding="same" if stride == 1 else "valid", name="depthwise")
    return x.BatchNormalization(name="depthwise_BN").ReLU(name="depthwise_relu")


def in_eights(filters: float) -> int:
    """A multiple of 8, at least 8 and at least 90% of the requested number."""
    nearest = max(8, int(filters + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * filters else nearest


InvertedResiduals.models(MobileNetV2={})
