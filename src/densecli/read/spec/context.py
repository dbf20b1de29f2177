"""The shared context of reading a YAML or JSON spec: the source, the variables, and the builder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ArgumentError, Place, did_you_mean
from densecli.read.stack.cursor import Setting
from densecli.read.text.spans import join
from densecli.records import Record
from densecli.text import describe, quote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from densecli.errors import DenseError, Part, Source
    from densecli.read.build import Builder

# What people call the keys of a model in other programs.
ALSO_CALLED = {
    "variables": "vars", "variable": "vars", "var": "vars", "params": "vars", "parameters": "vars", "set": "vars", "defaults": "vars",
    "input_shape": "input", "shape": "input", "inputs": "input", "model": "layers", "stack": "layers", "network": "layers",
    "architecture": "layers", "output": "outputs", "expectations": "expect", "check": "expect", "expected": "expect",
}  # fmt: skip


class Spec(Record):
    """One model of a document; a nested model has its own builder and shares the rest."""

    source: Source
    builder: Builder
    variables: dict[str, Any]

    def place(self, pointer: str, part: Part = None) -> Place:
        return Place(self.source, pointer=pointer, part=part)

    def setting(self, pointer: str) -> Setting:
        """The setting for a DSL text in the string at the pointer."""
        source, variables, limits = self.source, self.variables, self.builder.limits
        return Setting(lambda start, end: Place(source, -1, -1, pointer, (start, end)), variables, limits)

    def fail(self, error: DenseError, pointer: str, part: Part = None) -> None:
        """Collect a mistake at the pointer, unless it has its own place."""
        self.builder.errors.append(error.at(self.place(pointer, part)))

    def wrong_type(self, expected: str, value: object, pointer: str, hint: str | None = None) -> None:
        got = "a list" if isinstance(value, list) else describe(value)
        self.fail(ArgumentError(f"expected {expected}, got {got}", code="E301", hint=hint), pointer)

    def check_keys(self, entry: dict[str, Any], known: Iterable[str], pointer: str, what: str) -> None:
        """Collect every unexpected key."""
        names = tuple(known)
        for key in entry:
            if key not in names:
                other = ALSO_CALLED.get(key.casefold())
                near = f"did you mean `{other}`?" if other in names else did_you_mean(key, names)
                hint = near or f"keys: {', '.join(names)}"
                error = ArgumentError(f"{what} has no key {quote(key)}", code="E305", hint=hint)
                self.fail(error, join(pointer, key), "key")
