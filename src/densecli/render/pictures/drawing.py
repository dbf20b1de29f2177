"""Marks on a plane that grows with them: cells, lines, arrows and words. Units are CSS pixels, y grows downward."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import repeat
from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.languages.xml import Xml
from densecli.text import cell_width, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_EXTRA = (
    dict.fromkeys("ijlI.,:;'|!()[]ftr ", -0.22)
    | dict.fromkeys("mwMW%@=+×−<>…", 0.3)
    | dict.fromkeys("ABCDGHNOQRUVXYZ", 0.1)
)
LINE = 16.0  # from one line of text to the next
RISE, DROP = 9.5, 3.0  # of a letter above and below the line that it stands on
LONGEST = 60  # characters of a name in a picture
STOPS = 24  # of the tab key in a picture
INFINITE = float("inf")


class Area(Record):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The center from left to right."""
        return self.x + self.width / 2

    @property
    def center(self) -> float:
        """The center from top to bottom."""
        return self.y + self.height / 2

    def grown(self, by: float) -> Area:
        return Area(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def moved(self, right: float, down: float) -> Area:
        return Area(self.x + right, self.y + down, self.width, self.height)


class Drawing:
    """What is drawn so far, the area that it takes, and where its words are (tests look for overlaps)."""

    def __init__(self) -> None:
        self.parts: list[Xml] = []
        self.words: list[Area] = []
        self.left = self.top = INFINITE
        self.right = self.bottom = -INFINITE

    # -- its area ---------------------------------------------------------------------------
    def covers(self, area: Area) -> None:
        """Make room for an area."""
        self.left, self.top = min(self.left, area.x), min(self.top, area.y)
        self.right, self.bottom = max(self.right, area.right), max(self.bottom, area.bottom)

    @property
    def area(self) -> Area:
        if self.left > self.right:
            return Area(0, 0, 0, 0)
        return Area(self.left, self.top, self.right - self.left, self.bottom - self.top)

    def place(self, other: Drawing, right: float, down: float) -> Area:
        """Another drawing, moved; the area that it takes here."""
        self.parts.append(Xml.put('<g transform="translate({:g} {:g})">', round(right, 1), round(down, 1)))
        self.parts += other.parts
        self.parts.append(Xml.put("</g>"))
        self.words += [word.moved(right, down) for word in other.words]
        area = other.area.moved(right, down)
        self.covers(area)
        return area

    # -- marks ------------------------------------------------------------------------------
    def rect(self, area: Area, name: Xml, *, radius: float = 0) -> None:
        self.covers(area)
        self.parts.append(rectangle(area, name, radius))

    def path(self, points: Sequence[tuple[float, float]], name: Xml) -> None:
        """A line through points."""
        for x, y in points:
            self.covers(Area(x, y, 0, 0))
        self.parts.append(Xml.put('<path class="{}" d="{}"/>', name, line_through(points)))

    def arrow(self, *points: tuple[float, float], name: Xml = Xml.put("wire")) -> None:  # noqa: B008  # immutable
        """A line through points with a tip at its end."""
        (x0, y0), (x1, y1) = points[-2:]
        length = max(abs(x1 - x0) + abs(y1 - y0), 1e-9)  # arrows end horizontally or vertically, or nearly so
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        self.path([*points[:-1], (x1 - 6 * dx, y1 - 6 * dy)], name)
        tip = [(x1, y1), (x1 - 7 * dx + 4 * dy, y1 - 7 * dy - 4 * dx), (x1 - 7 * dx - 4 * dy, y1 - 7 * dy + 4 * dx)]
        self.parts.append(Xml.put('<path class="tip" d="{}z"/>', line_through(tip)))
        for x, y in tip:
            self.covers(Area(x, y, 0, 0))

    def circle(self, x: float, y: float, radius: float, name: Xml) -> None:
        self.covers(Area(x - radius, y - radius, 2 * radius, 2 * radius))
        self.parts.append(
            Xml.put('<circle class="{}" cx="{:g}" cy="{:g}" r="{:g}"/>', name, round(x, 1), round(y, 1), radius)
        )

    def text(self, x: float, y: float, text: str, name: str = "", anchor: str = "start") -> Area:
        """A word at a point of its base line, which is its start, middle or end; the area that it takes."""
        shown = shorter(text, 400 if "whole" in name else LONGEST)
        width = text_width(shown, name)
        area = Area(x - {"start": 0.0, "middle": width / 2, "end": width}[anchor], y - RISE, width, RISE + DROP)
        self.covers(area)
        self.words.append(area)
        classes = " ".join(part for part in (name, "" if anchor == "start" else anchor) if part)
        kind = Xml.put(' class="{}"', Xml.quoted(classes)) if classes else Xml.put("")
        self.parts.append(
            Xml.put('<text{} x="{:g}" y="{:g}">{}</text>', kind, round(x, 1), round(y, 1), Xml.quoted(shown))
        )
        return area

    @contextmanager
    def group(self, name: Xml) -> Iterator[None]:
        """What is drawn inside belongs to one group."""
        self.parts.append(Xml.put('<g class="{}">', name))
        yield
        self.parts.append(Xml.put("</g>"))

    @contextmanager
    def look(self, label: str, *, shown: bool = False, at: int = 0, of: int = 1) -> Iterator[None]:
        """A part that can be pointed at or focused; what `lit` draws inside is visible meanwhile, and in print if it is `shown`.

        It is one `of` many: some of them, equally spaced, stop the tab key, so that nobody is held up for long.
        """
        name = Xml.put("look shown") if shown else Xml.put("look")
        stop = Xml.put(' tabindex="0"') if shown or at % -(-of // STOPS) == 0 else Xml.put("")
        title = Xml.quoted(shorter(label, 200))
        self.parts.append(Xml.put('<g class="{}"{} role="img"><title>{}</title>', name, stop, title))
        yield
        self.parts.append(Xml.put("</g>"))

    def lit(self, areas: Iterable[Area], name: Xml = Xml.put("lit")) -> None:  # noqa: B008  # immutable
        """Frames that are visible while the look around them is pointed at, as one mark."""
        corners = [
            Xml.put("M{:g} {:g}h{:g}v{:g}h{:g}z", *(round(n, 1) for n in (a.x, a.y, a.width, a.height, -a.width)))
            for a in areas
        ]
        if corners:
            self.parts.append(Xml.put('<path class="{}" d="{}"/>', name, Xml.joined("", corners)))


def rectangle(area: Area, name: Xml, radius: float = 0) -> Xml:
    corner = Xml.put(' rx="{:g}"', radius) if radius else Xml.put("")
    return Xml.put(
        '<rect class="{}" x="{:g}" y="{:g}" width="{:g}" height="{:g}"{}/>',
        name, *(round(number, 1) for number in area), corner,
    )  # fmt: skip


def line_through(points: Sequence[tuple[float, float]]) -> Xml:
    (x, y), *others = points
    start = Xml.put("M{:g} {:g}", round(x, 1), round(y, 1))
    return Xml.joined("", [start, *(Xml.put("L{:g} {:g}", round(x, 1), round(y, 1)) for x, y in others)])


def shorter(text: str, limit: int = LONGEST) -> str:
    """Text as it can be shown: escaped, and cut where it is very long."""
    shown = safe(text)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def text_width(text: str, name: str = "") -> float:
    """An estimate, by the widest of the common sans-serif fonts (DejaVu Sans)."""
    em = cell_width(text) * 0.615 + sum(map(_EXTRA.get, text, repeat(0.0)))
    return (
        em
        * (10 if "small" in name else 18 if "head" in name else 12)
        * (1.13 if "bold" in name or "head" in name else 1)
    )
