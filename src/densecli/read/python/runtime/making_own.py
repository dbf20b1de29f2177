"""Objects of classes of the source that derive from Keras' own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python.runtime.custom import CustomLayer
from densecli.read.python.runtime.subclassed import CustomModel
from densecli.read.python.values import Function

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.values import Class

MODELS = ("Model", "Sequential", "Functional")


def construct(run: Interpreter, base: str, cls: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """An object of a class that derives from a layer of Keras, or from Model."""
    made = (CustomModel if base in MODELS else CustomLayer)(run.session, cls, run.place())
    made.base = None if base in ("Layer", "Model", "Functional") else base
    init = cls.find("__init__")
    if isinstance(init, Function):
        run.call_function(init, [made, *args], kwargs)
    else:
        made.start(run, args, kwargs)
    made.begin({})
    return made
