"""Wrappers: layers that apply another layer."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.arithmetic import Leaf, Product, Quotient, Step, Sum, element
from densecli.automatic_names import snake_case
from densecli.errors import ShapeError
from densecli.fields import Field
from densecli.layer import CallInside, Child, Layer, all_weights
from densecli.layers.merge import broadcast
from densecli.layers.recurrent import Recurrent, first, split
from densecli.layers.worked import named, renamed, stretched
from densecli.shape import Shape, plus, product, show, size, sum_known, times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from densecli.arithmetic import Term

    Array = Any


class TimeDistributed(Layer):
    """Apply one layer, with one set of weights, to every step of axis 1.

    TimeDistributed(Dense(4)): (None, 10, 3) -> (None, 10, 4), 16 params
    """

    takes_mask = True
    formula = "output[:, t] = layer(input[:, t])"
    shape_rule = "(batch, steps, …) -> (batch, steps, *layer's output)"
    macs_rule = "the layer's own, at every step"
    elementwise_rule = "the layer's own, at every step"
    supports_masking = True
    min_ndim = 3

    layer = fields.layer(doc="the layer to apply")

    def children(self, x: Shape, *_: Any, **__: Any) -> Iterator[Child]:
        yield Child(self.layer.name, self.layer, ((x[0], *x[2:]),))

    def output(self, x: Shape, *_: Any, **__: Any) -> Any:
        return self.at_each_step(x, self.layer.output)

    def computed(self, x: Shape, *_: Any, **__: Any) -> Any:
        return self.at_each_step(x, self.layer.computed)

    def at_each_step(self, x: Shape, output: Callable[[Shape], Any]) -> Any:
        """The output for all steps, by that of the layer for one."""
        step = (x[0], *x[2:])
        self.layer.accept(step)
        inner = output(step)
        if inner is None:  # the layer keeps its shape to itself
            return None
        if not isinstance(inner, tuple):
            raise ShapeError(f"the wrapped layer must return one tensor, got {show(inner)}")
        return (x[0], x[1], *inner[1:])

    def macs(self, output: Shape, x: Shape, *_: Any, **__: Any) -> int | None:
        return times(x[1], super().macs(output, x))

    def elementwise(self, output: Shape, x: Shape, *_: Any, **__: Any) -> int | None:
        return times(x[1], super().elementwise(output, x))

    def picture(self, kinds: ModuleType, output: Any, x: Shape, *_: Any, **__: Any) -> Any:
        return kinds.EachStep(x[1], type(self.layer).__name__)

    def worked(
        self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array, mask: Array | None = None
    ) -> Iterator[Step]:
        """The layer's own example at one step."""
        sample, step, *rest = at
        note = f"x and y are those of step {step} here"
        masks = {name: each[:, step] for name, each in self.masks_inside(mask).items()}
        for found in self.layer.worked(ops, w[self.layer.name], y[:, step], (sample, *rest), x[:, step], **masks):
            yield found._replace(note="; ".join(filter(None, (note, found.note))))
            note = ""

    def calls_inside(
        self, ops: ModuleType, w: Mapping[str, Any], x: Array, mask: Array | None = None
    ) -> Iterator[CallInside]:
        masks = {name: each[:, 0] for name, each in self.masks_inside(mask).items()}
        yield CallInside(self.layer.name, self.layer, (x[:, 0],), masks, "step 0")

    def masks_inside(self, mask: Array | None) -> dict[str, Array]:
        """What the layer inside gets to know of a mask; one of whole steps says nothing to it."""
        told = mask is not None and mask.ndim > 2 and "mask" in type(self.layer).forward.__annotations__
        return {"mask": mask} if told else {}

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array, mask: Array | None = None) -> Array:
        """All steps at once, as a larger batch."""
        rest = {name: each.reshape(-1, *each.shape[2:]) for name, each in self.masks_inside(mask).items()}
        return ops.each_step(lambda step: self.layer.forward(ops, w[self.layer.name], step, **rest), x)


def merge_field() -> Field[str | None]:
    """Null is a choice of its own here, not the default."""
    modes = fields.optional(
        fields.choice("concat", "sum", "mul", "ave", doc="how to merge the outputs; null keeps both")
    )
    return Field(modes.read, "concat", modes.doc, modes.schema)


class Bidirectional(Layer):
    """Run a recurrent layer over a sequence in both directions, each with weights of its own.

    Bidirectional(LSTM(8)): (None, 10, 4) -> (None, 16), 832 params
    """

    takes_mask = True
    formula = "output = merge(layer(input), backward_layer(input, last step first)); with return_sequences both in the input's order"
    shape_rule = "the layer's; merge_mode=concat joins both on the last axis, merge_mode=none returns both outputs"
    macs_rule = "the sum over both layers"
    elementwise_rule = "the sum over both layers; merge_mode sum or mul: plus 1 per output, ave: 2"
    takes = "list"
    supports_masking = True

    layer = fields.layer(doc="a recurrent layer: SimpleRNN, LSTM, GRU, RNN, ConvLSTM…")
    merge_mode = merge_field()
    weights_ = fields.anything(doc="initial weights (ignored)")
    backward_layer = fields.optional(fields.layer(doc="the backward layer; null is a copy of `layer`"))

    def check(self) -> None:
        for name in ("layer", "backward_layer"):
            if not isinstance(getattr(self, name), Recurrent | None):
                message = f"{type(getattr(self, name)).__name__} is not a recurrent layer"
                self.reject(name, message, "SimpleRNN, LSTM, GRU, RNN and ConvLSTM… are")
        self.ahead = one_way(self.layer, "forward_")
        self.back = self.backward_layer or one_way(self.layer, "backward_", go_backwards=True)
        self.back.name = self.back.name or snake_case(type(self.back).__name__)
        self.back.zero_output_for_mask = self.back.return_sequences
        self.check_pair()

    def check_pair(self) -> None:
        if self.ahead.go_backwards == self.back.go_backwards:
            which = "layer" if self.backward_layer is None else "backward_layer"
            self.reject(which, "both layers go in the same direction", "go_backwards must differ between the two")
        for name in ("stateful", "return_sequences", "return_state"):
            if getattr(self.ahead, name) != getattr(self.back, name):
                self.reject("backward_layer", f"the two layers differ in {name}")

    def accept(self, x: Any, initial_state: Any = None, **_: Any) -> None:
        x, states = split(x, initial_state)
        for layer, part in ((self.ahead, states[: len(states) // 2]), (self.back, states[len(states) // 2 :])):
            layer.accept(x, part or None)

    def children(self, x: Any, *_: Any, **__: Any) -> Iterator[Child]:
        for layer in (self.ahead, self.back):
            yield Child(layer.name, layer, (split(x)[0],))

    def output(self, x: Any, *_: Any, **__: Any) -> Any:
        """Keras 3.15.1 uses the forward layer alone, whatever the backward layer returns; tf.keras uses both."""
        return self.together(x, self.ahead, self.back if self.as_tf_keras else self.ahead)

    def computed(self, x: Any, *_: Any, **__: Any) -> Any:
        return self.together(x, self.ahead, self.back)

    def together(self, x: Any, *layers: Recurrent) -> Any:
        """What two layers give as one, and the last states of both."""
        found = [layer.output(split(x)[0]) for layer in layers]
        (y, *states), (z, *more) = found if self.ahead.return_state else ([each] for each in found)
        both = [y, z] if self.merge_mode is None else [self.merged(y, z)]
        return [*both, *states, *more] if len(both) + len(states) > 1 else both[0]

    def merged(self, y: Shape, z: Shape) -> Shape:
        """Two outputs as one."""
        if self.merge_mode != "concat":
            return (y[0], *broadcast(y[1:], z[1:], [y, z]))
        if y[:-1] != z[:-1]:
            raise ShapeError(
                f"{show(y)} and {show(z)} cannot be concatenated: they differ in more than their last axis"
            )
        return (*y[:-1], plus(y[-1], z[-1]))

    def elementwise(self, output: Any, x: Any, *_: Any, **__: Any) -> int | None:
        merging = {"sum": 1, "mul": 1, "ave": 2}.get(self.merge_mode or "", 0)
        merged = times(merging, size(output[0] if isinstance(output, list) else output)) if merging else 0
        return sum_known((super().elementwise(output, x), merged))

    def explain(self, output: Any, x: Any, *_: Any, **__: Any) -> Iterator[str]:
        ahead, back = (
            sum(product(weight.shape) or 0 for weight in all_weights(child.layer, child.inputs, child.kwargs))
            for child in self.children(x)
        )
        yield (
            f"Two layers with separate weights: {type(self.ahead).__name__} {self.ahead.name} {ahead:,} + "
            f"{type(self.back).__name__} {self.back.name} {back:,} = {ahead + back:,} parameters."
        )
        if self.merge_mode == "concat":
            yield "Their outputs are concatenated on the last axis."

    def picture(self, kinds: ModuleType, output: Any, x: Any, *_: Any, **__: Any) -> Any:
        ways = [layer.picture(kinds, layer.output(split(x)[0]), split(x)[0]) for layer in (self.ahead, self.back)]
        return kinds.BothWays(*ways, self.merge_mode)

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
        """The side that makes the element; if both do, the forward one, then their sum, product or mean."""
        x, states = split(x, initial_state)
        half = len(states) // 2
        calls = (x, states[:half] or None, mask), (x, states[half:] or None, mask)
        ahead, back = (self.one_side(ops, w, *each) for each in zip((self.ahead, self.back), calls, strict=True))
        turned = (at[0], x.shape[1] - 1 - at[1], *at[2:]) if self.ahead.return_sequences else at
        if self.merge_mode == "concat" and at[-1] >= ahead.shape[-1]:
            within = (*turned[:-1], at[-1] - ahead.shape[-1])
            yield from renamed(self.back.worked(ops, w[self.back.name], back, within, *calls[1]), named("y", at))
            return
        joined = self.merge_mode not in ("concat", None)
        own, other = stretched(ahead, at), stretched(back, turned)
        steps = self.ahead.worked(ops, w[self.ahead.name], ahead, own, *calls[0])
        yield from renamed(steps, named("forward" if joined else "y", own))
        if joined:
            term = self.joined(element("forward", ahead, own), Leaf(float(back[other]), named("backward", other)))
            yield Step(named("y", at), term)

    def calls_inside(
        self, ops: ModuleType, w: Mapping[str, Any], x: Any, initial_state: Any = None, mask: Any = None
    ) -> Iterator[CallInside]:
        x, states = split(x, initial_state)
        half = len(states) // 2
        yield CallInside(self.ahead.name, self.ahead, (x, states[:half] or None, mask))
        yield CallInside(self.back.name, self.back, (x, states[half:] or None, mask))

    def joined(self, ahead: Leaf, back: Leaf) -> Term:
        if self.merge_mode == "mul":
            return Product((ahead, back))
        both = Sum((ahead, back))
        return Quotient(both, Leaf(2)) if self.merge_mode == "ave" else both

    def one_side(self, ops: ModuleType, w: Mapping[str, Any], layer: Recurrent, call: tuple[Any, ...]) -> Array:
        """The outputs of one of the two layers, in its own order."""
        found = layer.forward(ops, w[layer.name], *call)
        return found[0] if isinstance(found, list) else found

    def forward(  # as many as Keras' call has
        self,
        ops: ModuleType,
        w: Mapping[str, Any],
        x: Any,
        initial_state: Any = None,
        mask: Any = None,
    ) -> Any:
        x, states = split(x, initial_state)
        half = len(states) // 2
        ahead = self.ahead.forward(ops, w[self.ahead.name], x, states[:half] or None, mask)
        back = self.back.forward(ops, w[self.back.name], x, states[half:] or None, mask)
        if self.ahead.return_state:
            (ahead, *ahead_states), (back, *back_states) = ahead, back
            states = [*ahead_states, *back_states]
        else:
            states = []
        if self.ahead.return_sequences:
            back = back[:, ::-1]
        both = [ahead, back] if self.merge_mode is None else [ops.merge_ways(self.merge_mode, ahead, back)]
        return [*both, *states] if len(both) + len(states) > 1 else both[0]

    def mask(self, ops: ModuleType, inputs: Any, mask: Any) -> Any:
        own = first(mask) if self.ahead.return_sequences else None
        both = [own, own] if self.merge_mode is None else [own]
        states = 2 * self.ahead.cell.number_of_states() if self.ahead.return_state else 0
        return [*both, *[None] * states] if len(both) + states > 1 else own


def one_way(layer: Recurrent, prefix: str, **changes: Any) -> Recurrent:
    """A new layer of the same settings for one direction, named as Keras names it; masked steps of whole sequences give 0.

    Keras makes it from the config, so neither it nor a cell in it is shared with what the config is from.
    """
    one = deepcopy(layer)
    for each in one.within():
        each.shared_id = None
    name = layer.name or snake_case(type(layer).__name__)
    one.name = prefix + name.removeprefix(prefix)
    one.given = layer.given | changes
    one.__dict__.update(changes, zero_output_for_mask=layer.return_sequences)
    return one
