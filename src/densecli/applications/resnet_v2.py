"""ResNet V2: normalization and ReLU come before the convolutions, and nothing after the sum (arxiv.org/abs/1603.05027)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from densecli.applications.application import Application
from densecli.applications.resnet import DEPTHS, FILTERS, normalized

if TYPE_CHECKING:
    from densecli.applications.net import Tensor


class ResNetV2(Application, abstract=True):
    """Residual blocks that are normalized first (2016)."""

    habits: ClassVar = {"BatchNormalization": {"axis": 3, "epsilon": 1.001e-5}}
    depths: tuple[int, ...] = ()

    def body(self, x: Tensor) -> Tensor:
        x = x.ZeroPadding2D(3, name="conv1_pad").Conv2D(64, 7, strides=2, name="conv1_conv")
        x = x.ZeroPadding2D(1, name="pool1_pad").MaxPooling2D(3, strides=2, name="pool1_pool")
        for stage, (filters, depth) in enumerate(zip(FILTERS, self.depths, strict=True), 2):
            for block in range(1, depth + 1):
                stride = 2 if block == depth and stage < 5 else 1
                x = residual(x.within(f"conv{stage}_block{block}_"), filters, stride, project=block == 1)
        return normalized(x.within(""), "post")


def residual(x: Tensor, filters: int, stride: int, *, project: bool) -> Tensor:
    """A block; the last one of a stage halves the image, and its input by a pooling of single points."""
    y = normalized(x, "preact")
    if project:
        shortcut = y.Conv2D(4 * filters, 1, strides=stride, name="0_conv")
    else:
        shortcut = x.MaxPooling2D(1, strides=stride) if stride > 1 else x
    y = normalized(y.Conv2D(filters, 1, use_bias=False, name="1_conv"), "1").ZeroPadding2D(1, name="2_pad")
    y = normalized(y.Conv2D(filters, 3, strides=stride, use_bias=False, name="2_conv"), "2")
    return shortcut.Add(y.Conv2D(4 * filters, 1, name="3_conv"), name="out")


ResNetV2.models(**{f"ResNet{layers}V2": {"depths": depths} for layers, depths in DEPTHS.items()})
