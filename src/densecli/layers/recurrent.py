"""Recurrent layers: a cell walks through the steps of a sequence."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.arithmetic import Leaf, Step
from densecli.automatic_names import snake_case
from densecli.errors import ShapeError
from densecli.fields import Field
from densecli.layer import CallInside, Child, Layer
from densecli.layers.gates import Moment, flat_row
from densecli.layers.recurrent_cells import (
    Cell,
    GRUCell,
    LSTMCell,
    SimpleRNNCell,
    read_cell,
)
from densecli.layers.states import check_states, flatten, pack
from densecli.layers.worked import named
from densecli.shape import Shape, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    Array = Any


class Recurrent(Layer, abstract=True):
    """Walk a cell through the steps of axis 1; its weights are shared by all steps."""

    takes = "list"  # [sequence, *initial states], as Keras 1 and 2 wrote it; Keras 3 has initial_state= only
    supports_masking = True
    takes_mask = True
    shape_rule = "(batch, steps, features) -> (batch, units), with return_sequences (batch, steps, units); return_state adds the last states"
    cell_type: ClassVar[type[Cell] | None] = (
        None  # of a layer that makes its cell itself and takes the cell's arguments
    )
    cell: Cell

    return_sequences = fields.flag(doc="whether to return the output of every step, not just the last")
    return_state = fields.flag(doc="whether to return the last states as well")
    go_backwards = fields.flag(doc="whether to go from the last step to the first, with outputs in that order")
    stateful = fields.flag(doc="whether to start from the last batch's states")
    unroll = fields.flag(doc="whether Keras unrolls its loop (does not affect the result)")
    zero_output_for_mask = fields.flag(doc="whether a masked step outputs 0 instead of the previous output")

    def __init_subclass__(cls, abstract: bool = False) -> None:
        if cls.cell_type is not None:
            cls.config_fields = cls.config_fields | cls.cell_type.config_fields
        super().__init_subclass__(abstract)

    def check(self) -> None:
        if self.cell_type is not None:
            self.cell = cell_of(self, self.cell_type)
        self.cell.name = self.cell.name or snake_case(type(self.cell).__name__)

    def accept(self, x: Any, initial_state: Any = None, **_: Any) -> None:
        x, states = split(x, initial_state)
        super().accept(x)
        if self.stateful and x[0] is None:
            raise ShapeError("a stateful layer must know the batch size", hint="give it, as in Input(batch_shape=(…))")
        if states:
            check_states(states, self.cell.state_shapes(one_step(x)))

    def children(self, x: Any, *_: Any, **__: Any) -> Iterator[Child]:
        step = one_step(split(x)[0])
        yield Child(self.cell.name, self.cell, (step, self.cell.state_shapes(step)))

    def output(self, x: Any, *_: Any, **__: Any) -> Any:
        x = split(x)[0]
        step = one_step(x)
        one = self.cell.step_output(step)
        y = (one[0], x[1], *one[1:]) if self.return_sequences else one
        return [y, *self.cell.state_shapes(step)] if self.return_state else y

    @property
    def may_misreport(self) -> bool:
        return "glu" in (vars(self.cell).get("activation"), vars(self.cell).get("recurrent_activation"))

    def computed(self, *inputs: Any, **named: Any) -> Any:
        if self.may_misreport:
            raise ShapeError("glu returns half as many values as the cell's state has")
        return self.output(*inputs, **named)

    def macs(self, output: Any, x: Any, *_: Any, **__: Any) -> int | None:
        return times(split(x)[0][1], super().macs(output, x))

    def elementwise(self, output: Any, x: Any, *_: Any, **__: Any) -> int | None:
        return times(split(x)[0][1], super().elementwise(output, x))

    def explain(self, output: Any, x: Any, *_: Any, **__: Any) -> Iterator[str]:
        x = split(x)[0]
        steps = "every step" if x[1] is None else f"each of the {x[1]:,} steps"
        yield f"The same {type(self.cell).__name__} runs at {steps}, so the parameters do not depend on their number."
        if not self.return_sequences:
            yield "Only the last output is returned; return_sequences=true returns all, as a recurrent layer on top needs."

    def picture(self, kinds: ModuleType, output: Any, x: Any, initial_state: Any = None, *_: Any, **__: Any) -> Any:
        x, states = split(x, initial_state)
        return kinds.Unrolled(
            self.cell.short_name, x[1], x[2:], self.cell.step_output(one_step(x))[1:], self.cell.state_names,
            self.cell.gate_names, self.return_sequences, self.go_backwards, self.return_state, vars(self.cell).get("activation"),
            vars(self.cell).get("recurrent_activation"), vars(self.cell).get("reset_after", True), bool(states),
        )  # fmt: skip

    def worked(  # noqa: PLR0913, PLR0917  # as many as Keras' call has
        self,
        ops: ModuleType,
        w: Mapping[str, Any],
        y: Array,
        at: Any,
        x: Any,
        initial_state: Any = None,
        mask: Any = None,
    ) -> Iterator[Step]:
        """One unit at the step whose output it is: the last one that a mask does not hide."""
        x, states = split(x, initial_state)
        order = range(x.shape[1])[:: -1 if self.go_backwards else 1]
        last = at[1] if self.return_sequences else x.shape[1] - 1
        seen = [walked for walked in range(last + 1) if mask is None or first(mask)[at[0], order[walked]]]
        if not seen or (seen[-1] < last and self.zero_output_for_mask):
            yield Step(named("y", at), Leaf(0.0), "the mask hides this step")
            return
        before = self.states_before(ops, w, (x, first(mask)), states, seen[-1])
        if len(before) == self.cell.number_of_states():
            step = order[seen[-1]]
            moment = Moment(x[at[0], step], flat_row(before, at[0]), at, f"x[{at[0]},{step},")
            yield from self.cell.unit(ops, w[self.cell.name], moment)

    def calls_inside(
        self, ops: ModuleType, w: Mapping[str, Any], x: Any, initial_state: Any = None, mask: Any = None
    ) -> Iterator[CallInside]:
        x, states = split(x, initial_state)
        last = 0 if self.go_backwards else x.shape[1] - 1
        before = self.states_before(ops, w, (x, first(mask)), states, x.shape[1] - 1)
        yield CallInside(self.cell.name, self.cell, (x[:, last], *before), {}, f"step {last}")

    def states_before(
        self, ops: ModuleType, w: Mapping[str, Any], inputs: tuple[Array, Any], states: list[Any], walked: int
    ) -> list[Any]:
        """The states after so many steps of the sequence, whose mask is beside it."""
        x, mask = inputs
        shapes = flatten(self.cell.state_shapes((x.shape[0], *x.shape[2:])))
        if not walked:
            return [ops.floating(state) for state in states] or [ops.full(shape, 0.0, "float32") for shape in shapes]
        past = slice(x.shape[1] - walked, None) if self.go_backwards else slice(walked)
        plain = copy(self)
        plain.return_state, plain.return_sequences = True, False
        hidden = None if mask is None else mask[:, past]
        return flatten(plain.forward(ops, w, ops.floating(x[:, past]), states or None, hidden)[1:])

    def forward(  # as many as Keras' call has
        self,
        ops: ModuleType,
        w: Mapping[str, Any],
        x: Any,
        initial_state: Any = None,
        mask: Any = None,
    ) -> Any:
        x, states = split(x, initial_state)
        structure = self.cell.state_shapes((x.shape[0], *x.shape[2:]))
        steps = ops.Steps(first(mask), self.go_backwards, self.zero_output_for_mask)
        begin = pack(map(ops.floating, states), structure) if states else None
        sequence, states = self.cell.scan(ops, w[self.cell.name], ops.floating(x), begin, steps)
        y = sequence if self.return_sequences else sequence[:, -1]
        return [y, *states] if self.return_state else y

    def mask(self, ops: ModuleType, inputs: Any, mask: Any) -> Any:
        own = first(mask) if self.return_sequences else None
        return [own] + [None] * self.cell.number_of_states() if self.return_state else own


def split(x: Any, initial_state: Any = None) -> tuple[Any, list[Any]]:
    """The sequence, and the initial states one after the other (none: zeros)."""
    if isinstance(x, list):
        return x[0], flatten(x[1:]) or split(x[0], initial_state)[1]
    return x, [] if initial_state is None else flatten(as_lists(initial_state))


def as_lists(tree: Any) -> Any:
    """Keras takes states in tuples, too; here only a shape is a tuple."""
    if isinstance(tree, list | tuple) and not all(size is None or isinstance(size, int) for size in tree):
        return [as_lists(branch) for branch in tree]
    return tree


def one_step(x: Shape) -> Shape:
    return (x[0], *x[2:])


def first(mask: Any) -> Any:
    """The sequence's mask, where there is one for each input."""
    return mask[0] if isinstance(mask, list) else mask


class RNN(Recurrent):
    """Walk any recurrent cell, or several stacked ones, through the steps of a sequence.

    RNN([LSTMCell(4), GRUCell(2)]): (None, 5, 3) -> (None, 2), 176 params
    """

    formula = "output, states = cell(input[:, t], states) for each step t"
    macs_rule = "the cell's own, at every step"
    elementwise_rule = "the cell's own, at every step"
    ndim = 3
    order = ("cell", "return_sequences", "return_state", "go_backwards", "stateful", "unroll", "zero_output_for_mask")

    cell: Any = Field(lambda _, value: read_cell(value), fields.REQUIRED, "a recurrent cell, or a list of them", {})

    def accept(self, x: Any, initial_state: Any = None, **named: Any) -> None:
        super().accept(x, initial_state, **named)
        if self.return_state and self.cell.nested_states() > 2 and not self.as_tf_keras:
            message = "Keras 3 cannot return the states of stacked cells inside stacked cells"
            raise ShapeError(message, hint="list all cells in one stack")


def cell_of(layer: Layer, cell_type: type[Cell]) -> Cell:
    """The layer's cell. The layer has read the arguments already, so they are handed over as they are."""
    cell = cell_type.__new__(cell_type)
    cell.__dict__.update({name: getattr(layer, name) for name in cell_type.config_fields})
    cell.given = {name: value for name, value in layer.given.items() if name in cell_type.config_fields}
    return cell


def cudnn() -> Field[Any]:
    doc = "whether Keras uses cuDNN (does not affect the result)"

    def read(_: Any, value: Any) -> bool | str:
        if value not in ("auto", True, False):
            raise fields.wrong_value("auto, true or false", value)
        found: bool | str = value
        return found

    return Field(read, "auto", doc, {"enum": ["auto", True, False]})


_FLAGS = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")
_GATED = (
    "kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint",
    "recurrent_constraint", "bias_constraint", "dropout", "recurrent_dropout", "seed", *_FLAGS,
)  # fmt: skip


class SimpleRNN(Recurrent):
    """Feed a sequence step by step to fully connected units that also see their own last outputs.

    SimpleRNN(8): (None, 10, 4) -> (None, 8), 104 params
    """

    formula = SimpleRNNCell.formula
    macs_rule = SimpleRNNCell.macs_rule
    elementwise_rule = SimpleRNNCell.elementwise_rule
    cell_type = SimpleRNNCell
    ndim = 3
    order = (
        "units", "activation", "use_bias", "kernel_initializer", "recurrent_initializer", "bias_initializer",
        "kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint",
        "recurrent_constraint", "bias_constraint", "dropout", "recurrent_dropout", *_FLAGS, "seed",
    )  # fmt: skip


class LSTM(Recurrent):
    """Long short-term memory: recurrent units whose gates let them keep information over many steps.

    LSTM(32): (None, 10, 8) -> (None, 32), 5248 params
    """

    formula = LSTMCell.formula
    macs_rule = LSTMCell.macs_rule
    elementwise_rule = LSTMCell.elementwise_rule
    cell_type = LSTMCell
    ndim = 3
    order = (
        "units", "activation", "recurrent_activation", "use_bias", "kernel_initializer", "recurrent_initializer",
        "bias_initializer", "unit_forget_bias", *_GATED, "use_cudnn",
    )  # fmt: skip

    use_cudnn = cudnn()


class GRU(Recurrent):
    """Gated recurrent unit: like LSTM, with three products instead of four and one state.

    GRU(32): (None, 10, 8) -> (None, 32), 4032 params
    """

    formula = GRUCell.formula
    macs_rule = GRUCell.macs_rule
    elementwise_rule = GRUCell.elementwise_rule
    cell_type = GRUCell
    ndim = 3
    order = (
        "units", "activation", "recurrent_activation", "use_bias", "kernel_initializer", "recurrent_initializer",
        "bias_initializer", *_GATED, "reset_after", "use_cudnn",
    )  # fmt: skip

    use_cudnn = cudnn()
