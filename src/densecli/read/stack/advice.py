"""What a stack may have meant where its grammar expected something else: the help of a syntax error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable

NEAR = 200  # characters looked at on both sides

JOIN = "layers are joined with ->"
_LOOKALIKES = {
    "–": "use -> (this is an en dash)",
    "—": "use -> (this is an em dash)",
    "“": 'use " (this is a curly quote)',
    "”": 'use " (this is a curly quote)',
    "‘": "use ' (this is a curly quote)",
    "’": "use ' (this is a curly quote)",
}
_ELSEWHERE = {"//": "comments start with #", "/*": "comments start with #"}
_SIZE = r"(?:\d+|[Nn]one|null|\?)"
_MORE_SIZES = rf"(?:\s*+[,x×]\s*+{_SIZE})+"
_SHAPE_FIRST = rf"({_SIZE}(?:{_MORE_SIZES})?)\s*+,?\s*+\)?\s*+->\s*+([A-Za-z]\w*+(?:\([^()]*+\))?)"


class Expected(Record):
    """What the grammar expects at a place, in words, and the help for what stands there instead."""

    words: str
    help: Callable[[str, str], str | None]  # of the text before the place, and from there on


def advice(expected: Expected, text: str, at: int) -> str | None:
    """The help for the text at an offset, if there is something to say about it."""
    return _LOOKALIKES.get(text[at : at + 1]) or expected.help(text[max(0, at - NEAR) : at], text[at : at + NEAR])


def _after_layer(before: str, rest: str) -> str:
    """An arrow was expected: most people have another separator, some forgot a bracket."""
    name = re.search(r"(?:^|[^\w@*)\]])([A-Za-z]\w*+)\s*\Z", before)
    number = re.match(r"[-x^×]\s*+(\d+)", rest)
    if (shape := _open_shape(before, rest)) is not None:
        return shape
    if number is not None and (before.endswith(")") or name is not None):
        named = name is not None and rest.startswith("-")
        return f"did you mean {name[1]}{number[1]}?" if name and named else f"repeats are written with *: *{number[1]}"
    if re.search(r"\*\s*[\d_]+\s*\Z", before) and rest.startswith("@"):
        return "the input shape comes before the repeat count: Dense(4)@(4,)*2"
    if name and re.match(r"[\[{:\d'\"]|=(?!>)", rest):
        return f"arguments go in parentheses: {name[1]}(…)"
    if re.match(r"[,;|./&+>-]+\s*\Z", rest):
        return "leave it out, or add a layer after it: " + JOIN
    return _ELSEWHERE.get(rest[:2]) or (f"{JOIN}; branches go in brackets: [a | b]" if rest[0] == "|" else JOIN)


def _open_shape(before: str, rest: str) -> str | None:
    """@3,2 and @3x2 want parentheses, (3,2) and shape=(3,2) an @ alone."""
    first = re.search(rf"@\s*+({_SIZE})\s*\Z", before)
    more = re.match(_MORE_SIZES, rest)
    if first is not None and more is not None:
        return f"write the shape in parentheses: @{_shape(first[1] + more[0])}"
    bare = re.match(rf"[:=]?\s*+[(\[]\s*+({_SIZE}(?:{_MORE_SIZES})?)\s*+,?\s*+[)\]]", rest)
    if bare is None or not re.search(r"\)\s*\Z|@\s*+\w+\s*\Z", before):
        return None
    return f"the input shape follows @ alone: @{_shape(bare[1])}"


def _shape(text: str) -> str:
    sizes = re.findall(_SIZE, text)
    return f"({','.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _in_brackets(before: str, rest: str) -> str | None:
    if rest[:1].isalpha() or rest[:1] in (",", ";"):
        return f"{JOIN}, branches are separated with |"
    return _after_layer(before, rest)


def _no_layer(before: str, rest: str) -> str | None:
    """A layer was expected."""
    if (shape := re.match(_SHAPE_FIRST, rest)) is not None:
        return f"the input shape follows the first layer: {shape[2]}@{_shape(shape[1])}"
    if (repeat := re.match(r"(\d+)\s*+[*x×]\s*+[A-Za-z(\[]", rest)) is not None:
        return f"a repeat count follows the layer: Dense(16)*{repeat[1]}"
    if rest[:1].isdigit():
        return "numbers are arguments, as in Dense(16), or shapes, as in Dense(16)@(3,2)"
    if before.rstrip().endswith(("->", "→")) or rest.startswith(("->", "→")):
        return "an arrow needs a layer on both sides"
    if rest[:1] in "'\"":
        return "write layers without quotes"
    return "a variable is an argument: Dense($n)" if rest.startswith("$") else None


def _no_argument(before: str, rest: str) -> str | None:
    """A comma or the end of a layer's arguments was expected."""
    first = re.search(r"(?<!\d)\d++\s*\Z", before)
    if first and (more := re.match(_MORE_SIZES, rest)) and rest[0] != ",":
        return f"sizes are separated with commas: {_shape(first[0] + more[0])}"
    if re.search(r"@\s*+\([\d\s,]*+\Z", before) and re.match(r";?\s*\d", rest):
        return "sizes are separated with commas: (28,28,1)"
    if rest.startswith(("->", "→", "@")):
        return "close the parenthesis of the layer first; a group in parentheses needs an arrow before it"
    if rest.startswith(":"):
        return "arguments are given with =, as in units=16"
    return "arguments are separated with commas" if re.match(r"[\w'\"(\[$;]", rest) and "lambda" not in before else None


def _no_value(_: str, rest: str) -> str | None:
    return "none is an unknown size" if rest.startswith("?") else None


def _nothing(_: str, __: str) -> None:
    """No usual mistake is known."""


LAYER = Expected("a layer", _no_layer)
STEP = Expected("`->` or the end", _after_layer)
COUNT = Expected("a repeat count", _nothing)
VALUE = Expected("a number, string, true/false, none, tuple or layer", _no_value)
VALUE_END = Expected("the end of the value", _nothing)
CLOSED = {
    (")", "E221"): Expected("`->` or `)`", _after_layer),
    ("]", "E221"): Expected("`->` or `]`", _in_brackets),
    (")", "E222"): Expected("`,` or `)`", _no_argument),
    ("]", "E222"): Expected("`,` or `]`", _nothing),
}
