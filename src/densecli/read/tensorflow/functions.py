"""TensorFlow functions that tf.keras put into its graphs: TFOpLambda, SlicingOpLambda and TensorFlowOpLayer.

Each is an Operation under the name that keras.ops has for it; a function without one is shown without a shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import GraphError
from densecli.layer import Constant
from densecli.layers.operations.functions import ODD, OPERATIONS, Operation
from densecli.read.tensorflow.rules import OTHER_THINGS, PRODUCTS, Sizes, item_of_sizes, rule_for, sizes_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from densecli.layers.operations.functions import Rule

# The last part of a function's name in TensorFlow, or a node's op, where it is not keras.ops' name without underscores.
_NAMES = {
    "abs": "Absolute", "add": "Add", "addv2": "Add", "biasadd": "Add", "argmax": "Argmax", "argmin": "Argmin",
    "batchmatmul": "Matmul", "batchmatmulv2": "Matmul", "cast": "Cast", "castv2": "Cast", "concat": "Concatenate",
    "concatv2": "Concatenate", "clipbyvalue": "Clip", "div": "Divide", "divnonan": "DivideNoNan", "expanddims": "ExpandDims",
    "floordiv": "FloorDivide", "gather": "Take", "gatherv2": "Take", "getitem": "GetItem", "identity": "Copy",
    "l2normalize": "Normalize", "leakyrelu": "LeakyRelu", "linalgmatmul": "Matmul", "logicalnot": "LogicalNot",
    "matmul": "Matmul", "mirrorpad": "Pad", "mirrorpadv2": "Pad", "mul": "Multiply", "neg": "Negative", "onehot": "OneHot",
    "pack": "Stack", "padv2": "Pad", "pow": "Power", "range": "Arange", "realdiv": "Divide", "reduceall": "All",
    "reduceany": "Any", "reducelogsumexp": "Logsumexp", "reducemax": "Max", "reducemean": "Mean", "reducemin": "Min",
    "reduceprod": "Prod", "reducestd": "Std", "reducesum": "Sum", "reducevariance": "Var", "resize": "Resize",
    "resizebilinear": "Resize", "resizenearestneighbor": "Resize", "resizev2": "Resize", "selectv2": "Where",
    "splitv": "Split", "squareddifference": "SquaredDifference", "stopgradient": "StopGradient", "stridedslice": "GetItem", "sub": "Subtract",
    "subtract": "Subtract", "swish": "Silu", "truediv": "Divide", "unpack": "Unstack", "multiply": "Multiply",
    "addn": "Add", "reverse": "Flip", "reversev2": "Flip", "flipleftright": "Flip", "flipupdown": "Flip", "slice": "GetItem",
    "avgpool": "AveragePool", "avgpool1d": "AveragePool", "avgpool2d": "AveragePool", "avgpool3d": "AveragePool",
    "maxpool1d": "MaxPool", "maxpool2d": "MaxPool", "maxpool3d": "MaxPool", "shapev2": "Shape",
    "topkv2": "TopK", "convolution": "Conv", "conv1d": "Conv", "conv2d": "Conv", "conv3d": "Conv", "depthtospace": "DepthToSpace", "spacetodepth": "SpaceToDepth",
}  # fmt: skip
_BY_NAME = {name.lower(): name for name in OPERATIONS}
RENAMED = {
    "keepdims": "keepdims",
    "keep_dims": "keepdims",
    "multiples": "repeats",
    "paddings": "pad_width",
    "perm": "axes",
    "depth": "num_classes",
    "ksize": "pool_size",
    "dilations": "dilation_rate",
}
_SIZES = {"Reshape": "shape", "BroadcastTo": "shape", "Tile": "repeats"}  # hold sizes, each of which may be a tensor
WINDOWS = ("pool_size", "strides", "dilation_rate")


def operation(class_name: str, config: dict[str, Any]) -> Operation:
    """The operation behind one of the classes that tf.keras wrapped functions in."""
    if class_name == "TensorFlowOpLayer":
        from densecli.read.tensorflow.nodes import NodeOperation  # noqa: PLC0415  # TensorFlow 2.0 to 2.3 only

        return NodeOperation(config)
    function = config.get("function")
    if function == "__operators__.getitem" or (class_name == "SlicingOpLambda" and function is None):
        return Slicing("GetItem", {}, class_name)
    return Function(str(function if function is not None else config.get("attr_name", "")), class_name)


def rule_of(name: str) -> str:
    """The keras.ops class of a TensorFlow function: `math.reduce_mean` -> Mean; the name itself where there is none."""
    *modules, last = name.replace("_", "").lower().split(".")
    if not set(OTHER_THINGS).isdisjoint(modules):  # `strings.split` splits no tensor
        return name
    return _NAMES.get(last) or _BY_NAME.get(last) or name


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

    def macs(self, output: Any, *args: Any, **kwargs: Any) -> int | None:
        if self.own is not None and self.own[0] in PRODUCTS:
            return None
        return super().macs(output, *self.arguments(args, kwargs)[0])

    def forward(self, ops: ModuleType, weights: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
        if self.rule == "Take" and kwargs.get("batch_dims"):
            raise GraphError("a gather with batch_dims has no forward pass here", code="E509")
        return super().forward(ops, weights, *args, **kwargs)


class Slicing(Operation, abstract=True):
    """`tensor[...]`, whose key stands in `slice_spec`."""

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        key = kwargs.get("slice_spec", args[1] if len(args) > 1 else None)
        return (args[0] if args else kwargs.get("tensor"), _key(key)), {}

    def output(self, *args: Any, **kwargs: Any) -> Any:
        """The shape of the part; of a tensor of sizes, with the sizes that are left."""
        if args and isinstance(args[0], Sizes) and args[0].sizes:
            try:
                return item_of_sizes(args[0], self.arguments(args, kwargs)[0][1])
            except ODD:
                return None
        return super().output(*args, **kwargs)


def _is_tensor(value: Any) -> bool:
    return (isinstance(value, tuple | int | float | Constant) and not isinstance(value, bool)) or hasattr(value, "ndim")


_OPERANDS = ("x", "y", "a", "b", "filter", "filters")


def _is_array(value: Any) -> bool:
    """Whether a list in a config is an array of numbers."""
    while isinstance(value, list) and value:
        value = value[0]
    return isinstance(value, int | float)


def without_ends(value: Any) -> Any:
    """Windows without the 1 for batch and channels that TensorFlow lets people write."""
    return value[1:-1] if isinstance(value, list) and len(value) > 2 and value[0] == value[-1] == 1 else value


def from_begin(begin: list[int], size: list[int]) -> list[slice]:
    return [slice(start, None if count == -1 else start + count) for start, count in zip(begin, size, strict=True)]


def _split(named: dict[str, Any]) -> dict[str, Any]:
    """TensorFlow gives the sizes of the parts, NumPy where to cut."""
    parts = named.get("num_or_size_splits", named.get("num_split", 1))
    if isinstance(parts, list):
        parts = [sum(parts[: index + 1]) for index in range(len(parts) - 1)]
    return {"indices_or_sections": parts, "axis": named.get("axis", 0)}


def transposed(args: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    found = []
    for side, old, shape in zip("ab", "xy", args[:2], strict=True):
        turn = named.get(f"transpose_{side}") or named.get(f"adj_{old}") or named.get(f"adjoint_{side}")
        turned = shape.swapaxes(-1, -2) if hasattr(shape, "swapaxes") else (*shape[:-2], shape[-1], shape[-2])
        found.append(turned if turn else shape)
    return tuple(found)


def _key(key: Any) -> Any:
    """Slices, which tf.keras writes as objects with start, stop and step."""
    if isinstance(key, list):
        return [_key(item) for item in key]
    if isinstance(key, dict):
        if {"start", "stop", "step"} <= key.keys():
            return slice(key["start"], key["stop"], key["step"])
        return Ellipsis if key.get("class_name") == "__ellipsis__" else key
    return key


def strided(bounds: list[Any], attributes: dict[str, Any]) -> list[Any]:
    """begin, end and strides with their bit masks, as an index."""
    begin, end, strides = (each if isinstance(each, list) else [each] for each in bounds)
    masks = {
        name: int(attributes.get(f"{name}_mask", 0)) for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    found: list[Any] = []
    for index, (start, stop, step) in enumerate(zip(begin, end, strides, strict=True)):
        bit = 1 << index
        if masks["ellipsis"] & bit:
            found.append(Ellipsis)
        elif masks["new_axis"] & bit:
            found.append(None)
        elif masks["shrink_axis"] & bit:
            found.append(start)
        else:
            found.append(slice(None if masks["begin"] & bit else start, None if masks["end"] & bit else stop, step))
    return found
