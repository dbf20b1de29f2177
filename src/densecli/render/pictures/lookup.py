"""Tables: rows that are looked up, indices that become marks, numbers that fall into bins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.records import Record
from densecli.render.languages.xml import Xml
from densecli.render.pictures.drawing import LINE, Area, Drawing
from densecli.render.pictures.figure import Figure, Sample
from densecli.render.pictures.grid import (
    CELL,
    HUED,
    HUES,
    PADDING,
    VALUED,
    WEIGHT,
    Grid,
    counted,
    draw_grid,
    draw_title,
    drawn_size,
    number,
    scale,
    sized,
)  # fmt: skip
from densecli.render.pictures.moved import flat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.pictures.kinds import Binned, Encoded, Looked
    from densecli.shape import Shape

SHOWN = 5  # positions that are drawn
TABLE = 12  # rows of a table that is drawn row by row
WIDEST, WIDEST_BOTH = 10, 6  # vectors whose numbers fit into the output, and into the table as well
GAP = 120.0
GOLDEN = 0.6180339887  # its multiples are spread evenly


class _Vectors(Record):
    """Numbers of the vectors, where they are known and fit."""

    output: Any = None
    table: Any = None


def looked(picture: Looked, sample: Sample) -> Figure:
    drawing = Drawing()
    total = _all(picture.positions)
    places = min(total, SHOWN)
    indices = _indices(picture, sample, places)
    pitch = 24.0
    numbers = _vectors(picture, sample)
    edge = scale((picture.width, 240.0), cell=16) if numbers.output is None else VALUED
    top = 2 * LINE + 8
    _positions(drawing, picture.positions, indices, total, top)
    table, rows = _table(drawing, picture, indices, (top, numbers.table))
    output = Grid(table.right + GAP, top, places, picture.width, edge, pitch - 4)
    draw_title(drawing, output.x, top - 8, "output", f"{sized(*picture.positions)} × {picture.width:,}")
    _lookups(drawing, indices, rows, (table, output), (pitch, numbers.output))
    masked = " Row 0 is padding, which later layers skip." if picture.masked else ""
    what = "These integers" if sample.inputs else "Each integer of the input (here some examples)"
    verb = "look" if sample.inputs else "looks"
    return Figure(
        drawing, f"{what} {verb} up one row of {picture.width:,} numbers in a table of {picture.rows:,}.{masked}"
    )


def _vectors(picture: Looked, sample: Sample) -> _Vectors:
    """Those of the output by position, and of the table, which a quantized layer keeps in another form."""
    output, table = sample.output(), sample.weights.get("embeddings")
    if output is None or picture.width > WIDEST:
        return _Vectors()
    known = table is not None and table.shape == (picture.rows, picture.width) and table.dtype.kind == "f"
    return _Vectors(output.reshape(-1, picture.width), table if known and picture.width <= WIDEST_BOTH else None)


def _all(positions: Shape) -> int:
    total = 1
    for dim in positions:
        total *= drawn_size(dim)
    return total


def _indices(picture: Looked, sample: Sample, places: int) -> list[int]:
    """The given integers, or some that are spread over the table."""
    given = flat(sample.input())
    if given is not None:
        return [int(each) for each in given[:places]]
    return [int((0.23 + GOLDEN * at) % 1 * picture.rows) for at in range(places)]


def _positions(drawing: Drawing, positions: Shape, indices: Sequence[int], total: int, top: float) -> None:
    draw_title(drawing, 0, top - 8, "input", f"{sized(*positions)} integers" if positions else "1 integer")
    width = max(len(f"{index:,}") for index in indices) * 7 + 14.0
    for at, index in enumerate(indices):
        cell = Area(0, top + at * 24.0, width, 20)
        drawing.rect(cell, HUED[at % HUES])
        drawing.text(cell.middle, cell.center + 4, f"{index:,}", "", "middle")
    if total > len(indices):
        drawing.text(
            0, top + len(indices) * 24.0 + 10, "…" if None in positions else f"… {total:,} in all", "small dim"
        )


def _table(
    drawing: Drawing, picture: Looked, indices: Sequence[int], shown: tuple[float, Any]
) -> tuple[Area, dict[int, Area]]:
    """The table, and where the rows are that are looked up. A large one is drawn to scale."""
    hues = {index: HUED[at % HUES] for at, index in reversed(list(enumerate(indices)))}
    (top, values), small = shown, picture.rows <= TABLE
    edge = VALUED if small and values is not None else scale((picture.width, 180.0), cell=16)
    height = 16.0 if small else 190.0 / picture.rows
    x = max(drawing.right, 60) + GAP - 30
    made = Grid(x, top, picture.rows, picture.width, edge, height)
    draw_title(drawing, x, top - 8, "embeddings", f"{picture.rows:,} rows × {picture.width:,}")
    if small:
        draw_grid(drawing, made, WEIGHT, values, paint=lambda row, _: hues.get(row, WEIGHT))
    else:
        drawing.rect(made.area, WEIGHT)
    rows = {index: Area(x, top + index * height, made.area.width, max(height, 3)) for index in hues}
    for index, area in rows.items():
        if not small:
            drawing.rect(area, hues[index])
    return made.area, rows


def _lookups(
    drawing: Drawing,
    indices: Sequence[int],
    rows: dict[int, Area],
    sides: tuple[Area, Grid],
    vectors: tuple[float, Any],
) -> None:
    (table, output), (pitch, values) = sides, vectors
    widest = max(len(f"{index:,}") for index in indices) * 7 + 14.0
    for at, index in enumerate(indices):
        line = output.y + at * pitch + pitch / 2 - 2
        drawing.arrow(
            (widest + 4, line),
            (table.x - 40, line),
            (table.x - 12, rows[index].center),
            (table.x - 3, rows[index].center),
        )
        drawing.arrow(
            (table.right + 3, rows[index].center),
            (table.right + 12, rows[index].center),
            (output.x - 40, line),
            (output.x - 4, line),
        )
        row = Grid(output.x, line - 8, 1, output.columns, output.width, 16)
        with drawing.group(Xml.put("looks")), drawing.look(f"position {at}: row {index} of the table", shown=at == 0):
            draw_grid(drawing, row, HUED[at % HUES], None if values is None else [values[at]])
            drawing.lit([row.area, rows[index]])


# -- encodings ------------------------------------------------------------------------------------
def encoded(picture: Encoded, sample: Sample) -> Figure:
    """Indices, and the rows of marks that they become: a row each, or one for all along the first axis."""
    drawing = Drawing()
    columns = min(drawn_size(picture.columns), 16)
    one_row = picture.mode in ("multi_hot", "count")
    every = _encoded_indices(picture, sample, columns, one_row=one_row)
    indices = every[:SHOWN]
    top = 2 * LINE + 8
    draw_title(drawing, 0, top - 8, "input", sized(*picture.positions) if picture.positions else "1 integer")
    cells = [Area(0, top + at * CELL, 30, CELL) for at in range(len(indices))]
    for at, (cell, index) in enumerate(zip(cells, indices, strict=True)):
        drawing.rect(cell, HUED[at % HUES])
        drawing.text(cell.middle, cell.center + 4, f"{index}", "", "middle")
    if len(every) > SHOWN:
        drawing.text(0, top + SHOWN * CELL + 14, f"… {len(every):,} in all", "small dim")
    made = Grid(150, top, 1 if one_row else len(indices), columns, CELL, CELL)
    marks: dict[tuple[int, int], list[int]] = {}
    for at, index in enumerate(every if one_row else indices):
        if 0 <= index < columns:
            marks.setdefault((0 if one_row else at, index), []).append(at)
    draw_title(drawing, 150, top - 8, "output", f"{counted(picture.columns, 'columns')}")
    _marks(drawing, made, marks, cells)
    for place, found in marks.items():
        cell = made.cell(*place)
        drawing.text(cell.middle, cell.center + 4, str(len(found)) if picture.mode == "count" else "1", "", "middle")
    drawing.arrow((75, made.area.center), (142, made.area.center))
    return Figure(drawing, f"{_encoding(picture, columns)}{_groups(picture) if one_row else ''}")


def _marks(drawing: Drawing, made: Grid, marks: dict[tuple[int, int], list[int]], indices: Sequence[Area]) -> None:
    """The cells of the vectors; each mark shows the integers that set it."""
    places = [(row, column) for row in range(made.rows) for column in range(made.columns)]
    first = next(iter(marks), None)
    with drawing.group(Xml.put("looks")):
        for at, place in enumerate(places):
            found = marks.get(place, [])
            cell = made.cell(*place)
            by = f"set by place {', '.join(map(str, found[:SHOWN]))} of the input" if found else "not set"
            with drawing.look(f"column {place[1]}: {by}", shown=place == first, at=at, of=len(places)):
                drawing.rect(cell, HUED[found[0] % HUES] if found else PADDING)
                drawing.lit([cell.grown(-1.3), *(indices[which] for which in found if which < len(indices))])


def _encoded_indices(picture: Encoded, sample: Sample, columns: int, *, one_row: bool) -> list[int]:
    """The given indices that are drawn, or some; of several groups that get a row each, the first."""
    if len(sample.inputs) == 1:
        array = sample.inputs[0]
        group = array[(slice(None), *(0,) * (array.ndim - 1))] if one_row and array.ndim > 1 else array
        return [int(each) for each in flat(group) or ()]
    total = drawn_size(picture.positions[0]) if one_row and picture.positions else _all(picture.positions)
    return [(2 + 3 * at) % columns for at in range(min(total, SHOWN))]


def _groups(picture: Encoded) -> str:
    """Which of several groups is drawn."""
    others = _all(picture.positions[1:])
    return f" The integers along the first axis share a row; drawn is the first of {others:,}." if others > 1 else ""


def _encoding(picture: Encoded, columns: int) -> str:
    more = f" The first {columns} columns are drawn." if drawn_size(picture.columns) > columns else ""
    what = {
        "one_hot": "Each integer sets the 1 of its column in a row of its own",
        "multi_hot": "Every integer that occurs sets the 1 of its column",
        "count": "Each column counts how often its integer occurs",
    }.get(picture.mode, "Each value gets an index")
    return f"{what}.{more}"


def binned(picture: Binned, _: Sample) -> Figure:
    drawing = Drawing()
    shown = picture.boundaries[:8]
    width = 90.0
    for at in range(len(shown) + 1):
        box = Area(at * width, 10, width, 30)
        drawing.rect(box, HUED[at % HUES])
        drawing.text(box.middle, box.center + 4, f"bin {at}", "", "middle")
    for at, boundary in enumerate(shown, 1):
        drawing.path([(at * width, 4), (at * width, 50)], Xml.put("wire"))
        drawing.text(at * width, 64, number(boundary), "small", "middle")
    more = (
        f"; the first {len(shown)} of {len(picture.boundaries):,} are drawn"
        if len(picture.boundaries) > len(shown)
        else ""
    )
    return Figure(
        drawing,
        f"A number becomes the index of the bin that it falls into; {counted(len(picture.boundaries), 'boundaries')}{more}.",
    )
