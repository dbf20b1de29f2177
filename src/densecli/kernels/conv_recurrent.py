"""Convolutional LSTM: a long short-term memory whose products are convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from densecli.kernels.activations import Activation, sigmoid, tanh
from densecli.kernels.conv import conv
from densecli.kernels.layout import Window
from densecli.kernels.recurrent import EVERY_STEP, States, Steps, Weights, lstm_state, scan

if TYPE_CHECKING:
    from densecli.kernels.layout import Array, Ints


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
    ones = (1,) * len(strides)
    if states is None:
        outputs = Window(kernel.shape[:-2], strides, dilation, padding).outputs(x.shape[2:-1])
        states = (np.zeros((x.shape[0], *outputs, filters), x.dtype),) * 2
    times = range(x.shape[1])
    inputs = (
        conv(x[:, time], kernel, strides=strides, padding=padding, dilation=dilation, bias=bias)
        for time in (reversed(times) if steps.go_backwards else times)
    )

    def step(z: Array, states: States) -> States:
        z += conv(states[0], recurrent, strides=ones, padding="same", dilation=ones)
        return lstm_state(z, states[1], filters, activation, recurrent_activation)

    return scan(step, inputs, states, steps)
