"""The operations of TensorFlow Lite that a model becomes under full-integer quantization, as TensorFlow 2.21 converts it.

Dropout and the like disappear; BatchNormalization becomes part of the kernel and bias before it, and so does a ReLU; a padding that is that
of `same` becomes part of the convolution. Everything else is an operation with an output of its own.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from densecli.errors import GraphError
from densecli.graph.graph import Graph, Ref, call_order
from densecli.graph.model import Model
from densecli.records import Record
from densecli.shape import product, size, split_channels
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.graph.trace import Result, Tensor, Trace
    from densecli.shape import Shape

RELU = ("relu", "relu6")
SWISH = ("swish", "silu")  # a sigmoid and a product
APART = ("sigmoid", "tanh", "softmax")  # activations that are an operation of their own
KERNELS = ("Dense", "Conv2D", "DepthwiseConv2D", "SeparableConv2D")
POOLS = ("MaxPooling2D", "AveragePooling2D")
GLOBAL = ("GlobalAveragePooling2D", "GlobalMaxPooling2D")
RESHAPES = ("Flatten", "Reshape")
MERGES = ("Add", "Subtract", "Multiply", "Maximum", "Minimum", "Concatenate")
FUSING = (
    "Dense",
    "Conv2D",
    "DepthwiseConv2D",
    "Add",
    "Subtract",
    "Multiply",
    *POOLS,
)  # operations that a ReLU becomes part of


class Operation(Record):
    """One operation: the layer that it comes from, its kind, the tensors in and out, and the constants in bytes."""

    layer: str
    kind: str
    inputs: tuple[int, ...]
    output: int
    kernel: int = 0  # int8
    channels: int = 0  # of the kernel, each with a scale; 0 if it has one scale
    bias: int = 0  # int32, with as many scales
    clipped: bool = False  # a ReLU is part of it

    @property
    def scales(self) -> int:
        return self.channels * (2 if self.bias else 1) or bool(self.kernel)


class Lowered(Record):
    """A model as operations: the bytes of each tensor, those that enter it and those that it returns."""

    operations: tuple[Operation, ...]
    tensors: tuple[int, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def lowered(graph: Graph, found: Trace) -> Lowered:
    """The operations of a model for one sample. Raises GraphError (E409) for a layer whose conversion is not known here."""
    made = _Lowering()
    inputs = [made.tensor(_elements(found.tensor(ref))) for ref in graph.inputs]
    outputs = made.graph(graph, found, inputs)
    made.merge_biases(outputs)
    return Lowered(tuple(made.operations), tuple(made.sizes), tuple(inputs), tuple(outputs))


def _shape(tensor: Tensor) -> Shape:
    return tensor.shape or ()


def _elements(tensor: Any) -> int:
    return (size(tensor.shape) or 0) if tensor is not None and tensor.shape is not None else 0


class _Lowering:
    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.sizes: list[int] = []
        self.uses: dict[int, int] = {}  # of tensors, by the calls of the graph

    def tensor(self, count: int) -> int:
        self.sizes.append(count)
        return len(self.sizes) - 1

    def graph(self, graph: Graph, found: Trace, inputs: Sequence[int]) -> list[int]:
        values: dict[Ref, int] = dict(zip(graph.inputs, inputs, strict=True))
        order = [step for step in call_order(graph)[0] if Ref(*step) not in values]
        readers: dict[Ref, int] = {}
        for node, call in order:
            for ref in graph.nodes[node].calls[call].refs:
                readers[ref] = readers.get(ref, 0) + 1
        for ref in graph.outputs:
            readers[ref] = readers.get(ref, 0) + 1
        for node, call in order:
            refs = graph.nodes[node].calls[call].refs
            alone = all(readers[ref] == 1 for ref in refs)
            next_layers = [graph.nodes[n].layer for n, c in order if Ref(node, call) in graph.nodes[n].calls[c].refs]
            result = found.results[node, call]
            context = _Context(graph.nodes[node].name, result, alone, next_layers)
            for index, made in enumerate(self.call(graph.nodes[node].layer, context, [values[ref] for ref in refs])):
                values[Ref(node, call, index)] = made
        return [values[ref] for ref in graph.outputs]

    def call(self, layer: Any, context: _Context, inputs: list[int]) -> list[int]:
        kind = type(layer).__name__
        if isinstance(layer, Model):
            inner = layer.called(*context.result.args, **context.result.kwargs)
            if inner is None:
                raise _unknown(context, kind)
            return self.graph(layer.graph, inner, inputs)
        if not layer.opaque and (layer.passes_on or kind == "Identity") and len(inputs) == 1:
            return inputs
        rule = _RULES.get(kind)
        if rule is None or layer.opaque or len(context.result.tensors) != 1 or context.result.tensors[0].shape is None:
            raise _unknown(context, kind)
        return [rule(self, layer, context, inputs)]

    def add(
        self, context: _Context, kind: str, inputs: Sequence[int], count: int | None = None, **constants: Any
    ) -> int:
        """One more operation; returns its output, of the size of the layer's if nothing else is said."""
        output = self.tensor(_elements(context.result.tensors[0]) if count is None else count)
        self.operations.append(Operation(context.name, kind, tuple(inputs), output, **constants))
        return output

    def merge_biases(self, outputs: Sequence[int]) -> None:
        """The bias of a Dense that only a Dense without ReLU reads becomes part of that one's, starting from the end."""
        readers = Counter(tensor for each in self.operations for tensor in each.inputs) + Counter(outputs)
        for each in reversed(range(len(self.operations))):
            reader = self.operations[each]
            at = self.maker(reader.inputs[0])
            if at is None or not _takes_bias(reader) or not _takes_bias(self.operations[at]):
                continue
            if readers[reader.inputs[0]] == 1:
                self.change(at, bias=0)

    def maker(self, tensor: int) -> int | None:
        """The operation that makes a tensor, as an index."""
        return next((at for at, each in enumerate(self.operations) if each.output == tensor), None)

    def change(self, at: int, **changes: Any) -> None:
        self.operations[at] = self.operations[at]._replace(**changes)


def _takes_bias(operation: Operation) -> bool:
    return operation.kind == "Dense" and operation.bias > 0 and not operation.clipped


class _Context(Record):
    """A call of a layer: `alone` if nothing else reads its inputs; `then` are the layers that read its output."""

    name: str
    result: Result
    alone: bool
    then: Sequence[Any]


def _unknown(context: _Context, kind: str) -> GraphError:
    message = f"{kind} {quote(context.name)}: how it becomes int8 is not known here"
    return GraphError(message, code="E409", hint=f"known: {', '.join(_RULES)}, Dropout and nested models")


# -- rules: from a layer to operations ---------------------------------------------------------
def _kernel(made: _Lowering, layer: Any, context: _Context, inputs: list[int]) -> int:
    """Dense and convolutions, then their activation."""
    kind, shape = type(layer).__name__, _shape(context.result.tensors[0])
    dilated = max(getattr(layer, "dilation_rate", (1,))) > 1
    if getattr(layer, "data_format", None) == "channels_first" or layer.compute_dtype != "float32":
        raise _unknown(context, f"{kind} of {layer.compute_dtype} or channels first, so")
    if dilated or (kind == "Dense" and len(shape) > 2):  # batch and features
        raise _unknown(context, f"{kind} with a dilation_rate" if dilated else f"{kind} on more than two axes")
    weights = {weight.name: product(weight.shape) or 0 for weight in layer.weights(*context.result.args)}
    bias = 4 * weights.pop("bias", 0)
    if kind == "SeparableConv2D":
        inputs = [_depthwise_part(made, layer, context, inputs, weights.pop("depthwise_kernel"))]
    channels = shape[-1] or 0
    bias = bias or (0 if kind == "Dense" else 4 * channels)  # a convolution gets one of zeros
    operation = kind if kind != "SeparableConv2D" else "Conv2D"
    output = made.add(context, operation, inputs, kernel=sum(weights.values()), channels=channels, bias=bias)
    return _activated(made, layer.activation, context, output)


def _depthwise_part(made: _Lowering, layer: Any, context: _Context, inputs: list[int], kernel: int) -> int:
    output = _shape(context.result.tensors[0])
    channels = (_shape(context.result.inputs[0])[-1] or 0) * layer.depth_multiplier
    count = (product(output[1:-1]) or 0) * channels
    return made.add(context, "DepthwiseConv2D", inputs, count, kernel=kernel, channels=channels, bias=4 * channels)


def _activated(made: _Lowering, activation: Any, context: _Context, tensor: int) -> int:
    """The activation behind an operation: part of it, or one of its own."""
    if activation in (None, "linear"):
        return tensor
    at = made.maker(tensor)
    if activation in RELU:
        if at is not None and context.alone and made.operations[at].kind in FUSING and not made.operations[at].clipped:
            made.change(at, clipped=True)
            return tensor
        return made.add(context, "Relu", [tensor])
    if activation in SWISH:
        return made.add(context, "Multiply", [tensor, made.add(context, "Sigmoid", [tensor])])
    if activation not in APART:
        raise _unknown(context, f"the activation {activation}")
    return made.add(context, str(activation).capitalize(), [tensor])


def _activation(made: _Lowering, layer: Any, context: _Context, inputs: list[int]) -> int:
    return _activated(made, layer.activation, context, inputs[0])


def _relu(made: _Lowering, layer: Any, context: _Context, inputs: list[int]) -> int:
    if layer.negative_slope or layer.threshold or layer.max_value not in (None, 6, 6.0):
        raise _unknown(context, "ReLU with these arguments")
    return _activated(made, "relu", context, inputs[0])


def _softmax(made: _Lowering, _layer: Any, context: _Context, inputs: list[int]) -> int:
    return _activated(made, "softmax", context, inputs[0])


def _normalized(made: _Lowering, _layer: Any, context: _Context, inputs: list[int]) -> int:
    """A norm becomes part of the kernel before it; elsewhere it is a product and a sum, with a constant for each channel."""
    at = made.maker(inputs[0])
    if at is not None and context.alone and made.operations[at].channels and not made.operations[at].clipped:
        made.change(at, bias=4 * made.operations[at].channels)
        return inputs[0]
    channels = _shape(context.result.tensors[0])[-1] or 0
    scaled = made.add(context, "Multiply", inputs, kernel=channels)
    return made.add(context, "Add", [scaled], kernel=channels)


def _leaky(made: _Lowering, _layer: Any, context: _Context, inputs: list[int]) -> int:
    return made.add(context, "LeakyRelu", inputs)


def _padded(made: _Lowering, layer: Any, context: _Context, inputs: list[int]) -> int:
    convolved = len(context.then) == 1 and type(context.then[0]).__name__ in ("Conv2D", "DepthwiseConv2D")
    if convolved and _is_same(layer, context.then[0], _shape(context.result.inputs[0])):
        return inputs[0]
    return made.add(context, "Pad", inputs)


def _is_same(pad: Any, conv: Any, shape: Shape) -> bool:
    """Whether padding and then convolving without is what padding=same does."""
    sizes = split_channels(shape, pad.data_format)[0]
    if conv.padding != "valid" or None in sizes:
        return False
    axes = zip(pad.padding, sizes, conv.kernel_size, conv.strides, conv.dilation_rate, strict=True)
    return all(
        tuple(given) == _same_padding(count, (kernel - 1) * gap + 1, step) for given, count, kernel, step, gap in axes
    )


def _same_padding(count: Any, reach: int, stride: int) -> tuple[int, int]:
    total = max((-(-count // stride) - 1) * stride + reach - count, 0)
    return total // 2, total - total // 2


def _pooled(made: _Lowering, layer: Any, context: _Context, inputs: list[int]) -> int:
    if layer.data_format == "channels_first":
        raise _unknown(context, "pooling of channels first")
    return made.add(context, type(layer).__name__, inputs)


def _reshaped(made: _Lowering, _layer: Any, context: _Context, inputs: list[int]) -> int:
    """The shape is computed from the input's, because its batch is open: three small tensors of int32."""
    before, after = _shape(context.result.inputs[0]), _shape(context.result.tensors[0])
    shape = made.add(context, "Shape", inputs, 4 * len(before))
    batch = made.add(context, "StridedSlice", [shape], 4)
    wanted = made.add(context, "Pack", [batch], 4 * len(after))
    return made.add(context, "Reshape", [*inputs, wanted])


def _merged(made: _Lowering, layer: Any, context: _Context, inputs: list[int]) -> int:
    kind, makers = type(layer).__name__, [made.maker(each) for each in inputs]
    if kind != "Concatenate" and any(at is not None and _takes_bias(made.operations[at]) for at in makers):
        raise _unknown(context, f"{kind} of a Dense without an activation")
    if kind == "Concatenate" or len(inputs) == 2:  # one operation takes two
        return made.add(context, kind, inputs)
    output = inputs[0]
    for each in inputs[1:]:
        output = made.add(context, kind, [output, each])
    return output


_RULES: dict[str, Any] = (
    dict.fromkeys(KERNELS, _kernel)
    | dict.fromkeys((*POOLS, *GLOBAL), _pooled)
    | dict.fromkeys(RESHAPES, _reshaped)
    | dict.fromkeys(MERGES, _merged)
    | {
        "Activation": _activation,
        "ReLU": _relu,
        "Softmax": _softmax,
        "LeakyReLU": _leaky,
        "BatchNormalization": _normalized,
        "ZeroPadding2D": _padded,
    }
)
