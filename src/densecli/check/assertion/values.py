"""Values of assertions: exact arithmetic, what may be compared, and how a value is shown."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from densecli.text import describe, quote

if TYPE_CHECKING:
    from collections.abc import Callable

ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: (
        left / right if isinstance(left, float) or isinstance(right, float) else Fraction(left) / right
    ),
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
    "**": lambda left, right: left**right if isinstance(left, float) else Fraction(left) ** right,
}
ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def exact(value: Any) -> Any:
    """Whole fractions become integers; infinite results raise OverflowError."""
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else value
    if isinstance(value, float) and value - value != 0.0:
        raise OverflowError
    return value


def bits(value: Any) -> int:
    if isinstance(value, Fraction):
        return max(value.numerator.bit_length(), value.denominator.bit_length())
    return value.bit_length() if isinstance(value, int) else 64


def length(value: Any) -> int:
    """The number of values in a list or record, including nested lists."""
    if isinstance(value, dict):
        return sum(1 + length(each) for each in value.values())
    return sum(1 + length(each) for each in value) if isinstance(value, list | tuple) else 0


def plain(value: Any) -> Any:
    """Treat lists and tuples alike."""
    return tuple(map(plain, value)) if isinstance(value, list | tuple) else value


def kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    kinds = (((int, float, Fraction), "a number"), (str, "text"), ((list, tuple), "a list"), (dict, "a record"))
    return next((word for types, word in kinds if isinstance(value, types)), describe(value))


def show(value: Any) -> str:
    """A value in a message: shapes as (None, 4), a layer by its name."""
    if isinstance(value, list | tuple):
        shown = [show(each) if each is not None else "None" for each in value[:8]]
        more = [f"… {len(value):,} in all"] if len(value) > 8 else []
        return f"({', '.join([*shown, *more])}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return f"{value.get('type', 'record')} {quote(str(value['name']))}" if "name" in value else "a record"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, Fraction):
        return f"{float(value):,.6g}" if bits(value) < 1_000 else "a fraction of many digits"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else describe(value).split(" ", 1)[-1]
