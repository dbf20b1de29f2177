"""Whether a text is Python rather than a stack, YAML, JSON or prose."""

from __future__ import annotations

import re

from densecli.read.python.text import page
from densecli.read.python.text.notebook import is_notebook
from densecli.read.python.text.statements import starts_as_python

MOST = 1 << 20  # characters searched for marks that may occur anywhere
# Marks of a page with Python on it: a prompt, or a fence that names the language.
_PAGE = r"(?m)^[^\S\r\n]*(?:>>>[ ]|In ?\[[ \d]*\]:|(?:`{3,}|~{3,})[^\S\r\n]*\{?[.]?(?:i?python|pycon|py)(?![a-z]))"


def looks_like_python(text: str) -> bool:
    """Whether a text is Python source, a notebook, or a page with Python on it."""
    text = text.lstrip("\ufeff")
    if text.lstrip()[:1] == "{":
        return is_notebook(text)
    return re.search(_PAGE, text[:MOST]) is not None or starts_as_python(text) or _has_fence(text)


def _has_fence(text: str) -> bool:
    """Whether Markdown contains Python, even in fences that do not name the language."""
    return ("```" in text or "~~~" in text) and page.blocks(page.lines_of(text[:MOST])) != []
