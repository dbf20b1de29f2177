"""Shell completion: each TAB starts the program, so it imports no more than the command line at hand needs."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

VARIABLE = "_DENSECLI_COMPLETE"  # typer's, set by the scripts that --install-completion installs
WORDS, NUMBER, LINE = "COMP_WORDS", "COMP_CWORD", "_TYPER_COMPLETE_ARGS"  # set by bash, and by the other shells


def completing() -> bool:
    return VARIABLE in os.environ


def command_of(commands: Collection[str]) -> str | None:
    """The command of the line to be completed, or None if its name is still being typed.

    If the line has no command, `summary` is inserted.
    """
    words = os.environ.get(WORDS, os.environ.get(LINE, "")).split(maxsplit=2)
    if len(words) < 2 or not _first_word_is_whole():
        return None
    if words[1] in commands:
        return words[1]
    for name in (WORDS, LINE):
        if name in os.environ:
            os.environ[name] = re.sub(r"^(\s*\S+\s)", r"\1summary ", os.environ[name], count=1)
    if NUMBER in os.environ:
        os.environ[NUMBER] = str(int(os.environ[NUMBER]) + 1)
    return "summary"


def _first_word_is_whole() -> bool:
    if NUMBER in os.environ:
        return os.environ[NUMBER].isdecimal() and int(os.environ[NUMBER]) > 1
    return re.match(r"\s*\S+\s+\S+\s", os.environ.get(LINE, "")) is not None


def layer_types(incomplete: str) -> list[str]:
    """The layer types that start this way."""
    from densecli.layers.index import ALIASES, MODULES  # noqa: PLC0415  # only TAB needs them
    from densecli.names import APPLICATIONS  # noqa: PLC0415

    return [name for name in sorted({*MODULES, *ALIASES, *APPLICATIONS}) if name.startswith(incomplete)]
