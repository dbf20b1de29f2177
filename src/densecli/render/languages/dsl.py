"""densecli's own DSL."""

from __future__ import annotations

import re

from densecli.render.languages.written import Written, refuse
from densecli.text import defused, escaped, quote

INSTEAD = "use --to yaml, json or keras"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORD = re.compile(r"[^\W\d]\w*")
_VALUES = ("true", "false", "none", "null")


class Dsl(Written):
    """A stack."""

    __slots__ = ()

    @classmethod
    def quoted(cls, text: str) -> Dsl:
        """A string, without quotes if it is a word with no other meaning."""
        if _PLAIN.fullmatch(text) and text.lower() not in _VALUES:
            return cls(text)
        body = "".join(f"\\{char}" if char in "\\'" else escaped(char) for char in text)
        return cls("'" + defused(body, r"\x23") + "'")

    @classmethod
    def word(cls, name: str) -> Dsl:
        """The name of a type, an argument or a layer. Raises OutputError E604 for what is not a word."""
        if not _WORD.fullmatch(name) or name == "_":
            raise refuse(f"{quote(name)}, a name that is not an identifier,", "the DSL", INSTEAD)
        return cls(name)
