"""TensorFlow functions that tf.keras put into its graphs: TFOpLambda, SlicingOpLambda and TensorFlowOpLayer.

Each is an Operation under the name that keras.ops has for it; a function without one is shown without a shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import GraphError
from densecli.layer import Constant
from densecli.layers.operations.functions import ODD, Operation, beside_numbers, promoted
from densecli.names import DTYPE_BYTES
from densecli.read.tensorflow.arguments import RENAMED, WINDOWS, from_begin, strided, transposed, without_ends
from densecli.read.tensorflow.names import rule_of
from densecli.read.tensorflow.rules import OTHER_THINGS, PRODUCTS, Sizes, chosen, item_of_sizes, rule_for, sizes_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from densecli.layers.operations.table import Rule

_SIZES = {"Reshape": "shape", "BroadcastTo": "shape", "Tile": "repeats"}  # hold sizes, each of which may be a tensor


class Function(Operation, abstract=True):
    """A TensorFlow function with its own argument names."""

    def __init__(self, path: str, class_name: str) -> None:
        super().__init__(rule_of(path), {}, class_name)
        self.own = None if self.rule == path and path.partition(".")[0] in OTHER_THINGS else rule_for(path)

    def entry(self) -> Rule | None:
        return self.own or super().entry()

    def named(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        found = {RENAMED.get(key, key): value for key, value in (self.config | kwargs).items() if value is not None}
        if self.rule == "Split":
            return _split(found)
        sizes = _SIZES.get(self.rule)
        if sizes in found:
            found[sizes] = sizes_in(found[sizes])
        for key in WINDOWS:
            found |= {key: without_ends(found[key])} if key in found else {}
        if self.rule == "Take":
            found.setdefault("axis", found.get("batch_dims", 0))
        if self.rule in ("Argmax", "Argmin"):
            found.setdefault("axis", found.pop("dimension", 0))
        if "data_format" in found:
            found["data_format"] = "channels_first" if str(found["data_format"]).startswith("NC") else "channels_last"
        return found

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if self.rule == "Matmul" and any((self.config | kwargs).get(f"transpose_{side}") for side in "ab"):
            args = (*args, *(kwargs[key] for key in ("a", "b") if key in kwargs))
            return super().arguments(transposed(args, self.config | kwargs), {})
        if "begin" in kwargs and "size" in kwargs:  # tf.slice
            return (*args, from_begin(kwargs["begin"], kwargs["size"])), {}
        if self.rule == "Add" and len(args) == 1 and isinstance(args[0], list):  # tf.add_n
            args = tuple(args[0])
        if self.rule == "GetItem" and "begin" in kwargs and "end" in kwargs:  # tf.strided_slice
            bounds = [kwargs["begin"], kwargs["end"], kwargs.get("strides") or [1] * len(kwargs["begin"])]
            return (*args, strided(bounds, kwargs)), {}
        rest = {
            key: Constant(value) if key in _OPERANDS and _is_array(value) else value for key, value in kwargs.items()
        }
        names = ("x", "y", "a", "b", "values", "input", "filter", "filters", "indices")
        tensors = [rest.pop(key) for key in names if _is_tensor(rest.get(key))]
        return super().arguments((*args, *tensors), rest)

    def call_dtype(self, args: tuple[Any, ...], kwargs: dict[str, Any], dtypes: tuple[str, ...]) -> str | list[str]:
        """The dtype that the call names; without one, TensorFlow's default."""
        rule, kind, _ = self.entry() or (None, None, None)
        named = [kwargs[key] for key in ("dtype", "output_type", "out_type") if kwargs.get(key) in DTYPE_BYTES]
        if named and kind in ("cast", "int32", "int64"):
            return str(named[0])
        if rule is chosen:
            several = [each for each in (*args, *kwargs.values()) if _is_tensor(each)]
            return promoted(dtypes[1:]) if len(several) > 1 else "int64"
        if kind == "value":
            value = args[1] if len(args) > 1 else kwargs.get("value")
            return beside_numbers((), [value]) if isinstance(value, int | float) else promoted(dtypes[1:])
        if kind == "same" and args and isinstance(args[0], Constant):
            return args[0].dtype or "float32"
        if (kind == "cast" and self.own is not None) or (kind == "same" and args and _is_array(args[0])):
            return "float32"
        return super().call_dtype(args, kwargs, dtypes)

    def macs(self, output: Any, /, *args: Any, **kwargs: Any) -> int | None:
        if self.own is not None and self.own[0] in PRODUCTS:
            return None
        return super().macs(output, *self.arguments(args, kwargs)[0])

    def forward(self, ops: ModuleType, weights: Mapping[str, Any], /, *args: Any, **kwargs: Any) -> Any:
        if self.rule == "Take" and kwargs.get("batch_dims"):
            raise GraphError("densecli has no forward pass for a gather with batch_dims", code="E509")
        return super().forward(ops, weights, *args, **kwargs)


def _is_tensor(value: Any) -> bool:
    return (isinstance(value, tuple | int | float | Constant) and not isinstance(value, bool)) or hasattr(value, "ndim")


_OPERANDS = ("x", "y", "a", "b", "filter", "filters")


def _is_array(value: Any) -> bool:
    """Whether a list in a config is an array of numbers."""
    while isinstance(value, list) and value:
        value = value[0]
    return isinstance(value, int | float)


def _split(named: dict[str, Any]) -> dict[str, Any]:
    """TensorFlow takes the sizes of the parts, NumPy the split points."""
    parts = named.get("num_or_size_splits", named.get("num_split", 1))
    if isinstance(parts, list):
        parts = [sum(parts[: index + 1]) for index in range(len(parts) - 1)]
    return {"indices_or_sections": parts, "axis": named.get("axis", 0)}


class Slicing(Operation, abstract=True):
    """`tensor[...]`, whose key is in `slice_spec`."""

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        key = kwargs.get("slice_spec", args[1] if len(args) > 1 else None)
        return (args[0] if args else kwargs.get("tensor"), _key(key)), {}

    def output(self, /, *args: Any, **kwargs: Any) -> Any:
        """The shape of the part; of a tensor of sizes, with the sizes that are left."""
        if args and isinstance(args[0], Sizes) and args[0].sizes:
            try:
                return item_of_sizes(args[0], self.arguments(args, kwargs)[0][1])
            except ODD:
                return None
        return super().output(*args, **kwargs)


def _key(key: Any) -> Any:
    """Slices, which tf.keras writes as objects with start, stop and step."""
    if isinstance(key, list):
        return [_key(item) for item in key]
    if isinstance(key, dict):
        if {"start", "stop", "step"} <= key.keys():
            return slice(key["start"], key["stop"], key["step"])
        return Ellipsis if key.get("class_name") == "__ellipsis__" else key
    return key


OF_LAYERS = ("name", "trainable", "dtype")


def operation(class_name: str, config: dict[str, Any]) -> Operation:
    """The operation behind one of the classes that tf.keras wrapped functions in."""
    made = _operation(class_name, config)
    made.written = {key: value for key, value in config.items() if key not in OF_LAYERS}
    return made


def _operation(class_name: str, config: dict[str, Any]) -> Operation:
    if class_name == "TensorFlowOpLayer":
        from densecli.read.tensorflow.nodes import NodeOperation  # noqa: PLC0415  # TensorFlow 2.0 to 2.3 only

        return NodeOperation(config)
    function = config.get("function")
    if function == "__operators__.getitem" or (class_name == "SlicingOpLambda" and function is None):
        return Slicing("GetItem", {}, class_name)
    return Function(str(function if function is not None else config.get("attr_name", "")), class_name)
