"""CSV: reading in pieces gives the same rows, within the memory limit."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from densecli.kernels import rows
from densecli.kernels.files import ArrayFileError

PLENTY = 1 << 30


def mistake(data, limit=PLENTY):
    with pytest.raises(ArrayFileError) as caught:
        rows.read_csv(data, limit)
    return str(caught.value)


@pytest.mark.parametrize("mark", [",", ";", "\t", " ", ", ", " ;"])
@pytest.mark.parametrize("piece", [16, 24, 1 << 16])
def test_pieces_come_to_the_same_rows(monkeypatch, mark, piece):
    monkeypatch.setattr(rows, "PIECE", piece)
    lines = [mark.join(f"{each / 8:.3f}" for each in range(start, start + 9)) for start in (1, 20, 300)]
    assert rows.read_csv("\n".join(lines).encode(), PLENTY).tolist() == [
        [each / 8 for each in range(start, start + 9)] for start in (1, 20, 300)
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it has no rows"),
        (b"a,b\n", "it has no rows"),
        (b"1,2\n\n3\n", "row 2 has 1 numbers, but the first row has 2"),
        (b"1,2\n3,\n", "row 2 has values that are not numbers"),
        (b"1," + b"0" * (rows.PIECE + 1), "row 1 has values that are not numbers"),
        (b"1 " + b"x" * (rows.PIECE + 1), "row 1 has values that are not numbers"),
    ],
)
def test_error_rows_that_are_none_say_which(data, message):
    assert mistake(data) == message


CELLS = 50_000


@pytest.mark.parametrize("data", [b"1," * CELLS + b"1", b"1\n" * CELLS])
def test_memory_stays_within_what_is_allowed(monkeypatch, data):
    """The cells may be in one row or one per row: a list of them took 60 bytes per cell."""
    monkeypatch.setattr(rows, "PIECE", 1 << 12)  # as small for these data as the real one for millions of cells
    limit = 17 * CELLS
    assert np.count_nonzero(rows.read_csv(data, limit)) in (CELLS, CELLS + 1)
    tracemalloc.start()
    try:
        rows.read_csv(data, limit)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < limit
    assert mistake(data, 10 * CELLS) == f"its numbers need more than the {10 * CELLS:,} bytes allowed"
