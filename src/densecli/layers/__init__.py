"""The catalogue: one module per family. Importing this package fills `densecli.layer.CATALOGUE`."""

from densecli.layers import (
    adaptive_pooling,
    audio,
    augmentation,
    borders,
    conv,
    core,
    features,
    global_pooling,
    image,
    lookup,
    merge,
    pooling,
    regularization,
    reshaping,
    text,
    wrappers,
)

__all__ = [
    "adaptive_pooling",
    "audio",
    "augmentation",
    "borders",
    "conv",
    "core",
    "features",
    "global_pooling",
    "image",
    "lookup",
    "merge",
    "pooling",
    "regularization",
    "reshaping",
    "text",
    "wrappers",
]
