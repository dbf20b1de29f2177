"""Values as Python literals: what a file holds is data in the code that is written, and never code itself."""

from __future__ import annotations

import keyword
import math
import re
from typing import TYPE_CHECKING, Any

from densecli.graph.graph import Ref
from densecli.layer import Constant
from densecli.render.convert.given import refuse
from densecli.text import defused, quote

if TYPE_CHECKING:
    from collections.abc import Callable

INSTEAD = "use --to keras"
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def is_word(name: str) -> bool:
    """Whether a name can be a variable or the name of an argument."""
    return _WORD.fullmatch(name) is not None and not keyword.iskeyword(name)


def text(value: str) -> str:
    """A string literal in plain ASCII, in double quotes, in which a CI runner finds no command."""
    body = ascii(value + "'")[1:-2] if '"' not in value else ascii(value)[1:-1].replace('"', '\\"')
    return '"' + defused(body, r"\x23") + '"'


def named(key: str, value: str) -> str:
    """An argument by name. Raises OutputError E604 for a name that no argument can have."""
    if not is_word(key):
        raise refuse(f"an argument called {quote(key)}", "Python", INSTEAD)
    return f"{key}={value}"


def literal(value: Any, tensor: Callable[[Ref], str] = repr) -> str:
    """A value of a call, with the tensors in it by their variables. Raises OutputError E604 for what has no literal."""
    if isinstance(value, Ref):
        return tensor(value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, Constant):
        return f"ops.convert_to_tensor({literal(value.value, tensor)}, {text(value.dtype)})"
    return _structure(value, tensor)


def _structure(value: Any, tensor: Callable[[Ref], str]) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{text(str(key))}: {literal(item, tensor)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(literal(item, tensor) for item in value)}]"
    if isinstance(value, tuple):
        return f"({', '.join(literal(item, tensor) for item in value)}{',' * (len(value) == 1)})"
    if isinstance(value, slice):
        return f"slice({', '.join(literal(end, tensor) for end in (value.start, value.stop, value.step))})"
    if value is ...:
        return "..."
    raise refuse(f"an argument of type {type(value).__name__}", "Python", INSTEAD)


def subscript(key: Any, tensor: Callable[[Ref], str]) -> str:
    """What stands between the brackets of `tensor[...]`; files hold a tuple of indices as a list."""
    items = key if isinstance(key, list) else [key]
    return ", ".join(_index(item, tensor) for item in items) or "()"


def _index(item: Any, tensor: Callable[[Ref], str]) -> str:
    if not isinstance(item, slice):
        return literal(item, tensor)
    start, stop, step = ("" if end is None else literal(end, tensor) for end in (item.start, item.stop, item.step))
    return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
