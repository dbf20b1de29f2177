"""XML and HTML."""

from __future__ import annotations

from html import escape
from pkgutil import get_data

from densecli.render.languages.written import Written
from densecli.text import safe


class Xml(Written):
    """A page, a picture or a part of one."""

    __slots__ = ()

    @classmethod
    def quoted(cls, text: str) -> Xml:
        """Text, between tags or as the value of an attribute."""
        return cls(escape(safe(text)))

    @classmethod
    def asset(cls, name: str) -> Xml:
        """A file of our own: the style or the script of a page."""
        return cls((get_data("densecli.render.pages", name) or b"").decode())
