"""Calls of keras.ops functions as Python expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.automatic_names import snake_case
from densecli.graph.graph import Ref
from densecli.layers.operations.functions import Operation
from densecli.layers.operations.table import OPERATIONS
from densecli.render.convert.python_literals import literal, named, subscript
from densecli.render.languages.python import INSTEAD, Python
from densecli.render.languages.written import refuse
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.graph.graph import Call, Node
    from densecli.render.convert.python_literals import Tensors

# Operations whose function in keras.ops has another name than their class, and those without one.
_FUNCTIONS = {
    "BatchNorm": "batch_normalization", "LayerNorm": "layer_normalization", "RMSNorm": "rms_normalization",
    "HSVToRGB": "image.hsv_to_rgb", "RGBToGrayscale": "image.rgb_to_grayscale", "RGBToHSV": "image.rgb_to_hsv",
    "Resize": "image.resize",
}  # fmt: skip
_NOT_IN_KERAS = ("Shape", "SquaredDifference")
# Arguments that the function takes in another position than the operation's call.
_BY_NAME = {
    "Average": ("x", "weights"), "BatchNorm": ("x", "mean", "variance", "offset", "scale"), "Pad": ("x", "constant_values"),
}  # fmt: skip
# Defaults of these arguments, in every function that has them.
_DEFAULTS: dict[str, Any] = {"keepdims": False, "dtype": None, "initial": None, "sparse": False, "data_format": None}


def is_function(node: Node) -> bool:
    return node.layer.family == "operations"


def expression(node: Node, call: Call, tensor: Tensors) -> Python:
    """The call of the function. Raises OutputError E604 for TensorFlow functions and unknown ones."""
    layer = node.layer
    known = type(layer) is Operation and layer.rule in OPERATIONS and layer.rule == layer.type_name
    if not known or layer.rule in _NOT_IN_KERAS or len(node.calls) != 1:  # type: ignore[attr-defined]
        raise refuse(f"the operation {quote(node.name)}", "Python", INSTEAD)
    assert isinstance(layer, Operation)
    if layer.rule == "GetItem" and len(call.args) == 2 and isinstance(call.args[0], Ref) and not call.kwargs:
        return Python.put("{}[{}]", tensor(call.args[0]), subscript(call.args[1], tensor))
    path = _FUNCTIONS.get(layer.rule, snake_case(layer.rule)).split(".")
    function = Python.joined(".", map(Python.word, ["ops", *path]))
    return Python.put("{}({})", function, Python.joined(", ", _arguments(layer, call, tensor)))


def _arguments(layer: Operation, call: Call, tensor: Tensors) -> Iterator[Python]:
    config = {key: value for key, value in layer.config.items() if not _is_default(key, value)}
    if layer.rule == "Einsum" and "subscripts" in config:
        yield literal(config.pop("subscripts"), tensor)
    names = _BY_NAME.get(layer.rule, ())
    for index, value in enumerate(call.args):
        given = literal(value, tensor)
        yield named(names[index], given) if 0 < index < len(names) else given
    for key, value in (config | call.kwargs | call.extra).items():
        yield named(key, literal(value, tensor))


def _is_default(key: str, value: Any) -> bool:
    return key in _DEFAULTS and value is _DEFAULTS[key]
