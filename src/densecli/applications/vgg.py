"""VGG: blocks of 3x3 convolutions, each halved by a max pooling (Simonyan and Zisserman, arxiv.org/abs/1409.1556)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from densecli.applications.application import Application

if TYPE_CHECKING:
    from densecli.applications.net import Tensor

FILTERS = (64, 128, 256, 512, 512)


class VGG(Application, abstract=True):
    """3x3 convolutions in five blocks, then three dense layers (2014)."""

    habits: ClassVar = {"Conv2D": {"activation": "relu", "padding": "same"}, "Dense": {"activation": "relu"}}
    pool_names: ClassVar = {}
    depths: tuple[int, ...] = ()  # convolutions of each block

    def body(self, x: Tensor) -> Tensor:
        for block, (filters, depth) in enumerate(zip(FILTERS, self.depths, strict=True), 1):
            x = x.within(f"block{block}_")
            for number in range(1, depth + 1):
                x = x.Conv2D(filters, 3, name=f"conv{number}")
            x = x.MaxPooling2D(2, strides=2, name="pool")
        return x

    def top(self, x: Tensor) -> Tensor:
        return self.predictions(x.Flatten(name="flatten").Dense(4096, name="fc1").Dense(4096, name="fc2"))


VGG.models(VGG16={"depths": (2, 2, 3, 3, 3)}, VGG19={"depths": (2, 2, 4, 4, 4)})
