"""YAML, in flow style: only what YAML 1.1 and YAML 1.2 readers read alike."""

from __future__ import annotations

import json
import re

from densecli.render.languages.written import Written
from densecli.text import defused, escaped

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VALUES = ("null", "true", "false", "y", "n", "yes", "no", "on", "off")


class Yaml(Written):
    """A document or a part of one."""

    __slots__ = ()

    @classmethod
    def quoted(cls, text: str | float | None) -> Yaml:
        """A scalar: a string needs no quotes if it is a word with no other meaning."""
        if not isinstance(text, str):
            return cls(json.dumps(text))
        if _PLAIN.fullmatch(text) and text.lower() not in _VALUES:
            return cls(text)
        body = "".join(f"\\{char}" if char in '\\"' else escaped(char) for char in text)
        return cls('"' + defused(body, r"\x23") + '"')
