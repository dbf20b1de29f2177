"""Values as Python literals, with the tensors of a call by their variables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from densecli.graph.graph import Ref
from densecli.layer import Constant
from densecli.render.languages.python import INSTEAD, Python
from densecli.render.languages.written import refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    Tensors = Callable[[Ref], Python]


def named(key: str, value: Python) -> Python:
    """An argument by name."""
    return Python.put("{}={}", Python.word(key), value)


def no_tensor(ref: Ref) -> Python:
    """The placeholder for a tensor that a config lacks."""
    raise refuse(f"the tensor {ref}", "Python", INSTEAD)


def literal(value: Any, tensor: Tensors = no_tensor) -> Python:
    """A value of a call. Raises OutputError E604 if it has no literal."""
    if isinstance(value, Ref):
        return tensor(value)
    if isinstance(value, str):
        return Python.quoted(value)
    if isinstance(value, float) and not math.isfinite(value):
        return Python.put('float("{}")', value)
    if isinstance(value, int | float):
        return Python.put("{}", value)
    if isinstance(value, Constant):
        return Python.put("ops.convert_to_tensor({}, {})", literal(value.value, tensor), Python.quoted(value.dtype))
    return _structure(value, tensor)


def _structure(value: Any, tensor: Tensors) -> Python:
    if isinstance(value, dict):
        pairs = [Python.put("{}: {}", literal(str(key)), literal(item, tensor)) for key, item in value.items()]
        return Python.put("{{{}}}", Python.joined(", ", pairs))
    if isinstance(value, list):
        return Python.put("[{}]", _items(value, tensor))
    if isinstance(value, tuple):
        return Python.put("({},)" if len(value) == 1 else "({})", _items(value, tensor))
    if isinstance(value, slice):
        return Python.put("slice({})", _items((value.start, value.stop, value.step), tensor))
    if value is None:
        return Python.put("None")
    if value is ...:
        return Python.put("...")
    raise refuse(f"an argument of type {type(value).__name__}", "Python", INSTEAD)


def _items(values: Any, tensor: Tensors) -> Python:
    return Python.joined(", ", [literal(item, tensor) for item in values])


def subscript(key: Any, tensor: Tensors) -> Python:
    """The text between the brackets of `tensor[...]`; files store a tuple of indices as a list."""
    items = key if isinstance(key, list) else [key]
    return Python.joined(", ", [_index(item, tensor) for item in items]) or Python.put("()")


def _index(item: Any, tensor: Tensors) -> Python:
    if not isinstance(item, slice):
        return literal(item, tensor)
    ends = [Python.put("") if end is None else literal(end, tensor) for end in (item.start, item.stop, item.step)]
    return Python.joined(":", ends if ends[2] else ends[:2])
