"""Nodes of TensorFlow's own graph as layers (TensorFlowOpLayer): what TensorFlow 2.0 to 2.3 made of functions on tensors."""

from __future__ import annotations

import binascii
from collections.abc import Callable
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from densecli.layer import Constant
from densecli.layers.operations.functions import ODD, Operation
from densecli.read.tensorflow.arguments import RENAMED, WINDOWS, from_begin, strided, transposed, without_ends
from densecli.read.tensorflow.names import rule_of
from densecli.read.tensorflow.rules import PRODUCTS, Sizes, item_of_sizes, rule_for, sizes_in

if TYPE_CHECKING:
    from densecli.layers.operations.table import Rule

# Texts of attributes, as JSON has bytes.
_TEXTS = {"TkNIVw==": "channels_first", "NCHW": "channels_first", "VkFMSUQ=": "valid", "U0FNRQ==": "same"}
_ALONG = {
    "Cumsum": 1,
    "Cumprod": 1,
    "GatherV2": 2,
    "Split": 0,
    "SplitV": 2,
    "ReverseV2": 1,
}  # the input that is the axis
LONGEST = len(str(-(2**63)))  # of a number in an attribute


class NodeOperation(Operation, abstract=True):
    """A node: its attributes are in `node_def`, its constant inputs in `constants` by their position."""

    def __init__(self, config: dict[str, Any]) -> None:
        node = config.get("node_def")
        node = node if isinstance(node, dict) else {}
        self.op = str(node.get("op", ""))
        attributes = node.get("attr")
        found = _attributes(attributes if isinstance(attributes, dict) else {})
        super().__init__(rule_of(self.op), found, "TensorFlowOpLayer")
        constants = config.get("constants")
        constants = constants if isinstance(constants, dict) else {}
        self.constants = {at: value for key, value in constants.items() if (at := _whole(key)) is not None}
        self.own = rule_for(self.op)

    def entry(self) -> Rule | None:
        return self.own or super().entry()

    def inputs(self, args: tuple[Any, ...]) -> list[Any]:
        """Tensors and constants by their position."""
        found = list(args[0]) if len(args) == 1 and isinstance(args[0], list) else list(args)
        for position in sorted(self.constants):
            found.insert(position, self.constants[position])
        return found

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        inputs = self.inputs(args)
        along = _ALONG.get(self.op)
        axis = {} if along is None else {"axis": inputs[along]}
        arranged = _ARRANGED.get(self.op)
        return tuple(arranged(inputs, self.config) if arranged else inputs), self.named(axis | kwargs)

    def output(self, /, *args: Any, **kwargs: Any) -> Any:
        """The rule's answer; of a tensor of sizes, with the sizes that are left."""
        if self.op == "StridedSlice" and args and isinstance(args[0], Sizes):
            try:
                return item_of_sizes(args[0], strided(self.inputs(args)[1:], self.config))
            except ODD:
                return None
        return super().output(*args, **kwargs)

    def macs(self, output: Any, /, *args: Any, **kwargs: Any) -> int | None:
        if self.own is not None and self.own[0] in PRODUCTS:
            return None
        return super().macs(output, *self.arguments(args, kwargs)[0])


Arranged = Callable[[list[Any], dict[str, Any]], list[Any]]
# The inputs in keras.ops' order, where it differs. Those that only give an axis are dropped.
_ARRANGED: dict[str, Arranged] = {
    "ConcatV2": lambda inputs, _: [inputs[:-1], inputs[-1]],
    "Pack": lambda inputs, _: [inputs],
    "Split": lambda inputs, config: [inputs[1], config.get("num_split", 1)],
    "SplitV": lambda inputs, _: [inputs[0], list(accumulate(inputs[1]))[:-1]],
    "StridedSlice": lambda inputs, config: [inputs[0], strided(inputs[1:], config)],
    "Slice": lambda inputs, _: [inputs[0], from_begin(*inputs[1:])],
    "Conv2DBackpropInput": lambda inputs, _: inputs[::-1],
}
_ARRANGED |= dict.fromkeys(("Reshape", "Tile", "BroadcastTo"), lambda inputs, _: [inputs[0], sizes_in(inputs[1])])
_ARRANGED |= dict.fromkeys(
    ("BatchMatMulV2", "BatchMatMul", "MatMul"), lambda inputs, config: list(transposed(tuple(inputs), config))
)
_ARRANGED |= dict.fromkeys(("Conv2D", "DepthwiseConv2dNative"), lambda inputs, _: [inputs[0], _array(inputs[1])])
_ARRANGED |= dict.fromkeys(
    ("Cumsum", "Cumprod", "Fill", "MatrixDiagPartV3", "MatrixDiagV3", "ReverseV2"), lambda inputs, _: inputs[:1]
)
_ARRANGED |= dict.fromkeys(("GatherV2", "InTopKV2"), lambda inputs, _: inputs[:2])


def _array(value: Any) -> Any:
    return Constant(value) if isinstance(value, list) else value


def _attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a node that affect shapes, under the names of keras.ops."""
    found: dict[str, Any] = {}
    for key, value in attributes.items():
        kind, raw = next(iter(value.items()), ("", None)) if isinstance(value, dict) else ("", None)
        name = "axis" if key == "squeeze_dims" else RENAMED.get(key, key)
        if kind == "i" and (number := _whole(raw)) is not None:
            found[key] = number
        elif kind == "b":
            found[name] = raw is True
        elif kind == "s" and isinstance(raw, str):
            found |= _text(key, raw)
        elif kind == "list" and isinstance(raw, dict) and isinstance(raw.get("i"), list):
            numbers = [number for each in raw["i"] if (number := _whole(each)) is not None]
            found[name] = without_ends(numbers) if name in WINDOWS else numbers
    return found


def _whole(raw: Any) -> int | None:
    """An integer, which JSON stores as text if it may need 64 bits."""
    text = str(raw)
    return int(text) if len(text) <= LONGEST and text.isascii() and text.removeprefix("-").isdigit() else None


def _text(key: str, raw: str) -> dict[str, str]:
    if key == "equation":
        try:
            return {"subscripts": binascii.a2b_base64(raw).decode("ascii")}
        except ValueError:
            return {}
    if key == "data_format":
        return {key: _TEXTS.get(raw, "channels_last")}
    return {key: _TEXTS[raw]} if key == "padding" and raw in _TEXTS else {}
