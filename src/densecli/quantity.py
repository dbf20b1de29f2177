"""Counts and sizes as people write them: 1M, 1_000_000, 1.5k, 2e6; 16MiB, 512KB.

k, M, G, T go by thousands, as everywhere on the command line, and Ki, Mi, Gi, Ti by 1,024; in a size a B may follow. In a
count B is a billion (7B parameters). Keras' tables call 1,048,576 bytes an MB, and round: `size_hint` helps where a limit that was
copied from one misses by that.
"""

from __future__ import annotations

import re
from fractions import Fraction

from densecli.errors import ArgumentError
from densecli.text import binary_size, describe, quote

COUNT_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9, "t": 10**12}
_PREFIXES = "kmgt"
SIZE_UNITS = {"": 1, "b": 1} | {
    f"{prefix}{ending}": (1024 if "i" in ending else 1000) ** power
    for power, prefix in enumerate(_PREFIXES, 1)
    for ending in ("", "b", "i", "ib")
}
NUMBER = r"[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2}(?![0-9_]))?"
_QUANTITY = re.compile(rf"({NUMBER}|[0-9]{{1,3}}(?:,[0-9]{{3}})+)\s*([A-Za-z]*)")
_COUNTED = r"(?i)([kmgbt]?)(?:FLOPs?|MACs?|params?|parameters|ops)"  # 30 GFLOPs
_RANGE_LIKE = re.compile(
    r"-?[0-9]+(?:\.[0-9]+)?\.\.[^\n]*|\.\.-?[0-9][^\n]*|-?[0-9]+:-?[0-9]+(?::-?[0-9]+)?|range\([^\n]*"
)
_LONGEST, _MOST_BITS = 80, 256  # no real budget is larger, and Python refuses integers of 5,000 digits


def read_count(value: object) -> int:
    """A whole number of 0 or more: 244, "1M", "1_000_000", 1e6."""
    exact = _read(value, COUNT_UNITS, "a count such as 1_000_000, 1M or 1.5k")
    if exact.denominator != 1:
        raise _wrong("a whole number", value)
    return int(exact)


class Size(int):
    """A number of bytes that knows how it was written."""

    written = ""


def read_size(value: object) -> Size:
    """A number of bytes: 4096, "16MiB", "1.5 GB", to the nearest byte."""
    size = Size(round(_read(value, SIZE_UNITS, "a size such as 16MiB, 512KB or 4096 (bytes)")))
    if isinstance(value, str):
        size.written = value.strip()
    return size


def like_range(text: str) -> bool:
    """Whether people would take it for several numbers: 1..4, 16..128*2, 1:4, range(1, 4). It is no value of any variable."""
    return _RANGE_LIKE.fullmatch(text) is not None


def size_hint(limit: int, got: int, *, exact: bool = False) -> str | None:
    """Help where `got` bytes miss a limit (or the exact size) only by the unit or the rounding of a table that it was copied from."""
    found = _QUANTITY.fullmatch(getattr(limit, "written", ""))
    unit = "" if found is None else found[2].lower().removesuffix("b")
    if found is None or not unit:
        return None
    binary = f"{unit[0].upper()}iB"
    meant = read_size(f"{found[1]}{binary}")
    if binary_size(meant) == binary_size(got):
        return f"tables round to {binary_size(got)}; write {got} for exactly this size"
    if exact or unit.endswith("i") or not limit < got <= meant:
        return None
    return f"{quote(found[0])} is {limit:,} bytes; for the {binary[0]}B of Keras' tables, write {found[1]}{binary}"


def read_number(text: str, *, binary: bool = False) -> Fraction | None:
    """A number of an expression, with the unit of a count or of a size; None if it is neither.

    With `binary`, KB and MB are what they are in Keras' tables.
    """
    found = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST and "," not in text else None
    if found is None:
        return None
    unit = found[2].lower()
    if binary and re.fullmatch("[kmgt]b", unit):
        unit = f"{unit[0]}ib"
    factor = COUNT_UNITS.get(unit, SIZE_UNITS.get(unit) if len(unit) > 1 else None)
    return None if factor is None else Fraction(found[1]) * factor


def _read(value: object, units: dict[str, int], expected: str) -> Fraction:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0 and value.bit_length() <= _MOST_BITS:
        return Fraction(value)
    if isinstance(value, float) and 0 <= value < float("inf"):
        return Fraction(value)
    found = _QUANTITY.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= _LONGEST else None
    if found is None:
        raise _wrong(expected, value)
    factor = units.get(found[2].lower())
    if factor is None:
        counted = re.fullmatch(_COUNTED, found[2])
        number = f"write {found[1]}{counted[1]}: the option says of what" if counted and units is COUNT_UNITS else None
        raise _wrong(expected, value, number or f"{quote(found[2])} is not a unit here: {', '.join(_shown(units))}")
    return Fraction(found[1].replace(",", "")) * factor


def _shown(units: dict[str, int]) -> list[str]:
    """The units as people write them, one spelling each."""
    if units is COUNT_UNITS:
        return ["k", "M", "G", "B", "T"]
    return ["B", *(f"{prefix.upper()}{ending}" for prefix in _PREFIXES for ending in ("B", "iB"))]


def _wrong(expected: str, value: object, hint: str | None = None) -> ArgumentError:
    return ArgumentError(f"expected {expected}, got {describe(value)}", code="E241", hint=hint)
