"""Pictures as an independent XML reader finds them: cells, what can be pointed at, and the frames that it shows."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree import ElementTree as ET

from densecli.read.specs import expanded, read, reading, specs
from densecli.render.pictures import draw
from densecli.summary.infer import infer

FRAME = re.compile(r"M(\S+) (\S+?)h(\S+?)v(\S+?)h\S+?z")
MOVED = re.compile(r"translate\((\S+) (\S+)\)")


class Box(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    def inside(self, other, slack=0.2):
        return (
            self.x >= other.x - slack
            and self.y >= other.y - slack
            and self.x + self.width <= other.x + other.width + slack
            and self.y + self.height <= other.y + other.height + slack
        )


class Look(NamedTuple):
    """A part that can be pointed at: its own cell, its name, and the frames that it shows."""

    cell: Box
    title: str
    frames: list[Box]
    shown: bool
    stops: bool


class Seen(NamedTuple):
    """The cells of a picture that just stand there, by class, and its looks, in groups."""

    cells: list[tuple[str, Box]]
    looks: list[list[Look]]

    def named(self, *names):
        return [box for name, box in self.cells if name in names]


def rows(spec):
    """The rows of a stack or a file."""
    wishes = reading(None, None, None, None, None)
    (found,) = expanded(specs([spec]), wishes)
    return infer(read(found, wishes), found.name, None).rows


def figure(spec, numbers=None):
    """The picture of the last layer of a stack."""
    row = rows(spec)[-1]
    return draw.figure(row) if numbers is None else draw.figure(row, numbers)


def seen(found) -> Seen:
    cells, looks = [], []
    _walk(ET.fromstring(f"<g>{''.join(found.drawing.parts)}</g>"), (0.0, 0.0), cells, looks)
    return Seen(cells, looks)


def _walk(node, origin, cells, looks):
    if move := MOVED.match(node.get("transform", "")):
        origin = (origin[0] + float(move[1]), origin[1] + float(move[2]))
    if node.get("class") == "looks":
        looks.append([_look(each, origin) for each in node])
        return
    if node.tag == "rect":
        cells.append((node.get("class"), _box(node, origin)))
    for child in node:
        _walk(child, origin, cells, looks)


def _look(node, origin):
    own = next(child for child in node if child.tag == "rect")
    frames = [
        Box(float(x) + origin[0], float(y) + origin[1], float(width), float(height))
        for path in node.findall("path")
        for x, y, width, height in FRAME.findall(path.get("d"))
    ]
    return Look(
        _box(own, origin), node.findtext("title"), frames, "shown" in node.get("class"), "tabindex" in node.attrib
    )


def _box(node, origin):
    x, y, width, height = (float(node.get(name)) for name in ("x", "y", "width", "height"))
    return Box(x + origin[0], y + origin[1], width, height)


def overlap(one, other, slack=1.0):
    """Whether two words cover each other."""
    return (
        min(one.right, other.right) - max(one.x, other.x) > slack
        and min(one.bottom, other.bottom) - max(one.y, other.y) > slack
    )
