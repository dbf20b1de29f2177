"""Headers of NumPy arrays, read without NumPy: shape and dtype; the numbers stay unread.

Format: numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.errors import ReadError
from densecli.text import quote

if TYPE_CHECKING:
    from typing import BinaryIO

MAGIC = b"\x93NUMPY"
MOST = 1 << 16  # bytes of a header; an ordinary one has 118
_HEADER = r"""\{'descr': (?:'([^']{1,40})'|\[.*), 'fortran_order': (?:True|False), 'shape': \(([0-9, ]*+)\),? ?\}\s*+"""
KINDS = {"b": "bool", "i": "int", "u": "uint", "f": "float", "c": "complex"}
TEXTS = ("U", "S")
BOOL = "bool"


def header(file: BinaryIO, name: str) -> tuple[tuple[int, ...], str]:
    """Shape and dtype of an array; `object` or `text` for what is no number. Raises ReadError (E508)."""
    head = file.read(8)
    width = {1: 2, 2: 4, 3: 4}.get(head[6] if len(head) == 8 and head.startswith(MAGIC) else 0)
    if width is None:
        raise damaged(name, "it does not start as one")
    size = int.from_bytes(file.read(width), "little")
    if size > MOST:
        raise damaged(name, "its header is too long")
    found = re.fullmatch(_HEADER, file.read(size).decode("latin-1"), re.DOTALL)
    if found is None:
        raise damaged(name, "its header is none of NumPy's")
    sizes = [int(each) for each in found[2].split(",") if each.strip().isdecimal() and len(each) < 20]
    if len(sizes) != sum(bool(each.strip()) for each in found[2].split(",")):
        raise damaged(name, "its header has no shape")
    return tuple(sizes), dtype_of(found[1])


def dtype_of(code: str | None) -> str:
    """Keras' name of a dtype that NumPy writes as <f4."""
    kind, width = (code or "")[1:2], (code or "")[2:]
    if kind == "b":
        return BOOL
    if kind in KINDS and width.isdecimal():
        return f"{KINDS[kind]}{8 * int(width)}"
    return "text" if kind in TEXTS else "object"


def damaged(name: str, why: str) -> ReadError:
    return ReadError(f"{quote(name)} is no NumPy array: {why}", code="E508", hint="write it with numpy.save")
