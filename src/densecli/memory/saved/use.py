"""One call of a layer in training, and what it keeps for the backward pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.names import DTYPE_BYTES
from densecli.records import Record
from densecli.shape import size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.graph.trace import Tensor
    from densecli.layer import Layer

INDEX = 8  # bytes of torch's int64
SUMS = 4  # bytes of a statistic: normalizations and softmax sums are float32 under every policy


class Use(Record):
    """One call of a layer in training. `flows`: its inputs need a gradient; `trains`: its own weights do."""

    layer: Layer
    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]
    flows: bool
    trains: bool

    @property
    def width(self) -> int:
        """Bytes of an element in the layer's arithmetic."""
        return DTYPE_BYTES.get(self.layer.compute_dtype, 4)

    @property
    def entering(self) -> int:
        """Elements of the first input."""
        return elements(self.inputs[0])

    @property
    def leaving(self) -> int:
        """Elements of the first output."""
        return elements(self.outputs[0])


class Saved(Record):
    """What is kept: inputs by position, the first output, bytes private to the layer, and bytes of copies.

    Copies are inputs and kernels in another memory layout or dtype; a backend that computes in the model's own layout
    does not need those in another layout.
    """

    inputs: tuple[int, ...] = ()
    output: bool = False
    own: int = 0
    copies: int = 0

    def plus(self, other: Saved) -> Saved:
        return Saved(
            (*self.inputs, *other.inputs), self.output or other.output, self.own + other.own, self.copies + other.copies
        )


NOTHING = Saved()
FIRST = Saved(inputs=(0,))


def elements(tensor: Tensor) -> int:
    return (size(tensor.shape) or 0) if tensor.shape is not None else 0
