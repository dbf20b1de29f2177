"""The ranks of a frame: where they start and end along the figure, with room between them for the tracks of arrows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.figure.tracks import Step, tracks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from densecli.render.diagram.layout import Layout, Size
    from densecli.render.figure.parts import Link

GAP = 24.0  # between ranks, for arrows
LEAD, TRACK = 8.0, 6.0  # from the end of a rank to the first track behind it, and from one track to the next
SHARED = 12.0  # of that room a side of a volume may cover, where arrows are straight


class Ranks(Record):
    """`of` says which rank a part is in; `steps` are those of a link, from its source's rank on."""

    of: list[int]
    starts: list[float]
    ends: list[float]
    steps: dict[Link, list[Step]]
    tracks: list[dict[Step, int]]  # behind each rank
    lead: float

    def track(self, rank: int, step: Step) -> float:
        """Where a step behind a rank crosses the figure."""
        return self.ends[rank] + self.lead + TRACK * self.tracks[rank][step]


def ranks(layout: Layout, sizes: Sequence[Size], lanes: Mapping[Link, Sequence[float]], *, shows_ends: bool) -> Ranks:
    """The ranks of a layout, drawn apart where there are tracks; these pass beside the sides of volumes, which stick out at their ends or starts.

    `lanes` of a link are its positions in each rank from its source on.
    """
    middles = sorted({along for _, along in layout.centres})
    number = {middle: rank for rank, middle in enumerate(middles)}
    of = [number[along] for _, along in layout.centres]
    steps = {link: _steps(link, each) for link, each in lanes.items()}
    behind: list[list[Step]] = [[] for _ in middles]
    for link, found in steps.items():
        for rank, step in enumerate(found, of[link.source[0]]):
            behind[rank].append(step)
    used = [tracks(each) for each in behind]
    starts, ends = _apart(of, sizes, used)
    return Ranks(of, starts, ends, steps, used, LEAD + SHARED if shows_ends else LEAD)


def _steps(link: Link, lanes: Sequence[float]) -> list[Step]:
    found = [Step(link.source[0], None, *pair) for pair in pairwise(lanes)]
    return [*found[:-1], found[-1]._replace(target=link.target)]


def _apart(
    of: Sequence[int], sizes: Sequence[Size], used: Sequence[Mapping[Step, int]]
) -> tuple[list[float], list[float]]:
    """Each rank is as long as its longest part, and the room behind it as long as its tracks need."""
    lengths = [0.0] * len(used)
    for rank, size in zip(of, sizes, strict=True):
        lengths[rank] = max(lengths[rank], size.height)
    starts, ends, at = list[float](), list[float](), 0.0
    for length, each in zip(lengths, used, strict=True):
        starts.append(at)
        ends.append(at + length)
        at += length + GAP + (SHARED + TRACK * max(each.values()) if each else 0.0)
    return starts, ends
