"""Files opened safely: what is read of them."""

from __future__ import annotations

import io

from densecli.read.files.opened import PIECE, at_most


def test_no_more_memory_is_reserved_than_a_file_has():
    """A limit may be larger than the machine's memory."""
    asked = []

    class File(io.BytesIO):
        def read(self, size=-1):
            asked.append(size)
            return super().read(size)

    assert at_most(File(b"x" * 3_000_000), 1 << 50) == b"x" * 3_000_000
    assert at_most(File(b"x" * 3_000_000), 2_000_000) == b"x" * 2_000_000
    assert at_most(File(b"abc"), 0) == b""
    assert max(asked) == PIECE
