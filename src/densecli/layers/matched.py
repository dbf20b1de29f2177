"""Attention in numbers: one query, the scores of the keys that it sees, and what it takes of their values.

Imported when an example is asked for.
"""

from __future__ import annotations

import math
from itertools import product as combinations
from typing import TYPE_CHECKING, Any

from densecli.arithmetic import Leaf, Product, Quotient, Step, element, total, value
from densecli.layers.gates import function
from densecli.layers.worked import LARGE, exp, named, result, root, stretched
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

    from densecli.layers.attention import ScoredAttention
    from densecli.layers.multi_head_attention import HeadsAttention

    Array = Any
    Index = tuple[int, ...]

NOTHING_SEEN = "the mask hides all keys; far below 0, all scores are as good as equal, so each key has the same weight"


class Seen(Record):
    """The keys that a query sees, of how many; if none, `nothing` is what Keras makes of that."""

    places: Sequence[Index]
    of: int
    nothing: str = "mean"  # or 0

    @property
    def note(self) -> str:
        hidden = self.of - len(self.places)
        return f"; {hidden} of {self.of} keys are hidden, so their weights are 0" if hidden else ""


def weighted(scores: Sequence[Leaf], values: Sequence[Leaf], output: str, note: str = "") -> Iterator[Step]:
    """The softmax of the scores of one query, for the first of the keys; and the mean of the values by all weights."""
    largest = max(each.value for each in scores)
    shift = largest if abs(largest) > LARGE else 0.0
    whole = total(len(scores), lambda key: exp(scores[key], shift))

    def weight(key: int) -> Leaf:
        return Leaf(value(exp(scores[key], shift)) / value(whole), f"a{scores[key].symbol[1:]}")

    first = weight(0).symbol
    yield Step(first, Quotient(exp(scores[0], shift), whole), f"softmax: the weight of this key{note}")
    yield Step(output, total(len(scores), lambda key: Product((weight(key), values[key]))))


def plain_mean(values: Sequence[Leaf], output: str) -> Step:
    """What a query takes that sees no key."""
    return Step(output, Quotient(total(len(values), lambda key: values[key]), Leaf(len(values))), NOTHING_SEEN)


# -- attention without projections -----------------------------------------------------------
def scored(  # noqa: PLR0913  # as many as a worked example has, and two masks
    layer: ScoredAttention,
    ops: ModuleType,
    w: Mapping[str, Any],
    at: Index,
    xs: Sequence[Array],
    mask: Any,
    *,
    causal: bool,
) -> Iterator[Step]:
    """The scores of one query, their softmax, and the mean of the values that it weights."""
    (*_, query, place), (q, v, k), output = at, (xs[0], xs[1], xs[-1]), named("y", at)
    before, (of_query, of_value, *_rest) = at[:-2], mask or (None, None)
    if of_query is not None and not of_query[stretched(of_query, at[:-1])]:
        yield Step(output, Leaf(0.0), "the mask hides this query")
        return
    every = layer.score(ops, w, ops.floating(q), ops.floating(k))
    scores, seen = every[at[:-1]], ops.keys_in_sight(of_value, at[:-1], every.shape, causal=causal)
    values = [element("value", v, (*before, key, place)) for key in (seen or range(len(scores)))]
    if not seen:
        yield plain_mean(values, output)
        return
    first = (*before, query, seen[0])
    term = layer.score_term(w, lambda index: pair(q, k, (*at[:-1], index), (*before, seen[0], index)), q.shape[-1])
    hidden = Seen([(key,) for key in seen], len(scores)).note
    yield Step(named("s", first), term, f"score of key {seen[0]}")
    yield from weighted([element("s", every, (*at[:-1], key)) for key in seen], values, output, hidden)


def pair(q: Array, k: Array, of_query: Index, of_key: Index) -> tuple[Leaf, Leaf]:
    """One feature of a query and of a key."""
    return element("query", q, of_query), element("key", k, of_key)


# -- attention in heads ----------------------------------------------------------------------
def in_heads(  # noqa: PLR0913, PLR0917  # as many as a worked example has, and the masks
    layer: HeadsAttention,
    ops: ModuleType,
    w: Mapping[str, Any],
    at: Index,
    sources: Mapping[str, Array],
    mask: Array | None,
    exact: bool,
) -> Iterator[Step]:
    """The projections, the scores of head 0 and one query, their softmax, the mean of the values, the projection back."""
    query = sources["query"]
    axes, place = layer.attention_axes_of(query.shape), at[: query.ndim - 1]
    if max(axes) >= query.ndim - 1 or len({len(each) for each in sources.values()}) > 1:
        return  # the heads themselves, or a batch of 1 that serves all
    inside: dict[str, Any] = {
        child.name: child.layer
        for child in layer.children(*(sources[name].shape for name in ("query", "value", "key")))
    }
    found = {name: inside[name].forward(ops, w[name], source) for name, source in sources.items()}
    keys = [replaced(place, axes, each) for each in combinations(*(range(found["key"].shape[axis]) for axis in axes))]
    allowed = ops.seen_by(mask, place, axes, tuple(found["key"].shape[axis] for axis in axes))
    seen = Seen([key for key, shown in zip(keys, allowed, strict=True) if shown], len(keys), "0" if exact else "mean")
    for name in ("query", "key", "value"):
        where = (*(place if name == "query" else (seen.places or keys)[0]), 0, 0)
        term = inside[name].sum_at(w[name], where, sources[name], name, f"{name}_")
        yield Step(named(name[0], where), term, f"the {name}, projected for head 0")
    yield from one_head(found, (place, axes), seen, keys)
    heads, _ = ops.heads_attention(found["query"], found["key"], found["value"], axes=axes, mask=mask, scores=exact)
    if "gate" in found:
        yield from gated(ops, inside["gate"], w["gate"], place, query, heads)
        heads = heads * found["gate"]
    term = inside["attention_output"].sum_at(w["attention_output"], at, heads, "heads", "attention_output_")
    yield Step(named("y", at), term, "all heads, projected back")


def replaced(place: Index, axes: Sequence[int], sizes: Index) -> Index:
    """The place with other indices along some axes."""
    found = list(place)
    for axis, index in zip(axes, sizes, strict=True):
        found[axis] = index
    return tuple(found)


def one_head(
    found: Mapping[str, Array], asks: tuple[Index, Sequence[int]], seen: Seen, keys: Sequence[Index]
) -> Iterator[Step]:
    """Head 0 for one query: scores, softmax, mean. `asks` are its place and the axes over which it looks for keys."""
    place, axes = asks
    output = named("mix" if "gate" in found else "heads", (*place, 0, 0))
    values = [element("v", found["value"], (*key, 0, 0)) for key in (seen.places or keys)]
    if not seen.places:
        yield (
            plain_mean(values, output) if seen.nothing == "mean" else Step(output, Leaf(0.0), "the mask hides all keys")
        )
        return
    depth = found["query"].shape[-1]

    def term(index: int) -> Product:
        return Product((
            element("q", found["query"], (*place, 0, index)), element("k", found["key"], (*seen.places[0], 0, index)),
        ))  # fmt: skip

    def score(key: Index) -> Leaf:
        product = found["query"][(*place, 0)] @ found["key"][(*key, 0)]
        return Leaf(float(product) / math.sqrt(depth), named("s", (*place, *(key[axis] for axis in axes))))

    scores = [score(key) for key in seen.places]
    which = ",".join(str(seen.places[0][axis]) for axis in axes)
    scaled = Quotient(total(depth, term), root(Leaf(depth, "key_dim")))
    yield Step(scores[0].symbol, scaled, f"score of key {which} in head 0")
    yield from weighted(scores, values, output, seen.note)


def gated(ops: ModuleType, gate: Any, w: Mapping[str, Any], place: Index, query: Array, heads: Array) -> Iterator[Step]:
    """What the gate lets through of head 0."""
    where = (*place, 0, 0)
    step = Step(
        named("g", where),
        function(ops, "sigmoid", gate.sum_at(w, where, query, "query", "gate_")),
        "the gate of head 0",
    )
    yield step
    yield Step(
        named("heads", where), Product((element("mix", heads, where), result(step))), "what the gate lets through"
    )
