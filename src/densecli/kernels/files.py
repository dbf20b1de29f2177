"""Arrays in files: .npy and .npz, whose headers are checked before any data is read, and CSV rows.

Pickled objects are never read. A header that claims more than the file contains is rejected before allocation.
"""

from __future__ import annotations

import math
import struct
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from densecli.kernels.layout import Array

MAGIC = b"\x93NUMPY"
# What zipfile, zlib and NumPy raise for malformed archives and arrays.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    OverflowError,
    OSError,
    MemoryError,
    RuntimeError,
)
NUMBERS = "fiub"


class ArrayFileError(Exception):
    """The file is not an array file, or not one to trust."""


def load(file: BinaryIO, limit: int, names: Collection[str] | None = None) -> Array | dict[str, Array]:
    """The array of an .npy file, or those of an .npz file by name (only `names`); at most `limit` bytes in total.

    Raises ArrayFileError.
    """
    try:
        head = file.read(6)
        file.seek(0)
        if head == MAGIC:
            return read_npy(file, remaining(file), limit)
        return read_npz(file, limit, names)
    except DAMAGE as error:
        raise damaged(error) from None


def damaged(error: Exception) -> ArrayFileError:
    return ArrayFileError(f"it is damaged: {str(error)[:120]}")


def remaining(file: BinaryIO) -> int:
    here = file.tell()
    end = file.seek(0, 2)
    file.seek(here)
    return end - here


def shapes_in(file: BinaryIO) -> dict[str, tuple[int, ...]]:
    """The shapes of the arrays in an .npz file, by name, from their headers alone; all are numeric.

    Raises ArrayFileError.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            return {name: header_of(archive, info)[0] for name, info in members(archive).items()}
    except DAMAGE as error:
        raise damaged(error) from None


def members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The arrays of an archive by name; each once, compressed as NumPy does it: other codecs bring other risks."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        name = info.filename.removesuffix(".npy")
        if name in found:
            raise ArrayFileError(f"it has {name[:80]!r} twice")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ArrayFileError("it uses a compression that NumPy never uses")
        found[name] = info
    return found


def header_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    with archive.open(info) as member:
        return read_header(member, NUMBERS)  # type: ignore[arg-type]


def read_header(file: BinaryIO, kinds: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, whether it is in Fortran order, and dtype, which must be one of `kinds`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shape, fortran, dtype = parsed_header(file)
    except Exception as error:  # noqa: BLE001  # NumPy gives the text to Python's parser, which may raise anything
        raise damaged(error) from None
    if dtype.hasobject:
        raise ArrayFileError("it has pickled objects, which densecli never reads")
    if dtype.kind not in kinds or not dtype.itemsize:
        raise ArrayFileError(f"it has {str(dtype)[:80]}, not numbers")
    if not all(type(size) is int and size >= 0 for size in shape):
        raise ArrayFileError(f"its header gives the shape {str(shape)[:80]}")
    return shape, fortran, dtype


def parsed_header(file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    return read(file)


def read_npy(file: BinaryIO, available: int, limit: int) -> Array:
    """One array; `available` is how many bytes there are, header included."""
    start = file.tell()
    shape, fortran, dtype = read_header(file, NUMBERS + "US")
    size = math.prod(shape) * dtype.itemsize
    if size > available - (file.tell() - start):
        raise ArrayFileError(f"its header announces {size:,} bytes, but the file has fewer")
    if size > limit:
        raise ArrayFileError(f"it has {size:,} bytes, more than the {limit:,} allowed")
    array = np.empty(shape[::-1] if fortran else shape, dtype)
    fill(file, array)
    if dtype.kind == "U" and not are_letters(array.reshape(-1).view(np.dtype(np.uint32).newbyteorder(dtype.byteorder))):
        raise ArrayFileError("its strings have characters that Unicode does not have")
    array = array.T if fortran else array
    return np.ascontiguousarray(array, dtype.newbyteorder("="))


def are_letters(codes: Array) -> bool:
    """Whether code points can be written as UTF-8."""
    return bool(np.all((codes < 0xD800) | ((codes > 0xDFFF) & (codes < 0x110000))))


def fill(file: BinaryIO, array: Array) -> None:
    """Read the bytes of a contiguous array into it."""
    rest = memoryview(array.reshape(-1).view(np.uint8)) if array.size else memoryview(b"")  # type: ignore[arg-type]
    while len(rest):
        piece = file.read(min(len(rest), 1 << 24))
        if not piece:
            raise EOFError("the file ends too early")
        rest[: len(piece)] = piece
        rest = rest[len(piece) :]


def read_npz(file: BinaryIO, limit: int, names: Collection[str] | None) -> dict[str, Array]:
    """The arrays of an archive, by name and in its order."""
    found: dict[str, Array] = {}
    with zipfile.ZipFile(file) as archive:
        for name, info in members(archive).items():
            if names is not None and name not in names:
                continue
            with archive.open(info) as member:
                array = read_npy(member, info.file_size, limit)  # type: ignore[arg-type]
            limit -= array.nbytes
            found[name] = array
    return found


def save_npy(file: BinaryIO, array: Array) -> None:
    np.lib.format.write_array(file, np.ascontiguousarray(array) if array.ndim else array, allow_pickle=False)


def save_npz(file: BinaryIO, arrays: Mapping[str, Array]) -> None:
    """Write arrays to an uncompressed archive: equal arrays give equal bytes."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            info = zipfile.ZipInfo(f"{name}.npy")
            with archive.open(info, "w", force_zip64=array.nbytes >= 1 << 31) as member:
                save_npy(member, array)  # type: ignore[arg-type]


def save_csv(file: BinaryIO, array: Array) -> None:
    """Write one sample per row, each number in its shortest exact form, for `read_csv`."""
    numbers = array.astype(np.uint8) if array.dtype.kind == "b" else array
    file.writelines(
        ",".join(row.astype(str)).encode() + b"\n"
        for row in numbers.reshape(array.shape[0] if array.ndim else 1, math.prod(array.shape[1:]))
    )


def join(parts: Sequence[Array], axes: tuple[int, ...], shape: tuple[int, ...], *, reverse: bool = False) -> Array:
    """Parts transposed by `axes`, concatenated on the last axis, in `shape`; `reverse` flips all axes but the last two."""
    y = np.concatenate([part.transpose(axes) for part in parts], -1).reshape(shape)
    return y[(slice(None, None, -1),) * (y.ndim - 2)] if reverse else y


def from_bfloat16(raw: Array) -> Array:
    """float32 from bfloat16 numbers in two-byte words."""
    wide = raw.reshape(-1).view(np.uint16).astype(np.uint32)
    wide <<= 16
    return wide.view(np.float32).reshape(raw.shape)


def from_bytes(data: bytes, dtype: str, shape: tuple[int, ...]) -> Array:
    """The array of a stretch of a file, little-endian as TensorFlow writes it; float32 for bfloat16."""
    if dtype == "bfloat16":
        return from_bfloat16(np.frombuffer(data, np.uint16).reshape(shape))
    return np.frombuffer(data, np.dtype(dtype).newbyteorder("<")).reshape(shape)


def as_numbers(x: Array, dtype: str) -> Array | None:
    """`x` in the dtype of an input; None if that would change values (1.5 as an integer, words as numbers)."""
    wanted = np.dtype(dtype) if dtype != "bfloat16" else np.dtype(np.float32)
    if x.dtype.kind in "US" or x.dtype == wanted:
        return x if x.dtype == wanted else None
    with np.errstate(invalid="ignore", over="ignore"):
        y = x.astype(wanted)
    return y if wanted.kind == "f" or np.array_equal(y, x) else None


def numbers(value: Any) -> Array:
    """Nested lists of numbers as an array."""
    return np.asarray(value, np.float32)


def literal(value: Any) -> Array:
    """Nested lists, checked to be rectangular, as integers, floats or texts. Raises ValueError for a mixture."""
    array = np.array(value)
    if array.dtype.kind == "O":  # integers that no 64 bits hold
        array = np.array(value, np.float64)
    kinds = {isinstance(each, str) for each in flat(value)} if array.dtype.kind == "U" else {False}
    if len(kinds) > 1:
        raise ValueError
    return array


def flat(value: Any) -> Iterator[Any]:
    if not isinstance(value, list):
        yield value
        return
    for each in value:
        yield from flat(each)
