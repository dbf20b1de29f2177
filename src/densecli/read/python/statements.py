"""Statements: a function for each node of Python's grammar. Leaving a block early returns a Signal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python import classes, conditions, imports, loops, operators
from densecli.read.python.exceptions import raised
from densecli.read.python.expressions import function_of, item
from densecli.read.python.signals import Raised, Signal
from densecli.read.python.targets import bind, set_attribute, set_item
from densecli.read.python.values import Class, Function, Instance, Unknown, Value

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.scopes import Scope

EXECUTE: dict[str, Callable[[Interpreter, Any, Scope], Signal | None]] = {}


def executes(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        EXECUTE.update(dict.fromkeys(names, function))
        return function

    return enter


@executes("Expr")
def expression(run: Interpreter, node: ast.Expr, scope: Scope) -> None:
    value = run.evaluate(node.value, scope)
    if scope is scope.module:
        run.session.shown(value, node)


@executes("Assign")
def assign(run: Interpreter, node: ast.Assign, scope: Scope) -> None:
    value = run.evaluate(node.value, scope)
    for target in node.targets:
        run.node = node
        bind(run, target, value, scope)


@executes("AnnAssign")
def annotated(run: Interpreter, node: ast.AnnAssign, scope: Scope) -> None:
    if node.value is not None:
        bind(run, node.target, run.evaluate(node.value, scope), scope)


@executes("AugAssign")
def augmented(run: Interpreter, node: ast.AugAssign, scope: Scope) -> None:
    target, operator = node.target, type(node.op).__name__
    kind = type(target).__name__
    if kind == "Name":
        old, new = run.name(target.id, scope), run.evaluate(node.value, scope)  # type: ignore[union-attr]
        run.assign(scope, target.id, _in_place(run, operator, old, new))  # type: ignore[union-attr]
        return
    holder = run.evaluate(target.value, scope)  # type: ignore[union-attr]
    if kind == "Attribute":
        old, new = run.attribute(holder, target.attr), run.evaluate(node.value, scope)  # type: ignore[union-attr]
        set_attribute(run, holder, target.attr, _in_place(run, operator, old, new))  # type: ignore[union-attr]
        return
    key = run.evaluate(target.slice, scope)  # type: ignore[union-attr]
    old, new = item(run, holder, key), run.evaluate(node.value, scope)
    set_item(run, holder, key, _in_place(run, operator, old, new))


def _in_place(run: Interpreter, operator: str, old: Any, new: Any) -> Any:
    """Lists are extended in place; everything else makes a new value."""
    if operator != "Add" or not isinstance(old, list):
        return operators.binary(run, operator, old, new)
    items = run.listed(new)
    run.mutate(old)
    if isinstance(items, Unknown):
        run.session.blurred[id(old)] = (old, items)
    else:
        old.extend(items)
    return old


@executes("Delete")
def delete(run: Interpreter, node: ast.Delete, scope: Scope) -> None:
    for target in node.targets:
        kind = type(target).__name__
        if kind == "Name":
            run.remove(scope.holder(target.id), target.id)  # type: ignore[attr-defined]
        elif kind == "Attribute":
            _delete_attribute(run, run.evaluate(target.value, scope), target.attr)  # type: ignore[attr-defined]
        elif kind == "Subscript":
            _delete_item(run, run.evaluate(target.value, scope), run.evaluate(target.slice, scope))  # type: ignore[attr-defined]


def _delete_attribute(run: Interpreter, holder: Any, name: str) -> None:
    attributes = getattr(holder, "attributes", None)
    if isinstance(attributes, dict):
        run.remove(attributes, name)
    if hasattr(holder, "forgo"):
        holder.forgo(run, name)


def _delete_item(run: Interpreter, holder: Any, key: Any) -> None:
    if isinstance(holder, Value) or isinstance(key, Unknown):
        return
    run.mutate(holder)
    try:
        del holder[key]
    except (KeyError, IndexError, TypeError) as error:
        run.unfit(str(error), type(error).__name__)


# -- blocks ----------------------------------------------------------------------------
@executes("If")
def if_(run: Interpreter, node: ast.If, scope: Scope) -> Any:
    return conditions.if_(run, node, scope)


@executes("For", "AsyncFor")
def for_(run: Interpreter, node: Any, scope: Scope) -> Any:
    return loops.for_(run, node, scope)


@executes("While")
def while_(run: Interpreter, node: ast.While, scope: Scope) -> Any:
    return loops.while_(run, node, scope)


@executes("With", "AsyncWith")
def with_(run: Interpreter, node: Any, scope: Scope) -> Any:
    for each in node.items:
        value = run.evaluate(each.context_expr, scope)
        if isinstance(value, Instance) and value.cls.find("__enter__") is not None:
            value = value.special(run, "__enter__", [], {})
        if each.optional_vars is not None:
            bind(run, each.optional_vars, value, scope)
    return run.execute(node.body, scope)


@executes("Try", "TryStar")
def try_(run: Interpreter, node: Any, scope: Scope) -> Any:
    try:
        signal = _tried_body(run, node, scope)
    except Raised:
        signal = run.execute(node.finalbody, scope)
        if signal is None:
            raise
        return signal  # leaving in `finally` drops the exception
    return run.execute(node.finalbody, scope) or signal


def _tried_body(run: Interpreter, node: Any, scope: Scope) -> Any:
    """The body, then the handler or the `else`."""
    signal = caught = None
    run.trying += 1
    try:
        signal = run.execute(node.body, scope)
    except Raised as error:
        caught = error
    finally:
        run.trying -= 1
    if caught is not None:
        return _handled(run, node, scope, caught)
    return run.execute(node.orelse, scope) if signal is None else signal


def _handled(run: Interpreter, node: Any, scope: Scope, error: Raised) -> Any:
    for handler in node.handlers:
        if any(error.is_a(name) for name in _names(run, handler.type, scope)):
            if handler.name:
                run.assign(scope, handler.name, error.value if error.value is not None else run.unknown(error.message))
            run.handled.append(error)
            try:
                return run.execute(handler.body, scope)
            finally:
                run.handled.pop()
    raise error


def _names(run: Interpreter, node: Any, scope: Scope) -> list[str]:
    """The names of the exceptions that a handler catches."""
    if node is None:
        return ["BaseException"]
    found = run.evaluate(node, scope)
    each = list(found) if isinstance(found, tuple) else [found]
    return [getattr(kind, "name", None) or str(getattr(kind, "path", "")).rpartition(".")[2] for kind in each]


@executes("Match")
def match(run: Interpreter, node: Any, scope: Scope) -> Any:
    from densecli.read.python.patterns import match as follow  # noqa: PLC0415  # rare in such files

    return follow(run, node, scope)


# -- leaving ---------------------------------------------------------------------------
@executes("Return")
def return_(run: Interpreter, node: ast.Return, scope: Scope) -> Any:
    return Signal("return", None if node.value is None else run.evaluate(node.value, scope))


@executes("Break")
def break_(run: Interpreter, node: ast.Break, scope: Scope) -> Any:
    return Signal("break")


@executes("Continue")
def continue_(run: Interpreter, node: ast.Continue, scope: Scope) -> Any:
    return Signal("continue")


@executes("Raise")
def raise_(run: Interpreter, node: ast.Raise, scope: Scope) -> None:
    if node.exc is None and run.handled:
        raise run.handled[-1]
    value = None if node.exc is None else run.evaluate(node.exc, scope)
    run.node = node
    raise raised(run, value)


@executes("Assert")
def assert_(run: Interpreter, node: ast.Assert, scope: Scope) -> None:
    if run.truth(run.evaluate(node.test, scope)) is False:
        run.node = node
        run.unfit("this assertion does not hold", "AssertionError")


# -- definitions -----------------------------------------------------------------------
@executes("FunctionDef", "AsyncFunctionDef")
def function(run: Interpreter, node: Any, scope: Scope) -> None:
    made: Any = function_of(run, node, node.name, scope)
    for each in reversed(node.decorator_list):
        made = _decorated(run, run.evaluate(each, scope), made)
    run.write(scope.holder(node.name), node.name, made)


def _decorated(run: Interpreter, decorator: Any, made: Any) -> Any:
    """Apply a decorator to a function or class; an unknown decorator changes nothing."""
    if isinstance(decorator, Function | Class):
        return run.call(decorator, [made], {})
    return run.catalog.decorated(run, decorator, made)


@executes("ClassDef")
def class_(run: Interpreter, node: ast.ClassDef, scope: Scope) -> None:
    made: Any = classes.define(run, node, scope)
    for each in reversed(node.decorator_list):
        made = _decorated(run, run.evaluate(each, scope), made)
    run.write(scope.holder(node.name), node.name, made)


@executes("Import")
def import_(run: Interpreter, node: ast.Import, scope: Scope) -> None:
    imports.import_(run, node, scope)


@executes("ImportFrom")
def import_from(run: Interpreter, node: ast.ImportFrom, scope: Scope) -> None:
    imports.import_from(run, node, scope)


@executes("Global")
def global_(run: Interpreter, node: ast.Global, scope: Scope) -> None:
    for name in node.names:
        scope.declare(name, everywhere=True)


@executes("Nonlocal")
def nonlocal_(run: Interpreter, node: ast.Nonlocal, scope: Scope) -> None:
    for name in node.names:
        scope.declare(name, everywhere=False)


@executes("Pass", "TypeAlias")
def pass_(run: Interpreter, node: Any, scope: Scope) -> None:
    """Nothing to do."""
