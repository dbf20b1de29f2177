"""EfficientNet V2: the first stages use plain convolutions, not depthwise ones (Tan and Le, arxiv.org/abs/2104.00298)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.applications.application import USUAL, Application
from densecli.applications.efficientnet import HABITS, Stage, added, excited, scaled
from densecli.errors import did_you_mean

if TYPE_CHECKING:
    from densecli.applications.net import Tensor

FUSED = 3  # number of stages with full convolutions and no squeeze and excitation
B = (
    Stage(3, 1, 32, 16, 1, 1), Stage(3, 2, 16, 32, 4, 2), Stage(3, 2, 32, 48, 4, 2), Stage(3, 3, 48, 96, 4, 2),
    Stage(3, 5, 96, 112, 6, 1), Stage(3, 8, 112, 192, 6, 2),
)  # fmt: skip
S = (
    Stage(3, 2, 24, 24, 1, 1), Stage(3, 4, 24, 48, 4, 2), Stage(3, 4, 48, 64, 4, 2), Stage(3, 6, 64, 128, 4, 2),
    Stage(3, 9, 128, 160, 6, 1), Stage(3, 15, 160, 256, 6, 2),
)  # fmt: skip
M = (
    Stage(3, 3, 24, 24, 1, 1), Stage(3, 5, 24, 48, 4, 2), Stage(3, 5, 48, 80, 4, 2), Stage(3, 7, 80, 160, 4, 2),
    Stage(3, 14, 160, 176, 6, 1), Stage(3, 18, 176, 304, 6, 2), Stage(3, 5, 304, 512, 6, 1),
)  # fmt: skip
L = (
    Stage(3, 4, 32, 32, 1, 1), Stage(3, 7, 32, 64, 4, 2), Stage(3, 7, 64, 96, 4, 2), Stage(3, 10, 96, 192, 4, 2),
    Stage(3, 19, 192, 224, 6, 1), Stage(3, 25, 224, 384, 6, 2), Stage(3, 7, 384, 640, 6, 1),
)  # fmt: skip
# By the name of the model: Keras looks up the blocks by it, so a model cannot have another name.
STAGES = {f"efficientnetv2-{letter}": stages for letter, stages in {"s": S, "m": M, "l": L}.items()}
STAGES |= dict.fromkeys([f"efficientnetv2-b{number}" for number in range(4)], B)
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of the colors in ImageNet
DROPPED = 0.2  # share of the last block that training drops; less before it


class EfficientNetV2(Application, abstract=True):
    """Fused blocks first, and fewer of them (2021)."""

    habits: ClassVar = HABITS | {"BatchNormalization": {"axis": 3, "momentum": 0.9}}
    width: ClassVar[float] = 1.0
    depth: ClassVar[float] = 1.0

    include_preprocessing = fields.flag(True, "whether the first layers scale pixels")
    order = (*USUAL[:-1], "include_preprocessing", "name")

    def check(self) -> None:
        super().check()
        if self.name not in STAGES:
            hint = did_you_mean(self.name, STAGES) or f"one of {', '.join(STAGES)}"
            self.reject("name", "Keras looks up the blocks of EfficientNetV2 by name and refuses any other", hint)

    def default_name(self) -> str:
        return f"efficientnetv2-{type(self).__name__.removeprefix('EfficientNetV2').lower()}"

    def body(self, x: Tensor) -> Tensor:
        stages = STAGES[self.name]
        x = self.scaled(x) if self.include_preprocessing else x
        x = x.Conv2D(self.filters(stages[0].inputs), 3, strides=2, use_bias=False, name="stem_conv")
        x = x.BatchNormalization(name="stem_bn").Activation(name="stem_activation")
        total = sum(stage.blocks for stage in stages)
        for number, (name, stage) in enumerate(scaled(stages, self.filters, self.depth)):
            block = fused if int(name[len("block")]) <= FUSED else depthwise
            x = block(x.within(name), stage, DROPPED * number / total)
        x = x.within("").Conv2D(self.filters(1280), 1, use_bias=False, name="top_conv")
        return x.BatchNormalization(name="top_bn").Activation(name="top_activation")

    def scaled(self, x: Tensor) -> Tensor:
        """Scale pixels as in the training of the weights: the small models' by ImageNet's mean, others' from -1 to 1."""
        if "-b" not in self.name or self.image[2] != len(MEAN):
            return x.Rescaling(1 / 128, offset=-1)
        variance = [deviation**2 for deviation in DEVIATION]
        return x.Rescaling(1 / 255).Normalization(mean=list(MEAN), variance=variance, axis=3)

    def filters(self, filters: int) -> int:
        return max(8, int(filters * self.width + 4) // 8 * 8)

    def top(self, x: Tensor) -> Tensor:
        x = x.GlobalAveragePooling2D(name="avg_pool").Dropout(0.2, name="top_dropout")
        return self.predictions(x, bias_initializer=fields.Object("Constant", {"value": 0.0}))


def depthwise(x: Tensor, stage: Stage, dropped: float) -> Tensor:
    """Widen, convolve depthwise, weigh the channels, narrow."""
    wide = stage.inputs * stage.expansion
    y = x.Conv2D(wide, 1, use_bias=False, name="expand_conv")
    y = y.BatchNormalization(name="expand_bn").Activation(name="expand_activation")
    y = y.DepthwiseConv2D(stage.kernel, strides=stage.stride, padding="same", name="dwconv2")
    y = excited(y.BatchNormalization(name="bn").Activation(name="activation"), stage.inputs, wide)
    y = y.Conv2D(stage.outputs, 1, use_bias=False, name="project_conv").BatchNormalization(name="project_bn")
    return added(y, x, dropped) if unchanged(stage) else y


def fused(x: Tensor, stage: Stage, dropped: float) -> Tensor:
    """One convolution that widens and another one that narrows; without widening, it is one alone."""
    kernel = {"kernel_size": stage.kernel, "strides": stage.stride, "use_bias": False}
    if stage.expansion == 1:
        y = x.Conv2D(stage.outputs, **kernel, name="project_conv").BatchNormalization(name="project_bn")
        y = y.Activation(name="project_activation")
    else:
        y = x.Conv2D(stage.inputs * stage.expansion, **kernel, name="expand_conv").BatchNormalization(name="expand_bn")
        y = y.Activation(name="expand_activation").Conv2D(stage.outputs, 1, use_bias=False, name="project_conv")
        y = y.BatchNormalization(name="project_bn")
    return added(y, x, dropped) if unchanged(stage) else y


def unchanged(stage: Stage) -> bool:
    return stage.stride == 1 and stage.inputs == stage.outputs


def _model(width: float, depth: float, size: int) -> dict[str, Any]:
    return {"width": width, "depth": depth, "size": size}


EfficientNetV2.models(
    EfficientNetV2B0=_model(1.0, 1.0, 224),
    EfficientNetV2B1=_model(1.0, 1.1, 240),
    EfficientNetV2B2=_model(1.1, 1.2, 260),
    EfficientNetV2B3=_model(1.2, 1.4, 300),
    EfficientNetV2S=_model(1.0, 1.0, 384),
    EfficientNetV2M=_model(1.0, 1.0, 480),
    EfficientNetV2L=_model(1.0, 1.0, 480),
)
