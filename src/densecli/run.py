"""The forward pass as a user asks for it: weights allocated, data made or read, outputs measured.

`kernels` (and with them numpy) are imported here and nowhere else on the way to a summary.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from densecli import kernels
from densecli.errors import DenseError, LimitError
from densecli.forward import Value, flat_arrays, forward
from densecli.infer import infer
from densecli.liveness import peak_tensors
from densecli.names import compute_dtype, is_float
from densecli.text import size as show_size
from densecli.trace import Tensor, Trace, trace

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.graph import Graph
    from densecli.layer import Layer, Weight

Array = Any

__all__ = ["Outcome", "OutputStats", "flat_arrays", "nested_weights", "run"]
UNKNOWN = 8  # stands in for an unknown size other than the batch


class OutputStats(NamedTuple):
    """What came out of one output of the model."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    min: float | None
    max: float | None
    mean: float | None
    std: float | None
    finite: bool


class Outcome(NamedTuple):
    """A finished forward pass."""

    seed: int
    outputs: tuple[OutputStats, ...]
    seconds: float
    peak_bytes: int
    arrays: tuple[Array, ...]


def run(graph: Graph, *, seed: int = 0, batch: int = 1, max_memory: int | None = None) -> Outcome:
    """One forward pass on random data with freshly initialised weights. Raises LimitError before anything is allocated."""
    check_runnable(graph)
    shapes = [concrete(tensor, batch) for tensor in input_tensors(graph)]
    found = trace(graph, shapes)
    needed = infer(graph).totals.weight_bytes + peak_tensors(graph, found)
    if max_memory is not None and needed > max_memory:
        raise LimitError(
            f"the forward pass needs {show_size(needed)}, the limit is {show_size(max_memory)}",
            code="E507",
            hint="a smaller --batch, or a higher --max-memory",
        )
    random = kernels.generator(seed)
    weights = allocate(graph, found, random)
    inputs = [Value(draw_input(graph, index, tensor, random)) for index, tensor in enumerate(shapes)]
    started = perf_counter()
    outputs = [value.array for value in forward(graph, kernels, weights, inputs)]
    seconds = perf_counter() - started
    names = [graph.nodes[ref.node].name for ref in graph.outputs]
    return Outcome(seed, tuple(map(stats, names, outputs)), seconds, needed, tuple(outputs))


def input_tensors(graph: Graph) -> list[Tensor]:
    """What the model's inputs declare."""
    layers = [graph.nodes[ref.node].layer for ref in graph.inputs]
    return [Tensor(layer.output(), str(layer.output_dtype())) for layer in layers]  # type: ignore[arg-type]


def concrete(tensor: Tensor, batch: int) -> Tensor:
    """The shape with numbers for the unknown sizes."""
    shape = tensor.shape or ()
    sizes = (batch if index == 0 else UNKNOWN for index in range(len(shape)))
    return Tensor(
        tuple(stand_in if size is None else size for size, stand_in in zip(shape, sizes, strict=True)), tensor.dtype
    )


def check_runnable(graph: Graph) -> None:
    """Refuse before any work what has no forward pass. Raises DenseError."""
    inputs = {ref.node for ref in graph.inputs}
    nodes = [node for index, node in enumerate(graph.nodes) if index not in inputs and not node.layer.runnable]
    missing = [f"{node.layer.type_name} '{node.name}'" for node in nodes]
    if missing:
        raise DenseError(
            f"not runnable: {', '.join(missing[:5])}",
            code="E509",
            hint="--run needs layers with a defined forward pass",
        )


def allocate(graph: Graph, found: Trace, random: Any) -> list[dict[str, Any]]:
    """Weights for every node, as their initializers draw them."""
    return [
        nested_weights(node.layer, found.results[index, 0].args, found.results[index, 0].kwargs, initial(random))
        if (index, 0) in found.results
        else {}
        for index, node in enumerate(graph.nodes)
    ]


def initial(random: Any) -> Callable[[Weight, str, str], Array]:
    """Draws a weight as its initializer says; half precision that NumPy lacks is computed in float32."""

    def draw(weight: Weight, dtype: str, _: str) -> Array:
        dtype = "float32" if dtype == "bfloat16" else dtype
        name = weight.initializer
        config = (
            name if isinstance(name, str) or name is None else {"class_name": name.class_name, "config": name.config}
        )
        return kernels.initialize(config, weight.shape, random, dtype)

    return draw


def draw_input(graph: Graph, index: int, tensor: Tensor, random: Any) -> Array:
    """Standard normal numbers, integers that the layers behind the input can look up, or digits as strings."""
    ref = graph.inputs[index]
    readers = [node.layer for node in graph.nodes if any(ref in call.refs() for call in node.calls)]
    sizes = [layer.vocabulary for layer in readers if layer.vocabulary is not None]
    if tensor.dtype == "string":
        return random.integers(0, 10, tensor.shape).astype("U1")
    dtype = compute_dtype(tensor.dtype).replace("bfloat16", "float32")
    if sizes or not is_float(dtype):
        return random.integers(0, min(sizes, default=2), tensor.shape).astype(dtype)
    return random.standard_normal(tensor.shape, dtype="float32").astype(dtype)


def nested_weights(
    layer: Layer, args: Any, kwargs: Any, draw: Callable[[Weight, str, str], Array], path: str = ""
) -> dict[str, Any]:
    """A layer's weights by name, a child's in a mapping under its name, each from `draw(weight, dtype, path)`."""
    found: dict[str, Any] = {
        weight.name: draw(weight, weight.dtype or layer.variable_dtype, path + weight.name)
        for weight in layer.weights(*args, **kwargs)
    }
    for child in layer.children(*args, **kwargs):
        found[child.name] = nested_weights(child.layer, child.inputs, child.kwargs, draw, f"{path}{child.name}/")
    return found


def stats(name: str, array: Array) -> OutputStats:
    """Shape, range and spread of an output, computed in float64."""
    shape, dtype = tuple(array.shape), str(array.dtype)
    if not array.size or array.dtype.kind not in "fiub":
        return OutputStats(name, shape, dtype, None, None, None, None, finite=True)
    wide = array.astype("float64")
    finite = bool(kernels.all_finite(wide))
    numbers = [float(number) if finite else None for number in (wide.min(), wide.max(), wide.mean(), wide.std())]
    return OutputStats(name, shape, dtype, *numbers, finite=finite)
