"""Mermaid, which writes a character as `#`, its number and `;`."""

from __future__ import annotations

import re

from densecli.render.languages.written import Written
from densecli.text import safe

_TROUBLE = re.compile(r"[^A-Za-z0-9 _.,()·×…\x80-\U0010ffff]")


class Mermaid(Written):
    """A flowchart or a part of one."""

    __slots__ = ()

    @classmethod
    def quoted(cls, *lines: str) -> Mermaid:
        """A label of these lines."""
        shown = [_TROUBLE.sub(lambda found: f"#{ord(found.group())};", safe(line)) for line in lines if line]
        return cls('"' + "<br/>".join(shown) + '"')

    @classmethod
    def word(cls, name: str) -> Mermaid:
        """The name of a class, of our own making: letters alone."""
        if not name.isalpha():
            raise ValueError(f"not a word: {name!r}")
        return cls(name)
