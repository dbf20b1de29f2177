"""Sequence alignment: the longest common subsequence, the best pairs in order, the longest increasing subsequence."""

from __future__ import annotations

from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MOST_EDITS = 1_000  # beyond this many differences, the order of two sequences means little
Pair = tuple[int, int]


def in_order(pairs: Sequence[Pair]) -> list[Pair]:
    """The largest set of pairs in the same order on both sides (longest increasing subsequence)."""
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for index, (place, _) in enumerate(pairs):
        at = bisect_left(tails, place)
        previous.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [place]
        ends[at : at + 1] = [index]
    found, index = [], ends[-1] if ends else -1
    while index >= 0:
        found.append(pairs[index])
        index = previous[index]
    return found[::-1]


def best_pairs(left: int, right: int, score: Callable[[int, int], int]) -> list[Pair]:
    """The pairs in order with the highest sum of scores (0 never pairs); compares each of `left` with each of `right`."""
    best = [[0] * (right + 1) for _ in range(left + 1)]
    for x in range(left - 1, -1, -1):
        for y in range(right - 1, -1, -1):
            paired = best[x + 1][y + 1] + score(x, y)
            best[x][y] = max(paired, best[x + 1][y], best[x][y + 1])
    return [*_best_way(best)]


def _best_way(best: Sequence[Sequence[int]]) -> Iterator[Pair]:
    x = y = 0
    while x < len(best) - 1 and y < len(best[0]) - 1:
        if best[x][y] == best[x + 1][y]:
            x += 1
        elif best[x][y] == best[x][y + 1]:
            y += 1
        else:
            yield x, y
            x, y = x + 1, y + 1


def equal_ends(a: Sequence[int], b: Sequence[int]) -> tuple[int, int]:
    """The number of equal items at the start, and at the end of the rest."""
    head = _same(min(len(a), len(b)), lambda index: a[index] == b[index])
    return head, _same(min(len(a), len(b)) - head, lambda index: a[-1 - index] == b[-1 - index])


def common(a: Sequence[int], b: Sequence[int]) -> list[Pair]:
    """A longest common subsequence as pairs of positions (Myers' O(ND), 1986); beyond MOST_EDITS only the equal ends."""
    shared = set(a) & set(b)
    left = [index for index, key in enumerate(a) if key in shared]
    right = [index for index, key in enumerate(b) if key in shared]
    found = _common([a[index] for index in left], [b[index] for index in right])
    return [(left[x], right[y]) for x, y in found]


def _common(a: Sequence[int], b: Sequence[int]) -> list[Pair]:
    head, tail = equal_ends(a, b)
    middle = _myers(a[head : len(a) - tail], b[head : len(b) - tail])
    ends = [(len(a) - index, len(b) - index) for index in range(tail, 0, -1)]
    return [*((index, index) for index in range(head)), *((x + head, y + head) for x, y in middle), *ends]


def _same(most: int, equal: Callable[[int], bool]) -> int:
    return next((index for index in range(most) if not equal(index)), most)


def _myers(a: Sequence[int], b: Sequence[int]) -> list[Pair]:
    furthest: dict[int, int] = {1: 0}
    rounds: list[list[int]] = []
    for edits in range(min(len(a) + len(b), MOST_EDITS) + 1):
        for diagonal in range(-edits, edits + 1, 2):
            x = _step(furthest.__getitem__, diagonal, edits)[0]
            while x < len(a) and x - diagonal < len(b) and a[x] == b[x - diagonal]:
                x += 1
            furthest[diagonal] = x
            if x >= len(a) and x - diagonal >= len(b):
                return _walk_back(rounds, len(a), len(b))
        rounds.append([furthest[diagonal] for diagonal in range(-edits, edits + 1, 2)])
    return []


def _step(furthest: Callable[[int], int], diagonal: int, edits: int) -> tuple[int, int]:
    """How far one more edit reaches on a diagonal, and from which diagonal: down from the one above, right from the one below."""
    if diagonal == -edits or (diagonal != edits and furthest(diagonal - 1) < furthest(diagonal + 1)):
        return furthest(diagonal + 1), diagonal + 1
    return furthest(diagonal - 1) + 1, diagonal - 1


def _walk_back(rounds: Sequence[Sequence[int]], x: int, y: int) -> list[Pair]:
    """The pairs on the way to (x, y), through the points that each round reached."""
    pairs = []
    for edits in range(len(rounds), 0, -1):
        reached = partial(_reached, rounds[edits - 1], edits - 1)
        start, diagonal = _step(reached, x - y, edits)
        pairs += [(x - back, y - back) for back in range(1, x - start + 1)]
        x = reached(diagonal)
        y = x - diagonal
    return [*((index, index) for index in range(x)), *pairs[::-1]]


def _reached(places: Sequence[int], edits: int, diagonal: int) -> int:
    return places[(diagonal + edits) // 2]
