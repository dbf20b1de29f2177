"""TensorFlow functions that tf.keras put into its graphs: TFOpLambda, SlicingOpLambda and TensorFlowOpLayer.

Each is an Operation under the name that keras.ops has for it; a function without one is shown without a shape.
"""

from __future__ import annotations

from typing import Any

from densecli.layer import Constant
from densecli.layers.operations import OPERATIONS, Operation

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
    "squareddifference": "SquaredDifference", "stopgradient": "StopGradient", "stridedslice": "GetItem", "sub": "Subtract",
    "subtract": "Subtract", "swish": "Silu", "truediv": "Divide", "unpack": "Unstack", "multiply": "Multiply",
    "addn": "Add", "reverse": "Flip", "reversev2": "Flip", "flipleftright": "Flip", "flipupdown": "Flip", "slice": "GetItem",
    "avgpool": "AveragePool", "avgpool1d": "AveragePool", "avgpool2d": "AveragePool", "avgpool3d": "AveragePool",
    "maxpool1d": "MaxPool", "maxpool2d": "MaxPool", "maxpool3d": "MaxPool", "shapev2": "Shape",
    "convolution": "Conv", "conv2d": "Conv", "depthtospace": "DepthToSpace", "spacetodepth": "SpaceToDepth",
}  # fmt: skip
_BY_NAME = {name.lower(): name for name in OPERATIONS}
_RENAMED = {
    "keepdims": "keepdims",
    "keep_dims": "keepdims",
    "multiples": "repeats",
    "paddings": "pad_width",
    "perm": "axes",
    "depth": "num_classes",
    "ksize": "pool_size",
}
_SIZES = {"Reshape": "shape", "BroadcastTo": "shape"}  # arguments that hold sizes, each of which may be a tensor
_NHWC, _NCHW = ("TkhXQw==", "NHWC"), ("TkNIVw==", "NCHW")


def operation(class_name: str, config: dict[str, Any]) -> Operation:
    """The operation behind one of the classes that tf.keras wrapped functions in."""
    if class_name == "TensorFlowOpLayer":
        return NodeOperation(config)
    function = config.get("function")
    if class_name == "SlicingOpLambda" or function == "__operators__.getitem":
        return Slicing("GetItem", {}, class_name)
    name = str(function if function is not None else config.get("attr_name", ""))
    return Function(rule_of(name), {}, class_name)


def rule_of(name: str) -> str:
    """The keras.ops class of a TensorFlow function: `math.reduce_mean` -> Mean; the name itself where there is none."""
    last = name.rpartition(".")[2].replace("_", "").lower()
    return _NAMES.get(last) or _BY_NAME.get(last) or name


class Function(Operation, abstract=True):
    """A TensorFlow function with its own argument names."""

    def named(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        found = {_RENAMED.get(key, key): value for key, value in (self.config | kwargs).items() if value is not None}
        if self.rule == "Split":
            return _split(found)
        if self.rule in _SIZES and _SIZES[self.rule] in found:
            found["shape"] = _sizes(found["shape"])
        if "data_format" in found:
            found["data_format"] = "channels_first" if str(found["data_format"]).startswith("NC") else "channels_last"
        return found

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if self.rule == "Matmul" and any((self.config | kwargs).get(f"transpose_{side}") for side in "ab"):
            args = (*args, *(kwargs[key] for key in ("a", "b") if key in kwargs))
            return super().arguments(_transposed(args, self.config | kwargs), {})
        if "begin" in kwargs and "size" in kwargs:  # tf.slice
            return (*args, _from_begin(kwargs["begin"], kwargs["size"])), {}
        if self.rule == "Add" and len(args) == 1 and isinstance(args[0], list):  # tf.add_n
            args = tuple(args[0])
        rest = {
            key: Constant(value) if key in _OPERANDS and _is_array(value) else value for key, value in kwargs.items()
        }
        names = ("x", "y", "a", "b", "values", "input", "indices")
        tensors = [rest.pop(key) for key in names if _is_tensor(rest.get(key))]
        return super().arguments((*args, *tensors), rest)

    def output_dtype(self, *dtypes: str) -> str | list[str]:
        return super().output_dtype(*dtypes)


class Slicing(Operation, abstract=True):
    """`tensor[...]`, whose key stands in `slice_spec`."""

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        key = kwargs.get("slice_spec", args[1] if len(args) > 1 else None)
        return (args[0] if args else kwargs.get("tensor"), _key(key)), {}


class NodeOperation(Operation, abstract=True):
    """A node of TensorFlow's own graph: attributes in `node_def`, constant inputs by their position."""

    def __init__(self, config: dict[str, Any]) -> None:
        node = config.get("node_def")
        node = node if isinstance(node, dict) else {}
        op = str(node.get("op", ""))
        attributes = node.get("attr")
        super().__init__(
            rule_of(op), _attributes(attributes if isinstance(attributes, dict) else {}), "TensorFlowOpLayer"
        )
        constants = config.get("constants")
        self.constants = (
            {int(key): value for key, value in constants.items() if str(key).isdigit()}
            if isinstance(constants, dict)
            else {}
        )
        self.op = op

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        tensors = list(args[0]) if len(args) == 1 and isinstance(args[0], list) else list(args)
        for position in sorted(self.constants):
            tensors.insert(position, self.constants[position])
        return tuple(self.arranged(tensors)), self.named(kwargs)

    def arranged(self, inputs: list[Any]) -> list[Any]:
        """The inputs in the order of keras.ops."""
        match self.op:
            case "ConcatV2":
                found = [inputs[:-1], inputs[-1]]
            case "Pack":
                found = [inputs]
            case "Reshape":
                found = [inputs[0], _sizes(inputs[1])]
            case "Split":
                self.config["axis"] = inputs[0]
                found = [inputs[1], self.config.get("num_split", 1)]
            case "StridedSlice":
                found = [inputs[0], _strided(inputs[1:], self.config)]
            case "BatchMatMulV2" | "BatchMatMul" | "MatMul":
                found = list(_transposed(tuple(inputs), self.config))
            case _:
                found = inputs
        return found


def _is_tensor(value: Any) -> bool:
    return (isinstance(value, tuple | int | float | Constant) and not isinstance(value, bool)) or hasattr(value, "ndim")


_OPERANDS = ("x", "y", "a", "b")


def _is_array(value: Any) -> bool:
    """Whether a list in a config is an array of numbers."""
    while isinstance(value, list) and value:
        value = value[0]
    return isinstance(value, int | float)


def _sizes(wanted: Any) -> Any:
    """Sizes of which some, or all, are tensors, which nobody knows the numbers of."""
    if isinstance(wanted, tuple):
        return [None] * wanted[0]
    return [None if isinstance(size, tuple) else size for size in wanted] if isinstance(wanted, list) else wanted


def _from_begin(begin: list[int], size: list[int]) -> list[slice]:
    return [slice(start, None if count == -1 else start + count) for start, count in zip(begin, size, strict=True)]


def _split(named: dict[str, Any]) -> dict[str, Any]:
    """TensorFlow gives the sizes of the parts, NumPy where to cut."""
    parts = named.get("num_or_size_splits", named.get("num_split", 1))
    if isinstance(parts, list):
        parts = [sum(parts[: index + 1]) for index in range(len(parts) - 1)]
    return {"indices_or_sections": parts, "axis": named.get("axis", 0)}


def _transposed(args: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
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


def _attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a node that decide about shapes, under the names of keras.ops."""
    found: dict[str, Any] = {}
    for key, value in attributes.items():
        kind, raw = next(iter(value.items()), ("", None)) if isinstance(value, dict) else ("", None)
        if kind == "i" and str(raw).lstrip("-").isdigit():
            found[key] = int(str(raw))
        elif kind == "b":
            found[_RENAMED.get(key, key)] = raw is True
        elif kind == "s" and key == "data_format":
            found[key] = "channels_first" if raw in _NCHW else "channels_last"
        elif kind == "list" and isinstance(raw, dict) and isinstance(raw.get("i"), list):
            found["axis" if key == "squeeze_dims" else key] = [
                int(each) for each in raw["i"] if str(each).lstrip("-").isdigit()
            ]
    return found


def _strided(bounds: list[Any], attributes: dict[str, Any]) -> list[Any]:
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
