"""Symbolic tensors: an output of one call of one layer, with its shape and dtype."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python.arrays import Array
from densecli.read.python.plain import Constantly, Dims
from densecli.read.python.values import Unknown, Value, mapped, unknown_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.errors import DenseError
    from densecli.graph.graph import Ref
    from densecli.read.python.interpreter import Interpreter
    from densecli.shape import Shape

# Python's operators and the Keras operations they become.
OPERATORS = {
    "Add": "Add", "Sub": "Subtract", "Mult": "Multiply", "Div": "TrueDivide", "FloorDiv": "FloorDivide", "Mod": "Mod",
    "Pow": "Power", "MatMult": "Matmul", "BitAnd": "LogicalAnd", "BitOr": "LogicalOr", "BitXor": "LogicalXor",
}  # fmt: skip
UNARY = {"USub": "Negative", "Invert": "LogicalNot", "Abs": "Absolute"}
COMPARISONS = {
    "Eq": "Equal", "NotEq": "NotEqual", "Lt": "Less", "LtE": "LessEqual", "Gt": "Greater", "GtE": "GreaterEqual",
}  # fmt: skip
MIRRORED = {"Less": "Greater", "LessEqual": "GreaterEqual", "Greater": "Less", "GreaterEqual": "LessEqual"}


class Tensor(Value):
    """A KerasTensor. `error` says why it is unknown; its shape is None if only running code could determine it."""

    __slots__ = ("dtype", "error", "home", "mask", "name", "ref", "shape")
    kind = "tensor"

    def __init__(self, ref: Ref, shape: Shape | None, dtype: str, error: DenseError | None = None) -> None:
        self.ref, self.shape, self.dtype, self.error = ref, shape, dtype, error
        self.mask: Tensor | None = None
        self.home: Any = None  # the custom layer's inner graph that it belongs to
        self.name = ""

    def get(self, run: Interpreter, name: str) -> Any:
        if name in ("shape", "_keras_shape"):
            return self.dims(run)
        if name in ("get_shape", "_shape_tuple"):
            return Constantly(self.dims(run))
        if name == "dtype":
            return self.dtype
        if name in ("ndim", "rank"):
            return self.dims(run) if self.shape is None else len(self.shape)
        if name == "name":
            return self.name or run.unknown("densecli does not number the names of tensors")
        if name == "_keras_mask":
            return self.mask
        return super().get(run, name)

    def dims(self, run: Interpreter) -> Dims | Unknown:
        return run.unknown("the shape of this tensor is unknown") if self.shape is None else Dims(self.shape)

    def item(self, run: Interpreter, key: Any) -> Any:
        keys = list(key) if isinstance(key, tuple) else [key]  # a tuple would be a shape
        return run.session.operation("GetItem", [self, keys], {})

    def iterate(self, run: Interpreter) -> Iterator[Any] | Unknown:
        if self.shape is None or not self.shape or self.shape[0] is None:
            return run.unknown("a symbolic tensor cannot be iterated over")
        return iter([self.item(run, index) for index in range(self.shape[0])])

    def length(self, run: Interpreter) -> Any:
        return (
            self.shape[0]
            if self.shape and self.shape[0] is not None
            else run.unknown("a symbolic tensor has no length")
        )

    def truth(self, run: Interpreter) -> bool | Unknown:
        return run.unknown("a symbolic tensor is neither true nor false")

    def binary(self, run: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        if operator not in OPERATORS or isinstance(other, Unknown):
            return NotImplemented
        return run.session.operation(OPERATORS[operator], [other, self] if reflected else [self, other], {})

    def unary(self, run: Interpreter, operator: str) -> Any:
        rule = UNARY.get(operator)
        return super().unary(run, operator) if rule is None else run.session.operation(rule, [self], {})

    def compare(self, run: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        if operator not in COMPARISONS:
            return NotImplemented
        if operator == "Eq" and run.session.tracing is None:
            return self is other  # a KerasTensor has no __eq__
        rule = COMPARISONS[operator]
        return run.session.operation(MIRRORED.get(rule, rule) if reflected else rule, [self, other], {})


def tensors_in(tree: Any) -> Iterator[Tensor]:
    """Every tensor in the arguments of a call, in order."""
    if isinstance(tree, Tensor):
        yield tree
    elif isinstance(tree, list | tuple):
        for each in tree:
            yield from tensors_in(each)
    elif isinstance(tree, dict):
        for key in sorted(tree, key=str):  # as Keras goes through a dict
            yield from tensors_in(tree[key])
    elif isinstance(tree, slice):
        yield from tensors_in((tree.start, tree.stop, tree.step))


def packed(structure: Any, tensors: Iterator[Any]) -> Any:
    """Tensors in the structure of others. Keras flattens a dict by sorted keys."""
    if isinstance(structure, dict):
        found = {key: packed(structure[key], tensors) for key in sorted(structure, key=str)}
        return {key: found[key] for key in structure}
    if isinstance(structure, list | tuple):
        return type(structure)([packed(each, tensors) for each in structure])
    return next(tensors)


def lost_in(run: Interpreter, tree: Any) -> Unknown | None:
    """Why a layer or function cannot tell its output: the first unknown among its arguments, or array of unknown shape."""
    lost: list[Array] = []
    mapped(tree, lambda each: lost.append(each) if isinstance(each, Array) and each.shape is None else None)
    return unknown_in(tree) or (lost[0].lost(run, ".shape") if lost else None)
