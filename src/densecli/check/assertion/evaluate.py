"""Computing an expression over a report's JSON: exact, bounded, and able to say which values made an assertion false."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from densecli.check.assertion.expression import Call, Chain, Each, Expression, Items, Literal, Path, Sign
from densecli.check.assertion.values import ARITHMETIC, ORDERINGS, bits, exact, kind, length, plain, show
from densecli.errors import ArgumentError, DenseError, LimitError, OutputError, closest, did_you_mean
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_STEPS, MOST_BITS = 2_000_000, 8_192
# Keys that the JSON leaves out where they do not apply: an assertion reads them as null, not as a mistake.
OPTIONAL = frozenset(
    (
        "batch", "warnings", "run", "calls", "shares_weights_with", "opaque", "unbuilt", "layers", "not_counted", "lower_bound",
        "macs", "flops", "activation_bytes", "seed", "seconds", "peak_bytes", "outputs",
    )
)  # fmt: skip
_ROOTS = ("name", "type", "source", "inputs", "outputs", "layers", "totals", "batch", "warnings", "run")


class Answer(Record):
    """Whether the assertion is true, why if that is unknown, and the values of its parts."""

    true: bool
    unknown: str | None
    values: tuple[tuple[str, str], ...]


class _UnknownError(Exception):
    """The model does not have the value: that is a finding, not an error in the expression."""


def evaluate(expression: Expression, record: Mapping[str, Any]) -> Answer:
    """Evaluate for one report. Raises ArgumentError (E232) if the expression makes no sense for any model."""
    run = _Run(expression, record)
    try:
        value, unknown = run.truth(expression.tree, run.value(expression.tree)), None
    except _UnknownError as error:
        value, unknown = False, str(error)
    return Answer(value, unknown, tuple((text, show(each)) for text, each in run.seen.items()))


def value_of(expression: Expression, record: Mapping[str, Any]) -> Any:
    """The value itself, for `--print`. Raises ArgumentError (E232), or OutputError (E607) if the model does not have it."""
    try:
        return _Run(expression, record).value(expression.tree)
    except _UnknownError as error:
        raise OutputError(f"no value of {quote(expression.text)}: {error}", code="E607") from None


class _Run:
    """One evaluation: the variables in sight, the values seen so far, and the work done."""

    def __init__(self, expression: Expression, record: Mapping[str, Any]) -> None:
        self.expression, self.record = expression, record
        self.scope: dict[str, Any] = {}
        self.seen: dict[str, Any] = {}
        self.steps = self.inside = 0

    def value(self, node: Any) -> Any:
        self.count(1, node)
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Items):
            return tuple(self.value(item) for item in node.items)
        if isinstance(node, Path | Call):
            return self.watched(node)
        if isinstance(node, Sign):
            return self.signed(node)
        return self.chain(node)

    def count(self, steps: int, node: Any) -> None:
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise LimitError(
                f"the expression takes more than {MOST_STEPS:,} steps", code="E502", place=self.place(node)
            )

    def watched(self, node: Path | Call) -> Any:
        """The value of an outermost path or call is remembered, to be shown."""
        self.inside += 1
        value = self.follow(node) if isinstance(node, Path) else self.call(node)
        self.inside -= 1
        if self.inside == 0:
            self.seen[self.text(node)] = value
        return value

    # -- paths ------------------------------------------------------------------------
    def follow(self, node: Path) -> Any:
        value = self.name(node) if isinstance(node.base, str) else self.value(node.base)
        for step in node.steps:
            if value is None:
                raise _UnknownError(self.why_null(node))
            if isinstance(step, str):
                value = self.attribute(value, step, node)
            else:
                value = self.index(value, self.value(step), node)
        return value

    def name(self, node: Path) -> Any:
        name = node.base
        if name in self.scope:
            return self.scope[name]
        if name in self.record or name in OPTIONAL & {*_ROOTS}:
            return self.record.get(name)
        totals = self.record.get("totals", {})
        hint = f"did you mean `totals.{name}`?" if name in totals else did_you_mean(name, [*self.scope, *_ROOTS])
        raise self.wrong(f"no value named {quote(name)}", node, hint or f"values: {', '.join(_ROOTS)}")

    def attribute(self, value: Any, name: str, node: Path) -> Any:
        if isinstance(value, dict):
            if name not in value and name not in OPTIONAL:
                hint = did_you_mean(name, value) or f"it has: {', '.join(map(str, [*value][:20]))}"
                raise self.wrong(f"there is no {quote(name)} here", node, hint)
            return value.get(name)
        if isinstance(value, list | tuple):
            self.count(len(value), node)
            if name not in OPTIONAL and not any(isinstance(each, dict) and name in each for each in value):
                return self.item_named(value, name, node)
            return tuple(None if each is None else self.attribute(each, name, node) for each in value)
        raise self.wrong(f"{kind(value)} has no {quote(name)}", node)

    def index(self, value: Any, key: Any, node: Path) -> Any:
        if isinstance(value, dict) and isinstance(key, str):
            return self.attribute(value, key, node)
        if isinstance(value, list | tuple) and isinstance(key, str):
            return self.by_name(value, key, node)
        if isinstance(value, list | tuple) and isinstance(key, int) and not isinstance(key, bool):
            if not -len(value) <= key < len(value):
                raise _UnknownError(f"there are {len(value):,} items, none is number {key:,}")
            return value[key]
        raise self.wrong(f"{kind(value)} cannot be indexed with {kind(key)}", node)

    def item_named(self, value: Sequence[Any], name: str, node: Path) -> Any:
        """`layers.dense`: no key of the items, so the name of one."""
        if any(isinstance(each, dict) and each.get("name") == name for each in value):
            return self.by_name(value, name, node)
        return tuple(self.attribute(each, name, node) for each in value)

    def by_name(self, value: Sequence[Any], name: str, node: Path) -> Any:
        self.count(len(value), node)
        names = [each.get("name") if isinstance(each, dict) else None for each in value]
        if name in names:
            return value[names.index(name)]
        close = closest(name, [each for each in names[:2_000] if isinstance(each, str)])
        also = f"; did you mean {quote(close)}?" if close else ""
        raise _UnknownError(f"unknown name {quote(name)}{also}")

    # -- operators --------------------------------------------------------------------
    def signed(self, node: Sign) -> Any:
        if node.operator == "not":
            return not self.truth(node.operand, self.value(node.operand))
        value = self.number(node.operand, self.value(node.operand))
        return -value if node.operator == "-" else value

    def chain(self, node: Chain) -> Any:
        operator = node.rest[0][0]
        if operator in ("and", "or"):
            return self.logic(node, operator)
        if operator in ARITHMETIC:
            return self.arithmetic(node)
        left_node, left = node.first, self.value(node.first)
        for operator, right_node in node.rest:
            right = self.value(right_node)
            if not self.compare(operator, (left, left_node), (right, right_node)):
                return False
            left_node, left = right_node, right
        return True

    def logic(self, node: Chain, operator: str) -> bool:
        decisive = operator == "or"
        operands = (node.first, *(operand for _, operand in node.rest))
        return any(self.truth(each, self.value(each)) == decisive for each in operands) == decisive

    def arithmetic(self, node: Chain) -> Any:
        value = self.number(node.first, self.value(node.first))
        for operator, operand in node.rest:
            right = self.number(operand, self.value(operand))
            self.bound(operator, value, right, operand)
            try:
                value = exact(ARITHMETIC[operator](value, right))
            except ZeroDivisionError:
                raise _UnknownError(f"`{self.text(operand)}` is 0: cannot divide by zero") from None
            except (ArithmeticError, ValueError, TypeError):
                raise self.wrong("this cannot be computed", operand) from None
        return value

    def bound(self, operator: str, left: Any, right: Any, node: Any) -> None:
        """Refuse to compute a number of thousands of digits."""
        most = max(bits(left), bits(right)) + 1
        if operator == "**":
            if not isinstance(right, int) or abs(right) > MOST_BITS:
                raise self.wrong("an exponent must be a small whole number", node)
            most = bits(left) * abs(right)
        elif operator != "+":
            most = bits(left) + bits(right)
        if most > MOST_BITS:
            raise LimitError(f"a number of more than {MOST_BITS:,} bits", code="E504", place=self.place(node))

    def compare(self, operator: str, left: tuple[Any, Any], right: tuple[Any, Any]) -> bool:
        if operator in ("in", "not in"):
            return self.contains(right, left) == (operator == "in")
        if operator in ("==", "!="):
            self.same_kind(left, right)
            self.count(length(left[0]) + length(right[0]), left[1])
            return bool(plain(left[0]) == plain(right[0])) == (operator == "==")
        for value, node in (left, right):
            if value is None:
                raise _UnknownError(self.why_null(node))
        if not all(isinstance(value, str) for value, _ in (left, right)):
            self.number(left[1], left[0])
            self.number(right[1], right[0])
        return bool(ORDERINGS[operator](left[0], right[0]))

    def contains(self, whole: tuple[Any, Any], part: tuple[Any, Any]) -> bool:
        value, wanted = whole[0], part[0]
        if isinstance(value, str) and isinstance(wanted, str):
            return wanted in value
        if not isinstance(value, list | tuple):
            raise self.wrong(f"expected a list after `in`, got {kind(value)}", whole[1])
        self.count(len(value), whole[1])
        if isinstance(wanted, str):
            return any((each.get("name") if isinstance(each, dict) else each) == wanted for each in value)
        self.count(length(value) + len(value) * length(wanted), whole[1])
        return any(plain(wanted) == plain(each) for each in value)

    def same_kind(self, left: tuple[Any, Any], right: tuple[Any, Any]) -> None:
        kinds = kind(left[0]), kind(right[0])
        if "null" not in kinds and kinds[0] != kinds[1]:
            raise self.wrong(f"{kinds[0]} is never equal to {kinds[1]}", right[1])

    # -- functions --------------------------------------------------------------------
    def call(self, node: Call) -> Any:
        values = [(value, at) for argument in node.arguments for value, at in self.argument(argument)]
        if node.function in ("any", "all", "count"):
            truths = [self.truth(at, value) for value, at in values]
            return sum(truths) if node.function == "count" else any(truths) if node.function == "any" else all(truths)
        if node.function == "len":
            return self.length(node)
        numbers = [self.number(at, value) for value, at in values]
        if node.function == "sum":
            return self.total(numbers, node)
        if node.function == "abs":
            if len(numbers) != 1:
                raise self.wrong("abs takes one number", node)
            return abs(numbers[0])
        if not numbers:
            raise _UnknownError(f"`{self.text(node)}`: there is nothing to compare")
        return (max if node.function == "max" else min)(numbers)

    def argument(self, node: Any) -> Iterator[tuple[Any, Any]]:
        """The values of an argument: the items of a list, or the value itself."""
        if isinstance(node, Each):
            yield from ((value, node.item) for value in self.each(node))
            return
        value = self.value(node)
        if isinstance(value, list | tuple):
            self.count(len(value), node)
            yield from ((each, node) for each in value)
        else:
            yield value, node

    def each(self, node: Each) -> Iterator[Any]:
        over = self.value(node.over)
        if not isinstance(over, list | tuple):
            raise self.wrong(f"expected a list after `in`, got {kind(over)}", node.over)
        outside = self.scope
        for item in over:
            self.scope = outside | {node.variable: item}
            self.inside += 1
            if node.condition is None or self.truth(node.condition, self.value(node.condition)):
                yield self.value(node.item)
            self.inside -= 1
        self.scope = outside

    def length(self, node: Call) -> int:
        if len(node.arguments) != 1:
            raise self.wrong("len takes one list or string", node)
        argument = node.arguments[0]
        value = [*self.each(argument)] if isinstance(argument, Each) else self.value(argument)
        if value is None:
            raise _UnknownError(self.why_null(argument))
        if not isinstance(value, list | tuple | str):
            raise self.wrong(f"len takes a list or string, got {kind(value)}", node)
        return len(value)

    def total(self, numbers: list[Any], node: Call) -> Any:
        total: Any = 0
        for number in numbers:
            self.bound("+", total, number, node)
            total = exact(total + number)
        return total

    # -- values -----------------------------------------------------------------------
    def number(self, node: Any, value: Any) -> Any:
        if value is None:
            raise _UnknownError(self.why_null(node))
        if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
            hint = "count(…) counts true values" if isinstance(value, bool) else None
            raise self.wrong(f"expected a number, got {kind(value)}", node, hint)
        return value

    def truth(self, node: Any, value: Any) -> bool:
        if value is None:
            raise _UnknownError(self.why_null(node))
        if not isinstance(value, bool):
            raise self.wrong(f"expected a condition, got {kind(value)}", node, "compare it with a value")
        return value

    def why_null(self, node: Any) -> str:
        totals = self.record.get("totals", {})
        last = node.steps[-1] if isinstance(node, Path) and node.steps else None
        names = totals.get("not_counted", {}).get(last, ()) if isinstance(last, str) else ()
        reason = f": not counted for {', '.join(map(quote, names[:3]))}" if names else ""
        return f"`{self.text(node)}` is null (unknown{reason})"

    def text(self, node: Any) -> str:
        return self.expression.text[node.start : node.end]

    def place(self, node: Any) -> Any:
        return self.expression.place(node.start, node.end)

    def wrong(self, message: str, node: Any, hint: str | None = None) -> DenseError:
        return ArgumentError(message, code="E232", hint=hint, place=self.place(node))
