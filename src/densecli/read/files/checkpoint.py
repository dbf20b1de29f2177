"""The index of a TensorFlow checkpoint: name, shape, dtype and place of each array; no number is read.

Format: tensorflow/core/protobuf/tensor_bundle.proto, in a table of LevelDB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.errors import ReadError
from densecli.read.files.protobuf import Message, message, varint
from densecli.read.files.tables import damaged, entries
from densecli.read.limits import beyond
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from densecli.read.limits import Limits

OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"  # the names of the objects, as one string beside the arrays
CHECKSUM = 4  # bytes
HIGHEST_RANK = 254  # of TensorFlow's shapes
# tensorflow/core/framework/types.proto
DTYPES = dict(enumerate(
    ["?", "float32", "float64", "int32", "uint8", "int16", "int8", "string", "complex64", "int64", "bool", "qint8", "quint8", "qint32", "bfloat16", "qint16", "quint16", "uint16", "complex128", "float16", "resource", "variant", "uint32", "uint64", "float8_e5m2", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e4m3b11fnuz", "float8_e5m2fnuz", "int4", "uint4", "int2", "uint2"]
))  # fmt: skip


class Kept(Record):
    """An array of a checkpoint: its name, shape and dtype, and where its bytes are."""

    path: str
    shape: tuple[int, ...]
    dtype: str
    shard: int
    offset: int
    size: int


class Index(Record):
    """What a checkpoint holds, in the order of its index, and how many files hold the numbers."""

    arrays: list[Kept]
    shards: int


def read_index(file: BinaryIO, limits: Limits) -> Index:
    """The contents of an open `.index` file. Raises ReadError (E331, E332) or LimitError."""
    arrays, shards = list[Kept](), 1
    for key, value in entries(file, limits):
        entry = message(value)
        if not key:
            shards = entry.number(1)
            if entry.number(2):
                raise ReadError("the checkpoint was written on a big-endian machine", code="E332")
        elif entry.number(1):  # a part of a partitioned variable has no type
            arrays.append(_kept(key.decode("utf-8", "replace"), entry))
        if len(arrays) > limits.weights:
            raise beyond(limits, "weights", f"more than {limits.weights:,} arrays in the checkpoint", "E505")
    return Index(arrays, shards)


def _kept(name: str, entry: Message) -> Kept:
    shape = shape_of(next(entry.messages(2), Message({})))
    if shape is None or entry.signed(4) < 0 or entry.signed(5) < 0:
        raise damaged("an array has no size")
    return Kept(name, shape, dtype_of(entry.number(1)), entry.number(3), entry.number(4), entry.number(5))


def shape_of(shape: Message) -> tuple[int, ...] | None:
    """A TensorShapeProto whose sizes are all known."""
    sizes = tuple(_sizes(shape))
    return None if shape.number(3) or any(size < 0 for size in sizes) or len(sizes) > HIGHEST_RANK else sizes


def _sizes(shape: Message) -> Iterator[int]:
    return (each.signed(1) for each in shape.messages(2))


def dtype_of(number: int) -> str:
    return DTYPES.get(number, f"dtype {number}")


def text_of(data: bytes) -> bytes:
    """The one string of a scalar: its length, a checksum of that, and the bytes. Raises ReadError (E332)."""
    length, at = varint(data, 0)
    if length != len(data) - at - CHECKSUM:
        raise damaged("the names of its objects have another length than it states")
    return data[at + CHECKSUM :]
