"""Calling a function of the source, or one that densecli knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python.operators import ODD
from densecli.read.python.scopes import MISSING, Scope
from densecli.read.python.values import Function, unknown_in

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.values import Known


def call_function(run: Interpreter, function: Function, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Follow the body of a function of the source."""
    scope = Scope(function.scope.module, function.scope.closed_over())
    scope.function, scope.receiver = function, args[0] if args else None
    bind_arguments(run, function, args, kwargs, scope)
    run.depth += 1
    call, before = run.node, run.code
    run.stack.append((function, call))
    if run.depth > run.limits.calls:
        run.stop_at("calls")
    try:
        run.code = function.code
        run.called.add(id(function.node))
        return follow(run, function, scope)
    finally:
        run.depth -= 1
        run.stack.pop()
        run.node, run.code = call, before


def follow(run: Interpreter, function: Function, scope: Scope) -> Any:
    node = function.node
    if type(node).__name__ == "Lambda":
        return run.evaluate(node.body, scope)
    if run.session.is_generator(node):
        return run.session.generated(function, scope)
    signal = run.execute(node.body, scope)
    if signal is None:
        return None
    return signal.value if signal.kind == "return" else None


def bind_arguments(run: Interpreter, function: Function, args: list[Any], kwargs: dict[str, Any], scope: Scope) -> None:
    """Bind arguments to parameter names, as Python does. Raises TypeError as Python would."""
    spec, names, given = function.node.args, scope.names, dict(kwargs)
    positional = [*spec.posonlyargs, *spec.args]
    for parameter, value in zip(positional, args, strict=False):
        names[parameter.arg] = value
    extra = args[len(positional) :]
    if spec.vararg is not None:
        names[spec.vararg.arg] = tuple(extra)
    elif extra:
        run.unfit(f"{function.name}() takes {len(positional)} positional arguments but {len(args)} were given")
    for parameter in [*spec.args, *spec.kwonlyargs]:
        if parameter.arg in given:
            if parameter.arg in names:
                run.unfit(f"{function.name}() got multiple values for argument {parameter.arg!r}")
            names[parameter.arg] = given.pop(parameter.arg)
    if spec.kwarg is not None:
        names[spec.kwarg.arg] = given
    elif given:
        run.unfit(f"{function.name}() got an unexpected keyword argument {next(iter(given))!r}")
    fill_defaults(run, function, positional, scope)


def fill_defaults(run: Interpreter, function: Function, positional: list[Any], scope: Scope) -> None:
    names, spec = scope.names, function.node.args
    behind = len(positional) - len(function.defaults)
    for index, parameter in enumerate(positional):
        if parameter.arg not in names:
            if index < behind:
                run.unfit(f"{function.name}() missing a required argument: {parameter.arg!r}")
            names[parameter.arg] = run.session.default(function, parameter.arg, function.defaults[index - behind])
    for parameter in spec.kwonlyargs:
        if parameter.arg not in names:
            default = function.keyword_defaults.get(parameter.arg, MISSING)
            if default is MISSING:
                run.unfit(f"{function.name}() missing a required argument: {parameter.arg!r}")
            names[parameter.arg] = run.session.default(function, parameter.arg, default)


def call_known(run: Interpreter, function: Known, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Apply the rule of a function that densecli knows. Arguments that do not fit make the result unknown."""
    if not function.partial:
        unknown = unknown_in([*args, *kwargs.values()])
        if unknown is not None:
            return unknown.derived("…")
    try:
        return function.rule(run, *args, **kwargs)
    except ODD:  # none of our own errors derives from these
        return run.unknown(f"densecli does not know {function.shown()} with these arguments")
