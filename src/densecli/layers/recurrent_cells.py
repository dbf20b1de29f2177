"""Recurrent cells: what a recurrent layer does at one step, and the weights that all steps share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.arithmetic import Step
from densecli.errors import ShapeError
from densecli.fields import Field
from densecli.layer import CallInside, Child, Layer, Weight
from densecli.layers.gates import (
    Moment,
    activation_cost,
    columns_sentence,
    flat_row,
    forget_bias,
    function,
    gate,
    gru_unit,
    lstm_flops,
    lstm_unit,
)
from densecli.layers.states import States, check_states, common_batch, flatten, pack
from densecli.layers.worked import named, renamed
from densecli.names import compute_dtype
from densecli.shape import Shape, known, show, size, sum_known, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    Array = Any


class Cell(Layer, abstract=True):
    """One step of a recurrence: input and states in, output and new states out."""

    takes = "several"
    gates: ClassVar[int] = 1  # products of input and state that a unit takes per step
    gate_names: ClassVar[tuple[str, ...]] = ()  # in the order of the kernel's columns
    state_count: ClassVar[int] = 1
    state_names: ClassVar[tuple[str, ...]] = ("h",)

    def state_shapes(self, x: Shape) -> States:
        """The states that belong to a step's input."""
        raise NotImplementedError(type(self).__name__)

    def scan(self, ops: ModuleType, w: Mapping[str, Any], x: Array, states: Any, steps: Any) -> tuple[Array, States]:
        """All steps of (batch, steps, …): the outputs in the order of the steps taken, and the last states."""
        raise NotImplementedError(type(self).__name__)

    @property
    def short_name(self) -> str:
        """What it is called in a picture."""
        return type(self).__name__.removesuffix("Cell")

    def picture(self, kinds: ModuleType, output: Any, x: Shape, *_: Any, **__: Any) -> Any:
        """One step of the walk of a recurrent layer."""
        return kinds.Unrolled(
            self.short_name, 1, x[1:], self.step_output(x)[1:], self.state_names, self.gate_names,
            returns_state=True, activation=vars(self).get("activation"), gate_activation=vars(self).get("recurrent_activation"),
            reset_after=vars(self).get("reset_after", True), given=True,
        )  # fmt: skip

    def number_of_states(self) -> int:
        return self.state_count

    def nested_states(self) -> int:
        """How many lists are around a state in Keras' `state_size`."""
        return int(self.state_count > 1)

    @property
    def runnable(self) -> bool:
        """A gate that glu makes half as wide fits nothing."""
        return super().runnable and "glu" not in (vars(self).get("activation"), vars(self).get("recurrent_activation"))

    def accept(self, x: Shape, *states: Any, **_: Any) -> None:
        super().accept(x)
        check_states(list(states), self.state_shapes(x))
        if any(None in state[1:] for state in flatten(list(states))):
            raise ShapeError(f"the sizes of the states must be known: {show(list(states))}")

    def output(self, x: Shape, *states: Any, **_: Any) -> list[Any]:
        x = (common_batch([x, *flatten(list(states))]), *x[1:])
        return [self.step_output(x), *self.state_shapes(x)]

    def output_dtype(self, *dtypes: str) -> str | list[str]:
        """Keras 3.15.1 does not autocast in a cell that is called by itself: mixed policies have no effect."""
        return self.variable_dtype

    def dtypes(self) -> list[str]:
        """Those of the output and of each state."""
        found = self.output_dtype()
        return found if isinstance(found, list) else [found] * (1 + self.number_of_states())

    def step_output(self, x: Shape) -> Shape:
        """The output of a step, whose weights must be known by then."""
        raise NotImplementedError(type(self).__name__)

    def unit(self, ops: ModuleType, w: Mapping[str, Any], moment: Moment) -> Iterator[Step]:
        """One unit of one step, gate by gate; the last step is its output. Nothing where no example is written."""
        yield from ()

    def worked(
        self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array, *states: Any, **_: Any
    ) -> Iterator[Step]:
        flat = flatten(list(states))
        if len(flat) == self.number_of_states():
            sample = min(at[0], len(x) - 1)  # a batch of 1 serves any other
            yield from self.unit(ops, w, Moment(x[sample], flat_row(flat, at[0]), at, f"x[{sample},"))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array, *states: Any) -> list[Any]:
        x, *flat = ops.of_one_batch([ops.floating(array) for array in (x, *flatten(list(states)))])
        given = pack(iter(flat), self.state_shapes(x.shape))
        sequence, after = self.scan(ops, w, x[:, None], given, ops.Steps())
        return [sequence[:, 0], *after]


class UnitCell(Cell, abstract=True):
    """A cell of `units` that see the features of one step and each other's last outputs."""

    shape_rule = "(batch, features) and states of (batch, units) -> (batch, units) and the states"
    ndim = 2

    units = fields.count(doc="number of output features and size of each state")
    activation = fields.activation("tanh")
    use_bias = fields.flag(True, "whether to add a bias")
    kernel_initializer = fields.initializer("glorot_uniform")
    recurrent_initializer = fields.initializer("orthogonal")
    bias_initializer = fields.initializer("zeros")
    kernel_regularizer = fields.regularizer()
    recurrent_regularizer = fields.regularizer()
    bias_regularizer = fields.regularizer()
    kernel_constraint = fields.constraint()
    recurrent_constraint = fields.constraint()
    bias_constraint = fields.constraint()
    dropout = fields.number(0.0, "fraction of the inputs to drop in training")
    recurrent_dropout = fields.number(0.0, "fraction of the state to drop in training")
    seed = fields.seed("seed for dropout")

    def state_shapes(self, x: Shape) -> States:
        return [(x[0], self.units)] * self.state_count

    def step_output(self, x: Shape) -> Shape:
        known(x[-1], "the last axis of the input")
        return (x[0], self.units)

    def weights(self, x: Shape, *_: Any, **__: Any) -> Iterator[Weight]:
        features, width = known(x[-1], "the last axis of the input"), self.gates * self.units
        gates = "units" if self.gates == 1 else f"{self.gates} gates × units"
        yield Weight("kernel", (features, width), ("input features", gates), initializer=self.kernel_initializer)
        yield Weight("recurrent_kernel", (self.units, width), ("units", gates), initializer=self.recurrent_initializer)
        if self.use_bias:
            yield self.bias(width, gates)

    def bias(self, width: int, gates: str) -> Weight:
        return Weight("bias", (width,), (gates,), initializer=self.bias_initializer)

    def macs(self, output: Any, x: Shape, *states: Any, **_: Any) -> int | None:
        """Input and state may differ in their batch, and each has its own product."""
        features, batch = known(x[-1], "the last axis of the input"), (flatten(list(states)) or [x])[0][0]
        products = (times(size((x[0], features)), self.units), times(size((batch, self.units)), self.units))
        return times(self.gates, sum_known(products))

    def elementwise(self, output: Any, x: Shape, *_: Any, **__: Any) -> int | None:
        return times(size((output[0][0], self.units)), self.unit_flops())

    def unit_flops(self) -> int | None:
        """Element-wise FLOPs of one unit at one step."""
        return sum_known((1, int(self.use_bias), activation_cost(self.activation)))


class SimpleRNNCell(UnitCell):
    """One step of a fully connected recurrence.

    SimpleRNNCell(4): [(None, 3), (None, 4)] -> [(None, 4), (None, 4)], 32 params
    """

    gate_names = ("new",)
    formula = "h = activation(x · kernel + bias + h · recurrent_kernel); output = h"

    def output_dtype(self, *dtypes: str) -> str | list[str]:
        """Keras 3.15.1 makes products float32, whatever the kernel is; only a bias brings float64 in."""
        return super().output_dtype(*dtypes) if self.use_bias or self.variable_dtype != "float64" else "float32"

    macs_rule = "per step: (input features + units) × units"
    elementwise_rule = "per unit and step: 1, 1 for the bias, and the activation"

    def unit(self, ops: ModuleType, w: Mapping[str, Any], moment: Moment) -> Iterator[Step]:
        z = gate(w, moment, 0, self.units)
        yield Step(moment.output, function(ops, self.activation, z), moment.note)

    def scan(self, ops: ModuleType, w: Mapping[str, Any], x: Array, states: Any, steps: Any) -> tuple[Array, States]:
        found = ops.simple_rnn(
            x, cell_weights(ops, w), states, steps=steps, activation=ops.as_activation(self.activation)
        )
        return found[0], list(found[1])


def cell_weights(ops: ModuleType, w: Mapping[str, Any]) -> Any:
    return ops.Weights(w["kernel"], w["recurrent_kernel"], w.get("bias"))


def gate_activation() -> Field[Any]:
    return fields.activation("sigmoid")


class LSTMCell(UnitCell):
    """One step of a long short-term memory: gates decide what its cell state takes in, keeps and shows.

    LSTMCell(4): [(None, 3), (None, 4), (None, 4)] -> [(None, 4), (None, 4), (None, 4)], 128 params
    """

    formula = (
        "input gate i, forget gate f, output gate o = recurrent_activation(…); candidate g = activation(…); "
        "cell state c = f × c + i × g; output = h = o × activation(c); each … = x · kernel + h · recurrent_kernel + bias "
        "with its own columns, in the order i, f, g, o"
    )
    macs_rule = "per step: (input features + units) × 4 × units"
    elementwise_rule = "per unit and step: 8, 4 for the biases, 2 activations and 3 recurrent activations"
    gates, gate_names = 4, ("input", "forget", "new", "output")
    state_count, state_names = 2, ("h", "c")
    order = (
        "units", "activation", "recurrent_activation", "use_bias", "kernel_initializer", "recurrent_initializer",
        "bias_initializer", "unit_forget_bias", "kernel_regularizer", "recurrent_regularizer", "bias_regularizer",
        "kernel_constraint", "recurrent_constraint", "bias_constraint", "dropout", "recurrent_dropout", "seed",
    )  # fmt: skip

    recurrent_activation = gate_activation()
    unit_forget_bias = fields.flag(True, "whether the forget gate's bias starts at 1")
    implementation = fields.anything(2, "how Keras orders the products (does not affect the result)")

    def bias(self, width: int, gates: str) -> Weight:
        return Weight("bias", (width,), (gates,), initializer=forget_bias(self.bias_initializer, self.unit_forget_bias))

    def unit_flops(self) -> int | None:
        return lstm_flops(self.use_bias, self.activation, self.recurrent_activation)

    def explain(self, output: Any, *inputs: Any, **named: Any) -> Iterator[str]:
        yield columns_sentence(("input gate i", "forget gate f", "candidate g", "output gate o"), self.units)

    def unit(self, ops: ModuleType, w: Mapping[str, Any], moment: Moment) -> Iterator[Step]:
        return lstm_unit(self, ops, moment, lambda index: gate(w, moment, index * self.units, self.units))

    def scan(self, ops: ModuleType, w: Mapping[str, Any], x: Array, states: Any, steps: Any) -> tuple[Array, States]:
        found = ops.lstm(
            x, cell_weights(ops, w), states, steps=steps, activation=ops.as_activation(self.activation),
            recurrent_activation=ops.as_activation(self.recurrent_activation),
        )  # fmt: skip
        return found[0], list(found[1])


class GRUCell(UnitCell):
    """One step of a gated recurrent unit: one gate mixes old and new state, another resets what the new one sees.

    GRUCell(4): [(None, 3), (None, 4)] -> [(None, 4), (None, 4)], 108 params
    """

    formula = (
        "update gate z, reset gate r = recurrent_activation(x · kernel + h · recurrent_kernel); "
        "candidate g = activation(x · kernel + r × (h · recurrent_kernel)), biases added to each product; "
        "output = h = z × h + (1 - z) × g"
    )
    macs_rule = "per step: (input features + units) × 3 × units"
    elementwise_rule = (
        "per unit and step: 8, 6 for the biases (3 with reset_after=false), 1 activation and 2 recurrent activations"
    )
    gates, gate_names = 3, ("update", "reset", "new")
    order = (
        "units", "activation", "recurrent_activation", "use_bias", "kernel_initializer", "recurrent_initializer",
        "bias_initializer", "kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "kernel_constraint",
        "recurrent_constraint", "bias_constraint", "dropout", "recurrent_dropout", "reset_after", "seed",
    )  # fmt: skip

    recurrent_activation = gate_activation()
    reset_after = fields.flag(True, "reset after the product (as cuDNN does, with two biases) or before it")
    implementation = fields.anything(2, "how Keras orders the products (does not affect the result)")

    def bias(self, width: int, gates: str) -> Weight:
        if not self.reset_after:
            return super().bias(width, gates)
        return Weight("bias", (2, width), ("of input and state", gates), initializer=self.bias_initializer)

    def unit_flops(self) -> int | None:
        """Besides the biases: 3 sums of two products, the reset, 2 gates, 1 activation, and 4 to mix the states."""
        biases = self.use_bias * (6 if self.reset_after else 3)
        inner, gate = activation_cost(self.activation), activation_cost(self.recurrent_activation)
        return sum_known((3 + 1 + 4 + biases, inner, times(2, gate)))

    def explain(self, output: Any, *inputs: Any, **named: Any) -> Iterator[str]:
        yield columns_sentence(("update gate z", "reset gate r", "candidate g"), self.units)

    def unit(self, ops: ModuleType, w: Mapping[str, Any], moment: Moment) -> Iterator[Step]:
        return gru_unit(self, ops, w, moment)

    def scan(self, ops: ModuleType, w: Mapping[str, Any], x: Array, states: Any, steps: Any) -> tuple[Array, States]:
        found = ops.gru(
            x, cell_weights(ops, w), states, steps=steps, activation=ops.as_activation(self.activation),
            recurrent_activation=ops.as_activation(self.recurrent_activation), reset_after=self.reset_after,
        )  # fmt: skip
        return found[0], list(found[1])


def cells() -> Field[list[Any]]:
    """Recurrent cells, in the order of the data."""

    def read(_: Any, value: Any) -> list[Cell]:
        if not isinstance(value, list | tuple) or not value:
            raise fields.wrong_type("a list of cells, such as [LSTMCell(8), GRUCell(4)]", value)
        return [read_cell(each) for each in value]

    return Field(read, fields.REQUIRED, "recurrent cells, bottom to top", {"type": "array", "minItems": 1})


def read_cell(value: Any) -> Cell:
    """A cell; a list of them is a stack, as in Keras' RNN."""
    if isinstance(value, list | tuple) and value:
        return StackedRNNCells(cells=value)
    if not isinstance(value, Cell):
        raise fields.wrong_type("a recurrent cell, such as LSTMCell(8), or a list of them", value)
    return value


class StackedRNNCells(Cell):
    """Several cells as one: at each step, each works on the output of the one before it.

    StackedRNNCells([LSTMCell(4), GRUCell(2)]): [(None, 3), [[(None, 4), (None, 4)], (None, 2)]] -> [(None, 2), (None, 4), (None, 4), (None, 2)], 176 params
    """

    formula = "output = last cell(… second cell(first cell(input)))"
    shape_rule = "(batch, features) and each cell's states -> (batch, last cell's units) and the states"
    macs_rule = "the sum over the cells"
    elementwise_rule = "the sum over the cells"

    ndim = 2

    cells = cells()

    state_names = ("states of all cells",)
    short_name = "cell stack"

    @property
    def compute_dtype(self) -> str:
        """The cells': what goes on in them and comes out is theirs."""
        last: Layer = self.cells[-1]
        return last.variable_dtype

    def cast(self, ops: ModuleType, given: list[Any]) -> list[Any]:
        """Keras 3.15.1 casts what comes in to the stack's own dtype."""
        return (
            pack(map(ops.rounded_to_half, flatten(given)), given) if compute_dtype(self.dtype) == "float16" else given
        )

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array, *states: Any) -> list[Any]:
        return super().forward(ops, w, *self.cast(ops, [x, *states]))

    def worked(
        self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array, *states: Any, **named: Any
    ) -> Iterator[Step]:
        return super().worked(ops, w, y, at, *self.cast(ops, [x, *states]), **named)

    def output_dtype(self, *dtypes: str) -> list[str]:
        """Each cell's own (Keras 3.15.1); the stack's dtype has no effect."""
        each = [cell.dtypes() for cell in self.cells]
        return [each[-1][0], *(dtype for _, *states in each for dtype in states)]

    def children(self, x: Shape, *_: Any, **__: Any) -> Iterator[Child]:
        seen: dict[str, int] = {}
        for cell in self.cells:
            count = seen[cell.name] = seen.get(cell.name, -1) + 1
            states = cell.state_shapes(x)
            yield Child(f"{cell.name}_{count}" if count else cell.name, cell, (x, states))
            x = cell.step_output(x)

    def accept(self, x: Shape, *states: Any, **named: Any) -> None:
        super().accept(x, *states, **named)
        if len(states) == 1 and isinstance(states[0], list) and len(states[0]) != len(self.cells):
            raise ShapeError(f"{len(self.cells)} cells take a list of that many states, got {show(states[0])}")

    def state_shapes(self, x: Shape) -> States:
        each = [child.inputs[1] for child in self.children(x)]
        return [states if len(states) > 1 else states[0] for states in each]

    def number_of_states(self) -> int:
        return sum(cell.number_of_states() for cell in self.cells)

    def nested_states(self) -> int:
        deepest: int = max(cell.nested_states() for cell in self.cells)
        return 1 + deepest

    def step_output(self, x: Shape) -> Shape:
        for cell in self.cells:
            x = cell.step_output(x)
        return x

    def calls_inside(
        self, ops: ModuleType, w: Mapping[str, Any], x: Array, *states: Any, **_: Any
    ) -> Iterator[CallInside]:
        x, *flat = self.cast(ops, [x, *flatten(list(states))])
        for cell, child in zip(self.cells, self.children(x.shape), strict=True):
            own, flat = flat[: cell.number_of_states()], flat[cell.number_of_states() :]
            yield CallInside(child.name, cell, (x, *own))
            x = cell.forward(ops, w[child.name], x, *own)[0]

    def unit(self, ops: ModuleType, w: Mapping[str, Any], moment: Moment) -> Iterator[Step]:
        """Cell by cell: unit 0 of each but the last, whose output goes into the next one."""
        x, source, states, last = moment.x, moment.source, list(moment.states), len(self.cells)
        for number, (cell, child) in enumerate(zip(self.cells, self.children((1, len(moment.x))), strict=True), 1):
            own, states = states[: cell.number_of_states()], states[cell.number_of_states() :]
            here = Moment(x, own, moment.at if number == last else (0,), source)
            name = moment.output if number == last else named(f"y{number}", (0,))
            yield from renamed(cell.unit(ops, w[child.name], here), name, f"cell {number} of {last}, {child.name}")
            made = cell.forward(ops, w[child.name], x[None], *(state[None] for state in own))
            x, source = made[0][0], f"y{number}["

    def scan(self, ops: ModuleType, w: Mapping[str, Any], x: Array, states: Any, steps: Any) -> tuple[Array, States]:
        """Cell by cell over all steps: what a masked step gives the next cell is masked there, too."""
        after: States = []
        shape: Shape = (x.shape[0], *x.shape[2:])
        for index, (cell, child) in enumerate(zip(self.cells, self.children(shape), strict=True)):
            given = None if states is None else states[index] if isinstance(states[index], list) else [states[index]]
            x, new = cell.scan(ops, w[child.name], x, given, steps)
            after.append(new if len(new) > 1 else new[0])
            steps = ops.onward(steps)
        return x, after
