"""What kind of layer a layer is, and the color of each kind: the same in every diagram, figure and explanation.

A kind belongs to a family (a file of `densecli.layers`), or to a class where a family has several; a class without either
is what the class is that it derives from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.names import ACTIVATION_FLOPS
from densecli.records import Record

if TYPE_CHECKING:
    from densecli.layer import Layer


class Shade(Record):
    """The colors of a kind on one kind of paper, each 0xRRGGBB: faces, and the edges around them."""

    fill: int
    edge: int


class Kind(Record):
    """A kind of layers: a word (for classes and ids), its title in a legend, its colors on light and on dark paper."""

    name: str
    title: str
    light: Shade
    dark: Shade


# In the order of legends. Fills have the lightness (OKLCH) 0.865 and 0.395, edges 0.555 and 0.74, so that text on a fill, and
# an edge on paper and beside its fill, have the contrast that WCAG 2.2 asks for (tests/render/palette).
KINDS = (
    Kind("input", "Input", Shade(0xCCD3DD, 0x697482), Shade(0x41474F, 0xA3ACB8)),
    Kind("preprocessing", "Preprocessing", Shade(0xE3CFBC, 0x8A6D51), Shade(0x534333, 0xBFA68E)),
    Kind("embedding", "Embedding", Shade(0xCFE3A3, 0x667E02), Shade(0x3F4D0E, 0x9FB663)),
    Kind("convolution", "Convolution", Shade(0xF9D398, 0x986900), Shade(0x5E4000, 0xD2A253)),
    Kind("upsampling", "Upsampling", Shade(0x9DE0E8, 0x04828D), Shade(0x035057, 0x60BBC5)),
    Kind("pooling", "Pooling", Shade(0xFEC1BB, 0xC33D3C), Shade(0x752A28, 0xF5867F)),
    Kind("dense", "Dense", Shade(0xBAD4FE, 0x3A70C9), Shade(0x274578, 0x7EABF6)),
    Kind("recurrent", "Recurrent", Shade(0xAAE3B5, 0x1F8944), Shade(0x1C532C, 0x74BF85)),
    Kind("attention", "Attention", Shade(0xDFC6FE, 0x8955BD), Shade(0x533671, 0xBE95EB)),
    Kind("normalization", "Normalization", Shade(0xBCD8E4, 0x4F7A8B), Shade(0x324A54, 0x8EB1C0)),
    Kind("activation", "Activation", Shade(0xFFC4A6, 0xB65103), Shade(0x6F320B, 0xEC9060)),
    Kind("regularization", "Regularization", Shade(0xF3C4D1, 0x9E5C71), Shade(0x5F3945, 0xD298A9)),
    Kind("merge", "Merge", Shade(0xB0E3D6, 0x268473), Shade(0x1F5046, 0x77BAAB)),
    Kind("reshaping", "Reshaping", Shade(0xD5D4C1, 0x76755A), Shade(0x484738, 0xADAC95)),
    Kind("operation", "Operation", Shade(0xD0D0E7, 0x706F90), Shade(0x444457, 0xA8A8C4)),
    Kind("custom", "Custom", Shade(0xFEB9EE, 0xAC439A), Shade(0x672D5C, 0xDF88CD)),
    Kind("model", "Model", Shade(0xE4E8ED, 0x6E737A), Shade(0x2A2E34, 0xA7ABB1)),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS}

_OF_FAMILY = {
    "features": "preprocessing", "lookup": "preprocessing", "text": "preprocessing", "audio": "preprocessing",
    "image": "preprocessing", "augmentation": "preprocessing", "pipeline": "preprocessing", "embedding": "embedding",
    "conv": "convolution", "separable_conv": "convolution", "conv_transpose": "upsampling", "pooling": "pooling",
    "global_pooling": "pooling", "adaptive_pooling": "pooling", "einsum": "dense", "recurrent": "recurrent",
    "recurrent_cells": "recurrent", "conv_lstm": "recurrent", "attention": "attention", "multi_head_attention": "attention",
    "normalization": "normalization", "activation": "activation", "regularization": "regularization", "merge": "merge",
    "reshaping": "reshaping", "borders": "reshaping", "opaque": "custom", "model": "model",
}  # fmt: skip
_OF_CLASS = {
    "InputLayer": "input", "Embedding": "embedding", "Dense": "dense", "MaxoutDense": "dense", "Highway": "dense",
    "Activation": "activation", "ThresholdedReLU": "activation", "ParametricSoftplus": "activation", "SReLU": "activation",
    "LocallyConnected": "convolution", "Deconvolution2D": "upsampling", "UpSampling": "upsampling",
    "StochasticDepth": "regularization", "RandomHeight": "preprocessing", "RandomWidth": "preprocessing",
}  # fmt: skip
_OF_FUNCTION = {
    **dict.fromkeys(("add", "subtract", "multiply", "divide", "average", "maximum", "minimum", "concatenate"), "merge"),
    **dict.fromkeys(("reshape", "transpose", "squeeze", "expanddims", "ravel", "flip", "pad"), "reshaping"),
    **dict.fromkeys(("conv", "depthwiseconv", "separableconv"), "convolution"),
    **dict.fromkeys(("maxpool", "averagepool"), "pooling"),
    "convtranspose": "upsampling",
    "dotproductattention": "attention",
}
_KNOWN: dict[type, str] = {}


def kind_of(layer: Layer) -> Kind:
    """The kind of a layer; a wrapper is of the kind that it wraps."""
    wrapped = getattr(layer, "layer", None)
    if wrapped is not None and type(layer).family == "wrappers":
        return kind_of(wrapped)
    rule = getattr(layer, "rule", None)
    return BY_NAME[_of_class(type(layer)) if rule is None else _of_function(rule)]


def _of_class(layer: type) -> str:
    if layer not in _KNOWN:
        classes = [_OF_CLASS.get(each.__name__) for each in layer.__mro__]
        families = [_OF_FAMILY.get(each.__module__.rpartition(".")[2]) for each in layer.__mro__]
        _KNOWN[layer] = next(filter(None, classes + families), "operation")
    return _KNOWN[layer]


def _of_function(rule: str) -> str:
    """Of a function on tensors, by its name in keras.ops."""
    word = rule.lower().replace("_", "")
    activation = word in {name.replace("_", "") for name in ACTIVATION_FLOPS}
    return _OF_FUNCTION.get(word, "activation" if activation else "operation")
