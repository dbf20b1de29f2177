"""A cursor in a DSL text: moving on, nested brackets, and mistakes with their place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from densecli.errors import SpecSyntaxError
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.read.stack.advice import CLOSED, advice
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from densecli.errors import Place
    from densecli.read.stack.advice import Expected

_SKIP = re.compile(r"(?>(?:[\s\ufeff]++|#[^\r\n]*+)*)")
_LEXEME = r"->|\w+"
OPENERS = {"(": ")", "[": "]"}


class Setting(Record):
    """The context of reading a text: the place of its offsets in the user's text, the variables, the limits."""

    place: Callable[[int, int], Place]
    variables: Mapping[str, Any] = {}  # never written to
    limits: Limits = LIMITS


class Cursor:
    """A text, and the position reached."""

    def __init__(self, text: str, setting: Setting) -> None:
        self.text, (self.place, self.variables, self.limits) = text, setting
        self.at = 0
        self.depth = 0

    def nested(self, opener: str, rule: Callable[[], Any], code: str = "E221") -> Any:
        """A rule between brackets, never deeper than the limit."""
        start = self.at
        self.depth += 1
        if self.depth > self.limits.depth:
            place = self.place(start, start + 1)
            message = f"nested deeper than {self.limits.depth} brackets"
            raise beyond(self.limits, "depth", message, "E503", place)
        self.at += 1
        self.skip()
        inner = rule()
        self.close(opener, start, code)
        self.depth -= 1
        return inner

    def close(self, opener: str, start: int, code: str) -> None:
        closer = OPENERS[opener]
        if self.at >= len(self.text):
            self.fail(f"this `{opener}` is never closed", start, start + 1, hint=f"add `{closer}`")
        if self.text[self.at] != closer:
            self.fail_unexpected(CLOSED[closer, code], code)
        self.at += 1

    def skip(self) -> None:
        """Skip blanks, line ends and comments."""
        found = _SKIP.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def end(self) -> int:
        """The end of what was just read, without the blanks skipped after it."""
        end = self.at
        while end and self.text[end - 1].isspace():
            end -= 1
        return end

    def fail_unexpected(self, expected: Expected, code: str = "E221") -> NoReturn:
        hint = advice(expected, self.text, self.at)
        if self.at >= len(self.text):
            self.fail(f"expected {expected.words}, but the text ends here", self.at, self.at + 1, code, hint)
        found = re.compile(_LEXEME).match(self.text, self.at)
        token = found.group() if found else self.text[self.at]
        shown = f"`{token[:40]}`" + ("" if token.isascii() else f" (U+{ord(token[0]):04X})")
        self.fail(f"expected {expected.words}, got {shown}", self.at, self.at + len(token), code, hint)

    def fail(self, message: str, start: int, end: int, code: str = "E221", hint: str | None = None) -> NoReturn:
        raise SpecSyntaxError(message, code=code, hint=hint, place=self.place(start, end))
