"""A model as lock files and differences see it: layers with their defining properties, wired by position instead of by name.

Automatic names (dense_3) do not count, and input layers are inputs of the model, not layers, so that neither a
renumbering nor a Sequential that becomes a Functional is a difference.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from densecli.automatic_names import snake_case
from densecli.check.compare.arguments import arguments
from densecli.check.compare.parts import MODELS, chosen_rows
from densecli.records import Record
from densecli.summary.report import CallInfo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from densecli.graph.graph import Graph, Node
    from densecli.shape import Shape
    from densecli.summary.report import Report, Row

FIGURES = ("params", "trainable_params", "macs")
TOTALS = ("params", "trainable_params", "non_trainable_params", "weight_bytes", "macs", "flops", "activation_bytes")


class Link(Record):
    """One tensor that goes into a layer: from the layer at a position, or from input number -1 - layer; of which call, and which of its outputs."""

    layer: int
    call: int = 0
    tensor: int = 0


class Port(Record):
    """An input or output of the model: its name, if it has one of its own, shape, dtype, and an output's origin."""

    name: str | None
    shape: Shape | None
    dtype: str
    origin: int | None = None


class Entry(Record):
    """One layer; `inbound` has a tuple per call."""

    shown: str  # the name in the report it comes from, to be shown
    name: str | None  # the name, unless it is automatic
    type: str
    arguments: Mapping[str, Any]
    inbound: tuple[tuple[Link, ...], ...]
    outputs: tuple[Shape | None, ...]
    figures: tuple[int | None, ...]
    shares: tuple[int, ...] = ()
    layers: tuple[Entry, ...] = ()


class Outline(Record):
    """A whole model. `inbound`, `shares` and an output's `origin` refer to positions in `entries`."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    entries: tuple[Entry, ...]
    totals: Mapping[str, int | None]


def outline(report: Report) -> Outline:
    rows = [row for row in report.rows if row.type != "InputLayer"]
    inputs = tuple(Port(_own(info.name, "InputLayer"), info.shape, info.dtype) for info in report.inputs)
    numbers = {info.name: -1 - number for number, info in enumerate(report.inputs)}
    places = {**numbers, **{row.name: index for index, row in enumerate(rows)}}
    types = {row.name: row.type for row in report.rows}
    outputs = tuple(
        Port(_own(info.name, types.get(info.name, "InputLayer")), info.shape, info.dtype, places.get(info.name))
        for info in report.outputs
    )
    totals = {figure: getattr(report.totals, figure) for figure in TOTALS}
    return Outline(inputs, outputs, _entries(rows, numbers), totals)


def _entries(rows: Sequence[Row], numbers: Mapping[str, int]) -> tuple[Entry, ...]:
    places = {**numbers, **{row.name: index for index, row in enumerate(rows)}}
    return tuple(_entry(row, places) for row in rows)


def _entry(row: Row, places: Mapping[str, int]) -> Entry:
    return Entry(
        row.name,
        _own(row.name, row.type),
        row.type,
        arguments(row.layer),
        tuple(_links(call, places) for call in row.calls),
        tuple(shape for call in row.calls for shape in call.output_shapes),
        tuple(
            None if (row.weights_unknown or row.unbuilt) and figure != "macs" else getattr(row, figure)
            for figure in FIGURES
        ),
        tuple(places[name] for name in row.shares_weights_with if name in places),
        _inside(row),
    )


def _links(call: CallInfo, places: Mapping[str, int]) -> tuple[Link, ...]:
    sources = call.sources or ((0, 0),) * len(call.inbound)
    pairs = zip(call.inbound, sources, strict=True)
    return tuple(Link(places[name], *source) for name, source in pairs if name in places)


def _inside(row: Row) -> tuple[Entry, ...]:
    """The layers in a wrapper or a nested model; only the model's graph knows how they are wired."""
    inner = [each for each in chosen_rows(row) if each.type != "InputLayer"]
    graph: Graph | None = getattr(row.layer, "graph", None)
    if graph is None:
        return _entries(inner, {})
    numbers = {graph.nodes[ref.node].name: -1 - number for number, ref in enumerate(graph.inputs)}
    nodes = {node.name: node for node in graph.nodes}
    return _entries([_wired(each, nodes[each.name], graph) for each in inner], numbers)


def _wired(row: Row, node: Node, graph: Graph) -> Row:
    shapes = row.calls[0] if row.calls else CallInfo((), (), ())
    calls = []
    for call in node.calls:
        refs = call.refs
        names = tuple(graph.nodes[ref.node].name for ref in refs)
        calls.append(shapes._replace(inbound=names, sources=tuple((ref.call, ref.tensor) for ref in refs)))
    return row._replace(calls=tuple(calls))


def _own(name: str, type_name: str) -> str | None:
    return None if is_automatic(name, type_name) else name


def is_automatic(name: str, type_name: str) -> bool:
    """Whether Keras would have generated the name: dense, dense_3, input_1, forward_lstm (inside Bidirectional)."""
    stems = [snake_case(type_name)]
    if type_name == "InputLayer":
        stems.append("input")
    if type_name in MODELS:
        stems.append("model")
    return re.fullmatch(rf"(?:forward_|backward_)?(?:{'|'.join(map(re.escape, stems))})(?:_\d+)?", name) is not None
