"""ResNet50, ResNet101, ResNet152: blocks of convolutions that are added to their input (He et al., arxiv.org/abs/1512.03385)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from densecli.applications.application import Application

if TYPE_CHECKING:
    from densecli.applications.net import Tensor

DEPTHS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}  # blocks of each stage
FILTERS = (64, 128, 256, 512)


class ResNet(Application, abstract=True):
    """Residual blocks with a bottleneck (2015)."""

    habits: ClassVar = {"BatchNormalization": {"axis": 3, "epsilon": 1.001e-5}}
    depths: tuple[int, ...] = ()

    def body(self, x: Tensor) -> Tensor:
        x = normalized(x.ZeroPadding2D(3, name="conv1_pad").Conv2D(64, 7, strides=2, name="conv1_conv"), "conv1")
        x = x.ZeroPadding2D(1, name="pool1_pad").MaxPooling2D(3, strides=2, name="pool1_pool")
        for stage, (filters, depth) in enumerate(zip(FILTERS, self.depths, strict=True), 2):
            for block in range(1, depth + 1):
                stride = 2 if block == 1 and stage > 2 else 1
                x = residual(x.within(f"conv{stage}_block{block}_"), filters, stride, project=block == 1)
        return x


def normalized(x: Tensor, name: str) -> Tensor:
    return x.BatchNormalization(name=f"{name}_bn").Activation("relu", name=f"{name}_relu")


def residual(x: Tensor, filters: int, stride: int, *, project: bool) -> Tensor:
    """A block; the first one of a stage brings its input to the new size by a convolution."""
    shortcut = x.Conv2D(4 * filters, 1, strides=stride, name="0_conv").BatchNormalization(name="0_bn") if project else x
    x = normalized(x.Conv2D(filters, 1, strides=stride, name="1_conv"), "1")
    x = normalized(x.Conv2D(filters, 3, padding="same", name="2_conv"), "2")
    x = x.Conv2D(4 * filters, 1, name="3_conv").BatchNormalization(name="3_bn")
    return shortcut.Add(x, name="add").Activation("relu", name="out")


ResNet.models(**{f"ResNet{layers}": {"depths": depths} for layers, depths in DEPTHS.items()})
