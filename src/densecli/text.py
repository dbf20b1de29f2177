"""Text for people: escaping untrusted text, and formatting numbers and sizes."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_INVISIBLE = (
    range(0xFE00, 0xFE10),
    range(0xE0100, 0xE01F0),
)  # variation selectors: printable to Python, unseen by people
_SIZES = ("B", "KB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")


def safe(text: str, *, tab: str | None = None) -> str:
    r"""Text of unknown origin, with every control, format, surrogate and invisible character escaped.

    What a CI runner would take for a command is defused too, and `::` when GitHub's runner is listening.
    """
    if text.isascii() and text.isprintable():
        return _defuse(text) if "##" in text or "::" in text else text
    return _defuse("".join(tab if tab and char == "\t" else escaped(char) for char in text))


def escaped(char: str) -> str:
    """A character as it is, or its code where it is one that `safe` does not show."""
    code = ord(char)
    if char.isprintable() and not any(code in block for block in _INVISIBLE):
        return char
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _defuse(text: str) -> str:
    text = defused(text, "\\#")
    return text.replace("::", ":\\:") if os.environ.get("GITHUB_ACTIONS") else text


def defused(text: str, hash_sign: str) -> str:
    """Text in which no CI runner finds a command, with the second `#` written in another way.

    Azure Pipelines looks for `##vso[…]` anywhere in a line of either stream, older GitHub runners for `##[…]`.
    """
    return re.sub(r"##(?=\w*\[)", lambda _: f"#{hash_sign}", text) if "##" in text else text


def quote(text: str, limit: int = 80) -> str:
    """Text in quotes for a message, shortened: nobody wants to read a 20,000-letter name twice."""
    return f"'{text}'" if len(text) <= limit else f"'{text[:limit]}…' ({len(text):,} characters)"


LONGEST_WORD = 500  # characters of a text that is shown beside others
SHOWN, FULL_LIST = 10, 20  # a list for people: all of it, or of a longer one the first few


def shortened(text: str, limit: int = LONGEST_WORD) -> str:
    """The start of a long text: a table is as wide as its widest cell, in every row."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


def listed(items: Sequence[str], shown: int = SHOWN, full: int = FULL_LIST) -> str:
    """The items with commas between them; of a long list the first ones, and how many more there are."""
    some = items if len(items) <= full else items[:shown]
    rest = f" and {len(items) - len(some):,} more" if len(some) < len(items) else ""
    return ", ".join([shortened(item) for item in some]) + rest


def styled(text: str, code: str, color: bool = True) -> str:
    """Text in a terminal's style, such as 1;31 for bold red."""
    return f"\x1b[{code}m{text}\x1b[0m" if color and text else text


def duration(seconds: float) -> str:
    """A time as people say it: 12.3 ms, 4.5 s, 1 min 23 s, 2 h 5 min."""
    if seconds < 0.9995:
        return f"{seconds * 1000:,.3g} ms" if seconds < 0.0995 else f"{seconds * 1000:,.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    big, small, units = (
        (whole // 60, whole % 60, ("min", "s")) if whole < 3600 else (*divmod(round(whole / 60), 60), ("h", "min"))
    )
    return f"{big:,} {units[0]}" + (f" {small} {units[1]}" if small else "")


def cell_width(text: str) -> int:
    """How many terminal cells a text takes."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) == "Mn":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def plural(count: int, noun: str) -> str:
    """1 layer, 2 layers, 1,000 layers."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def size(count: int) -> str:
    """Bytes as Keras prints them, only for its totals: 1,024 to a KB, two decimals."""
    unit = min(max((count.bit_length() - 1) // 10, 0), len(_SIZES) - 1)
    hundredths = (count * 200 + (1 << 10 * unit)) // (2 << 10 * unit)  # integers: sizes beyond 2**53 stay right
    return f"{hundredths // 100}.{hundredths % 100:02d} {_SIZES[unit]}"


def binary_size(count: int) -> str:
    """Bytes with the unit's own name, 12.30 MiB: everywhere but in Keras' totals. Whole bytes below 1 KiB."""
    return f"{count} B" if count < 1024 else size(count).replace("B", "iB")


def describe(value: object) -> str:  # noqa: PLR0911  # one line per type
    """What a value from a spec is, in the words of a spec: for `expected an integer, got …`."""
    match value:
        case None:
            return "null"
        case bool():
            return f"boolean {str(value).lower()}"
        case float():
            return f"number {value!r}"
        case int():
            return _digits(value)
        case str():
            return f"string {quote(value)}"
        case list() | tuple():
            return _describe_list(value)
        case dict():
            return "an object"
    return f"`{type(value).__name__}`"


def _digits(number: float) -> str:
    """Python refuses to write integers of more than 4,300 digits, and nobody wants to read them."""
    return "a very long integer" if isinstance(number, int) and number.bit_length() > 256 else str(number)


def _describe_list(value: list[object] | tuple[object, ...]) -> str:
    text = f"({', '.join(_digits(item) if isinstance(item, int | float) else '…' for item in value[:8])})"
    return text if len(value) <= 8 else f"a list of {len(value):,}"
