"""Opaque layers: code that densecli never runs, opens or decodes. Only what their config states is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.errors import ArgumentError
from densecli.layer import Layer
from densecli.shape import Shape, show

if TYPE_CHECKING:
    from collections.abc import Iterator

STATED = ("trainable", "dtype")  # what Keras gives every layer


class Opaque(Layer, abstract=True):
    """Its output shape, weights and costs are unknown unless the config states them."""

    opaque = True
    takes = "several"
    formula = "known only to its own code"
    shape_rule = "unknown"
    macs_rule = "unknown"
    elementwise_rule = "unknown"
    written: dict[str, Any] | None = None  # the config in the file, for whoever has the code

    def accept(self, /, *inputs: Any, **named: Any) -> None:
        """Any input will do."""

    def output(self, /, *inputs: Any, **named: Any) -> Any:
        return None

    def macs(self, output: Any, /, *inputs: Any, **named: Any) -> None:
        return None

    def elementwise(self, output: Any, /, *inputs: Any, **named: Any) -> None:
        return None

    def explain(self, output: Any, *inputs: Any, **named: Any) -> Iterator[str]:
        if output is None:
            yield "Only its own code knows the output shape, so everything after this layer is unknown."
        else:
            yield f"The output shape {show(output)} comes from the config; only its own code could confirm it."


def stated_shape(value: Any) -> Shape | list[Shape] | None:
    """Sizes (null if unknown) that a config has as plain numbers, or several lists of them; else None."""
    if not isinstance(value, list | tuple) or not value:
        return () if value in ((), []) else None
    if all(size is None or (isinstance(size, int) and not isinstance(size, bool) and size >= 0) for size in value):
        return tuple(value)
    parts = [stated_shape(part) for part in value]
    return (
        [part for part in parts if isinstance(part, tuple)] if all(isinstance(part, tuple) for part in parts) else None
    )


class Lambda(Opaque):
    """Apply a Python function. Its code is not run: the output shape is known only if output_shape states it.

    Lambda("double", output_shape=(3,)): (None, 3) -> (None, 3), 0 params
    """

    takes_mask = True
    formula = "output = function(input, **arguments)"
    shape_rule = "(batch, *output_shape); unknown without it"

    function = fields.anything(fields.REQUIRED, "the function, which is not run")
    output_shape = fields.anything(doc="output shape without the batch; a function is not run")
    mask = fields.anything(doc="mask of the output (ignored)")
    arguments = fields.anything(doc="keyword arguments of the function (ignored)")

    def output(self, /, *inputs: Any, **named: Any) -> Any:
        stated = stated_shape(self.output_shape)
        if stated is None:
            return None
        batch = first_batch(inputs)
        return [(batch, *part) for part in stated] if isinstance(stated, list) else (batch, *stated)


def first_batch(inputs: Any) -> int | None:
    """The batch of the first input, however they are nested."""
    while isinstance(inputs, list | tuple) and inputs and isinstance(inputs[0], list | tuple):
        inputs = inputs[0]
    return inputs[0] if inputs else None


class TFSMLayer(Opaque):
    """Call a TensorFlow SavedModel, which is not read.

    TFSMLayer("model"): (None, 3) -> unknown, 0 params
    """

    filepath = fields.text(doc="folder of the SavedModel, which is not read")
    call_endpoint = fields.text("serve", "name of the function to call")
    call_training_endpoint = fields.optional(fields.text(doc="name of the function to call while training"))


class JaxLayer(Opaque):
    """Call a JAX function, which is not run.

    JaxLayer("apply"): (None, 3) -> unknown, 0 params
    """

    call_fn = fields.anything(fields.REQUIRED, "the function, which is not run")
    init_fn = fields.anything(doc="the function that creates its weights, which is not run")
    params = fields.anything(doc="its trainable weights (ignored)")
    state = fields.anything(doc="its other weights (ignored)")
    seed = fields.anything(doc="random seed")
    native_serialization_platforms = fields.anything(doc="platforms to run on")


class FlaxLayer(Opaque):
    """Call a Flax module, which is not run.

    FlaxLayer("module"): (None, 3) -> unknown, 0 params
    """

    module = fields.anything(fields.REQUIRED, "the module, which is not run")
    method = fields.anything(doc="method to call")
    variables = fields.anything(doc="its weights (ignored)")
    init_fn = fields.anything(doc="not used")
    params = fields.anything(doc="its trainable weights (ignored)")
    state = fields.anything(doc="its other weights (ignored)")
    seed = fields.anything(doc="random seed")


class TorchModuleWrapper(Opaque):
    """Call a PyTorch module, whose pickled code is not loaded.

    TorchModuleWrapper("module", output_shape=(None, 5)): (None, 3) -> (None, 5), 0 params
    """

    shape_rule = "output_shape; unknown without it"

    module = fields.anything(fields.REQUIRED, "the module, which is not run")
    output_shape = fields.anything(doc="sizes of the output, with the batch")

    def output(self, /, *inputs: Any, **named: Any) -> Any:
        return stated_shape(self.output_shape) or None


class Custom(Opaque):
    """Stand in for a custom layer class. Any arguments will do.

    Custom(): (None, 3) -> unknown, 0 params
    """

    def __init__(self, type_name: str = "Custom", /, **config: Any) -> None:
        stated = {name: config[name] for name in STATED if name in config and readable(self, name, config[name])}
        super().__init__(**stated)
        self.type_name, self.given = type_name, config


def readable(layer: Layer, name: str, value: Any) -> bool:
    """Whether a foreign config says this in the way of Keras."""
    try:
        layer.config_fields[name].read(layer, value)
    except ArgumentError:
        return False
    return True
