"""Hostile names, and the patterns that show that one of them did harm."""

from __future__ import annotations

import re

# Control characters, markup of every format, commands of shells, spreadsheets and CI runners.
HOSTILE = (
    "\x1b[31mred\x1b[0m", "a\nb\r\tc", "\u202egnp.exe", "\u200bx", "[red]x[nope]", ":smile:", "=cmd|' !A1", "+1", "@user",
    "-1+1", "a|b`c``d", "<script>alert(1)<b>", '"><img src=x onerror=y>', "&amp;&#x41;", "[x](javascript:y)", "a\\|b\\",
    '"];}', "URL=x", "end", "click n0 call z", "%%{init: x}", "n0 --> n1", "$x$ \\input{y} #1 ~^_{}%", "]]>", "日本語", "e\u0301",
    "😀", "::error::x", "##[x]", "null", "true", "no", "1", "1e3", "a: b", "- a", "#c", "$v", "(1, 2)", "Dense(4)", "'", "''",
    "x" * 500, " ", "_a_", "*a*", "www.example.com", "\u2028", "\x85", "'=1",
)  # fmt: skip

# Characters that a terminal would obey or hide.
TERMINAL_HOSTILE = [
    "\x1b[31mred",
    "a\nb",
    "\x9b31m",
    "\u202egnp.exe",
    "bell\x07",
    "[red]x",
    "[nope]",
    ":smile:",
    "zwsp\u200bx",
    "a\u2028b",
    "tab\tx",
]
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]")
FORGED = re.compile(r"^\s*::\w|##\w*\[", re.MULTILINE)


def escaped(name):
    """A name as a stack spells it: raw control characters are refused there."""
    return name.encode("unicode_escape").decode() if not name.isascii() or not name.isprintable() else name
