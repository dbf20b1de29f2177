"""The language of `--assert` and `--print`: `totals.params < 2M and layers["fc"].params == 4096`. Text becomes a tree; evaluate.py computes it.

    either  := both { "or" both }                          compare := sum { ("<" | "<=" | ">" | ">=" | "==" | "!=" | ["not"] "in") sum }
    both    := denied { "and" denied }                     sum     := term { ("+" | "-") term }
    denied  := ["not"] compare                             term    := sign { ("*" | "/" | "//" | "%") sign }
    path    := atom { "." (NAME | INT) | "[" either "]" }  sign    := ["-" | "+"] power        power := path ["**" sign]
    atom    := NUMBER | STRING | NAME | NAME "(" each ")" | "(" either {"," either} ")" | "[" … "]"
    each    := either {"," either} | either "for" NAME "in" either ["if" either]

Numbers may carry the unit of a count or a size: 1.5M, 16MiB.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from densecli.errors import LimitError, Place, Source, SpecSyntaxError, did_you_mean
from densecli.quantity import NUMBER, read_number
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

ASSERT = "--assert"
LONGEST, DEEPEST = 10_000, 80
FUNCTIONS = ("sum", "max", "min", "len", "count", "any", "all", "abs")
CONSTANTS = {"true": True, "false": False, "null": None, "none": None, "True": True, "False": False, "None": None}
_WORDS = ("and", "or", "not", "in", "for", "if")
_OR, _AND, _COMPARE, _SUM, _TERM, _POWER = range(1, 7)
_LEVELS = {"or": _OR, "and": _AND, "in": _COMPARE, "not": _COMPARE, "**": _POWER} | {
    operator: level
    for level, operators in ((_COMPARE, "< <= > >= == !="), (_SUM, "+ -"), (_TERM, "* / // %"))
    for operator in operators.split()
}
_TOKEN = re.compile(
    rf"""(?P<space>\s+)|(?P<number>{NUMBER}[A-Za-z_]*)|(?P<name>[^\W\d]\w*)"""
    r"""|(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<mark>\*\*|//|[<>=!]=|[-+*/%<>()\[\].,])""",
    re.DOTALL,
)
_SLIPS = {
    "=": "use == to compare",
    "&": "use `and`",
    "|": "use `or`",
    "!": "use `not` or !=",
    '"': "the string is never closed",
    "'": "the string is never closed",
}


class Literal(Record):
    value: Any
    start: int
    end: int


class Path(Record):
    """A name or value, and the way from there: attributes (text) and indices (trees)."""

    base: Any  # str, or a tree
    steps: tuple[Any, ...]
    start: int
    end: int


class Items(Record):
    items: tuple[Any, ...]
    start: int
    end: int


class Chain(Record):
    """Operators of one level between operands, from left to right."""

    first: Any
    rest: tuple[tuple[str, Any], ...]
    start: int
    end: int


class Sign(Record):
    """`-x`, `+x` or `not x`."""

    operator: str
    operand: Any
    start: int
    end: int


class Each(Record):
    """`item for variable in over if condition`."""

    item: Any
    variable: str
    over: Any
    condition: Any
    start: int
    end: int


class Call(Record):
    function: str
    arguments: tuple[Any, ...]
    start: int
    end: int


class Expression(Record):
    """A parsed expression. Equal texts are equal expressions; `origin` is the option that it was given to."""

    text: str
    tree: Any
    origin: str = ASSERT

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def place(self, start: int, end: int) -> Place:
        return Place(Source(self.origin, self.text), start, end)


class Token(Record):
    kind: str
    text: str
    start: int
    end: int


def parse(text: str, origin: str = ASSERT, *, binary: bool = False) -> Expression:
    """Raises SpecSyntaxError (E231) with the place; LimitError for what is too long or too deep.

    With `binary`, KB and MB are what they are in Keras' tables: 1,024 and 1,048,576 bytes.
    """
    whole = Expression(text, None, origin)
    if len(text) > LONGEST:
        raise LimitError(f"an expression of {len(text):,} characters, more than the {LONGEST:,} allowed", code="E501")
    parser = _Parser(whole, [*_tokens(whole)], binary)
    tree = parser.climb(_OR)
    if parser.token.kind != "end":
        parser.fail("expected an operator or the end")
    return Expression(text, tree, origin)


def _tokens(whole: Expression) -> Iterator[Token]:
    at = 0
    while at < len(whole.text):
        found = _TOKEN.match(whole.text, at)
        if found is None:
            char = whole.text[at]
            hint = _SLIPS.get(char)
            raise SpecSyntaxError(
                f"{quote(char)} is not expected here", code="E231", hint=hint, place=whole.place(at, at + 1)
            )
        if found.lastgroup != "space":
            yield Token(found.lastgroup or "", found[0], at, found.end())
        at = found.end()
    yield Token("end", "", at, at)


class _Parser:
    def __init__(self, whole: Expression, tokens: list[Token], binary: bool) -> None:
        self.whole, self.tokens, self.binary = whole, tokens, binary
        self.at = self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, text: str) -> bool:
        """Consume the mark or word if it is next."""
        here = self.token.kind in ("mark", "name") and self.token.text == text
        self.at += here
        return here

    def expect(self, text: str) -> int:
        if not self.accept(text):
            self.fail(f"expected `{text}`")
        return self.tokens[self.at - 1].end

    def fail(self, message: str, hint: str | None = None) -> NoReturn:
        token = self.token
        got = f"got {quote(token.text)}" if token.kind != "end" else "the expression ends here"
        raise SpecSyntaxError(
            f"{message}, {got}", code="E231", hint=hint, place=self.whole.place(token.start, token.end)
        )

    def climb(self, least: int) -> Any:
        """An expression of operators that bind at least this tightly."""
        self.depth += 1
        if self.depth > DEEPEST:
            place = self.whole.place(self.token.start, self.token.end)
            raise LimitError(f"nested deeper than {DEEPEST}", code="E503", place=place)
        left = self.sign()
        while (level := self.level()) >= least:
            left = self.chain(left, level)
        self.depth -= 1
        return left

    def level(self) -> int:
        return _LEVELS.get(self.token.text, 0) if self.token.kind in ("mark", "name") else 0

    def chain(self, first: Any, level: int) -> Chain:
        rest = []
        while self.level() == level:
            operator = self.operator()
            # powers are right-associative
            rest.append((operator, self.climb(level if level == _POWER else level + 1)))
        return Chain(first, tuple(rest), first.start, rest[-1][1].end)

    def operator(self) -> str:
        operator = self.take().text
        if operator == "not":
            self.expect("in")
            return "not in"
        return operator

    def sign(self) -> Any:
        start = self.token.start
        for operator, level in (("not", _COMPARE), ("-", _POWER), ("+", _POWER)):
            if self.accept(operator):
                operand = self.climb(level)
                return Sign(operator, operand, start, operand.end)
        return self.path()

    def path(self) -> Any:
        base, end, steps = self.atom(), self.tokens[self.at - 1].end, []
        while self.token.text in (".", "[") and self.token.kind == "mark":
            if self.accept("."):
                steps += self.after_the_dot()
                end = self.tokens[self.at - 1].end
            else:
                self.at += 1
                steps.append(self.climb(_OR))
                end = self.expect("]")
        if isinstance(base, Token):
            return Path(base.text, tuple(steps), base.start, end)
        return Path(base, tuple(steps), base.start, end) if steps else base

    def after_the_dot(self) -> list[Any]:
        """A name, or positions: in `layers.0.1`, `0.1` is one token."""
        token = self.token
        if token.kind == "name":
            return [self.take().text]
        positions = token.text.split(".")
        if token.kind != "number" or not all(each.isdecimal() for each in positions):
            self.fail("expected a name or a position after the dot")
        self.at += 1
        return [Literal(int(each), token.start, token.end) for each in positions]

    def atom(self) -> Any:
        """A value; a plain name stays a token."""
        token = self.token
        if token.kind == "number":
            return self.number()
        if token.kind == "string":
            self.at += 1
            return Literal(re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL), token.start, token.end)
        if token.kind == "name" and token.text not in _WORDS:
            return self.named()
        if self.accept("("):
            return self.group(token.start, ")")
        if self.accept("["):
            return self.group(token.start, "]")
        every = token.text in ("*", "]") and self.at > 0 and self.tokens[self.at - 1].text == "["
        first = "no dot comes first: totals.params" if token.text == "." and self.at == 0 else None
        return self.fail("expected a value", "layers.params are those of all layers" if every else first)

    def number(self) -> Literal:
        token = self.token
        value = read_number(token.text, binary=self.binary)
        if value is None:
            self.fail("expected a number", "units: k M G B T for counts, KB KiB MB MiB … for bytes")
        self.at += 1
        return Literal(int(value) if value.denominator == 1 else value, token.start, token.end)

    def named(self) -> Any:
        token = self.take()
        if token.text in CONSTANTS:
            return Literal(CONSTANTS[token.text], token.start, token.end)
        return self.call(token) if self.accept("(") else token

    def call(self, name: Token) -> Call:
        if name.text not in FUNCTIONS:
            hint = did_you_mean(name.text, FUNCTIONS) or f"functions: {', '.join(FUNCTIONS)}"
            place = self.whole.place(name.start, name.end)
            raise SpecSyntaxError(f"no function named {quote(name.text)}", code="E231", hint=hint, place=place)
        first = self.climb(_OR)
        if self.accept("for"):
            arguments: list[Any] = [self.each(first)]
        else:
            arguments = [first]
            while self.accept(",") and self.token.text != ")":
                arguments.append(self.climb(_OR))
        return Call(name.text, tuple(arguments), name.start, self.expect(")"))

    def each(self, item: Any) -> Each:
        variable = self.token
        if variable.kind != "name" or variable.text in (*_WORDS, *CONSTANTS):
            self.fail("expected a name after `for`")
        self.at += 1
        self.expect("in")
        over = self.climb(_OR)
        condition = self.climb(_OR) if self.accept("if") else None
        return Each(item, variable.text, over, condition, item.start, (condition or over).end)

    def group(self, start: int, closing: str) -> Any:
        """(a) is a; (a,), (a, b) and [a] are lists."""
        items, several = [], closing == "]"
        while self.token.text != closing or self.token.kind != "mark":
            items.append(self.climb(_OR))
            if not self.accept(","):
                break
            several = True
        end = self.expect(closing)
        return items[0] if items and not several else Items(tuple(items), start, end)
