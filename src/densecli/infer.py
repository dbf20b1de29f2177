"""Graph to Report: shapes through the graph, weights counted once, costs by each layer's own rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from densecli.graph import Graph, Node, row_order
from densecli.layer import Layer
from densecli.names import DTYPE_BYTES
from densecli.report import CallInfo, Report, Row, TensorInfo, Totals, WeightInfo
from densecli.shape import product, size
from densecli.trace import Result, Tensor, Trace, apply, trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FIGURES = ("macs", "flops", "activation_bytes")


class Owned(NamedTuple):
    """A weight and who owns it: equal owners are one variable."""

    owner: Any
    weight: WeightInfo


class Cost(NamedTuple):
    """What one call of a layer costs, and the weights that it is called with."""

    weights: tuple[Owned, ...]
    params: int
    trainable_params: int
    weight_bytes: int
    macs: int | None
    flops: int | None
    activation_bytes: int | None
    rows: tuple[Row, ...]


def infer(graph: Graph, source: str = "<argument>", batch: int | None = None) -> Report:
    """The report of a model. `batch` stands in where an input leaves the batch open. Raises SpecErrors."""
    found = trace(graph, _with_batch(graph, batch))
    built = RowBuilder(graph, found)
    rows = tuple(built.rows())
    outputs = [ref for ref in graph.outputs if found.tensor(ref) is not None]
    return Report(
        source,
        graph.name,
        graph.kind,
        tuple(_info(graph, found, ref) for ref in graph.inputs),
        tuple(_info(graph, found, ref) for ref in outputs),
        rows,
        built.totals(rows),
        batch,
    )


def _with_batch(graph: Graph, batch: int | None) -> list[Tensor] | None:
    if batch is None:
        return None
    own = [apply(graph.nodes[ref.node].layer, (), {}, ()).tensors[0] for ref in graph.inputs]
    return [
        Tensor((batch if shape[0] is None else shape[0], *shape[1:]), dtype)
        for shape, dtype in own
        if shape is not None
    ]


def _info(graph: Graph, found: Trace, ref: Any) -> TensorInfo:
    tensor = found.results[ref.node, ref.call].tensors[ref.tensor]
    return TensorInfo(graph.nodes[ref.node].name, tensor.shape, tensor.dtype)


class RowBuilder:
    """Rows of one graph; remembers what equal calls cost, and who owns which weight."""

    def __init__(self, graph: Graph, found: Trace, trainable: bool = True) -> None:
        self.graph, self.found = graph, found
        self.trainable = trainable and graph.trainable
        self.costs: dict[int, tuple[Result, Cost]] = {}
        self.owned: dict[Any, WeightInfo] = {}
        self.shared = any(node.layer.shared_id is not None for node in graph.nodes)

    def rows(self) -> Iterator[Row]:
        owners: dict[Any, str] = {}
        for index in row_order(self.graph):
            node = self.graph.nodes[index]
            results = [
                self.found.results[index, call]
                for call in range(len(node.calls))
                if (index, call) in self.found.results
            ]
            if results:
                yield self.row(index, node, results, owners)

    def row(self, index: int, node: Node, results: list[Result], owners: dict[Any, str]) -> Row:
        cost = self.cost(node.layer, results)
        shares = self.register(index, node, cost, owners)
        last = results[-1]
        return Row(
            node.name, type_name(node.layer), node.layer.trainable and self.trainable, last.tensors[0].dtype if last.tensors else "",
            tuple(self.call_info(node, call, result) for call, result in enumerate(results)),
            cost.params, cost.trainable_params, cost.weight_bytes, cost.macs, cost.flops, cost.activation_bytes,
            tuple(owned.weight for owned in cost.weights), cost.rows, shares, unknown(node.layer, last), node.layer, last,
        )  # fmt: skip

    def register(self, index: int, node: Node, cost: Cost, owners: dict[Any, str]) -> tuple[str, ...]:
        """Enter the weights into the model's; whoever has the same ones already is named."""
        shares: dict[str, None] = {}
        for owned in cost.weights:
            owner = owned.owner if owned.owner[0] is not None else (index, *owned.owner[1:])
            if owner in owners:
                shares[owners[owner]] = None
            owners.setdefault(owner, node.name)
            self.owned[owner] = owned.weight
        shares.pop(node.name, None)
        return tuple(shares)

    def call_info(self, node: Node, call: int, result: Result) -> CallInfo:
        refs = node.calls[call].refs()
        names = tuple(self.graph.nodes[ref.node].name for ref in refs)
        return CallInfo(
            names,
            tuple(tensor.shape for tensor in result.inputs),
            tuple(tensor.shape for tensor in result.tensors),
            tuple((ref.call, ref.tensor) for ref in refs),
        )

    def cost(self, layer: Layer, results: list[Result]) -> Cost:
        """Weights by the first call, as Keras builds them; work is the sum over all calls."""
        if len(results) > 1:
            each = [call_cost(layer, result, self.trainable) for result in results]
            sums = {figure: _sum(getattr(cost, figure) for cost in each) for figure in FIGURES}
            return each[0]._replace(**sums)
        known = self.costs.get(id(layer))
        if known is not None and known[0] is results[0]:
            return known[1]
        cost = call_cost(layer, results[0], self.trainable)
        self.costs[id(layer)] = (results[0], cost)
        return cost

    def totals(self, rows: Sequence[Row]) -> Totals:
        weights = self.owned.values()
        not_counted = {figure: tuple(row.name for row in rows if getattr(row, figure) is None) for figure in FIGURES}
        return Totals(
            sum(product(weight.shape) or 0 for weight in weights),
            sum(product(weight.shape) or 0 for weight in weights if weight.trainable),
            sum(weight_bytes(weight) for weight in weights),
            sum(weight_bytes(weight) for weight in weights if weight.trainable),
            *(_sum(getattr(row, figure) for row in rows) for figure in FIGURES),
            {figure: names for figure, names in not_counted.items() if names},
            any(row.opaque for row in rows),
        )


def unknown(layer: Layer, result: Result) -> bool:
    """Whether weights may be missing: of a layer that keeps them to itself, or that stands behind one."""
    return layer.opaque or result.output is None


def type_name(layer: Layer) -> str:
    return str(getattr(layer, "type_name", type(layer).__name__))


def call_cost(layer: Layer, result: Result, trainable: bool) -> Cost:
    """Costs of one call of one layer."""
    weights = tuple(layer_weights(layer, result, trainable))
    params = [product(owned.weight.shape) or 0 for owned in weights]
    untold = unknown(layer, result)
    macs = None if untold else layer.macs(result.output, *result.args, **result.kwargs)
    elementwise = None if untold else layer.elementwise(result.output, *result.args, **result.kwargs)
    return Cost(
        weights,
        sum(params),
        sum(count for count, owned in zip(params, weights, strict=True) if owned.weight.trainable),
        sum(weight_bytes(owned.weight) for owned in weights),
        macs,
        None if macs is None or elementwise is None else 2 * macs + elementwise,
        _sum(tensor_bytes(tensor) for tensor in result.tensors),
        tuple(child_rows(layer, result, trainable)),
    )


def layer_weights(layer: Layer, result: Result, trainable: bool) -> Iterator[Owned]:
    """Own weights first, then those of the layers inside, each with its path as name."""
    if any(tensor.shape is None for tensor in result.inputs):
        return
    yield from _weights(layer, result.args, result.kwargs, (trainable, (), None))


def _weights(layer: Layer, args: Any, kwargs: Any, above: tuple[bool, tuple[str, ...], Any]) -> Iterator[Owned]:
    trainable, path, shared = above
    trainable = trainable and layer.trainable
    shared, path_here = (layer.shared_id, ()) if layer.shared_id is not None else (shared, path)
    for weight in layer.weights(*args, **kwargs):
        name = "/".join((*path, weight.name))
        info = WeightInfo(
            name, weight.shape, weight.dtype or layer.variable_dtype, weight.trainable and trainable, weight.axes
        )
        yield Owned((shared, *path_here, weight.name), info)
    for child in layer.children(*args, **kwargs):
        yield from _weights(child.layer, child.inputs, {}, (trainable, (*path, child.name), shared))


def child_rows(layer: Layer, result: Result, trainable: bool) -> Iterator[Row]:
    """Rows of the layers inside a wrapper or a composed layer."""
    if result.output is None:
        return
    trainable = trainable and layer.trainable
    for child in layer.children(*result.args, **result.kwargs):
        inputs = tuple(Tensor(shape, layer.compute_dtype) for shape in _flat(child.inputs))
        inner = apply(child.layer, child.inputs, {}, inputs)
        cost = call_cost(child.layer, inner, trainable)
        shapes = (tuple(tensor.shape for tensor in inputs), tuple(tensor.shape for tensor in inner.tensors))
        yield Row(
            child.name, type_name(child.layer), child.layer.trainable and trainable, inner.tensors[0].dtype,
            (CallInfo((), *shapes),), cost.params, cost.trainable_params, cost.weight_bytes, cost.macs, cost.flops, cost.activation_bytes,
            tuple(owned.weight for owned in cost.weights), cost.rows, (), unknown(child.layer, inner), child.layer, inner,
        )  # fmt: skip


def _flat(tree: Any) -> list[Any]:
    if isinstance(tree, tuple) and (not tree or tree[0] is None or isinstance(tree[0], int)):
        return [tree]
    return [shape for item in tree for shape in _flat(item)]


def tensor_bytes(tensor: Tensor) -> int | None:
    count = None if tensor.shape is None else size(tensor.shape)
    width = DTYPE_BYTES.get(tensor.dtype)
    return None if count is None or width is None else count * width


def weight_bytes(weight: WeightInfo) -> int:
    return (product(weight.shape) or 0) * DTYPE_BYTES.get(weight.dtype, 1)


def _sum(counts: Iterable[int | None]) -> int | None:
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total
