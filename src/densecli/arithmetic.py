"""Arithmetic written out: sums and products that know their value, and how they look in symbols and in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

MOST, FIRST, LAST = 10, 3, 2  # terms of a sum that are all written out; of a longer one those at the ends
DIGITS = 4

Term = Any  # any of the records below


class Leaf(Record):
    """A number with its symbol, such as x[0,1]; without one it stands for itself."""

    value: float
    symbol: str = ""


class Rest(Record):
    """The middle of a long sum."""

    value: float
    terms: int


class Sum(Record):
    """a + b + …"""

    terms: tuple[Term, ...]


class Difference(Record):
    """a - b"""

    left: Term
    right: Term


class Product(Record):
    """a · b · …"""

    factors: tuple[Term, ...]


class Quotient(Record):
    """a / b"""

    above: Term
    below: Term


class Square(Record):
    """a²"""

    base: Term


class Call(Record):
    """A function of terms, whose value the kernels computed."""

    name: str
    terms: tuple[Term, ...]
    value: float


class Step(Record):
    """A line of an example: `name` is what `term` computes; `note` says what is special about it."""

    name: str
    term: Term
    note: str = ""


def element(name: str, array: Any, index: Sequence[int]) -> Leaf:
    """x[0,1] of an array."""
    place = ",".join(map(str, index))
    return Leaf(float(array[tuple(index)]), f"{name}[{place}]" if index else name)


def total(count: int, term: Callable[[int], Term], *more: Term | None) -> Sum:
    """The sum of term(0), term(1), … and more terms, if any; only the ends of a long one are kept."""
    there = tuple(each for each in more if each is not None)
    if count <= MOST:
        return Sum((*map(term, range(count)), *there))
    middle = sum(value(term(index)) for index in range(FIRST, count - LAST))
    ends = [term(index) for index in (*range(FIRST), *range(count - LAST, count))]
    return Sum((*ends[:FIRST], Rest(middle, count - FIRST - LAST), *ends[FIRST:], *there))


def value(term: Term) -> float:  # one line per kind
    match term:
        case Sum(terms):
            return sum(map(value, terms))
        case Difference(left, right):
            return value(left) - value(right)
        case Product(factors):
            return _product(map(value, factors))
        case Quotient(above, below):
            return _quotient(value(above), value(below))
        case Square(base):
            return value(base) ** 2
    found: float = term.value
    return found


def _product(values: Iterable[float]) -> float:
    found = 1.0
    for each in values:
        found *= each
    return found


def _quotient(above: float, below: float) -> float:
    return above / below if below else float("nan")


def magnitude(term: Term) -> float:
    """The size of the numbers that make a term: what its rounding errors are relative to."""
    match term:
        case Sum(terms):
            return sum(map(magnitude, terms))
        case Difference(left, right):
            return magnitude(left) + magnitude(right)
        case Product(factors):
            return _product(map(magnitude, factors))
        case Quotient(above, below):
            return abs(_quotient(magnitude(above), abs(value(below))))
    return abs(value(term))


def leaves(term: Term) -> Iterator[Leaf]:
    """The numbers with symbols that a term is made of."""
    if isinstance(term, Leaf):
        yield term
    elif isinstance(term, tuple):  # a record or the terms of one
        for each in term:
            yield from leaves(each)


# -- writing ---------------------------------------------------------------------------------
def symbols(term: Term) -> str:
    """x[0,0]·kernel[0,1] + bias[1]"""
    return _written(term, lambda leaf: leaf.symbol or number(leaf.value), lambda _: "…")


def numbers(term: Term, digits: int = DIGITS) -> str:
    """1·0.2 + 2·(-0.5) + 0; the middle of a long sum is one number: (780 terms: 1.25)."""
    return _written(
        term,
        lambda leaf: number(leaf.value, digits),
        lambda rest: f"({rest.terms:,} terms: {number(rest.value, digits)})",
    )


def _written(term: Term, leaf: Callable[[Leaf], str], rest: Callable[[Rest], str]) -> str:  # noqa: PLR0911
    def inside(each: Term, *, tight: bool = True) -> str:
        text = _written(each, leaf, rest)
        loose = isinstance(each, Sum | Difference) or (tight and isinstance(each, Quotient)) or text.startswith("-")
        return f"({text})" if loose else text

    match term:
        case Sum(terms):
            first, *others = terms
            return " + ".join([_written(first, leaf, rest), *(inside(each, tight=False) for each in others)])
        case Difference(left, right):
            return f"{_written(left, leaf, rest)} - {inside(right, tight=False)}"
        case Product(factors):
            return "·".join(map(inside, factors))
        case Quotient(above, below):
            return f"{inside(above)} / {f'({_written(below, leaf, rest)})' if isinstance(below, Product) else inside(below)}"
        case Square(base):
            return f"{inside(base)}²"
        case Call(name, terms):
            return f"{name}({', '.join(_written(each, leaf, rest) for each in terms)})"
        case Rest():
            return rest(term)
    return leaf(term)


def reduced(term: Term, digits: int = DIGITS) -> str | None:
    """relu(-0.8) for relu(1·0.2 + 2·(-0.5)): a function of numbers, if its arguments are more than that."""
    if not isinstance(term, Call) or all(isinstance(each, Leaf) for each in term.terms):
        return None
    return f"{term.name}({', '.join(number(value(each), digits) for each in term.terms)})"


def number(value: float, digits: int = DIGITS) -> str:
    """With so many digits after the decimal point, below 1 so many significant ones; whole numbers without a point."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124  # NaN
        return str(value)
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        text, exponent = f"{value:.{max(digits - 1, 0)}e}".split("e")
        return f"{_trimmed(text)}e{exponent}"
    text = f"{value:.{digits}f}" if size >= 1 else f"{value:.{max(digits, 1)}g}"
    return _trimmed(text) if size else "0"


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
