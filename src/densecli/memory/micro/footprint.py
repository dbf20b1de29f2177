"""Flash and RAM of an int8 model on a microcontroller: its constants, and the tensors in the arena of TensorFlow Lite Micro."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.graph.trace import trace
from densecli.memory.footprint import check_known
from densecli.memory.micro.arena import Buffer, aligned, arena_bytes
from densecli.memory.micro.lowering import Operation, lowered
from densecli.records import Record
from densecli.summary.infer import with_batch

if TYPE_CHECKING:
    from densecli.graph.graph import Graph
    from densecli.memory.micro.lowering import Lowered

SCHEMA = "densecli/microcontroller/1"
SCALE = 12  # bytes of a channel's scale (float32) and zero point (int64) in the model file


class Step(Record):
    """An operation, its output, and the bytes of all tensors that live while it runs."""

    operation: Operation
    output_bytes: int
    alive_bytes: int


class Microcontroller(Record):
    """In bytes. `arena` is what the tensors need, `kernels` (int8), `biases` (int32) and `scales` are constants."""

    source: str
    name: str
    steps: tuple[Step, ...]
    arena: int
    kernels: int
    biases: int
    scales: int

    @property
    def flash(self) -> int:
        return self.kernels + self.biases + self.scales


def microcontroller(graph: Graph, source: str = "<argument>") -> Microcontroller:
    """The memory of a model for one sample. Raises SpecErrors, GraphError E406 (an input of unknown size) or E409 (a layer)."""
    check_known(graph)
    model = lowered(graph, trace(graph, with_batch(graph, 1)))
    buffers = lifetimes(model)
    steps = tuple(
        Step(
            each, model.tensors[each.output], sum(aligned(one.bytes) for one in buffers if one.first <= at <= one.last)
        )
        for at, each in enumerate(model.operations)
    )
    operations = model.operations
    return Microcontroller(
        source,
        graph.name,
        steps,
        arena_bytes(buffers),
        sum(each.kernel for each in operations),
        sum(each.bias for each in operations),
        SCALE * sum(each.scales for each in operations),
    )


def lifetimes(model: Lowered) -> list[Buffer]:
    """Each tensor from the operation that makes it to the last that reads it; inputs from the start, outputs to the end."""
    end = len(model.operations) - 1
    first = dict.fromkeys(model.inputs, 0) | {each.output: at for at, each in enumerate(model.operations)}
    last = {tensor: at for at, each in enumerate(model.operations) for tensor in (*each.inputs, each.output)}
    last |= dict.fromkeys(model.outputs, end)
    return [
        Buffer(count, first[index], last.get(index, 0)) for index, count in enumerate(model.tensors) if index in first
    ]
