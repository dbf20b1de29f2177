"""Match the layers of two models: by name, then by position and type."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, Any

from densecli.check.compare.sequences import Pair, best_pairs, common, equal_ends, in_order

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from densecli.check.compare.outline import Entry

MOST_CELLS = 20_000  # of a table that compares every pair of layers
Keys = tuple["Sequence[Any]", "Sequence[Any]"]
Gap = tuple[list[int], list[int]]


def align(before: Sequence[Entry], after: Sequence[Entry]) -> list[Pair]:
    """Pairs of positions, sorted by the second; every position at most once.

    Names come first. Layers between two pairs are aligned by type and arguments; then equal leftovers are paired
    wherever they are, because they were moved; then the rest between two pairs, the most similar layers of each type.
    """
    pairs = _by_name(before, after)
    kinds = ([*map(signature, before)], [*map(signature, after)])
    named = ([*map(_with_name, before, kinds[0])], [*map(_with_name, after, kinds[1])])
    for stage in (_equal_ends, _in_long_gap):
        pairs += [pair for gap in _gaps(pairs, named) for pair in stage(named, gap)]
    pairs += [pair for gap in _gaps(pairs, named) for pair in _alike(kinds, named, gap)]
    pairs += _moved(kinds, pairs)
    pairs += [pair for gap in _gaps(pairs, named) for pair in _likest(before, after, gap)]
    return sorted(pairs, key=lambda pair: pair[1])


def signature(entry: Entry) -> Hashable:
    """Type, arguments and inner layers: layers with equal signatures are interchangeable."""
    inside = tuple(signature(inner) for inner in entry.layers)
    return (entry.type, json.dumps(entry.arguments, sort_keys=True, default=str), inside)


def _with_name(entry: Entry, kind: Hashable) -> Hashable:
    return (kind, entry.name)


def _by_name(before: Sequence[Entry], after: Sequence[Entry]) -> list[Pair]:
    places = {entry.name: index for index, entry in enumerate(before) if entry.name is not None}
    return [(places[entry.name], index) for index, entry in enumerate(after) if entry.name in places]


# -- between two pairs --------------------------------------------------------------------
def _gaps(pairs: Sequence[Pair], keys: Keys) -> Iterator[Gap]:
    """The unpaired positions between one pair in order and the next."""
    left, right = len(keys[0]), len(keys[1])
    ordered = [*in_order(sorted(pairs, key=lambda pair: pair[1])), (left, right)]
    free_left, free_right = _free(left, [a for a, _ in pairs]), _free(right, [b for _, b in pairs])
    from_left = from_right = 0
    for end_left, end_right in ordered:
        to_left, to_right = bisect_left(free_left, end_left), bisect_left(free_right, end_right)
        if to_left > from_left and to_right > from_right:
            yield free_left[from_left:to_left], free_right[from_right:to_right]
        from_left, from_right = to_left, to_right


def _free(length: int, taken: Sequence[int]) -> list[int]:
    used = set(taken)
    return [index for index in range(length) if index not in used]


def _is_long(gap: Gap) -> bool:
    return len(gap[0]) * len(gap[1]) > MOST_CELLS


def _numbered(keys: Keys, gap: Gap) -> tuple[list[int], list[int]]:
    """The keys as numbers, equal for equal keys."""
    numbers: dict[Any, int] = {}
    a = [numbers.setdefault(keys[0][index], len(numbers)) for index in gap[0]]
    return a, [numbers.setdefault(keys[1][index], len(numbers)) for index in gap[1]]


def _equal_ends(keys: Keys, gap: Gap) -> list[Pair]:
    a, b = gap
    head, tail = equal_ends(*_numbered(keys, gap))
    return [
        *((a[index], b[index]) for index in range(head)),
        *((a[-1 - index], b[-1 - index]) for index in range(tail)),
    ]


def _in_long_gap(keys: Keys, gap: Gap) -> list[Pair]:
    """The longest common subsequence, if comparing every pair would take too long."""
    if not _is_long(gap):
        return []
    return [(gap[0][x], gap[1][y]) for x, y in common(*_numbered(keys, gap))]


def _alike(kinds: Keys, named: Keys, gap: Gap) -> list[Pair]:
    """Layers of one kind, rather those of one name too: an added layer with a name is not taken for a renamed one."""
    if _is_long(gap):
        return _in_long_gap(kinds, gap)
    (a, b), (a_named, b_named) = _numbered(kinds, gap), _numbered(named, gap)
    many = len(a) + len(b)
    found = best_pairs(len(a), len(b), lambda x, y: (a[x] == b[y]) * many + (a_named[x] == b_named[y]))
    return [(gap[0][x], gap[1][y]) for x, y in found]


def _likest(before: Sequence[Entry], after: Sequence[Entry], gap: Gap) -> list[Pair]:
    """The most similar pairs of equal type; in a long gap, any pairs of equal type."""
    if _is_long(gap):
        return _in_long_gap(([entry.type for entry in before], [entry.type for entry in after]), gap)
    left, right = [before[index] for index in gap[0]], [after[index] for index in gap[1]]
    found = best_pairs(len(left), len(right), lambda x, y: _likeness(left[x], right[y]))
    return [(gap[0][x], gap[1][y]) for x, y in found]


def _likeness(a: Entry, b: Entry) -> int:
    """0 for layers of different types; else 10, and up to 8 more for equal arguments and outputs."""
    if a.type != b.type:
        return 0
    names = {*a.arguments, *b.arguments}
    equal = sum(a.arguments.get(name) == b.arguments.get(name) for name in names)
    return 10 + (5 * equal // len(names) if names else 5) + 3 * (a.outputs == b.outputs)


# -- anywhere -----------------------------------------------------------------------------
def _moved(keys: Keys, pairs: Sequence[Pair]) -> list[Pair]:
    """Equal layers left over on both sides, in any order, if the choice is unique."""
    left = _once(keys[0], _free(len(keys[0]), [a for a, _ in pairs]))
    right = _once(keys[1], _free(len(keys[1]), [b for _, b in pairs]))
    return [(left[key], index) for key, index in right.items() if key in left]


def _once(keys: Sequence[Any], places: Sequence[int]) -> dict[Any, int]:
    """The keys that occur only once among the places."""
    number = Counter(keys[index] for index in places)
    return {keys[index]: index for index in places if number[keys[index]] == 1}
