"""Attention without projections: each query gets a mean of the values, weighted by how well their keys match it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.arithmetic import Call, Leaf, Product, Sum, element, total, value
from densecli.errors import ShapeError
from densecli.layer import Layer, Weight
from densecli.shape import Shape, known, show, size, sum_known, times
from densecli.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from densecli.arithmetic import Step, Term

    Array = Any
    Index = tuple[int, ...]
    Pair = Callable[[int], tuple[Leaf, Leaf]]


class ScoredAttention(Layer, abstract=True):
    """Attention on [query, value] or [query, value, key], whose scores a rule of its own makes."""

    takes_mask = True
    takes = "list"
    shape_rule = "[(batch, queries, features), (batch, keys, width)] -> (batch, queries, width)"

    dropout = fields.number(0.0, "fraction of the scores to drop in training")

    def accept(self, xs: Any, *_: Any, mask: Any = None, **__: Any) -> None:
        if not isinstance(xs, list) or len(xs) not in (2, 3):
            count = len(xs) if isinstance(xs, list) else 1
            message = f"takes [query, value] or [query, value, key], got {plural(count, 'tensor')}"
            raise ShapeError(message, code="E407")
        if mask is not None and (not isinstance(mask, list) or len(mask) not in (2, 3)):
            raise ShapeError(f"mask is a list: [query's, value's], got {show(mask)}")
        query, value, key = xs[0], xs[1], xs[-1]
        if min(map(len, xs)) < 2:
            raise ShapeError(f"expected a length and features in each tensor, got {show(xs)}")
        if _differ(key[-1], query[-1]) or _differ(key[-2], value[-2]) or len(query) != len(value):
            raise ShapeError(f"query {show(query)}, value {show(value)} and key {show(key)} do not fit")

    def output(self, xs: list[Shape], return_attention_scores: Any = False, **_: Any) -> Any:
        for _weight in self.weights(xs):  # an unknown size among them is an error
            pass
        y = (*xs[0][:-1], xs[1][-1])
        return [y, (*xs[0][:-1], xs[-1][-2])] if return_attention_scores else y

    def pairs(self, xs: list[Shape]) -> int | None:
        """How many queries are matched with how many keys."""
        return times(size(xs[0][:-1]), xs[-1][-2])

    def macs(self, output: Any, xs: list[Shape], *_: Any, **__: Any) -> int | None:
        return times(self.pairs(xs), xs[1][-1])

    def score_flops(self, features: int | None) -> int | None:
        """Element-wise FLOPs that make one score."""
        raise NotImplementedError(type(self).__name__)

    def elementwise(self, output: Any, xs: list[Shape], *_: Any, **__: Any) -> int | None:
        """The scores, and 5 for each in the softmax."""
        return times(self.pairs(xs), sum_known((5, self.score_flops(xs[0][-1]))))

    def score(self, ops: ModuleType, w: Mapping[str, Any], query: Array, key: Array) -> Array:
        """The scores (batch, queries, keys)."""
        raise NotImplementedError(type(self).__name__)

    def picture(self, kinds: ModuleType, output: Any, xs: list[Shape], *_: Any, **named: Any) -> Any:
        query, value, key = xs[0], xs[1], xs[-1]
        causal = named.get("use_causal_mask") is True
        return kinds.Attended(query[-2], key[-2], query[-1], value[-1], score=self.score_words(), causal=causal)

    def score_words(self) -> str:
        """How a query and a key make a score, in a picture."""
        raise NotImplementedError(type(self).__name__)

    def worked(  # noqa: PLR0913, PLR0917  # as many as Keras' call has
        self,
        ops: ModuleType,
        w: Mapping[str, Any],
        y: Array,
        at: Index,
        xs: list[Array],
        mask: Any = None,
        return_attention_scores: Any = False,
        use_causal_mask: Any = False,
    ) -> Iterator[Step]:
        from densecli.layers.matched import scored  # noqa: PLC0415  # only for an example

        if len({len(x) for x in xs}) == 1:
            yield from scored(self, ops, w, at, xs, mask, causal=bool(use_causal_mask))

    def score_term(self, w: Mapping[str, Any], pair: Pair, features: int) -> Term:
        """The score of a query and a key, from the pairs of their features."""
        raise NotImplementedError(type(self).__name__)

    def forward(  # as many as Keras' call has
        self,
        ops: ModuleType,
        w: Mapping[str, Any],
        xs: list[Array],
        mask: Any = None,
        return_attention_scores: Any = False,
        use_causal_mask: Any = False,
    ) -> Any:
        xs = [ops.floating(x) for x in xs]
        query_mask, value_mask, *_rest = mask or (None, None)
        y, scores = ops.attend(
            self.score(ops, w, xs[0], xs[-1]),
            xs[1],
            mask=value_mask,
            causal=bool(use_causal_mask),
            query_mask=query_mask,
        )
        return [y, scores] if return_attention_scores else y

    def mask(self, ops: ModuleType, inputs: Any, mask: Any) -> Any:
        return None if mask is None or mask[0] is None else ops.as_mask(mask[0])


def tanh(both: tuple[Leaf, Leaf], *scale: Leaf) -> Call:
    inner: Term = Product((*scale, Sum(both))) if scale else Sum(both)
    return Call("tanh", (inner,), math.tanh(value(inner)))


def _differ(i: int | None, j: int | None) -> bool:
    return i is not None and j is not None and i != j


class Attention(ScoredAttention):
    """Luong's attention: queries are matched with keys by their dot product, or by a tanh of their sum.

    Attention(): [(None, 4, 8), (None, 6, 8)] -> (None, 4, 8), 0 params
    """

    formula = "output = softmax(query · key [× scale]) · value; concat: softmax(weight × sum(tanh([scale ×] (query + key)))) · value"
    macs_rule = "queries × keys × (features + width); concat: queries × keys × width"
    elementwise_rule = (
        "per score: 5 for the softmax, 1 with use_scale; concat: also 3 per feature (4 with use_scale) and 1"
    )
    order = ("use_scale", "score_mode", "dropout", "seed")

    use_scale = fields.flag(doc="whether a learned factor scales the scores")
    score_mode = fields.choice("dot", "concat", doc="dot: dot product; concat: sum of tanh(query + key)")
    seed = fields.seed("seed for dropout")

    def weights(self, xs: list[Shape], **_: Any) -> Iterator[Weight]:
        if self.use_scale:
            yield Weight("scale", (), initializer="ones")
        if self.score_mode == "concat":
            yield Weight("concat_score_weight", (), initializer="ones")

    def macs(self, output: Any, xs: list[Shape], *_: Any, **__: Any) -> int | None:
        scores = times(self.pairs(xs), xs[0][-1]) if self.score_mode == "dot" else 0
        return sum_known((scores, super().macs(output, xs)))

    def score_flops(self, features: int | None) -> int | None:
        if self.score_mode == "dot":
            return int(self.use_scale)
        return sum_known((1, times(3 + self.use_scale, features)))

    def score_words(self) -> str:
        return "query · key" if self.score_mode == "dot" else "sum of tanh(query + key)"

    def score_term(self, w: Mapping[str, Any], pair: Pair, features: int) -> Term:
        scale = (Leaf(float(w["scale"]), "scale"),) if self.use_scale else ()
        if self.score_mode == "dot":
            sum_of = total(features, lambda index: Product(pair(index)))
            return Product((*scale, sum_of)) if scale else sum_of
        weight = Leaf(float(w["concat_score_weight"]), "concat_score_weight")
        return Product((weight, total(features, lambda index: tanh(pair(index), *scale))))

    def score(self, ops: ModuleType, w: Mapping[str, Any], query: Array, key: Array) -> Array:
        if self.score_mode == "dot":
            return ops.dot_scores(query, key, w.get("scale"))
        return ops.additive_scores(query, key, w["concat_score_weight"], w.get("scale"))


class AdditiveAttention(ScoredAttention):
    """Bahdanau's attention: queries are matched with keys by a weighted sum of tanh(query + key).

    AdditiveAttention(): [(None, 4, 8), (None, 6, 8)] -> (None, 4, 8), 8 params
    """

    formula = "output = softmax(sum(scale × tanh(query + key))) · value"
    macs_rule = "queries × keys × width"
    elementwise_rule = "per score: 5 for the softmax, 3 per feature (4 with use_scale)"
    order = ("use_scale", "dropout")

    use_scale = fields.flag(True, "whether each feature has a learned weight in the sum")
    seed = fields.seed("seed for dropout")

    def weights(self, xs: list[Shape], **_: Any) -> Iterator[Weight]:
        if self.use_scale:
            features = known(xs[0][-1], "the last axis of the query")
            yield Weight("scale", (features,), ("features",), initializer="glorot_uniform")

    def score_flops(self, features: int | None) -> int | None:
        return times(4 if self.use_scale else 3, features)

    def score_words(self) -> str:
        return "sum of tanh(query + key)"

    def score_term(self, w: Mapping[str, Any], pair: Pair, features: int) -> Term:
        def term(index: int) -> Term:
            found = tanh(pair(index))
            return Product((element("scale", w["scale"], (index,)), found)) if self.use_scale else found

        return total(features, term)

    def score(self, ops: ModuleType, w: Mapping[str, Any], query: Array, key: Array) -> Array:
        return ops.additive_scores(query, key, w["scale"] if self.use_scale else 1.0)
