"""Lines for IPython (`%matplotlib inline`, `!pip install`, `model?`) become statements that do nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.read.python.text.rewrite import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.read.python.text.scan import Token


def edits(line: Sequence[Token]) -> Iterator[Edit]:
    """The edits that turn a logical line into Python."""
    first = line[0]
    if first.kind == "timed":
        yield Edit(first.start, first.end)
    elif first.kind == "command":
        yield Edit(first.start, first.end, _instead(first.text))


def _instead(command: str) -> str:
    """What runs another file has its names; a value from outside stays one: IPython makes the same of `files = !ls`."""
    script = re.fullmatch(r"%run\s+(?:-\w\s+)?(?:\./)?([^\W\d][\w/]*)(?:\.py)?\s*", command)
    if script is not None:
        return f"from {script[1].replace('/', '.')} import *"
    target, equals, _ = command.partition("=")
    is_target = equals and re.fullmatch(r"[\w.,\s]+", target)
    return f"{target}= get_ipython().getoutput()" if is_target else "pass"
