"""The arguments of functions on tensors by the names of keras.ops, whatever keras.backend and TensorFlow call them."""

from __future__ import annotations

from typing import Any

from densecli.layers.operations.constructors import parted

# Functions that take tensors only.
PLAIN = {
    rule: names.split()
    for names, rules in {
        "x": "Absolute Abs Negative Sign Square Relu Relu6 Copy Ceil Cos Exp Expm1 Floor Log Log10 Log1p Log2 Reciprocal Rsqrt Sin "
             "Sqrt Tan Tanh Erf Sigmoid Softplus Softsign Silu LogSigmoid HardSigmoid HardSilu Selu LogicalNot Ravel",
        "x1 x2": "Add Subtract Multiply Maximum Minimum Power Mod FloorDivide Divide TrueDivide Equal NotEqual Greater GreaterEqual "
                 "Less LessEqual LogicalAnd LogicalOr LogicalXor Matmul Dot SquaredDifference",
        "condition x y": "Where",
    }.items()
    for rule in rules.split()
}  # fmt: skip
# Other names of the tensors, and of what follows, in keras.backend and TensorFlow.
TENSORS = (
    frozenset(
        {"input", "input_tensor", "value", "values", "tensor", "tensors", "params", "reference", "x", "a", "images", "logits", "indices"}
    ),
    frozenset({"x1", "y", "b", "labels", "then_expression"}),
    frozenset({"x2", "else_expression"}),
)  # fmt: skip
ALIASES = {
    "dim": "axis", "dimension": "axis", "reduction_indices": "axis", "keep_dims": "keepdims", "perm": "axes", "pattern": "axes", "multiples": "repeats", "rep": "repeats", "depth": "num_classes",
    "num_or_size_splits": "indices_or_sections", "paddings": "pad_width", "clip_value_min": "x_min", "clip_value_max": "x_max",
    "min_value": "x_min", "max_value": "x_max", "ksize": "pool_size",
}  # fmt: skip
IDLE = frozenset(
    {"name", "exclusive", "validate_indices", "output_type", "conjugate", "on_value", "off_value"}
)  # without a bearing on shapes


def names_of(rule: str) -> tuple[list[str], int]:
    """The parameters of an operation, and how many of them are tensors at the front."""
    if rule in PLAIN:
        return PLAIN[rule], len(PLAIN[rule])
    known = [] if rule == "Einsum" else parted(rule)  # einsum takes any number of tensors, after a string
    return [name for name, _ in known], next((at for at, (_, is_made) in enumerate(known) if is_made), len(known))


def bound(rule: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """A call with its tensors by position and the rest by the names of keras.ops."""
    kwargs = {key: value for key, value in kwargs.items() if key not in IDLE}
    names, tensors = names_of(rule)
    if not names:
        return args, kwargs
    for index, name in enumerate(names[:tensors]):
        others = TENSORS[index].difference(names) if index < len(TENSORS) else ()
        key = next((each for each in kwargs if each == name or each in others), None)
        if len(args) == index and key is not None:
            args = (*args, kwargs.pop(key))
    named = {_own(key, names): value for key, value in kwargs.items()}
    return args[:tensors], dict(zip(names[tensors:], args[tensors:], strict=False)) | named


def _own(key: str, names: list[str]) -> str:
    """A parameter by its name in keras.ops."""
    if key == "shape" and "newshape" in names:
        return "newshape"
    return key if key in names else ALIASES.get(key, key)


def foreign(rule: str, kwargs: dict[str, Any]) -> str | None:
    """An argument that the operation doesn't have: what it changes is not known."""
    names, _ = names_of(rule)
    return next((key for key in kwargs if key not in names), None) if names else None
