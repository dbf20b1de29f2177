"""`.npy` and `.npz` files: the headers of their arrays."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from densecli.errors import ReadError
from densecli.read.files import npy
from densecli.read.files.archive import DAMAGE, check_count, damaged, opened_archive
from densecli.read.files.stored import Stored
from densecli.read.weights.table import of_arrays

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator
    from typing import BinaryIO

    from densecli.graph.graph import Graph
    from densecli.read.limits import Limits

SUFFIX = ".npy"
STORED, DEFLATED = 0, 8  # zipfile's numbers of the two that NumPy writes


def read_npy(file: BinaryIO, name: str) -> Graph:
    """The table of one array. Raises ReadError (E508)."""
    file.seek(0)
    array = Stored(PurePath(name).stem or name, *npy.header(file, name))
    return of_arrays([array], name)


def read_npz(file: BinaryIO, name: str, limits: Limits) -> Graph:
    """The table of an archive of arrays. Raises ReadError (E311, E314, E508) or LimitError."""
    check_count(file, limits)
    with opened_archive(file) as archive:
        return of_arrays(list(_arrays(archive)), name)


def members_of(file: BinaryIO) -> list[str]:
    """The names in an archive whose size was checked before."""
    with opened_archive(file) as archive:
        return archive.namelist()


def _arrays(archive: zipfile.ZipFile) -> Iterator[Stored]:
    for info in archive.infolist():
        if info.flag_bits & 1 or info.compress_type not in (STORED, DEFLATED):
            raise ReadError("the archive uses a compression that NumPy never uses", code="E314")
        try:
            with archive.open(info) as member:
                found = npy.header(member, info.filename)  # type: ignore[arg-type]
        except DAMAGE as error:
            raise damaged(error) from None
        yield Stored(info.filename.removesuffix(SUFFIX), *found)
