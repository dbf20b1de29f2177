"""LaTeX."""

from __future__ import annotations

import re

from densecli.render.languages.written import Written
from densecli.text import safe

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    '"': r"\textquotedbl{}", "`": r"\textasciigrave{}", "'": r"\textquotesingle{}", "-": "-{}", "?": "?{}", "!": "!{}",
    "[": "{[}", "]": "{]}", "×": r"$\times$", "≥": r"$\geq$", "…": r"\dots{}",
    "·": r"$\cdot$", "−": r"$-$", "÷": r"$\div$",
}  # fmt: skip  # -{}: no en dash out of two hyphens; {[}: no optional argument behind \\
_FURTHER_SPACE = re.compile(r"^ |(?<= ) | $")  # LaTeX makes one of several, and none at an end


class Latex(Written):
    """A table or a part of one."""

    __slots__ = ()

    @classmethod
    def quoted(cls, text: str) -> Latex:
        """Text in which no character is a command and each space is one."""
        shown = "".join(_SPECIAL.get(char, char) for char in safe(text))
        return cls(_FURTHER_SPACE.sub(r"\\ ", shown))
