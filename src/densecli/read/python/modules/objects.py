"""Python's builtin functions on objects: their class, their attributes, what they print; and its exceptions."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from densecli.read.python.catalog import ENTRIES, known
from densecli.read.python.classes import Bound, super_
from densecli.read.python.exceptions import ExceptionClass
from densecli.read.python.modules.builtins import Type
from densecli.read.python.signals import Raised
from densecli.read.python.values import Class, Foreign, Instance, Known, Unknown, Value

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter


@known("builtins.print", "builtins.open", "builtins.help", "builtins.exec", "builtins.eval", "builtins.compile", "builtins.__import__",
       "builtins.globals", "builtins.locals", "builtins.vars", "builtins.dir", "builtins.id", "builtins.hash")  # fmt: skip
def outside(run: Interpreter, *args: Any, **_: Any) -> Any:
    """Reaches outside of what is followed."""
    return run.unknown("its result is known only when the file runs")


@known("builtins.print")
def print_(run: Interpreter, *values: Any, **_: Any) -> None:
    for each in values:
        run.session.shown(each, run.node)


@known("builtins.input", "builtins.raw_input")
def input_(run: Interpreter, *_: Any) -> Any:
    return run.unknown("it is user input")


@known("builtins.type")
def type_(run: Interpreter, value: Any, *_: Any) -> Any:
    if isinstance(value, Instance):
        return value.cls
    return value if isinstance(value, Unknown) else run.attribute(value, "__class__")


@known("builtins.isinstance")
def isinstance_(run: Interpreter, value: Any, classes: Any) -> Any:
    if isinstance(value, Unknown):
        return value.derived("…")
    several = classes if isinstance(classes, tuple) else (classes,)
    answers = [_is_a(value, each) for each in several]
    if True in answers:
        return True
    return run.unknown("densecli does not know this class") if None in answers else False


def _is_a(value: Any, cls: Any) -> bool | None:
    if isinstance(cls, Type):
        return isinstance(value, cls.classes) and not (bool in cls.classes and not isinstance(value, bool))
    if isinstance(cls, Class):
        return cls in getattr(getattr(value, "cls", None), "mro", ())
    if hasattr(cls, "holds"):
        return bool(cls.holds(value))
    return False if value is None or isinstance(value, str | int | float | list | tuple | dict) else None


@known("builtins.issubclass")
def issubclass_(run: Interpreter, cls: Any, classes: Any) -> Any:
    several = classes if isinstance(classes, tuple) else (classes,)
    return (
        any(each in cls.mro for each in several)
        if isinstance(cls, Class)
        else run.unknown("densecli does not know this class")
    )


@known("builtins.callable")
def callable_(run: Interpreter, value: Any) -> Any:
    return value.derived("…") if isinstance(value, Unknown) else isinstance(value, Value)


@known("builtins.getattr")
def getattr_(run: Interpreter, value: Any, name: Any, *default: Any) -> Any:
    if isinstance(name, Unknown):
        return name.derived("…")
    try:
        return run.attribute(value, str(name))
    except Raised as error:
        if default and error.is_a("AttributeError"):
            return default[0]
        raise


@known("builtins.hasattr")
def hasattr_(run: Interpreter, value: Any, name: Any) -> Any:
    try:
        found = run.attribute(value, str(name))
    except Raised as error:
        if error.is_a("AttributeError"):
            return False
        raise
    return found.derived("…") if isinstance(found, Unknown) else True


@known("builtins.setattr")
def setattr_(run: Interpreter, value: Any, name: Any, new: Any) -> None:
    if isinstance(value, Value) and isinstance(name, str):
        value.set(run, name, new)


for _way in ("property", "staticmethod", "classmethod"):
    known(f"builtins.{_way}")(lambda run, function=None, *_, way=_way: Bound(way, function))

ENTRIES["builtins.NotImplemented"] = Foreign("builtins.NotImplemented")
ENTRIES["builtins.Ellipsis"] = ...
ENTRIES["builtins.__name__"] = "__main__"
ENTRIES["builtins.__file__"] = "model.py"
ENTRIES["builtins.__doc__"] = None
ENTRIES["builtins.__debug__"] = True


class ScopedKnown(Known):
    """A function that needs to see where it is called."""

    __slots__ = ()
    needs_scope = True


ENTRIES["builtins.super"] = ScopedKnown("builtins.super", super_)

for _name, _class in vars(builtins).items():
    if isinstance(_class, type) and issubclass(_class, BaseException):
        ENTRIES[f"builtins.{_name}"] = ExceptionClass(_name)
