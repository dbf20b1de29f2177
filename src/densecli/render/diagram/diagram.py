"""A model as boxes and edges, for every kind of diagram: nested models contain boxes, and repeats can be folded."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.palette.kinds import BY_NAME, KINDS, Kind, kind_of
from densecli.render.table.columns import COLUMNS, UNKNOWN
from densecli.render.table.repeats import find_runs
from densecli.text import plural, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.table.repeats import Run
    from densecli.shape import Shape
    from densecli.summary.report import Report, Row

LONGEST = 48  # characters of a name in a box; pictures show the whole one as a tooltip where they can


class Edge(Record):
    """From one box to another, by their ids; both are in the same frame."""

    source: int
    target: int


class Box(Record):
    """A layer, or a frame with boxes in it: a nested model (it has a `type`) or a block that stands for `times` equal ones."""

    id: int
    name: str
    type: str
    shape: str
    params: str
    kind: Kind = BY_NAME["model"]
    times: int = 1
    boxes: tuple[Box, ...] = ()
    edges: tuple[Edge, ...] = ()
    row: Row | None = None  # of a layer
    tensor: Shape | None = None  # of what has no row, such as an input of a Sequential, or another shape to show

    @property
    def title(self) -> str:
        """The title of a frame."""
        return f"{self.times} ×" if self.times > 1 else f"{self.short_name} ({self.type})"

    @property
    def short_name(self) -> str:
        return self.name if len(self.name) <= LONGEST else f"{self.name[: LONGEST - 1]}…"

    @property
    def detail(self) -> str:
        """Shape and parameters on one line."""
        return " · ".join(part for part in (self.shape, self.params) if part)


def diagram(report: Report, *, depth: int | None = 0, collapse: bool = False) -> Box:
    """The model as one frame. `depth` is how many levels of nested layers are opened (None: all)."""
    return Maker(report, collapse).whole(depth)


class Maker:
    """Makes the boxes of a report; a kind of picture may decide otherwise what is opened, folded and shown of the outside."""

    def __init__(self, report: Report, collapse: bool) -> None:
        self.report, self.collapse = report, collapse
        self.ids: Iterator[int] = count()

    def whole(self, depth: int | None) -> Box:
        """The model as one frame."""
        boxes, edges = self.frame(self.report.rows, depth)
        return Box(next(self.ids), safe(self.report.name), safe(self.report.type), "", "", boxes=boxes, edges=edges)

    def opens(self, row: Row) -> bool:
        """Whether the layers in a layer are shown."""
        return bool(row.layers)

    def runs(self, rows: Sequence[Row]) -> Sequence[Run]:
        """The repeats to fold."""
        return find_runs(rows) if self.collapse else ()

    def outside(self, names: Sequence[str], *, whole: bool) -> dict[str, Box]:  # noqa: ARG002  # a hook
        """Boxes for what feeds layers of a frame (`whole`: of the model) from outside, by name; the rest is not shown in it."""
        return {}

    def frame(self, rows: Sequence[Row], depth: int | None) -> tuple[tuple[Box, ...], tuple[Edge, ...]]:
        return self.stretch(rows, (0, len(rows)), self.runs(rows), depth)

    def stretch(
        self, rows: Sequence[Row], span: tuple[int, int], runs: Sequence[Run], depth: int | None
    ) -> tuple[tuple[Box, ...], tuple[Edge, ...]]:
        """The boxes of some neighboring rows, and the edges between them; all copies in a run share one box."""
        boxes: list[Box] = []
        owner: dict[str, int] = {}  # row name -> the box in this frame that shows it
        at = span[0]
        for run in (*runs, None):
            for row in rows[at : span[1] if run is None else run.start]:
                boxes.append(self.layer(row, depth))
                owner[row.name] = boxes[-1].id
            if run is not None:
                boxes.append(self.block(rows, run, depth))
                at = run.start + run.length * run.times
                owner.update((row.name, boxes[-1].id) for row in rows[run.start : at])
        strangers = [name for row in rows[span[0] : span[1]] for name in row.inbound if name not in owner]
        outside = self.outside([*dict.fromkeys(strangers)], whole=rows is self.report.rows and span == (0, len(rows)))
        boxes[:0] = outside.values()
        owner.update((name, box.id) for name, box in outside.items())
        return tuple(boxes), tuple(_edges(rows[span[0] : span[1]], owner))

    def layer(self, row: Row, depth: int | None) -> Box:
        opened = self.opens(row) and (depth is None or depth > 0)
        boxes, edges = self.frame(row.layers, None if depth is None else depth - 1) if opened else ((), ())
        return Box(
            next(self.ids), safe(row.name), safe(row.type), COLUMNS["output_shape"].text(row, self.report),
            params_of([row]), kind_of(row.layer), 1, boxes, edges, row,
        )  # fmt: skip

    def block(self, rows: Sequence[Row], run: Run, depth: int | None) -> Box:
        boxes, edges = self.stretch(rows, (run.start, run.start + run.length), run.inner, depth)
        params = params_of(rows[run.start : run.start + run.length * run.times])
        name = f"{run.times} × {plural(run.length, 'layer')}"
        return Box(next(self.ids), name, "", "", params, BY_NAME["model"], run.times, boxes, edges)


def params_of(rows: Sequence[Row]) -> str:
    """The sum of their parameters; empty if there are none, with `?` or `≥` if some are not counted."""
    total, uncounted = sum(row.params for row in rows), any(row.uncounted for row in rows)
    if not total:
        return f"{UNKNOWN} params" if uncounted else ""
    return f"{'≥ ' if uncounted else ''}{plural(total, 'param')}"


def _edges(rows: Sequence[Row], owner: dict[str, int]) -> Iterator[Edge]:
    """Each connection between two boxes once; those inside a block are the block's own."""
    seen: set[Edge] = set()
    for row in rows:
        for name in row.inbound:
            if name not in owner or owner[name] == owner[row.name]:
                continue
            edge = Edge(owner[name], owner[row.name])
            if edge not in seen:
                seen.add(edge)
                yield edge


def kinds_in(box: Box) -> list[Kind]:
    """The kinds of the layers in a frame, in the order of legends."""
    found, pending = set[str](), [box]
    while pending:
        each = pending.pop()
        found |= set() if each.boxes else {each.kind.name}
        pending += each.boxes
    return [kind for kind in KINDS if kind.name in found]
