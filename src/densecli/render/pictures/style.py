"""The look of pictures on light and dark paper: colors of cells by their role, and what shows while a cell is pointed at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.languages.xml import Xml
from densecli.render.palette.css import kind_rules, style
from densecli.render.palette.kinds import BY_NAME

if TYPE_CHECKING:
    from densecli.render.palette.theme import Theme

# The palette's kinds whose colors the cells take: of inputs, weights and outputs, and of rows that stay recognizable.
ROLES = {"in": "dense", "weight": "convolution", "out": "recurrent"}
ROWS = ("dense", "convolution", "recurrent", "attention", "embedding", "upsampling")


class Marks(Record):
    """Frames around what belongs to an output: inputs, and weights."""

    one: int
    two: int


MARKS = {"light": Marks(0x1237B5, 0x9A3206), "dark": Marks(0xB9D2FF, 0xFFC48F)}


def css(theme: str = "auto") -> Xml:
    """All rules, for the page or the picture that has the class `sketch`."""
    return Xml.put("{}{}", Xml.asset("sketch.css"), style(_rules, theme))


def _rules(theme: Theme) -> Xml:
    marks = MARKS[theme.name]
    rows = [_cell(theme, f"h{at}", kind) for at, kind in enumerate(ROWS)]
    cells = [_cell(theme, role, kind) for role, kind in ROLES.items()]
    plain = Xml.put(
        """.sketch text {{ fill: #{0:06x}; }}
.sketch .dim {{ fill: #{1:06x}; }}
.sketch .wire, .sketch .dashed {{ stroke: #{2:06x}; }}
.sketch .tip {{ fill: #{2:06x}; }}
.sketch .rule {{ stroke: #{3:06x}; }}
.sketch .lines {{ stroke: #{0:06x}; }}
.sketch .box {{ fill: #{4:06x}; stroke: #{2:06x}; }}
.sketch .pad {{ fill: #{5:06x}; stroke: #{2:06x}; }}
.sketch .sheet {{ fill: #{5:06x}; }}
.sketch .here {{ fill: #{5:06x}; stroke: #{6:06x}; }}
.sketch .lit, .sketch .curve {{ stroke: #{6:06x}; }}
.sketch .too {{ stroke: #{7:06x}; }}""",
        theme.ink, theme.dim, theme.wire, theme.line, theme.box, theme.paper, marks.one, marks.two,
    )  # fmt: skip
    return Xml.joined("\n", [plain, *cells, *rows, kind_rules(theme)])


def _cell(theme: Theme, name: str, kind: str) -> Xml:
    shade = theme.shade(BY_NAME[kind])
    return Xml.put(".sketch .{} {{ fill: #{:06x}; stroke: #{:06x}; }}", Xml.quoted(name), shade.fill, shade.edge)
