"""Recurrent layers: one product projects the inputs of all steps, one fused product per step updates the state.

All functions take `x` (batch, T, channels) and return (sequence, final states): the sequence (batch, T, units) in the order
in which the steps were taken, so reversed in time when `go_backwards`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from densecli.kernels.activations import Activation, sigmoid, tanh
from densecli.kernels.layout import Array
from densecli.kernels.notes import note
from densecli.records import Record

States = tuple[Array, ...]
Step = Callable[[Array, States], States]
"""Takes one step's projected inputs (batch, gates * units) and the states; new states, the first is the output."""

Call = Callable[[Array, States], Sequence[Array]]


class Weights(Record):
    """Weights of a recurrent layer, shaped and ordered as Keras 3.15.1 saves them."""

    kernel: Array
    recurrent_kernel: Array
    bias: Array | None = None


class Steps(Record):
    """How to step through a sequence.

    Where the boolean `mask` (batch, T) is False, the states stay the same and the output is that of the previous step, or
    0 if `zero_output_for_mask`.
    """

    mask: Array | None = None
    go_backwards: bool = False
    zero_output_for_mask: bool = False


EVERY_STEP = Steps()

PROJECTED_BYTES = 4 << 20
"""Projected inputs that are held at once; they are up to four times as large as the outputs."""


def onward(steps: Steps) -> Steps:
    """How to step through the outputs of `steps`, which are in the order in which the steps were taken."""
    if not steps.go_backwards:
        return steps
    return Steps(None if steps.mask is None else steps.mask[:, ::-1], zero_output_for_mask=steps.zero_output_for_mask)


def simple_rnn(
    x: Array,
    weights: Weights,
    states: States | None = None,
    *,
    steps: Steps = EVERY_STEP,
    activation: Activation = tanh,
) -> tuple[Array, States]:
    """Fully connected recurrence: h = activation(x W + h R + b). One state: h (batch, units)."""
    recurrent = weights.recurrent_kernel

    def step(z: Array, states: States) -> States:
        h = np.matmul(states[0], recurrent)
        h += z
        return (activation(h, out=h),)

    return scan(step, project(x, weights.kernel, weights.bias, steps), start(x, recurrent, 1, states), steps)


def lstm(
    x: Array,
    weights: Weights,
    states: States | None = None,
    *,
    steps: Steps = EVERY_STEP,
    activation: Activation = tanh,
    recurrent_activation: Activation = sigmoid,
) -> tuple[Array, States]:
    """Long short-term memory; gates in Keras' order input, forget, cell, output. States: h and c (batch, units)."""
    recurrent = weights.recurrent_kernel
    units = recurrent.shape[0]

    def step(z: Array, states: States) -> States:
        gates = np.matmul(states[0], recurrent)
        gates += z
        return lstm_state(gates, states[1], units, activation, recurrent_activation)

    return scan(step, project(x, weights.kernel, weights.bias, steps), start(x, recurrent, 2, states), steps)


def lstm_state(
    gates: Array, c: Array, units: int, activation: Activation, recurrent_activation: Activation
) -> tuple[Array, Array]:
    """New h and c from the four raw `gates` side by side on the last axis; overwrites `gates`."""
    admit, cell, output = gates[..., : 2 * units], gates[..., 2 * units : 3 * units], gates[..., 3 * units :]
    by_gate(recurrent_activation, admit, units)
    activation(cell, out=cell)
    recurrent_activation(output, out=output)
    note("gates", gates)
    cell *= admit[..., :units]
    c = c * admit[..., units:]
    c += cell
    h = activation(c)
    return np.multiply(h, output), c


def by_gate(activation: Activation, gates: Array, units: int) -> None:
    """Overwrite adjacent gates one at a time: a softmax must not mix them."""
    each = gates.reshape(*gates.shape[:-1], -1, units)
    activation(each, out=each)


def gru(  # noqa: PLR0913 - as many as the operation has
    x: Array,
    weights: Weights,
    states: States | None = None,
    *,
    steps: Steps = EVERY_STEP,
    activation: Activation = tanh,
    recurrent_activation: Activation = sigmoid,
    reset_after: bool = True,
) -> tuple[Array, States]:
    """Gated recurrent unit; gates in Keras' order update, reset, candidate. One state: h (batch, units).

    With `reset_after` the bias is (2, 3 * units), for inputs and recurrence, else (3 * units,).
    """
    recurrent = weights.recurrent_kernel
    bias, recurrent_bias = (weights.bias, None) if weights.bias is None or not reset_after else weights.bias
    step = (
        gru_step_reset_after(recurrent, recurrent_bias, activation, recurrent_activation)
        if reset_after
        else gru_step_reset_before(recurrent, activation, recurrent_activation)
    )
    return scan(step, project(x, weights.kernel, bias, steps), start(x, recurrent, 1, states), steps)


def gru_step_reset_after(
    recurrent: Array, bias: Array | None, activation: Activation, recurrent_activation: Activation
) -> Step:
    """Step whose reset gate acts on the recurrent product."""
    units = recurrent.shape[0]

    def step(z: Array, states: States) -> States:
        (h,) = states
        carried = np.matmul(h, recurrent)
        if bias is not None:
            carried += bias
        gates = z[:, : 2 * units] + carried[:, : 2 * units]
        by_gate(recurrent_activation, gates, units)
        candidate = carried[:, 2 * units :]
        candidate *= gates[:, units:]
        candidate += z[:, 2 * units :]
        activation(candidate, out=candidate)
        note("gates", gates, candidate)
        return (mix(gates[:, :units], h, candidate),)

    return step


def gru_step_reset_before(recurrent: Array, activation: Activation, recurrent_activation: Activation) -> Step:
    """Step whose reset gate acts on the state, before the product."""
    units = recurrent.shape[0]
    for_gates, for_candidate = (np.ascontiguousarray(part) for part in np.split(recurrent, [2 * units], axis=1))

    def step(z: Array, states: States) -> States:
        (h,) = states
        gates = np.matmul(h, for_gates)
        gates += z[:, : 2 * units]
        by_gate(recurrent_activation, gates, units)
        candidate = np.matmul(gates[:, units:] * h, for_candidate)
        candidate += z[:, 2 * units :]
        activation(candidate, out=candidate)
        note("gates", gates, candidate)
        return (mix(gates[:, :units], h, candidate),)

    return step


def mix(share: Array, old: Array, new: Array) -> Array:
    """`share * old + (1 - share) * new`."""
    y = old - new
    y *= share
    y += new
    return y


def project(x: Array, kernel: Array, bias: Array | None, steps: Steps) -> Iterator[Array]:
    """Inputs of each step (batch, channels) times the kernel, in walking order; one product for many steps."""
    batch, count, channels = x.shape
    size = max(1, PROJECTED_BYTES // (batch * kernel.shape[1] * x.itemsize))
    parts = [slice(first, first + size) for first in range(0, count, size)]
    for part in reversed(parts) if steps.go_backwards else parts:
        rows = np.matmul(x[:, part].swapaxes(0, 1).reshape(-1, channels), kernel)
        if bias is not None:
            rows += bias
        projected = rows.reshape(-1, batch, kernel.shape[1])
        yield from projected[::-1] if steps.go_backwards else projected


def start(x: Array, recurrent: Array, number: int, states: States | None) -> States:
    """The given states, or `number` of zeros (batch, units)."""
    if states is not None:
        return tuple(states)
    return tuple(np.zeros((x.shape[0], recurrent.shape[0]), x.dtype) for _ in range(number))


def scan(step: Step, inputs: Iterator[Array], states: States, steps: Steps) -> tuple[Array, States]:
    """Run `step` on each of `inputs`: the outputs (batch, T, ...) and the final states."""
    outputs: list[Array] = []
    masks = None if steps.mask is None else walking_order(steps.mask.astype(np.bool_), steps)
    for place, z in enumerate(inputs):
        new = step(z, states)
        if masks is None:
            states = new
            outputs.append(new[0])
            note("states", *states)
            continue
        seen = masks[place].reshape(-1, *(1,) * (new[0].ndim - 1))
        states = tuple(np.where(seen, late, early) for late, early in zip(new, states, strict=True))
        before = outputs[-1] if outputs and not steps.zero_output_for_mask else np.zeros_like(new[0])
        outputs.append(np.where(seen, new[0], before))
        note("seen", seen)
        note("states", *states)
    return np.stack(outputs, axis=1), states


def walk(
    call: Call, x: Array, states: States | None, steps: Steps, shapes: list[tuple[int, ...]]
) -> tuple[Array, States]:
    """Any cell through `x` (batch, T, ...): `call(step, states)` returns an output and new states.

    `shapes` are those of an output and of the states; states that are not given start at 0. A masked first step outputs 0.
    """
    zeros = [np.zeros(shape, x.dtype) for shape in shapes]
    before = (zeros[0], *(zeros[1:] if states is None else states))
    inputs = walking_order(x, steps)
    found, after = scan(lambda step, held: tuple(call(step, held[1:])), iter(inputs), before, steps)
    return found, after[1:]


def walking_order(steps_of_batch: Array, steps: Steps) -> Array:
    """(batch, T, ...) as (T, batch, ...), in the order in which the steps are taken."""
    by_time = steps_of_batch.swapaxes(0, 1)
    return by_time[::-1] if steps.go_backwards else by_time
