"""Scopes: the names of a module, a function or a class body."""

from __future__ import annotations

from typing import Any

MISSING: Any = object()


class Scope:
    """The names of one block. Functions in a class body do not see its names."""

    __slots__ = ("elsewhere", "function", "is_class", "module", "names", "outer", "receiver")

    def __init__(self, module: Scope | None = None, outer: Scope | None = None) -> None:
        self.names: dict[str, Any] = {}
        self.module = module or self
        self.outer = outer  # the function around this one
        self.elsewhere: dict[str, Scope] = {}  # names declared global or nonlocal, and their scope
        self.function: Any = None
        self.is_class = False
        self.receiver: Any = None  # the first argument of a method, for super()

    def find(self, name: str) -> Any:
        scope: Scope | None = self.elsewhere.get(name, self) if self.elsewhere else self
        while scope is not None:
            found = scope.names.get(name, MISSING)
            if found is not MISSING:
                return found
            scope = scope.outer
        return self.module.names.get(name, MISSING)

    def closed_over(self) -> Scope | None:
        """The enclosing scope of a function defined here: neither a class body nor the module."""
        scope: Scope | None = self
        while scope is not None and (scope.is_class or scope is scope.module):
            scope = scope.outer
        return scope

    def holder(self, name: str) -> dict[str, Any]:
        """The namespace that an assignment writes to."""
        return self.elsewhere[name].names if name in self.elsewhere else self.names

    def declare(self, name: str, *, everywhere: bool) -> None:
        """`global` or `nonlocal`."""
        scope = self.module
        if not everywhere:
            outer = self.outer
            while outer is not None:
                if name in outer.names:
                    scope = outer
                    break
                outer = outer.outer
        self.elsewhere[name] = scope
