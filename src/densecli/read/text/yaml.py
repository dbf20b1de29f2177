"""YAML text to plain values: PyYAML's events, assembled on our own stack.

PyYAML reads YAML 1.1 (`no` is false, `1:30` is 90, `010` is 8), keeps the last of two equal keys, follows aliases without
end and can overrun its stack. Here: YAML 1.2 core scalars, and every limit is checked as the events come in.
"""

from __future__ import annotations

import re
from array import array
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import yaml

from densecli.errors import DenseError, LimitError, Place, ReadError, SpecSyntaxError
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.read.text import spans
from densecli.read.text.encoding import check_characters, empty, surrogate
from densecli.read.text.yaml_mistakes import problem_index, syntax_error
from densecli.records import Record
from densecli.text import describe, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.errors import Part, Source

# YAML 1.2.2, 10.3.2: the core schema. `.inf` and `.nan` are matched only to be refused: no size is infinite.
_CORE = re.compile(
    r"(?P<null>null|Null|NULL|~|)|(?P<true>true|True|TRUE)|(?P<false>false|False|FALSE)|(?P<int>[-+]?[0-9]+)"
    r"|(?P<oct>0o[0-7]+)|(?P<hex>0x[0-9a-fA-F]+)|(?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<endless>[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))"
)
_CONSTANTS = {"null": None, "true": True, "false": False}
_BASES = {"int": 10, "oct": 8, "hex": 16}
# Ends of lines, and so of comments, in YAML 1.1 only: what an editor shows as a comment must not be read.
_NO_BREAKS = "\x85\u2028\u2029"
_HALF = re.compile("[\ud800-\udfff]")
_REFUSALS = (yaml.YAMLError, ValueError, OverflowError)  # the last two: escapes in the pure Python scanner


def load_yaml(source: Source, limits: Limits = LIMITS) -> Any:
    """The value of a YAML text; afterward `source.locate` finds pointers in it.

    Raises SpecSyntaxError (E2xx), LimitError (E5xx), or ReadError (E101, E104).
    """
    check_characters(source)
    composer = _Composer(source, limits)
    try:
        composer.compose(source.text)
    except _REFUSALS as error:
        _check_depth(source, limits, error)
        raise syntax_error(source, error) from None
    if not composer.documents or (composer.root is None and composer.span[0] == composer.span[1]):
        raise empty(source)
    source.locate = Marks(source.text, composer.root, composer.span, composer.marks)
    return composer.root


def _check_depth(source: Source, limits: Limits, error: Exception) -> None:
    """Raise LimitError if the text before a mistake is too deep.

    libyaml scans ahead of its events and has its own limit on nesting: it may refuse a text before ours is reached.
    """
    with suppress(SpecSyntaxError, ReadError, *_REFUSALS):  # the text is cut off, so it has mistakes of its own
        _Composer(source, limits).compose(source.text[: problem_index(error)])


def _events(text: str) -> Iterator[Any]:
    if not any(char in text for char in _NO_BREAKS):
        return _parse(text)
    unused = (char for char in map(chr, range(0xE000, 0xF900)) if char not in text)
    return _parse_with(text, dict(zip(_NO_BREAKS, unused, strict=False)))


def _parse(text: str) -> Iterator[Any]:
    events: Iterator[Any] = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return events


def _parse_with(text: str, stand_ins: dict[str, str]) -> Iterator[Any]:
    """The events of a text in which private-use characters replace some others."""
    plain = {ord(stand_in): char for char, stand_in in stand_ins.items()}
    for event in _parse(text.translate({ord(char): stand_in for char, stand_in in stand_ins.items()})):
        if isinstance(event, yaml.ScalarEvent):
            event.value = event.value.translate(plain)
        yield event


class _Anchor(Record):
    """The value that an alias repeats, and its size."""

    value: Any
    nodes: int
    height: int


class _Open:
    """A list or mapping that is being read."""

    __slots__ = ("anchor", "height", "key", "key_span", "nodes", "spans", "start", "value")

    def __init__(self, value: Any, start: int, nodes: int, anchor: str | None) -> None:
        self.value, self.start, self.nodes, self.anchor = value, start, nodes, anchor
        self.height = 0
        self.key: str | None = None
        self.key_span = (0, 0)
        self.spans = array("L")  # a list: start, end of each item; a mapping: of each key and its value


class _Composer:
    def __init__(self, source: Source, limits: Limits) -> None:
        self.source, self.limits = source, limits
        self.open: list[_Open] = []
        self.anchors: dict[str, _Anchor | None] = {}  # None: still open
        self.marks: dict[int, array[int]] = {}  # by id: spans of what a list or mapping holds
        self.scalars: dict[str, Any] = {}  # equal words are read once
        self.halves = "\\u" in source.text or "\\U" in source.text  # escapes may spell half a character
        self.root: Any = None
        self.span = (0, 0)
        self.nodes = self.documents = 0
        self.take = {
            yaml.ScalarEvent: self.scalar,
            yaml.AliasEvent: self.alias,
            yaml.SequenceStartEvent: lambda event: self.start(event, []),
            yaml.MappingStartEvent: lambda event: self.start(event, {}),
            yaml.SequenceEndEvent: self.end,
            yaml.MappingEndEvent: self.end,
            yaml.DocumentStartEvent: self.document,
            yaml.DocumentEndEvent: _nothing,
            yaml.StreamStartEvent: _nothing,
            yaml.StreamEndEvent: _nothing,
        }

    def compose(self, text: str) -> None:
        for event in _events(text):
            self.take[type(event)](event)

    # -- events -----------------------------------------------------------------------
    def document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self.mistake("a second document starts here", "E205", event, "put one model in a file")

    def scalar(self, event: Any) -> None:
        self.check_tag(event)
        span = event.start_mark.index, event.end_mark.index
        value = self.plain(event) if event.implicit[0] else event.value
        if self.halves and isinstance(value, str) and _HALF.search(value):
            raise surrogate(Place(self.source, *span))
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(value, 1, 0)
        if value == "<<" and event.implicit[0] and self.expects_key():
            hint = "write the keys out, or use an alias for the whole value"
            raise self.mistake("merge keys are not supported", "E204", event, hint)
        self.add(value, span, 1, 0)

    def alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise self.mistake(
                f"no anchor named {quote('&' + event.anchor)}", "E202", event, "define an anchor before using it"
            )
        anchor = self.anchors[event.anchor]
        if anchor is None:
            raise self.mistake(f"{quote('*' + event.anchor)} contains itself", "E202", event)
        self.add(anchor.value, (event.start_mark.index, event.end_mark.index), anchor.nodes, anchor.height)

    def start(self, event: Any, value: Any) -> None:
        self.check_tag(event)
        if self.expects_key():
            raise self.mistake("a key must be a word, not a list or mapping", "E207", event)
        if len(self.open) == self.limits.depth:
            raise self.limit("depth", f"nested deeper than {self.limits.depth} levels", "E503", event.start_mark.index)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.open.append(_Open(value, event.start_mark.index, self.nodes, event.anchor))

    def end(self, event: Any) -> None:
        done = self.open.pop()
        self.marks[id(done.value)] = done.spans
        if done.anchor is not None:
            self.anchors[done.anchor] = _Anchor(done.value, self.nodes - done.nodes + 1, done.height + 1)
        self.add(done.value, (done.start, event.end_mark.index), 1, done.height + 1)

    # -- values -----------------------------------------------------------------------
    def expects_key(self) -> bool:
        return bool(self.open) and type(self.open[-1].value) is dict and self.open[-1].key is None

    def add(self, value: Any, span: tuple[int, int], nodes: int, height: int) -> None:
        """Put a value where it belongs; it counts as `nodes` values, `height` levels deep."""
        self.nodes += nodes
        if self.nodes > self.limits.nodes:
            raise self.limit("nodes", f"expands to more than {self.limits.nodes:,} values", "E502", span[0])
        if not self.open:
            self.root, self.span = value, span
            return
        parent = self.open[-1]
        if height > parent.height:
            parent.height = height
            if len(self.open) + height > self.limits.depth:
                raise self.limit("depth", f"nested deeper than {self.limits.depth} levels", "E503", span[0])
        if type(parent.value) is list:
            parent.value.append(value)
            parent.spans.extend(span)
        elif parent.key is None:
            self.key(parent, value, span)
        else:
            parent.value[parent.key] = value
            parent.spans.extend((*parent.key_span, *span))
            parent.key = None

    def key(self, parent: _Open, key: Any, span: tuple[int, int]) -> None:
        if not isinstance(key, str):
            message, hint = f"a key must be a word, got {describe(key)}", "quote it if it is one"
            raise SpecSyntaxError(message, code="E207", hint=hint, place=Place(self.source, *span))
        if key in parent.value:
            first = parent.spans[4 * list(parent.value).index(key)]
            line, column = self.source.position(first)
            message = f"the key {quote(key)} is given twice (first in line {line}, column {column})"
            raise SpecSyntaxError(message, code="E201", place=Place(self.source, *span))
        parent.key, parent.key_span = key, span

    def plain(self, event: Any) -> Any:
        """A word without quotes as YAML 1.2 reads it."""
        text = event.value
        if text not in self.scalars:
            found = _CORE.fullmatch(text)
            self.scalars[text] = text if found is None else self.core(text, str(found.lastgroup), event)
        return self.scalars[text]

    def core(self, text: str, kind: str, event: Any) -> Any:
        if kind in _CONSTANTS:
            return _CONSTANTS[kind]
        if kind in _BASES:
            if len(text) > self.limits.digits:
                raise self.limit(
                    "digits", f"a number of {len(text):,} digits is too long", "E504", event.start_mark.index
                )
            return int(text, _BASES[kind])
        value = float(text) if kind == "float" else float("inf")
        if abs(value) == float("inf"):
            raise self.mistake("a number must be finite", "E211", event, "quote it if it is a word")
        return value

    # -- mistakes ---------------------------------------------------------------------
    def check_tag(self, event: Any) -> None:
        if event.tag is not None:
            hint = "the type follows from the value; quote it to make it a string"
            raise self.mistake(f"tags are not allowed: {quote(event.tag)}", "E203", event, hint)

    def mistake(self, message: str, code: str, event: Any, hint: str | None = None) -> DenseError:
        place = Place(self.source, event.start_mark.index, event.end_mark.index)
        return SpecSyntaxError(message, code=code, hint=hint, place=place)

    def limit(self, name: str, message: str, code: str, start: int) -> LimitError:
        return beyond(self.limits, name, message, code, Place(self.source, start, start + 1))


def _nothing(event: Any) -> None:
    """Events without a value."""


class Marks:
    """Finds the offsets of what a pointer names, from the marks kept beside the values."""

    def __init__(self, text: str, root: Any, span: tuple[int, int], marks: dict[int, array[int]]) -> None:
        self.text, self.root, self.span, self.marks = text, root, span, marks
        self.order: dict[int, dict[str, int]] = {}  # by id of a mapping: key to its place in the order

    def __call__(self, pointer: str, part: Part = None) -> tuple[int, int] | None:
        value, span, key = self.root, self.span, self.span
        for token in spans.split(pointer):
            at = self.index(value, token)
            if at is None:
                return None
            marks = self.marks[id(value)]
            if isinstance(value, dict):
                key, span, value = _pair(marks, 4 * at), _pair(marks, 4 * at + 2), value[token]
            else:
                span, value = _pair(marks, 2 * at), value[at]
                key = span
        if part == "key":
            return key
        if isinstance(part, tuple) and isinstance(value, str):
            return spans.within(self.text, span, value, part)
        return span[0], max(len(self.text[slice(*span)].rstrip()) + span[0], span[0])

    def index(self, value: Any, token: str) -> int | None:
        if isinstance(value, dict):
            if id(value) not in self.order:
                self.order[id(value)] = {key: index for index, key in enumerate(value)}
            return self.order[id(value)].get(token)
        if isinstance(value, list) and token.isdecimal() and len(token) < 10:  # no list is that long
            return int(token) if int(token) < len(value) else None
        return None


def _pair(marks: array[int], at: int) -> tuple[int, int]:
    return marks[at], marks[at + 1]
