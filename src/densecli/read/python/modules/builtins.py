"""Python's builtin functions and classes."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from densecli.read.python import operators
from densecli.read.python.arrays import Array
from densecli.read.python.catalog import ENTRIES, known
from densecli.read.python.expressions import made_set
from densecli.read.python.operators import ODD
from densecli.read.python.plain import formatted, ordered, plain
from densecli.read.python.values import Foreign, Known, Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.read.python.interpreter import Interpreter


class Type(Known):
    """A builtin class: it converts, and `isinstance` knows it."""

    __slots__ = ("classes",)

    def __init__(self, name: str, rule: Any, classes: tuple[type, ...]) -> None:
        super().__init__(f"builtins.{name}", rule)
        self.classes = classes

    def get(self, run: Interpreter, name: str) -> Any:
        if name == "fromkeys":
            return Known("dict.fromkeys", from_keys)
        return super().get(run, name)


def converts(name: str, *classes: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def enter(rule: Callable[..., Any]) -> Callable[..., Any]:
        ENTRIES[f"builtins.{name}"] = Type(name, rule, classes)
        return rule

    return enter


def lost(value: Any) -> Unknown | None:
    return value if isinstance(value, Unknown) else None


def safely(run: Interpreter, function: Any, *args: Any, **kwargs: Any) -> Any:
    """A builtin on plain values; what Python raises, the source raises."""
    try:
        return function(*args, **kwargs)
    except ODD as error:
        return run.unfit(str(error)[:200], type(error).__name__)


# -- numbers and text ------------------------------------------------------------------
@converts("int", int)
def int_(run: Interpreter, value: Any = 0, *base: Any, **_: Any) -> Any:
    return _number(run, int, value, *base)


@converts("float", float)
def float_(run: Interpreter, value: Any = 0.0) -> Any:
    return _number(run, float, value)


@converts("bool", bool)
def bool_(run: Interpreter, value: Any = False) -> Any:
    truth = run.truth(value)
    return truth.derived("…") if isinstance(truth, Unknown) else truth


def _number(run: Interpreter, kind: Any, value: Any, *base: Any) -> Any:
    if isinstance(value, Array):
        value = (
            value.numbers
            if isinstance(value.numbers, int | float)
            else value.lost(run, "…")
            if value.shape is None
            else run.unknown("the numbers of this array are unknown")
        )
    if isinstance(value, Value):
        return (
            value
            if isinstance(value, Unknown)
            else run.unknown(f"densecli does not know the number of {value.shown()}")
        )
    if isinstance(value, str) and len(value) > 400:
        return run.unknown("this number is longer than densecli reads")
    return safely(run, kind, value, *base)


@converts("str", str)
def str_(run: Interpreter, value: Any = "", *_: Any) -> Any:
    return formatted(run, value, "", "s")


@known("builtins.repr")
def repr_(run: Interpreter, value: Any) -> Any:
    return formatted(run, value, "", "r")


@known("builtins.format")
def format_(run: Interpreter, value: Any, form: Any = "") -> Any:
    return formatted(run, value, form, "")


def _plainly(name: str, function: Any) -> None:
    """A function on plain values that needs no care of its own."""

    def rule(run: Interpreter, *args: Any) -> Any:
        if not plain(list(args)):
            return run.unknown(f"densecli does not know `{name}` of this")
        return safely(run, function, *args)

    known(f"builtins.{name}", partial=False)(rule)


for _name in ("round", "divmod", "chr", "ord", "hex", "oct", "bin", "complex"):
    _plainly(_name, getattr(builtins, _name))


@known("builtins.pow", partial=False)
def pow_(run: Interpreter, base: Any, exponent: Any) -> Any:
    return operators.binary(run, "Pow", base, exponent)


@known("builtins.abs")
def abs_(run: Interpreter, value: Any) -> Any:
    if isinstance(value, Value):
        return value if isinstance(value, Unknown) else value.unary(run, "Abs")
    return safely(run, abs, value)


# -- collections -----------------------------------------------------------------------
@converts("list", list)
def list_(run: Interpreter, items: Any = ()) -> Any:
    found = run.listed(items)
    return found.derived("…") if isinstance(found, Unknown) else found


@converts("tuple", tuple)
def tuple_(run: Interpreter, items: Any = ()) -> Any:
    found = run.listed(items)
    return found.derived("…") if isinstance(found, Unknown) else tuple(found)


@converts("set", set)
def set_(run: Interpreter, items: Any = ()) -> Any:
    found = run.listed(items)
    return found.derived("…") if isinstance(found, Unknown) else made_set(run, found)


ENTRIES["builtins.frozenset"] = ENTRIES["builtins.set"]


@converts("dict", dict)
def dict_(run: Interpreter, items: Any = (), **kwargs: Any) -> Any:
    if isinstance(items, dict):
        return {**items, **kwargs}
    pairs = run.listed(items)
    if isinstance(pairs, Unknown):
        return pairs.derived("…")
    found: dict[Any, Any] = {}
    for pair in pairs:
        both = run.listed(pair)
        if isinstance(both, Unknown) or len(both) != 2 or isinstance(both[0], Value):
            return run.unknown("densecli does not know the keys of this dict")
        try:
            found[both[0]] = both[1]
        except TypeError as error:  # a key that cannot be hashed
            return run.unfit(str(error))
    return {**found, **kwargs}


def from_keys(run: Interpreter, keys: Any, value: Any = None) -> Any:
    found = run.listed(keys)
    return found.derived("…") if isinstance(found, Unknown) else dict_(run, [(key, value) for key in found])


@converts("object", object)
def object_(run: Interpreter) -> Any:
    return run.unknown("a bare object")


ENTRIES["builtins.object"] = Foreign("builtins.object")


@known("builtins.len")
def len_(run: Interpreter, value: Any) -> Any:
    if isinstance(value, Value):
        return value.length(run)
    if isinstance(value, list | dict | set) and id(value) in run.session.blurred:
        return run.session.blurred[id(value)][1].derived(".length")
    return safely(run, len, value)


@known("builtins.range", "builtins.xrange", partial=False)
def range_(run: Interpreter, *bounds: Any) -> Any:
    return safely(run, range, *bounds)


@known("builtins.enumerate")
def enumerate_(run: Interpreter, items: Any, start: Any = 0) -> Any:
    found = run.listed(items)
    if isinstance(found, Unknown) or isinstance(start, Unknown):
        return (lost(found) or start).derived("…")
    return list(enumerate(found, start))


@known("builtins.zip", "builtins.izip")
def zip_(run: Interpreter, *several: Any, **_: Any) -> Any:
    lists = [run.listed(each) for each in several]
    unknown = next((each for each in lists if isinstance(each, Unknown)), None)
    return unknown.derived("…") if unknown else list(zip(*lists, strict=False))


@known("builtins.map")
def map_(run: Interpreter, function: Any, *several: Any) -> Any:
    pairs = zip_(run, *several)
    return pairs if isinstance(pairs, Unknown) else [run.call(function, list(each), {}) for each in pairs]


@known("builtins.filter")
def filter_(run: Interpreter, function: Any, items: Any) -> Any:
    found = run.listed(items)
    if isinstance(found, Unknown):
        return found.derived("…")
    kept = []
    for each in found:
        truth = run.truth(each if function is None else run.call(function, [each], {}))
        if isinstance(truth, Unknown):
            return truth.derived("…")
        if truth:
            kept.append(each)
    return kept


@known("builtins.reversed")
def reversed_(run: Interpreter, items: Any) -> Any:
    found = run.listed(items)
    return found.derived("…") if isinstance(found, Unknown) else found[::-1]


@known("builtins.sorted")
def sorted_(run: Interpreter, items: Any, key: Any = None, reverse: Any = False, **_: Any) -> Any:
    return ordered(run, items, key, reverse=reverse is True)


@known("builtins.sum")
def sum_(run: Interpreter, items: Any, start: Any = 0) -> Any:
    found = run.listed(items)
    if isinstance(found, Unknown):
        return found.derived("…")
    for each in found:
        start = operators.binary(run, "Add", start, each)
    return start


@known("builtins.max")
def max_(run: Interpreter, *values: Any, **options: Any) -> Any:
    return _extreme(run, "Gt", values, options)


@known("builtins.min")
def min_(run: Interpreter, *values: Any, **options: Any) -> Any:
    return _extreme(run, "Lt", values, options)


def _extreme(run: Interpreter, operator_name: str, values: tuple[Any, ...], options: dict[str, Any]) -> Any:
    found = run.listed(values[0]) if len(values) == 1 else list(values)
    if isinstance(found, Unknown):
        return found.derived("…")
    if not found:
        return options["default"] if "default" in options else run.unfit("arg is an empty sequence", "ValueError")
    best, key = found[0], options.get("key")
    for each in found[1:]:
        pair = [each, best] if key is None else [run.call(key, [one], {}) for one in (each, best)]
        better = operators.compare(run, operator_name, *pair)
        if isinstance(better, Unknown):
            return better.derived("…")
        best = each if run.truth(better) is True else best
    return best


@known("builtins.any")
def any_(run: Interpreter, items: Any) -> Any:
    return _quantified(run, items, ends_at=True)


@known("builtins.all")
def all_(run: Interpreter, items: Any) -> Any:
    return _quantified(run, items, ends_at=False)


def _quantified(run: Interpreter, items: Any, *, ends_at: bool) -> Any:
    found, unknown = run.listed(items), None
    if isinstance(found, Unknown):
        return found.derived("…")
    for each in found:
        truth = run.truth(each)
        if truth is ends_at:
            return ends_at
        unknown = unknown or lost(truth)
    return not ends_at if unknown is None else unknown.derived("…")


@known("builtins.iter")
def iter_(run: Interpreter, value: Any, *_: Any) -> Any:
    return value


@known("builtins.next")
def next_(run: Interpreter, items: Any, *default: Any) -> Any:
    return getattr(items, "first", None) or run.unknown("densecli does not follow iterators")


@known("builtins.slice", partial=False)
def slice_(run: Interpreter, *bounds: Any) -> Any:
    return safely(run, slice, *bounds)
