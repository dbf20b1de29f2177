"""The place of a model's weights: the file itself, a member of its archive, or somewhere that densecli does not read."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from typing import Any, BinaryIO

from densecli.errors import DenseError, LimitError
from densecli.read.files import archive
from densecli.read.files.folder import MAIN, opened_folder
from densecli.read.files.magic import HDF5_MAGIC, ZIP_MAGIC
from densecli.read.files.opened import opened
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.text import quote

NAMES = (archive.WEIGHTS, "model.weights.npz")  # in an archive or a folder; Keras takes the first that is there
SUFFIXES = (".h5", ".npz")
HEADER = struct.Struct("<26xHH")  # of a member inside a zip archive: the lengths of its name and of what follows that


def has_weights(path: str, limits: Limits = LIMITS) -> bool:
    """Whether a model file has weights besides its config."""
    try:
        with opened_folder(path) as folder:
            if folder is not None and MAIN in folder.names():
                return True
        with opened(path) as file:
            head = file.read(8)
            file.seek(0)
            if head[:4] in ZIP_MAGIC:
                with zipped(file, limits) as members:
                    return name_in(members) is not None
            return head.startswith(HDF5_MAGIC)
    except DenseError:
        return False


def name_in(members: zipfile.ZipFile) -> str | None:
    """The member with the weights."""
    names = members.namelist()
    return next((name for name in NAMES if name in names), None)


def elsewhere(path: str, limits: Limits = LIMITS) -> str | None:
    """A sentence about weights next to a model without its own, which are not read."""
    if os.path.isdir(path):  # noqa: PTH112
        found = next((name for name in NAMES if os.path.isfile(os.path.join(path, name))), None)  # noqa: PTH113, PTH118
        return None if found is None else f"the weights in {quote(found)} were not used: pass that file to --weights"
    try:
        with opened(path) as file:
            head = file.read(4)
            file.seek(0)
            if head in ZIP_MAGIC:
                with zipped(file, limits) as members:
                    found = next((name for name in members.namelist() if name.endswith(SUFFIXES)), None)
                return (
                    None
                    if found is None
                    else f"the weights in {quote(found)} were not used: Keras does not read them there"
                )
            manifest = b'"weightsManifest"' in file.read(limits.config_bytes)
            return "the weights listed in the file's manifest were not used" if manifest else None
    except (DenseError, OSError):
        return None


def zipped(file: BinaryIO, limits: Limits) -> zipfile.ZipFile:
    archive.check_count(file, limits)
    return archive.opened_archive(file)


def weights_in(file: BinaryIO, sizes: tuple[int, int], limits: Limits) -> BinaryIO | None:
    """The HDF5 or .npz file that an open file is, or the one in a Keras archive; None if there is none.

    `sizes` limit what is unpacked: by available memory, and by what is plausible for the graph.
    """
    head = file.read(8)
    file.seek(0)
    if head[:4] not in ZIP_MAGIC:
        return file if head == HDF5_MAGIC else None
    with zipped(file, limits) as members:
        name, is_model = name_in(members), archive.CONFIG in members.namelist()
        if name is not None:
            return weights_member(file, members, name, sizes, limits)
    file.seek(0)
    return None if is_model else file


def is_hdf5(file: BinaryIO) -> bool:
    head = file.read(8)
    file.seek(0)
    return head == HDF5_MAGIC


class Section(io.RawIOBase):
    """A stretch of an open file as a file of its own, so that a stored member is read in place and not copied."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self.file, self.start, self.size, self.at = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = max(0, offset + (0, self.at, self.size)[whence])
        return self.at

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")[: max(0, self.size - self.at)]
        self.file.seek(self.start + self.at)
        count = self.file.readinto(view)  # type: ignore[attr-defined]
        self.at += count
        return int(count)


def weights_member(
    file: BinaryIO, members: zipfile.ZipFile, name: str, sizes: tuple[int, int], limits: Limits
) -> BinaryIO:
    """The weights file inside an archive. Keras stores it uncompressed; a compressed one is unpacked into memory.

    At most the available memory, and no more than is plausible for the graph. Raises LimitError (E506).
    """
    most, sensible = sizes
    info = members.getinfo(name)
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
        try:
            return io.BytesIO(archive.member(members, name, min(most, sensible)))
        except LimitError as error:
            raise (error if most < sensible else beyond(limits, "weights_bytes", error.message, "E506")) from None
    file.seek(info.header_offset)
    header = file.read(HEADER.size)
    if len(header) < HEADER.size or header[:4] != ZIP_MAGIC[0]:
        raise archive.damaged(ValueError("a member is not where the archive's directory says"))
    start = info.header_offset + HEADER.size + sum(HEADER.unpack(header))
    return Section(file, start, info.file_size)  # type: ignore[return-value]
