"""Helpful errors for YAML text that PyYAML refuses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError, Place, ReadError, SpecSyntaxError
from densecli.read.text.encoding import surrogate

if TYPE_CHECKING:
    from densecli.errors import Source

_HALF = re.compile(r"[dD][89a-fA-F][0-9a-fA-F]{2}")
_BRANCHES = re.compile(r"[\s-]*\[.*\]\s*(?:->|@|\*)")
_OPENERS = {"[": "]", "{": "}"}


def syntax_error(source: Source, error: Exception) -> DenseError:
    """The mistake in its place; `error` is whatever PyYAML raised."""
    character = getattr(error, "character", None)
    if isinstance(character, int):
        return _unreadable(source, character)
    at = problem_index(error)
    if at is None:
        return SpecSyntaxError(f"not YAML: {error}", place=Place(source))
    start = _index(error, "context_mark")
    if _HALF.match(source.text, at):
        return surrogate(Place(source, at - 2, at + 4))
    if start is not None and at >= len(source.text.rstrip()):
        unclosed = _unclosed(source, start)
        if unclosed is not None:
            return unclosed
    message, hint = _words(source, at, str(getattr(error, "problem", None) or error))
    return SpecSyntaxError(message, hint=hint, place=Place(source, at, at + 1))


def problem_index(error: Exception) -> int | None:
    """Where PyYAML stopped, if it says so."""
    return _index(error, "problem_mark")


def _index(error: Exception, mark: str) -> int | None:
    index: Any = getattr(getattr(error, mark, None), "index", None)
    return index if isinstance(index, int) else None


def _unreadable(source: Source, character: int) -> ReadError:
    at = source.text.find(chr(character))
    return ReadError(
        f"YAML does not allow the character U+{character:04X}", code="E103", place=Place(source, at, at + 1)
    )


def _unclosed(source: Source, start: int) -> DenseError | None:
    char = source.text[start : start + 1]
    place = Place(source, start, start + 1)
    if char in _OPENERS:
        return SpecSyntaxError(f"this `{char}` is never closed", hint=f"add `{_OPENERS[char]}`", place=place)
    if char in ("'", '"'):
        return SpecSyntaxError("this string is never closed", hint=f"add `{char}`", place=place)
    return None


def _words(source: Source, at: int, problem: str) -> tuple[str, str | None]:
    char = source.text[at : at + 1]
    line = source.line(source.position(at)[0])
    if char == "\t":
        return "YAML does not allow a tab here", "indent with spaces"
    if _BRANCHES.match(line):
        return "this line is not YAML", 'quote a step that starts with `[`: - "[_ | Dense(4)] -> Add"'
    if char in ("@", "`", "%"):
        return f"a plain word cannot start with `{char}` in YAML", "put it in quotes"
    if "mapping values" in problem:
        return "this line has one `:` too many", "quote the value, or check the indentation"
    return f"not YAML: {problem.replace(chr(10), ' ')}", "check the indentation and the brackets"
