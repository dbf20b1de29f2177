"""Core layers: the input, Dense, Embedding, Activation, Masking, Identity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.arithmetic import Leaf, Product, Step, element, total
from densecli.fields import Field
from densecli.layer import Layer, Weight, activation_flops, bias_and_activation
from densecli.layers.quantized import Part, check_modes, half, kernel, quantized
from densecli.layers.worked import activated, gated_half, named, normalized, places, without_activation
from densecli.names import is_float
from densecli.shape import Shape, known, product, show, size, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    Array = Any
    Index = tuple[int, ...]


class InputLayer(Layer):
    """Where data enters a model: a shape without the batch, and a dtype.

    InputLayer(shape=(3, 2)): () -> (None, 3, 2), 0 params
    """

    aliases = ("Input",)
    formula = "output = input"
    shape_rule = "(batch, *shape)"
    elementwise_rule = "0: values are only moved"

    shape = fields.optional(fields.shape(doc="sizes of one sample, null where unknown"))
    batch_size = fields.optional(fields.count(doc="a fixed batch size"))
    dtype = fields.dtype_policy()
    sparse = fields.anything(doc="whether a sparse tensor is expected (does not affect shapes)")
    ragged = fields.anything(doc="whether a ragged tensor is expected (does not affect shapes)")
    batch_shape = fields.optional(fields.shape(doc="the shape with the batch first, instead of shape and batch_size"))
    input_tensor = fields.anything(doc="not used")
    optional = fields.flag(doc="whether the input is optional")

    def check(self) -> None:
        if self.shape is None and self.batch_shape is None:
            self.reject("shape", "an input needs a shape", "Input((3, 2)): sizes without the batch")
        if self.shape is not None and self.batch_shape is not None:
            self.reject("batch_shape", "give shape or batch_shape, not both")
        if self.batch_shape is not None and self.batch_size is not None:
            self.reject("batch_size", "batch_shape has the batch already")
        if self.dtype.startswith("mixed_"):
            self.reject("dtype", f"{self.dtype} is a policy for layers; a tensor has one dtype, such as float32")

    def set_trainable(self, *, trainable: bool, inside: bool = True) -> None:
        """There is nothing to train."""

    def output(self, *_: Any) -> Shape:
        return self.batch_shape if self.batch_shape is not None else (self.batch_size, *(self.shape or ()))

    def picture(self, kinds: ModuleType, y: Shape, *_: Any) -> Any:
        return kinds.Held(y[1:])

    def output_dtype(self, *_: str) -> str:
        return self.dtype


def lora_rank() -> Field[int | None]:
    """Rank of the LoRA factors; 0 is as good as null."""
    rank = fields.integer(least=0)

    def read(layer: Any, value: Any) -> int | None:
        return None if value is None else rank.read(layer, value) or None

    doc = "rank of the LoRA factors that are trained instead of the weight itself, which is frozen"
    return Field(read, None, doc, {"anyOf": [rank.schema, {"type": "null"}]})


def check_lora(layer: Any, constraint: str) -> None:
    """Keras 3.15.1 refuses LoRA factors beside a constraint, and on what GPTQ or AWQ made, when it builds the layer."""
    if layer.lora_rank is not None and getattr(layer, constraint) is not None:
        layer.reject("lora_rank", f"LoRA factors cannot be combined with {constraint}")
    if layer.lora_rank is not None:
        check_modes(layer, "int8", "int4", "float8")


class Dense(Layer):
    """Connect every feature on the last axis with every unit; other axes are positions that share one kernel.

    Dense(16): (None, 3, 2) -> (None, 3, 16), 48 params
    """

    formula = "output = activation(dot(input, kernel) + bias)"
    shape_rule = "(batch, …, features) -> (batch, …, units)"
    macs_rule = "positions × features × units"
    elementwise_rule = "1 per output for the bias, and the activation"
    supports_masking = True
    min_ndim = 2

    units = fields.count(doc="output features")
    activation = fields.activation()
    use_bias = fields.flag(True, "whether to add a bias")
    kernel_initializer = fields.initializer("glorot_uniform")
    bias_initializer = fields.initializer("zeros")
    kernel_regularizer = fields.regularizer()
    bias_regularizer = fields.regularizer()
    activity_regularizer = fields.regularizer()
    kernel_constraint = fields.constraint()
    bias_constraint = fields.constraint()
    lora_rank = lora_rank()
    lora_alpha = fields.optional(fields.number(doc="scale of the LoRA update"))
    quantization_config = fields.anything(doc="Keras' quantization settings (the summary uses the dtype policy)")

    def check(self) -> None:
        check_lora(self, "kernel_constraint")

    def weights(self, x: Shape) -> Iterator[Weight]:
        features = known(x[-1], "the last axis of the input")
        yield from quantized(self, self.plain_weights(x), {"kernel": kernel(features, self.units)})

    def plain_weights(self, x: Shape) -> Iterator[Weight]:
        """The weights before anything quantized them."""
        features = known(x[-1], "the last axis of the input")
        yield Weight(
            "kernel",
            (features, self.units),
            ("input features", "units"),
            self.lora_rank is None,
            self.kernel_initializer,
        )
        if self.use_bias:
            yield Weight("bias", (self.units,), ("units",), initializer=self.bias_initializer)
        if self.lora_rank is not None:
            rank = self.lora_rank
            yield Weight("lora_kernel_a", (features, rank), ("input features", "rank"), True, "he_uniform", "float32")
            yield Weight("lora_kernel_b", (rank, self.units), ("rank", "units"), dtype="float32")

    def output(self, x: Shape) -> Shape:
        known(x[-1], "the last axis of the input")
        return (*x[:-1], self.units)

    def macs(self, y: Shape, x: Shape) -> int | None:
        return times(size(y), x[-1])

    def elementwise_parts(self, y: Shape, x: Shape) -> Iterator[tuple[str, int | None]]:
        return bias_and_activation(self, y)

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        positions, flat = product(x[1:-1]), product(x[1:])
        if len(x) == 2:
            return
        where = "at each position" if positions is None else f"at each of the {positions:,} positions"
        of = f" of {show(x[1:-1])}" if len(x) > 3 else ""
        yield f"Dense works on the last axis ({x[-1]:,} features): the same kernel {where}{of}."
        if flat is not None:
            bias = self.units if self.use_bias else 0
            yield (
                f"Flatten first would give one position with {flat:,} features: "
                f"{flat:,} × {self.units:,}{f' + {bias:,}' if bias else ''} = {flat * self.units + bias:,} parameters, output {show((x[0], self.units))}."
            )

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        return kinds.Product(x[1:-1], x[-1], self.units, self.use_bias, self.activation)

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        kernel, (*position, unit) = self.kernel(w), at

        def term(feature: int) -> Product:
            return Product((element("x", x, (*position, feature)), element("kernel", kernel, (feature, unit))))

        bias = element("bias", w["bias"], (unit,)) if self.use_bias else None
        before = without_activation(self)
        yield from activated(self, total(x.shape[-1], term, bias), y, at, lambda: before.forward(ops, w, x))

    def kernel(self, w: Mapping[str, Any]) -> Array:
        """The kernel. Keras 3.15.1 forgets lora_alpha when it builds a Dense, so the update is not scaled."""
        if self.lora_rank is None:
            return w["kernel"]
        return w["kernel"] + w["lora_kernel_a"] @ w["lora_kernel_b"]

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        kernel, then = self.kernel(w), ops.in_place(self.activation)
        y = ops.dense(x.astype(kernel.dtype, copy=False), kernel, bias=w.get("bias"), activation=then)
        return ops.activate(y, self.activation) if then is None else y


ALONG_THE_LAST_AXIS = {
    "softmax": "a sum, which becomes 1",
    "log_softmax": "a softmax",
    "sparsemax": "a sum, which becomes 1",
}


def activation_picture(kinds: ModuleType, activation: Any, x: Shape) -> Any:
    """A function that is plotted, or elements that belong together; none for a function that we don't know."""
    if activation in ALONG_THE_LAST_AXIS:
        last = (len(x) - 2,)
        return kinds.Normalized(x[1:], last, last, (), ALONG_THE_LAST_AXIS[activation]) if len(x) > 1 else None
    if not isinstance(activation, str) or activation in ("glu", "threshold"):
        return None
    return kinds.Curve(activation, "activate", (("activation", activation),))


class Activation(Layer):
    """Apply an activation function to every element.

    Activation(activation="relu"): (None, 3, 16) -> (None, 3, 16), 0 params
    """

    formula = "output = activation(input)"
    shape_rule = "unchanged"
    elementwise_rule = "the activation, per element"
    supports_masking = True

    activation = fields.activation(fields.REQUIRED)

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return activation_flops(self.activation, y)

    def view(self, *_: Any) -> str:
        return "same" if self.activation == "linear" else ""

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        return activation_picture(kinds, self.activation, x)

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        if self.activation == "softmax":
            return normalized(x, at, "x", places(at, x.shape, (-1,)))
        if self.activation == "glu":
            return iter([gated_half(x, at, "x")])
        return activated(self, element("x", x, at), y, at, lambda: x)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return ops.activate(x, self.activation)


class Identity(Layer):
    """Pass the input through unchanged, one tensor or a list of them.

    Identity(): (None, 3) -> (None, 3), 0 params
    """

    takes = "list"
    formula = "output = input"
    shape_rule = "unchanged"
    elementwise_rule = "0: values are only moved"
    supports_masking = True
    passes_on = True

    def output_dtype(self, *dtypes: str) -> list[str]:
        return [self.compute_dtype if self.autocast and is_float(dtype) else dtype for dtype in dtypes]

    def elementwise(self, y: Any, x: Any) -> int:
        return 0

    def picture(self, kinds: ModuleType, y: Any, x: Any) -> Any:
        return kinds.Same(x[1:], "Everything passes through unchanged.") if isinstance(x, tuple) else None

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return x


class Masking(Layer):
    """Skip the time steps whose features all equal `mask_value`: later layers see them masked.

    Masking(): (None, 10, 8) -> (None, 10, 8), 0 params
    """

    makes_mask = True
    formula = "mask = any(input != mask_value, over the features); output = input × mask"
    shape_rule = "unchanged"
    elementwise_rule = "2 per element"
    supports_masking = True

    mask_value = fields.number(0.0, "value that marks steps to skip")

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return times(2, size(y))

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        return kinds.Same(x[1:], f"Steps that hold nothing but {self.mask_value:g} are skipped by later layers.")

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        hidden = not bool(self.mask(ops, x, None)[at[:-1]])
        whose = f"all features of this step are {self.mask_value:g}: it is masked, and becomes 0"
        yield Step(named("y", at), Leaf(0.0) if hidden else element("x", x, at), whose if hidden else "")

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return ops.masked(x, self.mask_value)

    def mask(self, ops: ModuleType, x: Array, mask: Array | None) -> Array:
        return ops.steps_that_differ(x, self.mask_value)


class Embedding(Layer):
    """Turn integers into dense vectors by looking up rows of a table.

    Embedding(1000, 64): (None, 10) -> (None, 10, 64), 64000 params
    """

    makes_mask = True
    formula = "output = embeddings[input]"
    shape_rule = "(batch, …) -> (batch, …, output_dim)"
    elementwise_rule = "0: values are only looked up"

    input_dim = fields.count(doc="size of the vocabulary: largest index + 1")
    output_dim = fields.count(doc="length of each vector")
    embeddings_initializer = fields.initializer("uniform")
    embeddings_regularizer = fields.regularizer()
    embeddings_constraint = fields.constraint()
    mask_zero = fields.flag(doc="whether index 0 is padding that later layers skip")
    weights_ = fields.anything(doc="initial table (ignored)")
    lora_rank = lora_rank()
    lora_alpha = fields.optional(fields.number(doc="scale of the LoRA update"))
    quantization_config = fields.anything(doc="Keras' quantization settings (the summary uses the dtype policy)")

    def check(self) -> None:
        check_lora(self, "embeddings_constraint")
        check_modes(self, "int8", "int4")

    def weights(self, x: Shape) -> Iterator[Weight]:
        yield from quantized(self, self.plain_weights(x), {"embeddings": self.quantized_table()})

    def quantized_table(self) -> Part:
        rows, width = self.input_dim, self.output_dim
        return Part(rows, width, (rows, half(width)), (rows,), channels_first=True)

    def plain_weights(self, x: Shape) -> Iterator[Weight]:
        """The weights before anything quantized them."""
        axes = ("vocabulary", "output_dim")
        yield Weight(
            "embeddings", (self.input_dim, self.output_dim), axes, self.lora_rank is None, self.embeddings_initializer
        )
        if self.lora_rank is not None:
            rank = self.lora_rank
            shape, axes = (self.input_dim, rank), ("vocabulary", "rank")
            yield Weight("lora_embeddings_a", shape, axes, True, "he_uniform", "float32")
            yield Weight("lora_embeddings_b", (rank, self.output_dim), ("rank", "output_dim"), dtype="float32")

    def output(self, x: Shape) -> Shape:
        return (*x, self.output_dim)

    def elementwise(self, output: Shape, *inputs: Any, **named: Any) -> int | None:
        return 0

    def picture(self, kinds: ModuleType, y: Shape, x: Shape, *_: Any, **__: Any) -> Any:
        return kinds.Looked(x[1:], self.input_dim, self.output_dim, self.mask_zero)

    def explain(self, output: Any, *inputs: Any, **named: Any) -> Iterator[str]:
        yield (
            f"Each integer from 0 to {self.input_dim - 1:,} picks a row of the table, {self.output_dim:,} numbers: "
            f"input {min(7, self.input_dim - 1)} becomes row {min(7, self.input_dim - 1)}. Nothing is multiplied; training changes the rows."
        )

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array, *_: Any) -> Iterator[Step]:
        row = int(x[at[:-1]])
        note = f"{named('x', at[:-1])} is {row}, so this is row {row} of the table"
        yield Step(named("y", at), element("embeddings", self.table(w), (row, at[-1])), note)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return ops.take_rows(self.table(w), x)

    def table(self, w: Mapping[str, Any]) -> Array:
        """The vectors. Keras 3.15.1 forgets lora_alpha when it builds an Embedding, so the update is not scaled."""
        if self.lora_rank is None:
            return w["embeddings"]
        return w["embeddings"] + w["lora_embeddings_a"] @ w["lora_embeddings_b"]

    @property
    def vocabulary(self) -> int:
        return self.input_dim

    def mask(self, ops: ModuleType, x: Array, mask: Array | None) -> Array | None:
        return ops.not_equal(x, 0) if self.mask_zero else None
