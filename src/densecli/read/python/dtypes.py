"""The dtypes of arrays, as NumPy combines them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python.values import Value

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter

ORDER = [
    "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float64", "complex64",
    "complex128", "str", "object",
]  # fmt: skip
SIGNED = {
    "uint8": "int16",
    "uint16": "int32",
    "uint32": "int64",
    "uint64": "float64",
}  # for an integer of as many bits and a sign
EXACT = {
    "float16": ("bool", "uint8", "int8"),
    "float32": ("bool", "uint8", "int8", "uint16", "int16"),
}  # the range of floats


def joined(one: str, other: str) -> str:
    """The common dtype of both, by NumPy's promotion rules."""
    low, high = sorted((one, other), key=lambda each: ORDER.index(each) if each in ORDER else len(ORDER))
    if f"u{high}" == low:
        return SIGNED[low]
    if "int" not in low or low in EXACT.get(high, (low,)):
        return high
    return "float32" if high == "float16" and low.endswith("16") else "float64"


def beside(number: float, dtype: str) -> str:
    """The dtype of an array after an operation with a plain number, which has none of its own."""
    if isinstance(number, bool) or "float" in dtype or "complex" in dtype or dtype not in ORDER:
        return dtype
    return "float64" if isinstance(number, float) else "int64" if dtype == "bool" else dtype


def reduced_dtype(name: str, dtype: str) -> str:
    """The dtype of a reduction's result."""
    if name in ("any", "all"):
        return "bool"
    if name in ("argmax", "argmin"):
        return "int64"
    if name in ("sum", "prod") and dtype in ("bool", "int8", "int16", "int32"):
        return "int64"
    if name in ("sum", "prod") and dtype == "uint8":
        return "uint64"
    return "float64" if name in ("mean", "std", "var", "median") and not dtype.startswith("float") else dtype


def dtype_name(value: Any) -> str | None:
    """A dtype argument by its name."""
    return value.name if isinstance(value, Dtype) else value if isinstance(value, str) else None


def dtype_of(value: Any) -> str:
    return {bool: "bool", int: "int64", float: "float64", str: "str"}.get(type(value), "object")


PLAIN: dict[str, Any] = {"int": int, "uint": int, "float": float, "bool": bool}


class Dtype(Value):
    """A dtype as an object: np.float32. Calling it converts."""

    __slots__ = ("name",)
    kind = "dtype"

    def __init__(self, name: str) -> None:
        self.name = name

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        value: Any = args[0] if args else 0
        if hasattr(value, "of"):
            return value.of(value.shape, self.name)
        kind = PLAIN.get(self.name.rstrip("0123456789"))
        if kind is None or not isinstance(value, int | float):
            return value
        try:
            return kind(value)
        except (OverflowError, ValueError) as error:  # of infinity
            return run.unfit(str(error), type(error).__name__)

    def get(self, run: Interpreter, name: str) -> Any:
        return self.name if name in ("name", "__name__") else super().get(run, name)

    def config(self) -> Any:
        return self.name

    def compare(self, run: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        same = self.name == dtype_name(other)
        return same if operator == "Eq" else not same
