"""Which layers of a model a figure shows: models are opened and repeats folded, until it has no more than it may."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from densecli.render.diagram.diagram import Box, Maker
from densecli.render.figure.net import frame_of
from densecli.render.figure.parts import INLET, WORN, solids_of
from densecli.render.figure.shorter import shortened
from densecli.render.palette.kinds import BY_NAME, kind_of
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from densecli.render.figure.net import Joins
    from densecli.render.figure.parts import Frame
    from densecli.render.table.repeats import Run
    from densecli.shape import Shape
    from densecli.summary.report import Report, Row

WORTH = 6  # layers that a fold must save


def plan(report: Report, most: int, joins: Joins) -> Frame:
    """The figure of a model, of at most so many layers: nested models are closed and the middle is left out until it fits.

    `joins` says whether two layers in a row stand side by side, without an arrow.
    """
    for depth in range(_depth(report.rows), -1, -1):
        frame = frame_of(_Maker(report, collapse=True).whole(depth), joins)
        if sum(1 for _ in solids_of(frame)) <= most:
            return frame
    return shortened(frame, most)


def _depth(rows: Sequence[Row]) -> int:
    """How deep models are nested."""
    return max((1 + _depth(row.layers) for row in rows if _is_model(row)), default=0)


def _is_model(row: Row) -> bool:
    return bool(row.layers) and kind_of(row.layer).name in ("model", "custom")


class _Maker(Maker):
    """Opens models only, folds what is worth it, and shows where a frame's tensors come from."""

    def opens(self, row: Row) -> bool:
        return _is_model(row)

    def layer(self, row: Row, depth: int | None) -> Box:
        """Outputs without the batch, such as those of a constant, get an axis for it: figures leave the first one out."""
        box, shape = super().layer(row, depth), next(iter(row.output_shapes), None)
        batched = shape is None or not self.batches or (len(shape) > 0 and shape[0] in self.batches)
        return box if batched else box._replace(tensor=(None, *(shape or ())))

    @cached_property
    def batches(self) -> frozenset[int | None]:
        """The sizes of the batch, by the inputs."""
        return frozenset(tensor.shape[0] for tensor in self.report.inputs if tensor.shape)

    def runs(self, rows: Sequence[Row]) -> Sequence[Run]:
        runs = [run for run in super().runs(rows) if (run.times - 1) * run.length >= WORTH]
        starts = {run.start for run in runs}
        return [_turned(run, rows, starts) for run in runs]

    def outside(self, names: Sequence[str], *, whole: bool) -> dict[str, Box]:
        inputs = {tensor.name: tensor.shape for tensor in self.report.inputs} if whole else {}
        return {name: self.inlet(name, inputs.get(name)) for name in names}

    def inlet(self, name: str, shape: Shape | None) -> Box:
        kind = INLET if shape is None else "InputLayer"
        return Box(next(self.ids), safe(name), kind, "", "", BY_NAME["input"], tensor=shape)


def _turned(run: Run, rows: Sequence[Row], starts: set[int]) -> Run:
    """The run some layers later where fewer tensors come into its blocks, or they don't begin with what the layer before should wear."""
    place = {row.name: at for at, row in enumerate(rows)}
    end = run.start + run.length * run.times
    turns = [0]
    while not run.inner and end + turns[-1] not in starts and _goes_on(run, rows, end + turns[-1], place):
        turns.append(turns[-1] + 1)
    best = min(turns, key=lambda turn: _open_ends(rows[run.start + turn : run.start + turn + run.length]))
    return run._replace(start=run.start + best)


def _goes_on(run: Run, rows: Sequence[Row], at: int, place: Mapping[str, int]) -> bool:
    """Whether a row behind a run, or behind its next one, is like the one a block before, and wired alike."""
    if at >= len(rows) or at >= run.start + run.length * (run.times + 1):
        return False
    one, other = rows[at - run.length], rows[at]
    sources = [[place.get(name, -1) for name in row.inbound] for row in (one, other)]
    alike = (one.type, one.output_shapes, one.params) == (other.type, other.output_shapes, other.params)
    return alike and [source + run.length for source in sources[0]] == sources[1]


def _open_ends(rows: Sequence[Row]) -> tuple[int, bool]:
    """How many tensors come into a block, and whether it begins with a kind that is worn."""
    inside = {row.name for row in rows}
    outside = {name for row in rows for name in row.inbound if name not in inside}
    return len(outside), kind_of(rows[0].layer).name in WORN
