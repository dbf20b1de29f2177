"""`--print`: a value of the JSON report, by a dotted path (`totals.params`) or an expression as `check --assert` takes them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from densecli.errors import DenseError, LimitError, OutputError
from densecli.render.table.bare import as_text, bare_value

NO_PATH = r"\A\.|[\[(\"'\s<>=]"  # what only an expression contains, and no key or usual name


def printed(record: dict[str, Any], text: str) -> str:
    """The value as text. Raises OutputError (E607) if the model does not have it, SpecSyntaxError or ArgumentError."""
    try:
        return bare_value(record, text)
    except OutputError as missing:
        try:
            return as_text(_number(_value(record, text)))
        except DenseError as error:
            raise (error if re.search(NO_PATH, text) else missing) from None


def _value(record: dict[str, Any], text: str) -> Any:
    from densecli.check.assertion.evaluate import value_of  # noqa: PLC0415  # a dotted path does not need the language
    from densecli.check.assertion.expression import parse  # noqa: PLC0415

    return value_of(parse(text, "--print"), record)


def _number(value: Any) -> Any:
    """A value for JSON, which has no fractions."""
    try:
        return float(value) if isinstance(value, Fraction) else value
    except OverflowError:
        raise LimitError("the result is too large a fraction to print", code="E504") from None
