"""The text attributes of an HDF5 file's root, read without the HDF5 library.

The library (2.0.0) crashes or hangs on some damaged string heaps, and importing it costs more than all the rest. What Keras
writes is simple: attributes in the root's object header, strings in a global heap. Anything else is left to h5py.
Format: HDF5 File Format Specification 3.0 (docs.hdfgroup.org).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from densecli.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_HEADER = 1 << 20  # bytes of messages in a header; those of Keras files have some hundred
MOST_BLOCKS = 1000
CONTINUATION, ATTRIBUTE, ATTRIBUTE_INFO = 0x10, 0x0C, 0x15
FIXED_STRING, VARIABLE = 3, 9


class Unfamiliar(Exception):  # noqa: N818  # not an error: another reader knows
    """The file uses what Keras never writes."""


class Text(NamedTuple):
    """An attribute: its bytes, or None where it is not one text."""

    value: bytes | None


def read(file: BinaryIO, most: int) -> dict[str, Text]:
    """Every attribute of the root by name; texts of at most `most` bytes. Raises Unfamiliar, or ReadError (E321)."""
    root = Root(file, most)
    found: dict[str, Text] = {}
    for kind, flags, data in root.messages():
        if kind == ATTRIBUTE_INFO:
            root.check_compact(data)
        elif kind == ATTRIBUTE:
            if flags & 2:
                raise Unfamiliar
            found.update([root.attribute(data)])
    return found


def damaged(what: str) -> ReadError:
    return ReadError(f"the HDF5 file is damaged: {what}", code="E321")


class Root:
    """The root group's object header: where it is, and what it says."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self.file, self.most = file, most
        head = self.at(0, 96)
        version = head[8]
        if version in (0, 1):
            self.width, lengths, start = head[13], head[14], 24 if version == 0 else 28
            header = start + 5 * head[13]  # base, free space, end, driver, the root's name
        elif version in (2, 3):
            self.width, lengths, start = head[9], head[10], 12
            header = start + 3 * head[9]
        else:
            raise Unfamiliar
        if self.width != 8 or lengths != 8 or any(head[start : start + 8]):
            raise Unfamiliar
        self.header = number(head, header)

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
            raise damaged("the root has no object header")

    def first_block_2(self, start: bytes) -> tuple[int, int, int, int]:
        flags = start[5]
        at = self.header + 6 + 16 * bool(flags & 0x20) + 4 * bool(flags & 0x10)
        width = 1 << (flags & 3)
        return at + width, number(self.at(at, width), 0, width), 4 + 2 * bool(flags & 4), 2

    def messages_of(self, block: tuple[int, int, int, int]) -> Iterator[tuple[int, int, bytes]]:
        """The messages of a block (offset, length, size of a message's head, version of the header) and what it continues in."""
        pending, total, blocks = [block], 0, 0
        while pending:
            offset, length, head, version = pending.pop(0)
            total, blocks = total + length, blocks + 1
            if total > MOST_HEADER or blocks > MOST_BLOCKS:
                raise damaged("the root's header is too long")
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
        """Whether the attributes stand in the header, and not in a heap of their own as thousands of them would."""
        at = 2 + 2 * bool(data[1] & 1)
        if data[at : at + 8] != b"\xff" * 8:
            raise Unfamiliar

    # -- one attribute ----------------------------------------------------------------
    def attribute(self, data: bytes) -> tuple[str, Text]:
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
        return name.rstrip(b"\0").decode("utf-8", "replace"), Text(self.text(kind, space, data[at:]))

    def text(self, kind: bytes, space: bytes, value: bytes) -> bytes | None:
        """The value of an attribute that is one string."""
        if space[1] or (space[0] == 2 and space[3] == 2):  # it has axes, or is empty
            return None
        if kind[0] & 15 == FIXED_STRING:
            return value[: number(kind, 4, 4)].rstrip(b"\0")
        if kind[0] & 15 == VARIABLE and kind[1] & 15 == 1 and len(value) >= 16:
            return self.from_heap(number(value, 4), number(value, 12, 4), number(value, 0, 4))
        return None

    def from_heap(self, address: int, index: int, length: int) -> bytes:
        """A string in a global heap."""
        start = self.at(address, 16)
        if start[:4] != b"GCOL" or start[4] != 1:
            raise damaged("a string has no heap")
        at, end = address + 16, address + number(start, 8)
        while at + 16 <= end:
            head = self.at(at, 16)
            found, size = number(head, 0, 2), number(head, 8)
            if found == 0 or at + 16 + size > end:
                break
            if found == index:
                return self.at(at + 16, min(size, length, self.most + 1)).rstrip(b"\0")
            at += 16 + -(-size // 8) * 8
        raise damaged("a string is not in its heap")


def _head(data: bytes, at: int, version: int) -> tuple[int, int, int]:
    if version == 0:
        return number(data, at, 2), number(data, at + 2, 2), data[at + 4]
    return data[at], number(data, at + 1, 2), data[at + 3]


def _continued(body: bytes, head: int, version: int) -> tuple[int, int, int, int]:
    """The block that a continuation message names; version 2 signs it before (OCHK) and after."""
    if len(body) < 16:
        raise damaged("the root's header is cut off")
    around = 4 if version else 0
    return number(body, 0) + around, max(0, number(body, 8) - 2 * around), head, version


def number(data: bytes, at: int, width: int = 8) -> int:
    return int.from_bytes(data[at : at + width], "little")
