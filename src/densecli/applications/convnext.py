"""ConvNeXt: a ResNet modernized step by step after vision transformers (Liu et al., arxiv.org/abs/2201.03545)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from densecli import fields
from densecli.applications.application import POOLING, Application, Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.applications.net import Tensor

MEAN = [0.485 * 255, 0.456 * 255, 0.406 * 255]  # of the colors in ImageNet
VARIANCE = [(0.229 * 255) ** 2, (0.224 * 255) ** 2, (0.225 * 255) ** 2]
SCALE = 1e-6  # initial value of a LayerScale's weights


class ConvNeXt(Application, abstract=True):
    """7x7 depthwise convolutions and dense layers per pixel (2022)."""

    habits: ClassVar = {"LayerNormalization": {"epsilon": 1e-6}}
    pool_names: ClassVar = {}
    depths: ClassVar[tuple[int, ...]] = (3, 3, 27, 3)  # blocks of each stage
    filters: ClassVar[tuple[int, ...]] = ()

    include_preprocessing = fields.flag(True, "whether the first layer normalizes pixels")
    order = (
        "include_top", "include_preprocessing", "weights", "input_tensor", "input_shape", "pooling", "classes",
        "classifier_activation", "name",
    )  # fmt: skip

    def default_name(self) -> str:
        return "convnext_" + type(self).__name__.removeprefix("ConvNeXt").lower()

    def conflicts(self) -> Iterator[Conflict]:
        yield from super().conflicts()
        if self.pretrained and self.name and self.default_name() not in self.name:
            yield Conflict("name", f"with its ImageNet weights, Keras requires {self.default_name()} in the name")

    def body(self, x: Tensor) -> Tensor:
        if self.include_preprocessing and self.image[2] == len(MEAN):
            x = x.Normalization(mean=MEAN, variance=VARIANCE, name=f"{self.name}_prestem_normalization")
        for stage, (filters, depth) in enumerate(zip(self.filters, self.depths, strict=True)):
            x = self.downsampled(x.within(""), filters, stage - 1) if stage else self.stem(x, filters)
            for block in range(depth):
                x = residual(x.within(f"{self.name}_stage_{stage}_block_{block}_"), filters)
        return x

    def stem(self, x: Tensor, filters: int) -> Tensor:
        """A Sequential that takes patches of 4x4 pixels."""
        name = f"{self.name}_stem"

        def inside(x: Tensor) -> Tensor:
            x = x.Conv2D(filters, 4, strides=4, name=f"{name}_conv")
            return x.LayerNormalization(name=f"{name}_layernorm")

        return x.sequential(name, inside)

    def downsampled(self, x: Tensor, filters: int, number: int) -> Tensor:
        """A Sequential that halves the image."""
        name = f"{self.name}_downsampling"

        def inside(x: Tensor) -> Tensor:
            x = x.LayerNormalization(name=f"{name}_layernorm_{number}")
            return x.Conv2D(filters, 2, strides=2, name=f"{name}_conv_{number}")

        return x.sequential(f"{name}_block_{number}", inside)

    def top(self, x: Tensor) -> Tensor:
        x = x.within(f"{self.name}_head_").GlobalAveragePooling2D(name="gap").LayerNormalization(name="layernorm")
        return self.predictions(x, "dense")

    def pooled(self, x: Tensor) -> Tensor:
        """Normalized after the pooling."""
        kind = POOLING.get(self.pooling or "")
        return (x if kind is None else getattr(x, kind)()).LayerNormalization()


def residual(x: Tensor, filters: int) -> Tensor:
    """A depthwise convolution, two dense layers, and a scale for every channel."""
    y = x.Conv2D(filters, 7, padding="same", groups=filters, name="depthwise_conv").LayerNormalization(name="layernorm")
    y = y.Dense(4 * filters, name="pointwise_conv_1").Activation("gelu", name="gelu")
    y = y.Dense(filters, name="pointwise_conv_2").LayerScale(SCALE, filters, name="layer_scale")
    return x + y.Activation("linear", name="identity")


ConvNeXt.models(
    ConvNeXtTiny={"filters": (96, 192, 384, 768), "depths": (3, 3, 9, 3)},
    ConvNeXtSmall={"filters": (96, 192, 384, 768)},
    ConvNeXtBase={"filters": (128, 256, 512, 1024)},
    ConvNeXtLarge={"filters": (192, 384, 768, 1536)},
    ConvNeXtXLarge={"filters": (256, 512, 1024, 2048)},
)
