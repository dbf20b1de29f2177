"""CSV: rows of numbers as text, read in pieces, because a list of all cells would take thirty times the file's size."""

from __future__ import annotations

from array import array
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING

import numpy as np

from densecli.kernels.files import ArrayFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.kernels.layout import Array

PIECE = 1 << 16  # characters of a line that are split at once


def read_csv(data: bytes, limit: int) -> Array:
    """Rows of numbers, one sample each, as float64; a first row of words is a header.

    The numbers, the file and its longest line together take at most `limit` bytes. Raises ArrayFileError.
    """
    numbers, rows, width = array("d"), 0, 0
    room = (limit - 2 * len(data)) // numbers.itemsize
    for line in _lines(data):
        before, rows = len(numbers), rows + 1
        for cells in _pieces(line):
            _add(numbers, cells, rows)
            if len(numbers) > room:
                raise ArrayFileError(f"its numbers need more than the {limit:,} bytes allowed")
        width = width or len(numbers)
        if len(numbers) - before != width:
            raise ArrayFileError(f"row {rows:,} has {len(numbers) - before:,} numbers, but the first row has {width:,}")
    if not rows:
        raise ArrayFileError("it has no rows")
    return np.frombuffer(numbers, np.float64).reshape(rows, width)


def _lines(data: bytes) -> Iterator[str]:
    """The lines that are not blank, without a header."""
    lines = (line for line in TextIOWrapper(BytesIO(data), "utf-8-sig") if not line.isspace())
    first = next(lines, None)
    if first is not None and _is_row(first):
        yield first
    yield from lines


def _is_row(line: str) -> bool:
    """Whether a line begins with a number."""
    try:
        float(next(_pieces(line))[0])
    except (ValueError, IndexError):
        return False
    return True


def _add(numbers: array[float], cells: list[str], row: int) -> None:
    try:
        numbers.extend(map(float, cells))
    except ValueError:
        raise ArrayFileError(f"row {row:,} has values that are not numbers") from None


def _pieces(line: str) -> Iterator[list[str]]:
    """The cells of a row, some at a time: separated by comma, semicolon or tab, quoted or not."""
    mark = next((each for each in ",;\t" if each in line), None)
    at = 0
    while at <= len(line):
        last = len(line) - at <= PIECE
        end = len(line) if last else line.rfind(mark or " ", at, at + PIECE)
        if end < 0:  # a cell that long is not a number
            yield [""]
            return
        cells = line[at:end].split(mark)
        if cells or mark:
            yield [cell.strip().strip('"') for cell in cells]
        at = end + 1
