"""Products: dense layers, convolutions and pooling, with the copies that torch makes of inputs and kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.memory.saved.elementwise import fused
from densecli.memory.saved.use import FIRST, INDEX, NOTHING, Saved
from densecli.shape import product, split_channels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.graph.trace import Tensor
    from densecli.memory.saved.use import Use


def dense(use: Use) -> Saved:
    """The input for the kernel's gradient; the kernel, which is there anyway, for the input's."""
    kept = FIRST if use.trains else NOTHING
    return kept.plus(fused(use)).plus(Saved(copies=cast_weights(use) if use.flows else 0))


def cast_weights(use: Use) -> int:
    """A mixed policy computes with a copy of the weights in half precision."""
    layer = use.layer
    return kernel_elements(use) * use.width if layer.variable_dtype != layer.compute_dtype else 0


def kernel_elements(use: Use) -> int:
    shapes = [weight.shape for weight in use.layer.weights(use.inputs[0].shape) if len(weight.shape) > 1]
    return sum(product(shape) or 0 for shape in shapes)


def embedding(use: Use) -> Saved:
    return Saved(own=INDEX * use.entering)


def dot(_: Use) -> Saved:
    return Saved(inputs=(0, 1))


def conv(use: Use) -> Saved:
    """The padded input in channels-first order, and the kernel in the order that the product needs."""
    layer: Any = use.layer
    kept = laid_out(use, padded(layer, use.inputs[0], layer.kernel_size, layer.dilation_rate))
    return kept.plus(fused(use)).plus(Saved(copies=laid_out_kernel(use)))


def laid_out_kernel(use: Use) -> int:
    """Kernels of images and volumes are copied to channels-last order, others only to another dtype."""
    layer: Any = use.layer
    copied = layer.rank > 1 and layer.data_format == "channels_last"
    return kernel_elements(use) * use.width if copied or cast_weights(use) else 0


def laid_out(use: Use, count: int) -> Saved:
    """The input itself if its order is right (with one channel, any is) and it needs no padding, else a copy."""
    layer: Any = use.layer
    channels = split_channels(use.inputs[0].shape or (), layer.data_format)[1]
    if (layer.data_format == "channels_first" or channels == 1) and count == use.entering:
        return FIRST
    return Saved(copies=count * use.width)


def padded(layer: Any, tensor: Tensor, window: Sequence[int], dilation: Sequence[int]) -> int:
    """Elements of the input after torch's padding, which is even on both sides or else made by a copy."""
    spatial, channels = split_channels(tensor.shape or (), layer.data_format)
    reach = [rate * (taps - 1) + 1 for taps, rate in zip(window, dilation, strict=True)]
    steps = layer.strides
    axes = list(zip(spatial, reach, steps, strict=True))
    if layer.padding == "causal":
        more = [length - 1 for length in reach]
    elif layer.padding == "same":
        more = [max((-(-(dim or 0) // step) - 1) * step + length - (dim or 0), 0) for dim, length, step in axes]
        more = more if any(count % 2 for count in more) else [0] * len(more)
    else:
        more = [0] * len(axes)
    batch = tensor.shape[0] if tensor.shape and tensor.shape[0] is not None else 1
    return (
        batch * (channels or 0) * (product((dim or 0) + extra for dim, extra in zip(spatial, more, strict=True)) or 0)
    )


def separable(use: Use) -> Saved:
    """Two convolutions: the tensor between them is kept, too."""
    layer: Any = use.layer
    channels = split_channels(use.outputs[0].shape or (), layer.data_format)[1]
    entering = split_channels(use.inputs[0].shape or (), layer.data_format)[1] or 0
    between = use.leaving // max(channels or 1, 1) * entering * layer.depth_multiplier
    kept = laid_out(use, padded(layer, use.inputs[0], layer.kernel_size, layer.dilation_rate))
    return kept.plus(fused(use)).plus(Saved(own=between * use.width, copies=laid_out_kernel(use)))


def transposed(use: Use) -> Saved:
    return laid_out(use, use.entering).plus(fused(use)).plus(Saved(copies=cast_weights(use)))


# -- pooling ---------------------------------------------------------------------------
def max_pool(use: Use) -> Saved:
    """The input, the padded input, and the position of each maximum."""
    return average_pool(use).plus(Saved(own=INDEX * use.leaving))


def average_pool(use: Use) -> Saved:
    layer: Any = use.layer
    count = padded(layer, use.inputs[0], layer.pool_size, [1] * len(layer.pool_size))
    copies = count * use.width if count != use.entering else 0
    return laid_out(use, use.entering).plus(Saved(copies=copies))


def adaptive(use: Use) -> Saved:
    own = INDEX * use.leaving if "Max" in type(use.layer).__name__ else 0
    return laid_out(use, use.entering).plus(Saved(own=own))


def global_max(_: Use) -> Saved:
    return Saved(inputs=(0,), output=True)
