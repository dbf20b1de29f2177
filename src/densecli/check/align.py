"""Which layer of one model is which of another: by name, then by place and kind in the order of the layers."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from densecli.check.outline import Entry

MOST_CELLS = 20_000  # of a table that compares each layer with each
MOST_EDITS = 1_000  # where two stretches differ more than that, their order says nothing any more
Pair = tuple[int, int]


def align(before: Sequence[Entry], after: Sequence[Entry]) -> list[Pair]:
    """Pairs of positions, sorted by the second; every position at most once.

    Names first. What lies between two pairs is aligned by type and arguments; then what is left over anywhere and is
    alike is paired, for it was moved; then the rest between two pairs, the likest layers of one type with each other.
    """
    pairs = _by_name(before, after)
    keys = ([*map(signature, before)], [*map(signature, after)])
    pairs += [pair for gap in _gaps(pairs, len(before), len(after)) for pair in _in_gap(keys, gap)]
    pairs += _moved(keys, pairs)
    pairs += [pair for gap in _gaps(pairs, len(before), len(after)) for pair in _likest(before, after, gap)]
    return sorted(pairs, key=lambda pair: pair[1])


def signature(entry: Entry) -> Hashable:
    """Type, arguments and insides, as text: what makes two layers interchangeable in their place."""
    inside = tuple(signature(inner) for inner in entry.layers)
    return (entry.type, json.dumps(entry.arguments, sort_keys=True, default=str), inside)


def _by_name(before: Sequence[Entry], after: Sequence[Entry]) -> list[Pair]:
    places = {entry.name: index for index, entry in enumerate(before) if entry.name is not None}
    return [(places[entry.name], index) for index, entry in enumerate(after) if entry.name in places]


def _moved(keys: tuple[Sequence[Any], Sequence[Any]], pairs: Sequence[Pair]) -> list[Pair]:
    """Alike and left over on both sides, in whatever order, if there is one choice only."""
    left = _once(keys[0], _free(len(keys[0]), [a for a, _ in pairs]))
    right = _once(keys[1], _free(len(keys[1]), [b for _, b in pairs]))
    return [(left[key], index) for key, index in right.items() if key in left]


def _once(keys: Sequence[Any], places: Sequence[int]) -> dict[Any, int]:
    """The keys that occur at one of the places only."""
    number = Counter(keys[index] for index in places)
    return {keys[index]: index for index in places if number[keys[index]] == 1}


def _free(length: int, taken: Sequence[int]) -> list[int]:
    used = set(taken)
    return [index for index in range(length) if index not in used]


Gap = tuple[list[int], list[int]]


def _gaps(pairs: Sequence[Pair], left: int, right: int) -> Iterator[Gap]:
    """The unpaired positions between one pair in order and the next."""
    ordered = [*in_order(sorted(pairs, key=lambda pair: pair[1])), (left, right)]
    free_left, free_right = _free(left, [a for a, _ in pairs]), _free(right, [b for _, b in pairs])
    from_left = from_right = 0
    for end_left, end_right in ordered:
        to_left, to_right = bisect_left(free_left, end_left), bisect_left(free_right, end_right)
        if to_left > from_left and to_right > from_right:
            yield free_left[from_left:to_left], free_right[from_right:to_right]
        from_left, from_right = to_left, to_right


def in_order(pairs: Sequence[Pair]) -> list[Pair]:
    """The most pairs that stand in the same order on both sides (longest increasing subsequence)."""
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


def _in_gap(keys: tuple[Sequence[Any], Sequence[Any]], gap: Gap) -> list[Pair]:
    left, right = gap
    numbers: dict[Any, int] = {}
    a = [numbers.setdefault(keys[0][index], len(numbers)) for index in left]
    b = [numbers.setdefault(keys[1][index], len(numbers)) for index in right]
    return [(left[x], right[y]) for x, y in common(a, b)]


def _likest(before: Sequence[Entry], after: Sequence[Entry], gap: Gap) -> list[Pair]:
    """The pairs of equal type, in order, that have most in common; in a long gap any pairs of equal type."""
    left, right = gap
    if len(left) * len(right) > MOST_CELLS:
        types = ([entry.type for entry in before], [entry.type for entry in after])
        return _in_gap(types, gap)
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for x in range(len(left) - 1, -1, -1):
        for y in range(len(right) - 1, -1, -1):
            paired = best[x + 1][y + 1] + _likeness(before[left[x]], after[right[y]])
            best[x][y] = max(paired, best[x + 1][y], best[x][y + 1])
    return [(left[x], right[y]) for x, y in _best_way(best)]


def _best_way(best: Sequence[Sequence[float]]) -> Iterator[Pair]:
    x = y = 0
    while x < len(best) - 1 and y < len(best[0]) - 1:
        if best[x][y] == best[x + 1][y]:
            x += 1
        elif best[x][y] == best[x][y + 1]:
            y += 1
        else:
            yield x, y
            x, y = x + 1, y + 1


def _likeness(a: Entry, b: Entry) -> float:
    """0 for layers of different types; else 1, and more for equal arguments and outputs."""
    if a.type != b.type:
        return 0.0
    names = {*a.arguments, *b.arguments}
    equal = sum(a.arguments.get(name) == b.arguments.get(name) for name in names)
    return 1.0 + (equal / len(names) if names else 1.0) / 2 + (a.outputs == b.outputs) / 4


def common(a: Sequence[int], b: Sequence[int]) -> list[Pair]:
    """A longest common subsequence as pairs of positions (Myers' O(ND), 1986); beyond MOST_EDITS only the equal ends."""
    shared = set(a) & set(b)
    left = [index for index, key in enumerate(a) if key in shared]
    right = [index for index, key in enumerate(b) if key in shared]
    found = _common([a[index] for index in left], [b[index] for index in right])
    return [(left[x], right[y]) for x, y in found]


def _common(a: Sequence[int], b: Sequence[int]) -> list[Pair]:
    head = _same(min(len(a), len(b)), lambda index: a[index] == b[index])
    tail = _same(min(len(a), len(b)) - head, lambda index: a[-1 - index] == b[-1 - index])
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
    """Where one more edit leads on a diagonal, and from which diagonal: down from the one above, right from the one below."""
    if diagonal == -edits or (diagonal != edits and furthest(diagonal - 1) < furthest(diagonal + 1)):
        return furthest(diagonal + 1), diagonal + 1
    return furthest(diagonal - 1) + 1, diagonal - 1


def _walk_back(rounds: Sequence[Sequence[int]], x: int, y: int) -> list[Pair]:
    """The pairs on the way to (x, y), through what each round reached."""
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
