"""Errors in text that is not valid Python, in our own words: Python's change with its version."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.errors import DenseError, LimitError, Place, ReadError, SpecSyntaxError
from densecli.read.limits import beyond
from densecli.read.python.text.nesting import deepest
from densecli.read.python.text.scan import CLOSERS, OPENERS, Token, tokens
from densecli.read.text.encoding import check_surrogates, too_large
from densecli.text import quote

if TYPE_CHECKING:
    from densecli.errors import Source
    from densecli.read.limits import Limits
    from densecli.read.python.text.draft import Draft

_LONG_NUMBER = r"(?<![\w.])\.?[0-9][\w.]{%d}"  # allowed in a string
_CURLY = "“”‘’„«»"
_DEEP = ("too many nested parentheses", "too many levels of indentation")  # the same words since Python 3.8

_REASONS = {  # Python's own messages that say more than the place
    "cannot assign": "cannot assign to this",
    "expected ':'": "a colon is missing here",
    "f-string": "the expression in this f-string is not valid",
    "positional argument follows": "a positional argument follows a keyword argument",
}


def check(source: Source, limits: Limits) -> None:
    """Refuse what Python itself would choke on: too many letters or digits, NULs, lone surrogates."""
    text = source.text
    if len(text) > limits.source_bytes:
        raise too_large(limits, "source_bytes", Place(source))
    check_surrogates(source)
    nul = text.find("\0")
    if nul >= 0:
        raise ReadError("a NUL character in the text", code="E103", hint="remove it", place=Place(source, nul, nul + 1))
    if re.search(_LONG_NUMBER % limits.digits, text):
        _check_numbers(source, limits)


def _check_numbers(source: Source, limits: Limits) -> None:
    for token in tokens(source.text):
        digits = len(re.sub(r"[^0-9a-fA-F]", "", token.text)) if token.kind == "number" else 0
        if digits > limits.digits:
            message = f"a number of {digits:,} digits is too long"
            raise beyond(limits, "digits", message, "E504", Place(source, token.start, token.end))


def explain(draft: Draft, error: Exception) -> DenseError:
    """The mistake behind an error of Python's parser, with its place."""
    if any(words in str(error) for words in _DEEP):
        return too_deep_for_python(draft)
    line = getattr(error, "lineno", None) or 1
    found = _unfinished(draft.now.text)
    if found is not None and draft.now.position(found[1].start)[0] <= line:
        return _mistake(draft, found[0], found[1].start, found[1].end)
    start, text = draft.now.start(line), draft.now.line(line)
    if isinstance(error, IndentationError):
        return _mistake(draft, _indentation(str(error)), start + len(text) - len(text.lstrip()), start + len(text))
    column = min(max(getattr(error, "offset", None) or 1, 1) - 1, len(text))
    last = getattr(error, "end_offset", None) or 0 if getattr(error, "end_lineno", line) == line else 0
    return _unexpected(draft, start + column, start + last - 1, str(error))


def too_deep_for_python(draft: Draft) -> LimitError:
    message = "brackets, blocks or operators nested deeper than Python can parse"
    return LimitError(message, code="E503", place=draft.place(*deepest(draft.now.text)))


def too_deep(place: Place, limits: Limits) -> LimitError:
    message = f"operators, calls or blocks nested deeper than {limits.nesting} levels"
    return beyond(limits, "nesting", message, "E503", place)


def _mistake(draft: Draft, message: str, start: int, end: int, hint: str | None = None) -> DenseError:
    return SpecSyntaxError(f"not valid Python: {message}", hint=hint, place=draft.place(start, end))


def _unfinished(text: str) -> tuple[str, Token] | None:
    """The first unterminated string or unmatched bracket."""
    waiting: list[Token] = []
    for token in tokens(text):
        if token.kind == "endless":
            return "a string without its closing quote", token._replace(text=token.text.splitlines()[0])
        if token.kind == "operator" and token.text in OPENERS:
            waiting.append(token)
        elif token.kind == "operator" and token.text in CLOSERS:
            if not waiting:
                return f"`{token.text}` closes nothing", token
            opener = waiting.pop()
            if OPENERS.index(opener.text) != CLOSERS.index(token.text):
                return f"`{token.text}` does not close `{opener.text}`", token
    return (f"`{waiting[-1].text}` is never closed", waiting[-1]) if waiting else None


def _indentation(said: str) -> str:
    if "expected an indented block" in said:
        return "expected an indented block before this line"
    if "unexpected indent" in said:
        return "unexpected indentation"
    return "the indentation does not match any outer level"


def _unexpected(draft: Draft, start: int, end: int, said: str) -> DenseError:
    """The token where Python stopped."""
    escape = said.startswith("(unicode")  # the place is the end of the string, before Python 3.12
    token = next((token for token in tokens(draft.now.text) if token.end > start - escape), None)
    message, hint = _reason(token, said)
    if token is None or token.kind == "end":
        return _mistake(draft, message, start, start + 1, hint)
    return _mistake(draft, message, token.start if escape else max(token.start, start), max(token.end, end), hint)


def _reason(token: Token | None, said: str) -> tuple[str, str | None]:
    """Why a token or the end of a line is not allowed here, and what would be."""
    for words, reason in _REASONS.items():
        if words in said:
            return reason, None
    if token is None or token.kind == "end":
        return "the line ends too soon", None
    if said.startswith("(unicode"):
        return "a backslash in this string starts an unknown escape", "r'…' keeps backslashes as they are"
    if token.text in _CURLY:
        return f"`{token.text}` is not a quote in Python", "straight quotes, ' or \", begin and end a string"
    return f"unexpected {quote(token.text.splitlines()[0], 40)}", None
