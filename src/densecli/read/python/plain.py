"""Methods of strings, lists, dicts, sets and numbers: the safe ones, with a limit on the size of results."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from densecli.read.python.operators import LONGEST, ODD
from densecli.read.python.values import Unknown, Value, unknown_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.read.python.interpreter import Interpreter

METHODS: dict[type, frozenset[str]] = {
    str: frozenset(
        [
            "capitalize",
            "casefold",
            "center",
            "count",
            "endswith",
            "expandtabs",
            "find",
            "index",
            "isalnum",
            "isalpha",
            "isdecimal",
            "isdigit",
            "isidentifier",
            "islower",
            "isnumeric",
            "isspace",
            "istitle",
            "isupper",
            "join",
            "ljust",
            "lower",
            "lstrip",
            "partition",
            "removeprefix",
            "removesuffix",
            "replace",
            "rfind",
            "rindex",
            "rjust",
            "rpartition",
            "rsplit",
            "rstrip",
            "split",
            "splitlines",
            "startswith",
            "strip",
            "swapcase",
            "title",
            "upper",
            "zfill",
            "encode",
        ]
    ),
    bytes: frozenset(["decode", "hex", "startswith", "endswith", "split", "strip"]),
    list: frozenset(["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse"]),
    tuple: frozenset(["count", "index"]),
    dict: frozenset(["clear", "copy", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"]),
    set: frozenset(
        [
            "add",
            "clear",
            "copy",
            "difference",
            "discard",
            "intersection",
            "isdisjoint",
            "issubset",
            "issuperset",
            "pop",
            "remove",
            "symmetric_difference",
            "union",
            "update",
        ]
    ),
    frozenset: frozenset(["copy", "difference", "intersection", "isdisjoint", "issubset", "issuperset", "union"]),
    int: frozenset(["bit_length"]),
    float: frozenset(["is_integer", "hex"]),
}
CHANGES = frozenset(
    [
        "append",
        "clear",
        "extend",
        "insert",
        "pop",
        "remove",
        "reverse",
        "popitem",
        "setdefault",
        "update",
        "add",
        "discard",
    ]
)
PROPERTIES: dict[type, frozenset[str]] = {
    int: frozenset(("real", "imag", "numerator", "denominator")), float: frozenset(("real", "imag")),
    range: frozenset(("start", "stop", "step")), slice: frozenset(("start", "stop", "step")),
}  # fmt: skip
TEXTS: dict[str, Callable[[Any], Any]] = {"r": repr, "s": str, "a": ascii}
WIDE = re.compile(r"\d{4,}")
HOLDERS = (list, dict, set)


class Dims(tuple):  # type: ignore[type-arg]
    """The shape of a tensor: a tuple with the attributes of TensorFlow's TensorShape."""

    __slots__ = ()


class PlainMethod(Value):
    """A method of a plain value."""

    __slots__ = ("name", "receiver")
    kind = "method"

    def __init__(self, receiver: Any, name: str) -> None:
        self.receiver, self.name = receiver, name

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return call(run, self.receiver, self.name, args, kwargs)


def attribute(run: Interpreter, value: Any, name: str) -> Any:
    if isinstance(value, Dims) and name in DIMS:
        return DIMS[name](value)
    kind = bool if isinstance(value, bool) else type(value)
    kind = int if kind is bool else tuple if kind is Dims else kind
    if name in METHODS.get(kind, ()) or (name in ("format", "sort", "fromkeys") and kind in (str, list, dict)):
        return PlainMethod(value, name)
    if name in PROPERTIES.get(kind, ()):
        return getattr(value, name)
    if name in ("shape", "ndim", "size", "dtype", "item", "astype") and kind in (int, float):
        return {"shape": (), "ndim": 0, "size": 1}.get(name, run.unknown(f"`{name}` of a number"))
    if name == "__class__":
        return run.catalog.builtin(run, kind.__name__)
    if hasattr(kind, name):
        return run.unknown(f"densecli does not know `{name}` here")
    return run.unfit(f"{kind.__name__!r} object has no attribute {name!r}", "AttributeError")


class Constantly(Value):
    """A method without arguments whose result is known."""

    __slots__ = ("answer",)

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return self.answer


DIMS: dict[str, Callable[[Any], Any]] = {
    "as_list": lambda dims: Constantly(list(dims)),
    "to_list": lambda dims: Constantly(list(dims)),
    "rank": len,
    "ndims": len,
    "dims": list,
    "is_fully_defined": lambda dims: Constantly(None not in dims),
    "num_elements": lambda dims: Constantly(_product(dims)),
}


def _product(dims: Any) -> int | None:
    total = 1
    for each in dims:
        if each is None:
            return None
        total *= each
    return total


def call(run: Interpreter, receiver: Any, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    if id(receiver) in run.session.blurred and isinstance(receiver, HOLDERS):
        return run.session.blurred[id(receiver)][1].derived("…")
    if name == "format":
        return format_(run, receiver, args, kwargs)
    if name == "sort":
        return sort(run, receiver, kwargs)
    args = [_opened(run, each) for each in args] if name in ("extend", "update", "join", "union", "fromkeys") else args
    unknown = _decisive_unknown(receiver, name, args)
    if unknown is not None:
        return _blurred(run, receiver, name, unknown)
    if not _bounded(receiver, name, args):
        return run.unknown(f"the result of `{name}` is larger than densecli computes")
    if name in CHANGES and isinstance(receiver, HOLDERS):
        run.mutate(receiver)
    try:
        found = getattr(receiver, name)(*args, **kwargs)
    except ODD as error:
        return run.unfit(str(error)[:200], type(error).__name__)
    return list(found) if name in ("items", "keys", "values") and isinstance(receiver, dict) else found


def _opened(run: Interpreter, value: Any) -> Any:
    if isinstance(value, Value) and not isinstance(value, Unknown):
        return run.listed(value)
    return value


def _decisive_unknown(receiver: Any, name: str, args: list[Any]) -> Unknown | None:
    """An unknown argument that affects the result, rather than just being stored."""
    if name in ("append", "insert", "setdefault", "update", "extend", "get", "pop", "index", "count", "remove", "add"):
        stored = args[1:] if name in ("insert", "setdefault", "get") else args if name == "append" else []
        args = [each for each in args if not any(each is kept for kept in stored)]
        return next((each for each in args if isinstance(each, Unknown)), None)
    return unknown_in(args)


def _blurred(run: Interpreter, receiver: Any, name: str, unknown: Unknown) -> Any:
    if name in CHANGES and isinstance(receiver, HOLDERS):
        run.session.blurred[id(receiver)] = (receiver, unknown)
        return None
    return unknown.derived("…")


def _bounded(receiver: Any, name: str, args: list[Any]) -> bool:
    if any(isinstance(each, int) and abs(each) > LONGEST for each in args) and isinstance(receiver, str):
        return False
    if name == "replace" and len(args) > 1 and isinstance(args[1], str):
        return (len(receiver) + 1) * max(len(args[1]), 1) <= LONGEST
    if name == "expandtabs":
        width = args[0] if args and isinstance(args[0], int) else 8
        return bool(receiver.count("\t") * width <= LONGEST)
    if name == "join" and args and isinstance(args[0], list | tuple | set | frozenset | dict):
        return sum(len(receiver) + len(each) for each in args[0] if isinstance(each, str | bytes)) <= LONGEST
    return not isinstance(receiver, list) or len(receiver) < LONGEST


def sort(run: Interpreter, receiver: list[Any], kwargs: dict[str, Any]) -> None:
    found = ordered(run, receiver, kwargs.get("key"), reverse=kwargs.get("reverse") is True)
    run.mutate(receiver)
    if isinstance(found, Unknown):
        run.session.blurred[id(receiver)] = (receiver, found)
    else:
        receiver[:] = found


def ordered(run: Interpreter, items: Any, key: Any, *, reverse: bool) -> Any:
    """The items in the order of `sorted`."""
    found = run.listed(items)
    if isinstance(found, Unknown):
        return found.derived("…")
    keys = [each if key is None else run.call(key, [each], {}) for each in found]
    if not plain(keys):
        return run.unknown("densecli does not know the order of these values")
    try:
        order = sorted(range(len(found)), key=keys.__getitem__, reverse=reverse)
    except TypeError as error:
        return run.unfit(str(error)[:200])
    return [found[index] for index in order]


# -- text from values ------------------------------------------------------------------
def plain(value: Any) -> bool:
    """Whether a value consists of Python's own types only, so that its text is what Python would show."""
    return letters(value) is not None


def letters(value: Any, depth: int = 4) -> int | None:
    """The letters that its text has, about; None if it is not plain, or has too many items to look at each.

    A list may hold the same list a million times, so items count as often as they are shown.
    """
    waiting, items, found = [(value, depth)], 0, 0
    while waiting:
        each, left = waiting.pop()
        if isinstance(each, list | tuple | set | frozenset | dict):
            items += len(each)
            if not left or items > LONGEST:
                return None
            inside = (part for pair in each.items() for part in pair) if isinstance(each, dict) else each
            waiting += ((part, left - 1) for part in inside)
        elif isinstance(each, str | bytes):
            found += len(each)
        elif not (each is None or isinstance(each, int | float | range)):
            return None
    return found + items


def _is_short(template: str, mark: str, values: Any) -> bool:
    """Whether the values are plain and their text in each place of the template has a size that densecli computes."""
    found = letters(values)
    return found is not None and len(template) + template.count(mark) * found <= LONGEST


def formatted(run: Interpreter, value: Any, form: Any, conversion: str) -> Any:
    unknown = unknown_in([value, form])
    if unknown is not None:
        return unknown.derived("…")
    if not isinstance(form, str) or WIDE.search(form) or not _is_short("%", "%", value):
        return run.unknown("densecli does not know the text of this value")
    try:
        return format(TEXTS.get(conversion, _itself)(value), form)
    except ODD as error:
        return run.unfit(str(error), type(error).__name__)


def _itself(value: Any) -> Any:
    return value


def percent(run: Interpreter, template: str, values: Any) -> Any:
    unknown = unknown_in(values)
    if unknown is not None:
        return unknown.derived("…")
    if WIDE.search(template) or "*" in template or not _is_short(template, "%", values):
        return run.unknown("densecli does not know the text of these values")
    try:
        return template % values
    except ODD as error:
        return run.unfit(str(error), type(error).__name__)


def format_(run: Interpreter, template: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """str.format without attributes and items: those would expose densecli's own objects."""
    unknown = unknown_in([args, kwargs])
    if unknown is not None:
        return unknown.derived("…")
    fields = re.findall(r"\{([^{}:!]*)", template)
    if (
        WIDE.search(template)
        or any(not re.fullmatch(r"\w*", each) for each in fields)
        or not _is_short(template, "{", [*args, *kwargs.values()])
    ):
        return run.unknown("densecli does not know the text of these values")
    try:
        return template.format(*args, **kwargs)
    except ODD as error:
        return run.unfit(str(error), type(error).__name__)
