"""The numbers of a recurrent layer: what goes in and out at each step, the states between them, and the gates of the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.records import Record
from densecli.render.pictures.drawing import text_width
from densecli.render.pictures.grid import FEW, HUED, VALUED, Grid, draw_grid, drawn_size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from densecli.render.pictures.drawing import Drawing
    from densecli.render.pictures.figure import Sample
    from densecli.render.pictures.kinds import BothWays, Unrolled
    from densecli.shape import Shape

    Notes = Mapping[str, Any]

ROW = 16.0  # height of a number
STATE = HUED[4]


class Walked(Record):
    """By step: a row of numbers each, or several states. Empty where they are not known, or there is no room for them."""

    inputs: Mapping[int, Any] = {}  # none of these is ever written to
    outputs: Mapping[int, Any] = {}
    states: Mapping[int, Sequence[Any]] = {}
    gates: tuple[int, Sequence[Any]] | None = None  # the step, and the numbers of each gate

    def tall(self, shape: Shape) -> float:
        """The height of what goes in or out at a step."""
        if self.inputs:
            return ROW * drawn_size(shape[0])
        return 14.0 if len(shape) == 1 else 40.0


def walked(picture: Unrolled, sample: Sample) -> Walked:
    return _walked(picture, sample.input(), sample.output(), sample.notes)


def two_ways(picture: BothWays, sample: Sample) -> tuple[Walked, Walked]:
    """Both directions, the forward one first, as the layer calls them. Outputs that are added up are not told apart."""
    notes = _halves(picture, sample.notes)
    outputs = _outputs(picture, sample)
    x = sample.input()
    return _walked(picture.ahead, x, outputs[0], notes[0]), _walked(picture.back, x, outputs[1], notes[1])


def _halves(picture: BothWays, notes: Notes) -> tuple[Notes, Notes]:
    steps, ways = picture.ahead.steps or 0, (picture.ahead, picture.back)
    if not all(way.gates for way in ways) or len(notes.get("states", ())) != 2 * steps:
        return {}, {}
    gated = len(ways[0].gates) > 1
    first = {name: each[:steps] for name, each in notes.items() if gated or name != "gates"}
    last = {name: each[steps if gated or name != "gates" else 0 :] for name, each in notes.items()}
    return first, last


def _outputs(picture: BothWays, sample: Sample) -> tuple[Any, Any]:
    """Those of both ways in the order in which each returns them."""
    ahead, back = sample.output(), None
    if ahead is None or len(picture.ahead.units) != 1 or picture.merge not in (None, "concat"):
        return None, None
    if picture.merge is None:
        back = sample.output(1)
    else:
        units = drawn_size(picture.ahead.units[0])
        ahead, back = ahead[..., :units], ahead[..., units:]
    return ahead, back[::-1] if back is not None and picture.back.sequences else back


def _walked(picture: Unrolled, x: Any, y: Any, notes: Notes) -> Walked:
    steps = picture.steps
    sizes = (*picture.features, *picture.units)
    if x is None or len(sizes) != 2 or max(map(drawn_size, sizes)) > FEW:
        return Walked()
    if x.ndim == 1 and steps == 1:  # of a cell
        x = x[None]
    if x.ndim != 2 or not steps or x.shape[0] != steps:  # steps that are not told
        return Walked()
    order = range(steps)[:: -1 if picture.backwards else 1]
    outputs = {} if y is None else dict(zip(order, y, strict=False)) if picture.sequences else {order[-1]: y}
    states, gates = _notes(picture, notes, order)
    return Walked(dict(enumerate(x)), outputs, states, gates)


def _notes(picture: Unrolled, notes: Notes, order: range) -> tuple[dict[int, Any], tuple[int, Any] | None]:
    """States and gates, as the kernel noted them step by step."""
    kept, gates = notes.get("states", ()), notes.get("gates", ())
    if not picture.gates or len(kept) != len(order):
        return {}, None
    states = {step: each.reshape(len(picture.states), -1) for step, each in zip(order, kept, strict=True)}
    seen = [bool(each.all()) for each in notes.get("seen", ())] or [True] * len(order)
    last = max((at for at, shown in enumerate(seen) if shown), default=None)
    if last is None or len(gates) != len(order):
        return states, None
    return states, (order[last], gates[last].reshape(len(picture.gates), -1))


def column(middle: float, y: float, rows: int) -> Grid:
    """Cells with room for a number each, one below the other."""
    return Grid(middle - VALUED / 2, y, rows, 1, VALUED, ROW)


def down(values: Any) -> Any:
    """The numbers of such a column."""
    return None if values is None else [[value] for value in values]


def draw_gates(drawing: Drawing, picture: Unrolled, numbers: Walked, way: str = "") -> None:
    """A row for each gate, a column for each unit."""
    if numbers.gates is None:
        return
    step, gates = numbers.gates
    y = drawing.bottom + 34
    drawing.text(0, y, f"Gates at step {step}{f', {way}' if way else ''}, unit by unit", "bold")
    left = max(map(text_width, picture.gates)) + 10
    for at, (name, row) in enumerate(zip(picture.gates, gates, strict=True)):
        made = Grid(left, y + 14 + at * 20, 1, len(row), VALUED, ROW)
        drawing.text(left - 8, made.area.center + 4, name, "", "end")
        draw_grid(drawing, made, HUED[at], [row])
