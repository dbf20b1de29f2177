"""The tables of LevelDB, in which TensorFlow keeps the index of a checkpoint: keys in order, each with a value.

Format: github.com/google/leveldb/blob/main/doc/table_format.md; blocks may be compressed with Snappy.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from densecli.errors import ReadError
from densecli.read.files.protobuf import varint
from densecli.read.files.snappy import unpacked
from densecli.read.limits import beyond
from densecli.text import binary_size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from densecli.read.limits import Limits

MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
FOOTER, TRAILER = 48, 5
PLAIN, SNAPPY = 0, 1
CASTAGNOLI = 0x82F63B78
MASK = 0xA282EAD8


def is_table(file: BinaryIO) -> bool:
    """Whether an open file ends as a table does."""
    size = file.seek(0, 2)
    file.seek(max(0, size - len(MAGIC)))
    return file.read() == MAGIC


def entries(file: BinaryIO, limits: Limits) -> Iterator[tuple[bytes, bytes]]:
    """All keys and values of a table, within the limits of a config. Raises ReadError (E332) or LimitError."""
    size = file.seek(0, 2)
    if size > limits.config_bytes:
        message = f"the index is larger than {binary_size(limits.config_bytes)}"
        raise beyond(limits, "config_bytes", message, "E506")
    file.seek(0)
    data = file.read(size)
    footer = data[-FOOTER:]
    if len(footer) < FOOTER or not footer.endswith(MAGIC):
        raise damaged("it does not end as a table does")
    at = varint(footer, varint(footer, 0)[1])[1]  # the place of the metadata, which nothing here needs
    total = 0
    for _, handle in _entries(_block(data, footer[at:], limits.config_bytes)):
        block = _block(data, handle, limits.config_bytes - total)
        total += len(block)
        yield from _entries(block)


def _block(data: bytes, handle: bytes, most: int) -> bytes:
    """A block by its place and size; its checksum must agree."""
    start, at = varint(handle, 0)
    size, _ = varint(handle, at)
    end = start + size
    if end + TRAILER > len(data):
        raise damaged("a block lies beyond its end")
    kind, stored = data[end], int.from_bytes(data[end + 1 : end + TRAILER], "little")
    if masked(crc32c(data[start : end + 1])) != stored:
        raise damaged("a checksum does not agree")
    if kind == SNAPPY:
        return unpacked(data[start:end], most)
    if kind != PLAIN or size > most:
        raise damaged(f"compression {kind} is none that TensorFlow uses" if kind else "its blocks overlap")
    return data[start:end]


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Keys are stored without what they share with the key before."""
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 - 4 * restarts
    if end < 0:
        raise damaged("a block has no entries")
    at, key = 0, b""
    while at < end:
        shared, at = varint(block, at)
        fresh, at = varint(block, at)
        length, at = varint(block, at)
        if shared > len(key) or fresh + length > end - at:
            raise damaged("an entry is longer than its block")
        key = key[:shared] + block[at : at + fresh]
        at += fresh + length
        yield key, block[at - length : at]


def crc32c(data: bytes) -> int:
    table, value = _table(), 0xFFFFFFFF
    for byte in data:
        value = table[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


def masked(checksum: int) -> int:
    """The form in which LevelDB stores a checksum."""
    return ((checksum >> 15 | checksum << 17) + MASK) & 0xFFFFFFFF


@lru_cache(maxsize=1)
def _table() -> list[int]:
    found = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (CASTAGNOLI if value & 1 else 0)  # noqa: PLW2901
        found.append(value)
    return found


def damaged(what: str) -> ReadError:
    return ReadError(f"the index of the checkpoint is damaged: {what}", code="E332")
