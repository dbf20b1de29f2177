"""Attention: queries meet keys, and the weights that come of it mix the values, in each head."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.languages.xml import Xml
from densecli.render.pictures.drawing import LINE, Area, Drawing
from densecli.render.pictures.figure import Figure, Sample
from densecli.render.pictures.grid import (
    CELL,
    HUED,
    HUES,
    OUTPUT,
    PADDING,
    STEP,
    TENSOR,
    THIN,
    VALUED,
    Grid,
    counted,
    draw_grid,
    draw_title,
    draw_values,
    drawn_size,
    scale,
    sized,
    title_width,
)  # fmt: skip
from densecli.render.pictures.scored import Scored, scored

if TYPE_CHECKING:
    from densecli.render.pictures.kinds import Attended

ROOM = 170.0
GAP = 30.0
QUERY, KEY, VALUE, WEIGHTS = HUED[0], HUED[1], HUED[2], HUED[3]


class _Parts(Record):
    """The tensors of one head, where rows and columns that belong together line up."""

    query: Grid
    key: Grid  # turned: a column for each key
    weights: Grid
    value: Grid
    output: Grid
    scores: Grid | None = None  # only with numbers


def attended(picture: Attended, sample: Sample) -> Figure:
    drawing, every = Drawing(), scored(picture, sample)
    if picture.features is not None:
        _projections(drawing, picture)
    for at, numbers in enumerate(every):
        if picture.features is not None:
            drawing.text(0, drawing.bottom + 34, _which(picture, at, numbers), "bold")
        head = Drawing()
        _head(head, picture, numbers)
        y = drawing.bottom + 14 if drawing.parts else 0.0
        drawing.place(head, -head.area.x, y - head.area.y)
    if len(every) > 1 and picture.heads > len(every):
        drawing.text(0, drawing.bottom + 24, f"… {picture.heads:,} heads in all", "dim")
    if picture.features is not None:
        _heads_together(drawing, picture, drawing.bottom + 22)
    return Figure(drawing, _caption(picture))


def _which(picture: Attended, head: int, numbers: Scored) -> str:
    if picture.heads == 1:
        return "In the head"
    return "In each head" if numbers.scores is None else f"In head {head}"


def _caption(picture: Attended) -> str:
    first = "Each query is compared with every key; softmax makes weights of its scores, which sum to 1, and mixes the values with them."
    heads = f" This happens in {counted(picture.heads, 'heads')}, side by side." if picture.heads > 1 else ""
    shared = (
        f" {counted(picture.heads // picture.shared, 'heads')} share each key and value."
        if picture.shared != picture.heads
        else ""
    )
    seen = [] if picture.window is None else [f"only the keys less than {picture.window:,} away"]
    seen += ["no later keys"] if picture.causal else []
    hidden = f" Dashed weights are 0: a query sees {' and '.join(seen)}." if seen else ""
    return f"{first}{heads}{shared}{hidden}"


# -- one head -------------------------------------------------------------------------------------
def _head(drawing: Drawing, picture: Attended, numbers: Scored) -> None:
    parts = _laid_out(picture) if numbers.scores is None else _roomy(picture)
    score = picture.score if parts.scores is None else "scores"
    draw_title(
        drawing, parts.query.area.right, parts.query.y - 8, "query", sized(picture.queries, picture.width), "end"
    )
    draw_title(drawing, parts.key.x, parts.key.y - 8, "key, turned", sized(picture.width, picture.keys))
    draw_title(drawing, parts.value.x, parts.value.y - 8, "value", sized(picture.keys, picture.values))
    draw_title(
        drawing,
        parts.weights.x,
        parts.weights.area.bottom + 2 * LINE,
        f"weights = softmax({score})",
        sized(picture.queries, picture.keys),
    )
    draw_title(
        drawing, parts.output.x, parts.output.area.bottom + 2 * LINE, "output", sized(picture.queries, picture.values)
    )
    draw_grid(drawing, parts.query, QUERY, numbers.query)
    draw_grid(drawing, parts.key, KEY, numbers.key)
    draw_grid(drawing, parts.value, VALUE, numbers.value)
    if parts.scores is not None:
        below = parts.scores.area.bottom + 2 * LINE
        draw_title(drawing, parts.scores.x, below, f"scores = {picture.score}", sized(picture.queries, picture.keys))
        draw_grid(drawing, parts.scores, WEIGHTS, numbers.scores)
    center = parts.weights.area.center
    along = [each for each in (parts.query, parts.scores, parts.weights, parts.output) if each is not None]
    for one, other in pairwise(along):
        drawing.arrow((one.area.right + 4, center), (other.x - 4, center))
    _weight_looks(drawing, picture, parts)
    _output_looks(drawing, parts)
    draw_values(drawing, parts.weights, numbers.weights)
    draw_values(drawing, parts.output, numbers.output)


def _laid_out(picture: Attended) -> _Parts:
    queries, keys, width, values = map(drawn_size, (picture.queries, picture.keys, picture.width, picture.values))
    edge = scale((max(queries, keys), ROOM), (max(width, values), ROOM), cell=18)
    query = Grid(0, 0, queries, width, edge, edge)
    left = max(query.area.width, title_width("query", sized(picture.queries, picture.width)))
    key = Grid(left + GAP, 0, width, keys, edge, edge)
    wide = max(key.area.width, title_width(f"weights = softmax({picture.score})", ""))
    value = Grid(key.x + wide + GAP, 0, keys, values, edge, edge)
    floor = 2 * LINE + 8 + max(key.area.height, value.area.height)
    y = floor + 12
    return _Parts(
        query.at(left - query.area.width, max(y, 2 * LINE + 8)), key.at(key.x, floor - key.area.height), Grid(key.x, y, queries, keys, edge, edge),
        value.at(value.x, floor - value.area.height), Grid(value.x, y, queries, values, edge, edge),
    )  # fmt: skip


def _roomy(picture: Attended) -> _Parts:
    """With room for numbers: each score has a place of its own between query and weight."""
    queries, keys, width, values = map(drawn_size, (picture.queries, picture.keys, picture.width, picture.values))
    query = Grid(0, 0, queries, width, VALUED, CELL)
    left = max(query.area.width, title_width("query", sized(picture.queries, picture.width)))
    x = left + GAP
    wide = max(keys * VALUED, title_width(f"scores = {picture.score}", ""))
    middle = x + wide + GAP
    right = middle + max(keys * VALUED, title_width("weights = softmax(scores)", "")) + GAP
    y = 2 * LINE + 20 + max(width, keys) * CELL
    key, value = (
        Grid(x, y - 12 - width * CELL, width, keys, VALUED, CELL),
        Grid(right, y - 12 - keys * CELL, keys, values, VALUED, CELL),
    )
    scores, weights = (Grid(at, y, queries, keys, VALUED, CELL) for at in (x, middle))
    return _Parts(
        query.at(left - query.area.width, y), key, weights, value, Grid(right, y, queries, values, VALUED, CELL), scores
    )


def _places(made: Grid) -> list[tuple[int, int]]:
    if made.whole:
        return [(row, column) for row in range(made.rows) for column in range(made.columns)]
    return [(made.rows // 2, made.columns // 2)]


def _weight_looks(drawing: Drawing, picture: Attended, parts: _Parts) -> None:
    made = parts.weights
    if not made.whole:
        draw_grid(drawing, made, WEIGHTS)
        return
    places = _places(made)
    with drawing.group(Xml.put("looks")):
        for at, (row, column) in enumerate(places):
            hidden = _is_hidden(picture, row, column)
            with drawing.look(f"weight of key {column} for query {row}", at=at, of=len(places)):
                drawing.rect(made.cell(row, column), PADDING if hidden else WEIGHTS)
                drawing.lit([parts.query.row(row), made.cell(row, column).grown(-1.3)])
                drawing.lit([parts.key.column(column)], Xml.put("lit too"))


def _is_hidden(picture: Attended, query: int, key: int) -> bool:
    return (picture.causal and key > query) or (picture.window is not None and abs(key - query) >= picture.window)


def _output_looks(drawing: Drawing, parts: _Parts) -> None:
    made, places = parts.output, _places(parts.output)
    if not made.whole:
        draw_grid(drawing, made, OUTPUT)
    shown = (min(1, made.rows - 1), min(1, made.columns - 1)) if made.whole else places[0]
    with drawing.group(Xml.put("looks")):
        for at, (row, column) in enumerate(places):
            cell = made.cell(row, column)
            with drawing.look(
                f"output[{row}, {column}]: the weights of query {row} times column {column} of the values",
                shown=(row, column) == shown,
                at=at,
                of=len(places),
            ):
                drawing.rect(
                    cell if made.whole else Area(cell.x, cell.y, max(cell.width, 6), max(cell.height, 6)),
                    OUTPUT if made.whole else Xml.put("cell here"),
                )
                drawing.lit([parts.query.row(row), parts.weights.row(row), cell.grown(-1.3 if made.whole else 0)])
                drawing.lit([parts.value.column(column)], Xml.put("lit too"))


# -- before and after the heads ---------------------------------------------------------------------
def _projections(drawing: Drawing, picture: Attended) -> None:
    """Query, key and value, each times a kernel that makes its heads."""
    features = picture.features or (None, None, None)
    rows = (
        ("query", picture.queries, features[0], picture.heads, picture.width, QUERY),
        ("key", picture.keys, features[1], picture.shared, picture.width, KEY),
        ("value", picture.keys, features[2], picture.shared, picture.values, VALUE),
    )
    for at, (name, length, width, heads, dim, hue) in enumerate(rows):
        y = at * 62.0
        drawing.rect(Area(0, y, 70, 34), TENSOR)
        drawing.text(82, y + 14, name, "bold")
        drawing.text(82, y + 30, sized(length, width), "dim")
        drawing.arrow((190, y + 17), (230, y + 17))
        box = Area(236, y + 1, 210, 32)
        drawing.rect(box, Xml.put("box"), radius=6)
        drawing.text(box.middle, box.center + 4, f"× kernel {sized(width, heads, dim)}", "", "middle")
        drawing.arrow((452, y + 17), (492, y + 17))
        _planes(drawing, 500, y, heads, hue)
        drawing.text(586, y + 14, counted(heads, "heads"), "bold")
        drawing.text(586, y + 30, f"{sized(length, dim)} each", "dim")


def _planes(drawing: Drawing, x: float, y: float, heads: int, hue: Xml) -> None:
    for behind in reversed(range(min(heads, 4))):
        drawing.rect(Area(x + behind * STEP, y - behind * STEP + 4, 54, 30), hue)


def _heads_together(drawing: Drawing, picture: Attended, y: float) -> None:
    """The outputs of all heads side by side, times the last kernel."""
    drawing.text(0, y + 10, "All heads side by side", "bold")
    y += 24
    shown = min(picture.heads, 8)
    wide = max(min(180 / shown, 40), THIN)
    for at in range(shown):
        drawing.rect(Area(at * wide, y, wide, 34), HUED[at % HUES])
    x = drawing.text(
        shown * wide + 10,
        y + 21,
        sized(picture.queries, None if picture.values is None else picture.heads * picture.values),
        "dim",
    ).right
    x = max(x, 190)
    drawing.arrow((x + 12, y + 17), (x + 44, y + 17))
    box = Area(x + 50, y + 1, 230, 32)
    drawing.rect(box, Xml.put("box"), radius=6)
    drawing.text(
        box.middle, box.center + 4, f"× kernel {sized(picture.heads, picture.values, picture.output)}", "", "middle"
    )
    drawing.arrow((box.right + 6, y + 17), (box.right + 40, y + 17))
    drawing.rect(Area(box.right + 48, y, 70, 34), OUTPUT)
    drawing.text(box.right + 128, y + 14, "output", "bold")
    drawing.text(box.right + 128, y + 30, sized(picture.queries, picture.output), "dim")
