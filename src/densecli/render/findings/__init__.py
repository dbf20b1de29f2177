"""Renderers of verdicts: the same findings for people and for each service, with `render(verdicts) -> str` in each file."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from densecli.check.finding import Unchecked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.check.finding import Verdict

FORMATS = ("text", "json", "ndjson", "github", "gitlab", "sarif", "junit", "markdown")


COUNTING = ("json", "markdown")  # formats that say what was not checked; the others are lists of findings


def render(verdicts: Sequence[Verdict], form: str, unchecked: Unchecked = Unchecked()) -> str:  # noqa: B008  # immutable
    """The verdicts in one of FORMATS, each a complete text. Only the module of that format is imported."""
    more = (unchecked,) if form in COUNTING else ()
    text: str = import_module(f"densecli.render.findings.{form}").render(verdicts, *more)
    return text + "\n" if text else text
