"""The small files that say what git ignores: regular, of a bounded size."""

from __future__ import annotations

import os
import stat

from densecli.errors import ReadError
from densecli.text import binary_size, quote

MOST_BYTES = 1 << 20
_FLAGS = ("O_NONBLOCK", "O_CLOEXEC")  # a FIFO would hang


def contents(file: str, *, linked: bool = False) -> bytes | None:
    """The bytes of a regular file; None if there is none. Raises ReadError (E109, E501).

    A file of the user's own may be a link, or belong to somebody else (`linked`); git follows no links in a checkout.
    """
    flags = os.O_RDONLY
    for name in _FLAGS if linked else (*_FLAGS, "O_NOFOLLOW"):
        flags |= getattr(os, name, 0)
    try:
        with os.fdopen(os.open(file, flags), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return None
            data = stream.read(MOST_BYTES + 1)
    except PermissionError:
        if linked:
            return None
        raise ReadError(f"cannot read {quote(file)}: Permission denied", code="E109") from None
    except (OSError, ValueError):
        return None
    if len(data) > MOST_BYTES:
        raise ReadError(f"{quote(file)} is larger than {binary_size(MOST_BYTES)}", code="E501")
    return data
