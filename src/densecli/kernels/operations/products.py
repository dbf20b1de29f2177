"""Functions on tensors that are products along axes, windows over images, or both."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from densecli.kernels.attention import scaled_dot_product_attention
from densecli.kernels.conv import conv
from densecli.kernels.depthwise import depthwise_conv
from densecli.kernels.layout import to_channels_first, to_channels_last
from densecli.kernels.operations.table import Args, Named, argument, axes, enter, floats, numbers
from densecli.kernels.pool import adaptive_average_pool, adaptive_max_pool, average_pool, max_pool
from densecli.kernels.resize import resize

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.kernels.layout import Array


def one_hot(args: Args, named: Named) -> Array:
    x = np.asarray(args[0]).astype(np.int64)
    classes = int(argument(args, named, 1, "num_classes", "depth"))
    found = (x[..., None] == np.arange(classes)).astype(np.float32)
    return np.moveaxis(found, -1, -1 if named.get("axis") is None else int(named["axis"]))


def multi_hot(args: Args, named: Named) -> Array:
    return np.asarray(one_hot(args, {"num_classes": named["num_classes"]}).max(-2))


def top_k(args: Args, named: Named) -> list[Array]:
    count = int(argument(args, named, 1, "k", default=1))
    order = np.argsort(-np.asarray(args[0]), axis=-1, kind="stable")[..., :count]
    return [np.take_along_axis(np.asarray(args[0]), order, -1), order]


def einsum(args: Args, named: Named) -> Array:
    equation = named.get("subscripts", named.get("equation"))
    operands = args if isinstance(equation, str) else args[1:]
    return np.asarray(np.einsum(equation if isinstance(equation, str) else args[0], *operands, optimize=True))


def tensordot(args: Args, named: Named) -> Array:
    summed = argument(args, named, 2, "axes", default=2)
    return np.tensordot(args[0], args[1], summed)


def length(x: Array, named: Named, args: Args) -> Array:
    return np.asarray(np.sqrt(np.square(x).sum(axes(named, args), keepdims=True)))


def norm(args: Args, named: Named) -> Array:
    """Euclidean; other orders have no forward pass here."""
    order = named.get("ord")
    if order not in (None, 2, "euclidean", "fro"):
        raise KeyError(order)
    x = floats(args[0])
    found = length(x, {"axis": named.get("axis")}, args[:1])
    return found if named.get("keepdims") else found.reshape(found.sum(axes(named, args[:1])).shape)


def normalized(args: Args, named: Named) -> Array:
    x = floats(args[0])
    axis = axes(named, args, -1)
    if named.get("order", 2) != 2:
        raise KeyError(named["order"])
    return np.asarray(x / np.maximum(length(x, {"axis": axis}, ()), x.dtype.type(named.get("epsilon") or 1e-12)))


def images(operation: Callable[[Array, Args, Named], Array]) -> Callable[[Args, Named], Array]:
    """An operation on channels_last images, for either order of axes."""

    def ordered(args: Args, named: Named) -> Array:
        if named.get("data_format") != "channels_first":
            return operation(floats(args[0]), args, named)
        return to_channels_first(operation(to_channels_last(floats(args[0])), args, named))

    return ordered


def per_axis(value: Any, rank: int) -> tuple[int, ...]:
    return (int(value),) * rank if isinstance(value, int | float) else numbers(value)


def pooled(kernel: Callable[..., Array]) -> Callable[[Array, Args, Named], Array]:
    def operation(x: Array, args: Args, named: Named) -> Array:
        size = per_axis(argument(args, named, 1, "pool_size"), x.ndim - 2)
        strides = named.get("strides")
        steps = size if strides is None else per_axis(strides, x.ndim - 2)
        return kernel(x, pool_size=size, strides=steps, padding=str(named.get("padding", "valid")).lower())

    return operation


def convolved(kernel: Callable[..., Array]) -> Callable[[Array, Args, Named], Array]:
    def operation(x: Array, args: Args, named: Named) -> Array:
        rank = x.ndim - 2
        return kernel(
            x, args[1], strides=per_axis(named.get("strides") or 1, rank), padding=str(named.get("padding", "valid")).lower(),
            dilation=per_axis(named.get("dilation_rate") or 1, rank), **groups(kernel, x, args[1]),
        )  # fmt: skip

    return operation


def groups(kernel: Callable[..., Array], x: Array, weights: Array) -> dict[str, int]:
    return {"groups": x.shape[-1] // weights.shape[-2]} if kernel is conv else {}


def separable(x: Array, args: Args, named: Named) -> Array:
    inner = convolved(depthwise_conv)(x, args, named)
    return np.asarray(inner @ args[2].reshape(args[2].shape[-2:]))


def resized(x: Array, args: Args, named: Named) -> Array:
    size = argument(args, named, 1, "size")
    height, width = (size, size) if isinstance(size, int) else numbers(size)
    method = str(named.get("interpolation") or named.get("method") or "bilinear")
    whole = x if x.ndim == 4 else x[None]
    found = resize(whole, (height, width), interpolation=method)
    return found if x.ndim == 4 else found[0]


def grayscale(x: Array, _: Args, __: Named) -> Array:
    weights = np.array([0.2989, 0.5870, 0.1140], x.dtype)
    return np.asarray((x * weights).sum(-1, keepdims=True))


def depth_to_space(x: Array, _: Args, named: Named) -> Array:
    block = int(named["block_size"])
    batch, height, width, depth = x.shape
    split = x.reshape(batch, height, width, block, block, depth // block**2).transpose(0, 1, 3, 2, 4, 5)
    return split.reshape(batch, height * block, width * block, depth // block**2)


def space_to_depth(x: Array, _: Args, named: Named) -> Array:
    block = int(named["block_size"])
    batch, height, width, depth = x.shape
    split = x.reshape(batch, height // block, block, width // block, block, depth).transpose(0, 1, 3, 2, 4, 5)
    return split.reshape(batch, height // block, width // block, depth * block**2)


def attention(args: Args, named: Named) -> Array:
    mask = argument(args, named, 4, "mask")
    if argument(args, named, 3, "bias") is not None or named.get("is_causal"):
        raise KeyError("bias")
    scale = argument(args, named, 5, "scale")
    factor = 1.0 if scale is None else float(scale) * math.sqrt(args[0].shape[-1])
    return scaled_dot_product_attention(args[0] * args[0].dtype.type(factor), args[1], args[2], mask=mask)


enter("OneHot", one_hot)
enter("MultiHot", multi_hot)
enter("TopK", top_k)
enter("Einsum", einsum)
enter("Tensordot", tensordot)
enter("Norm", norm)
enter("Normalize", normalized)
enter("MaxPool", images(pooled(max_pool)))
enter("AveragePool", images(pooled(average_pool)))
enter("AdaptiveMaxPool", images(lambda x, _, named: adaptive_max_pool(x, per_axis(named["output_size"], x.ndim - 2))))
enter("AdaptiveAveragePool", images(lambda x, _, named: adaptive_average_pool(x, per_axis(named["output_size"], x.ndim - 2))))  # fmt: skip
enter("Conv", images(convolved(conv)))
enter("DepthwiseConv", images(convolved(depthwise_conv)))
enter("SeparableConv", images(separable))
enter("Resize", images(resized))
enter("RGBToGrayscale", images(grayscale))
enter("DepthToSpace", images(depth_to_space))
enter("SpaceToDepth", images(space_to_depth))
enter("DotProductAttention", attention)
