"""Renderers of what became of many models: one report in each format of `diff`, in a file of that name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from densecli.check.compare.changes import Changes


def render(changes: Changes, form: str, width: int | None = None, *, color: bool = False) -> str:
    """The changes as table, markdown or json, a complete text; only a table has a width and colors."""
    look = {"width": width, "color": color} if form == "table" else {}
    text: str = import_module(f"densecli.render.changes.{form}").render(changes, **look)
    return text + "\n"
