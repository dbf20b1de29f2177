"""Values in the DSL: numbers and arithmetic on integers, strings, words, variables, tuples and lists.

value    := term { ("+" | "-") term }
atom     := number | string | [ MODULE "." ] word | true/false/none | tuple | list | layer | "$" NAME
"""

from __future__ import annotations

import re
from typing import Any

from densecli.errors import ArgumentError, did_you_mean
from densecli.names import without_module
from densecli.read.limits import beyond
from densecli.read.stack.advice import VALUE
from densecli.read.stack.cursor import OPENERS, Cursor
from densecli.read.stack.tree import Unit, Word
from densecli.read.text.encoding import surrogate
from densecli.text import quote

ARROW = re.compile(r"->|→")
# Patterns that most texts never need are compiled on first use.
_VARIABLE = r"\$(\w+)"
_BRACES = r"\$\{(\w+)\}"
NAME = re.compile(r"[^\W\d]\w*")
DOTTED = re.compile(r"[^\W\d]\w*+(?>(?:\.[^\W\d]\w*+)*)")
NUMBER = re.compile(r"(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?")
_STRING = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")
_ESCAPE = r"(?s)\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))"
_SURROGATE = "[\ud800-\udfff]"
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}
_WORDS = {"true": True, "false": False, "none": None, "null": None}


def _unescape(found: re.Match[str]) -> str:
    r"""One escape of a string: \n, \t, \r, \xHH, \uHHHH, \UHHHHHHHH, or the character itself."""
    digits = found[1] or found[2] or found[3]
    if digits is None:
        return _LETTERS.get(found[4], found[4])
    return chr(min(int(digits, 16), 0x10FFFF))


class Literals(Cursor):
    """Reads values; a subclass reads the layers and stacks among them."""

    def layer(self) -> Unit:
        raise NotImplementedError

    def with_arrows(self, value: Any, start: int) -> Any:
        raise NotImplementedError

    def value(self) -> Any:
        """value := term { ("+" | "-") term }"""
        left = self.term()
        while self.text[self.at : self.at + 1] in ("+", "-") and not ARROW.match(self.text, self.at):
            operator, start = self.text[self.at], self.at
            self.at += 1
            self.skip()
            right = self.term()
            self.integers(left, right, operator, start)
            left = left + right if operator == "+" else left - right
        return left

    def term(self) -> Any:
        """term := factor { ("*" | "//") factor }"""
        left = self.factor()
        while (operator := self.multiplication()) is not None:
            start = self.at
            self.at += len(operator)
            self.skip()
            right = self.factor()
            self.integers(left, right, operator, start)
            left = self.multiply(left, right, operator, start)
        return left

    def multiplication(self) -> str | None:
        for operator in ("**", "//", "*", "/", "<<", ">>", "%"):
            if self.text.startswith(operator, self.at):
                if operator not in ("//", "*"):
                    self.fail(
                        f"`{operator}` is not supported",
                        self.at,
                        self.at + len(operator),
                        "E222",
                        "use + - * // on integers",
                    )
                return operator
        return None

    def multiply(self, left: int, right: int, operator: str, start: int) -> int:
        if operator == "*":
            if left.bit_length() + right.bit_length() > self.limits.bits:
                place = self.place(start, start + 1)
                raise beyond(self.limits, "bits", "this product is too large", "E504", place)
            return left * right
        if right == 0:
            self.fail("division by zero", start, start + 2, "E222")
        return left // right

    def integers(self, left: Any, right: Any, operator: str, start: int) -> None:
        if type(left) is not int or type(right) is not int:
            self.fail(f"`{operator}` works on integers", start, start + len(operator), "E222", "write the number out")

    def factor(self) -> Any:
        """factor := { "-" | "+" } atom"""
        start, sign, signs = self.at, 1, 0
        while self.text[self.at : self.at + 1] in ("-", "+") and not ARROW.match(self.text, self.at):
            sign, signs = (-sign if self.text[self.at] == "-" else sign), signs + 1
            self.at += 1
            self.skip()
        value = self.atom()
        if not signs:
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail("a sign must come before a number", start, start + 1, "E222")
        return sign * value

    def atom(self) -> Any:
        """A number, string, word, tuple, list or layer."""
        char = self.text[self.at : self.at + 1]
        if char in ("(", "["):
            return self.nested(char, lambda: self.items(char), "E222")
        if char == "$":
            return self.variable()
        for pattern, read in ((NUMBER, self.number), (_STRING, self.string), (DOTTED, self.word)):
            found = pattern.match(self.text, self.at)
            if found is not None:
                start, self.at = self.at, found.end()
                value = read(found.group(), start)
                self.skip()
                return value
        if char in ("'", '"'):
            self.fail("this string is never closed", self.at, self.at + 1)
        return self.fail_unexpected(VALUE, "E222")

    def variable(self) -> Any:
        """variable := "$" NAME"""
        found = re.compile(_VARIABLE).match(self.text, self.at)
        if found is None or found.group(1) not in self.variables:
            raise self.unknown_variable(found.group(1) if found else "")
        self.at = found.end()
        self.skip()
        return self.variables[found.group(1)]

    def unknown_variable(self, name: str) -> ArgumentError:
        place = self.place(self.at, self.at + 1 + len(name))
        where = "define it under `vars:`" if place.pointer is not None else f"set it with --set {name or 'n'}=16"
        hint = did_you_mean(name, self.variables) or where
        if not name and (braces := re.compile(_BRACES).match(self.text, self.at)):
            hint = f"write ${braces[1]}"
        return ArgumentError(f"no variable named {quote('$' + name)}", code="E309", hint=hint, place=place)

    def items(self, opener: str) -> Any:
        """The inside of (…) or […]: one value in parentheses is that value, with a comma a tuple."""
        found, comma = [], False
        while self.at < len(self.text) and self.text[self.at] != OPENERS[opener]:
            start = self.at
            found.append(self.with_arrows(self.value(), start))
            if not self.text.startswith(",", self.at):
                break
            comma = True
            self.at += 1
            self.skip()
        if opener == "[":
            return found
        return found[0] if len(found) == 1 and not comma else tuple(found)

    def number(self, digits: str, start: int) -> int | float:
        plain = digits.replace("_", "")
        if len(plain) > self.limits.digits:
            place = self.place(start, start + len(digits))
            message = f"a number of {len(plain):,} digits is too long"
            raise beyond(self.limits, "digits", message, "E504", place)
        if plain.isdecimal():
            return int(plain)
        value = float(plain)
        if value == float("inf"):
            self.fail("this number is too large for a float", start, start + len(digits), "E222")
        return value

    def string(self, quoted: str, start: int) -> str:
        if "\\" not in quoted:
            return quoted[1:-1]
        text = re.sub(_ESCAPE, _unescape, quoted[1:-1])
        if not text.isascii() and re.search(_SURROGATE, text):
            raise surrogate(self.place(start, start + len(quoted)))
        return text

    def word(self, name: str, start: int) -> Any:
        """A bare word, or a layer when a parenthesis follows."""
        self.skip()
        if self.text.startswith("(", self.at):
            self.at = start
            return self.layer()
        plain = without_module(name)
        if "." in plain:
            hint = f"use the name alone: {plain.rpartition('.')[2]}"
            self.fail(f"{quote(name)} is not a name of Keras", start, start + len(name), "E222", hint)
        return _WORDS.get(plain.lower(), Word(plain))
