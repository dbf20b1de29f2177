"""The columns of a table as data, and parsing `--columns`.

A column gives the value for machines and the text for people; text is safe to show on a terminal, whatever the spec contains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from densecli.errors import OutputError, did_you_mean
from densecli.records import Record
from densecli.shape import Shape, show
from densecli.text import binary_size, listed, quote, safe, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from densecli.summary.report import CallInfo, Report, Row

UNKNOWN = "?"
NOTHING = "-"
SHORTER = {"weight_dtype": "Dtype", "weight_bytes": "Size"}  # headers in a table of nothing but weights
NAMELESS = ("?", "array")  # the types of rows of which only the weights are known
BAR_WIDTH = 10  # cells of a full bar
_EIGHTHS = " ▏▎▍▌▋▊▉"
_SIGNS = str.maketrans(
    {"└": "+", "×": "x", "…": "...", "≥": ">=", "█": "#", **dict.fromkeys("▏▎▍▌", " "), **dict.fromkeys("▋▊▉", "#")}
)

Value = str | int | float | bool | None
Justify = Literal["left", "right", "center"]


class Column(Record):
    """One column of a table: the value for machines, the text for people, and the unit."""

    name: str
    header: str
    justify: Justify
    value: Callable[[Row, Report], Value]
    text: Callable[[Row, Report], str]
    unit: str = ""
    doc: str = ""


def _words(name: str, header: str, items: Callable[[Row], Sequence[str]], doc: str) -> Column:
    """A column of lists: machines get all items, people as many as fit in a cell."""

    def value(row: Row, _: Report) -> str:
        return ", ".join(items(row))

    def text(row: Row, _: Report) -> str:
        return safe(listed(items(row))) or NOTHING

    return Column(name, header, "left", value, text, "", doc)


def _shapes(name: str, header: str, shapes: Callable[[CallInfo], Sequence[Shape | None]], doc: str) -> Column:
    """The distinct shapes of all calls; Keras' own table shows those of the last call only."""

    def cell(row: Row, join: Callable[[list[str]], str]) -> str:
        return join([*dict.fromkeys(_of_call(shapes(call), join) for call in row.calls)])

    return Column(
        name,
        header,
        "left",
        lambda row, _: cell(row, ", ".join),
        lambda row, _: cell(row, listed) or NOTHING,
        "",
        doc,
    )


def _of_call(shapes: Sequence[Shape | None], join: Callable[[list[str]], str]) -> str:
    shown = [UNKNOWN if shape is None else show(shape) for shape in shapes]
    return shown[0] if len(shown) == 1 else f"[{join(shown)}]" if shown else ""


def type_text(row: Row) -> str:
    """The type of a layer, as a cell shows it."""
    return safe(shortened(row.type))


LAYER = Column(
    "layer",
    "Layer (type)",
    "left",
    lambda row, _: f"{row.name} ({row.type})",
    lambda row, _: f"{safe(shortened(row.name))} ({type_text(row)})",
    "",
    "name and type, as in Keras' table",
)


def _count(name: str, header: str, unit: str, doc: str) -> Column:
    return Column(
        name,
        header,
        "right",
        lambda row, _: getattr(row, name),
        lambda row, _: number(getattr(row, name)),
        unit,
        doc,
    )


def _bytes(name: str, header: str, doc: str) -> Column:
    def text(row: Row, _: Report) -> str:
        count = getattr(row, name)
        return UNKNOWN if count is None else binary_size(count)

    return Column(name, header, "right", lambda row, _: getattr(row, name), text, "bytes", doc)


def _of_weights(column: Column) -> Column:
    """A figure of the weights: unknown, or a lower bound if there may be unknown weights."""

    def value(row: Row, report: Report) -> Value:
        return None if row.weights_unknown or row.unbuilt else column.value(row, report)

    def text(row: Row, report: Report) -> str:
        if row.weights_unknown:
            return UNKNOWN
        if row.unbuilt:
            return "0 (unbuilt)"
        return f"{'≥ ' if row.uncounted else ''}{column.text(row, report)}"

    return column._replace(value=value, text=text)


def _share(figure: str, header: str, doc: str) -> Column:
    def value(row: Row, report: Report) -> float | None:
        part, whole = getattr(row, figure), getattr(report.totals, figure)
        return part / whole if whole and part is not None else None

    def text(row: Row, report: Report) -> str:
        part = value(row, report)
        return NOTHING if part is None else f"{part:6.1%} {bar(part)}"

    return Column(f"{figure}_share", header, "left", value, text, "ratio", doc)


def plain(text: str) -> str:
    """Our own symbols (never a name, which is escaped instead) for an ASCII-only terminal."""
    return text.translate(_SIGNS)


def without_bar(column: Column) -> Column:
    """A share as the percentage alone; other columns as they are."""
    if column.unit != "ratio":
        return column
    return column._replace(
        justify="right",
        text=lambda row, report: (
            column.text(row, report).split("%")[0] + "%" if column.value(row, report) is not None else NOTHING
        ),
    )


def number(count: int | None) -> str:
    """1,234; `?` where unknown."""
    return UNKNOWN if count is None else f"{count:,}"


def bar(share: float, width: int = BAR_WIDTH) -> str:
    """A ratio from 0 to 1 as a bar of up to `width` cells, in eighths of a cell; padded, so that columns stay straight."""
    eighths = round(min(max(share, 0), 1) * width * 8)
    cells = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
    return cells.ljust(width)


def _connected_to(row: Row) -> list[str]:
    """Keras' form: layer[call][tensor]."""
    return [
        f"{name}[{source[0]}][{source[1]}]"
        for call in row.calls
        for name, source in zip(call.inbound, call.sources, strict=False)
    ]


def _trainable(row: Row) -> list[str]:
    """Y or N as in Keras' table, which judges by the layer's flag; `part` where only some of the weights are."""
    if not row.weights:
        return []
    if not row.trainable or not row.trainable_params:
        return ["N"]
    return ["Y" if row.trainable_params == row.params else "part"]


def _weights(row: Row) -> list[str]:
    return [f"{weight.name} {show(weight.shape)}" for weight in row.weights]


def _weight_shapes(row: Row) -> list[str]:
    return [show(weight.shape) for weight in row.weights]


def _weight_dtypes(row: Row) -> list[str]:
    return [*dict.fromkeys(weight.dtype for weight in row.weights)]


def _receptive_field() -> Column:
    """What one output sees of the input; computed for all rows of a report when the first is asked for."""
    last: list[tuple[Report, dict[int, Any]]] = []

    def seen(row: Row, report: Report) -> Any:
        if not last or last[0][0] is not report:
            from densecli.summary.receptive_field import receptive_fields  # noqa: PLC0415  # few tables have it

            last[:] = [(report, receptive_fields(report))]
        return last[0][1].get(id(row))

    def text(row: Row, report: Report) -> str:
        field = seen(row, report)
        if field is None or isinstance(field, str):
            return field or NOTHING
        return show(field.sizes) if field.axes else NOTHING

    def value(row: Row, report: Report) -> str | None:
        shown = text(row, report)
        return None if shown in (UNKNOWN, NOTHING) else shown

    doc = "what one output sees of the input along each spatial axis; all of it after global pooling and the like"
    return Column("receptive_field", "Receptive field", "left", value, text, "", doc)


def _arguments(row: Row) -> list[str]:
    given = getattr(row.layer, "given", {})
    return [f"{name}={_argument(value)}" for name, value in given.items()]


def _argument(value: object) -> str:
    inner = getattr(value, "given", None)
    if isinstance(inner, dict):
        return f"{type(value).__name__}({', '.join(f'{name}={_argument(each)}' for name, each in inner.items())})"
    named = getattr(value, "class_name", None)
    return named if isinstance(named, str) else value if isinstance(value, str) else str(value)


COLUMNS: dict[str, Column] = {
    column.name: column
    for column in (
        LAYER,
        _words("name", "Name", lambda row: [row.name], "the layer's name"),
        _words("type", "Type", lambda row: [row.type], "the layer's type"),
        _words(
            "arguments", "Arguments", _arguments, "arguments as given"
        ),
        _shapes("input_shape", "Input Shape", lambda call: call.input_shapes, "input shapes"),
        _shapes("output_shape", "Output Shape", lambda call: call.output_shapes, "output shapes"),
        _of_weights(_count("params", "Param #", "params", "number of elements in all weights")),
        _share("params", "Params %", "share of the model's parameters"),
        _words("trainable", "Trainable", _trainable, "Y, N, or part; - without weights"),
        _of_weights(_count("trainable_params", "Trainable #", "params", "parameters that training updates")),
        _of_weights(
            _count("non_trainable_params", "Non-trainable #", "params", "parameters that training does not update")
        ),
        _count("macs", "MACs", "MACs", "multiply-accumulates of convolutions and matrix products"),
        _share("macs", "MACs %", "share of the model's MACs"),
        _count("flops", "FLOPs", "FLOPs", "2 × MACs + element-wise operations"),
        _share("flops", "FLOPs %", "share of the model's FLOPs"),
        _bytes("activation_bytes", "Activations", "memory of the outputs"),
        _of_weights(_bytes("weight_bytes", "Weights size", "memory of the weights")),
        _words("dtype", "Dtype", lambda row: [row.dtype], "dtype of the outputs"),
        _words("weight_dtype", "Weight dtype", _weight_dtypes, "dtype of the weights"),
        _words("weights", "Weights", _weights, "each weight with its shape"),
        _words("weight_shape", "Shape", _weight_shapes, "shapes of the weights"),
        _words("connected_to", "Connected to", _connected_to, "input tensors: layer[call][tensor]"),
        _words(
            "shares_weights_with",
            "Shares weights with",
            lambda row: row.shares_weights_with,
            "layers with the same weights",
        ),
        _receptive_field(),
    )
}  # fmt: skip

# Words for several columns, or a second name of one.
ALIASES: dict[str, tuple[str, ...]] = {
    "memory": ("activation_bytes", "weight_bytes"),
    "shape": ("output_shape",),
    "shapes": ("input_shape", "output_shape"),
    "connected": ("connected_to",),
    "inbound": ("connected_to",),
    "share": ("params_share",),
    "all": tuple(name for name in COLUMNS if name not in ("name", "type")),
}


def default_columns(report: Report) -> tuple[Column, ...]:
    """Keras' choice: layer, output shape, parameters; and the connections if the model is not a single chain."""
    if report.weights_only:
        return columns_of_weights(report)
    names = ("layer", "output_shape", "params") if _is_one_chain(report) else ("layer", "output_shape", "params", "connected_to")  # fmt: skip
    return tuple(COLUMNS[name] for name in names)


def columns_of_weights(report: Report) -> tuple[Column, ...]:
    """All that is known of arrays without layers."""
    each = "weight_shape" if all(len(row.weights) == 1 for row in report.rows) else "weights"
    name = "name" if any(row.type in NAMELESS for row in report.rows) else "layer"
    chosen = (name, each, "weight_dtype", "params", "weight_bytes")
    return tuple(COLUMNS[name]._replace(header=SHORTER.get(name, COLUMNS[name].header)) for name in chosen)


def _is_one_chain(report: Report) -> bool:
    """Whether each row has one call, on only the row before it."""
    if report.is_chain or not any(call.inbound for row in report.rows for call in row.calls):
        return True
    before: tuple[str, ...] = ()
    for row in report.rows:
        if [call.inbound for call in row.calls] != [before]:
            return False
        before = (row.name,)
    return True


# The default for programs: every figure, with names and types in separate columns.
MACHINE_COLUMNS = tuple(
    COLUMNS[name]
    for name in (
        "name", "type", "input_shape", "output_shape", "params", "trainable_params", "non_trainable_params", "weight_bytes",
        "macs", "flops", "activation_bytes", "dtype", "connected_to",
    )
)  # fmt: skip


def choose_columns(wanted: str | None, report: Report, default: tuple[Column, ...] | None = None) -> tuple[Column, ...]:
    """The columns that `--columns` asks for: `name,params`, or `+macs,+memory` on top of the default ones.

    Raises OutputError E605 for a column that does not exist.
    """
    items = [item.strip() for item in (wanted or "").split(",") if item.strip()]
    default = columns_of_weights(report) if report.weights_only else default
    chosen = [column for item in items for column in _named(item.removeprefix("+").strip())]
    if not items or items[0].startswith("+"):
        chosen = [*(default_columns(report) if default is None else default), *chosen]
    found: dict[str, Column] = {}
    for each in chosen:
        found.setdefault(each.name, each)
    return tuple(found.values())


def _named(name: str) -> Iterable[Column]:
    key = name.casefold().replace("-", "_")
    if key in COLUMNS:
        return [COLUMNS[key]]
    if key in ALIASES:
        return [COLUMNS[each] for each in ALIASES[key]]
    hint = did_you_mean(key, [*COLUMNS, *ALIASES]) or f"columns: {', '.join(COLUMNS)}"
    raise OutputError(f"no column named {quote(name)}", code="E605", hint=hint)


def column(name: str) -> Column:
    """One column by name. Raises OutputError E605."""
    return next(iter(_named(name)))
