"""Text of unknown origin in Markdown: code spans, in which no markup, HTML, mention or link comes alive."""

from __future__ import annotations

import re

from densecli.text import safe

# In a table a pipe in a code span would need an escape that renderers disagree on.
_TABLE_TROUBLE = re.compile(r"[|`]")


def code(text: str) -> str:
    """The text as code, in a line or in a table's cell. Nothing at all stays nothing."""
    text = safe(text)
    if not text.strip():
        return ""
    if _TABLE_TROUBLE.search(text):
        return f"<code>{''.join(map(_entity, text))}</code>"
    return f"`{text}`"


def _entity(char: str) -> str:
    """A numeric entity is never markup; GitHub leaves mentions inside <code> alone."""
    return char if char.isalnum() or not char.isascii() or char == " " else f"&#{ord(char)};"
