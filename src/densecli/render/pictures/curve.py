"""Functions of one number, plotted by the kernels that also run them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.languages.xml import Xml
from densecli.render.pictures.drawing import Area, Drawing, shorter
from densecli.render.pictures.figure import Figure, Sample
from densecli.render.pictures.grid import number
from densecli.render.pictures.moved import flat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from densecli.render.pictures.kinds import Curve

FAR, POINTS = 4.0, 129  # the inputs from -4 to 4, and how many of them
ROOM = Area(0, 24, 260, 150)
DOTS = 40  # inputs that are marked on the curve


def curve(picture: Curve, sample: Sample) -> Figure:
    xs = [FAR * (2 * at / (POINTS - 1) - 1) for at in range(POINTS)]
    ys = _computed(picture, xs)
    drawing = Drawing()
    low, high = min(*ys, -0.25), max(*ys, 0.25)
    place = _places(low, high)
    _draw_axes(drawing, (low, high), place)
    drawing.path([place(x, y) for x, y in zip(xs, ys, strict=True)], Xml.put("curve"))
    drawing.text(0, 8, f"output = {shorter(picture.name)}(input)", "bold")
    given = [x for x in (flat(sample.input()) or [])[:DOTS] if -FAR <= x <= FAR]
    for x, y in zip(given, _computed(picture, given) if given else [], strict=True):
        drawing.circle(*place(x, y), 3, Xml.put("here"))
    extra = f" {picture.note}" if picture.note else ""
    return Figure(drawing, f"Each element by itself goes through {shorter(picture.name)}; the shape stays.{extra}")


def _computed(picture: Curve, xs: Sequence[float]) -> list[float]:
    """The outputs, by the kernel of that name; NumPy is imported for this alone."""
    from densecli.kernels.curves import curve as values  # noqa: PLC0415

    return values(picture.function, xs, dict(picture.arguments))


def _places(low: float, high: float) -> Callable[[float, float], tuple[float, float]]:
    """From numbers to pixels."""

    def place(x: float, y: float) -> tuple[float, float]:
        across, up = (x + FAR) / (2 * FAR), (y - low) / (high - low)
        return ROOM.x + across * ROOM.width, ROOM.bottom - up * ROOM.height

    return place


def _draw_axes(
    drawing: Drawing, span: tuple[float, float], place: Callable[[float, float], tuple[float, float]]
) -> None:
    drawing.rect(ROOM, Xml.put("rule"))
    drawing.path([place(-FAR, 0), place(FAR, 0)], Xml.put("dashed"))
    drawing.path([place(0, span[0]), place(0, span[1])], Xml.put("dashed"))
    for x in (-FAR, 0, FAR):
        drawing.text(place(x, span[0])[0], ROOM.bottom + 14, number(x), "small", "middle")
    drawing.text(ROOM.middle, ROOM.bottom + 30, "input", "dim", "middle")
    for y in span:
        drawing.text(ROOM.right + 6, place(0, y)[1] + 4, number(y), "small")
