"""Operators on Python's own values, with a limit on the size of results."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from densecli.read.python.values import Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.read.python.interpreter import Interpreter

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add, "Sub": operator.sub, "Mult": operator.mul, "Div": operator.truediv,
    "FloorDiv": operator.floordiv, "Mod": operator.mod, "Pow": operator.pow, "LShift": operator.lshift,
    "RShift": operator.rshift, "BitOr": operator.or_, "BitAnd": operator.and_, "BitXor": operator.xor,
    "MatMult": operator.matmul,
}  # fmt: skip
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "Eq": operator.eq, "NotEq": operator.ne, "Lt": operator.lt, "LtE": operator.le, "Gt": operator.gt, "GtE": operator.ge,
}  # fmt: skip
UNARY: dict[str, Callable[[Any], Any]] = {"USub": operator.neg, "UAdd": operator.pos, "Invert": operator.invert}
REFLECTED = {"Lt": "Gt", "LtE": "GtE", "Gt": "Lt", "GtE": "LtE"}
LONGEST = 1_000_000  # maximum length of a list or string that an operator makes
WIDEST = 4_096  # maximum bits of an integer
ODD = (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, MemoryError)


def binary(run: Interpreter, name: str, left: Any, right: Any) -> Any:
    """The result of an operator, by the name of its ast node."""
    if isinstance(left, Unknown):
        return left.derived("…")
    if isinstance(right, Unknown):
        return right.derived("…")
    if isinstance(left, Value) or isinstance(right, Value):
        return _of_values(run, name, left, right)
    if not _bounded(name, left, right):
        return run.unknown("the result of this operator is larger than densecli computes")
    if name == "Mod" and isinstance(left, str):
        return run.catalog.percent(run, left, right)
    try:
        return BINARY[name](left, right)
    except ODD as error:
        return run.unfit(str(error), type(error).__name__)


def _of_values(run: Interpreter, name: str, left: Any, right: Any) -> Any:
    found: Any = NotImplemented
    if isinstance(left, Value):
        found = left.binary(run, name, right, reflected=False)
    if found is NotImplemented and isinstance(right, Value):
        found = right.binary(run, name, left, reflected=True)
    return run.unknown("densecli does not know the operator on these values") if found is NotImplemented else found


def _bounded(name: str, left: Any, right: Any) -> bool:
    if isinstance(left, int) and isinstance(right, int):
        if name == "Pow":
            return abs(left) <= 1 or abs(right) * left.bit_length() <= WIDEST
        if name == "LShift":
            return right <= WIDEST and left.bit_length() <= WIDEST
        return left.bit_length() + right.bit_length() <= 2 * WIDEST
    sized = next((each for each in (left, right) if isinstance(each, str | bytes | list | tuple)), None)
    if sized is None:
        return True
    other = right if sized is left else left
    if name == "Mod" and isinstance(left, bytes):
        return False
    if name == "Mult":
        return isinstance(other, int) and len(sized) * max(other, 0) <= LONGEST
    return not hasattr(other, "__len__") or len(sized) + len(other) <= LONGEST


def unary(run: Interpreter, name: str, value: Any) -> Any:
    if name == "Not":
        truth = run.truth(value)
        return negated(truth) if isinstance(truth, Unknown) else not truth
    if isinstance(value, Value):
        return value.unary(run, name)
    try:
        return UNARY[name](value)
    except ODD as error:
        return run.unfit(str(error), type(error).__name__)


def negated(truth: Unknown) -> Unknown:
    found = truth.derived("…")
    found.fresh = None if truth.fresh is None else not truth.fresh
    return found


def compare(run: Interpreter, name: str, left: Any, right: Any) -> Any:
    if name in ("Is", "IsNot"):
        return _identity(left, right, wanted=name == "Is")
    if name in ("In", "NotIn"):
        return _membership(run, left, right, wanted=name == "In")
    if isinstance(left, Unknown):
        return left.derived("…")
    if isinstance(right, Unknown):
        return right.derived("…")
    if isinstance(left, Value) or isinstance(right, Value):
        return _compare_values(run, name, left, right)
    try:
        return COMPARE[name](left, right)
    except ODD as error:
        return run.unfit(str(error), type(error).__name__)


def _compare_values(run: Interpreter, name: str, left: Any, right: Any) -> Any:
    found: Any = NotImplemented
    if isinstance(left, Value):
        found = left.compare(run, name, right, reflected=False)
    if found is NotImplemented and isinstance(right, Value):
        found = right.compare(run, REFLECTED.get(name, name), left, reflected=True)
    if found is not NotImplemented:
        return found
    if name in ("Eq", "NotEq"):
        return (left is right) == (name == "Eq")
    return run.unknown("densecli cannot compare these values")


def _identity(left: Any, right: Any, *, wanted: bool) -> Any:
    for each in (left, right):
        if isinstance(each, Unknown):
            return each.derived("…")
    same = left is right
    if isinstance(left, int | float | str | tuple) and type(left) is type(right):
        same = left == right
    return same == wanted


def _membership(run: Interpreter, item: Any, container: Any, *, wanted: bool) -> Any:
    for each in (item, container):
        if isinstance(each, Unknown):
            return each.derived("…")
    if isinstance(container, str) or (isinstance(container, dict | set | frozenset) and not isinstance(item, Value)):
        try:
            return (item in container) == wanted
        except TypeError as error:
            return run.unfit(str(error))
    items = run.listed(container)
    if isinstance(items, Unknown):
        return items
    for each in items:
        same = True if each is item else compare(run, "Eq", each, item)
        if isinstance(same, Unknown):
            return same
        if run.truth(same) is True:
            return wanted
    return not wanted
