"""The attributes and methods of every layer, one entry each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import GraphError, ShapeError
from densecli.graph.trace import Tensor as Traced
from densecli.read.python.arrays import Array
from densecli.read.python.operators import ODD
from densecli.read.python.runtime.layers import attribute, broken, call_layer, method, refused, shape_of, single
from densecli.read.python.values import unknown_in
from densecli.shape import show

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.runtime.layers import LayerObject


@attribute("name")
def name_of(run: Interpreter, layer: LayerObject) -> Any:
    return layer.name


@attribute("trainable")
def trainable(run: Interpreter, layer: LayerObject) -> Any:
    return True if layer.layer is None else layer.layer.trainable


@attribute("built")
def built(run: Interpreter, layer: LayerObject) -> Any:
    return bool(layer.outputs) or layer.built_by is not None


@attribute("output")
def output(run: Interpreter, layer: LayerObject) -> Any:
    """The output of the first call."""
    if layer.error is not None:
        return broken(layer, layer.error)
    if not layer.outputs:
        return run.unfit(
            f"The layer {layer.name} has never been called and thus has no defined output.", "AttributeError"
        )
    return single(layer.outputs[0])


@attribute("input")
def input_(run: Interpreter, layer: LayerObject) -> Any:
    if layer.error is not None:
        return broken(layer, layer.error)
    if not layer.inputs:
        return run.unfit(
            f"The layer {layer.name} has never been called and thus has no defined input.", "AttributeError"
        )
    return single(layer.inputs[0])


@attribute("output_shape")
def output_shape(run: Interpreter, layer: LayerObject) -> Any:
    return shape_of(run, output(run, layer))


@attribute("input_shape")
def input_shape(run: Interpreter, layer: LayerObject) -> Any:
    return shape_of(run, input_(run, layer))


@attribute("dtype", "compute_dtype", "variable_dtype")
def dtype(run: Interpreter, layer: LayerObject) -> Any:
    return "float32" if layer.layer is None else layer.layer.compute_dtype


@attribute("__class__")
def class_of(run: Interpreter, layer: LayerObject) -> Any:
    return layer.cls or run.member("keras.layers", layer.type_name)


def one_weight(name: str) -> None:
    """An attribute that is a variable: inside of a `call` a tensor, elsewhere an array, both without numbers."""

    @attribute(name)
    def weight(run: Interpreter, layer: LayerObject) -> Any:
        given = None if layer.error is not None or layer.cls is not None else layer.built_with()
        args = () if given is None else ((given,) if layer.layer.takes == "list" else tuple(given))
        known = () if given is None else layer.layer.weights(*args)
        found = next((each for each in known if each.name == name), None)
        if found is None or not all(isinstance(size, int) for size in found.shape):
            return run.unknown(f"densecli does not know the weight `{name}` of {layer.shown()}")
        tracing = run.session.tracing
        return Array(list(found.shape)) if tracing is None else tracing.constant(found.shape)


for _name in ("kernel", "bias", "embeddings", "gamma", "beta"):
    one_weight(_name)


@attribute("weights", "variables", "trainable_weights", "non_trainable_weights", "trainable_variables")
def weights(run: Interpreter, layer: LayerObject) -> Any:
    return run.unknown("densecli does not keep the values of weights")


@method("count_params")
def count_params(run: Interpreter, layer: LayerObject) -> Any:
    return run.session.count_params(layer)


@method(
    "set_weights",
    "load_own_variables",
    "add_loss",
    "add_metric",
    "build_from_config",
    "reset_states",
    "reset_state",
    "adapt",
)
def nothing(run: Interpreter, layer: LayerObject, *args: Any, **kwargs: Any) -> None:
    """Does not affect shapes."""


@method("get_config")
def get_config(run: Interpreter, layer: LayerObject) -> Any:
    """The constructor's arguments and the name: enough to recreate the layer."""
    if layer.layer is None:
        return run.unknown("the layer is unknown")
    return {"name": layer.name, "trainable": layer.layer.trainable, **layer.layer.given}


@method("from_config")
def from_config(run: Interpreter, layer: LayerObject, config: Any) -> Any:
    return run.session.make(layer.type_name, [], config) if isinstance(config, dict) else not_known(run, layer)


@method("get_weights")
def not_known(run: Interpreter, layer: LayerObject, *args: Any, **kwargs: Any) -> Any:
    return run.unknown("densecli does not keep the values of weights and configs")


@method("compute_output_shape")
def compute_output_shape(run: Interpreter, layer: LayerObject, shape: Any = None, *args: Any, **kwargs: Any) -> Any:
    shape = kwargs.get("input_shape", shape)
    if not isinstance(shape, tuple | list) or unknown_in(shape):
        return run.unknown("densecli does not know the input shape that is asked for")
    try:
        return layer.layer.output(tuple(shape))
    except (ShapeError, GraphError) as error:
        raise refused(run, layer, error, [tuple(shape)]) from None
    except ODD:
        return run.unknown(f"densecli does not know what {layer.type_name} makes of the shape {show(tuple(shape))}")


@method("get_input_shape_at", "get_output_shape_at", "get_output_at", "get_input_at")
def at(run: Interpreter, layer: LayerObject, index: Any = 0) -> Any:
    return run.unknown("densecli does not know this attribute of a node") if index != 0 else output(run, layer)


@method("__call__")
def dunder_call(run: Interpreter, layer: LayerObject, *args: Any, **kwargs: Any) -> Any:
    return call_layer(run, layer, list(args), kwargs)


@method("build")
def build(run: Interpreter, layer: LayerObject, *args: Any, **kwargs: Any) -> None:
    shapes = [tuple(each) for each in (*args, *kwargs.values()) if isinstance(each, tuple | list)]
    if shapes and not unknown_in(shapes) and len(shapes) == len(args) + len(kwargs):
        layer.first_used()
        layer.built_by = layer.built_by or (tuple(shapes), tuple([Traced(shape, "float32") for shape in shapes]))
