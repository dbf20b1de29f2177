"""Detecting a file's type from its first bytes."""

from __future__ import annotations

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
OTHERS = (
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"\x80\x02", "a pickle"),
    (b"\x80\x03", "a pickle"),
    (b"\x80\x04", "a pickle"),
    (b"\x80\x05", "a pickle"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x08\x01", "a TensorFlow protobuf"),
)
HEAD = 512  # bytes looked at: the header of a tar archive


def other_kind(head: bytes) -> str | None:
    """The type of a file whose first bytes show that it is not a model; nothing inside it is examined."""
    if _is_tar(head):
        return "a tar archive"
    return next((kind for magic, kind in OTHERS if head.startswith(magic)), None)


def _is_tar(head: bytes) -> bool:
    """By the checksum in its first header; the oldest form has no other mark."""
    checksum = head[148:156]
    try:
        return len(head) == HEAD and int(checksum.strip(b" \0"), 8) == sum(head) - sum(checksum) + 8 * ord(" ")
    except ValueError:
        return False
