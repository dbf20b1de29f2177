"""The profile of a forward pass: time, arithmetic, memory and statistics of each call."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from densecli import kernels
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.graph.forward import Value
    from densecli.graph.graph import Graph, Step
    from densecli.graph.trace import Trace

Array = Any


class OutputStats(Record):
    """Statistics of one output of the model; None if it is not numeric or not all finite."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    min: float | None
    max: float | None
    mean: float | None
    std: float | None
    finite: bool


class CallProfile(Record):
    """One call: seconds, multiply-accumulates (None if not counted), bytes of the outputs, and their statistics."""

    name: str
    type: str
    call: int
    seconds: float
    macs: int | None
    bytes: int
    outputs: tuple[OutputStats, ...]

    @property
    def macs_per_second(self) -> float | None:
        return None if not self.macs or not self.seconds else self.macs / self.seconds

    @property
    def finite(self) -> bool:
        return all(output.finite for output in self.outputs)


class Profile:
    """Watches a forward pass. The time excludes computing the statistics."""

    def __init__(self, graph: Graph, found: Trace) -> None:
        self.graph, self.found = graph, found
        self.calls: list[CallProfile] = []
        self.spent = 0.0
        self.since = perf_counter()

    def __call__(self, step: Step, values: Sequence[Value]) -> None:
        seconds = perf_counter() - self.since
        self.spent += seconds
        node = self.graph.nodes[step[0]]
        result = self.found.results[step]
        outputs = tuple(stats(node.name, value.array) for value in values)
        size = sum(value.array.nbytes for value in values)
        macs = node.layer.macs(result.output, *result.args, **result.kwargs)
        self.calls.append(CallProfile(node.name, node.layer.type_name, step[1], seconds, macs, size, outputs))
        self.since = perf_counter()


def stats(name: str, array: Array) -> OutputStats:
    """Shape, range and spread of an output, computed in float64."""
    shape, dtype = tuple(array.shape), str(array.dtype)
    if not array.size or array.dtype.kind not in "fiub":
        return OutputStats(name, shape, dtype, None, None, None, None, finite=True)
    if not kernels.all_finite(array):
        return OutputStats(name, shape, dtype, None, None, None, None, finite=False)
    return OutputStats(name, shape, dtype, *kernels.statistics(array), finite=True)
