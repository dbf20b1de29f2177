"""DenseNet: each block appends its channels to all earlier ones (Huang et al., arxiv.org/abs/1608.06993)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from densecli.applications.application import Application
from densecli.applications.resnet import normalized

if TYPE_CHECKING:
    from densecli.applications.net import Tensor

GROWTH = 32  # channels that a block adds


class DenseNet(Application, abstract=True):
    """Blocks that see the output of every block before them (2016)."""

    habits: ClassVar = {
        "BatchNormalization": {"axis": 3, "epsilon": 1.001e-5}, "Conv2D": {"use_bias": False}, "Concatenate": {"axis": 3},
    }  # fmt: skip
    depths: tuple[int, ...] = ()  # blocks of each stage

    def body(self, x: Tensor) -> Tensor:
        x = normalized(x.ZeroPadding2D(3).Conv2D(64, 7, strides=2, name="conv1_conv"), "conv1")
        x = x.ZeroPadding2D(1).MaxPooling2D(3, strides=2, name="pool1")
        for stage, depth in enumerate(self.depths, 2):
            if stage > 2:
                x = transition(x.within(f"pool{stage - 1}_"))
            for block in range(1, depth + 1):
                x = dense(x.within(f"conv{stage}_block{block}_"))
        return x.within("").BatchNormalization(name="bn").Activation("relu", name="relu")


def dense(x: Tensor) -> Tensor:
    """A bottleneck of 1x1 and 3x3 convolutions, concatenated with its input."""
    y = normalized(x, "0").Conv2D(4 * GROWTH, 1, name="1_conv")
    return x.Concatenate(normalized(y, "1").Conv2D(GROWTH, 3, padding="same", name="2_conv"), name="concat")


def transition(x: Tensor) -> Tensor:
    """Half the channels and half the image."""
    x = x.BatchNormalization(name="bn").Activation("relu", name="relu")
    return x.Conv2D(x.channels // 2, 1, name="conv").AveragePooling2D(2, strides=2, name="pool")


DenseNet.models(
    DenseNet121={"depths": (6, 12, 24, 16)}, DenseNet169={"depths": (6, 12, 32, 32)}, DenseNet201={"depths": (6, 12, 48, 32)}
)  # fmt: skip
