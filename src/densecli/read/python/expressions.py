"""Expressions: a function for each node of Python's grammar, found by the node's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python import operators
from densecli.read.python.scopes import Scope
from densecli.read.python.targets import bind, hashable, unknown_bound
from densecli.read.python.values import Function, Unknown, Value

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterator, Sequence

    from densecli.read.python.interpreter import Interpreter

EVALUATE: dict[str, Callable[[Interpreter, Any, Scope], Any]] = {}


def evaluates(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        EVALUATE.update(dict.fromkeys(names, function))
        return function

    return enter


# -- words and literals ----------------------------------------------------------------
@evaluates("Constant")
def constant(run: Interpreter, node: ast.Constant, scope: Scope) -> Any:
    return node.value


@evaluates("Name")
def name(run: Interpreter, node: ast.Name, scope: Scope) -> Any:
    return run.name(node.id, scope)


@evaluates("Attribute")
def attribute(run: Interpreter, node: ast.Attribute, scope: Scope) -> Any:
    value = run.evaluate(node.value, scope)
    run.node = node
    return run.attribute(value, node.attr)


@evaluates("Tuple")
def tuple_(run: Interpreter, node: ast.Tuple, scope: Scope) -> Any:
    items = elements(run, node.elts, scope)
    return items if isinstance(items, Unknown) else tuple(items)


@evaluates("List")
def list_(run: Interpreter, node: ast.List, scope: Scope) -> Any:
    return elements(run, node.elts, scope)


@evaluates("Set")
def set_(run: Interpreter, node: ast.Set, scope: Scope) -> Any:
    items = elements(run, node.elts, scope)
    return items if isinstance(items, Unknown) else made_set(run, items)


def made_set(run: Interpreter, items: list[Any]) -> Any:
    unknown = next((each for each in items if isinstance(each, Unknown)), None)
    if unknown is not None:
        return unknown.derived("…")
    try:
        return set(items)
    except TypeError as error:
        return run.unfit(str(error))


def elements(run: Interpreter, nodes: Sequence[ast.expr], scope: Scope) -> list[Any] | Unknown:
    """The items of a display or the positional arguments of a call, with starred ones unpacked."""
    found: list[Any] = []
    for node in nodes:
        if type(node).__name__ != "Starred":
            found.append(run.evaluate(node, scope))
            continue
        items = run.listed(run.evaluate(node.value, scope))  # type: ignore[attr-defined]
        if isinstance(items, Unknown):
            return items
        found += items
    return found


@evaluates("Dict")
def dict_(run: Interpreter, node: ast.Dict, scope: Scope) -> Any:
    found: dict[Any, Any] = {}
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = run.evaluate(value_node, scope)
        if key_node is None:
            if not isinstance(value, dict):
                return value if isinstance(value, Unknown) else run.unknown("`**` needs a dict here")
            found.update(value)
            continue
        key = run.evaluate(key_node, scope)
        if isinstance(key, Unknown):
            return key.derived("…")
        found[hashable(run, key)] = value
    return found


@evaluates("JoinedStr")
def joined(run: Interpreter, node: ast.JoinedStr, scope: Scope) -> Any:
    parts = []
    for each in node.values:
        part = run.evaluate(each, scope)
        if isinstance(part, Unknown):
            return part.derived("…")
        parts.append(part)
    if sum(map(len, parts)) > operators.LONGEST:
        return run.unknown("the text is longer than densecli computes")
    return "".join(parts)


@evaluates("FormattedValue")
def formatted(run: Interpreter, node: ast.FormattedValue, scope: Scope) -> Any:
    value = run.evaluate(node.value, scope)
    form = "" if node.format_spec is None else run.evaluate(node.format_spec, scope)
    conversion = chr(node.conversion) if node.conversion > 0 else ""
    return run.catalog.formatted(run, value, form, conversion)


# -- operators -------------------------------------------------------------------------
@evaluates("BinOp")
def binary(run: Interpreter, node: ast.BinOp, scope: Scope) -> Any:
    left = run.evaluate(node.left, scope)
    right = run.evaluate(node.right, scope)
    run.node = node
    name = type(node.op).__name__
    if name == "Div" and run.code.python2 and type(left) is type(right) is int and "division" not in scope.module.names:
        name = "FloorDiv"  # `/` of integers in Python 2
    return operators.binary(run, name, left, right)


@evaluates("UnaryOp")
def unary(run: Interpreter, node: ast.UnaryOp, scope: Scope) -> Any:
    value = run.evaluate(node.operand, scope)
    run.node = node
    return operators.unary(run, type(node.op).__name__, value)


@evaluates("BoolOp")
def boolean(run: Interpreter, node: ast.BoolOp, scope: Scope) -> Any:
    ends_at = type(node.op).__name__ == "Or"
    unknown: Unknown | None = None
    value: Any = None
    for each in node.values:
        value = run.evaluate(each, scope)
        truth = run.truth(value)
        if isinstance(truth, Unknown):
            unknown = unknown or truth
        elif truth is ends_at:
            return value if unknown is None else unknown.derived("…")
    return value if unknown is None else unknown.derived("…")


@evaluates("Compare")
def compare(run: Interpreter, node: ast.Compare, scope: Scope) -> Any:
    left, found = run.evaluate(node.left, scope), True
    for operator, right_node in zip(node.ops, node.comparators, strict=True):
        right = run.evaluate(right_node, scope)
        run.node = node
        found = operators.compare(run, type(operator).__name__, left, right)
        if len(node.ops) > 1 and run.truth(found) is not True:
            return found
        left = right
    return found


@evaluates("IfExp")
def conditional(run: Interpreter, node: ast.IfExp, scope: Scope) -> Any:
    truth = run.truth(run.evaluate(node.test, scope))
    if not isinstance(truth, Unknown):
        return run.evaluate(node.body if truth else node.orelse, scope)
    truth = run.session.decided(truth, node)
    if not isinstance(truth, Unknown):
        return run.evaluate(node.body if truth else node.orelse, scope)
    run.node = node
    for branch in (node.body, node.orelse):
        run.attempt(lambda branch=branch: run.evaluate(branch, scope), truth)  # type: ignore[misc]
    return truth.derived("…")


@evaluates("NamedExpr")
def named(run: Interpreter, node: ast.NamedExpr, scope: Scope) -> Any:
    value = run.evaluate(node.value, scope)
    run.assign(scope, node.target.id, value)
    return value


# -- subscripts ------------------------------------------------------------------------
@evaluates("Subscript")
def subscript(run: Interpreter, node: ast.Subscript, scope: Scope) -> Any:
    value = run.evaluate(node.value, scope)
    key = run.evaluate(node.slice, scope)
    run.node = node
    return item(run, value, key)


def item(run: Interpreter, value: Any, key: Any) -> Any:
    if isinstance(value, Value):
        return value.item(run, key)
    if id(value) in run.session.blurred and not isinstance(value, tuple | str):
        return run.session.blurred[id(value)][1].derived("[…]")
    unknown = key if isinstance(key, Unknown) else unknown_bound(key)
    if unknown is not None:
        return unknown.derived("…")
    try:
        return value[key]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        message = f"no item {key!r}" if isinstance(key, str | int) else str(error)
        return run.unfit(message[:200], type(error).__name__)


@evaluates("Slice")
def slice_(run: Interpreter, node: ast.Slice, scope: Scope) -> Any:
    return slice(*(None if each is None else run.evaluate(each, scope) for each in (node.lower, node.upper, node.step)))


# -- calls -----------------------------------------------------------------------------
@evaluates("Call")
def call(run: Interpreter, node: ast.Call, scope: Scope) -> Any:
    function = run.evaluate(node.func, scope)
    args = elements(run, node.args, scope)
    kwargs = keywords(run, node, scope)
    before, run.node = run.node, node
    if getattr(function, "needs_scope", False):
        return function.rule(run, scope, node, args, kwargs)
    if isinstance(args, Unknown) or isinstance(kwargs, Unknown):
        return spread_unknown(run, function, args if isinstance(args, Unknown) else kwargs)
    found = run.call(function, args, kwargs)
    run.node = before
    return found


def spread_unknown(run: Interpreter, function: Any, unknown: Any) -> Any:
    """A call with `*args` that are unknown."""
    if run.session.builds(function):
        raise run.session.stop_unknown_arguments(unknown)
    return unknown.derived("…")


def keywords(run: Interpreter, node: ast.Call, scope: Scope) -> dict[str, Any] | Unknown:
    found: dict[str, Any] = {}
    for each in node.keywords:
        value = run.evaluate(each.value, scope)
        if each.arg is not None:
            found[each.arg] = value
        elif isinstance(value, dict):
            found.update((key, item) for key, item in value.items() if isinstance(key, str))
        elif isinstance(value, Unknown):
            return value
        else:
            return run.unknown("`**` needs a dict here")
    return found


@evaluates("Lambda")
def lambda_(run: Interpreter, node: ast.Lambda, scope: Scope) -> Any:
    return function_of(run, node, "<lambda>", scope)


def function_of(run: Interpreter, node: Any, name: str, scope: Scope) -> Function:
    """The value of a `def` or `lambda`: defaults are evaluated at its definition."""
    arguments = node.args
    defaults = [run.evaluate(each, scope) for each in arguments.defaults]
    named = {
        parameter.arg: run.evaluate(default, scope)
        for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is not None
    }
    return Function(node, name, scope, run.code, (defaults, named))


# -- comprehensions --------------------------------------------------------------------
@evaluates("ListComp", "GeneratorExp")
def list_comprehension(run: Interpreter, node: Any, scope: Scope) -> Any:
    found: list[Any] = []
    unknown = comprehend(run, node.generators, inner(scope), lambda own: found.append(run.evaluate(node.elt, own)))
    return found if unknown is None else unknown


@evaluates("SetComp")
def set_comprehension(run: Interpreter, node: ast.SetComp, scope: Scope) -> Any:
    found = list_comprehension(run, node, scope)
    return found if isinstance(found, Unknown) else made_set(run, found)


@evaluates("DictComp")
def dict_comprehension(run: Interpreter, node: ast.DictComp, scope: Scope) -> Any:
    found: dict[Any, Any] = {}

    def enter(own: Scope) -> None:
        key = run.evaluate(node.key, own)
        found[hashable(run, key)] = run.evaluate(node.value, own)

    unknown = comprehend(run, node.generators, inner(scope), enter)
    return found if unknown is None else unknown


def inner(scope: Scope) -> Scope:
    """A separate scope for the variables of a comprehension."""
    own = Scope(scope.module, scope)
    own.function, own.receiver = scope.function, scope.receiver
    return own


def comprehend(
    run: Interpreter, generators: Sequence[ast.comprehension], scope: Scope, enter: Callable[[Scope], Any]
) -> Unknown | None:
    """Call `enter` for each iteration; returns the unknown that determines their number, if any."""
    if not generators:
        enter(scope)
        return None
    first, rest = generators[0], generators[1:]
    items = run.items(run.evaluate(first.iter, scope))
    if isinstance(items, Unknown):
        return blind_round(run, first, rest, scope, enter, items)
    return rounds(run, first, rest, scope, enter, items)


def rounds(
    run: Interpreter, first: Any, rest: Any, scope: Scope, enter: Callable[[Scope], Any], items: Iterator[Any]
) -> Unknown | None:
    for each in items:
        run.count(1)
        bind(run, first.target, each, scope)
        wanted = wanted_round(run, first, scope)
        unknown = wanted if isinstance(wanted, Unknown) else comprehend(run, rest, scope, enter) if wanted else None
        if unknown is not None:
            return unknown
    return None


def wanted_round(run: Interpreter, generator: Any, scope: Scope) -> bool | Unknown:
    for test in generator.ifs:
        truth = run.truth(run.evaluate(test, scope))
        if truth is not True:
            return truth
    return True


def blind_round(
    run: Interpreter, first: Any, rest: Any, scope: Scope, enter: Callable[[Scope], Any], unknown: Unknown
) -> Unknown:
    """Try one iteration on an unknown item to see whether it builds anything."""

    def follow() -> None:
        bind(run, first.target, unknown.derived("[…]"), scope)
        comprehend(run, rest, scope, enter)

    run.attempt(follow, unknown)
    return unknown.derived("…")


# -- what cannot be followed -----------------------------------------------------------
@evaluates("Await", "Yield", "YieldFrom", "TemplateStr", "Interpolation")
def not_followed(run: Interpreter, node: Any, scope: Scope) -> Any:
    if getattr(node, "value", None) is not None and not isinstance(node.value, str):
        run.evaluate(node.value, scope)
    return run.unknown("densecli does not follow generators and coroutines")


@evaluates("Starred")
def starred(run: Interpreter, node: ast.Starred, scope: Scope) -> Any:
    return run.evaluate(node.value, scope)
