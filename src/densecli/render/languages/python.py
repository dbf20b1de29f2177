"""Python: content from a file becomes a literal or a checked name, never code."""

from __future__ import annotations

import keyword
import re

from densecli.render.languages.written import Written, refuse
from densecli.text import defused, quote

INSTEAD = "use --to keras"
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Python(Written):
    """Source code."""

    __slots__ = ()

    @classmethod
    def quoted(cls, text: str) -> Python:
        """A string literal in plain ASCII, in double quotes."""
        body = ascii(text + "'")[1:-2] if '"' not in text else ascii(text)[1:-1].replace('"', '\\"')
        return cls('"' + defused(body, r"\x23") + '"')

    @classmethod
    def word(cls, name: str) -> Python:
        """The name of a function, an argument or a variable. Raises OutputError E604 for what can be none."""
        if not is_word(name):
            raise refuse(f"{quote(name)}, a name that is not an identifier,", "Python", INSTEAD)
        return cls(name)


def is_word(name: str) -> bool:
    """Whether a name can be a variable or the name of an argument."""
    return _WORD.fullmatch(name) is not None and not keyword.iskeyword(name)
