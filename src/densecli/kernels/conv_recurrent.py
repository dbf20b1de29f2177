"""Convolutional LSTM: a long short-term memory whose products are convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .activations import Activation, sigmoid, tanh
from .conv import conv
from .recurrent import EVERY_STEP, States, Steps, Weights, lstm_state, scan

if TYPE_CHECKING:
    from .layout import Array, Ints


def conv_lstm(  # noqa: PLR0913 - as many as the operation has
    x: Array,
    weights: Weights,
    states: States | None = None,
    *,
    strides: Ints,
    padding: str,
    dilation: Ints,
    steps: Steps = EVERY_STEP,
    activation: Activation = tanh,
    recurrent_activation: Activation = sigmoid,
) -> tuple[Array, States]:
    """Run over `x` (batch, T, *spatial, channels), rank 1 to 3, with kernels (*size, channels, 4 * filters).

    Gates in Keras' order input, forget, cell, output. Returns the outputs (batch, T, *out, filters) in the order of the
    steps taken, and the states h and c (batch, *out, filters).
    """
    kernel, recurrent, bias = weights
    filters = recurrent.shape[-2]
    batch, count, *rest = x.shape
    frames = x.swapaxes(0, 1).reshape(batch * count, *rest)
    inputs = conv(frames, kernel, strides=strides, padding=padding, dilation=dilation, bias=bias)
    inputs = inputs.reshape(count, batch, *inputs.shape[1:])
    ones = (1,) * len(strides)

    def step(z: Array, states: States) -> States:
        gates = conv(states[0], recurrent, strides=ones, padding="same", dilation=ones)
        gates += z
        return lstm_state(gates, states[1], filters, activation, recurrent_activation)

    if states is None:
        states = (np.zeros((*inputs.shape[1:-1], filters), x.dtype),) * 2
    return scan(step, inputs, states, steps)
