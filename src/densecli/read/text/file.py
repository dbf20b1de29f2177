"""Text files other than specs: lock files, settings. Only regular files of a sensible size."""

from __future__ import annotations

import os
import stat

from densecli.errors import LimitError, Place, ReadError, Source
from densecli.read.text.encoding import decode
from densecli.text import binary_size, quote

MOST_BYTES = 64 << 20


def read_text_file(name: str, most: int = MOST_BYTES) -> Source:
    """The text of a file. Raises ReadError (E105, E109, E101 to E104) or LimitError (E501)."""
    try:
        # Not blocking: a FIFO that nobody writes to would hang.
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ReadError(f"{quote(name)} is not a regular file", code="E105")
            data = file.read(most + 1)
            if len(data) > most:
                message = f"larger than {binary_size(most)}"
                raise LimitError(message, code="E501", place=Place(Source(name, "")))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise ReadError(f"cannot read {quote(name)}: {reason}", code="E109") from None
    return decode(name, data, limit=None)


def stays_beside(name: str, path: str) -> bool:
    """Whether a path relative to a file's folder stays in that folder, links followed: neither is trusted."""
    folder = os.path.realpath(os.path.dirname(name))  # noqa: PTH120
    try:
        return os.path.realpath(os.path.join(folder, path)).startswith(os.path.join(folder, ""))  # noqa: PTH118
    except ValueError:  # a NUL in the name
        return False
