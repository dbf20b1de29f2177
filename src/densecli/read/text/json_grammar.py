"""The grammar of JSON (RFC 8259), one token at a time, to explain what is wrong with text that the fast parser refused."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from densecli.errors import DenseError, Place, SpecSyntaxError
from densecli.read.limits import beyond
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.errors import Source
    from densecli.read.limits import Limits

_BLANK = re.compile(r"[ \t\r\n]*+")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?>(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*)"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?(?![\w.])")
_WORD = re.compile(r"[+-]?[\w.$-]+")
_WORDS = ("true", "false", "null")
_NOT_FINITE = ("NaN", "Infinity", "-Infinity")
_CLOSERS = {"{": "}", "[": "]"}
_FOREIGN = {
    "'": ("JSON does not allow single quotes", 'put strings and keys in "double quotes"'),
    "#": ("JSON does not allow comments", "use a YAML spec for comments"),
    "/": ("JSON does not allow comments", "use a YAML spec for comments"),
    "“": ("JSON does not allow curly quotes", 'put strings and keys in "double quotes"'),
}


class _Open(Record):
    """A bracket that is not closed yet, and its keys so far."""

    start: int
    bracket: str
    keys: dict[str, int]


def check(source: Source, limits: Limits) -> None:
    """Raise the first mistake of a text, if it has one."""
    _Grammar(source, limits).run()


class _Grammar:
    """Each rule reads one token and names the rule that follows; open brackets are on a stack, so depth costs nothing."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.source, self.text, self.limits = source, source.text, limits
        self.at = self.nodes = 0
        self.open: list[_Open] = []

    def run(self) -> None:
        rule: Any = self.value
        while rule is not None:
            self.skip()
            rule = rule()

    def skip(self) -> None:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def value(self) -> Callable[[], Any]:
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise beyond(self.limits, "nodes", f"more than {self.limits.nodes:,} values", "E502", self.place(self.at))
        char = self.text[self.at : self.at + 1]
        if char in _CLOSERS:
            return self.bracket(char)
        if char == '"':
            self.string("a value")
            return self.after
        self.scalar()
        return self.after

    def bracket(self, char: str) -> Callable[[], Any]:
        if len(self.open) == self.limits.depth:
            message = f"nested deeper than {self.limits.depth} brackets"
            raise beyond(self.limits, "depth", message, "E503", self.place(self.at))
        self.open.append(_Open(self.at, char, {}))
        self.at += 1
        return self.first_key if char == "{" else self.first_item

    def first_key(self) -> Callable[[], Any]:
        return self.close() if self.text.startswith("}", self.at) else self.key()

    def first_item(self) -> Callable[[], Any]:
        return self.close() if self.text.startswith("]", self.at) else self.value()

    def key(self) -> Callable[[], Any]:
        start = self.at
        if not self.text.startswith('"', start):
            self.fail_key()
        key = self.string("a key")
        keys = self.open[-1].keys
        if key in keys:
            line, column = self.source.position(keys[key])
            message = f"the key {quote(key)} is given twice (first in line {line}, column {column})"
            raise SpecSyntaxError(message, code="E201", place=self.place(start, self.at))
        keys[key] = start
        self.skip()
        if not self.text.startswith(":", self.at):
            self.fail(f"expected `:` after the key {quote(key)}")
        self.at += 1
        return self.value

    def after(self) -> Callable[[], Any] | None:
        if not self.open:
            self.end()
            return None
        char, opened = self.text[self.at : self.at + 1], self.open[-1]
        if char == _CLOSERS[opened.bracket]:
            return self.close()
        if char != ",":
            self.fail(f"expected `,` or `{_CLOSERS[opened.bracket]}`")
        comma = self.at
        self.at += 1
        self.skip()
        if self.text[self.at : self.at + 1] in ("}", "]"):
            message = f"JSON does not allow a comma before `{self.text[self.at]}`"
            raise SpecSyntaxError(message, hint="remove the comma", place=self.place(comma))
        return self.key if opened.bracket == "{" else self.value

    def close(self) -> Callable[[], Any]:
        self.open.pop()
        self.at += 1
        return self.after

    def end(self) -> None:
        if self.at < len(self.text):
            self.fail("JSON does not allow anything after the end of the document")

    # -- scalars ----------------------------------------------------------------------
    def string(self, what: str) -> str:
        found = _STRING.match(self.text, self.at)
        if found is None:
            self.fail_string(what)
        self.at = found.end()
        return str(json.loads(found.group()))

    def scalar(self) -> None:
        found = _NUMBER.match(self.text, self.at)
        if found is not None:
            return self.number(found)
        word = _WORD.match(self.text, self.at)
        if word is None or word.group() not in _WORDS:
            self.fail_value(word.group() if word else "")
        self.at = word.end()
        return None

    def number(self, found: re.Match[str]) -> None:
        place = self.place(found.start(), found.end())
        whole = found.group(1) is None and found.group(2) is None
        if whole and len(found.group()) > self.limits.digits:
            message = f"a number of {len(found.group()):,} digits is too long"
            raise beyond(self.limits, "digits", message, "E504", place)
        if not whole and abs(float(found.group())) == float("inf"):
            raise SpecSyntaxError("this number is too large for a float", code="E211", place=place)
        self.at = found.end()

    # -- mistakes ---------------------------------------------------------------------
    def fail_value(self, word: str) -> NoReturn:
        if word in _NOT_FINITE:
            raise SpecSyntaxError(
                f"{word} is not a JSON number", code="E211", place=self.place(self.at, self.at + len(word))
            )
        hint = None
        if word.lower() in (*_WORDS, "none"):
            hint = f"write {word.lower().replace('none', 'null')}"
        elif word[:1] in ("+", "0", ".", "-") or word[:1].isdigit():
            hint = "JSON numbers look like 10, -1, 0.5 or 1e-3"
        elif word:
            hint = f'put strings in double quotes: "{word[:40]}"'
        self.fail("expected a value", hint)

    def fail_key(self) -> NoReturn:
        word = _WORD.match(self.text, self.at)
        self.fail("expected a key", f'put keys in double quotes: "{word.group()[:40]}"' if word else None)

    def fail_string(self, what: str) -> NoReturn:
        """A string that does not end, or has what no string may have."""
        found = re.compile(r'"(?>(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*)').match(self.text, self.at)
        stop = found.end() if found else self.at + 1
        char = self.text[stop : stop + 1]
        if char == "\\":
            self.at = stop
            hint = r"escapes are \" \\ \/ \b \f \n \r \t and \u0041; a backslash itself is \\"
            self.fail(f"JSON has no escape {quote(self.text[stop : stop + 2])}", hint)
        if char == "\t":
            raise SpecSyntaxError("JSON does not allow a tab in a string", hint=r"write \t", place=self.place(stop))
        message = f"the string that starts {what} here is never closed"
        raise SpecSyntaxError(message, hint='add `"` on the same line', place=self.place(self.at))

    def fail(self, message: str, hint: str | None = None) -> NoReturn:
        char = self.text[self.at : self.at + 1]
        if not char:
            raise self.truncated(message)
        if char in _FOREIGN:
            message, hint = _FOREIGN[char]
            raise SpecSyntaxError(message, hint=hint, place=self.place(self.at))
        word = _WORD.match(self.text, self.at)
        token = word.group() if word else char
        shown = "" if message.startswith("JSON") else f", got {quote(token, 40)}"
        raise SpecSyntaxError(message + shown, hint=hint, place=self.place(self.at, self.at + len(token)))

    def truncated(self, message: str) -> DenseError:
        if not self.open:
            return SpecSyntaxError(f"{message}, but the text ends here", place=self.place(self.at))
        opened = self.open[-1]
        message = f"the text ends inside this `{opened.bracket}`"
        hint = f"add `{_CLOSERS[opened.bracket]}`, unless the file was cut off"
        return SpecSyntaxError(message, hint=hint, place=self.place(opened.start))

    def place(self, start: int, end: int | None = None) -> Place:
        return Place(self.source, start, start + 1 if end is None else end)
