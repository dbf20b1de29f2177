"""Which color is which kind of layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.figure.letters import width
from densecli.render.figure.scene import Group, Look, Path, Text, flat, rectangle
from densecli.render.palette.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.figure.scene import Point, Shape

SIZE, SWATCH, GAP, LINE = 10.0, 10.0, 18.0, 17.0


def legend(shapes: Sequence[Shape], corner: Point, most: float) -> Iterator[Shape]:
    """A swatch and a title for each kind in a picture, in lines of some width."""
    seen = {shape.look.kind.name for shape in flat(shapes) if isinstance(shape, Path) and shape.look.kind is not None}
    x, y = corner
    for kind in KINDS:
        if kind.name not in seen:
            continue
        wide = SWATCH + 5 + width(kind.title, SIZE)
        if x > corner[0] and x + wide > corner[0] + most:
            x, y = corner[0], y + LINE
        swatch = rectangle(Look("front", kind), (x, y), (SWATCH, SWATCH), 2.0)
        yield Group("", (swatch, Text((x + SWATCH + 5, y + SIZE * 0.86), kind.title, SIZE, "start")))
        x += wide + GAP
