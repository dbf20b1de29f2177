"""Functions on tensors as nodes of a graph: keras.ops in Keras 3 models, and TensorFlow functions in tf.keras models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.layer import Constant, Layer
from densecli.layers.operations import products, shapes
from densecli.layers.operations.shapes import shape_of
from densecli.layers.operations.table import OPERATIONS
from densecli.names import ACTIVATION_FLOPS, DTYPE_BYTES
from densecli.shape import product, size, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from densecli.layers.operations.table import Rule
    from densecli.shape import Shape

# What a rule raises on arguments that it was not made for.
ODD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
MATRIX = (
    "Matmul",
    "Dot",
    "Tensordot",
    "Conv",
    "DepthwiseConv",
    "Einsum",
    "Outer",
    "SeparableConv",
    "DotProductAttention",
)


class Operation(Layer, abstract=True):
    """A function on tensors. What is not in the table is shown with the shape that its file tells, if it does."""

    takes = "any"
    family = "operations"
    written: dict[str, Any] | None = None  # what the file says of a function of TensorFlow, for whoever writes it again
    weightless = True
    keeps_integers = True
    defaults = {"trainable": True, "dtype": "float32", "autocast": False, "activity_regularizer": None}  # noqa: RUF012  # as every layer's

    def __init__(self, rule: str, config: dict[str, Any], type_name: str = "") -> None:
        super().__init__()
        self.rule, self.type_name = rule, type_name or rule
        self.config = {key: value for key, value in config.items() if key not in ("name", "trainable")}

    def named(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        return self.config | kwargs

    def entry(self) -> Rule | None:
        """The rules of the function; None where there are none for it."""
        return OPERATIONS.get(self.rule)

    def output(self, /, *args: Any, **kwargs: Any) -> Any:
        """The rule's answer; None where the arguments are none that the rule knows."""
        known = self.entry()
        if known is None or not (args or kwargs):
            return None
        try:
            found = known[0](*self.arguments(args, kwargs))
        except ODD:
            return None
        return found if _sound(found) else None

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """A call's arguments as keras.ops has them: tensors by position, the rest by name."""
        return args or tuple(kwargs.values()), self.named(kwargs)

    def forward(self, ops: ModuleType, weights: Mapping[str, Any], /, *args: Any, **kwargs: Any) -> Any:
        found = ops.operation(self.rule, *self.arguments(args, kwargs))
        arrays = found if isinstance(found, list) else [found]
        inputs = [str(each.dtype) for each in ops.arrays_in([args, kwargs])]
        dtypes = self.call_dtype(args, kwargs, tuple(inputs))
        each = dtypes if isinstance(dtypes, list) else [dtypes] * len(arrays)
        cast = [ops.in_dtype(array, dtype) for array, dtype in zip(arrays, each, strict=True)]
        return cast if isinstance(found, list) else cast[0]

    def output_dtype(self, *dtypes: str) -> str | list[str]:
        kind = (self.entry() or OPERATIONS[self.rule])[1]
        first = dtypes[0] if dtypes else "float32"
        if kind == "cast":
            wanted = self.config.get("dtype")
            usual = "float32" if self.rule == "OneHot" else first
            return wanted if isinstance(wanted, str) and wanted in DTYPE_BYTES else usual
        if kind == "float":
            joined = promoted(dtypes)
            return joined if "float" in joined or "complex" in joined else "float32"
        if kind == "total" and "float" not in first:  # as Keras 3.15.1, which makes int64 sums int32, but not products
            return "int64" if first == "int64" and self.rule in ("Prod", "Nanprod") else "int32"
        if kind == "topk":
            return [first, "int32"]
        number = "int32" if first == "bool" else first
        return {"same": first, "total": first, "number": number, "promote": promoted(dtypes)}.get(kind, kind)

    def call_dtype(self, args: tuple[Any, ...], kwargs: dict[str, Any], dtypes: tuple[str, ...]) -> str | list[str]:
        """Arrays and numbers beside the tensors count as operands."""
        rule, kind, _ = self.entry() or (None, None, None)
        if kind == "cast" and kwargs.get("dtype") in DTYPE_BYTES:
            return str(kwargs["dtype"])
        if rule is not shapes.broadcast or kind not in ("promote", "where"):
            return super().call_dtype(args, kwargs, dtypes)
        operands = [*args, *kwargs.values()][kind == "where" :]
        held = tuple(each.dtype for each in operands if isinstance(each, Constant))
        numbers = [each for each in operands if isinstance(each, int | float)]
        tensors = dtypes[kind == "where" :] + held
        return beside_numbers(tensors, numbers) if numbers else promoted(tensors)

    def macs(self, output: Any, /, *args: Any, **kwargs: Any) -> int | None:
        if self.rule not in MATRIX:
            return 0
        tensors = [shape_of(each) for each in args if not isinstance(each, str)]
        if self.rule == "Einsum":
            equation = self.config.get("subscripts", next((each for each in args if isinstance(each, str)), ""))
            return products.einsum_macs(equation, tensors)
        if self.rule in ("Matmul", "Dot") and len(tensors[0]) > 0:
            return times(size(output), tensors[0][-1])
        if self.rule == "Conv":
            return times(size(output), product(tensors[1][:-1]))
        if self.rule == "DepthwiseConv":
            return times(size(output), product(tensors[1][:-2]))
        return None

    def elementwise(self, output: Any, /, *args: Any, **kwargs: Any) -> int | None:
        flops = (self.entry() or OPERATIONS[self.rule])[2]
        if flops == 0:
            return 0
        counted = self.reduced_size(args) if flops is None else _total(output)
        return times(1 if flops is None else flops, counted)

    def reduced_size(self, args: tuple[Any, ...]) -> int | None:
        """One FLOP for each element that a reduction takes in."""
        rule = (self.entry() or OPERATIONS[self.rule])[0]
        return size(shape_of(args[0])) if rule in (shapes.reduced, shapes.moments) else None


def _sound(output: Any) -> bool:
    """Whether a rule gave sizes only: odd arguments may have led it astray."""
    if isinstance(output, list):
        return all(map(_sound, output))
    return output is None or all(each is None or isinstance(each, int) for each in output)


def _total(output: Any) -> int | None:
    if isinstance(output, list):
        sizes = [_total(each) for each in output]
        return None if any(each is None for each in sizes) else sum(each for each in sizes if each is not None)
    return size(output)


def promoted(dtypes: tuple[str, ...]) -> str:
    """The dtype of an element-wise result: floats win over integers, wider over narrower."""
    if not dtypes:
        return "float32"
    floats = [dtype for dtype in dtypes if "float" in dtype or "complex" in dtype]
    pool = floats or [dtype for dtype in dtypes if dtype != "bool"] or list(dtypes)
    if {"float16", "bfloat16"} <= set(pool):
        return "float32"
    return max(pool, key=lambda dtype: DTYPE_BYTES.get(dtype, 0))


def beside_numbers(dtypes: tuple[str, ...], numbers: list[int | float]) -> str:
    """The dtype of tensors with Python's numbers, which have no width: they bring in a kind and, in Keras 3.15.1, 32 bits."""
    kind = "float32" if any(isinstance(number, float) for number in numbers) else "int32"
    found = promoted(dtypes) if dtypes else kind
    if found == "bool" or (kind == "float32" and "int" in found):
        return kind
    return found.replace("64", "32")


def activation_of(name: str) -> str | None:
    """The operation that an activation of this name is."""
    return (
        next((rule for rule in OPERATIONS if rule.lower() == name.replace("_", "")), None)
        if name in ACTIVATION_FLOPS
        else None
    )


def inputs_of(args: tuple[Any, ...]) -> Iterator[Shape]:
    """Every shape among the arguments."""
    for each in args:
        if isinstance(each, tuple):
            yield each
        elif isinstance(each, list):
            yield from inputs_of(tuple(each))
