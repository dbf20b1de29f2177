"""JSON pointers (RFC 6901), and the place in the text of a part of a parsed string."""

from __future__ import annotations

import re

_HEAD = r"[|>][^\n\r]*|['\"]"  # of a YAML block, or of a quoted string
_QUOTES = ("'", '"')


def join(pointer: str, token: str | int) -> str:
    """The pointer to a member: keys escape ~ and /."""
    if isinstance(token, str) and ("~" in token or "/" in token):
        token = token.replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{token}"


def split(pointer: str) -> list[str]:
    """The keys and indices on the way to what a pointer names; [] for the whole document."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def within(text: str, span: tuple[int, int], value: str, part: tuple[int, int]) -> tuple[int, int]:
    """Map offsets of a string to the text that it was read from.

    Letters are counted, blanks are not, so the result is exact for plain, quoted, folded and block scalars. With escapes
    the letters differ, and the result is the whole scalar.
    """
    start, end = span
    head = re.compile(_HEAD).match(text, start, end)
    body, stop = (start, end) if head is None else (head.end(), end - (text[end - 1] in _QUOTES))
    letters = [offset for offset in range(body, stop) if not text[offset].isspace()]
    if not letters or "".join(map(text.__getitem__, letters)) != "".join(value.split()):
        return span
    first, last = (len("".join(value[:offset].split())) for offset in part)
    if first == len(letters):
        return letters[-1] + 1, letters[-1] + 2
    return letters[first], letters[max(last - 1, first)] + 1
