"""GitHub-flavored Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.render.languages.written import Written
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable

# Words that mean nothing to Markdown: an underscore between letters does not, a lone one could; GitHub links #1 and GH-1.
_PLAIN = re.compile(
    r"(?:[A-Za-z0-9≥?,.()%█▏▎▍▌▋▊▉/…×· ]|(?<= )(?:=|->)(?= )|;(?= )|(?<=[a-z])'(?=[a-z ])|#(?!\w)|:(?= )|(?<=[A-Za-z0-9])(?:_(?=[A-Za-z0-9])|-(?=[a-z]))|(?<![A-Za-z0-9])[+-](?=[0-9]))*|-"
)
_TROUBLE = re.compile(r"[|`]")  # readers disagree about a `|` in a code span in a table


class Markdown(Written):
    """A page or a part of one."""

    __slots__ = ()

    @classmethod
    def quoted(cls, text: str, *, plain: bool = False) -> Markdown:
        """Code, in which no markup, HTML, mention or link is active; with `plain`, words without any of these are kept as is."""
        text = safe(text)
        if not text or (plain and text == text.strip() and _PLAIN.fullmatch(text) and "www." not in text.lower()):
            return cls(text)
        if _TROUBLE.search(text):
            return cls(f"<code>{''.join(map(_entity, text))}</code>")
        pad = " " if text[0] == text[-1] == " " and not text.isspace() else ""
        return cls(f"`{pad}{text}{pad}`")

    @classmethod
    def block(cls, lines: Iterable[str]) -> Markdown:
        """Lines of code, between fences longer than any in them."""
        text = "\n".join(map(safe, lines))
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
        return cls(f"{fence}\n{text}\n{fence}")


def _entity(char: str) -> str:
    """A numeric entity is never markup; GitHub leaves mentions inside <code> alone."""
    return char if char.isalnum() or not char.isascii() or char == " " else f"&#{ord(char)};"
