"""Words of a command line that name Python files: `train.py`, `train.py:model`, `nb.ipynb:*`."""

from __future__ import annotations

import re

_CHOICE = r"(?is)(.+?\.(?:py|pyw|ipynb))(?::(.*))?"


def is_python_file(word: str) -> bool:
    """Whether a word names a Python file, with or without a choice of what is in it."""
    return re.fullmatch(_CHOICE, word) is not None


def split_choice(word: str) -> tuple[str, str | None]:
    """The file, and what is wanted of it: `train.py:build(64)` is `train.py` and `build(64)`."""
    found = re.fullmatch(_CHOICE, word)
    return (word, None) if found is None else (found[1], found[2])
