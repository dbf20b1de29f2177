"""Whether layers of two models are wired alike, looking through layers that only one of the models has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.check.compare.sequences import Pair, in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.check.compare.outline import Entry, Link, Outline


MOST_ENDS = 100  # sources kept per layer looked through; otherwise a long chain would keep all of them at each layer


class Wiring:
    """The partners of layers and inputs, and which layers were moved.

    An added, removed or moved layer accounts for the new neighbors that it brings: one row, not three.
    """

    def __init__(self, before: Outline, after: Outline, pairs: Sequence[Pair]) -> None:
        self.sides = (before, after)
        self.partner = dict(pairs) | self._inputs()
        ends = {a for a, _ in pairs}, {b for _, b in pairs}
        self.passed: tuple[set[int], set[int]] = (
            {index for index in range(len(before.entries)) if index not in ends[0]},
            {index for index in range(len(after.entries)) if index not in ends[1]},
        )
        self._look_through()
        kept = {*in_order(sorted(pairs, key=lambda pair: pair[1]))}
        self.moved = {pair for pair in pairs if pair not in kept and any(True for _ in self.changes(pair))}
        for a, b in self.moved:
            self.passed[0].add(a)
            self.passed[1].add(b)
        self._look_through()

    def _inputs(self) -> dict[int, int]:
        """Match inputs by name, else by number."""
        before, after = self.sides[0].inputs, self.sides[1].inputs
        names = {port.name: index for index, port in enumerate(after) if port.name is not None}
        numbers = ((index, names.get(port.name or "", index)) for index, port in enumerate(before))
        inside = max(len(before), len(after)) or _heads(self.sides)  # those of a nested model are only counted
        return {-1 - a: -1 - b for a, b in numbers} or {-1 - index: -1 - index for index in range(inside)}

    def _look_through(self) -> None:
        self.behind = (_behind(self.sides[0].entries, self.passed[0]), _behind(self.sides[1].entries, self.passed[1]))

    def same(self, a: Link, b: Link) -> bool:
        """Whether two tensors come from the same layer (or input), or from layers in between that share a source."""
        if self.partner.get(a.layer) == b.layer:
            return a[1:] == b[1:]
        if a.layer not in self.passed[0] and b.layer not in self.passed[1]:
            return False
        reached = {self.partner.get(index) for index in self.behind[0].get(a.layer, {a.layer})}
        return bool(reached & self.behind[1].get(b.layer, {b.layer}))

    def changes(self, pair: Pair) -> Iterator[str]:
        """`inbound` and `shares_weights_with`, if they differ."""
        a, b = (side.entries[index] for side, index in zip(self.sides, pair, strict=True))
        if len(a.inbound) != len(b.inbound) or not all(map(self._same_call, a.inbound, b.inbound)):
            yield "inbound"
        if {self.partner.get(index) for index in a.shares} != {*b.shares}:
            yield "shares_weights_with"

    def _same_call(self, a: tuple[Link, ...], b: tuple[Link, ...]) -> bool:
        return len(a) == len(b) and all(map(self.same, a, b))

    def names(self, side: int, index: int, what: str) -> list[str]:
        """The names in a change of wiring."""
        entry = self.sides[side].entries[index]
        if what == "shares_weights_with":
            return [self.name(side, ref) for ref in entry.shares]
        return [f"{self.name(side, link.layer)}{_which(link)}" for call in entry.inbound for link in call]

    def name(self, side: int, ref: int) -> str:
        if ref >= 0:
            return self.sides[side].entries[ref].shown
        inputs = self.sides[side].inputs
        own = inputs[-1 - ref].name if -1 - ref < len(inputs) else None
        return own or ("input" if len(inputs) < 2 else f"input {-ref}")


def _which(link: Link) -> str:
    """Keras' notation for anything but the first output of the first call."""
    return f"[{link.call}][{link.tensor}]" if link.call or link.tensor else ""


def _heads(sides: tuple[Outline, Outline]) -> int:
    refs = [link.layer for side in sides for entry in side.entries for call in entry.inbound for link in call]
    return -min((*refs, 0))


def _behind(entries: Sequence[Entry], passed: set[int]) -> dict[int, set[int]]:
    """For each layer to look through, the layers and inputs that its input comes from in the end; of very many, some."""
    found: dict[int, set[int]] = {}
    for index in sorted(passed):
        refs = {link.layer for call in entries[index].inbound for link in call}
        ends = {end for ref in refs for end in (found.get(ref, ()) if ref in passed else (ref,))}
        found[index] = ends if len(ends) <= MOST_ENDS else set(sorted(ends)[:MOST_ENDS])
    return found
