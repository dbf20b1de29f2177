"""Words that several pictures use."""

from __future__ import annotations

from typing import Any


def activated(activation: Any, name: str = "output") -> str:
    """The title of an output behind an activation."""
    function = function_name(activation)
    return name if function == "linear" else f"{name} = {function}(…)"


def function_name(activation: Any) -> str:
    return activation if isinstance(activation, str) else getattr(activation, "class_name", "function")
