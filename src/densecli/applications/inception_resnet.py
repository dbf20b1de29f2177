"""Inception-ResNet V2: Inception's modules as residual blocks, scaled before the sum (arxiv.org/abs/1602.07261)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli.applications.application import Application

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.applications.net import Tensor


class InceptionResNet(Application, abstract=True):
    """Residual blocks of convolutions side by side (2016)."""

    size = 299
    least = 75
    keras_name = "inception_resnet_v2"
    habits: ClassVar = {
        "BatchNormalization": {"axis": 3, "scale": False},
        "Concatenate": {"axis": 3},
        "MaxPooling2D": {"pool_size": 3, "strides": 2},
    }
    pool_names: ClassVar = {}

    def body(self, x: Tensor) -> Tensor:
        x = conv(conv(x, 32, 3, strides=2, padding="valid"), 32, 3, padding="valid")
        x = conv(x, 64, 3).MaxPooling2D()
        x = mixed_5b(conv(conv(x, 80, 1, padding="valid"), 192, 3, padding="valid").MaxPooling2D())
        for number in range(1, 11):
            x = residual(x, block35, 0.17, f"block35_{number}")
        x = mixed_6a(x)
        for number in range(1, 21):
            x = residual(x, block17, 0.1, f"block17_{number}")
        x = mixed_7a(x)
        for number in range(1, 10):
            x = residual(x, block8, 0.2, f"block8_{number}")
        x = residual(x, block8, 1.0, "block8_10", activation=False)
        x = x.Conv2D(1536, 1, padding="same", use_bias=False, name="conv_7b")
        return x.BatchNormalization(name="conv_7b_bn").Activation("relu", name="conv_7b_ac")


def conv(x: Tensor, filters: int, kernel: Any, padding: str = "same", **config: Any) -> Tensor:
    x = x.Conv2D(filters, kernel, padding=padding, use_bias=False, **config)
    return x.BatchNormalization().Activation("relu")


def halved(x: Tensor, filters: int) -> Tensor:
    return conv(x, filters, 3, strides=2, padding="valid")


def residual(
    x: Tensor, block: Callable[[Tensor], Tensor], scale: float, name: str, *, activation: bool = True
) -> Tensor:
    """A module whose channels are brought to those of its input, scaled and added."""
    change = block(x.within(f"{name}_")).Conv2D(x.channels, 1, padding="same", name="conv")
    y = x.CustomScaleLayer(change, scale=scale)
    return y.Activation("relu", name=f"{name}_ac") if activation else y


def block35(x: Tensor) -> Tensor:
    a = conv(x, 32, 1)
    b = conv(conv(x, 32, 1), 32, 3)
    return a.Concatenate(b, conv(conv(conv(x, 32, 1), 48, 3), 64, 3), name="mixed")


def block17(x: Tensor) -> Tensor:
    a = conv(x, 192, 1)
    return a.Concatenate(conv(conv(conv(x, 128, 1), 160, (1, 7)), 192, (7, 1)), name="mixed")


def block8(x: Tensor) -> Tensor:
    a = conv(x, 192, 1)
    return a.Concatenate(conv(conv(conv(x, 192, 1), 224, (1, 3)), 256, (3, 1)), name="mixed")


def mixed_5b(x: Tensor) -> Tensor:
    a = conv(x, 96, 1)
    b = conv(conv(x, 48, 1), 64, 5)
    c = conv(conv(conv(x, 64, 1), 96, 3), 96, 3)
    d = conv(x.AveragePooling2D(3, strides=1, padding="same"), 64, 1)
    return a.Concatenate(b, c, d, name="mixed_5b")


def mixed_6a(x: Tensor) -> Tensor:
    a = halved(x, 384)
    b = halved(conv(conv(x, 256, 1), 256, 3), 384)
    return a.Concatenate(b, x.MaxPooling2D(), name="mixed_6a")


def mixed_7a(x: Tensor) -> Tensor:
    a = halved(conv(x, 256, 1), 384)
    b = halved(conv(x, 256, 1), 288)
    c = halved(conv(conv(x, 256, 1), 288, 3), 320)
    return a.Concatenate(b, c, x.MaxPooling2D(), name="mixed_7a")


InceptionResNet.models(InceptionResNetV2={})
