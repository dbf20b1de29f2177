"""Colors of what goes to standard error, by the first words of each line; and when to use colors at all."""

from __future__ import annotations

import os
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from densecli.text import styled

if TYPE_CHECKING:
    from collections.abc import Sequence

RED, YELLOW, BLUE, CYAN, BOLD, DIM = "1;31", "1;33", "1;34", "1;36", "1", "2"
_HEADS = {"error": RED, "internal error": RED, "warning": YELLOW, "note": CYAN, "help": CYAN, "usage": DIM}
_HEAD = r"( *)((?:internal )?error|warning|note|help|usage)(\[E\d+\])?:"
_GUTTER = r" {2}(\d*) *\|"
_CARET = r"( *)(\^+)"


def use_color(color: str, terminal: bool) -> bool:
    """--color, then NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, then whether it is a terminal."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if os.environ.get(name):
            return os.environ[name] != "0"
    return terminal and os.environ.get("TERM") != "dumb"


def color_option(arguments: Sequence[str]) -> str:
    """What --color says: messages may come before the options are read."""
    given = [value for option, value in pairwise(arguments) if option == "--color"]
    given += [word.removeprefix("--color=") for word in arguments if word.startswith("--color=")]
    return given[-1] if given and given[-1] in ("always", "never") else "auto"


def painted(text: str) -> str:
    """Lines of messages with their heads, places, gutters and carets in color."""
    return "\n".join(map(_painted_line, text.split("\n")))


def _painted_line(line: str) -> str:
    if head := re.match(_HEAD, line):
        style, rest = _HEADS[head[2]], line[head.end() :]
        return styled(head[0], style) + (styled(rest, BOLD) if "error" in head[2] else rest)
    if line.startswith(" --> "):
        return styled(" -->", BLUE) + line[4:]
    gutter = re.match(_GUTTER, line)
    if gutter is None:
        return line
    rest = line[gutter.end() :]
    caret = None if gutter[1] else re.match(_CARET, rest)
    return styled(gutter[0], BLUE) + (rest if caret is None else caret[1] + styled(rest[caret.end(1) :], RED))
