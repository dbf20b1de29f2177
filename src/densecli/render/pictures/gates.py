"""Inside of a recurrent cell: its gates, and which columns of the kernels belong to each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.languages.xml import Xml
from densecli.render.pictures.drawing import Area, Drawing
from densecli.render.pictures.grid import HUED, counted, sized
from densecli.render.pictures.words import function_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.pictures.kinds import Unrolled

BOX = Xml.put("box")
WIDE, TALL = 78.0, 36.0  # a gate
STATE, MIXED, GATES, BUS = (
    30.0,
    78.0,
    130.0,
    190.0,
)  # heights of the state's line, of products, gates, and what comes in


def inside(drawing: Drawing, picture: Unrolled) -> bool:
    """The cell's diagram above its kernels; nothing for a cell whose inside is not known."""
    scheme = {4: _lstm, 3: _gru, 1: _simple}.get(len(picture.gates))
    if scheme is None:
        return False
    scheme(drawing, picture)
    _kernels(drawing, picture, drawing.bottom + 34)
    return True


# -- the parts of a diagram -------------------------------------------------------------------------
def _gate(drawing: Drawing, x: float, name: str, function: str, hue: int) -> None:
    """A gate in the middle between what comes in and what it does."""
    box = Area(x - WIDE / 2, GATES - TALL / 2, WIDE, TALL)
    drawing.rect(box, HUED[hue], radius=6)
    drawing.text(x, GATES - 2, name, "bold", "middle")
    drawing.text(x, GATES + 12, function, "small", "middle")
    drawing.arrow((x, BUS), (x, box.bottom + 1))


def _dot(drawing: Drawing, x: float, y: float, sign: str) -> None:
    drawing.circle(x, y, 10, BOX)
    drawing.text(x, y + 4, sign, "", "middle")


def _bus(drawing: Drawing, right: float, left: float = 0) -> None:
    """What every gate sees."""
    drawing.path([(left, BUS), (right, BUS)], Xml.put("wire"))
    drawing.text(left - 8, BUS + 4, "x[t] and h[t − 1]", "", "end")


def _state(drawing: Drawing, name: str, stops: Sequence[float], right: float) -> None:
    """The line of a state, with an arrow to each stop."""
    drawing.text(-8, STATE + 4, f"{name}[t − 1]", "", "end")
    left = 0.0
    for stop in stops:
        drawing.arrow((left, STATE), (stop - 11, STATE))
        left = stop + 10
    drawing.arrow((left, STATE), (right, STATE))
    drawing.text(right + 6, STATE + 4, f"{name}[t]", "")


# -- cells ------------------------------------------------------------------------------------------
def _lstm(drawing: Drawing, picture: Unrolled) -> None:
    gate, new = function_name(picture.gate_activation), function_name(picture.activation)
    forget, update, fresh, out, end = 60.0, 160.0, 260.0, 370.0, 480.0
    meet = (update + fresh) / 2
    _bus(drawing, out)
    _state(drawing, "c", (forget, meet), 540)
    for x, (hue, name, function) in zip(
        (update, forget, fresh, out), _named(picture, (gate, gate, new, gate)), strict=True
    ):
        _gate(drawing, x, name, function, hue)
    up = GATES - TALL / 2
    drawing.arrow((forget, up), (forget, STATE + 11))
    drawing.arrow((update, up), (update, MIXED), (meet - 11, MIXED))
    drawing.arrow((fresh, up), (fresh, MIXED), (meet + 11, MIXED))
    drawing.arrow((meet, MIXED - 10), (meet, STATE + 11))
    drawing.arrow((end, STATE), (end, GATES - 11))
    drawing.rect(Area(end - 26, MIXED - 12, 52, 22), BOX, radius=11)
    drawing.text(end, MIXED + 3, new, "small", "middle")
    drawing.arrow((out + WIDE / 2, GATES), (end - 11, GATES))
    drawing.arrow((end + 10, GATES), (540, GATES))
    drawing.text(546, GATES + 4, "h[t], the output")
    for x, y, sign in ((forget, STATE, "×"), (meet, STATE, "+"), (meet, MIXED, "×"), (end, GATES, "×")):
        _dot(drawing, x, y, sign)


def _gru(drawing: Drawing, picture: Unrolled) -> None:
    gate, new = function_name(picture.gate_activation), function_name(picture.activation)
    update, reset, fresh = 70.0, 200.0, 330.0
    _bus(drawing, fresh)
    _state(drawing, "h", (update, fresh), 420)
    for x, (hue, name, function) in zip((update, reset, fresh), _named(picture, (gate, gate, new)), strict=True):
        _gate(drawing, x, name, function, hue)
    up = GATES - TALL / 2
    drawing.arrow((update, up), (update, STATE + 11))
    drawing.path([(update, MIXED), (fresh - 60, MIXED)], Xml.put("wire"))
    drawing.arrow((fresh - 60, MIXED), (fresh - 11, MIXED))
    drawing.text((update + fresh) / 2, MIXED - 6, "1 − update", "small", "middle")
    drawing.arrow((reset + WIDE / 2, GATES), (fresh - WIDE / 2 - 1, GATES))
    drawing.arrow((fresh, up), (fresh, MIXED + 11))
    drawing.arrow((fresh, MIXED - 10), (fresh, STATE + 11))
    for x, y, sign in ((update, STATE, "×"), (fresh, MIXED, "×"), (fresh, STATE, "+")):
        _dot(drawing, x, y, sign)
    how = (
        "reset scales h[t − 1] · recurrent_kernel"
        if picture.reset_after
        else "reset scales h[t − 1] before its product"
    )
    drawing.text(fresh + WIDE / 2 + 10, GATES + 4, how, "dim")


def _simple(drawing: Drawing, picture: Unrolled) -> None:
    y = STATE
    drawing.text(-8, y - 14, "x[t] · kernel", "", "end")
    drawing.text(-8, y + 22, "h[t − 1] · recurrent_kernel", "", "end")
    drawing.arrow((0, y - 18), (40, y - 18), (52, y - 8))
    drawing.arrow((0, y + 18), (40, y + 18), (52, y + 8))
    _dot(drawing, 60, y, "+")
    box = Area(110, y - TALL / 2, WIDE, TALL)
    drawing.arrow((70, y), (box.x - 2, y))
    drawing.rect(box, HUED[0], radius=6)
    drawing.text(box.middle, y + 4, function_name(picture.activation), "bold", "middle")
    drawing.arrow((box.right, y), (box.right + 40, y))
    drawing.text(box.right + 46, y + 4, "h[t], the output")


def _named(picture: Unrolled, functions: Sequence[str]) -> list[tuple[int, str, str]]:
    """Color, name and function of each gate, in the kernel's order."""
    return [(hue, name, function) for hue, (name, function) in enumerate(zip(picture.gates, functions, strict=True))]


# -- kernels ----------------------------------------------------------------------------------------
def _kernels(drawing: Drawing, picture: Unrolled, y: float) -> None:
    """Both kernels, whose columns are cut into one block for each gate."""
    if len(picture.units) > 1:
        return
    units, gates = picture.units[0], picture.gates
    heads = (("kernel", picture.features[0]), ("recurrent_kernel", units))
    wide, x = 104.0 if len(gates) == 1 else 84.0, 0.0
    for name, rows in heads:
        drawing.text(x, y, name, "bold")
        columns = None if units is None else units * len(gates)
        drawing.text(x, y + 16, f"{sized(rows)} × {sized(columns)}", "dim")
        for hue, gate in enumerate(gates):
            block = Area(x + hue * wide, y + 24, wide, 30)
            drawing.rect(block, HUED[hue])
            drawing.text(
                block.middle, block.center + 4, gate if len(gates) > 1 else counted(units, "units"), "", "middle"
            )
        if len(gates) > 1:
            drawing.text(x, y + 70, f"{counted(units, 'columns')} for each gate", "dim")
        x += len(gates) * wide + 40
