"""Inception V3: modules of several convolutions side by side (Szegedy et al., arxiv.org/abs/1512.00567)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli.applications.application import Application

if TYPE_CHECKING:
    from densecli.applications.net import Tensor


class Inception(Application, abstract=True):
    """Factorized convolutions side by side (2015)."""

    size = 299
    least = 75
    keras_name = "inception_v3"
    habits: ClassVar = {
        "BatchNormalization": {"axis": 3, "scale": False},
        "Concatenate": {"axis": 3},
        "AveragePooling2D": {"pool_size": 3, "strides": 1, "padding": "same"},
        "MaxPooling2D": {"pool_size": 3, "strides": 2},
    }
    pool_names: ClassVar = {}

    def body(self, x: Tensor) -> Tensor:
        x = conv(conv(x, 32, 3, strides=2, padding="valid"), 32, 3, padding="valid")
        x = conv(x, 64, 3).MaxPooling2D()
        x = conv(conv(x, 80, 1, padding="valid"), 192, 3, padding="valid").MaxPooling2D()
        for number, pooled in enumerate((32, 64, 64)):
            x = squares(x, pooled, f"mixed{number}")
        x = reduced_squares(x)
        for number, filters in enumerate((128, 160, 160, 192), 4):
            x = factors(x, filters, f"mixed{number}")
        x = reduced_factors(x)
        return spread(spread(x, 0), 1)


def conv(x: Tensor, filters: int, *kernel: int, padding: str = "same", **config: Any) -> Tensor:
    """A convolution of a square, or of rows and columns; normalized, then ReLU."""
    window = kernel if len(kernel) > 1 else kernel * 2
    x = x.Conv2D(filters, window, padding=padding, use_bias=False, **config)
    return x.BatchNormalization().Activation("relu")


def squares(x: Tensor, pooled: int, name: str) -> Tensor:
    """Windows of 1x1, 5x5, and 3x3 twice."""
    a = conv(x, 64, 1)
    b = conv(conv(x, 48, 1), 64, 5)
    c = conv(conv(conv(x, 64, 1), 96, 3), 96, 3)
    return a.Concatenate(b, c, conv(x.AveragePooling2D(), pooled, 1), name=name)


def reduced_squares(x: Tensor) -> Tensor:
    a = conv(x, 384, 3, strides=2, padding="valid")
    b = conv(conv(conv(x, 64, 1), 96, 3), 96, 3, strides=2, padding="valid")
    return a.Concatenate(b, x.MaxPooling2D(), name="mixed3")


def factors(x: Tensor, filters: int, name: str) -> Tensor:
    """Windows of 7x7 in two steps, a row and a column; once and twice."""
    a = conv(x, 192, 1)
    b = conv(conv(conv(x, filters, 1), filters, 1, 7), 192, 7, 1)
    c = conv(conv(conv(x, filters, 1), filters, 7, 1), filters, 1, 7)
    c = conv(conv(c, filters, 7, 1), 192, 1, 7)
    return a.Concatenate(b, c, conv(x.AveragePooling2D(), 192, 1), name=name)


def reduced_factors(x: Tensor) -> Tensor:
    a = conv(conv(x, 192, 1), 320, 3, strides=2, padding="valid")
    b = conv(conv(conv(x, 192, 1), 192, 1, 7), 192, 7, 1)
    b = conv(b, 192, 3, strides=2, padding="valid")
    return a.Concatenate(b, x.MaxPooling2D(), name="mixed8")


def spread(x: Tensor, number: int) -> Tensor:
    """Rows and columns of 3 side by side, not one after the other."""
    a = conv(x, 320, 1)
    b = conv(x, 384, 1)
    b = conv(b, 384, 1, 3).Concatenate(conv(b, 384, 3, 1), name=f"mixed9_{number}")
    c = conv(conv(x, 448, 1), 384, 3)
    c = conv(c, 384, 1, 3).Concatenate(conv(c, 384, 3, 1))
    return a.Concatenate(b, c, conv(x.AveragePooling2D(), 192, 1), name=f"mixed{9 + number}")


Inception.models(InceptionV3={})
