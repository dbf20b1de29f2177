"""Arrays written out: JSON such as [[1, 2], [3, 4]], on the command line or in a file, or a row such as 1,2,3."""

from __future__ import annotations

import json
from typing import Any

from densecli import kernels

Array = Any
MARKS = ("[", "{")
DEEPEST = 64  # axes; NumPy has no more
COST = 16  # bytes of memory that a character may take as part of a number in a list
DIGITS, ROW = frozenset("0123456789"), frozenset("0123456789+-.,;eE \t")


def is_literal(word: str) -> bool:
    """Whether a word is an array rather than the name of a file: JSON, or a row of numbers."""
    return word.lstrip()[:1] in MARKS or is_row(word)


def is_row(word: str) -> bool:
    letters = set(word)
    return letters <= ROW and not letters.isdisjoint(DIGITS)


def from_json(text: str | bytes, most: int) -> Array | dict[str, Array]:
    """The array in JSON text, or those of an object by name. Raises ArrayFileError."""
    if len(text) * COST > most:
        raise kernels.ArrayFileError("it needs more memory than the limit")
    try:
        found = json.loads(text, object_pairs_hook=each_once)
    except RecursionError:
        raise kernels.ArrayFileError("its brackets are nested too deeply") from None
    except json.JSONDecodeError as error:
        raise kernels.ArrayFileError(f"it is not JSON: {error.msg} at character {error.pos + 1:,}") from None
    except ValueError as error:  # bytes that are no text, or too many digits
        raise kernels.ArrayFileError(f"it is not JSON: {str(error)[:120]}") from None
    if isinstance(found, dict):
        return {name: from_lists(value) for name, value in found.items()}
    return from_lists(found)


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, whose names are all different. Raises ArrayFileError."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise kernels.ArrayFileError("it has a name twice")
    return found


def from_lists(value: Any) -> Array:
    """Nested lists as an array: all numbers, or all texts; equal lengths. Raises ArrayFileError with the place of what is not."""
    check(value, lengths(value), ())
    try:
        return kernels.literal(value)
    except (ValueError, OverflowError):
        raise kernels.ArrayFileError("it mixes numbers and texts") from None


def lengths(value: Any) -> list[int]:
    """The shape, by the first list of each level."""
    found: list[int] = []
    while isinstance(value, list):
        found.append(len(value))
        if not value or len(found) > DEEPEST:
            raise kernels.ArrayFileError("it has an empty list" if not value else f"it has more than {DEEPEST} axes")
        value = value[0]
    return found


def check(value: Any, shape: list[int], place: tuple[int, ...]) -> None:
    """Every list at one depth is as long as the first; what is inside are numbers or texts."""
    where = "".join(f"[{index}]" for index in place) or "the whole"
    if not shape:
        if not isinstance(value, int | float | str):
            raise kernels.ArrayFileError(f"{where} is {named(value)}, expected a number")
        return
    if not isinstance(value, list) or len(value) != shape[0]:
        got = f"a list of {len(value):,}" if isinstance(value, list) else named(value)
        raise kernels.ArrayFileError(f"{where} is {got}, expected a list of {shape[0]:,} like the first")
    for index, each in enumerate(value):
        check(each, shape[1:], (*place, index))


def named(value: Any) -> str:
    return {list: "a list", dict: "an object", type(None): "null"}.get(type(value), "a number or text")
