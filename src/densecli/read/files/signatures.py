"""The signatures of a SavedModel: what its functions for serving take and give.

Format: tensorflow/core/protobuf/meta_graph.proto. The functions themselves are never read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.read.files.checkpoint import HIGHEST_RANK, dtype_of
from densecli.read.files.object_graph import META_GRAPHS
from densecli.read.files.protobuf import Message, message, spans, whole
from densecli.read.limits import beyond
from densecli.records import Record
from densecli.text import binary_size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from densecli.read.limits import Limits

SIGNATURES, KEY, VALUE = 5, 1, 2  # fields of MetaGraphDef and of an entry of a map
INTERNAL = "__saved_model_"  # how TensorFlow's own begin: __saved_model_init_op
DEFAULT = "serving_default"


class Served(Record):
    """A tensor of a signature: its key there, its shape (None if even the number of axes is open) and its dtype."""

    name: str
    shape: tuple[int | None, ...] | None
    dtype: str


class Signature(Record):
    """What one function for serving takes and gives, by the keys that callers use."""

    name: str
    inputs: tuple[Served, ...]
    outputs: tuple[Served, ...]


def signatures_in(file: BinaryIO, limits: Limits) -> list[Signature]:
    """The signatures of an open saved_model.pb, the default one first. Raises ReadError (E331) or LimitError (E505, E506)."""
    found = [each for each in _signatures(file, limits) if not each.name.startswith(INTERNAL)]
    return sorted(found, key=lambda each: (each.name != DEFAULT, each.name))


def _signatures(file: BinaryIO, limits: Limits) -> Iterator[Signature]:
    size = tensors = 0
    for graph in spans(file, whole(file), META_GRAPHS):
        for span in spans(file, graph, SIGNATURES):
            size += span.size
            if size > limits.config_bytes:
                message_ = f"the signatures of the SavedModel are larger than {binary_size(limits.config_bytes)}"
                raise beyond(limits, "config_bytes", message_, "E506")
            file.seek(span.start)
            signature = _signature(message(file.read(span.size)))
            tensors += 1 + len(signature.inputs) + len(signature.outputs)
            if tensors > limits.weights:
                message_ = f"more than {limits.weights:,} tensors in the signatures of the SavedModel"
                raise beyond(limits, "weights", message_, "E505")
            yield signature


def _signature(entry: Message) -> Signature:
    definition = next(entry.messages(VALUE), Message({}))
    inputs, outputs = (tuple(sorted(map(_served, definition.messages(field)))) for field in (1, 2))
    return Signature(entry.text(KEY), inputs, outputs)


def _served(entry: Message) -> Served:
    info = next(entry.messages(VALUE), Message({}))
    return Served(entry.text(KEY), _shape(next(info.messages(3), Message({}))), dtype_of(info.number(2)))


def _shape(shape: Message) -> tuple[int | None, ...] | None:
    """A TensorShapeProto; a size that is open is negative there."""
    sizes = tuple(None if (size := each.signed(1)) < 0 else size for each in shape.messages(2))
    return None if shape.number(3) or len(sizes) > HIGHEST_RANK else sizes
