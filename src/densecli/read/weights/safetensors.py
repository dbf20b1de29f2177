"""safetensors: a JSON header with name, dtype, shape and place of each tensor; the numbers behind it are not read.

Format: github.com/huggingface/safetensors, which also limits the header to 100 MB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ReadError
from densecli.names import element_bits
from densecli.read.files.stored import Stored
from densecli.read.limits import beyond
from densecli.read.text.encoding import decode
from densecli.read.text.json import load_json
from densecli.read.weights.table import of_arrays
from densecli.shape import product
from densecli.text import binary_size, quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from densecli.graph.graph import Graph
    from densecli.read.limits import Limits

LENGTH = 8  # bytes of the header's length
METADATA = "__metadata__"
# safetensors/src/tensor.rs
DTYPES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "U16": "uint16", "I16": "int16", "U32": "uint32", "I32": "int32",
    "U64": "uint64", "I64": "int64", "F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64",
    "C64": "complex64", "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2", "F8_E8M0": "float8_e8m0",
    "F8_E4M3FNUZ": "float8_e4m3fnuz", "F8_E5M2FNUZ": "float8_e5m2fnuz", "F4": "float4", "F6_E2M3": "float6_e2m3",
    "F6_E3M2": "float6_e3m2",
}  # fmt: skip


def read_safetensors(file: BinaryIO, name: str, limits: Limits) -> Graph:
    """The table of an open file. Raises ReadError (E333 damaged, E1xx or E2xx for its header) or LimitError."""
    end = file.seek(0, 2)
    file.seek(0)
    size = int.from_bytes(file.read(LENGTH), "little")
    if size > limits.config_bytes:
        message = f"the header of {quote(name)} is larger than {binary_size(limits.config_bytes)}"
        raise beyond(limits, "config_bytes", message, "E506")
    if size > end - LENGTH:
        raise damaged("it ends within its header")
    source = decode(f"{name}:header", file.read(size), limits, "config_bytes")
    header = load_json(source, limits, "the header of a safetensors file")
    tensors = list(_tensors(header, end - LENGTH - size))
    if len(tensors) > limits.weights:
        raise beyond(limits, "weights", f"more than {limits.weights:,} tensors in the file", "E505")
    return of_arrays(tensors, name)


def _tensors(header: dict[str, Any], size: int) -> Iterator[Stored]:
    """The tensors, each of which lies in the `size` bytes behind the header."""
    for name, entry in header.items():
        if name != METADATA:
            yield _tensor(name, entry if isinstance(entry, dict) else {}, size)


def _tensor(name: str, entry: dict[str, Any], size: int) -> Stored:
    shape, dtype, place = _naturals(entry.get("shape")), entry.get("dtype"), _naturals(entry.get("data_offsets"))
    if shape is None or not isinstance(dtype, str) or place is None or len(place) != 2:
        raise damaged(f"{quote(name)} has no shape, dtype or place")
    known = DTYPES.get(dtype, dtype)
    bits = element_bits(known)
    if place[1] > size or place[0] > place[1]:
        raise damaged(f"{quote(name)} lies beyond its end")
    if bits is not None and -(-(product(shape) or 0) * bits // 8) != place[1] - place[0]:
        raise damaged(f"{quote(name)} has another size than its shape and dtype")
    return Stored(name, shape, known)


def _naturals(value: Any) -> tuple[int, ...] | None:
    natural = isinstance(value, list) and all(type(each) is int and each >= 0 for each in value)
    return tuple(value) if natural else None


def damaged(what: str) -> ReadError:
    return ReadError(f"the safetensors file is damaged: {what}", code="E333")
