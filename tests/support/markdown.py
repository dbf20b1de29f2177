"""Markdown as GitHub renders it."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

ALLOWED_TAGS = {"h3", "br", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "strong", "details", "summary"}


def check_markdown(output, last_header):
    """Rendered as GitHub does, with raw HTML: only the elements that densecli writes, and rows of equal length."""
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(output)
    assert {tag.lower() for tag in re.findall(r"</?([a-zA-Z]+\d?)", html)} <= ALLOWED_TAGS
    assert last_header in html
    for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL):
        assert row.count("<t") in (3, 4, 6)
