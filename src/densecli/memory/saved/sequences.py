"""Layers that walk through sequences, and attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.memory.saved.use import NOTHING, SUMS, Saved, elements
from densecli.shape import product, size

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.memory.saved.use import Use


def lstm(use: Use) -> Saved:
    """For each step four gates, the cell state before and after its tanh, and the output; the sequence, step by step."""
    return recurrent(use, 7, 12, 5)


def gru(use: Use) -> Saved:
    """For each step two gates, the candidate, the output, and the products that the reset gate scales."""
    return recurrent(use, 8 if use.layer.reset_after else 7, 10, 4)  # type: ignore[attr-defined]


def simple_rnn(use: Use) -> Saved:
    return recurrent(use, 1, 3, 2)


def recurrent(use: Use, states: int, dropped_states: int, dropped_inputs: int) -> Saved:
    """`states` per step; with dropout every gate gets inputs and states of its own."""
    layer: Any = use.layer
    shape = use.inputs[0].shape or (1, 1, 1)
    dropout = layer.dropout > 0 or layer.recurrent_dropout > 0
    steps = (shape[0] or 1) * (shape[1] or 1) * layer.units
    sequence = use.entering * (dropped_inputs if dropout else 1 if use.trains else 0)
    own = (steps * (dropped_states if dropout else states) + sequence) * use.width
    return Saved(own=own, copies=cast_cell(use))


def cast_cell(use: Use) -> int:
    layer: Any = use.layer
    if layer.variable_dtype == layer.compute_dtype:
        return 0
    step = (use.inputs[0].shape or (1, 1, 1))[0], *(use.inputs[0].shape or ())[2:]
    return sum(product(weight.shape) or 0 for weight in layer.cell.weights(step)) * use.width


def conv_lstm(use: Use) -> Saved:
    """For each step and gate the input, the state and both kernels, laid out again; and seven states."""
    layer: Any = use.layer
    shape = use.inputs[0].shape or (1, 1, 1)
    state = elements(use.outputs[0])
    if layer.return_sequences:
        state //= max(shape[1] or 1, 1)
    step = (shape[0], *shape[2:])
    kernels = sum(product(weight.shape) or 0 for weight in layer.cell.weights(step) if len(weight.shape) > 1)
    steps = shape[1] or 1
    laid_out = (steps + 1) * (4 * state + kernels) + 4 * use.entering * (steps + 1) // steps
    return Saved(own=7 * steps * state * use.width, copies=laid_out * use.width)


def cell(states: int) -> Callable[[Use], Saved]:
    """A cell that a generic RNN calls step by step: its input is a part of the sequence."""
    return lambda use: Saved((0,), own=states * use.leaving * use.width)


def heads_attention(use: Use) -> Saved:
    """The projected query, key and value, the heads twice; the scores only if dropout or unequal heads rule out fusing them."""
    layer: Any = use.layer
    query, value = use.inputs[0].shape or (1, 1, 1), use.inputs[min(1, len(use.inputs) - 1)].shape or (1, 1, 1)
    heads, _, dim, value_dim = layer.widths()
    queries, keys = size(query[:-1]) or 0, size(value[:-1]) or 0
    folded = layer.dropout == 0 and len(query) == 3 and dim == value_dim
    pairs = layer.pairs(query, value) or 0
    projected = heads * (queries * (dim + 2 * value_dim) + keys * (dim + value_dim))
    own = (
        projected
        - (0 if folded else heads * queries * value_dim)
        + (0 if folded else (3 if layer.dropout else 1) * pairs)
    )
    kept = Saved(own=own * use.width + (SUMS * heads * queries if folded else 0), copies=cast_heads(use))
    return kept.plus(Saved(inputs=tuple(range(len(use.inputs)))) if use.trains else NOTHING)


def cast_heads(use: Use) -> int:
    layer: Any = use.layer
    if layer.variable_dtype == layer.compute_dtype:
        return 0
    query, value = use.inputs[0].shape, use.inputs[min(1, len(use.inputs) - 1)].shape
    children = layer.children(query, value)
    return use.width * sum(
        product(weight.shape) or 0 for child in children for weight in child.layer.weights(*child.inputs)
    )


def attention(use: Use) -> Saved:
    """Query and value, and the softmax of their products."""
    scores = count_scores(use)
    own = scores * (3 if use.layer.dropout else 1)  # type: ignore[attr-defined]
    return Saved(inputs=tuple(range(len(use.inputs))), own=own * use.width)


def additive_attention(use: Use) -> Saved:
    """The tanh of every sum of a query and a key, the softmax of the scores, and the value."""
    features = (use.inputs[0].shape or (1,))[-1] or 1
    own = count_scores(use) * (features + (3 if use.layer.dropout else 1))  # type: ignore[attr-defined]
    return Saved(inputs=(1,), own=own * use.width)


def count_scores(use: Use) -> int:
    query, value = use.inputs[0].shape or (1, 1, 1), use.inputs[1].shape or (1, 1, 1)
    return (size(query[:-1]) or 0) * (value[1] or 0)
