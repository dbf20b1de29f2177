"""`.keras` archives: their members, read within limits, never extracted."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from densecli.errors import LimitError, ReadError
from densecli.read.limits import beyond
from densecli.text import binary_size, plural, quote

if TYPE_CHECKING:
    from typing import BinaryIO

    from densecli.read.limits import Limits

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
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


def opened_archive(file: BinaryIO) -> zipfile.ZipFile:
    """An archive with its directory read. Raises ReadError (E311)."""
    try:
        return zipfile.ZipFile(file)
    except DAMAGE as error:
        raise damaged(error) from None


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
    """Where the directory ends, and its size; both occur twice in archives over 4 GiB. Their member count may be false."""
    if tail[at - 20 : at - 16] != _END_64_AT:
        return at, int.from_bytes(tail[at + 12 : at + 16], "little")
    if at < 76 or tail[at - 76 : at - 72] != _END_64:
        raise damaged(ValueError("its directory does not end where it should"))
    return at - 76, int.from_bytes(tail[at - 36 : at - 28], "little")


def member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """One member by its exact name, whole, at most `most` bytes."""
    infos = [info for info in archive.infolist() if info.filename == name]
    if not infos:
        raise missing(archive, name)
    if len(infos) > 1:
        message = f"the archive has {name} {plural(len(infos), 'time')}"
        raise ReadError(message, code="E312", hint="it is damaged or malicious: readers differ in which one they take")
    info = infos[0]
    if info.flag_bits & 1:
        raise ReadError(f"{name} is encrypted", code="E314")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ReadError(f"{name} uses a compression that Keras never uses", code="E314")
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
    hint = f"there is {quote(near[0])}, which is not the same name" if near else "was it saved by Keras?"
    return ReadError(f"the archive has no {name}", code="E313", hint=hint)


def damaged(error: Exception) -> ReadError:
    return ReadError(f"the archive is damaged: {quote(str(error), 120)}", code="E311")
