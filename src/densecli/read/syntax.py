"""The grammar of the DSL: text to a tree of stacks, steps and units. Nothing here knows what a Dense is.

stack    := step { "->" step }
step     := unit [ "@" shape ] [ "*" INT ]
unit     := layer | "(" stack ")" | "[" branch { "|" branch } "]"
branch   := stack | "_"
layer    := TYPE [ "(" arguments ")" ]
value    := arithmetic | string | word | true/false/none | tuple | list | layer | "$" NAME
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from densecli.errors import ArgumentError, SpecSyntaxError, did_you_mean
from densecli.read.encoding import surrogate
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.read.tree import Argument, Branches, Stack, Step, Unit, Word
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from densecli.errors import Place

_SKIP = re.compile(r"(?:[\s\ufeff]+|#[^\r\n]*)*")
_ARROW = re.compile(r"->|→")
_VARIABLE = re.compile(r"\$(\w+)")
_NAME = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?")
_TOKEN = re.compile(r"->|\w+")
_STRING = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")
# A layer whose arguments hold no string, comment or deep nesting: read once, remembered by its text.
_PLAIN_LAYER = re.compile(r"[A-Za-z_]\w*+(?:\((?:[^()\[\]'\"#]++|\([^()\[\]'\"#]*+\))*+\))?+(?![\s#]*\()")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}
_WORDS = {"true": True, "false": False, "none": None, "null": None}
_OPENERS = {"(": ")", "[": "]"}
_LOOKALIKES = {
    "–": "use -> (this is an en dash)",
    "—": "use -> (this is an em dash)",
    "“": 'use " (this is a curly quote)',
    "”": 'use " (this is a curly quote)',
    "‘": "use ' (this is a curly quote)",
    "’": "use ' (this is a curly quote)",
    "=": "use -> between layers",
    ">": "use -> between layers",
    ",": "use -> between layers",
    "|": "branches stand in brackets: [a | b]",
}


class Setting(Record):
    """What a text is read with: where its offsets lie in what the user wrote, the variables, the limits."""

    place: Callable[[int, int], Place]
    variables: Mapping[str, Any] = {}  # never written to
    limits: Limits = LIMITS


def parse(text: str, setting: Setting) -> Stack:
    """The tree of a DSL text."""
    return _Parser(text, setting).parse()


def parse_value(text: str, setting: Setting) -> Any:
    """One value of the DSL: a number, tuple, word, layer …"""
    return _Parser(text, setting).parse_value()


def _unescape(found: re.Match[str]) -> str:
    r"""One escape of a string: \n, \t, \r, \xHH, \uHHHH, \UHHHHHHHH, or the character itself."""
    digits = found[1] or found[2] or found[3]
    if digits is None:
        return _LETTERS.get(found[4], found[4])
    return chr(min(int(digits, 16), 0x10FFFF))


class _Parser:
    def __init__(self, text: str, setting: Setting) -> None:
        self.text, (self.place, self.variables, self.limits) = text, setting
        self.at = 0
        self.depth = 0
        self.base = 0  # start of the layer whose arguments are being read
        self.units: dict[str, Unit] = {}

    def parse(self) -> Stack:
        self.skip()
        if self.at == len(self.text):
            hint = "write a stack: Dense(16)@(3,2) -> Flatten -> Dense(4)"
            raise SpecSyntaxError("the spec is empty", code="E101", hint=hint, place=self.place(0, 0))
        stack = self.stack()
        if self.at < len(self.text):
            self.fail_unexpected("`->` or the end")
        return stack

    def parse_value(self) -> Any:
        self.skip()
        value = self.value()
        if self.at < len(self.text):
            self.fail_unexpected("the end of the value", "E222")
        return value

    # -- stacks -----------------------------------------------------------------------
    def stack(self) -> Stack:
        """stack := step { "->" step }"""
        steps = [self.step()]
        while arrow := _ARROW.match(self.text, self.at):
            self.at = arrow.end()
            self.skip()
            steps.append(self.step())
        return Stack(steps)

    def step(self) -> Step:
        """step := unit [ "@" shape ] [ "*" INT ]"""
        start = self.at
        what = self.unit()
        end = self.at
        self.skip()
        char = self.text[self.at : self.at + 1]
        if char not in ("@", "*"):
            return Step(what, start, end)
        shape = self.shape() if char == "@" else None
        repeat = self.repeat() if self.text.startswith("*", self.at) else None
        return Step(what, start, end, shape, repeat)

    def unit(self) -> Unit | Branches | Stack:
        """unit := layer | "(" stack ")" | "[" branch { "|" branch } "]"."""
        char = self.text[self.at : self.at + 1]
        if char in ("(", "["):
            inner: Branches | Stack = self.nested(char, self.branches if char == "[" else self.stack)
            return inner
        found = _PLAIN_LAYER.match(self.text, self.at)
        if found is None:
            return self.layer()
        unit = self.units.get(found.group())
        if unit is None:
            unit = self.units[found.group()] = self.layer()
        self.at = found.end()
        return unit

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
        closer = _OPENERS[opener]
        if self.at >= len(self.text):
            self.fail(f"this `{opener}` is never closed", start, start + 1, hint=f"add `{closer}`")
        if self.text[self.at] != closer:
            self.fail_unexpected(f"`,` or `{closer}`" if code == "E222" else f"`->` or `{closer}`", code)
        self.at += 1

    def branches(self) -> Branches:
        """branch { "|" branch }, with branch := stack | "_"."""
        found = [self.branch()]
        while self.text.startswith("|", self.at):
            self.at += 1
            self.skip()
            found.append(self.branch())
        return Branches(tuple(found))

    def branch(self) -> Stack | None:
        name = _NAME.match(self.text, self.at)
        if name is None or name.group() != "_":
            return self.stack()
        self.at = name.end()
        self.skip()
        return None

    def shape(self) -> Argument:
        self.at += 1
        self.skip()
        start = self.base = self.at
        value = self.atom()
        self.base = 0
        argument = Argument("shape", value, start, self.end())
        self.skip()
        return argument

    def repeat(self) -> Argument:
        self.at += 1
        self.skip()
        if self.text.startswith("$", self.at):
            return self.repeat_variable()
        number = _NUMBER.match(self.text, self.at)
        if number is None or not number.group().replace("_", "").isdigit():
            self.fail_unexpected("a number of repeats")
        start, self.at = self.at, number.end()
        argument = Argument("repeat", self.number(number.group(), start), start, self.at)
        self.skip()
        return argument

    def repeat_variable(self) -> Argument:
        start = self.at
        value = self.variable()
        if type(value) is not int:
            self.fail(f"{self.text[start : self.end()]} is no number of repeats", start, self.end(), code="E301")
        return Argument("repeat", value, start, self.end())

    # -- layers and their arguments ---------------------------------------------------
    def layer(self) -> Unit:
        """layer := TYPE [ "(" arguments ")" ]"""
        name = _NAME.match(self.text, self.at)
        if name is None:
            self.fail_unexpected("a layer")
        outer, self.base = self.base, self.at
        self.at = after = name.end()
        self.skip()
        bare = not self.text.startswith("(", self.at)
        arguments = () if bare else tuple(self.nested("(", self.arguments, "E222"))
        self.at = after if bare else self.at
        unit = Unit(name.group(), arguments, bare, self.at - self.base, self.base - outer)
        self.base = outer
        return unit

    def arguments(self) -> list[Argument]:
        found: list[Argument] = []
        named: set[str] = set()
        while not self.text.startswith(")", self.at) and self.at < len(self.text):
            found.append(self.argument(named))
            if not self.text.startswith(",", self.at):
                break
            self.at += 1
            self.skip()
        return found

    def argument(self, named: set[str]) -> Argument:
        start = self.at
        name = self.keyword()
        if name is not None:
            if name in named:
                self.fail(f"argument `{name}` is given twice", start, start + len(name), code="E305")
            named.add(name)
        value_start = self.at
        value = self.value()
        if name is None and named:
            self.fail("a positional argument cannot follow a named one", value_start, self.end(), hint="name it too")
        return Argument(name, value, start - self.base, self.end() - self.base)

    def keyword(self) -> str | None:
        name = _NAME.match(self.text, self.at)
        if name is None:
            return None
        before, self.at = self.at, name.end()
        self.skip()
        if self.text.startswith("=", self.at) and not self.text.startswith("==", self.at):
            self.at += 1
            self.skip()
            return name.group()
        self.at = before
        return None

    # -- values -----------------------------------------------------------------------
    def value(self) -> Any:
        """value := term { ("+" | "-") term }"""
        left = self.term()
        while self.text[self.at : self.at + 1] in ("+", "-") and not _ARROW.match(self.text, self.at):
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
        while self.text[self.at : self.at + 1] in ("-", "+") and not _ARROW.match(self.text, self.at):
            sign, signs = (-sign if self.text[self.at] == "-" else sign), signs + 1
            self.at += 1
            self.skip()
        value = self.atom()
        if not signs:
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail("a sign stands before a number", start, start + 1, "E222")
        return sign * value

    def atom(self) -> Any:
        """A number, string, word, tuple, list or layer."""
        char = self.text[self.at : self.at + 1]
        if char in ("(", "["):
            return self.nested(char, lambda: self.items(char), "E222")
        if char == "$":
            return self.variable()
        for pattern, read in ((_NUMBER, self.number), (_STRING, self.string), (_NAME, self.word)):
            found = pattern.match(self.text, self.at)
            if found is not None:
                start, self.at = self.at, found.end()
                value = read(found.group(), start)
                self.skip()
                return value
        if char in ("'", '"'):
            self.fail("this string is never closed", self.at, self.at + 1)
        return self.fail_unexpected("a number, string, true/false, none, tuple or layer", "E222")

    def variable(self) -> Any:
        """variable := "$" NAME"""
        found = _VARIABLE.match(self.text, self.at)
        if found is None or found.group(1) not in self.variables:
            raise self.unknown_variable(found.group(1) if found else "")
        self.at = found.end()
        self.skip()
        return self.variables[found.group(1)]

    def unknown_variable(self, name: str) -> ArgumentError:
        hint = did_you_mean(name, self.variables) or "variables stand under `vars:` in a YAML or JSON spec"
        place = self.place(self.at, self.at + 1 + len(name))
        return ArgumentError(f"no variable is called {quote('$' + name)}", code="E309", hint=hint, place=place)

    def items(self, opener: str) -> Any:
        """The inside of (…) or […]: one value in parentheses is that value, with a comma a tuple."""
        found, comma = [], False
        while self.at < len(self.text) and self.text[self.at] != _OPENERS[opener]:
            found.append(self.value())
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
            self.fail("this number is beyond what a float can hold", start, start + len(digits), "E222")
        return value

    def string(self, quoted: str, start: int) -> str:
        if "\\" not in quoted:
            return quoted[1:-1]
        text = _ESCAPE.sub(_unescape, quoted[1:-1])
        if not text.isascii() and _SURROGATE.search(text):
            raise surrogate(self.place(start, start + len(quoted)))
        return text

    def word(self, name: str, start: int) -> Any:
        """A bare word, or a layer when a parenthesis follows."""
        self.skip()
        if self.text.startswith("(", self.at):
            self.at = start
            return self.layer()
        return _WORDS.get(name.lower(), Word(name))

    # -- moving and failing -----------------------------------------------------------
    def skip(self) -> None:
        """Past blanks, line ends and comments."""
        found = _SKIP.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def end(self) -> int:
        """The end of what was just read, without the blanks that were skipped after it."""
        end = self.at
        while end and self.text[end - 1].isspace():
            end -= 1
        return end

    def fail_unexpected(self, expected: str, code: str = "E221") -> NoReturn:
        if self.at >= len(self.text):
            self.fail(f"expected {expected}, but the text ends here", self.at, self.at + 1, code)
        found = _TOKEN.match(self.text, self.at)
        token = found.group() if found else self.text[self.at]
        shown = f"`{token[:40]}`" + ("" if token.isascii() else f" (U+{ord(token[0]):04X})")
        hint = _LOOKALIKES.get(token) if "->" in expected or not token.isascii() else None
        self.fail(f"expected {expected}, got {shown}", self.at, self.at + len(token), code, hint)

    def fail(self, message: str, start: int, end: int, code: str = "E221", hint: str | None = None) -> NoReturn:
        raise SpecSyntaxError(message, code=code, hint=hint, place=self.place(start, end))
