"""What a shell leaves of a stack without quotes: it takes `> Flatten` for a file to write to, and empties `$n`."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from densecli.errors import DenseError, ReadError, SpecErrors

if TYPE_CHECKING:
    from collections.abc import Sequence

QUOTES = "put the stack in single quotes: densecli 'Dense(16)@(3,2) -> Flatten'"
ARROWS = ("->", "→")
NEAR = 200  # characters looked at behind a mistake

_ARROW_HEAD_GONE = r"-\s*+(?:->|→|\Z)"
_VALUE_GONE = r"[(,=]\s*\Z"
_ARGUMENT_GONE = r"[\w.]++\s*+\((?:[^()]*[,=])?\s*\)"
_FILE_NAME = r"[\w-]++(?>(?:\.[\w-]++)+)\s*+|[\w.-]++\s++"
_WORD = r"[\w-]++"  # nothing but a name


def joined(words: Sequence[str]) -> str:
    """Several words as one stack: with an arrow between them, unless they bring it along."""
    parts, before = [words[0]], words[0]
    for word in words[1:]:
        if "#" in before:
            parts.append("\n")  # the end of a comment
        has_arrow = before.rstrip().endswith(ARROWS) or word.lstrip().startswith(ARROWS)
        parts += [" " if has_arrow else " -> ", word]
        before = word
    return "".join(parts)


def redirected() -> ReadError:
    """What to say of a stack with a lone `-` beside it: it is what a redirection leaves of an arrow."""
    return ReadError("a stack beside '-': the shell took > and the next word as a file", code="E111", hint=QUOTES)


def add_hints(text: str, error: DenseError | SpecErrors) -> None:
    """Add to the errors of a stack from the command line what a shell may have done to it."""
    for each in error.errors if isinstance(error, SpecErrors) else [error]:
        place = each.place
        if place is None or place.start < 0:
            continue
        each.hint = (
            _hint(each, text[max(0, place.start - NEAR) : place.start], text[place.start : place.start + NEAR], text)
            or each.hint
        )


def _hint(error: DenseError, before: str, rest: str, text: str) -> str | None:
    if error.code == "E221" and re.match(_ARROW_HEAD_GONE, rest):
        return QUOTES
    emptied = (
        (error.code == "E307" and re.match(_ARGUMENT_GONE, rest))
        or (error.code == "E222" and re.match(r"[,)*/+]", rest) and re.search(_VALUE_GONE, before))
        or (error.code in ("E221", "E222") and re.search(r"[*@]\s*\Z", before))
    )
    if emptied:
        known = f"{error.hint}; " if error.hint else ""
        return f"{known}if the shell emptied $n, use single quotes: 'Dense($n)' --set n=16"
    if error.code in ("E221", "E304") and re.fullmatch(_FILE_NAME, text) and text.rpartition(".")[2].islower():
        return f"for a file of that name, write ./{text}"
    if error.code == "E304" and re.fullmatch(_WORD, text) and os.path.exists(text):  # noqa: PTH110
        return f"for the {'folder' if os.path.isdir(text) else 'file'} of that name, write ./{text}"  # noqa: PTH112
    return None
