"""Recurrent layers: the steps one after the other, and what happens inside of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.render.languages.xml import Xml
from densecli.render.pictures.drawing import LINE, Area, Drawing, shorter
from densecli.render.pictures.figure import Figure, Sample
from densecli.render.pictures.gates import inside
from densecli.render.pictures.grid import OUTPUT, STEP, TENSOR, Grid, counted, draw_grid, drawn_size, sized
from densecli.render.pictures.walked import ROW, STATE, Walked, column, down, draw_gates, two_ways, walked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.pictures.kinds import BothWays, Unrolled
    from densecli.shape import Shape

STEPS = 5  # that are drawn of a sequence
CELLS = 7  # of a vector that are drawn one by one
BOX, PITCH = 104.0, 168.0  # width of a step, and from one to the next
TOP, TALL = 78.0, 44.0  # the boxes of the steps


def unrolled(picture: Unrolled, sample: Sample) -> Figure:
    drawing, numbers = Drawing(), walked(picture, sample)
    walk(drawing, picture, numbers)
    cell = Drawing()
    if inside(cell, picture):
        title = drawing.bottom + 44
        drawing.text(0, title, f"Inside of each {picture.cell}", "bold")
        drawing.place(cell, -cell.area.x, title + 14 - cell.area.y)
    draw_gates(drawing, picture, numbers)
    return Figure(drawing, _caption(picture))


def _caption(picture: Unrolled) -> str:
    steps = (
        "at every step"
        if picture.steps is None
        else "once"
        if picture.steps == 1
        else f"at all {picture.steps:,} steps"
    )
    handed = " and ".join(picture.states)
    way = "from the last step to the first" if picture.backwards else "from step to step"
    out = "the output of every step is returned" if picture.sequences else "only the last output is returned"
    return f"The same {picture.cell}, with the same weights, runs {steps}; it hands its state ({handed}) on {way}, and {out}."


def both_ways(picture: BothWays, sample: Sample) -> Figure:
    drawing, (ahead, behind) = Drawing(), two_ways(picture, sample)
    drawing.text(0, 8, "forward", "bold")
    one = Drawing()
    walk(one, picture.ahead, ahead)
    drawing.place(one, -one.area.x, 20 - one.area.y)
    drawing.text(0, drawing.bottom + 34, "backward, with weights of its own", "bold")
    back, y = Drawing(), drawing.bottom + 12
    walk(back, picture.back, behind)
    drawing.place(back, -back.area.x, y - back.area.y)
    cell = Drawing()
    if inside(cell, picture.ahead):
        title = drawing.bottom + 40
        drawing.text(0, title, f"Inside of each {picture.ahead.cell}", "bold")
        drawing.place(cell, -cell.area.x, title + 14 - cell.area.y)
    draw_gates(drawing, picture.ahead, ahead, "forward")
    draw_gates(drawing, picture.back, behind, "backward")
    merge = {
        "concat": "lie side by side on the last axis",
        "sum": "are added",
        "mul": "are multiplied",
        "ave": "are averaged",
    }
    units = sized(*picture.ahead.units), sized(*picture.back.units)
    together = merge.get(picture.merge or "", "are both returned")
    return Figure(
        drawing,
        f"Two layers walk through the same steps in opposite directions; their outputs ({units[0]} and {units[1]}) {together}.",
    )


# -- the steps ------------------------------------------------------------------------------------
def walk(drawing: Drawing, picture: Unrolled, numbers: Walked = Walked()) -> None:  # noqa: B008  # immutable
    """Boxes from left to right, in the order in which the steps are taken."""
    order = _order(picture)
    x = 96.0
    _handed(drawing, picture, (x - 40, x), start=True)
    for at, step in enumerate(order):
        if step is None:
            drawing.text(x + BOX / 2 - 20, TOP + TALL / 2 + 4, "…", "bold", "middle")
            _handed(drawing, picture, (x + BOX / 2 - 6, x + PITCH - 40))
            x += PITCH - 40
            continue
        last = at == len(order) - 1
        _step(drawing, picture, numbers, (x, step), last=last)
        if not last or picture.returns_state:
            gap = 12 if not last and order[at + 1] is None else 0
            ends = (x + BOX, x + (BOX + (64 if numbers.states else 48) if last else PITCH + gap))
            _handed(drawing, picture, ends, named=True)
            _states(drawing, numbers.states.get(step, ()), (ends[0] + ends[1]) / 2 - 2)
        x += PITCH


def _order(picture: Unrolled) -> list[int | None]:
    """The steps that are drawn; None stands for those between."""
    steps = STEPS + 3 if picture.steps is None else picture.steps
    taken = list(range(steps))[::-1] if picture.backwards else list(range(steps))
    return list(taken) if steps <= STEPS else [*taken[: STEPS - 2], None, taken[-1]]


def _step(drawing: Drawing, picture: Unrolled, numbers: Walked, place: tuple[float, int], *, last: bool) -> None:
    (x, step), tall, roomy = place, numbers.tall, bool(numbers.inputs)
    box = Area(x, TOP, BOX, TALL)
    unknown = picture.steps is None and step > STEPS - 2
    index = (
        "last"
        if unknown and not picture.backwards
        else f"{step}"
        if not unknown
        else ("last" if step == STEPS + 2 else f"last − {STEPS + 2 - step}")
    )
    with (
        drawing.group(Xml.put("looks")),
        drawing.look(f"step {index}: {picture.cell} takes x[{index}] and the state before it"),
    ):
        drawing.rect(box, Xml.put("box"), radius=8)
        drawing.lit([box.grown(2)])
    drawing.text(box.middle, box.center + 4, shorter(picture.cell, 13), "bold", "middle")
    _vector(drawing, picture.features, (box.middle, box.bottom + 24), TENSOR, (roomy, numbers.inputs.get(step)))
    drawing.arrow((box.middle, box.bottom + 22), (box.middle, box.bottom + 2))
    drawing.text(box.middle, box.bottom + 24 + tall(picture.features) + LINE, f"x[{index}]", "dim", "middle")
    if picture.sequences or last:
        y = TOP - 24 - tall(picture.units)
        _vector(drawing, picture.units, (box.middle, y), OUTPUT, (roomy, numbers.outputs.get(step)))
        drawing.arrow((box.middle, TOP - 2), (box.middle, TOP - 22))
        drawing.text(box.middle, y - 7, f"output[{index}]" if picture.sequences else "output", "dim", "middle")
    if step == (_order(picture)[0] or 0):
        drawing.text(0, box.bottom + 24 + 11, _size(picture.features, "features"), "dim")
    if last:
        x = box.right + (74 if numbers.states and picture.returns_state else 10)
        drawing.text(x, TOP - 24 - tall(picture.units) + 11, _size(picture.units, "units"), "dim")


def _size(shape: Shape, what: str) -> str:
    return counted(shape[0], what) if len(shape) == 1 else sized(*shape)


def _vector(drawing: Drawing, shape: Shape, place: tuple[float, float], name: Xml, cells: tuple[bool, Any]) -> None:
    """What goes in or out at a step, its upper middle at a place: few numbers as cells, many as a bar, images as planes."""
    (x, y), (roomy, values) = place, cells
    if roomy:
        draw_grid(drawing, column(x, y, drawn_size(shape[0])), name, down(values))
        return
    if len(shape) > 1:
        for behind in (2, 1, 0):
            drawing.rect(Area(x - 18 + behind * STEP, y + 8 - behind * STEP, 32, 32), name)
        return
    size = drawn_size(shape[0])
    if size <= CELLS:
        draw_grid(drawing, Grid(x - size * 6, y, 1, size, 12, 14), name)
    else:
        drawing.rect(Area(x - BOX / 2 + 4, y, BOX - 8, 14), name)


def _handed(
    drawing: Drawing, picture: Unrolled, ends: tuple[float, float], *, start: bool = False, named: bool = False
) -> None:
    """The states between two steps, an arrow each."""
    states: Sequence[Any] = picture.states[:2]
    for at, state in enumerate(states):
        y = TOP + TALL / 2 + (0 if len(states) == 1 else (at - 0.5) * 20)
        drawing.arrow((ends[0], y), (ends[1] - 2, y))
        if start:
            zero = f"{state} = 0" if len(state) < 4 else "zeros"
            begin = f"{state} given" if len(state) < 4 else "given"
            drawing.text(ends[0] - 4, y + 4, begin if picture.given else zero, "dim", "end")
        elif named:
            drawing.text(
                (ends[0] + ends[1]) / 2 - 2,
                y - 4 if at == 0 else y + 13,
                state if len(state) < 6 else "",
                "dim",
                "middle",
            )


def _states(drawing: Drawing, states: Sequence[Any], middle: float) -> None:
    """The numbers of the states beside their arrows: the first above, the second below."""
    for at, values in enumerate(states):
        y = TOP + TALL / 2 + (0 if len(states) == 1 else (at - 0.5) * 20)
        top = y - 18 - ROW * len(values) if at == 0 else y + 18
        draw_grid(drawing, column(middle, top, len(values)), STATE, down(values))
