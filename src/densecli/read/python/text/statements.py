"""Recognize statements that only Python has, as opposed to stacks, YAML and prose."""

from __future__ import annotations

import re
from itertools import chain, islice
from keyword import kwlist

from densecli.read.python.text.scan import Token, tokens

MOST_TOKENS = 20_000  # checked before a text is taken for something else
# A statement in short: keywords, operators and brackets as they are, nothing of what stands in brackets, and
# n for a name, s a string, d a docstring, 0 a number, ! a command to IPython.
_SHORT = {"string": "s", "endless": "s", "number": "0", "name": "n", "command": "!", "timed": "!"}
_KEYWORDS = frozenset((*kwlist, "print", "exec"))
_MODELS = frozenset(("Sequential", "Model"))  # no layers, so no stack starts with them
_TARGET = r"\*?(?:n|\(\)|\[\])(?:\.n|\(\)|\[\])*"
_PYTHON = (
    rf"(?:{_TARGET}(?:,{_TARGET})*,?(?:[-+*/%&|^@]|//|\*\*|<<|>>)?=(?!=)"  # an assignment
    r"|n(?:\.n|\[\])+\(\)|n\(\)(?:\(\)|\.n)|@n|d|!"  # a call, a decorator, a docstring
    r"|(?:if|elif|for|while|with|async) (?!:).*:|(?:try|else) :|(?:def|class) n"
    r"|(?:assert|del|exec|from|global|import|print|raise|return|yield) (?:not )?(?:n(?!n)|[s0d(\[{`]|>>|-[n0(]|\.)).*"
)
_OTHER = r"(?:[-{]|->|(?:n|s|0):(?!=|n(?:\.n|\[\])*=)|n\(\)[@*|]|.*\(\)@\().*"


def starts_as_python(text: str) -> bool:
    """Whether the first unambiguous statement is Python."""
    line: list[Token] = []
    for token in chain(islice(tokens(text), MOST_TOKENS), [Token("end", "", len(text))]):
        if token.kind != "end" and not token.depth:
            line.append(token)
        if token.text == "->" and not token.depth and line[0].text not in ("def", "async"):
            return False
        if token.kind not in ("end", "command") or not line:
            continue
        told = _told("".join(map(_short, line)))
        if told is not None:
            return told
        line = []
    return False


def _told(statement: str) -> bool | None:
    """Whether an abbreviated statement is Python; None if it could be something else, too."""
    if re.fullmatch(_PYTHON, statement):
        return True
    return False if re.fullmatch(_OTHER, statement) else None


def _short(token: Token) -> str:
    if token.text in _KEYWORDS:
        return f"{token.text} "
    if token.text in _MODELS:
        return "n.n"  # as if it were keras.Model
    if token.kind in ("string", "endless") and re.match(r"\w*(?:\"{3}|'{3})", token.text):
        return "d"
    if token.kind == "command" and not re.match(r"(?!%YAML)[\w., =]*[%!]", token.text):
        return "?"
    return _SHORT.get(token.kind, token.text)
