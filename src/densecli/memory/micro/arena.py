"""How TensorFlow Lite Micro places tensors in its arena: the greedy planner of memory_planner/greedy_memory_planner.cc.

The largest tensor is placed first, of equal ones the last; each goes into the first gap among those that live at the same time.
"""

from __future__ import annotations

from densecli.records import Record

ALIGNMENT = 16  # bytes; kBufferAlignment of micro_allocator.cc


class Buffer(Record):
    """A tensor: its bytes, and the first and last operation that use it."""

    bytes: int
    first: int
    last: int

    def lives_with(self, other: Buffer) -> bool:
        return self.first <= other.last and other.first <= self.last


def aligned(count: int) -> int:
    return -(-count // ALIGNMENT) * ALIGNMENT


def arena_bytes(buffers: list[Buffer]) -> int:
    """The length of the arena's head, which holds all tensors; `buffers` are in the order of the model file."""
    wanted = [each._replace(bytes=aligned(each.bytes)) for each in buffers]
    placed: list[tuple[int, Buffer]] = []  # by offset
    wanted.reverse()
    wanted.sort(key=lambda each: -each.bytes)  # stable
    for buffer in wanted:
        offset = _gap(buffer, placed)
        placed.append((offset, buffer))
        placed.sort(key=lambda each: each[0])  # stable: of equal offsets the earlier one stays first
    return max((offset + buffer.bytes for offset, buffer in placed), default=0)


def _gap(buffer: Buffer, placed: list[tuple[int, Buffer]]) -> int:
    offset = 0
    for start, other in placed:
        if not other.lives_with(buffer):
            continue
        if start - offset >= buffer.bytes:
            break
        offset = max(offset, start + other.bytes)
    return offset
