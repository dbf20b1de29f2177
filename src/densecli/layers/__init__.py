"""The catalogue: one module per family. Importing this package fills `densecli.layer.CATALOGUE`."""

from densecli.layers import (
    adaptive_pooling,
    borders,
    conv,
    conv_transpose,
    core,
    global_pooling,
    merge,
    normalization,
    pooling,
    regularization,
    reshaping,
    separable_conv,
    wrappers,
)

__all__ = [
    "adaptive_pooling",
    "borders",
    "conv",
    "conv_transpose",
    "core",
    "global_pooling",
    "merge",
    "normalization",
    "pooling",
    "regularization",
    "reshaping",
    "separable_conv",
    "wrappers",
]
