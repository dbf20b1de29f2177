"""What follows a product: scale, bias and activation, in place while the outputs are still in cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.kernels.layout import Array


class Finish(Record):
    """Steps on the last axis of a block of outputs; None skips one. `activation` is called with `out=`."""

    scale: Array | None = None
    bias: Array | None = None
    activation: Callable[..., Array] | None = None

    def __call__(self, block: Array) -> None:
        """Change `block` in place."""
        if self.scale is not None:
            block *= self.scale
        if self.bias is not None:
            block += self.bias
        if self.activation is not None:
            self.activation(block, out=block)
