"""What a value is assigned to: a name, an attribute, a subscript, or several of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python.values import Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.scopes import Scope


def bind(run: Interpreter, target: Any, value: Any, scope: Scope) -> None:
    """Assign a value to a name, attribute, subscript, or to several at once."""
    kind = type(target).__name__
    if kind == "Name":
        run.assign(scope, target.id, value)
    elif kind == "Attribute":
        set_attribute(run, run.evaluate(target.value, scope), target.attr, value)
    elif kind == "Subscript":
        set_item(run, run.evaluate(target.value, scope), run.evaluate(target.slice, scope), value)
    elif kind == "Starred":
        bind(run, target.value, value, scope)
    else:
        unpack(run, target.elts, value, scope)


def set_attribute(run: Interpreter, holder: Any, name: str, value: Any) -> None:
    if isinstance(value, Unknown) and value.root.name is None:
        value.root.name = name
    if isinstance(holder, Value):
        holder.set(run, name, value)


def set_item(run: Interpreter, holder: Any, key: Any, value: Any) -> None:
    if isinstance(holder, Value):
        holder.set_item(run, key, value)
    elif isinstance(holder, dict):
        if isinstance(key, Unknown):
            blur(run, holder, key)
        else:
            run.write(holder, hashable(run, key), value)
    elif isinstance(holder, list):
        set_list_item(run, holder, key, value)


def set_list_item(run: Interpreter, holder: list[Any], key: Any, value: Any) -> None:
    unknown = key if isinstance(key, Unknown) else unknown_bound(key)
    if unknown is not None:
        blur(run, holder, unknown)
        return
    run.mutate(holder)
    try:
        holder[key] = value
    except (IndexError, TypeError, ValueError) as error:
        run.unfit(str(error), type(error).__name__)


def blur(run: Interpreter, holder: Any, unknown: Unknown) -> None:
    """From now on, the contents of a list or dict are unknown."""
    run.session.blurred[id(holder)] = (holder, unknown)


def unpack(run: Interpreter, targets: Sequence[Any], value: Any, scope: Scope) -> None:
    items = run.listed(value)
    if isinstance(items, Unknown):
        for index, target in enumerate(targets):
            bind(run, target, value.item(run, index) if isinstance(value, Unknown) else items.derived("…"), scope)
        return
    star = next((index for index, each in enumerate(targets) if type(each).__name__ == "Starred"), None)
    if star is None and len(items) != len(targets):
        run.unfit(f"{len(targets)} values expected, got {len(items)}", "ValueError")
    if star is not None:
        behind = len(targets) - star - 1
        items[star : len(items) - behind] = [items[star : len(items) - behind]]
    for target, each in zip(targets, items, strict=False):
        bind(run, target, each, scope)


# -- keys ------------------------------------------------------------------------------
def hashable(run: Interpreter, key: Any) -> Any:
    try:
        hash(key)
    except TypeError as error:
        return run.unfit(str(error))
    return key


def unknown_bound(key: Any) -> Unknown | None:
    bounds = (key.start, key.stop, key.step) if isinstance(key, slice) else ()
    return next((each for each in bounds if isinstance(each, Unknown)), None)
