"""Output shapes of functions on images: windows, resizing, depth to space, attention (keras.ops, 3.15.1).

Rules as in shapes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.layers.operations.shapes import shape_of
from densecli.shape import Dim, Shape, join_channels, product, split_channels, window

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Named = dict[str, Any]


def channels(named: Named) -> str:
    return str(named.get("data_format") or "channels_last")


def resized(args: tuple[Any, ...], named: Named) -> Shape:
    x, size = shape_of(args[0]), named.get("size", args[1] if len(args) > 1 else None)
    height, width = (size, size) if isinstance(size, int) else tuple(size)  # type: ignore[arg-type]
    if len(x) == 3:
        return (x[0], height, width) if channels(named) == "channels_first" else (height, width, x[2])
    return join_channels(x[0], (height, width), split_channels(x, channels(named))[1], channels(named))


def depth_to_space(args: tuple[Any, ...], named: Named) -> Shape:
    x, block = shape_of(args[0]), int(named["block_size"])
    spatial, depth = split_channels(x, channels(named))
    sizes = [None if size is None else size * block for size in spatial]
    return join_channels(x[0], sizes, None if depth is None else depth // block**2, channels(named))


def space_to_depth(args: tuple[Any, ...], named: Named) -> Shape:
    x, block = shape_of(args[0]), int(named["block_size"])
    spatial, depth = split_channels(x, channels(named))
    sizes = [None if size is None else size // block for size in spatial]
    return join_channels(x[0], sizes, None if depth is None else depth * block**2, channels(named))


def per_axis(value: Any, rank: int) -> list[int]:
    return [value] * rank if isinstance(value, int) else list(value)


def pooled(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    spatial, depth = split_channels(x, channels(named))
    pool = per_axis(named.get("pool_size", args[1] if len(args) > 1 else None), len(spatial))
    strides = per_axis(pool if named.get("strides") is None else named["strides"], len(spatial))
    sizes = _windows(spatial, pool, strides, [1] * len(pool), named)
    return join_channels(x[0], sizes, depth, channels(named))


def _windows(spatial: Shape, kernel: Sequence[int], strides: Any, dilation: Any, named: Named) -> list[Dim]:
    padding = str(named.get("padding", "valid")).lower()
    each = zip(spatial, kernel, strides, dilation, strict=True)
    return [window(*axis, padding) for axis in each]


def convolved(args: tuple[Any, ...], named: Named) -> Shape:
    return _convolved(args, named, lambda kernel, _: kernel[-1])


def depthwise(args: tuple[Any, ...], named: Named) -> Shape:
    return _convolved(args, named, lambda kernel, depth: product((kernel[-1], depth)))


def separable(args: tuple[Any, ...], named: Named) -> Shape:
    return _convolved(args, named, lambda _, __: shape_of(args[2])[-1])


def _convolved(args: tuple[Any, ...], named: Named, filters: Callable[[Shape, Dim], Dim]) -> Shape:
    x, kernel = shape_of(args[0]), shape_of(args[1])
    spatial, depth = split_channels(x, channels(named))
    strides = per_axis(named.get("strides") or 1, len(spatial))
    dilation = per_axis(named.get("dilation_rate") or 1, len(spatial))
    sizes = _windows(spatial, kernel[:-2], strides, dilation, named)  # type: ignore[arg-type]
    return join_channels(x[0], sizes, filters(kernel, depth), channels(named))


def adaptive(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    spatial, depth = split_channels(x, channels(named))
    return join_channels(x[0], per_axis(named["output_size"], len(spatial)), depth, channels(named))


def grayscale(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    return (*x[:-3], 1, *x[-2:]) if channels(named) == "channels_first" else (*x[:-1], 1)


def attention(args: tuple[Any, ...], _: Named) -> Shape:
    query, value = shape_of(args[0]), shape_of(args[2])
    return (*query[:-1], value[-1])
