"""The grammar of the DSL: text to a tree of stacks, steps and units. Nothing here knows what a Dense is.

stack    := step { "->" step }                     a new line that begins with a layer needs no arrow, except in a branch
step     := unit [ "@" shape ] [ "*" INT ]
unit     := layer | "(" stack ")" | "[" branch { "|" branch } "]"
branch   := stack | "_"
layer    := [ MODULE "." ] TYPE [ "(" arguments ")" ]
value    := arithmetic | string | word | true/false/none | tuple | list | layer | "$" NAME
          | layer "->" stack                       # a model inside a wrapper
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from densecli.errors import SpecSyntaxError
from densecli.names import without_module
from densecli.read.stack.advice import COUNT, LAYER, STEP, VALUE_END
from densecli.read.stack.literals import ARROW, DOTTED, NAME, NUMBER, Literals
from densecli.read.stack.tree import Argument, Branches, Nested, Stack, Step, Unit, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.read.stack.cursor import Setting

# A layer whose arguments contain no string, comment or deep nesting: read once, remembered by its text.
# Groups are atomic, not possessive: before 3.11.5, Python let a possessive group match a part (gh-106052).
_PLAIN_LAYER = re.compile(r"[A-Za-z_]\w*+(?>(?:\((?>(?:[^()\[\]'\"#]++|\([^()\[\]'\"#]*+\))*)\))?)(?![\s#]*\(|\.)")


def parse(text: str, setting: Setting) -> Stack:
    """The tree of a DSL text."""
    return _Parser(text, setting).parse()


def parse_value(text: str, setting: Setting) -> Any:
    """One value of the DSL: a number, tuple, word, layer …"""
    return _Parser(text, setting).parse_value()


class _Parser(Literals):
    def __init__(self, text: str, setting: Setting) -> None:
        super().__init__(text, setting)
        self.base = 0  # start of the layer whose arguments are being read
        self.units: dict[str, Unit] = {}

    def parse(self) -> Stack:
        self.skip()
        if self.at == len(self.text):
            hint = "write a stack: Dense(16)@(3,2) -> Flatten -> Dense(4)"
            raise SpecSyntaxError("the spec is empty", code="E101", hint=hint, place=self.place(0, 0))
        stack = self.stack()
        if self.at < len(self.text):
            self.fail_unexpected(STEP)
        return stack

    def parse_value(self) -> Any:
        self.skip()
        start = self.at
        value = self.with_arrows(self.value(), start)
        if self.at < len(self.text):
            self.fail_unexpected(VALUE_END, "E222")
        return value

    def with_arrows(self, value: Any, start: int) -> Any:
        """A value that was just read; a layer with an arrow behind it starts a stack."""
        if not isinstance(value, Unit | Word | Nested) or not ARROW.match(self.text, self.at):
            return value
        what = Unit(str(value), (), True, len(value), 0, len(value)) if isinstance(value, Word) else value
        first = Step(what.stack if isinstance(what, Nested) else what, start, self.end())
        outer, self.base = self.base, 0
        steps = [first, *self.further_steps()]
        self.base = outer
        return Nested(Stack(steps), outer)

    # -- stacks -----------------------------------------------------------------------
    def stack(self, *, lines: bool = True) -> Stack:
        """stack := step { "->" step }; with `lines`, each line that begins with a layer may be a step of its own."""
        return Stack([self.step(), *self.further_steps(lines=lines)])

    def further_steps(self, *, lines: bool = False) -> Iterator[Step]:
        while self.arrow() or (lines and self.next_line()):
            yield self.step()

    def arrow(self) -> bool:
        """Skip an arrow, if there is one."""
        found = ARROW.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
            self.skip()
        return found is not None

    def next_line(self) -> bool:
        """Whether a layer or branches begin a line here."""
        between = self.text[self.end() : self.at]
        first = self.text[self.at : self.at + 1]
        return ("\n" in between or "\r" in between) and (first == "[" or (first.isascii() and first.isalpha()))

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

    def branches(self) -> Branches:
        """branch { "|" branch }, with branch := stack | "_"."""
        found = [self.branch()]
        while self.text.startswith("|", self.at):
            self.at += 1
            self.skip()
            found.append(self.branch())
        return Branches(tuple(found))

    def branch(self) -> Stack | None:
        name = NAME.match(self.text, self.at)
        if name is None or name.group() != "_":
            return self.stack(lines=False)
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
        number = NUMBER.match(self.text, self.at)
        if number is None or not number.group().replace("_", "").isdigit():
            self.fail_unexpected(COUNT)
        start, self.at = self.at, number.end()
        argument = Argument("repeat", self.number(number.group(), start), start, self.at)
        self.skip()
        return argument

    def repeat_variable(self) -> Argument:
        start = self.at
        value = self.variable()
        if type(value) is not int:
            self.fail(f"{self.text[start : self.end()]} is not a repeat count", start, self.end(), code="E301")
        return Argument("repeat", value, start, self.end())

    # -- layers and their arguments ---------------------------------------------------
    def layer(self) -> Unit:
        """layer := TYPE [ "(" arguments ")" ]"""
        name = DOTTED.match(self.text, self.at)
        if name is None:
            self.fail_unexpected(LAYER)
        outer, self.base = self.base, self.at
        self.at = after = name.end()
        self.skip()
        bare = not self.text.startswith("(", self.at)
        arguments = () if bare else tuple(self.nested("(", self.arguments, "E222"))
        self.at = after if bare else self.at
        unit = Unit(
            without_module(name.group()), arguments, bare, self.at - self.base, self.base - outer, len(name.group())
        )
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
        value = self.with_arrows(self.value(), value_start)
        if name is None and named:
            self.fail("a positional argument cannot follow a named one", value_start, self.end(), hint="name it too")
        return Argument(name, value, start - self.base, self.end() - self.base)

    def keyword(self) -> str | None:
        name = NAME.match(self.text, self.at)
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
