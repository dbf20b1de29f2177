"""ReversibleEmbedding: a table of vectors that is also read backward, from vectors to scores of the vocabulary."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.arithmetic import Call, Leaf, Product, Quotient, Step, Term, element, total, value
from densecli.errors import ShapeError
from densecli.layer import Weight
from densecli.layers.core import Embedding
from densecli.layers.quantized import Part, half, quantized
from densecli.shape import Shape, size, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    Array = Any


class ReversibleEmbedding(Embedding):
    """Turn integers into vectors, and (called with reverse=true) vectors into a score for each integer.

    ReversibleEmbedding(1000, 64): (None, 10) -> (None, 10, 64), 64000 params
    """

    hides_mask = True
    formula = "output = embeddings[input]; reverse: input · embeddings transposed"
    shape_rule = "(batch, …) -> (batch, …, output_dim); reverse: (batch, …, output_dim) -> (batch, …, input_dim)"
    macs_rule = "reverse: positions × input_dim × output_dim"
    elementwise_rule = "0; reverse with logit_soft_cap: 3 per output"
    order = (
        "input_dim", "output_dim", "tie_weights", "embeddings_initializer", "embeddings_regularizer",
        "embeddings_constraint", "mask_zero", "reverse_dtype", "logit_soft_cap",
    )  # fmt: skip

    tie_weights = fields.flag(True, "whether reverse uses the same table")
    reverse_dtype = fields.anything(doc="dtype of the product in reverse")
    logit_soft_cap = fields.optional(fields.number(doc="squashes scores into ± this value"))

    def check(self) -> None:
        super().check()
        if self.lora_rank is not None and not self.tie_weights:  # Keras 3.15.1 fails when it builds this
            self.reject("tie_weights", "LoRA factors need tied weights")

    def weights(self, x: Shape, **_: Any) -> Iterator[Weight]:
        rows, width = self.input_dim, self.output_dim
        reverse = Part(rows, width, (half(width), rows), (rows,), zero="", indexed=False)
        parts = {"embeddings": self.quantized_table(), "reverse_embeddings": reverse}
        yield from quantized(self, self.plain_weights(x), parts)

    def plain_weights(self, x: Shape) -> Iterator[Weight]:
        """The weights before anything quantized them."""
        yield from super().plain_weights(x)
        if not self.tie_weights:
            shape, axes = (self.output_dim, self.input_dim), ("output_dim", "vocabulary")
            yield Weight("reverse_embeddings", shape, axes, initializer=self.embeddings_initializer)

    def output(self, x: Shape, reverse: Any = False, **_: Any) -> Shape:
        if not reverse:
            return super().output(x)
        if x[-1] not in (None, self.output_dim):
            raise ShapeError(f"reverse takes vectors of output_dim {self.output_dim:,}, got {x[-1]:,}")
        return (*x[:-1], self.input_dim)

    def macs(self, output: Shape, x: Shape, reverse: Any = False, *_: Any, **__: Any) -> int | None:
        return times(size(output), self.output_dim) if reverse else 0

    def elementwise(self, output: Shape, x: Shape, reverse: Any = False, *_: Any, **__: Any) -> int | None:
        """The soft cap is a division, a tanh and a product."""
        return times(3, size(output)) if reverse and self.logit_soft_cap is not None else 0

    def picture(self, kinds: ModuleType, y: Shape, x: Shape, reverse: Any = False, *_: Any, **__: Any) -> Any:
        if not reverse:
            return super().picture(kinds, y, x)
        kernel = "embeddings, turned" if self.tie_weights else "reverse_embeddings"
        return kinds.Product(x[1:-1], self.output_dim, self.input_dim, kernel=kernel)

    def worked(
        self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array, *rest: Any, **named: Any
    ) -> Iterator[Step]:
        """Backward it is a dense layer, whose kernel is the table turned."""
        if not (rest and rest[0]) and not named.get("reverse"):
            yield from super().worked(ops, w, y, at, x)
            return
        table, name = (
            (self.table(w), "embeddings") if self.tie_weights else (w["reverse_embeddings"], "reverse_embeddings")
        )

        def term(index: int) -> Product:
            place = (at[-1], index) if self.tie_weights else (index, at[-1])
            return Product((element("x", x, (*at[:-1], index)), element(name, table, place)))

        found: Term = total(x.shape[-1], term)
        if self.logit_soft_cap is not None:
            cap = Leaf(self.logit_soft_cap, "logit_soft_cap")
            squashed = Quotient(found, cap)
            found = Product((cap, Call("tanh", (squashed,), math.tanh(value(squashed)))))
        yield Step(f"y[{','.join(map(str, at))}]", found)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array, reverse: Any = False) -> Array:
        if not reverse:
            return super().forward(ops, w, x)
        kernel = self.table(w).T if self.tie_weights else w["reverse_embeddings"]
        y = ops.dense(x, kernel)
        cap = self.logit_soft_cap
        return y if cap is None else ops.activate(y / cap, "tanh") * cap
