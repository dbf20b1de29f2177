"""`.keras` archives: config.json and the version in metadata.json, read with bounds, never extracted."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

from densecli.errors import DenseError, LimitError, ReadError
from densecli.graph.model import layers_of
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.read.text.encoding import decode
from densecli.text import binary_size, plural, quote

if TYPE_CHECKING:
    from densecli.graph.graph import Graph

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
MOST_METADATA = 1 << 16
MOST_OF_MEMBER = 1 << 10  # bytes in the directory; Keras' names make it some 60
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    OSError,
    NotImplementedError,
    RuntimeError,
)
_END, _END_64, _END_64_AT, _ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"


def read(file: BinaryIO, name: str, input_shapes: Any = None, limits: Limits = LIMITS) -> Graph:
    """The graph of an archive. Raises ReadError (E311 damaged, E312 duplicates, E313 missing, E314 compression) or LimitError."""
    check_count(file, limits)
    with opened_archive(file) as archive:
        data = _config(archive, limits)
        graph = _graph(archive, name, data, input_shapes, limits)
        if min(info.header_offset for info in archive.infolist()) > 0:
            graph.warnings.append("there is something before the archive in this file; it was not looked at")
        return graph


def opened_archive(file: BinaryIO) -> zipfile.ZipFile:
    """An archive with its directory read. Raises ReadError (E311)."""
    try:
        return zipfile.ZipFile(file)
    except DAMAGE as error:
        raise damaged(error) from None


def _config(archive: zipfile.ZipFile, limits: Limits) -> bytes:
    try:
        return member(archive, CONFIG, limits.config_bytes)
    except LimitError as error:
        raise beyond(limits, "config_bytes", error.message, error.code) from None


def _graph(archive: zipfile.ZipFile, name: str, data: bytes, input_shapes: Any, limits: Limits) -> Graph:
    from densecli.read.keras import model as keras  # noqa: PLC0415
    from densecli.read.text import json as json_text  # noqa: PLC0415

    source = decode(f"{name}:{CONFIG}", data, limits, "config_bytes")
    document = json_text.load(source, limits)
    graph = keras.read(document, source, input_shapes, version(archive), limits)
    if any(layer.opaque for layer in layers_of(graph)):
        _hold(archive, graph, limits)
    return graph


def check_count(file: BinaryIO, limits: Limits) -> None:
    """Refuse an archive with too many members before its directory is read. Raises LimitError."""
    end = file.seek(0, 2)
    file.seek(max(0, end - 65_557))
    tail = file.read(65_557)
    at = len(tail) - 22 if tail[-22:-18] == _END and tail[-2:] == b"\0\0" else tail.rfind(_END)
    if at >= 0 and len(tail) >= at + 16:
        stop, size = _directory(tail, at)
        file.seek(max(0, end - len(tail) + stop - size))
        if size > limits.members * MOST_OF_MEMBER or file.read(size).count(_ENTRY) > limits.members:
            message = f"the archive has more than {limits.members:,} members"
            raise beyond(limits, "members", message, "E506")
    file.seek(0)


def _directory(tail: bytes, at: int) -> tuple[int, int]:
    """Where the directory ends, and its size; both stand twice in archives beyond 4 GiB. How many members they say may lie."""
    if tail[at - 20 : at - 16] != _END_64_AT:
        return at, int.from_bytes(tail[at + 12 : at + 16], "little")
    if at < 76 or tail[at - 76 : at - 72] != _END_64:
        raise damaged(ValueError("the end of its directory is not where it should be"))
    return at - 76, int.from_bytes(tail[at - 36 : at - 28], "little")


def member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """One member by its exact name, whole, at most `most` bytes."""
    infos = [info for info in archive.infolist() if info.filename == name]
    if not infos:
        raise missing(archive, name)
    if len(infos) > 1:
        message = f"the archive has {name} {plural(len(infos), 'time')}"
        raise ReadError(
            message, code="E312", hint="it is damaged or made to deceive: readers differ in which one they take"
        )
    info = infos[0]
    if info.flag_bits & 1:
        raise ReadError(f"{name} is encrypted", code="E314")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ReadError(f"{name} is compressed in a way that Keras never uses", code="E314")
    try:
        with archive.open(info) as file:
            data = file.read(most + 1)
            if len(data) <= most:
                file.read(1)  # the end: the checksum is compared here
    except DAMAGE as error:
        raise damaged(error) from None
    if len(data) > most:
        raise LimitError(f"{name} is larger than {binary_size(most)}", code="E506")
    return data


def missing(archive: zipfile.ZipFile, name: str) -> ReadError:
    near = [each for each in archive.namelist()[:1000] if each.rpartition("/")[2].lower() == name]
    hint = f"there is {quote(near[0])}, which is not the same" if near else "is it a model that Keras saved?"
    return ReadError(f"the archive has no {name}", code="E313", hint=hint)


def damaged(error: Exception) -> ReadError:
    return ReadError(f"the archive is damaged: {quote(str(error), 120)}", code="E311")


def version(archive: zipfile.ZipFile) -> str:
    """The Keras that wrote the archive, where metadata.json tells."""
    try:
        metadata = json.loads(member(archive, METADATA, MOST_METADATA))
    except (DenseError, ValueError, RecursionError):
        return ""
    found = metadata.get("keras_version") if isinstance(metadata, dict) else None
    return found if isinstance(found, str) else ""


def _hold(archive: zipfile.ZipFile, graph: Graph, limits: Limits) -> None:
    """Shapes from the weights file for layers that the config does not explain, where h5py is there to read it."""
    infos = [info for info in archive.infolist() if info.filename == WEIGHTS]
    if len(infos) != 1 or infos[0].flag_bits & 1:
        return
    from densecli.read.files import hdf5  # noqa: PLC0415

    stored = infos[0].compress_type == zipfile.ZIP_STORED
    if not stored and infos[0].file_size > limits.weights_bytes:
        return
    try:
        opened: Any = archive.open(infos[0]) if stored else io.BytesIO(member(archive, WEIGHTS, limits.weights_bytes))
        with opened as file:
            hdf5.hold(file, graph, limits)
    except (DenseError, *DAMAGE):
        graph.warnings.append(f"{WEIGHTS} could not be read: the weights of custom layers are not counted")
