"""Snappy's raw format, unpacked within a limit (github.com/google/snappy/blob/main/format_description.txt)."""

from __future__ import annotations

from densecli.errors import ReadError
from densecli.read.files.protobuf import varint

LITERAL = 0
LONG = 60  # from here on, the length of a literal is in the next bytes


def unpacked(data: bytes, most: int) -> bytes:
    """The contents, which state their size first. Raises ReadError (E332) for damage or more than `most` bytes."""
    size, at = varint(data, 0)
    if size > most:
        raise damaged("a block unpacks to more than a checkpoint needs")
    out = bytearray()
    while at < len(data) and len(out) <= size:
        tag, at = data[at], at + 1
        at = _literal(data, at, tag >> 2, out) if tag & 3 == LITERAL else _copy(data, at, tag, out)
    if len(out) != size:
        raise damaged("a block unpacks to another size than it states")
    return bytes(out)


def _literal(data: bytes, at: int, length: int, out: bytearray) -> int:
    if length >= LONG:
        width = length - LONG + 1
        length, at = int.from_bytes(data[at : at + width], "little"), at + width
    end = at + length + 1
    if end > len(data):
        raise damaged("a block ends too early")
    out += data[at:end]
    return end


def _copy(data: bytes, at: int, tag: int, out: bytearray) -> int:
    """A stretch of what was unpacked already; it may run into what it writes."""
    kind = tag & 3
    width = (0, 1, 2, 4)[kind]
    offset, length = int.from_bytes(data[at : at + width], "little"), (tag >> 2) + 1
    if kind == 1:
        offset, length = offset | tag >> 5 << 8, (tag >> 2 & 7) + 4
    if not 0 < offset <= len(out):
        raise damaged("a block refers to what is not there")
    while length > 0:
        piece = out[len(out) - offset :][:length]
        out += piece
        length -= len(piece)
    return at + width


def damaged(what: str) -> ReadError:
    return ReadError(f"the index of the checkpoint is damaged: {what}", code="E332")
