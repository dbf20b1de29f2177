"""Layers and models that the source defines itself: opaque, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import GraphError
from densecli.read.python.runtime.layers import LayerObject
from densecli.read.python.values import Function

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.values import Class


def construct(run: Interpreter, base: str, cls: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """An object of a class that derives from a layer or model of Keras."""
    name = kwargs.get("name")
    made = LayerObject(
        run.session, name if isinstance(name, str) else run.session.use_name(cls.name), None, run.place()
    )
    made.cls, made.type_name = cls, cls.name
    message = f"`{cls.name}` is a class of the source itself, which densecli does not follow yet"
    made.error = GraphError(message, code="E354", place=run.place())
    init = cls.find("__init__")
    if isinstance(init, Function):
        run.call_function(init, [made, *args], kwargs)
    return made
