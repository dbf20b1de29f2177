"""Two models on the same data, with the same weights: whether their outputs are equal, and where they part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import kernels
from densecli.errors import ReadError
from densecli.graph.trace import trace
from densecli.records import Record
from densecli.run.machine import default_limit
from densecli.run.record import Recorder
from densecli.run.run import prepare
from densecli.run.weights.initial import fill
from densecli.run.weights.slots import mismatch, places
from densecli.shape import show
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from densecli.graph.graph import Graph
    from densecli.run.record import Recorded
    from densecli.run.run import Options, Plan
    from densecli.run.weights.slots import Slot

Array = Any


class Gap(Record):
    """The outputs of two layers (by their names): the largest difference and its place, with the two numbers there.

    Without a place the shapes or the dtypes differ, so that nothing can be compared.
    """

    before: str
    after: str
    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    equal: bool
    largest: float | None = None
    at: tuple[int, ...] = ()
    values: tuple[float, float] = (0.0, 0.0)


class Comparison(Record):
    """Outputs in order; the first layers that differ, of those that both models have; where data and weights came from."""

    seed: int
    data: str
    weights: str
    tolerance: float
    outputs: tuple[Gap, ...]
    layers: int
    first: Gap | None

    @property
    def equal(self) -> bool:
        return all(gap.equal for gap in self.outputs)


def compare(
    graphs: tuple[Graph, Graph],
    options: tuple[Options, Options],
    pairs: Sequence[tuple[str, str]],
    tolerance: float,
) -> Comparison:
    """Run both models; `pairs` are the names of layers that stand for each other. Raises DenseError."""
    plans = both_plans(graphs, options)
    (before, calls), (after, other_calls) = map(recorded, plans)
    outputs = tuple(output_gaps(graphs, (before, after), tolerance))
    found = list(layer_gaps((calls, other_calls), pairs, tolerance))
    start = next((gap for gap in found if not gap.equal), None)
    data = "as given" if options[0].data else f"random, seed {options[0].seed}"
    return Comparison(options[0].seed, data, origin(*options), tolerance, outputs, len(found), start)


def both_plans(graphs: tuple[Graph, Graph], options: tuple[Options, Options]) -> tuple[Plan, Plan]:
    """Both passes, ready to run. The model that gives its weights to the other is prepared first."""
    most = default_limit() if options[0].max_memory is None else options[0].max_memory
    wishes = [each._replace(values=True, max_memory=most // 2) for each in options]
    first = int(only_second(*options))
    plan = prepare(graphs[first], wishes[first])
    told = wishes[1 - first]._replace(data=(), batch=None, inputs=in_order(graphs[1 - first], plan))
    if None in (options[0].weights, options[1].weights) or options[0].weights == options[1].weights:
        told = told._replace(weights=None, arrays=same_weights(graphs, plan, first))
    other = prepare(graphs[1 - first], told)
    return (other, plan) if first else (plan, other)


def only_second(a: Options, b: Options) -> bool:
    """Whether only the second model has weights of its own."""
    return a.weights is None and b.weights is not None


def recorded(plan: Plan) -> tuple[list[Array], list[Recorded]]:
    """The outputs of a pass, and all its calls."""
    recorder = Recorder(plan.graph, plan.weights, plan.inputs)
    return plan.once(recorder), recorder.calls


def in_order(graph: Graph, plan: Plan) -> tuple[Array, ...]:
    """The data of one model in the order of the other's inputs: by name if the names are the same. Raises ReadError (E508)."""
    data = dict(zip((plan.graph.nodes[ref.node].name for ref in plan.graph.inputs), plan.inputs, strict=True))
    names = [graph.nodes[ref.node].name for ref in graph.inputs]
    if len(names) != len(data):
        message = f"the models have {plural(len(data), 'input')} and {plural(len(names), 'input')}, so they cannot run on the same data"
        raise ReadError(message, code="E508")
    values = [data[name] for name in names] if data.keys() == set(names) else list(data.values())
    return tuple(value.array for value in values)


def origin(a: Options, b: Options) -> str:
    """Where the weights come from, in words."""
    if a.weights is not None and b.weights is not None and a.weights != b.weights:
        return "each model's own"
    file = b.weights if only_second(a, b) else a.weights
    drawn = f"drawn with seed {a.seed}" if a.number is None else f"all {a.number:g}"
    return f"{drawn if file is None else f'from {file}'}, the same arrays for both in order"


# -- the same weights -----------------------------------------------------------------------
def same_weights(graphs: tuple[Graph, Graph], plan: Plan, first: int) -> dict[str, Array]:
    """The arrays of one model by the keys of the other's weights, slot by slot. Raises ReadError (E323) if slots differ."""
    slots = [list(unique_slots(graph)) for graph in graphs]
    check_slots(*slots)
    arrays = dict(by_key(graphs[first], plan))
    pairs = zip(slots[first], slots[1 - first], strict=True)
    return {theirs.key: arrays[own.key] for own, theirs in pairs if own.key in arrays}


def unique_slots(graph: Graph) -> Iterator[Slot]:
    found = {slot.key: slot for place in places(graph, trace(graph)) for slot in place.slots()}
    yield from found.values()


def check_slots(before: Sequence[Slot], after: Sequence[Slot]) -> None:
    for a, b in zip(before, after, strict=False):
        if a.shape != b.shape:
            message = f"the models cannot share weights: {quote(a.key)} is {show(a.shape)}, but {quote(b.key)}, which takes its place, is {show(b.shape)}"
            raise mismatch(
                message,
                "with --run, weights go from one model to the other in Keras' order, so their shapes must agree",
            )
    if len(before) != len(after):
        message = f"the models cannot share weights: they have {plural(len(before), 'array')} and {plural(len(after), 'array')}"
        longer = before if len(before) > len(after) else after
        raise mismatch(message, f"{quote(longer[min(len(before), len(after))].key)} has no counterpart")


def by_key(graph: Graph, plan: Plan) -> Iterator[tuple[str, Array]]:
    """The arrays of a plan by their keys: laid beside a structure of the same form that holds the keys."""
    wanted = {index for index, weights in enumerate(plan.weights) if weights}
    keys = fill(graph, trace(graph), lambda _, __, path: path, wanted)
    for known, weights in zip(keys, plan.weights, strict=True):
        yield from beside(known, weights)


def beside(keys: Mapping[str, Any], weights: Mapping[str, Any]) -> Iterator[tuple[str, Array]]:
    for name, key in keys.items():
        if isinstance(key, dict):
            yield from beside(key, weights[name])
        else:
            yield key, weights[name]


# -- gaps ------------------------------------------------------------------------------------
def output_gaps(graphs: Sequence[Graph], outputs: Sequence[Sequence[Array]], tolerance: float) -> Iterator[Gap]:
    names = [[graph.nodes[ref.node].name for ref in graph.outputs] for graph in graphs]
    if len(outputs[0]) != len(outputs[1]):
        counts = [plural(len(each), "output") for each in outputs]
        raise ReadError(f"the models have {counts[0]} and {counts[1]}, so they cannot be compared", code="E508")
    for pair, a, b in zip(zip(*names, strict=True), *outputs, strict=True):
        yield gap(pair, a, b, tolerance)


def layer_gaps(
    ran: tuple[Sequence[Recorded], Sequence[Recorded]],
    pairs: Sequence[tuple[str, str]],
    tolerance: float,
    above: tuple[str, str] = ("", ""),
) -> Iterator[Gap]:
    """Layers that stand for each other, in the order of the second model's calls; in a nested model those of the same name."""
    before = {(call.name, call.call): call for call in ran[0]}
    partner = {b: a for a, b in pairs}
    for call in ran[1]:
        other = before.get((partner.get(call.name, ""), call.call))
        if other is None:
            continue
        names = (above[0] + other.name, above[1] + call.name)
        if call.inside and other.inside:
            same = [(each.name, each.name) for each in call.inside]
            yield from layer_gaps((other.inside, call.inside), same, tolerance, (f"{names[0]}/", f"{names[1]}/"))
        yield from (gap(names, a, b, tolerance) for a, b in zip(other.outputs, call.outputs, strict=False))


def gap(names: tuple[str, str], a: Array, b: Array, tolerance: float) -> Gap:
    shapes = tuple(a.shape), tuple(b.shape)
    if shapes[0] != shapes[1] or "U" in (a.dtype.kind, b.dtype.kind):
        return Gap(*names, shapes, equal=a.dtype.kind == b.dtype.kind == "U" and kernels.same(a, b))
    largest, at, scale = kernels.largest_difference(a, b)
    values = (float(a[at]), float(b[at]))
    return Gap(*names, shapes, largest <= tolerance * max(1.0, scale), largest, at, values)
