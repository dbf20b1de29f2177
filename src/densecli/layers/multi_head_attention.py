"""Attention over several heads: queries, keys and values are projected, matched, and projected back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.errors import ShapeError
from densecli.fields import Field
from densecli.layer import CallInside, Child, Layer
from densecli.layers.einsum import EinsumDense
from densecli.records import Record
from densecli.shape import Shape, normal_axis, product, show, size, sum_known, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from densecli.arithmetic import Step

    Array = Any

HEAD_AXES = ("heads", "head size")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class HeadsAttention(Layer, abstract=True):
    """Attention in several heads, each with projections of its own."""

    takes = "several"
    supports_masking = True
    formula = "heads = softmax(q · k / sqrt(key_dim)) · v of the projected query, key and value; output = heads · kernel + bias"
    macs_rule = "the projections, and heads × queries × keys × (key size + value size) of a head"
    elementwise_rule = "the biases of the projections, 1 per element of the scaled query, 5 per score for the softmax; use_gate: the gate's projection, and 1 per element of the heads' output"

    dropout = fields.number(0.0, "fraction of the scores to drop in training")
    use_bias = fields.flag(True, "whether the projections add a bias")
    sliding_window = fields.optional(fields.count(doc="number of steps that a query can look back, including its own"))
    flash_attention = fields.anything(doc="whether Keras uses flash attention (does not affect the result)")
    kernel_initializer = fields.initializer("glorot_uniform")
    bias_initializer = fields.initializer("zeros")
    kernel_regularizer = fields.regularizer()
    bias_regularizer = fields.regularizer()
    activity_regularizer = fields.regularizer()
    kernel_constraint = fields.constraint()
    bias_constraint = fields.constraint()
    use_gate = fields.flag(doc="whether to scale the heads by a sigmoid of the query")
    seed = fields.seed("seed for dropout")

    def check(self) -> None:
        if self.flash_attention and self.dropout > 0:
            self.reject(
                "dropout", "flash attention does not support dropout", "use dropout=0, or leave flash_attention out"
            )
        for name in ("kernel_initializer", "bias_initializer"):
            if vars(self)[name] is None:
                self.reject(name, "each projection copies the initializer, and null cannot be copied")

    def widths(self) -> Widths:
        """The sizes inside."""
        raise NotImplementedError(type(self).__name__)

    def features(self, query: Shape) -> Shape:
        """The last axes of the output."""
        return query[-1:]

    def accept(self, query: Shape, value: Any = None, key: Any = None, **_: Any) -> None:
        if value is None:
            raise ShapeError("takes a query and a value, got one tensor", code="E407")
        super().accept(query)
        key = value if key is None else key
        if value[1:-1] != key[1:-1]:
            raise ShapeError(f"value {show(value)} and key {show(key)} differ in more than their last axis")
        if len(query) != len(value):
            raise ShapeError(f"query {show(query)} and value {show(value)} differ in their number of axes")
        for axis in self.attention_axes_of(query):  # of the projections, which have an axis more
            normal_axis(axis, len(query) + 1, "the attention axis")

    def children(self, query: Shape, value: Shape, key: Any = None, **_: Any) -> Iterator[Child]:
        key = value if key is None else key
        heads, shared, dim, value_dim = self.widths()
        yield Child("query", self.projection(query, 1, (heads, dim)), (query,))
        yield Child("key", self.projection(key, 1, (shared, dim)), (key,))
        if self.use_gate:
            yield Child("gate", self.projection(query, 1, (heads, value_dim), "sigmoid"), (query,))
        yield Child("value", self.projection(value, 1, (shared, value_dim)), (value,))
        found = (*query[:-1], heads, value_dim)
        yield Child("attention_output", self.projection(found, 2, self.features(query)), (found,))

    def projection(self, x: Shape, summed: int, features: Shape, activation: str | None = None) -> EinsumDense:
        """A dense layer from the last `summed` axes of `x` to axes of the sizes `features`."""
        kept, result = LETTERS[: len(x) - summed], LETTERS[len(x) : len(x) + len(features)]
        between = LETTERS[len(x) - summed : len(x)]
        layer = EinsumDense(
            equation=f"{kept}{between},{between}{result}->{kept}{result}",
            output_shape=(*x[1 : len(kept)], *features),
            activation=activation,
            bias_axes=result if self.use_bias else None,
            kernel_initializer=self.kernel_initializer,
            bias_initializer=self.bias_initializer,
            dtype=self.dtype,
        )
        inside = ("input features",) if summed == 1 else HEAD_AXES
        outside = HEAD_AXES if summed == 1 else ("output features",) * len(features)
        layer.axis_names = dict(zip(between + result, (*inside, *outside), strict=True))
        return layer

    def output(
        self, query: Shape, value: Shape, key: Any = None, return_attention_scores: Any = False, **_: Any
    ) -> Any:
        for child in self.children(query, value, key):
            child.layer.output(*child.inputs)
        y = (*query[:-1], *self.features(query))
        return [y, self.scores(query, value)] if return_attention_scores else y

    def scores(self, query: Shape, value: Shape) -> Shape:
        """The shape of the attention scores."""
        return (query[0], self.widths().heads, query[1], value[1])

    def attention_axes_of(self, query: Shape) -> tuple[int, ...]:
        """The axes over which queries look for keys."""
        return tuple(range(1, len(query) - 1))

    def pairs(self, query: Shape, value: Shape) -> int | None:
        """How many queries are matched with how many keys, times the heads."""
        heads, _, dim, _ = self.widths()
        keys = (*value[:-1], heads, dim)
        return times(size(query[:-1]), product(keys[axis] for axis in self.attention_axes_of(query)), heads)

    def macs(self, output: Any, query: Shape, value: Shape, key: Any = None, *_: Any, **__: Any) -> int | None:
        inside = self.widths()
        return sum_known(
            (super().macs(output, query, value, key), times(self.pairs(query, value), inside.dim + inside.value_dim))
        )

    def elementwise(self, output: Any, query: Shape, value: Shape, key: Any = None, *_: Any, **__: Any) -> int | None:
        """Besides the projections': scaling the queries, 5 per score for the softmax, and the gate's product."""
        inside = self.widths()
        around = times(size(query[:-1]), inside.heads, inside.dim + (inside.value_dim if self.use_gate else 0))
        return sum_known((super().elementwise(output, query, value, key), around, times(5, self.pairs(query, value))))

    def explain(self, output: Any, query: Shape, value: Shape, key: Any = None, *_: Any, **__: Any) -> Iterator[str]:
        heads, shared, dim, value_dim = self.widths()
        whose = (
            "" if heads == shared else f", {heads // shared:,} of which share each of the {shared:,} of key and value"
        )
        yield f"The query is projected to {heads:,} heads of {dim:,}{whose}; values to heads of {value_dim:,}."
        pairs = self.pairs(query, value)
        if pairs is not None:
            yield f"{pairs:,} scores (heads × queries × keys): their number grows with the square of the length; the parameters do not."

    def picture(
        self, kinds: ModuleType, output: Any, query: Shape, value: Shape, key: Any = None, *_: Any, **named: Any
    ) -> Any:
        heads, shared, dim, value_dim = self.widths()
        features = (query[-1], (value if key is None else key)[-1], value[-1])
        axes, inside = self.attention_axes_of(query), (heads, dim)
        lengths = (product((*x[:-1], *inside)[axis] for axis in axes) for x in (query, value))
        return kinds.Attended(
            *lengths, dim, value_dim, heads, shared, features, product(self.features(query)), "query · key / √width",
            named.get("use_causal_mask") is True, self.sliding_window,
        )  # fmt: skip

    def worked(  # noqa: PLR0913, PLR0917  # as many as Keras' call has
        self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, query: Array, value: Array, key: Any = None,
        query_mask: Any = None, value_mask: Any = None, key_mask: Any = None, attention_mask: Any = None,
        return_attention_scores: Any = False, use_causal_mask: Any = False,
    ) -> Iterator[Step]:  # fmt: skip
        from densecli.layers.matched import in_heads  # noqa: PLC0415  # only for an example

        sources = self.sources(query, value, key)
        masks = [query_mask, value_mask, key_mask, attention_mask]
        mask = ops.heads_mask(query, value, masks, bool(use_causal_mask), self.sliding_window)
        yield from in_heads(self, ops, w, at, sources, mask, bool(return_attention_scores) or self.dropout > 0)

    def calls_inside(
        self, ops: ModuleType, w: Mapping[str, Any], query: Array, value: Array, key: Any = None, *_: Any, **__: Any
    ) -> Iterator[CallInside]:
        sources = self.sources(query, value, key)
        for child in self.children(query.shape, value.shape, sources["key"].shape):
            if child.name in sources:
                yield CallInside(child.name, child.layer, (sources[child.name],))

    def sources(self, query: Array, value: Array, key: Array | None) -> dict[str, Array]:
        """What each projection works on."""
        found = {"query": query, "key": value if key is None else key, "value": value}
        return found | ({"gate": query} if self.use_gate else {})

    def forward(  # noqa: PLR0913, PLR0917  # as many as Keras' call has
        self,
        ops: ModuleType,
        w: Mapping[str, Any],
        query: Array,
        value: Array,
        key: Array | None = None,
        query_mask: Array | None = None,
        value_mask: Array | None = None,
        key_mask: Array | None = None,
        attention_mask: Array | None = None,
        return_attention_scores: Any = False,
        use_causal_mask: Any = False,
    ) -> Any:
        inputs = self.sources(query, value, key)
        inside = {child.name: child.layer for child in self.children(query.shape, value.shape, inputs["key"].shape)}
        found = {name: inside[name].forward(ops, w[name], source) for name, source in inputs.items()}
        heads, scores = ops.heads_attention(
            found["query"], found["key"], found["value"],
            axes=self.attention_axes_of(query.shape),
            mask=ops.heads_mask(
                query, value, [query_mask, value_mask, key_mask, attention_mask], bool(use_causal_mask), self.sliding_window
            ),
            scores=bool(return_attention_scores) or self.dropout > 0,
        )  # fmt: skip
        if self.use_gate:
            heads = heads * found["gate"]
        y = inside["attention_output"].forward(ops, w["attention_output"], heads)
        return [y, scores] if return_attention_scores else y

    def mask(self, ops: ModuleType, inputs: Any, mask: Any) -> Any:
        """The query's."""
        return mask[0] if isinstance(mask, list | tuple) else mask


class Widths(Record):
    """How many heads the query has, how many key and value have, and how wide their heads are."""

    heads: int
    shared: int
    dim: int
    value_dim: int


def axes_field() -> Field[Any]:
    doc = "axes to attend over; null is all but the batch and the features"
    return fields.optional(fields.integers(doc=doc))


def sizes_field() -> Field[Any]:
    """Keras takes an integer or several; 0 and an empty tuple are as good as null."""

    def read(_: Any, value: Any) -> tuple[int, ...] | None:
        if not value and not isinstance(value, bool):
            return None
        values = value if isinstance(value, list | tuple) else [value]
        expected = "a positive integer or a tuple of them"
        return tuple(fields.read_integer(each, expected, 1) for each in values)

    doc = "sizes of the output's last axes; null is the query's last axis"
    return Field(read, None, doc, {"type": ["integer", "array", "null"]})


_REST = (
    "sliding_window", "flash_attention", "kernel_initializer", "bias_initializer", "kernel_regularizer",
    "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint", "use_gate", "seed",
)  # fmt: skip


class MultiHeadAttention(HeadsAttention):
    """Each query gets a mix of the values whose keys match it, in several heads, each with its own projections.

    MultiHeadAttention(2, 16): [(None, 10, 32), (None, 10, 32)] -> (None, 10, 32), 4224 params
    """

    unheeded_masks = ("query_mask",)  # Keras 3.15.1 puts the mask that comes with the query in its place
    shape_rule = "query (batch, …, features), value and key (batch, …, any) -> (batch, …, features), or output_shape for the last axis"
    order = ("num_heads", "key_dim", "value_dim", "dropout", "use_bias", "output_shape", "attention_axes", *_REST)

    num_heads = fields.count(doc="heads")
    key_dim = fields.count(doc="size of each head's query and key")
    value_dim = fields.optional(fields.count(doc="size of each head's value; null is key_dim"))
    output_shape = sizes_field()
    attention_axes = axes_field()

    def widths(self) -> Widths:
        return Widths(self.num_heads, self.num_heads, self.key_dim, self.value_dim or self.key_dim)

    def features(self, query: Shape) -> Shape:
        return self.output_shape or query[-1:]

    def scores(self, query: Shape, value: Shape) -> Shape:
        """Keras 3.15.1 tells the query's length twice and no other axis, whatever the value's shape is."""
        return (
            self.computed_scores(query, value) if self.as_tf_keras else (query[0], self.num_heads, query[1], query[1])
        )

    def computed(
        self, query: Shape, value: Shape, key: Any = None, return_attention_scores: Any = False, **_: Any
    ) -> Any:
        y = (*query[:-1], *self.features(query))
        return [y, self.computed_scores(query, value)] if return_attention_scores else y

    def computed_scores(self, query: Shape, value: Shape) -> Shape:
        """All axes over which nothing is matched, the heads, then those of the queries and of the keys."""
        matched = self.attention_axes_of(query)
        others = [size for axis, size in enumerate(query[:-1]) if axis not in matched]
        return (*others, self.num_heads, *(query[axis] for axis in matched), *(value[axis] for axis in matched))

    def attention_axes_of(self, query: Shape) -> tuple[int, ...]:
        if self.attention_axes is None:
            return super().attention_axes_of(query)
        given = self.attention_axes if isinstance(self.attention_axes, tuple) else (self.attention_axes,)
        return tuple(axis if axis >= 0 else len(query) + axis for axis in given)


class GroupedQueryAttention(HeadsAttention):
    """Attention whose query heads share fewer key and value heads in groups.

    GroupedQueryAttention(8, 4, 2): [(None, 10, 32), (None, 10, 32)] -> (None, 10, 32), 3168 params
    """

    aliases = ("GroupQueryAttention",)
    shape_rule = "query (batch, queries, features), value and key (batch, keys, features) -> (batch, queries, features)"
    ndim = 3
    order = ("head_dim", "num_query_heads", "num_key_value_heads", "dropout", "use_bias", *_REST)

    head_dim = fields.count(doc="size of each head")
    num_query_heads = fields.count(doc="heads of the query")
    num_key_value_heads = fields.count(doc="heads of key and value, each shared by a group of the query's")

    def check(self) -> None:
        super().check()
        if self.num_query_heads % self.num_key_value_heads:
            message = f"{self.num_query_heads:,} query heads do not divide into {self.num_key_value_heads:,} groups"
            self.reject("num_key_value_heads", message)

    def widths(self) -> Widths:
        return Widths(self.num_query_heads, self.num_key_value_heads, self.head_dim, self.head_dim)

    def accept(self, query: Shape, value: Any = None, key: Any = None, **_: Any) -> None:
        super().accept(query, value, key)
        if query[-1] != value[-1]:
            raise ShapeError(f"the last axes of query {show(query)} and value {show(value)} differ")
