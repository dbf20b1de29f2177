"""The state of one interpretation: position, counters, and all ways to change what names refer to.

Every change goes through `write`, `append` or `mutate`, so that a branch or a loop that may or may not run can
be tried and rolled back (`attempt`); everything it would have changed becomes unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python import calls, classes
from densecli.read.python.expressions import EVALUATE
from densecli.read.python.scopes import MISSING, Scope
from densecli.read.python.signals import Raised, Signal, Stop
from densecli.read.python.statements import EXECUTE
from densecli.read.python.values import NESTED, Class, Foreign, Function, Unknown, Value, is_endless

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Mapping, Sequence

    from densecli.errors import Place
    from densecli.read.limits import Limits
    from densecli.read.python.catalog import Catalog
    from densecli.read.python.runtime.session import Session
    from densecli.read.python.values import Instance, Known


class Interpreter:
    """Follows statements and expressions. `session` is Keras; `code` the source that is being followed."""

    def __init__(self, code: Any, limits: Limits, catalog: Catalog, settings: Mapping[str, str]) -> None:
        self.code, self.limits, self.catalog, self.settings = code, limits, catalog, settings
        self.session: Session
        self.node: Any = None  # the expression or statement that is being followed
        self.steps = 0
        self.depth = 0
        self.trying = 0  # try statements around what is followed
        self.handled: list[Raised] = []  # exceptions whose handlers are followed
        self.journal: list[tuple[Any, ...]] | None = None  # changes, while a branch is tried
        self.notes: list[str] = []
        self.used_settings: set[str] = set()
        self.stack: list[tuple[Any, ast.AST]] = []  # the function that is followed, and the call that led there
        self.called: set[int] = set()  # nodes of the functions that were called
        self.modules: dict[str, Scope] = {}  # local modules that were read

    # -- following ---------------------------------------------------------------------
    def evaluate(self, node: ast.AST, scope: Scope) -> Any:
        self.steps += 1
        if self.steps > self.limits.steps:
            self.stop_at("steps")
        return EVALUATE[type(node).__name__](self, node, scope)

    def execute(self, body: Sequence[ast.stmt], scope: Scope) -> Any:
        """Follow statements. Returns the signal that ended them early, or None."""
        for index, statement in enumerate(body):
            self.steps += 1
            if self.steps > self.limits.steps:
                self.stop_at("steps")
            self.node = statement
            signal = EXECUTE[type(statement).__name__](self, statement, scope)
            if signal is not None:
                return signal if signal.certain else self.after_uncertain(signal, body[index + 1 :], scope)
        return None

    def after_uncertain(self, signal: Any, rest: Sequence[ast.stmt], scope: Scope) -> Any:
        """A branch that may or may not run would leave here, so the code after it may or may not run."""
        other = self.attempt(lambda: self.execute(rest, scope), signal.unknown)
        return signal if other is None or signal.covers(other) else Signal("return", signal.value, signal.unknown)

    def stop_at(self, limit: str) -> None:
        from densecli.read.limits import beyond  # noqa: PLC0415

        value = getattr(self.limits, limit)
        raise Stop(beyond(self.limits, limit, f"reading stops after {value:,} {limit}", "E505", self.place()))

    def nest(self, levels: int, place: Place | None) -> None:
        """Stop at models in models that are nested too deeply. Raises LimitError (E503)."""
        if levels > self.limits.depth:
            from densecli.read.limits import beyond  # noqa: PLC0415

            message = f"models are nested deeper than {self.limits.depth}"
            raise beyond(self.limits, "depth", message, "E503", place)

    def place(self, node: Any = None) -> Place | None:
        node = self.node if node is None else node
        return None if node is None else self.code.place(node)

    def line(self, node: Any = None) -> int:
        return getattr(self.node if node is None else node, "lineno", 0)

    # -- unknown values ----------------------------------------------------------------
    def unknown(self, reason: str) -> Unknown:
        return Unknown(reason, self.place())

    def unfit(self, message: str, kind: str = "TypeError") -> Any:
        """The exception that Python itself would raise."""
        raise Raised(kind, message, self.place())

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    # -- changes -----------------------------------------------------------------------
    def write(self, holder: dict[Any, Any], key: Any, value: Any) -> None:
        if self.journal is not None:
            self.journal.append((holder, key, holder.get(key, MISSING)))
        holder[key] = value

    def remove(self, holder: dict[Any, Any], key: Any) -> None:
        if self.journal is not None:
            self.journal.append((holder, key, holder.get(key, MISSING)))
        holder.pop(key, None)

    def mutate(self, container: Any) -> None:
        """Record that a list, dict or set is about to change."""
        if self.journal is not None:
            self.journal.append((container, MISSING, container.copy()))

    def attempt(self, follow: Callable[[], Any], unknown: Unknown) -> Any:
        """Try code that may or may not run, then roll it back. Everything it would have changed becomes unknown.

        Raises Stop with E352 if it builds something, because everything after it then depends on whether it runs.
        """
        before, self.journal = self.journal, []
        state, node = self.session.mark(), self.node
        try:
            found = follow()
        except Raised:
            found = RAISED
        finally:
            changes, self.journal = self.journal, before
            self._take_back(changes)
        self.node = node
        if self.session.mark() != state:
            self.session.forget(state)
            raise Stop(self.session.undecided(unknown))
        if found is not RAISED:
            self._widen(changes, unknown)
        return found

    def _take_back(self, changes: list[tuple[Any, ...]]) -> None:
        for holder, key, old in reversed(changes):
            if key is MISSING:
                _restore(holder, old)
            elif old is MISSING:
                holder.pop(key, None)
            else:
                holder[key] = old

    def _widen(self, changes: list[tuple[Any, ...]], unknown: Unknown) -> None:
        for holder, key, _ in changes:
            if key is not MISSING:
                self.write(holder, key, unknown)
                continue
            self.mutate(holder)
            holder.clear()
            if isinstance(holder, list):
                holder.append(unknown)
            self.session.blurred[id(holder)] = (holder, unknown)

    # -- values ------------------------------------------------------------------------
    def truth(self, value: Any) -> bool | Unknown:
        if isinstance(value, Value):
            return value.truth(self)
        if isinstance(value, list | dict | set) and id(value) in self.session.blurred:
            return self.session.blurred[id(value)][1]
        return bool(value)

    def attribute(self, value: Any, name: str) -> Any:
        if isinstance(value, Value):
            return value.get(self, name)
        return self.catalog.plain_attribute(self, value, name)

    def call(self, function: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if not isinstance(function, Value):
            return self.unfit(f"{type(function).__name__} is not callable")
        if not isinstance(function, Function | Class) and not self.can_pass([*args, *kwargs.values()]):
            return self.unknown("densecli does not go through so many lists in lists")
        return function.call(self, args, kwargs)

    def can_pass(self, given: list[Any]) -> bool:
        """Whether what is not of the source may go through these arguments; nested ones are counted as work."""
        if not any(isinstance(each, NESTED) for each in given):
            return True
        endless, met = is_endless(given)
        self.count(met // 100)
        return not endless

    def items(self, value: Any) -> Any:
        """The items that a loop over a value visits."""
        if isinstance(value, Value):
            return value.iterate(self)
        if isinstance(value, list | dict | set) and id(value) in self.session.blurred:
            return self.session.blurred[id(value)][1]
        if isinstance(value, str | bytes | list | tuple | dict | set | frozenset | range):
            return iter(list(value) if isinstance(value, list | dict | set) else value)
        return self.unfit(f"{type(value).__name__} is not iterable")

    def listed(self, value: Any) -> list[Any] | Unknown:
        """All items, counted."""
        found = self.items(value)
        if isinstance(found, Unknown):
            return found
        items: list[Any] = []
        for each in found:
            items.append(each)
            self.count(1)
        return items

    def count(self, steps: int) -> None:
        self.steps += steps
        if self.steps > self.limits.steps:
            self.stop_at("steps")

    def member(self, path: str, name: str) -> Any:
        """An attribute of a module or class that is known by its path."""
        return self.catalog.member(self, path, name)

    def name(self, name: str, scope: Scope) -> Any:
        found = scope.find(name)
        return self.catalog.builtin(self, name) if found is MISSING else found

    def assign(self, scope: Scope, name: str, value: Any) -> None:
        unknown = value if isinstance(value, Unknown) else getattr(value, "origin", None)
        if isinstance(unknown, Unknown) and unknown.root.name is None:
            unknown.root.name = name
        if self.settings:
            value = self.session.overridden(name, value, scope)
        self.write(scope.holder(name), name, value)

    # -- calls and classes: in modules of their own ------------------------------------
    def call_function(self, function: Function, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return calls.call_function(self, function, args, kwargs)

    def call_known(self, function: Known, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return calls.call_known(self, function, args, kwargs)

    def class_attribute(self, cls: Class, name: str) -> Any:
        return classes.class_attribute(self, cls, name)

    def instance_attribute(self, instance: Instance, name: str) -> Any:
        return classes.instance_attribute(self, instance, name)

    def construct(self, cls: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return classes.construct(self, cls, args, kwargs)

    def foreign(self, path: str) -> Any:
        return Foreign(path)


RAISED: Any = object()


def _restore(container: Any, old: Any) -> None:
    container.clear()
    if isinstance(container, list):
        container.extend(old)
    else:
        container.update(old)
