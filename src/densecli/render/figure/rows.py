"""A long figure in rows, as a text in lines: it breaks where a single tensor leads on, and an arrow leads back to the next row."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.figure.parts import Link
    from densecli.render.figure.ranks import Ranks
    from densecli.render.figure.scene import Point

BETWEEN = 34.0  # rows: room for an arrow
AHEAD, BEHIND = (
    42.0,
    22.0,
)  # of a row: where the arrow from the row before comes down, and where that to the next one does
FANNED = 26.0  # before a row, where an arrow to several parts divides
CLOSEST = 1.0  # pixels that make no difference to the length of rows
WORTH = 0.75  # of its length in one row: no row of a broken frame may be longer


class Rows(Record):
    """`of` says which row a rank is in, `shifts` how far a row moves from where it would be in one long row."""

    of: list[int]
    shifts: list[Point]
    turns: list[tuple[float, float]]  # behind each row: where its arrow leaves, and on which level it leads back


def rows(ranks: Ranks, breaks: Sequence[bool], across: Sequence[tuple[float, float]], most: float) -> Rows:
    """The rows of a frame, with their arrows no longer than `most` if `breaks`, which says behind which ranks it may break, allows it.

    `across` is from where to where each rank reaches. What can't be broken into rows that are clearly shorter stays in one.
    """
    firsts = _firsts(ranks, breaks, most)
    spans = [(first, last) for first, last in pairwise([*firsts, len(ranks.starts)])]
    lows = [min(low for low, _ in across[first:last]) for first, last in spans]
    highs = [max(high for _, high in across[first:last]) for first, last in spans]
    moves = [high - low + BETWEEN for high, low in zip(highs, lows[1:], strict=False)]
    shifts = [*zip([-ranks.starts[first] for first in firsts], accumulate(moves, initial=0.0), strict=True)]
    turns = [
        (ranks.ends[last - 1] + shift[0] + BEHIND, high + shift[1] + BETWEEN / 2)
        for (_, last), high, shift in zip(spans, highs, shifts, strict=True)
    ]
    return Rows([row for row, (first, last) in enumerate(spans) for _ in range(first, last)], shifts, turns)


def _firsts(ranks: Ranks, breaks: Sequence[bool], most: float) -> list[int]:
    """The first ranks of as few rows as needed, all as short as that allows."""
    if not ranks.ends or ranks.ends[-1] <= most:
        return [0]
    high = max(most - AHEAD - BEHIND, _length(ranks, _broken(ranks, breaks, 0.0)))
    low, found = 0.0, _broken(ranks, breaks, high)
    while high - low > CLOSEST:
        middle = (low + high) / 2
        shorter = _broken(ranks, breaks, middle)
        if len(shorter) > len(found):
            low = middle
        else:
            found, high = shorter, middle
    return found if _length(ranks, found) <= WORTH * ranks.ends[-1] else [0]


def _length(ranks: Ranks, firsts: Sequence[int]) -> float:
    """The length of the longest of some rows."""
    return max(ranks.ends[last - 1] - ranks.starts[first] for first, last in pairwise([*firsts, len(ranks.ends)]))


def _broken(ranks: Ranks, breaks: Sequence[bool], most: float) -> list[int]:
    """The first rank of each row, if each takes as much as fits."""
    firsts, latest = [0], None
    for rank, end in enumerate(ranks.ends):
        if end - ranks.starts[firsts[-1]] > most and latest is not None:
            firsts.append(latest)
            latest = None
        if breaks[rank]:
            latest = rank + 1
    return firsts


def breaks(ranks: Ranks, links: Sequence[Link], skips: Sequence[Link], *, joined: bool) -> list[bool]:
    """Behind which ranks a row may end: where all that leads on, at least one arrow, has the same source."""
    count = len(ranks.starts)
    if not joined:
        return [rank < count - 1 for rank in range(count)]
    forward = [skip for skip in skips if ranks.of[skip.source[0]] <= ranks.of[skip.target]]
    back = [(ranks.of[skip.target], ranks.of[skip.source[0]]) for skip in skips if skip not in forward]
    arrows = _passing([*_reaches(ranks, links)], count)
    all_of_them = _passing([*_reaches(ranks, [*links, *forward]), *back, *back], count)
    return [one == each == 1 for one, each in zip(arrows, all_of_them, strict=True)]


def _reaches(ranks: Ranks, links: Sequence[Link]) -> Iterator[tuple[int, int]]:
    """For each source its rank and the last one that it leads to."""
    reach: dict[tuple[int, int], int] = {}
    for link in links:
        reach[link.source] = max(reach.get(link.source, 0), ranks.of[link.target])
    return ((ranks.of[source[0]], last) for source, last in reach.items())


def _passing(spans: Sequence[tuple[int, int]], count: int) -> list[int]:
    """How many spans reach past each rank to the next one."""
    changes = [0] * (count + 1)
    for first, last in spans:
        changes[first] += 1
        changes[last] -= 1
    return [*accumulate(changes[:-1])]
