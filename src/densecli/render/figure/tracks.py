"""How arrows get from one lane to another between two ranks: each source, or each target, on a track of its own."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

STRAIGHT = 3.0  # pixels across that an arrow may be askew
MOST = 30  # tracks between two ranks; more share them, so that the work and the room grow no faster than the figure


class Step(Record):
    """An arrow between two ranks: the part it comes from, the one it ends at if it does there, and its lanes before and after."""

    source: int
    target: int | None
    start: float
    end: float

    @property
    def is_straight(self) -> bool:
        return abs(self.start - self.end) < STRAIGHT


def tracks(steps: Sequence[Step]) -> dict[Step, int]:
    """The track of each step that is not straight: 0, 1, … in the direction of the figure, with few crossings.

    What leads down leaves in the order from below, what leads up from above: so the lanes of one don't cross the tracks of another.
    What leaves a straight arrow does so before others join it, or it would seem to come from them.
    """
    lines = {step.start for step in steps if step.is_straight}
    nets = _nets([step for step in dict.fromkeys(steps) if not step.is_straight])
    done = list[tuple[float, float, int]]()
    found = dict[Step, int]()
    for net in sorted(nets, key=lambda net: (_joins(net, lines), *_order(net))):
        ends = [end for step in net for end in (step.start, step.end)]
        low, high = min(ends), max(ends)
        track = max([at for start, end, at in done[-MOST:] if start <= high and low <= end], default=-1) + 1
        done.append((low, high, track))
        found |= dict.fromkeys(net, track % MOST)
    return found


def _nets(steps: Sequence[Step]) -> list[list[Step]]:
    """Steps that share a track: all that come from a source that has several, else all that end at one target."""
    leaving = Counter(step.source for step in steps)
    nets = dict[tuple[bool, int], list[Step]]()
    for step in steps:
        ends = leaving[step.source] == 1 and step.target is not None
        nets.setdefault((ends, step.target if ends and step.target is not None else step.source), []).append(step)
    return [*nets.values()]


def _joins(net: Sequence[Step], lines: Container[float]) -> int:
    """1 for steps that join a straight arrow, -1 for those that leave one."""
    return any(step.end in lines for step in net) - any(step.start in lines for step in net)


def _order(net: Sequence[Step]) -> tuple[bool, float]:
    leads_up = sum(step.end - step.start for step in net) < 0
    return leads_up, min(step.start for step in net) if leads_up else -max(step.start for step in net)
