"""Texts of tests in which «…» marks a span."""

from __future__ import annotations


def marked(text: str) -> tuple[str, tuple[int, int]]:
    """A text in which «…» marks a span: the text without the marks, and the span."""
    start = text.index("«")
    end = text.index("»") - 1
    return text[:start] + text[start + 1 : end + 1] + text[end + 2 :], (start, end)
