"""Recurrent cells in numbers: what one unit does at one step, gate by gate, how its bias starts, and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.arithmetic import Call, Difference, Leaf, Product, Step, Sum, element, total, value
from densecli.fields import Object
from densecli.layer import activation_name
from densecli.layers.worked import named, result
from densecli.names import ACTIVATION_FLOPS
from densecli.records import Record
from densecli.shape import sum_known, times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import ModuleType

    from densecli.arithmetic import Term

    Array = Any

STATES = ("h", "c")
LSTM_GATES = {"i": "input gate", "f": "forget gate", "g": "candidate", "o": "output gate"}
GRU_GATES = {"z": "update gate", "r": "reset gate"}


class Moment(Record):
    """One unit at one step: what comes in, the states before, the unit's place in the output; `source` begins the symbol of x.

    In a convolutional cell a unit is one filter at one pixel.
    """

    x: Array  # (features,), or an image
    states: Sequence[Array]  # (units,) each, or images
    at: tuple[int, ...]
    source: str

    @property
    def unit(self) -> int:
        return self.at[-1]

    @property
    def output(self) -> str:
        return named("y", self.at)

    @property
    def begins(self) -> bool:
        """Whether the states are all zero, as they are at the first step."""
        return not any(each.any() for each in self.states)

    def seen(self, place: tuple[int, ...]) -> Leaf:
        """One element of what comes in."""
        return Leaf(float(self.x[place]), f"{self.source}{','.join(map(str, place))}]")

    @property
    def note(self) -> str:
        return (
            "the states are 0, so h · recurrent_kernel adds nothing"
            if self.begins
            else "h: the output of the step before"
        )

    def state(self, number: int, place: tuple[int, ...] | None = None) -> Leaf:
        """One element of a state, that of the unit itself if not told."""
        state = self.states[number]
        return element(STATES[number], state, self.at[-state.ndim :] if place is None else place)


def flat_row(states: Sequence[Array], sample: int) -> list[Array]:
    """The states of one sample; a batch of 1 serves any other."""
    return [state[min(sample, len(state) - 1)] for state in states]


def columns_sentence(gates: Sequence[str], units: int) -> str:
    """Which columns of the kernels belong to which gate."""
    each = (
        f"{name} {index * units:,}{f'…{(index + 1) * units - 1:,}' if units > 1 else ''}"
        for index, name in enumerate(gates)
    )
    return f"Columns of kernel, recurrent_kernel and bias: {', '.join(each)}."


def function(ops: ModuleType, activation: Any, term: Term) -> Term:
    """An activation on one number, as the kernels compute it."""
    name = activation_name(activation)
    if name == "linear":
        return term
    found = ops.activate(ops.numbers([[value(term)]]), activation)
    return Call(name, (term,), float(found[0, 0]))


def gate(w: Mapping[str, Any], moment: Moment, column: int, units: int) -> Sum:
    """x · kernel + h · recurrent_kernel + bias, in one column."""
    old = () if moment.begins else carried(w, moment, column, units).terms
    return Sum((*inputs(w, moment, column).terms, *old, *biases(w, column + moment.unit)))


def inputs(w: Mapping[str, Any], moment: Moment, column: int) -> Sum:
    def term(feature: int) -> Product:
        return Product((moment.seen((feature,)), element("kernel", w["kernel"], (feature, column + moment.unit))))

    return total(len(moment.x), term)


def carried(w: Mapping[str, Any], moment: Moment, column: int, units: int, by: Sequence[float] | None = None) -> Sum:
    """h · recurrent_kernel in one column; `by` are reset gates that scale h first."""

    def term(unit: int) -> Product:
        weight = element("recurrent_kernel", w["recurrent_kernel"], (unit, column + moment.unit))
        scale = () if by is None else (Leaf(by[unit], f"r[{unit}]"),)
        return Product((*scale, moment.state(0, (unit,)), weight))

    return total(units, term)


def lstm_unit(cell: Any, ops: ModuleType, moment: Moment, z: Callable[[int], Term]) -> Iterator[Step]:
    """All four gates in Keras' order, then the two states; `z` is what a gate's activation gets."""
    found = {}
    for index, (letter, what) in enumerate(LSTM_GATES.items()):
        activation = cell.activation if letter == "g" else cell.recurrent_activation
        step = Step(letter, function(ops, activation, z(index)), what if index else f"{what}; {moment.note}")
        found[letter] = result(step)
        yield step
    kept = Product((found["f"], moment.state(1)))
    c = Step(
        "c",
        Sum((kept, Product((found["i"], found["g"])))),
        "cell state: what is kept of the old one, and what is let in",
    )
    yield c
    yield Step(moment.output, Product((found["o"], function(ops, cell.activation, result(c)))))


def gru_unit(cell: Any, ops: ModuleType, w: Mapping[str, Any], moment: Moment) -> Iterator[Step]:
    """The two gates, the candidate, and the mix of the old and the new state."""
    units = cell.units
    found = {}
    for index, (letter, what) in enumerate(GRU_GATES.items()):
        z = gate(w, moment, index * units, units)
        step = Step(letter, function(ops, cell.recurrent_activation, z), what if index else f"{what}; {moment.note}")
        found[letter] = result(step)
        yield step
    new = Step("g", function(ops, cell.activation, candidate(cell, ops, w, moment, found["r"])), "candidate")
    yield new
    share, old = found["z"], moment.state(0)
    rest = Product((Difference(Leaf(1.0), share), result(new)))
    yield Step(moment.output, rest if moment.begins else Sum((Product((share, old)), rest)))


def biases(w: Mapping[str, Any], column: int) -> list[Leaf]:
    """With reset_after there are two: of the input and of the state."""
    if "bias" not in w:
        return []
    bias = w["bias"]
    return [element("bias", bias, (column,) if bias.ndim == 1 else (row, column)) for row in range(bias.ndim)]


def candidate(cell: Any, ops: ModuleType, w: Mapping[str, Any], moment: Moment, reset: Leaf) -> Term:
    units, column = cell.units, 2 * cell.units
    both = biases(w, column + moment.unit)
    of_state = both[1:]
    first = [*inputs(w, moment, column).terms, *both[:1]]
    if cell.reset_after:
        old = [] if moment.begins else [*carried(w, moment, column, units).terms]
        inner = [*old, *of_state]
        return Sum((*first, Product((reset, Sum(tuple(inner)))))) if inner else Sum(tuple(first))
    if moment.begins:
        return Sum(tuple(first))
    return Sum((*first, *carried(w, moment, column, units, resets(cell, ops, w, moment)).terms))


def resets(cell: Any, ops: ModuleType, w: Mapping[str, Any], moment: Moment) -> list[float]:
    """The reset gates of all units."""
    columns = slice(cell.units, 2 * cell.units)
    z = moment.x @ w["kernel"][:, columns] + moment.states[0] @ w["recurrent_kernel"][:, columns]
    z = z + w["bias"][columns] if "bias" in w else z
    return [float(each) for each in ops.activate(z[None], cell.recurrent_activation)[0]]


def activation_cost(activation: Any) -> int | None:
    """Element-wise FLOPs per element; None for an activation that is not Keras' own."""
    return ACTIVATION_FLOPS.get(activation) if isinstance(activation, str) else None


def forget_bias(initializer: Any, unit_forget_bias: bool) -> Any:
    """How the bias of four gates starts: with unit_forget_bias the second quarter, the forget gate's, is 1."""
    if not unit_forget_bias:
        return initializer
    rest = initializer._asdict() if isinstance(initializer, Object) else initializer
    return Object("unit_forget", {"rest": rest})


def lstm_flops(use_bias: bool, activation: Any, recurrent_activation: Any) -> int | None:
    """Per unit and step: 4 sums of two products and 4 biases, 3 gates, 2 activations, and 4 for the two states."""
    inner, gate = activation_cost(activation), activation_cost(recurrent_activation)
    return sum_known((4 + 4 + 4 * use_bias, times(2, inner), times(3, gate)))
