"""Xception: depthwise separable convolutions with residual connections (Chollet, arxiv.org/abs/1610.02357)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from densecli.applications.application import Application

if TYPE_CHECKING:
    from densecli.applications.net import Tensor


class XceptionNet(Application, abstract=True):
    """Depthwise separable convolutions in place of Inception's modules (2016)."""

    size = 299
    least = 71
    habits: ClassVar = {
        "Conv2D": {"use_bias": False},
        "SeparableConv2D": {"kernel_size": 3, "padding": "same", "use_bias": False},
    }
    pool_names: ClassVar = {}

    def body(self, x: Tensor) -> Tensor:
        x = activated(x.within("block1_").Conv2D(32, 3, strides=2, name="conv1"), "conv1")
        x = activated(x.Conv2D(64, 3, name="conv2"), "conv2")
        x = halved(x.within("block2_"), 128, 128, first="")
        x = halved(x.within("block3_"), 256, 256)
        x = halved(x.within("block4_"), 728, 728)
        for block in range(5, 13):
            shortcut = x = x.within(f"block{block}_")
            for number in (1, 2, 3):
                x = separable(x, 728, number)
            x = x.Add(shortcut)
        x = halved(x.within("block13_"), 728, 1024).within("block14_")
        x = activated(x.SeparableConv2D(1536, name="sepconv1"), "sepconv1")
        return activated(x.SeparableConv2D(2048, name="sepconv2"), "sepconv2")


def activated(x: Tensor, name: str) -> Tensor:
    return x.BatchNormalization(name=f"{name}_bn").Activation("relu", name=f"{name}_act")


def separable(x: Tensor, filters: int, number: int, activation: str = "relu") -> Tensor:
    """A separable convolution, preceded by ReLU."""
    if activation:
        x = x.Activation(activation, name=f"sepconv{number}_act")
    return x.SeparableConv2D(filters, name=f"sepconv{number}").BatchNormalization(name=f"sepconv{number}_bn")


def halved(x: Tensor, filters: int, last: int, first: str = "relu") -> Tensor:
    """Two of them and a max pooling, beside a convolution with a stride of 2."""
    shortcut = x.Conv2D(last, 1, strides=2, padding="same").BatchNormalization()
    x = separable(separable(x, filters, 1, first), last, 2)
    return x.MaxPooling2D(3, strides=2, padding="same", name="pool").Add(shortcut)


XceptionNet.models(Xception={})
