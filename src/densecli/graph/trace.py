"""Shapes through a graph: the input and output shapes of every call of every layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ConfigError, DenseError, GraphError, ShapeError, SpecErrors, UnknownSizeError
from densecli.graph.again import check_weights, lacks_size, with_sizes_of
from densecli.graph.graph import Call, Graph, Node, Ref, beside_order, first_calls_first, map_refs, refs_in
from densecli.names import DTYPES
from densecli.records import Record
from densecli.shape import as_shape, check_sizes, show
from densecli.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from densecli.graph.graph import Step
    from densecli.layer import Layer
    from densecli.shape import Shape


class Tensor(Record):
    """The shape (batch first) and dtype of a tensor. `shape` is None after an opaque layer."""

    shape: Shape | None
    dtype: str


class Result(Record):
    """One call: the shapes in the structure of the call, the layer's answer, and the same as flat tensors."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    inputs: tuple[Tensor, ...]
    output: Any
    tensors: tuple[Tensor, ...]


SWITCHES = ("return_attention_scores", "use_causal_mask", "reverse")  # arguments of calls that are not tensors


class Trace:
    """Results by (node, call). A call after an error or an unknown shape has none."""

    __slots__ = ("built", "errors", "results", "rows", "work")

    def __init__(self, built: Trace | None = None) -> None:
        self.rows: Any = None  # what infer made of this trace, so that models in models are counted once
        self.work: dict[str, int | None] = {}  # of all calls, by its rule
        self.results: dict[tuple[int, int], Result] = {}
        self.errors: list[DenseError] = []
        self.built = built  # of a model that is called: the calls that made the weights of its layers

    def first_call(self, step: Step) -> Result | None:
        """The call that made the weights of a layer; None for that call itself."""
        if self.built is not None:
            return self.built.results.get((step[0], 0))
        return self.results.get((step[0], 0)) if step[1] else None

    def tensor(self, ref: Ref) -> Tensor | None:
        result = self.results.get(ref[:2])
        if result is None:
            return None
        tensors = result.tensors
        if ref[2] < len(tensors):
            return tensors[ref[2]]
        if result.output is None:  # an opaque layer: its number of outputs is unknown
            return Tensor(None, result.tensors[0].dtype if result.tensors else "float32")
        count = plural(len(result.tensors), "output")
        raise GraphError(f"output {ref.tensor} is requested, but the layer has {count}", code="E402")


def trace(graph: Graph, inputs: Sequence[Tensor] | None = None, built: Trace | None = None) -> Trace:
    """Infer every shape. `inputs` stand in for the input layers' own. Raises SpecErrors with each independent mistake.

    `built` are the calls that built the layers, if that was before this.
    """
    found = Trace(built)
    given = dict(zip((ref[:2] for ref in graph.inputs), inputs or (), strict=False))
    order = _order(graph)
    chain = graph.kind == "Sequential"
    memo: dict[Any, Result] = {}
    for step in order:
        if step in given:
            found.results[step] = Result((), {}, (), given[step].shape, (given[step],))
        else:
            _trace_call(graph, found, step, memo)
            if step in graph.told:
                _tell(found, step, graph.told[step])
            if chain and step in found.results and len(found.results[step].tensors) > 1:
                _pass_on(graph, step[0], len(found.results[step].tensors))
    if found.errors:
        raise SpecErrors(found.errors)
    return found


def _order(graph: Graph) -> Sequence[tuple[int, int]]:
    """Calls in an order that works, including those of layers that no output needs, if reachable."""
    if graph.kind == "Sequential":
        return [(index, 0) for index in range(len(graph.nodes))]
    order = first_calls_first(graph)
    reached = set(order)
    beside = beside_order(graph) if graph.beside else ()
    return [*(ref[:2] for ref in graph.inputs if ref[:2] not in reached), *order, *beside]


def _pass_on(graph: Graph, index: int, count: int) -> None:
    """A Sequential passes on all outputs of a layer, as one list: to the next layer, or to its caller (Keras 3.15.1)."""
    whole = [Ref(index, 0, tensor) for tensor in range(count)]
    following = graph.nodes[index + 1] if index + 1 < len(graph.nodes) else None
    if following is not None and following.calls[0].args == (whole[0],):
        following.calls = [Call((whole,), following.calls[0].kwargs, following.calls[0].extra)]
    if graph.outputs == whole[:1]:
        graph.outputs = whole


def _trace_call(graph: Graph, found: Trace, step: tuple[int, int], memo: dict[Any, Result]) -> None:
    node, first = graph.nodes[step[0]], found.first_call(step)
    call = node.calls[step[1]]
    try:
        key = _memo_key(found, node.layer, call)
        key = key if first is None or key is None else (first.inputs, *key)
        result = memo.get(key)
        if result is None:
            result = call_layer(found, node, call, first)
            if first is not None and result is not None:
                check_weights(node.layer, first, result)
    except SpecErrors as several:  # of a nested model
        found.errors += several.errors
        return
    except ConfigError as several:  # of a layer that this one makes for the shapes of the call
        reason = next(iter(several.problems.values()))
        error = GraphError(f"cannot be called on these inputs: {reason.message}", code="E407")
        found.errors.append(_explain(error, found, node, call))
        return
    except (ShapeError, GraphError) as error:
        if isinstance(error, ShapeError):
            error.hint = _mend(graph, found, node, call) or error.hint
        found.errors.append(_explain(error, found, node, call))
        return
    if result is not None:
        found.results[step] = result
        if key is not None:
            memo[key] = result


def _mend(graph: Graph, found: Trace, node: Node, call: Call) -> str | None:
    """What to do about a call whose shapes do not fit."""
    from densecli.graph.mending import Before, mend  # noqa: PLC0415  # only on the way to an error

    def before(ref: Ref) -> Iterator[Before]:
        while (result := found.results.get(ref[:2])) is not None:
            made = graph.nodes[ref.node]
            keeps = bool(result.inputs) and result.inputs[0].shape == result.output
            yield Before(made.name, made.layer, keeps)
            ref = made.calls[ref.call].refs[0]

    if not call.refs or (tensor := found.tensor(call.refs[0])) is None:
        return None
    return mend(node.layer, tensor.shape, len(call.refs), before(call.refs[0]))


def _memo_key(found: Trace, layer: Layer, call: Call) -> tuple[Any, ...] | None:
    """What equal results have in common, for the usual calls: with one tensor, with several, or with a list of them.

    A shape that is more than a tuple also describes the tensor's values; then only the same tensor gives equal results.
    """
    if layer.opaque:
        return None
    if call.plain:
        tensor = found.tensor(call.refs[0])
        return None if tensor is None or type(tensor[0]) is not tuple else (layer, tensor)
    if call.kwargs or call.extra:
        return None
    listed = call.args[0] if len(call.args) == 1 and type(call.args[0]) is list else None
    tensors = [found.tensor(ref) for ref in call.refs]
    if tuple(call.args if listed is None else listed) != call.refs or any(
        each is None or type(each.shape) is not tuple for each in tensors
    ):
        return None
    return layer, listed is not None, *tensors


def call_layer(found: Trace, node: Node, call: Call, first: Result | None = None) -> Result | None:
    """The result of one call, or None if an input is unknown because of an earlier error."""
    inputs = tuple(tensor for tensor in map(found.tensor, call.refs) if tensor is not None)
    if len(inputs) < len(call.refs):
        return None
    if call.args and isinstance(call.args[0], list):
        _check_list(node.layer, call.args[0])
    try:
        return _call_on(node.layer, call, inputs)
    except (UnknownSizeError, SpecErrors) as error:
        again = None
        if first is not None and lacks_size(error):
            again = with_sizes_of(first.inputs, inputs, lambda given: _call_on(node.layer, call, given))
        if again is None:
            raise
        return again


def _call_on(layer: Layer, call: Call, inputs: tuple[Tensor, ...]) -> Result:
    """A call on tensors of these shapes and dtypes."""
    if call.plain:
        return apply(layer, (inputs[0].shape,), {}, inputs)
    known = dict(zip(call.refs, inputs, strict=True))
    args, kwargs = map_refs((call.args, call.kwargs), lambda ref: known[ref].shape)
    extra = len(list(refs_in(call.extra))) if call.extra else 0
    try:
        result = apply(layer, args, kwargs, inputs[: len(inputs) - extra])
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        if _regular(call):
            raise  # a bug, not a strange file
        raise GraphError("cannot be called on these inputs", code="E407") from None
    return result._replace(inputs=inputs) if call.extra else result


def _check_list(layer: Layer, tensors: list[Any]) -> None:
    if layer.takes in ("one", "several") and not (layer.opaque or layer.carries_masks):
        hint = "a Sequential passes on all outputs of a layer; in a graph, `inputs: lstm` takes the first"
        raise GraphError(f"takes one tensor, got a list of {len(tensors)}", code="E407", hint=hint)


def _regular(call: Call) -> bool:
    """Whether a call has tensors and lists of tensors only, as everything but odd files has."""
    return all(
        value is None
        or isinstance(value, Ref)
        or (isinstance(value, list) and all(isinstance(each, Ref) for each in value))
        for value in (*call.args, *(value for key, value in call.kwargs.items() if key not in SWITCHES))
    )


def _tell(found: Trace, step: Step, told: Mapping[int, Mapping[str, Any]]) -> None:
    """Use what a file says about the outputs of a call, if no rule knows them.

    All up to the last are listed, so an index far beyond those in the file is not believed.
    """
    result = found.results.get(step)
    if result is None or result.output is not None:
        return
    most, unknown = 64 + 4 * len(told), Tensor(None, "float32")
    known = {
        index: Tensor(as_shape(each.get("shape")), each["dtype"])
        for index, each in told.items()
        if index < most and _tells(each)
    }
    tensors = tuple(known.get(index, unknown) for index in range(max(known, default=-1) + 1))
    found.results[step] = result._replace(tensors=tensors) if known else result


def _tells(told: Mapping[str, Any]) -> bool:
    return as_shape(told.get("shape")) is not None and told.get("dtype") in DTYPES


def apply(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any], inputs: tuple[Tensor, ...]) -> Result:
    """Call one layer on shapes; an opaque input shape makes the outputs opaque, because no rule applies to it."""
    if any(tensor.shape is None for tensor in inputs) and not layer.knows_weights:
        return Result(args, kwargs, inputs, None, (Tensor(None, layer.compute_dtype),))
    layer.accept(*args, **kwargs)
    output = layer.output(*args, **kwargs)
    if output is None:
        return Result(args, kwargs, inputs, None, (Tensor(None, layer.compute_dtype),))
    dtypes = layer.call_dtype(args, kwargs, tuple(tensor.dtype for tensor in inputs))
    shapes = flat_shapes(output)
    for shape in shapes:
        check_sizes(shape or ())
    each = dtypes if isinstance(dtypes, list) else [dtypes] * len(shapes)
    return Result(args, kwargs, inputs, output, tuple(map(Tensor, shapes, each)))


def flat_inputs(tree: Any) -> list[Shape | None]:
    """The shapes in the arguments of a call: tuples of sizes, in tuples, lists and dicts."""
    if is_shape(tree):
        return [tree]
    items = [tree[key] for key in sorted(tree)] if isinstance(tree, dict) else tree
    return [shape for item in items for shape in flat_inputs(item)] if isinstance(items, list | tuple) else []


def is_shape(item: Any) -> bool:
    """Whether an argument is the shape of a tensor: a tuple of sizes (those in a config are lists)."""
    return item is None or (isinstance(item, tuple) and all(size is None or isinstance(size, int) for size in item))


def flat_shapes(output: Any) -> list[Shape | None]:
    if isinstance(output, list):
        return [shape for part in output for shape in flat_shapes(part)]
    return [output]


def _explain(error: DenseError, found: Trace, node: Node, call: Call) -> DenseError:
    """Add the layer, its place and its inputs."""
    if error.layer is None:
        error.message = f"{node.layer.type_name} '{node.name}': {error.message}"
        shapes = [] if error.code == "E402" else _shapes(found, call)  # one of them does not exist
        error.label = error.label or (f"input {show(shapes[0] if len(shapes) == 1 else shapes)}" if shapes else None)
    return error.at(node.place, node.name)


def _shapes(found: Trace, call: Call) -> list[Shape | None]:
    return [tensor.shape for tensor in map(found.tensor, call.refs) if tensor is not None]
