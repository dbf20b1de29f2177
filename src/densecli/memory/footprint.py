"""Whether a model fits: the memory of a forward pass and of a training step, and the largest batch in a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import GraphError
from densecli.graph.graph import Graph, Node, require_layers
from densecli.graph.model import Model
from densecli.graph.trace import trace
from densecli.layer import Layer
from densecli.layers.core import InputLayer
from densecli.memory.backward import Backward, LayerMemory, layer_memory
from densecli.memory.optimizers import optimizer_name, state_bytes, update_bytes
from densecli.records import Record
from densecli.run.liveness import peak, peak_tensors
from densecli.shape import show
from densecli.summary.infer import with_batch
from densecli.summary.parameters import weight_bytes, weight_params
from densecli.summary.rows import RowBuilder
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from densecli.graph.trace import Trace
    from densecli.summary.report import WeightInfo

SCHEMA = "densecli/memory/1"
POLICIES = ("float32", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16", "float64")
LARGEST = 2**31 - 1  # no batch is larger: sizes of axes are 32-bit in places of every framework


class Inference(Record):
    """A forward pass: the weights, and the tensors alive at its peak, which is while `at` runs. All in bytes.

    `outputs` is the sum over all layers, for runtimes that keep them until the pass ends.
    """

    weights: int
    tensors: int
    at: str
    alive: tuple[tuple[str, int], ...]
    outputs: int

    @property
    def total(self) -> int:
        """The total if every tensor is freed after its last use."""
        return self.weights + self.tensors

    @property
    def holding_all(self) -> int:
        """The total if no output is freed before the end."""
        return self.weights + self.outputs


class Training(Record):
    """A training step, in bytes.

    `activations` is what is kept for the backward pass, `copies` the part of it that is copies. `passing` is temporary memory:
    the tensors alive at the peak of the pass (in the backward pass, their gradients), or the outputs that are not needed
    again, if Keras' call keeps more of these. `update` is the temporary memory of the optimizer.
    """

    optimizer: str
    weights: int
    gradients: int
    optimizer_state: int
    activations: int
    copies: int
    passing: int
    update: int

    @property
    def total(self) -> int:
        """Everything that must be kept during the step."""
        return self.weights + self.gradients + self.optimizer_state + self.activations

    @property
    def peak(self) -> int:
        """The peak of a step: all of the above, the moment between forward and backward pass, or the update."""
        lasting = self.weights + self.optimizer_state
        return max(self.total, lasting + self.activations + self.passing, lasting + self.gradients + self.update)


class Budget(Record):
    """The largest batches that fit: 0 if not even one sample does, None if the model fixes the batch size.

    `forward` and `step` are the bytes that the smallest batch takes, in a forward pass and in a training step.
    """

    bytes: int
    inference: int | None
    training: int | None
    forward: int
    step: int

    @property
    def fits(self) -> bool:
        """Whether at least a forward pass of the smallest batch fits."""
        return self.forward <= self.bytes


class WeightSum(Record):
    """All weights of one dtype."""

    dtype: str
    params: int
    bytes: int


class Footprint(Record):
    """The memory of a model at one batch size. `not_counted` are layers of unknown size, which the totals leave out."""

    source: str
    name: str
    type: str
    batch: int
    dtype: str | None
    weights: tuple[WeightSum, ...]
    inference: Inference
    training: Training
    layers: tuple[LayerMemory, ...]
    not_counted: tuple[str, ...]
    budget: Budget | None = None


class Wish(Record):
    """The user's request."""

    batch: int = 1
    optimizer: str = "adam"
    dtype: str | None = None
    budget: int | None = None


def footprint(graph: Graph, source: str = "<argument>", wish: Wish = Wish()) -> Footprint:  # noqa: B008  # immutable
    """The memory of a model. Raises SpecErrors, GraphError E406 for an input of unknown size, OutputError E605."""
    require_layers(graph, "train or run")
    optimizer = optimizer_name(wish.optimizer)
    check_known(graph)
    graph = graph if wish.dtype is None else with_policy(graph, wish.dtype)
    found = trace(graph, with_batch(graph, wish.batch))
    sums = Sums(graph, found)
    kept = layer_memory(graph, found)
    highest = peak(graph, found)
    alive = sorted(
        ((graph.nodes[ref.node].name, count) for ref, count in highest.alive.items()), key=lambda item: -item[1]
    )
    return Footprint(
        source, graph.name, graph.kind, wish.batch, wish.dtype, sums.by_dtype(),
        Inference(sums.weights, highest.bytes, "" if highest.step is None else graph.nodes[highest.step[0]].name, tuple(alive), highest.made),
        training(sums, optimizer, kept, highest.bytes), kept.layers, tuple(dict.fromkeys((*sums.uncounted, *kept.unknown))),
        None if wish.budget is None else fits(graph, wish.budget, optimizer),
    )  # fmt: skip


def training(sums: Sums, optimizer: str, kept: Backward, passing: int) -> Training:
    """The parts of a training step; gradients have the size of the weights that are trained."""
    trained = sums.trained
    return Training(
        optimizer,
        sums.weights,
        sum(map(weight_bytes, trained)),
        state_bytes(optimizer, trained),
        sum(layer.kept_bytes for layer in kept.layers),
        sum(layer.copy_bytes for layer in kept.layers),
        max(passing, kept.loose),
        update_bytes(optimizer, trained),
    )


class Sums:
    """The weights of a model, each once."""

    def __init__(self, graph: Graph, found: Trace) -> None:
        built = RowBuilder(graph, found)
        rows = tuple(built.rows())
        self.uncounted = built.totals(rows).not_counted.get("params", ())
        self.all: list[WeightInfo] = [owned.weight for owned in built.variables()]
        self.trained = [owned.weight for owned in built.variables() if owned.trains and graph.trainable]
        self.weights = sum(map(weight_bytes, self.all))

    def by_dtype(self) -> tuple[WeightSum, ...]:
        dtypes = dict.fromkeys(weight.dtype for weight in self.all)
        return tuple(self._sum(dtype, [weight for weight in self.all if weight.dtype == dtype]) for dtype in dtypes)

    @staticmethod
    def _sum(dtype: str, weights: Sequence[WeightInfo]) -> WeightSum:
        return WeightSum(dtype, sum(map(weight_params, weights)), sum(map(weight_bytes, weights)))


def check_known(graph: Graph) -> None:
    """Refuse inputs of unknown size, on which the memory depends. Raises GraphError E406."""
    for ref in graph.inputs:
        node = graph.nodes[ref.node]
        shape = node_shape(node)
        if shape is None or None in shape[1:]:
            sizes = "3,2" if shape is None else ",".join("64" if size is None else str(size) for size in shape[1:])
            name = f"{node.name}=" if len(graph.inputs) > 1 else ""
            raise GraphError(
                f"the memory depends on the input {quote(node.name)}, of shape {show(shape)}",
                code="E406",
                hint=f"give its size: --input-shape {name}{sizes}",
            ).at(node.place)


# -- the largest batch -----------------------------------------------------------------
def fits(graph: Graph, budget: int, optimizer: str) -> Budget:
    """The largest batch for each kind of use, found by search: memory never falls as the batch grows."""
    base = Sums(graph, trace(graph, with_batch(graph, 1)))

    def forward(batch: int) -> int:
        return base.weights + peak_tensors(graph, trace(graph, with_batch(graph, batch)))

    def step(batch: int) -> int:
        found = trace(graph, with_batch(graph, batch))
        return training(base, optimizer, layer_memory(graph, found), peak_tensors(graph, found)).peak

    if not any(node_shape(graph.nodes[ref.node])[0] is None for ref in graph.inputs):
        return Budget(budget, None, None, forward(1), step(1))
    return Budget(budget, largest_batch(forward, budget), largest_batch(step, budget), forward(1), step(1))


def node_shape(node: Node) -> Any:
    """The shape that an input declares."""
    return node.layer.output()


def largest_batch(needed: Callable[[int], int], budget: int) -> int:
    """The largest batch with needed(batch) <= budget, 0 if there is none, LARGEST if all do; exact for what never falls.

    Memory is piecewise linear, so interpolating between both known ends guesses well; every second guess is
    the middle, so that it takes about 2 × 31 steps at worst.
    """
    low, high, at_low, at_high = 0, 1, 0, needed(1)
    while at_high <= budget:
        if high == LARGEST:
            return LARGEST
        low, at_low = high, at_high
        high = min(4 * high, LARGEST)
        at_high = needed(high)
    halve = False
    while high - low > 1:
        guess = low + (budget - at_low) * (high - low) // max(at_high - at_low, 1)
        guess = (low + high) // 2 if halve else min(max(guess, low + 1), high - 1)
        used = needed(guess)
        low, high, at_low, at_high = (guess, high, used, at_high) if used <= budget else (low, guess, at_low, used)
        halve = not halve
    return low


# -- another dtype policy --------------------------------------------------------------
def with_policy(graph: Graph, policy: str) -> Graph:
    """The model as Keras builds it under a global dtype policy.

    Layers that state a dtype keep it, unless all do, as in a saved model: then those that say float32 follow the policy.
    Inputs stay what they are, as Keras' Input does.
    """
    layers = [node.layer for node in graph.nodes if not isinstance(node.layer, InputLayer)]
    all_state = all("dtype" in layer.given for layer in layers if not isinstance(layer, Model))
    return _Recaster(policy, all_state).graph(graph)


class _Recaster:
    def __init__(self, policy: str, all_state: bool) -> None:
        self.policy, self.all_state = policy, all_state
        self.made: dict[int, Layer] = {}

    def graph(self, graph: Graph) -> Graph:
        nodes = [Node(node.name, self.layer(node.layer), node.calls, node.place) for node in graph.nodes]
        found = Graph(graph.name, graph.kind, nodes, graph.inputs, graph.outputs)
        found.trainable, found.deferred, found.warnings = graph.trainable, graph.deferred, graph.warnings
        found.told = graph.told
        return found

    def layer(self, layer: Layer) -> Layer:
        """The layer, made again; a shared layer stays shared."""
        if id(layer) not in self.made:
            self.made[id(layer)] = self.again(layer)
        return self.made[id(layer)]

    def again(self, layer: Layer) -> Layer:
        if isinstance(layer, Model):
            made: Layer = Model(self.graph(layer.graph))
        elif layer.opaque or isinstance(layer, InputLayer):
            return layer
        else:
            given = {key: self.value(value) for key, value in layer.given.items()}
            made = type(layer)(**given | ({"dtype": self.policy} if self.follows(layer) else {}))
        made.name, made.type_name, made.shared_id, made.held = layer.name, layer.type_name, layer.shared_id, layer.held
        return made

    def value(self, value: Any) -> Any:
        if isinstance(value, Layer):
            return self.layer(value)
        if isinstance(value, list | tuple):
            return type(value)(map(self.value, value))
        return value

    def follows(self, layer: Layer) -> bool:
        return layer.dtype == "float32" and ("dtype" not in layer.given or self.all_state)
