"""The calls of keras.applications that tools/record_applications.py tries in Keras: accepted and refused ones."""

from __future__ import annotations

import re
from typing import Any

Variant = tuple[str, dict[str, Any]]

NAMES = (
    "VGG16", "VGG19", "ResNet50", "ResNet101", "ResNet152", "ResNet50V2", "ResNet101V2", "ResNet152V2", "InceptionV3",
    "InceptionResNetV2", "Xception", "MobileNet", "MobileNetV2", "MobileNetV3Small", "MobileNetV3Large", "DenseNet121",
    "DenseNet169", "DenseNet201", "NASNetMobile", "NASNetLarge", "EfficientNetB0", "EfficientNetB1", "EfficientNetB2",
    "EfficientNetB3", "EfficientNetB4", "EfficientNetB5", "EfficientNetB6", "EfficientNetB7", "EfficientNetV2B0",
    "EfficientNetV2B1", "EfficientNetV2B2", "EfficientNetV2B3", "EfficientNetV2S", "EfficientNetV2M", "EfficientNetV2L",
    "ConvNeXtTiny", "ConvNeXtSmall", "ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtXLarge",
)  # fmt: skip
ONE_OF_EACH = (
    "VGG16", "ResNet50", "ResNet50V2", "InceptionV3", "InceptionResNetV2", "Xception", "MobileNet", "MobileNetV2",
    "MobileNetV3Small", "DenseNet121", "NASNetMobile", "EfficientNetB0", "EfficientNetV2B0", "ConvNeXtTiny",
)  # fmt: skip

NONE: dict[str, Any] = {"weights": None}
NO_TOP = {"include_top": False}
EACH: list[dict[str, Any]] = [
    {},
    NONE | {"classes": 10},
    NO_TOP,
    NO_TOP | {"input_shape": (160, 160, 3), "pooling": "avg"},
    NONE | {"input_shape": (192, 256, 3), "classes": 7, "classifier_activation": None},
    NONE | NO_TOP | {"input_shape": (131, 97, 1), "pooling": "max"},
]
# What only some families take, or take in a way of their own.
SOME: list[tuple[str, list[dict[str, Any]]]] = [
    (
        "MobileNet$",
        [{"alpha": alpha, **more} for alpha in (0.25, 0.5, 0.75) for more in ({}, {"input_shape": (128, 128, 3)})],
    ),
    (
        "MobileNet$",
        [NONE | {"alpha": 1.3, "depth_multiplier": 2, "dropout": 0.1}, NO_TOP | {"input_shape": (200, 160, 3)}],
    ),
    ("MobileNet$", [NONE | {"alpha": 0.3, "depth_multiplier": 3} | NO_TOP, NONE | {"alpha": 2, "name": "wide"}]),
    ("MobileNetV2", [{"alpha": alpha} for alpha in (0.35, 0.5, 0.75, 1.3, 1.4)]),
    ("MobileNetV2", [{"input_shape": (96, 96, 3)}, NO_TOP | {"input_shape": (128, 96, 3), "alpha": 0.5}]),
    (
        "MobileNetV2",
        [NONE | {"alpha": 0.1, "classes": 3}, NONE | NO_TOP | {"alpha": 2.0, "input_shape": (None, None, 4)}],
    ),
    ("MobileNetV3", [{"input_shape": (224, 224, 3)}, {"alpha": 0.75}, {"minimalistic": True}]),
    ("MobileNetV3", [{"include_preprocessing": False, "input_shape": (224, 224, 3)}]),
    ("MobileNetV3", [NONE | {"alpha": 1.25, "dropout_rate": 0, "input_shape": (224, 224, 3)}, NONE | {"alpha": 0.35}]),
    ("MobileNetV3", [NONE | NO_TOP | {"minimalistic": True, "alpha": 1.5, "pooling": "avg"}]),
    ("MobileNetV3", [NONE | {"include_preprocessing": False, "minimalistic": True, "input_shape": (33, 35, 3)}]),
    ("EfficientNetB[0-7]", [NONE, NONE | NO_TOP]),  # without weights there is a layer less
    ("EfficientNetV2|ConvNeXt", [{"include_preprocessing": False}]),
    ("EfficientNetV2S", [NONE | {"name": "efficientnetv2-b0"}, NONE | NO_TOP | {"name": "efficientnetv2-l"}]),
    ("ConvNeXtTiny", [NONE | {"name": "mine"}, NO_TOP | {"name": "my_convnext_tiny", "pooling": "max"}]),
    ("VGG16", [{"name": "mine"}, NO_TOP | {"pooling": "median"}, NO_TOP | {"input_shape": (32, None, 3)}]),
    ("VGG16|ResNet50|EfficientNetB0", [{"include_top": True, "pooling": "avg"}, {"classifier_activation": "linear"}]),
    (
        "ResNet50",
        [NO_TOP | {"classes": 5, "classifier_activation": "relu"}, NONE | {"classifier_activation": "sigmoid"}],
    ),
    ("NASNetLarge|NASNetMobile", [NONE | NO_TOP | {"input_shape": (64, 96, 3)}, NONE | {"input_shape": (101, 101, 3)}]),
    ("NASNetMobile", [NONE | NO_TOP | {"input_shape": (None, None, 3)}]),
]
# On a tensor: an Input of this shape goes through a Rescaling, and the result is the `input_tensor`.
TENSOR = (160, 160, 3)

REFUSED: list[tuple[str, list[dict[str, Any]]]] = [
    ("", [{"classes": 10}, {"weights": "imagnet"}, {"input_shape": (16, 16, 3)} | NONE | NO_TOP]),
    ("", [{"classes": 0} | NONE, {"classifier_activation": "softmix"} | NONE, {"classifier_activation": "relu"}]),
    ("VGG|ResNet|Inception|Xception|Dense|NAS|Efficient|ConvNeXt|MobileNet$|MobileNetV2", [
        {"input_shape": (300, 200, 3)}, {"input_shape": (None, None, 3)} | NONE, {"input_shape": (224, 224)} | NONE,
        {"input_shape": (224, 224, 1)} | NO_TOP,
    ]),
    ("Inception", [{"input_shape": (74, 100, 3)} | NONE]),
    ("Xception", [{"input_shape": (100, 70, 3)} | NONE]),
    ("MobileNet$", [{"alpha": 0.3}, {"depth_multiplier": 2}, {"alpha": 0.01} | NONE, {"depth_multiplier": 0} | NONE]),
    ("MobileNetV2", [{"alpha": 0.3}]),
    ("MobileNetV3", [{"alpha": 0.5}, {"alpha": 0.75, "minimalistic": True}, {"dropout_rate": 2} | NONE]),
    ("NASNet", [{"input_shape": (None, None, 3)} | NO_TOP]),
    ("EfficientNetV2", [{"name": "mine"}]),
    ("ConvNeXt", [{"name": "mine"}]),
    ("VGG|ResNet", [{"alpha": 0.5}, {"include_preprocessing": False}, {"minimalistic": True}]),
]  # fmt: skip


def matching(table: list[tuple[str, list[dict[str, Any]]]], name: str) -> list[dict[str, Any]]:
    return [arguments for pattern, several in table if re.match(pattern, name) for arguments in several]


def variants() -> list[Variant]:
    """Every call to record, with the arguments by name."""
    return [(name, arguments) for name in NAMES for arguments in [*EACH, *matching(SOME, name)]]


def on_tensors() -> list[Variant]:
    """The same for models that are built on a tensor."""
    return [(name, NONE | NO_TOP | {"pooling": "avg"}) for name in ONE_OF_EACH]


def refused() -> list[Variant]:
    return [(name, arguments) for name in ONE_OF_EACH for arguments in matching(REFUSED, name)]
