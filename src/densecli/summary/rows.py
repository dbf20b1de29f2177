"""Rows of the report: the figures of each call of a layer, its inner layers, and the totals of all rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from densecli.graph.computed import misreport
from densecli.graph.graph import Call, Graph, Node, row_order
from densecli.graph.model import Model
from densecli.graph.trace import Result, Tensor, Trace, apply, flat_inputs
from densecli.layer import Layer
from densecli.names import DTYPE_BYTES
from densecli.records import Record
from densecli.shape import size, sum_known, times
from densecli.summary.parameters import Owned, layer_weights, weight_size
from densecli.summary.report import CallInfo, Row, Totals
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from densecli.graph.graph import Listed
    from densecli.shape import Shape

FIGURES = ("macs", "flops", "activation_bytes")


class Cost(Record):
    """The figures of one call of a layer: its row, still without name and connections, and the weights behind it.

    The model trains `trained_params`; `shared` tells whether another layer may own one of the weights too.
    """

    row: Row
    weights: tuple[Owned, ...]
    shared: bool
    trained_params: int
    trained_bytes: int
    input_shapes: tuple[Shape | None, ...]
    output_shapes: tuple[Shape | None, ...]


class RowBuilder:
    """Rows of one graph; remembers the costs of equal calls, and the owner of each weight."""

    def __init__(self, graph: Graph, found: Trace) -> None:
        self.graph, self.found = graph, found
        self.costs: dict[int, Cost] = {}  # by id of the result, which the trace keeps alive
        self.alone: list[Cost] = []  # of layers without shared weights
        self.owned: dict[Any, Owned] = {}  # the weights of all others

    def rows(self) -> Iterator[Row]:
        owners: dict[Any, str] = {}
        known, nodes = self.found.results, self.graph.nodes
        for index in row_order(self.graph):
            calls = nodes[index].calls
            if len(calls) == 1:  # nearly all
                result = known.get((index, 0))
                if result is not None:
                    yield self.row(index, calls[0], result, owners)
                continue
            found = [known.get((index, number)) for number in range(len(calls))]
            called = [(call, result) for call, result in zip(calls, found, strict=True) if result is not None]
            if called:
                yield self.row_of_several(index, called, owners)

    def listed(self, rows: Sequence[Row]) -> tuple[Row, ...]:
        """The rows that Keras prints: all, except that a subclassed model shows only the layers it owns."""
        if self.graph.listed is None:
            return tuple(rows)
        called = dict(zip(self.called(), rows, strict=True))
        return tuple(
            [_as_listed(each, called.get(each.node), self.graph.nodes[each.node].layer) for each in self.graph.listed]
        )

    def called(self) -> list[int]:
        """The nodes that have a row."""
        known = self.found.results
        return [
            index
            for index in row_order(self.graph)
            if any((index, number) in known for number in range(len(self.graph.nodes[index].calls)))
        ]

    def row(self, index: int, call: Call, result: Result, owners: dict[Any, str]) -> Row:
        """The row of a layer that is called once."""
        node = self.graph.nodes[index]
        cost = self.cost(node.layer, result)
        row = cost.row.of(node.name, (self.call_info(call, cost),), node.place)
        if cost.shared:
            return row._replace(shares_weights_with=self.register(index, node, cost, owners))
        self.alone.append(cost)
        return row

    def row_of_several(self, index: int, called: list[tuple[Call, Result]], owners: dict[Any, str]) -> Row:
        """The row of a layer that is called several times."""
        node = self.graph.nodes[index]
        costs = [self.cost(node.layer, result) for _, result in called]
        calls = tuple([self.call_info(call, cost) for (call, _), cost in zip(called, costs, strict=True)])
        shares = self.register(index, node, costs[0], owners)
        return _of_all_calls(costs).of(node.name, calls, node.place)._replace(shares_weights_with=shares)

    def register(self, index: int, node: Node, cost: Cost, owners: dict[Any, str]) -> tuple[str, ...]:
        """Register weights that may be shared; returns the layers that already have them."""
        shares: dict[str, None] = {}
        for owned in cost.weights:
            owner = owned.owner if owned.owner[0] is not None else (index, *owned.owner[1:])
            if owner in owners:
                shares[owners[owner]] = None
            owners.setdefault(owner, node.name)
            self.owned.setdefault(owner, owned)
        shares.pop(node.name, None)
        return tuple(shares)

    def call_info(self, call: Call, cost: Cost) -> CallInfo:
        nodes = self.graph.nodes
        if call.plain:
            node, number, tensor = call.refs[0]
            return CallInfo((nodes[node].name,), cost.input_shapes, cost.output_shapes, ((number, tensor),))
        names = tuple([nodes[ref.node].name for ref in call.refs])
        return CallInfo(names, cost.input_shapes, cost.output_shapes, tuple([ref[1:] for ref in call.refs]))

    def cost(self, layer: Layer, result: Result) -> Cost:
        known = self.costs.get(id(result))  # equal calls share one result
        if known is None:
            known = self.costs[id(result)] = call_cost(layer, result)
        return known

    def variables(self) -> Iterator[Owned]:
        """Every variable of the model, once."""
        for cost in self.alone:
            yield from cost.weights
        yield from self.owned.values()

    def sizes(self) -> tuple[int, int, int, int]:
        """Elements and bytes of all variables, then of those that training changes."""
        alone = [
            (each.row.params, each.row.weight_bytes, each.trained_params, each.trained_bytes) for each in self.alone
        ]
        each = [(*weight_size(owned.weight), owned.trains) for owned in self.owned.values()]
        others = [(params, size, params * trains, size * trains) for params, size, trains in each]
        params, occupied, *trained = map(sum, zip((0, 0, 0, 0), *alone, *others, strict=True))
        return params, occupied, *(trained if self.graph.trainable else (0, 0))

    def totals(self, rows: Sequence[Row]) -> Totals:
        params, occupied, trained, trained_bytes = self.sizes()
        columns = dict(zip(Row._fields, zip(*rows, strict=True), strict=False))
        work = {figure: columns.get(figure, ()) for figure in FIGURES}
        sums = {figure: None if None in counts else sum(counts) for figure, counts in work.items()}
        uncounted = tuple(row.name for row in rows if row.uncounted)
        unknown = {
            figure: tuple(row.name for row in rows if getattr(row, figure) is None)
            for figure, total in sums.items()
            if total is None
        }
        not_counted = {"params": uncounted} | unknown if uncounted else unknown
        return Totals(
            params, trained, occupied, trained_bytes, **sums, not_counted=not_counted, lower_bound=bool(uncounted)
        )

    def warnings(self, rows: Sequence[Row]) -> Iterator[str]:
        """Where Keras computes other shapes than it reports, and where trainable counts do not add up to its total."""
        for row in rows:
            yield from (f"{quote(row.name + path)}: {words}" for path, words in row.misreports)
        yield from self.frozen_in_part(rows)

    def frozen_in_part(self, rows: Sequence[Row]) -> Iterator[str]:
        """Where the rows' trainable counts do not add up to Keras' total, because a freeze did not reach the variables."""
        if not self.graph.trainable and any(row.trainable_params for row in rows):
            yield "the model itself is frozen, so nothing in it is trainable, whatever its layers say"
            return
        for row in rows:
            if row.trainable or row.params == row.trainable_params:
                continue
            trains = self.cost(row.layer, row.expects).trained_params
            if trains:
                yield (
                    f"{quote(row.name)} is frozen, but layers inside it are not: Keras counts {plural(trains, 'parameter')} "
                    "of it as trainable in its total"
                )


def _as_listed(listed: Listed, row: Row | None, layer: Layer) -> Row:
    if row is None:
        calls = (CallInfo((), (), (None,)),)
        return Row(
            listed.name, layer.type_name, True, "", calls, 0, 0, 0, 0, 0, 0, (), layer=layer, unbuilt=listed.unbuilt
        )
    shapes = (None,) if listed.shapes is None else tuple(listed.shapes) or row.calls[0].output_shapes
    return row.of(listed.name, (CallInfo((), row.calls[0].input_shapes, shapes),))


def call_cost(layer: Layer, result: Result) -> Cost:
    """The figures of one call of one layer."""
    weights = tuple(layer_weights(layer, result))
    sizes = [(*weight_size(owned.weight), owned) for owned in weights]
    return Cost(
        _row(layer, result, sizes),
        weights,
        any(owned.owner[0] is not None for owned in weights),
        sum([params for params, _, owned in sizes if owned.trains]),
        sum([occupied for _, occupied, owned in sizes if owned.trains]),
        tuple([shape for shape, _ in result.inputs]),
        tuple([shape for shape, _ in result.tensors]),
    )


def _row(layer: Layer, result: Result, sizes: list[tuple[int, int, Owned]]) -> Row:
    opaque = layer.opaque or result.output is None
    macs = None if opaque else layer.macs(result.output, *result.args, **result.kwargs)
    elementwise = None if opaque else layer.elementwise(result.output, *result.args, **result.kwargs)
    inner = tuple(child_rows(layer, result))
    return Row(
        "", layer.type_name, layer.trainable, result.tensors[0].dtype if result.tensors else "", (),
        sum([params for params, _, _ in sizes]),
        sum([params for params, _, owned in sizes if owned.weight.trainable]),
        sum([occupied for _, occupied, _ in sizes]),
        macs,
        None if macs is None or elementwise is None else 2 * macs + elementwise,
        sum_known(map(tensor_bytes, result.tensors)),
        tuple([owned.weight for _, _, owned in sizes]),
        inner, (), opaque, layer, result,
        any(row.uncounted for row in inner) or _uncounted(layer, result),
        tuple(_misreports(layer, result, inner)),
    )  # fmt: skip


def _misreports(layer: Layer, result: Result, inner: Iterable[Row]) -> Iterator[tuple[str, str]]:
    own = misreport(layer, result)
    if own is not None:
        yield "", own
        return
    for row in inner:
        yield from ((f"/{row.name}{path}", words) for path, words in row.misreports)


def _of_all_calls(costs: Sequence[Cost]) -> Row:
    """The row of a layer that is called several times: weights by the first call, as Keras builds them; all the work."""
    counted = Counter(map(id, costs))
    different = {id(cost): cost.row for cost in costs}
    each = [(row, counted[key]) for key, row in different.items()]
    inner = zip(*(row.layers for row, _ in each), strict=False)
    layers = tuple(_summed([(row, count) for row, (_, count) in zip(same, each, strict=True)]) for same in inner)
    last = costs[-1].row
    misreports = tuple(dict.fromkeys(each for row in different.values() for each in row.misreports))
    row = costs[0].row._replace(dtype=last.dtype, opaque=last.opaque, expects=last.expects, misreports=misreports)
    return row._replace(layers=layers, **_sums(each))


def _uncounted(layer: Layer, result: Result) -> bool:
    """Whether there may be unknown weights: in an opaque layer, or after an unknown shape."""
    if layer.held is not None or (result.output is not None and not layer.opaque):
        return False
    kind = type(layer)
    return not layer.weightless and (
        layer.opaque or kind.weights is not Layer.weights or kind.children is not Layer.children
    )


def child_rows(layer: Layer, result: Result) -> Iterator[Row]:
    """Rows of the layers inside a nested model, a wrapper or a composed layer."""
    if isinstance(layer, Model):
        yield from _model_rows(layer, result)
        return
    if result.output is None:
        return
    for child in layer.children(*result.args, **result.kwargs):
        inputs = tuple(Tensor(shape, layer.compute_dtype) for shape in flat_inputs(child.inputs))
        inner = apply(child.layer, child.inputs, child.kwargs, inputs)
        shapes = (tuple(tensor.shape for tensor in inputs), tuple(tensor.shape for tensor in inner.tensors))
        row = call_cost(child.layer, inner).row.of(child.name, (CallInfo((), *shapes),))
        told = layer.inner_trainable if child.layer.inner_trainable is None else None
        yield row if told is not False else _frozen(row)


def _frozen(row: Row) -> Row:
    """A row of a layer inside one that a program froze as a whole."""
    weights = tuple([weight._replace(trainable=False) for weight in row.weights])
    return row._replace(trainable=False, trainable_params=0, weights=weights, layers=tuple(map(_frozen, row.layers)))


def _model_rows(model: Model, result: Result) -> Iterator[Row]:
    """Rows with the shapes that the model was built with, as Keras lists them, and what this call of it costs."""
    built = model.built(*result.args, **result.kwargs)
    if built is None:
        return
    way = model.way(*result.args, **result.kwargs)
    called = way.called(*result.args, **result.kwargs)
    rows = _rows_of(model.graph, built)
    if called is None or called is built:
        yield from rows
    elif way is model:
        yield from map(_with_figures, rows, _rows_of(model.graph, called))
    else:
        others = {row.name: row for row in _rows_of(way.graph, called)}
        yield from [_with_figures(row, others.get(row.name)) for row in rows]


def _rows_of(graph: Graph, found: Trace) -> tuple[Row, ...]:
    if found.rows is None:
        found.rows = tuple(RowBuilder(graph, found).rows())
    rows: tuple[Row, ...] = found.rows
    return rows


def _with_figures(row: Row, called: Row | None) -> Row:
    """A row with the costs of another call; None where that call does not reach the layer."""
    inner = tuple(map(_with_figures, row.layers, [None] * len(row.layers) if called is None else called.layers))
    figures: dict[str, Any] = {figure: getattr(called, figure, 0) for figure in FIGURES}
    return row._replace(layers=inner, **figures)


def _summed(rows: Sequence[tuple[Row, int]]) -> Row:
    """One row for a layer inside a layer that is called several times, each with its number of calls."""
    inner = zip(*(row.layers for row, _ in rows), strict=False)
    layers = tuple(_summed([(row, count) for row, (_, count) in zip(same, rows, strict=True)]) for same in inner)
    return rows[0][0]._replace(layers=layers, **_sums(rows))


def _sums(counted: Sequence[tuple[Any, int]]) -> dict[str, Any]:
    """The figures of rows or costs, each times its count, added up."""
    return {figure: sum_known(times(getattr(each, figure), count) for each, count in counted) for figure in FIGURES}


def tensor_bytes(tensor: Tensor) -> int | None:
    count = None if tensor.shape is None else size(tensor.shape)
    width = DTYPE_BYTES.get(tensor.dtype)
    return None if count is None or width is None else count * width
