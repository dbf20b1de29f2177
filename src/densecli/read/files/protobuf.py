"""The wire format of Protocol Buffers: the fields of a message, by number. No schema, no generated code.

Format: protobuf.dev/programming-guides/encoding. Groups, which TensorFlow never writes, are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.errors import ReadError
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
WIDTHS = {FIXED64: 8, FIXED32: 4}
LONGEST = 10  # bytes of a varint of 64 bits
HEAD = 2 * LONGEST  # bytes in which a field's number and length must fit


class Span(Record):
    """A stretch of a file."""

    start: int
    size: int


class Message(Record):
    """The values of a message by field number, in order: integers, and bytes for texts and messages inside."""

    values: dict[int, list[int | bytes]]

    def number(self, field: int, default: int = 0) -> int:
        """The last number of a field, as protobuf takes it."""
        return next((each for each in reversed(self.values.get(field, ())) if isinstance(each, int)), default)

    def signed(self, field: int) -> int:
        """The same as an int64."""
        value = self.number(field)
        return value - (1 << 64) if value >> 63 else value

    def data(self, field: int) -> bytes:
        return next((each for each in reversed(self.values.get(field, ())) if isinstance(each, bytes)), b"")

    def text(self, field: int) -> str:
        return self.data(field).decode("utf-8", "replace")

    def messages(self, field: int) -> Iterator[Message]:
        """The messages inside, of a field that may repeat."""
        return (message(each) for each in self.values.get(field, ()) if isinstance(each, bytes))


def message(data: bytes) -> Message:
    """The fields of a message; those inside it are read when asked for. Raises ReadError (E331)."""
    values: dict[int, list[int | bytes]] = {}
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        value: int | bytes
        if kind == VARINT:
            value, at = varint(data, at)
        else:
            size, at = (WIDTHS[kind], at) if kind in WIDTHS else _length(data, at, kind)
            if size > len(data) - at:
                raise damaged("a field is longer than what holds it")
            value = data[at : at + size] if kind == BYTES else int.from_bytes(data[at : at + size], "little")
            at += size
        values.setdefault(key >> 3, []).append(value)
    return Message(values)


def spans(file: BinaryIO, inside: Span, field: int) -> Iterator[Span]:
    """Where a file has the messages or texts of a field, within a message; other fields are skipped unread."""
    at, end = inside.start, inside.start + inside.size
    while at < end:
        file.seek(at)
        head = file.read(min(HEAD, end - at))
        key, used = varint(head, 0)
        kind = key & 7
        if kind == VARINT:
            size, used = 0, varint(head, used)[1]
        else:
            size, used = (WIDTHS[kind], used) if kind in WIDTHS else _length(head, used, kind)
        if size > end - at - used:
            raise damaged("a field is longer than what holds it")
        if key >> 3 == field and kind == BYTES:
            yield Span(at + used, size)
        at += used + size


def whole(file: BinaryIO) -> Span:
    """All of a file."""
    return Span(0, file.seek(0, 2))


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of 7 bits per byte, and where it ends. Raises ReadError (E331)."""
    value = 0
    for index, byte in enumerate(data[at : at + LONGEST]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value & (1 << 64) - 1, at + index + 1
    raise damaged("a number has no end")


def _length(data: bytes, at: int, kind: int) -> tuple[int, int]:
    if kind != BYTES:
        raise damaged(f"wire type {kind} is none that TensorFlow writes")
    return varint(data, at)


def damaged(what: str) -> ReadError:
    return ReadError(f"the protobuf file is damaged: {what}", code="E331")
