"""NASNet-A: a stack of two kinds of cells, found by a search (Zoph et al., arxiv.org/abs/1707.07012).

A cell sees the two before it: `x` is the output of the last one and `p` that of the one before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from densecli.applications.application import Application, Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.applications.net import Tensor
    from densecli.shape import Shape


class NASNet(Application, abstract=True):
    """Cells found by reinforcement learning (2017)."""

    habits: ClassVar = {
        "BatchNormalization": {"momentum": 0.9997},
        "Conv2D": {"use_bias": False, "kernel_initializer": "he_normal"},
        "SeparableConv2D": {"use_bias": False},
        "AveragePooling2D": {"pool_size": 3},
        "MaxPooling2D": {"pool_size": 3, "strides": 2},
    }
    pool_names: ClassVar = {}
    order = (
        "input_shape", "include_top", "weights", "input_tensor", "pooling", "classes", "classifier_activation", "name",
    )  # fmt: skip
    filters: ClassVar[int] = 0
    stem: ClassVar[int] = 0  # filters of the first convolution
    cells: ClassVar[int] = 0  # normal cells of each stage
    skips: ClassVar[bool] = False  # whether the cell after a reduction gets the reduction's own input
    fixed: ClassVar[bool] = False  # whether the size is known without a classifier, too

    def shape_conflicts(self, shape: Shape) -> Iterator[Conflict]:
        if None in shape:
            yield Conflict("input_shape", "Keras' ImageNet weights of NASNet need a known image size")
        yield from super().shape_conflicts(shape)

    def checked_shape(self) -> Shape:
        if self.input_shape is None and self.fixed:
            return (self.size, self.size, 3)
        return super().checked_shape()

    def body(self, x: Tensor) -> Tensor:
        x = x.Conv2D(self.stem, 3, strides=2, name="stem_conv1").BatchNormalization(name="stem_bn1")
        x, p = reduction(x, x, self.filters // 4, "stem_1"), x
        x, p = reduction(x, p, self.filters // 2, "stem_2"), x
        for stage in range(3):
            filters, number = self.filters << stage, stage * self.cells
            if stage:
                x, p = reduction(x, p, filters, f"reduce_{number}"), p if self.skips else x
            for cell in range(self.cells):
                x, p = normal(x, p, filters, str(number + cell + (stage > 0))), x
        return x.Activation("relu")

    def top(self, x: Tensor) -> Tensor:
        return self.predictions(x.GlobalAveragePooling2D())


def normal(x: Tensor, p: Tensor, filters: int, cell: str) -> Tensor:
    """A cell that keeps the image."""
    p = adjusted(p, x, filters, cell)
    h = squeezed(x, filters, cell, "normal")
    a = separable(h, filters, 5, f"normal_left1_{cell}")
    a = a.Add(separable(p, filters, 3, f"normal_right1_{cell}"), name=f"normal_add_1_{cell}")
    b = separable(p, filters, 5, f"normal_left2_{cell}")
    b = b.Add(separable(p, filters, 3, f"normal_right2_{cell}"), name=f"normal_add_2_{cell}")
    c = mean(h, f"normal_left3_{cell}").Add(p, name=f"normal_add_3_{cell}")
    d = mean(p, f"normal_left4_{cell}").Add(mean(p, f"normal_right4_{cell}"), name=f"normal_add_4_{cell}")
    e = separable(h, filters, 3, f"normal_left5_{cell}").Add(h, name=f"normal_add_5_{cell}")
    return p.Concatenate(a, b, c, d, e, name=f"normal_concat_{cell}")


def reduction(x: Tensor, p: Tensor, filters: int, cell: str) -> Tensor:
    """A cell that halves the image."""
    p = adjusted(p, x, filters, cell)
    h = squeezed(x, filters, cell, "reduction")
    padded = h.pad_to_halve(3, f"reduction_pad_1_{cell}")
    a = separable(h, filters, 5, f"reduction_left1_{cell}", 2)
    a = a.Add(separable(p, filters, 7, f"reduction_right1_{cell}", 2), name=f"reduction_add_1_{cell}")
    b = padded.MaxPooling2D(name=f"reduction_left2_{cell}")
    b = b.Add(separable(p, filters, 7, f"reduction_right2_{cell}", 2), name=f"reduction_add_2_{cell}")
    c = padded.AveragePooling2D(strides=2, name=f"reduction_left3_{cell}")
    c = c.Add(separable(p, filters, 5, f"reduction_right3_{cell}", 2), name=f"reduction_add3_{cell}")
    d = b.Add(mean(a, f"reduction_left4_{cell}"))
    e = separable(a, filters, 3, f"reduction_left4_{cell}")
    e = e.Add(padded.MaxPooling2D(name=f"reduction_right5_{cell}"), name=f"reduction_add4_{cell}")
    return b.Concatenate(c, d, e, name=f"reduction_concat_{cell}")


def squeezed(x: Tensor, filters: int, cell: str, kind: str) -> Tensor:
    x = x.Activation("relu").Conv2D(filters, 1, padding="same", name=f"{kind}_conv_1_{cell}")
    return x.BatchNormalization(name=f"{kind}_bn_1_{cell}")


def mean(x: Tensor, name: str) -> Tensor:
    return x.AveragePooling2D(strides=1, padding="same", name=name)


def separable(x: Tensor, filters: int, kernel: int, block: str, stride: int = 1) -> Tensor:
    """Two separable convolutions, the first of which may halve the image."""
    x = x.Activation("relu")
    if stride == 2:
        x = x.pad_to_halve(kernel, f"separable_conv_1_pad_{block}")
    padding = "valid" if stride == 2 else "same"
    x = x.SeparableConv2D(filters, kernel, strides=stride, padding=padding, name=f"separable_conv_1_{block}")
    x = x.BatchNormalization(name=f"separable_conv_1_bn_{block}").Activation("relu")
    x = x.SeparableConv2D(filters, kernel, padding="same", name=f"separable_conv_2_{block}")
    return x.BatchNormalization(name=f"separable_conv_2_bn_{block}")


def adjusted(p: Tensor, x: Tensor, filters: int, cell: str) -> Tensor:
    """The output of the cell before, in the size and with the channels of this one."""
    if p is x:
        return p
    if p.shape[-2] != x.shape[-2]:
        p = p.Activation("relu", name=f"adjust_relu_1_{cell}")
        shifted = p.ZeroPadding2D(((0, 1), (0, 1))).Cropping2D(((1, 0), (1, 0)))
        even, odd = (every_second(half, filters // 2, f"{number}_{cell}") for number, half in ((1, p), (2, shifted)))
        return even.Concatenate(odd).BatchNormalization(name=f"adjust_bn_{cell}")
    if p.channels != filters:
        p = p.Activation("relu").Conv2D(filters, 1, padding="same", name=f"adjust_conv_projection_{cell}")
        return p.BatchNormalization(name=f"adjust_bn_{cell}")
    return p


def every_second(x: Tensor, filters: int, name: str) -> Tensor:
    """Every second pixel of every second row."""
    x = x.AveragePooling2D(1, strides=2, name=f"adjust_avg_pool_{name}")
    return x.Conv2D(filters, 1, padding="same", name=f"adjust_conv_{name}")


NASNet.models(
    NASNetMobile={"keras_name": "nasnet_mobile", "filters": 44, "stem": 32, "cells": 4, "fixed": True},
    NASNetLarge={"keras_name": "nasnet_large", "filters": 168, "stem": 96, "cells": 6, "skips": True, "size": 331},
)
