"""The forward pass as a user asks for it: weights allocated, data made or read, outputs measured.

`kernels` (and with them numpy) are imported here and nowhere else on the way to a summary.
"""

from __future__ import annotations

from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING, Any

from densecli import kernels
from densecli.errors import DenseError, GraphError, LimitError, ReadError, did_you_mean
from densecli.graph.computed import as_computed
from densecli.graph.forward import Value, flat_arrays, forward
from densecli.graph.graph import Graph, Ref, call_order, require_layers
from densecli.graph.trace import trace
from densecli.layer import Constant
from densecli.names import DTYPE_BYTES
from densecli.quantity import size_hint
from densecli.read.limits import LIMITS, Limits
from densecli.records import Record
from densecli.run.data import Written, concrete, draw_input, fitted_inputs, given_arrays, read_arrays
from densecli.run.fuse import fuse
from densecli.run.liveness import peak, peak_tensors
from densecli.run.machine import default_limit
from densecli.run.profile import CallProfile, OutputStats, Profile, stats
from densecli.run.record import Recorded, Recorder
from densecli.run.weights import Weights, allocate, nested_weights
from densecli.run.weights.slots import Place, any_of, places
from densecli.shape import product, show
from densecli.text import binary_size, plural, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from densecli.graph.graph import Node, Step
    from densecli.graph.trace import Tensor, Trace

    Watch = Callable[[Step, list[Value]], None]

Array = Any
SIZED = ("BroadcastTo", "Reshape", "Tile")  # functions whose sizes may depend on the batch, which only code knows

__all__ = ["CallProfile", "Options", "Outcome", "OutputStats", "flat_arrays", "nested_weights", "prepare", "run"]


class Options(Record):
    """The user's options for a forward pass."""

    seed: int = 0
    batch: int | None = None
    max_memory: int | None = None  # bytes; None is a share of the machine's free memory
    weights: str | None = None  # a file; None draws them from the initializers
    data: tuple[str, ...] = ()  # [NAME=]ARRAY
    until: str | None = None  # the name of the layer whose outputs to return
    profile: bool = False
    limits: Limits = LIMITS  # of the file with the weights
    elsewhere: str | None = None  # what is known of weights that are not used
    number: float | None = None  # for all weights, if there is no file
    given: tuple[tuple[str, str], ...] = ()  # names of weights, each with a number or an array as text or in a file
    values: bool = False  # whether to keep the arrays of every call
    inputs: tuple[Array, ...] | None = None  # the data itself, in the order of the inputs
    arrays: Mapping[str, Array] | None = None  # all weights by their keys


class Outcome(Record):
    """A finished forward pass."""

    seed: int
    outputs: tuple[OutputStats, ...]
    seconds: float
    peak_bytes: int
    arrays: tuple[Array, ...]
    batch: int | None = None
    weights: str | None = None
    profile: tuple[CallProfile, ...] | None = None
    notes: tuple[str, ...] = ()
    number: float | None = None  # that all weights have
    given: tuple[str, ...] = ()  # names of weights with values from the command line
    inputs: tuple[tuple[str, Array], ...] = ()  # by name, if the values are kept
    calls: tuple[Recorded, ...] | None = None  # the same

    @property
    def first_not_finite(self) -> str | None:
        """The first call whose outputs have NaN or infinity, if calls were watched."""
        return next((call.name for call in self.profile or () if not call.finite), None)


class Plan(Record):
    """A forward pass that is ready to run."""

    graph: Graph
    inputs: list[Value]
    weights: list[dict[str, Any]]
    found: Trace
    peak_bytes: int
    drawn: tuple[str, ...] = ()  # inputs without data
    unused: tuple[str, ...] = ()  # arrays in the weights file that match no weight

    def __call__(self, watch: Watch | None = None) -> list[Array]:
        """The outputs; the inputs stay for another pass."""
        return self.on(list(self.inputs), watch)

    def once(self, watch: Watch | None = None) -> list[Array]:
        """The outputs of the only pass: inputs are freed after their last use."""
        return self.on(self.inputs, watch)

    def on(self, inputs: list[Value], watch: Watch | None) -> list[Array]:
        with kernels.silence():  # NaN and infinity are results here, and shown as such
            return [value.array for value in forward(self.graph, kernels, self.weights, inputs, watch)]


def run(graph: Graph, options: Options = Options(), watch: Watch | None = None) -> Outcome:  # noqa: B008  # immutable
    """One forward pass. Raises DenseError or LimitError before anything is allocated.

    `watch` sees every call as it ends.
    """
    plan = prepare(graph, options)
    profile = Profile(plan.graph, plan.found) if options.profile else None
    started = perf_counter()
    first = plan.inputs[0].array.shape if plan.inputs else ()
    with kernels.noting(options.values) as noted:
        recorder = Recorder(plan.graph, plan.weights, plan.inputs, noted) if options.values else None
        arrays = plan.once(each_of(profile, recorder, watch))
    seconds = perf_counter() - started if profile is None else profile.spent
    names = [plan.graph.nodes[ref.node].name for ref in plan.graph.outputs]
    return Outcome(
        options.seed, tuple(map(stats, names, arrays)), seconds, plan.peak_bytes, tuple(arrays),
        batch=first[0] if first else None,
        weights=options.weights,
        profile=None if profile is None else tuple(profile.calls),
        notes=(*unused_weights(options, plan), *notes(graph, plan.drawn if options.data else ())),
        number=options.number,
        given=tuple(name for name, _ in options.given),
        inputs=() if recorder is None else recorder.named_inputs(),
        calls=None if recorder is None else tuple(recorder.calls),
    )  # fmt: skip


def prepare(graph: Graph, options: Options = Options()) -> Plan:  # noqa: B008  # immutable
    """Prepare a pass: whatever cannot run or does not fit into memory is refused before anything is allocated."""
    require_layers(graph, "run")
    whole = graph
    graph = part(whole, options.until)
    order = call_order(graph)[0]
    wanted = {node for node, _ in order} - {ref.node for ref in graph.inputs}
    check_runnable(graph, wanted)
    most = default_limit() if options.max_memory is None else options.max_memory
    given = given_arrays(graph, options.data, most) if options.inputs is None else fitted_inputs(graph, options.inputs)
    shapes, found = concrete(graph, given, options.batch)
    built = trace(whole)
    computed = as_computed(graph, found)
    if computed is not graph:
        shapes, found = concrete(computed, given, options.batch)
        check_built(graph, built, computed, found)
    check_computable(graph, found)
    tensors = peak(graph, found).made if options.values else peak_tensors(graph, found)
    needed = weight_bytes(whole, built, wanted) + tensors
    check_memory(needed, most)
    weights, unused = allocate(whole, built, source_of_weights(options, most), wanted, most)
    inputs = draw(graph, given, shapes, options.seed)
    if not options.profile and not options.values:  # these show every layer, so none is joined to another
        graph = fuse(graph, kernels, weights)
    names = [graph.nodes[ref.node].name for ref in graph.inputs]
    drawn = tuple(name for name, array in zip(names, given, strict=True) if array is None)
    return Plan(graph, inputs, weights, found, needed, drawn, unused)


def source_of_weights(options: Options, most: int) -> Weights:
    given = [(name, weight_value(name, text, most)) for name, text in options.given]
    return Weights(options.weights, options.seed, options.limits, options.number, given, options.arrays)


def weight_value(name: str, text: str, most: int) -> Any:
    """A number for all elements of a weight, or an array. Raises ReadError (E508)."""
    with suppress(ValueError):
        return float(text)
    found = read_arrays(text, most)
    if isinstance(found, dict):
        raise ReadError(f"{quote(name)} is one array, but {quote(text)} has several by name", code="E508")
    if not isinstance(found, Written):
        return found
    return found.array[0] if found.table and len(found.array) == 1 else found.array


def check_built(graph: Graph, built: Trace, computed: Graph, found: Trace) -> None:
    """Refuse layers whose weights, made for shapes that Keras reports, do not fit those that it computes. Raises GraphError."""
    for ref in graph.outputs:
        found.tensor(ref)  # one that Keras reports may not be there
    for (index, _), result in found.results.items():
        node, first = graph.nodes[index], built.results.get((index, 0))
        ours = [] if first is None else Place(node.name, node.layer, first).slots()
        theirs = Place(node.name, computed.nodes[index].layer, result).slots()
        for slot, needed in zip(ours, theirs, strict=False):
            if slot.shape != needed.shape:
                message = (
                    f"{node.layer.type_name} {quote(node.name)}: {slot.path} is {show(slot.shape)} by the shapes that "
                )
                message += f"Keras reports, but {show(needed.shape)} is needed for those that it computes"
                raise GraphError(message, code="E405", place=node.place, layer=node.name)


def draw(graph: Graph, given: Sequence[Array | None], shapes: Sequence[Tensor], seed: int) -> list[Value]:
    """The inputs; those without data come from a separate random generator, so that weights do not change them."""
    random = kernels.generator([seed, 1])
    return [
        Value(draw_input(graph, ref, tensor, random) if array is None else array)
        for ref, array, tensor in zip(graph.inputs, given, shapes, strict=True)
    ]


def part(graph: Graph, name: str | None) -> Graph:
    """The part of a model up to a layer, whose outputs become its own; all of it without a name. Raises GraphError."""
    if name is None:
        return graph
    index = next((index for index, node in enumerate(graph.nodes) if node.name == name), None)
    if index is None:
        hint = did_you_mean(name, [node.name for node in graph.nodes])
        raise GraphError(f"no layer named {quote(name)}", code="E402", hint=hint)
    call = len(graph.nodes[index].calls) - 1
    results = trace(graph).results
    count = len(results[index, call].tensors) if (index, call) in results else 1
    found = Graph(graph.name, "Functional", graph.nodes, graph.inputs, [Ref(index, call, at) for at in range(count)])
    used = {step[0] for step in call_order(found)[0]}
    found.inputs = [ref for ref in graph.inputs if ref.node in used]
    found.told = graph.told
    return found


def check_runnable(graph: Graph, wanted: set[int]) -> None:
    """Refuse layers without a forward pass before any work. Raises DenseError."""
    missing = [name for index in sorted(wanted) for name in not_runnable(graph, index)]
    if missing:
        raise DenseError(
            f"not runnable: {', '.join(missing[:5])}{', …' if len(missing) > 5 else ''}",
            code="E509",
            hint="--run needs layers with a known forward pass; --until LAYER stops earlier",
        )


def not_runnable(graph: Graph, index: int) -> Iterator[str]:
    """The layers that have no forward pass: the node's own, or those inside a nested model."""
    node = graph.nodes[index]
    inner: Graph | None = getattr(node.layer, "graph", None)
    if inner is None:
        rule = getattr(node.layer, "rule", None)
        if (
            not node.layer.runnable
            or (rule is not None and rule not in kernels.OPERATIONS)
            or lacks_numbers(graph, node)
        ):
            yield f"{node.layer.type_name} '{node.name}'"
        return
    inputs = {ref.node for ref in inner.inputs}
    for place in range(len(inner.nodes)):
        if place not in inputs:
            yield from not_runnable(inner, place)


def lacks_numbers(graph: Graph, node: Node) -> bool:
    """Whether a call has an array of which only the shape is known, or a size that only other code knows."""
    config = node.layer.config.values() if getattr(node.layer, "rule", "") in SIZED else None  # type: ignore[attr-defined]
    values = [each for call in node.calls for each in [*call.args, *call.kwargs.values()]]
    if any(isinstance(each, Constant) and each.value is None for each in values):
        return True
    return config is not None and any(_left_open(each, graph, node) for each in [*config, *values])


def _left_open(sizes: Any, graph: Graph, node: Node) -> bool:
    """Whether a size is unknown. The first one of a reshape is the batch if nothing else is open in the model's inputs."""
    if not isinstance(sizes, list | tuple) or None not in sizes:
        return False
    inputs = [graph.nodes[ref.node].layer.output() for ref in graph.inputs]
    only_batches = all(shape is not None and None not in shape[1:] for shape in inputs)
    return None in sizes[1:] or node.layer.rule != "Reshape" or not only_batches  # type: ignore[attr-defined]


def weight_bytes(graph: Graph, found: Trace, wanted: set[int]) -> int:
    """Bytes of the weights of some nodes, each once."""
    names = {graph.nodes[index].name for index in wanted}
    slots = {slot.key: slot for place in places(graph, found) if place.name in names for slot in place.slots()}
    return sum((product(slot.shape) or 0) * DTYPE_BYTES.get(slot.dtype, 4) for slot in slots.values())


def check_computable(graph: Graph, found: Trace) -> None:
    """Refuse empty tensors, and weights or tensors that NumPy cannot represent. Raises DenseError."""
    for (index, _), result in found.results.items():
        node = graph.nodes[index]
        weights = Place(node.name, node.layer, result).slots()
        for shape, dtype in [*result.tensors, *((slot.shape, slot.dtype) for slot in weights)]:
            if shape is not None and 0 in shape:
                problem = f"is {show(shape)}, which has no elements"
            elif dtype.startswith("float8"):
                problem = f"is {dtype}, which NumPy does not have"
            else:
                continue
            message = f"not runnable: {quote(node.name)} {problem}"
            raise DenseError(message, code="E509").at(node.place, node.name)


def check_memory(needed: int, most: int) -> None:
    if needed > most:
        hint = size_hint(most, needed) or "use a smaller --batch, or a higher --max-memory"
        message = f"the forward pass needs {binary_size(needed)}, the limit is {binary_size(most)}"
        raise LimitError(message, code="E507", hint=hint)


def each_of(*watches: Watch | None) -> Watch | None:
    """One that calls all of them in turn."""
    there = [watch for watch in watches if watch is not None]

    def every(step: Step, values: list[Value]) -> None:
        for watch in there:
            watch(step, values)

    return every if len(there) > 1 else next(iter(there), None)


def unused_weights(options: Options, plan: Plan) -> Iterator[str]:
    """Weights that exist but had no part in the pass."""
    if options.elsewhere is not None:
        yield options.elsewhere
    if plan.unused:
        count = plural(len(plan.unused), "array")
        yield f"not used: {count} in the weights file that no layer takes: {any_of([*plan.unused])}"


def notes(graph: Graph, drawn: Sequence[str]) -> Iterator[str]:
    """Notes on inputs without data, and on arithmetic that differs from the file's dtypes."""
    if drawn:
        yield f"random data was used for {', '.join(map(quote, drawn))}, which had no data"
    dtypes = {node.layer.compute_dtype for node in graph.nodes}
    if "bfloat16" in dtypes:
        yield "bfloat16 layers were computed in float32: NumPy has no bfloat16"
    if "float16" in dtypes:
        yield "float16 layers were computed in float32; only their inputs and outputs were rounded"
