"""Renderers of differences: the same rows as a table for people, as Markdown for pull requests, and as JSON."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from densecli.check.compare.diff import Diff

FORMATS = ("table", "markdown", "json")


def render(diff: Diff, form: str) -> str:
    """The difference in one of FORMATS, a complete text."""
    text: str = import_module(f"densecli.render.diff.{form}").render(diff)
    return text + "\n"
