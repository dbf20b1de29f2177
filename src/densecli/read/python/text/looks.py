"""Whether a text is Python, told from stacks, YAML, JSON and prose."""

from __future__ import annotations

import re

from densecli.read.python.text import page
from densecli.read.python.text.notebook import is_notebook
from densecli.read.python.text.statements import starts_as_python

MOST = 1 << 20  # letters looked at for what may stand anywhere
# What a page with Python on it has somewhere: a prompt, or a fence that names the language.
_PAGE = r"(?m)^[^\S\r\n]*(?:>>>[ ]|In ?\[[ \d]*\]:|(?:`{3,}|~{3,})[^\S\r\n]*\{?[.]?(?:i?python|pycon|py)(?![a-z]))"


def looks_like_python(text: str) -> bool:
    """Whether a text is Python source, a notebook, or a page with Python on it."""
    text = text.lstrip("\ufeff")
    if text.lstrip()[:1] == "{":
        return is_notebook(text)
    return re.search(_PAGE, text[:MOST]) is not None or starts_as_python(text) or _has_fence(text)


def _has_fence(text: str) -> bool:
    """Whether Markdown has Python in it that does not say so."""
    return ("```" in text or "~~~" in text) and page.blocks(page.lines_of(text[:MOST])) != []
