"""Files that are not text: which reader a file needs, by its first bytes; or what it is, if densecli reads no such files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

from densecli.errors import ReadError
from densecli.read.files.magic import (
    HDF5_MAGIC,
    NPY_MAGIC,
    TABLE_START,
    UNKNOWN,
    ZIP_MAGIC,
    Kind,
    all_arrays,
    container,
    is_safetensors,
    named,
    other_kind,
    zip_kind,
)
from densecli.read.files.opened import in_memory
from densecli.read.text.encoding import looks_binary
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.graph.graph import Graph
    from densecli.read.limits import Limits
    from densecli.read.reading import Reading

    Reader = Callable[[BinaryIO, str, Reading], Graph]

READS = (
    "densecli reads .keras, .h5, SavedModels, JSON, YAML, stacks and Python, and weights in .safetensors, .npz and .h5"
)


def reader_of(file: BinaryIO, name: str, head: bytes) -> Reader | None:
    """What reads a file that is not text. Raises ReadError (E105) for kinds that nothing here reads."""
    if head.startswith(HDF5_MAGIC):
        return _read_hdf5
    packed = container(head)
    if packed is not None:
        raise no_model(name, packed)
    if head[:4] in ZIP_MAGIC or _hidden_archive(file, name, head):
        return _read_archive
    if is_safetensors(head):
        return _read_safetensors
    if head.startswith(NPY_MAGIC):
        return _read_npy
    if head.startswith(TABLE_START) and _is_table(file, head):
        return _read_checkpoint
    other = other_kind(head) or (named(name) if looks_binary(head) else None)
    if other is not None:
        raise no_model(name, other)
    return None


def no_model(name: str, what: Kind) -> ReadError:
    tail = "" if what is UNKNOWN else ", which densecli does not read"
    return ReadError(f"{quote(name)} is {what.name}{tail}", code="E105", hint=what.hint or READS)


# -- readers, imported when needed ----------------------------------------------------
def _read_hdf5(file: BinaryIO, name: str, reading: Reading) -> Graph:
    from densecli.read.keras.h5_file import read_h5_file  # noqa: PLC0415

    return read_h5_file(file, name, reading.input_shapes, reading.limits)


def _read_archive(file: BinaryIO, name: str, reading: Reading) -> Graph:
    """A `.keras` file, or what else comes as a zip archive."""
    from densecli.read.keras.keras_file import read_keras_file  # noqa: PLC0415

    try:
        return read_keras_file(file, name, reading.input_shapes, reading.limits)
    except ReadError as error:
        if error.code != "E313":
            raise
        missing = error
    from densecli.read.weights.arrays import members_of, read_npz  # noqa: PLC0415

    members = members_of(file)
    if all_arrays(members):
        return read_npz(file, name, reading.limits)
    other = zip_kind(members)
    raise missing if other is None else no_model(name, other)


def _read_safetensors(file: BinaryIO, name: str, reading: Reading) -> Graph:
    from densecli.read.weights.safetensors import read_safetensors  # noqa: PLC0415

    return read_safetensors(file, name, reading.limits)


def _read_npy(file: BinaryIO, name: str, reading: Reading) -> Graph:  # noqa: ARG001  # as the others
    from densecli.read.weights.arrays import read_npy  # noqa: PLC0415

    return read_npy(file, name)


def _read_checkpoint(file: BinaryIO, name: str, reading: Reading) -> Graph:
    from densecli.read.weights.checkpoint import read_checkpoint  # noqa: PLC0415

    return read_checkpoint(file, name, reading.limits)


# -- looking closer -------------------------------------------------------------------
def _is_table(file: BinaryIO, head: bytes) -> bool:
    if not file.seekable():
        return False
    from densecli.read.files.tables import is_table  # noqa: PLC0415

    found = is_table(file)
    file.seek(len(head))
    return found


def _hidden_archive(file: BinaryIO, name: str, head: bytes) -> bool:
    """Whether a `.keras` file is an archive with something before it."""
    if not name.lower().endswith(".keras") or not file.seekable() or head[:1] in (b"{", b"["):
        return False
    import zipfile  # noqa: PLC0415

    found = zipfile.is_zipfile(file)
    file.seek(len(head))
    return found


def seekable(file: BinaryIO, name: str, head: bytes, limits: Limits) -> BinaryIO:
    """The file itself, or the whole of a pipe, for formats that must be read from the end. Raises ReadError (E501)."""
    if file.seekable():
        return file
    data = in_memory(file, name, 4 * limits.config_bytes, head)
    if len(data) > 4 * limits.config_bytes:
        message = "a model file this large cannot be read from a pipe"
        raise ReadError(message, code="E501", hint="give its path, or a larger --limit config_bytes")
    return io.BytesIO(data)
