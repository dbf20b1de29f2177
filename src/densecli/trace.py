"""Shapes through a graph: what goes into and comes out of every call of every layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from densecli.errors import DenseError, ShapeError, SpecErrors
from densecli.graph import Call, Graph, Node, Ref, call_order, map_refs
from densecli.shape import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.layer import Layer
    from densecli.shape import Shape


class Tensor(NamedTuple):
    """The shape (batch first) and dtype of a tensor. `shape` is None where an opaque layer keeps it to itself."""

    shape: Shape | None
    dtype: str


class Result(NamedTuple):
    """One call: the shapes in the structure of the call, what the layer answered, and that as flat tensors."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    inputs: tuple[Tensor, ...]
    output: Any
    tensors: tuple[Tensor, ...]


class Trace:
    """Results by (node, call). A call below a mistake or behind an unknown shape has none."""

    __slots__ = ("errors", "results")

    def __init__(self) -> None:
        self.results: dict[tuple[int, int], Result] = {}
        self.errors: list[DenseError] = []

    def tensor(self, ref: Ref) -> Tensor | None:
        result = self.results.get((ref.node, ref.call))
        if result is None:
            return None
        if result.output is None:  # nobody knows how many tensors come out of what is opaque
            return result.tensors[0]
        return result.tensors[ref.tensor]


def trace(graph: Graph, inputs: Sequence[Tensor] | None = None) -> Trace:
    """Infer every shape. `inputs` stand in for the input layers' own. Raises SpecErrors with each independent mistake."""
    found = Trace()
    given = dict(zip((ref[:2] for ref in graph.inputs), inputs or (), strict=False))
    order = _order(graph)
    memo: dict[Any, Result] = {}
    for step in order:
        node = graph.nodes[step[0]]
        if step in given:
            found.results[step] = Result((), {}, (), given[step].shape, (given[step],))
        else:
            _trace_call(found, node, step, memo)
    if found.errors:
        raise SpecErrors(found.errors)
    return found


def _order(graph: Graph) -> Sequence[tuple[int, int]]:
    """Calls in an order that works, those of layers that no output needs included where they can be reached."""
    if graph.kind == "Sequential":
        return [(index, 0) for index in range(len(graph.nodes))]
    return call_order(graph)[0]


def _trace_call(found: Trace, node: Node, step: tuple[int, int], memo: dict[Any, Result]) -> None:
    call = node.calls[step[1]]
    single = call.args[0] if len(call.args) == 1 and isinstance(call.args[0], Ref) and not call.kwargs else None
    key = None
    if single is not None:
        tensor = found.tensor(single)
        if tensor is None:
            return
        key = (node.layer, tensor)
        known = memo.get(key)
        if known is not None:
            found.results[step] = known
            return
    try:
        result = call_layer(found, node, call)
    except SpecErrors as several:  # of a nested model
        found.errors += several.errors
        return
    except ShapeError as error:
        found.errors.append(_explain(error, found, node, call))
        return
    if result is not None:
        found.results[step] = result
        memo[key] = result


def call_layer(found: Trace, node: Node, call: Call) -> Result | None:
    """The result of one call, or None where an input is unknown because of a mistake above it."""
    refs = call.refs()
    tensors = [found.tensor(ref) for ref in refs]
    if any(tensor is None for tensor in tensors):
        return None
    known = {ref: tensor for ref, tensor in zip(refs, tensors, strict=True) if tensor is not None}
    args, kwargs = map_refs((call.args, call.kwargs), lambda ref: known[ref].shape)
    inputs = tuple(known[ref] for ref in refs)
    return apply(node.layer, args, kwargs, inputs)


def apply(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any], inputs: tuple[Tensor, ...]) -> Result:
    """Call one layer on shapes; an opaque input shape makes the outputs opaque, for no rule can be applied to it."""
    if any(tensor.shape is None for tensor in inputs):
        return Result(args, kwargs, inputs, None, (Tensor(None, layer.compute_dtype),))
    layer.accept(*args, **kwargs)
    output = layer.output(*args, **kwargs)
    dtypes = layer.output_dtype(*(tensor.dtype for tensor in inputs))
    shapes = flat_shapes(output)
    each = dtypes if isinstance(dtypes, list) else [dtypes] * len(shapes)
    return Result(args, kwargs, inputs, output, tuple(map(Tensor, shapes, each)))


def flat_shapes(output: Any) -> list[Shape | None]:
    if isinstance(output, list):
        return [shape for part in output for shape in flat_shapes(part)]
    return [output]


def _explain(error: ShapeError, found: Trace, node: Node, call: Call) -> DenseError:
    """Add which layer it was, where it stands and what came in."""
    if error.layer is None:
        error.message = f"{type(node.layer).__name__} '{node.name}': {error.message}"
        shapes = [tensor.shape for tensor in map(found.tensor, call.refs()) if tensor is not None]
        error.label = error.label or f"input {show(shapes[0] if len(shapes) == 1 else shapes)}"
    return error.at(node.place, node.name)
