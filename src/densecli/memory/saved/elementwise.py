"""Layers that work element by element: activations alone and at the end of a layer, normalization, dropout, merging."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.memory.saved.use import FIRST, NOTHING, SUMS, Saved
from densecli.names import LAYERS_AS_ACTIVATION
from densecli.shape import product

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.memory.saved.use import Use

# What the gradient of an activation needs: its output, or its input, and how many bytes of others for 4 of them.
_BY_OUTPUT = {"relu", "sigmoid", "tanh", "softmax", "exponential", "log_softmax"}
_BESIDES = {"softsign": 4, "mish": 4, "log_sigmoid": 4, "squareplus": 4}
_INSTEAD = {"tanh_shrink": 4, "sparse_plus": 6, "sparse_sigmoid": 2, "sparsemax": 13}


def activation_name(activation: Any) -> str:
    if activation is None or isinstance(activation, str):
        return activation or "linear"
    return LAYERS_AS_ACTIVATION.get(activation.class_name, "")


def activated(activation: Any, count: int, width: int) -> tuple[bool, bool, int]:
    """Whether the input is kept, whether the output is kept, and the bytes of anything else kept, for `count` elements."""
    name = activation_name(activation)
    if name == "linear":
        return False, False, 0
    if name in _INSTEAD:
        return False, False, _INSTEAD[name] * width // 4 * count
    return name not in _BY_OUTPUT, name in _BY_OUTPUT, _BESIDES.get(name, 0) * width // 4 * count


def activation(use: Use) -> Saved:
    before, after, rest = activated(use.layer.activation, use.entering, use.width)  # type: ignore[attr-defined]
    return Saved((0,) if before else (), after, rest)


def fused(use: Use) -> Saved:
    """The activation of a layer that computes something before it: nothing else sees the activation's input."""
    before, after, rest = activated(getattr(use.layer, "activation", None), use.leaving, use.width)
    return Saved((), after, rest + (use.leaving * use.width if before else 0))


def gradient_of_inputs(*positions: int) -> Callable[[Use], Saved]:
    return lambda use: Saved(inputs=positions) if use.flows else NOTHING


def relu(use: Use) -> Saved:
    plain = not use.layer.max_value and not use.layer.negative_slope and not use.layer.threshold  # type: ignore[attr-defined]
    return Saved(output=True) if plain else FIRST


def batch_norm(use: Use) -> Saved:
    """In training the input and the centered input, both in float32; frozen, it is a fixed scale and shift."""
    if not use.layer.trainable:
        return NOTHING
    own = use.entering * SUMS
    if not use.flows:
        return Saved(own=own)
    return Saved(inputs=(0,), own=own) if use.width == SUMS else Saved(own=2 * own)


def layer_norm(use: Use) -> Saved:
    axis: Any = use.layer.axis  # type: ignore[attr-defined]
    axes = axis if isinstance(axis, tuple) else [axis]
    shape = use.inputs[0].shape or (1,)
    rows = use.entering // max(product(shape[each] for each in axes) or 1, 1)
    return Saved(inputs=(0,), own=2 * SUMS * rows)


def rms_norm(use: Use) -> Saved:
    rows = use.entering // max((use.inputs[0].shape or (1,))[-1] or 1, 1)
    return Saved(inputs=(0,), own=use.entering * use.width + SUMS * rows)


def masking(use: Use) -> Saved:
    """Which steps are masked."""
    return Saved(own=use.entering // max((use.inputs[0].shape or (1,))[-1] or 1, 1)) if use.flows else NOTHING


# -- regularization --------------------------------------------------------------------
def dropout(use: Use) -> Saved:
    """A mask: scaled numbers from torch's own dropout, booleans if a seed or a noise shape is given."""
    layer: Any = use.layer
    if layer.rate == 0 or not use.flows:
        return NOTHING
    seeded = getattr(layer, "seed", None) is not None or getattr(layer, "noise_shape", None) is not None
    return Saved(own=use.leaving * (1 if seeded else use.width))


def spatial_dropout(use: Use) -> Saved:
    shape = use.inputs[0].shape or (1,)
    first = getattr(use.layer, "data_format", "") == "channels_first"
    return Saved(own=(shape[0] or 1) * (shape[1 if first else -1] or 1)) if use.flows else NOTHING


def noise(use: Use) -> Saved:
    return Saved(own=use.leaving * use.width) if use.flows else NOTHING


def prelu(use: Use) -> Saved:
    return Saved(own=2 * use.entering * use.width)


# -- merging ---------------------------------------------------------------------------
def multiply(use: Use) -> Saved:
    """All factors, and the products between the first and the last."""
    count = len(use.inputs)
    return Saved(tuple(range(count)), own=max(count - 2, 0) * use.leaving * use.width)
