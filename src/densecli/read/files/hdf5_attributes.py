"""The text attributes of an object in an HDF5 file, read without the HDF5 library.

The library (2.0.0) crashes or hangs on some damaged string heaps, and importing it costs more than all the rest. What Keras
writes is simple: attributes in the object's header, one string or a list of them, in place or in a global heap.
Format: HDF5 File Format Specification 3.0 (docs.hdfgroup.org).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import count, takewhile
from typing import TYPE_CHECKING, BinaryIO

from densecli.errors import ReadError
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_HEADER = 1 << 20  # bytes of messages in a header; Keras files have about a hundred
MOST_BLOCKS = 1000
MOST_HEAPED = 1 << 16  # objects in a global heap: their numbers have two bytes
CONTINUATION, ATTRIBUTE, ATTRIBUTE_INFO = 0x10, 0x0C, 0x15
FIXED_STRING, VARIABLE = 3, 9
IN_HEAP = 16  # bytes of a reference to a string in a heap: its length, the heap's address, its number there


class Unfamiliar(Exception):  # noqa: N818  # not an error: another reader knows
    """The file uses what Keras never writes."""


class Raw(Record):
    """An attribute as stored in a header."""

    kind: bytes
    space: bytes
    value: bytes


def damaged(what: str) -> ReadError:
    return ReadError(f"the HDF5 file is damaged: {what}", code="E321")


class Attributes:
    """The attributes of the object whose header is at the address `header`, or of the root if that is None.

    At most `most` bytes of an attribute are read, and one more to detect excess. Raises Unfamiliar, or ReadError (E321).
    """

    def __init__(self, file: BinaryIO, most: int, header: int | None = None) -> None:
        self.file, self.most = file, most
        root = self.root()
        self.header = root if header is None else header
        self.objects = lru_cache(maxsize=None)(self.objects_of)
        self.found: dict[str, Raw] = {}
        for type_, flags, data in self.messages():
            if type_ == ATTRIBUTE_INFO:
                self.check_compact(data)
            elif type_ == ATTRIBUTE:
                if flags & 2:
                    raise Unfamiliar
                self.found.update([attribute(data)])

    def __contains__(self, name: str) -> bool:
        return name in self.found

    def root(self) -> int:
        """Where the header of the root group is."""
        head = self.at(0, 96)
        version = head[8]
        if version in (0, 1):
            width, lengths, start = head[13], head[14], 24 if version == 0 else 28
            header = start + 5 * head[13]  # base, free space, end, driver, the root's name
        elif version in (2, 3):
            width, lengths, start = head[9], head[10], 12
            header = start + 3 * head[9]
        else:
            raise Unfamiliar
        if width != 8 or lengths != 8 or any(head[start : start + 8]):
            raise Unfamiliar
        return number(head, header)

    def at(self, offset: int, count: int) -> bytes:
        if offset >= 1 << 62:
            raise damaged("an address is beyond the file")
        self.file.seek(offset)
        data = self.file.read(count)
        if len(data) < count:
            raise damaged("it ends too early")
        return data

    # -- the header -------------------------------------------------------------------
    def messages(self) -> Iterator[tuple[int, int, bytes]]:
        """Type, flags and data of each message, those of continuation blocks included."""
        start = self.at(self.header, 16)
        if start[:4] == b"OHDR":
            yield from self.messages_of(self.first_block_2(start))
        elif start[0] == 1:
            yield from self.messages_of((self.header + 16, number(start, 8, 4), 8, 0))
        else:
            raise damaged("an object has no header")

    def first_block_2(self, start: bytes) -> tuple[int, int, int, int]:
        flags = start[5]
        at = self.header + 6 + 16 * bool(flags & 0x20) + 4 * bool(flags & 0x10)
        width = 1 << (flags & 3)
        return at + width, number(self.at(at, width), 0, width), 4 + 2 * bool(flags & 4), 2

    def messages_of(self, block: tuple[int, int, int, int]) -> Iterator[tuple[int, int, bytes]]:
        """The messages of a block (offset, length, size of a message's head, version of the header) and its continuations."""
        pending, total, blocks = [block], 0, 0
        while pending:
            offset, length, head, version = pending.pop(0)
            total, blocks = total + length, blocks + 1
            if total > MOST_HEADER or blocks > MOST_BLOCKS:
                raise damaged("a header is too long")
            data, at = self.at(offset, length), 0
            while at + head <= len(data):
                kind, size, flags = _head(data, at, version)
                body = data[at + head : at + head + size]
                at += head + size
                if kind == CONTINUATION:
                    pending.append(_continued(body, head, version))
                else:
                    yield kind, flags, body

    def check_compact(self, data: bytes) -> None:
        """Whether the attributes are in the header, not in a heap of their own as thousands would be."""
        at = 2 + 2 * bool(data[1] & 1)
        if data[at : at + 8] != b"\xff" * 8:
            raise Unfamiliar

    # -- one attribute ----------------------------------------------------------------
    def text(self, name: str) -> bytes | None:
        """The attribute that is one string; None if it is anything else, or missing."""
        raw = self.found.get(name)
        if raw is None or not scalar(raw.space):
            return None
        texts = self.strings(raw, 1)
        return texts[0] if texts else None

    def texts(self, name: str) -> list[bytes] | None:
        """The attribute that is a list of strings; None if it is anything else, or missing."""
        raw = self.found.get(name)
        if raw is None or raw.space[1] != 1:
            return None
        count = number(raw.space, 8 if raw.space[0] == 1 else 4)
        return self.strings(raw, count) if count else []  # an empty list has no type of its own: Keras writes floats

    def listed(self, name: str) -> list[bytes]:
        """The attribute that is a list of names; long lists are in pieces name0, name1, … Raises ReadError (E321)."""
        parts = [name]
        if name not in self:
            parts = list(takewhile(self.__contains__, (f"{name}{index}" for index in count())))
        return [each for part in parts for each in self._list_of(part)]

    def _list_of(self, name: str) -> list[bytes]:
        texts = self.texts(name)
        if texts is None:
            raise ReadError(f"the attribute {name} is not a list of names", code="E321")
        return texts

    def strings(self, raw: Raw, count: int) -> list[bytes] | None:
        kind, value = raw.kind, raw.value
        size = number(kind, 4, 4)
        if kind[0] & 15 == FIXED_STRING and size:
            check_held(count * size, value)
            return [value[at : at + size].rstrip(b"\0") for at in range(0, count * size, size)]
        if kind[0] & 15 == VARIABLE and kind[1] & 15 == 1:
            check_held(count * IN_HEAP, value)
            return list(self.from_heap(value[: count * IN_HEAP]))
        return None

    def from_heap(self, places: bytes) -> Iterator[bytes]:
        """Strings in global heaps: many references may share one, so their total size is bounded."""
        left = self.most + 1
        for at in range(0, len(places), IN_HEAP):
            if not left:
                raise damaged("a list of names is too long")
            text = self.heaped(places[at : at + IN_HEAP], left)
            left -= len(text)
            yield text.rstrip(b"\0")

    def heaped(self, place: bytes, most: int) -> bytes:
        length, address, index = number(place, 0, 4), number(place, 4), number(place, 12, 4)
        if not length:
            return b""
        start, size = self.objects(address).get(index, (0, 0))
        if size < length:
            raise damaged("a string is not in its heap")
        return self.at(start, min(length, most))

    def objects_of(self, address: int) -> dict[int, tuple[int, int]]:
        """Offset and size of everything in a global heap, by number."""
        start = self.at(address, 16)
        if start[:4] != b"GCOL" or start[4] != 1:
            raise damaged("a string has no heap")
        at, end = address + 16, address + number(start, 8)
        found: dict[int, tuple[int, int]] = {}
        while at + 16 <= end and len(found) < MOST_HEAPED:
            head = self.at(at, 16)
            index, size = number(head, 0, 2), number(head, 8)
            if index == 0 or index in found or at + 16 + size > end:
                break
            found[index] = (at + 16, size)
            at += 16 + -(-size // 8) * 8
        return found


def attribute(data: bytes) -> tuple[str, Raw]:
    """Name and parts of an attribute's message."""
    if len(data) < 8 or data[0] not in (1, 2, 3):
        raise damaged("an attribute is of no known version")
    version, sizes = data[0], [number(data, at, 2) for at in (2, 4, 6)]
    if version > 1 and data[1]:
        raise Unfamiliar
    at, parts = 9 if version == 3 else 8, []
    for size in sizes:
        parts.append(data[at : at + size])
        at += -(-size // 8) * 8 if version == 1 else size
    name, kind, space = parts
    if len(kind) < 8 or len(space) < 4:
        raise damaged("an attribute is cut off")
    return name.rstrip(b"\0").decode("utf-8", "replace"), Raw(kind, space, data[at:])


def scalar(space: bytes) -> bool:
    """Whether a dataspace has no axes, and is not the empty one of version 2."""
    return not space[1] and not (space[0] == 2 and space[3] == 2)


def check_held(size: int, value: bytes) -> None:
    if size > len(value):
        raise damaged("an attribute is cut off")


def _head(data: bytes, at: int, version: int) -> tuple[int, int, int]:
    if version == 0:
        return number(data, at, 2), number(data, at + 2, 2), data[at + 4]
    return data[at], number(data, at + 1, 2), data[at + 3]


def _continued(body: bytes, head: int, version: int) -> tuple[int, int, int, int]:
    """The block that a continuation message names; version 2 has a signature (OCHK) before it and a checksum after."""
    if len(body) < 16:
        raise damaged("a header is cut off")
    around = 4 if version else 0
    return number(body, 0) + around, max(0, number(body, 8) - 2 * around), head, version


def number(data: bytes, at: int, width: int = 8) -> int:
    return int.from_bytes(data[at : at + width], "little")
