"""Exceptions that the source raises: builtin classes and those of the source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python.signals import Raised
from densecli.read.python.values import Class, Value

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter


class ExceptionClass(Value):
    """A builtin class of exceptions."""

    __slots__ = ("name",)
    kind = "class"

    def __init__(self, name: str) -> None:
        self.name = name

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return ExceptionValue(self.name, args)

    def get(self, run: Interpreter, name: str) -> Any:
        return self.name if name == "__name__" else super().get(run, name)


class ExceptionValue(Value):
    """An exception."""

    __slots__ = ("args", "name")
    kind = "exception"

    def __init__(self, name: str, args: list[Any]) -> None:
        self.name, self.args = name, args

    def get(self, run: Interpreter, name: str) -> Any:
        return tuple(self.args) if name == "args" else super().get(run, name)


def raised(run: Interpreter, value: Any) -> Raised:
    """The exception of a `raise` statement."""
    if isinstance(value, ExceptionClass):
        value = value.call(run, [], {})
    if isinstance(value, ExceptionValue):
        message = next((each for each in value.args if isinstance(each, str)), value.name)
        return Raised(value.name, message, run.place(), value)
    cls = value if isinstance(value, Class) else getattr(value, "cls", None)
    found = Raised("Exception", "the source raises an exception", run.place(), value)
    if isinstance(cls, Class):
        found.bases = tuple(each.name for each in cls.mro)
        found.kind = next(
            (each.name for known in cls.mro for each in known.bases if isinstance(each, ExceptionClass)), "Exception"
        )
    return found
