"""A picture as plain shapes, which every writer can draw. Units are CSS pixels; y grows downward."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from densecli.records import Record
from densecli.render.palette.theme import mix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from densecli.render.palette.kinds import Kind
    from densecli.render.palette.theme import Theme

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


class Look(Record):
    """What a shape is, by which a theme paints it: a face of a layer of some kind, or a neutral thing."""

    name: str  # front, top, side; wire, tip, funnel, frame, fold
    kind: Kind | None = None


class Paint(Record):
    """How a theme paints a look: colors 0xRRGGBB, None for nothing; width in pixels; opacity of the filling."""

    fill: int | None
    stroke: int | None
    width: float = 0.8
    opacity: float = 1.0
    dashed: bool = False


class Path(Record):
    """Segments from a start: one point is a line to it, three are a cubic curve; `closed` ends where it began."""

    look: Look
    start: Point
    segments: tuple[tuple[Point, ...], ...]
    closed: bool = False


class Text(Record):
    """One line of text on a baseline."""

    at: Point
    text: str
    size: float
    anchor: Anchor = "middle"
    bold: bool = False
    dim: bool = False


class Group(Record):
    """Shapes that are one thing, with its name for readers that point at it."""

    title: str
    shapes: tuple[Shape, ...]


Shape = Path | Text | Group


class Scene(Record):
    """A whole picture: title and description for those who cannot see it."""

    title: str
    description: str
    corner: Point
    size: Point
    shapes: tuple[Shape, ...]


def paint(look: Look, theme: Theme) -> Paint:
    """How a theme paints a look."""
    if look.kind is None:
        return _neutral(look.name, theme)
    fill, edge = theme.shade(look.kind)
    return Paint({"top": mix(fill, theme.paper, 0.45), "side": mix(fill, edge, 0.28)}.get(look.name, fill), edge)


def _neutral(name: str, theme: Theme) -> Paint:
    return {
        "wire": Paint(None, theme.wire, 1.2),
        "tip": Paint(theme.wire, None),
        "funnel": Paint(theme.wire, theme.wire, 0.5, 0.13),
        "frame": Paint(theme.frame, theme.line, 1.0),
        "fold": Paint(theme.frame, theme.wire, 1.0, dashed=True),
        "sheet": Paint(theme.paper, theme.wire, 1.0),
    }[name]


def polygon(look: Look, *points: Point) -> Path:
    """A closed figure of straight lines."""
    return Path(look, points[0], tuple([(point,) for point in points[1:]]), closed=True)


def rectangle(look: Look, corner: Point, size: Point, radius: float = 0.0) -> Path:
    """A rectangle by its upper left corner, with rounded corners."""
    (x, y), (width, height) = corner, size
    r = min(radius, width / 2, height / 2)
    return Path(look, (x + r, y), (
        ((x + width - r, y),), *_turn((x + width - r, y), (x + width, y), (x + width, y + r)),
        ((x + width, y + height - r),), *_turn((x + width, y + height - r), (x + width, y + height), (x + width - r, y + height)),
        ((x + r, y + height),), *_turn((x + r, y + height), (x, y + height), (x, y + height - r)),
        ((x, y + r),), *_turn((x, y + r), (x, y), (x + r, y)),
    ), closed=True)  # fmt: skip


def _turn(start: Point, corner: Point, end: Point) -> tuple[tuple[Point, ...], ...]:
    """A quarter of a circle, nearly, around a corner; nothing where the corner is sharp."""
    return () if start == end else ((_toward(start, corner), _toward(end, corner), end),)


def _toward(start: Point, corner: Point, share: float = 0.5523) -> Point:
    return start[0] + (corner[0] - start[0]) * share, start[1] + (corner[1] - start[1]) * share


def circle(look: Look, center: Point, radius: float) -> Path:
    """A circle, of four curves."""
    x, y = center
    return rectangle(look, (x - radius, y - radius), (2 * radius, 2 * radius), radius)


def bent(look: Look, points: list[Point], radius: float) -> Path:
    """Straight lines through points, with rounded corners."""
    segments: list[tuple[Point, ...]] = []
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        near, far = _near(corner, before, radius), _near(corner, after, radius)
        segments += [(near,), *_turn(near, corner, far)]
    return Path(look, points[0], (*segments, (points[-1],)))


def _near(corner: Point, other: Point, radius: float) -> Point:
    """The point of the line from a corner that a bend begins at: half of a short line at most."""
    length = abs(other[0] - corner[0]) + abs(other[1] - corner[1])
    return _toward(corner, other, min(radius / length, 0.5) if length else 0.0)


def flat(shapes: Iterable[Shape]) -> Iterator[Path | Text]:
    """The shapes of groups too, in the order in which they are drawn."""
    for shape in shapes:
        if isinstance(shape, Group):
            yield from flat(shape.shapes)
        else:
            yield shape
