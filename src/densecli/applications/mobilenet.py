"""MobileNet: alternating depthwise and 1x1 convolutions (Howard et al., arxiv.org/abs/1704.04861)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from densecli import fields
from densecli.applications.application import Application, Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.applications.net import Tensor
    from densecli.shape import Shape

SIZES = (128, 160, 192, 224)  # that there are weights for
ALPHAS = (0.25, 0.5, 0.75, 1.0)
BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))


class MobileNetV1(Application, abstract=True):
    """Depthwise separable convolutions for phones (2017)."""

    habits: ClassVar = {
        "Conv2D": {"padding": "same", "use_bias": False}, "DepthwiseConv2D": {"use_bias": False}, "ReLU": {"max_value": 6.0},
    }  # fmt: skip
    pool_names: ClassVar = {}

    alpha = fields.number(1.0, "multiplier for the filters of every layer")
    depth_multiplier = fields.count(1, "depthwise filters per channel")
    dropout = fields.number(1e-3, "fraction to drop before the classifier", least=0, most=1)
    order = (
        "input_shape", "alpha", "depth_multiplier", "dropout", "include_top", "weights", "input_tensor", "pooling", "classes",
        "classifier_activation", "name",
    )  # fmt: skip

    def conflicts(self) -> Iterator[Conflict]:
        yield from super().conflicts()
        if self.pretrained and self.depth_multiplier != 1:
            yield Conflict(
                "depth_multiplier",
                f"Keras' ImageNet weights are for a depth_multiplier of 1, not {self.depth_multiplier}",
            )
        if self.pretrained and self.alpha not in ALPHAS:
            yield Conflict("alpha", f"Keras has ImageNet weights for alpha 0.25, 0.5, 0.75 and 1.0, not {self.alpha}")

    def size_for(self, shape: Shape | None) -> int:
        return size_among(SIZES, shape)

    def default_name(self) -> str:
        return f"mobilenet_{self.alpha:0.2f}_{rows_in_name(SIZES, self.image, loads=self.pretrained)}"

    def body(self, x: Tensor) -> Tensor:
        x = normalized(x.Conv2D(int(32 * self.alpha), 3, strides=2, name="conv1"), "conv1")
        for number, (filters, stride) in enumerate(BLOCKS, 1):
            if stride == 2:
                x = x.ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{number}")
            padding = "same" if stride == 1 else "valid"
            x = x.DepthwiseConv2D(
                3, strides=stride, depth_multiplier=self.depth_multiplier, padding=padding, name=f"conv_dw_{number}"
            )
            x = normalized(x, f"conv_dw_{number}")
            x = normalized(x.Conv2D(int(filters * self.alpha), 1, name=f"conv_pw_{number}"), f"conv_pw_{number}")
        return x

    def top(self, x: Tensor) -> Tensor:
        """The classifier is a 1x1 convolution."""
        x = x.GlobalAveragePooling2D(keepdims=True).Dropout(self.dropout, name="dropout")
        x = x.Conv2D(self.classes, 1, use_bias=True, name="conv_preds").Reshape((self.classes,), name="reshape_2")
        return x.Activation(self.classifier_activation, name="predictions")


def normalized(x: Tensor, name: str) -> Tensor:
    return x.BatchNormalization(name=f"{name}_bn").ReLU(name=f"{name}_relu")


def size_among(sizes: tuple[int, ...], shape: Shape | None) -> int:
    """The size of a square image that there are weights for; 224 for any other."""
    square = shape is not None and len(shape) > 1 and shape[0] == shape[1] and shape[0] in sizes
    return shape[0] or 224 if square and shape else 224


def rows_in_name(sizes: tuple[int, ...], shape: Shape, *, loads: bool) -> int | None:
    """The rows of the image as the model's name tells them: those of the weights, if there are some."""
    return size_among(sizes, shape) if loads else shape[0]


MobileNetV1.models(MobileNet={})
