"""Random models: branches, residuals, shared layers, models in models, several inputs and outputs, functions on tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import layers, ops

if TYPE_CHECKING:
    from random import Random

SHARED = (layers.Dense, layers.Conv1D, layers.Conv2D, layers.LayerNormalization, layers.BatchNormalization, layers.LSTM)
Maker = "Callable[[Random, Any], Any]"


def size(random: Random) -> int:
    return random.randint(1, 6)


def activation(random: Random) -> str | None:
    return random.choice(("relu", "gelu", "tanh", "softmax", None, None))


ANY: list[Any] = [
    lambda r, x: layers.Dense(size(r), activation=activation(r), use_bias=r.random() < 0.8),
    lambda r, x: layers.Dense(x.shape[-1] or 3),
    lambda r, x: layers.Activation(r.choice(("relu", "gelu", "sigmoid", "softmax", "elu"))),
    lambda r, x: layers.LayerNormalization(),
    lambda r, x: layers.BatchNormalization(center=r.random() < 0.7, scale=r.random() < 0.7),
    lambda r, x: layers.Dropout(0.5),
    lambda r, x: layers.Flatten(),
    lambda r, x: layers.ReLU(max_value=6.0),
    lambda r, x: layers.LeakyReLU(),
    lambda r, x: layers.PReLU(),
    lambda r, x: layers.UnitNormalization(),
    lambda r, x: layers.RMSNormalization(),
    lambda r, x: layers.Rescaling(0.5, offset=1.0),
    lambda r, x: layers.Reshape((-1,)),
    lambda r, x: layers.Softmax(),
    lambda r, x: layers.GaussianNoise(0.1),
    lambda r, x: layers.ActivityRegularization(l2=0.1),
    lambda r, x: layers.Identity(),
    lambda r, x: layers.SpectralNormalization(layers.Dense(size(r))),
    lambda r, x: layers.GroupNormalization(groups=r.choice((1, -1))),
    lambda r, x: layers.Normalization(axis=-1),
]  # fmt: skip
BY_AXES: dict[int, list[Any]] = {
    2: [
        lambda r, x: layers.RepeatVector(size(r)),
        lambda r, x: layers.Reshape((-1, 1)),
    ],
    3: [
        lambda r, x: layers.Conv1D(size(r), r.randint(1, 3), padding=r.choice(("same", "valid", "causal")), strides=r.randint(1, 2)),
        lambda r, x: layers.LSTM(size(r), return_sequences=r.random() < 0.5),
        lambda r, x: layers.GRU(size(r), return_sequences=r.random() < 0.5, return_state=r.random() < 0.3),
        lambda r, x: layers.LSTM(size(r), return_state=True),
        lambda r, x: layers.SimpleRNN(size(r), go_backwards=True),
        lambda r, x: layers.Bidirectional(layers.LSTM(size(r), return_sequences=r.random() < 0.5), merge_mode=r.choice(("concat", "sum", "ave", "mul"))),
        lambda r, x: layers.Bidirectional(layers.GRU(size(r)), backward_layer=layers.GRU(2, go_backwards=True), merge_mode=None),
        lambda r, x: layers.TimeDistributed(layers.Dense(size(r))),
        lambda r, x: layers.RNN([layers.LSTMCell(size(r)), layers.GRUCell(size(r))]),
        lambda r, x: layers.MaxPooling1D(r.randint(1, 2), padding=r.choice(("same", "valid"))),
        lambda r, x: layers.AveragePooling1D(2),
        lambda r, x: layers.GlobalAveragePooling1D(keepdims=r.random() < 0.3),
        lambda r, x: layers.GlobalMaxPooling1D(),
        lambda r, x: layers.ZeroPadding1D(r.randint(0, 2)),
        lambda r, x: layers.Cropping1D(1),
        lambda r, x: layers.UpSampling1D(2),
        lambda r, x: layers.Permute((2, 1)),
        lambda r, x: layers.SeparableConv1D(size(r), 2, padding="same", depth_multiplier=r.randint(1, 2)),
        lambda r, x: layers.DepthwiseConv1D(2, padding="same"),
        lambda r, x: layers.Conv1DTranspose(size(r), 2, strides=2),
        lambda r, x: layers.Masking(),
        lambda r, x: layers.SpatialDropout1D(0.2),
        lambda r, x: layers.AdaptiveAveragePooling1D(2),
        lambda r, x: layers.EinsumDense("abc,cd->abd", (None, size(r)), bias_axes="d"),
    ],
    4: [
        lambda r, x: layers.Conv2D(size(r), r.randint(1, 3), padding=r.choice(("same", "valid")), strides=r.randint(1, 2), dilation_rate=1),
        lambda r, x: layers.Conv2D(2 * size(r), 3, padding="same", groups=r.choice((1, 2)), activation="relu"),
        lambda r, x: layers.DepthwiseConv2D(3, padding="same", depth_multiplier=r.randint(1, 2)),
        lambda r, x: layers.SeparableConv2D(size(r), 3, padding="same"),
        lambda r, x: layers.Conv2DTranspose(size(r), 2, strides=2, padding="same"),
        lambda r, x: layers.MaxPooling2D(2, padding=r.choice(("same", "valid"))),
        lambda r, x: layers.AveragePooling2D(2, strides=1),
        lambda r, x: layers.GlobalAveragePooling2D(keepdims=r.random() < 0.3),
        lambda r, x: layers.GlobalMaxPooling2D(),
        lambda r, x: layers.ZeroPadding2D(((0, 1), (1, 0))),
        lambda r, x: layers.Cropping2D(((0, 1), (0, 1))),
        lambda r, x: layers.UpSampling2D(2, interpolation=r.choice(("nearest", "bilinear"))),
        lambda r, x: layers.Resizing(5, 4),
        lambda r, x: layers.CenterCrop(2, 2),
        lambda r, x: layers.RandomFlip(),
        lambda r, x: layers.Permute((3, 1, 2)),
        lambda r, x: layers.Reshape((-1, x.shape[-1] or 2)),
        lambda r, x: layers.TimeDistributed(layers.LSTM(size(r))),
        lambda r, x: layers.ConvLSTM1D(2, 2),
        lambda r, x: layers.SpatialDropout2D(0.1),
        lambda r, x: layers.SpectralNormalization(layers.Conv2D(size(r), 2)),
    ],
}  # fmt: skip
MERGES = (layers.Add, layers.Subtract, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum)
UNARY_OPS: list[Any] = [
    lambda r, x: ops.relu(x), lambda r, x: ops.square(x), lambda r, x: ops.exp(x), lambda r, x: x + 1.0, lambda r, x: 2.0 * x,
    lambda r, x: -x, lambda r, x: 1.0 - x, lambda r, x: x / 2.0, lambda r, x: ops.abs(x), lambda r, x: x[:, -1], lambda r, x: x[:, :1],
    lambda r, x: x[..., ::2], lambda r, x: x[:, None], lambda r, x: ops.mean(x, axis=-1), lambda r, x: ops.mean(x, axis=1, keepdims=True),
    lambda r, x: ops.sum(x, axis=-1, keepdims=True), lambda r, x: ops.max(x, axis=-1), lambda r, x: ops.expand_dims(x, -1),
    lambda r, x: ops.squeeze(x, 1), lambda r, x: ops.reshape(x, (-1, x.shape[-1])), lambda r, x: ops.transpose(x, [0, *range(len(x.shape) - 1, 0, -1)]),
    lambda r, x: ops.concatenate([x, x], axis=-1), lambda r, x: ops.stack([x, x], axis=1), lambda r, x: ops.softmax(x, axis=-1),
    lambda r, x: ops.split(x, 2, axis=-1), lambda r, x: ops.argmax(x, axis=-1), lambda r, x: ops.cast(x, "float16"), lambda r, x: ops.cast(x, "int32"),
    lambda r, x: ops.matmul(x, ops.transpose(x, [0, 2, 1])), lambda r, x: ops.einsum("abc,adc->abd", x, x), lambda r, x: ops.pad(x, [[0, 0]] * (len(x.shape) - 1) + [[1, 1]]),
    lambda r, x: ops.clip(x, 0.0, 1.0), lambda r, x: ops.where(x > 0, x, 0.0), lambda r, x: ops.tile(x, [1] * (len(x.shape) - 1) + [2]),
    lambda r, x: ops.repeat(x, 2, axis=1), lambda r, x: ops.one_hot(ops.cast(x, "int32"), 4), lambda r, x: ops.normalize(x), lambda r, x: ops.flip(x, 1),
    lambda r, x: ops.cumsum(x, axis=1), lambda r, x: ops.var(x, axis=-1), lambda r, x: ops.top_k(x, 1), lambda r, x: ops.roll(x, 1, 1), lambda r, x: x ** 2,
]  # fmt: skip
BINARY_OPS: list[Any] = [
    lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: ops.maximum(a, b), lambda a, b: a / (b + 1.0),
    lambda a, b: ops.concatenate([a, b], axis=-1), lambda a, b: ops.stack([a, b]), lambda a, b: ops.matmul(a, b), lambda a, b: ops.where(a > b, a, b),
]  # fmt: skip
INPUTS = ((4,), (3,), (5, 3), (None, 3), (6, 4), (6, 6, 3), (None, None, 3), (8, 7, 2), (5,), (2, 5, 3))


class Builder:
    """Grows one model: tensors so far, and the layers that may be called again."""

    def __init__(self, random: Random, depth: int = 0) -> None:
        self.random, self.depth = random, depth
        self.tensors: list[Any] = []
        self.layers: list[Any] = []

    def model(self, inputs: list[Any], steps: int) -> Any:
        self.tensors += [tensor for tensor in inputs if tensor.dtype == "float32"]
        for _ in range(steps):
            self.step()
        known = set(map(id, inputs))
        random, made = self.random, [tensor for tensor in self.tensors if id(tensor) not in known]
        if not made:
            made = [layers.Identity()(inputs[0])]
        outputs = [made[-1], *random.sample(made[:-1], min(len(made) - 1, random.choice((0, 0, 0, 1, 2))))]
        used = inputs if random.random() < 0.1 else reachable(outputs, inputs)
        structure = outputs[0] if len(outputs) == 1 and random.random() < 0.9 else outputs
        if len(outputs) > 1 and random.random() < 0.2:
            structure = {f"out_{index}": tensor for index, tensor in enumerate(outputs)}
        return keras.Model(used if len(used) > 1 or random.random() < 0.3 else used[0], structure)

    def step(self) -> None:
        """One more call; what Keras refuses does not happen."""
        try:
            made = keras.tree.flatten(self.call())
        except Exception:  # noqa: BLE001
            return
        self.tensors += [tensor for tensor in made if tensor is not None and len(tensor.shape) > 0 and enough(tensor)]

    def pick(self) -> Any:
        """A tensor, more likely a late one."""
        return self.random.choice(self.tensors[-3:] if self.random.random() < 0.6 else self.tensors)

    def call(self) -> Any:
        random, x, kind = self.random, self.pick(), self.random.random()
        if kind < 0.45:
            layer = random.choice(BY_AXES.get(len(x.shape), ANY) if random.random() < 0.65 else ANY)(random, x)
            if random.random() < 0.1:
                layer.trainable = False
            self.layers.append(layer)
            return layer(x)
        if kind < 0.55:
            return self.merge(x)
        if kind < 0.68 and self.layers:
            layer = random.choice(self.layers)
            return layer(x) if fits(layer, x) else None
        if kind < 0.78 and self.depth < 2:
            return self.nested(x)
        if kind < 0.84:
            return self.attention(x)
        if kind < 0.96:
            return random.choice(UNARY_OPS)(random, x)
        return random.choice(BINARY_OPS)(x, self.pick())

    def merge(self, x: Any) -> Any:
        random = self.random
        others = [tensor for tensor in self.tensors if tensor.shape == x.shape]
        if random.random() < 0.4:
            others = [tensor for tensor in self.tensors if tensor.shape[:-1] == x.shape[:-1]]
            return layers.Concatenate()([x, *random.sample(others, min(2, len(others)))])
        if random.random() < 0.1:
            return layers.Dot(axes=-1, normalize=random.random() < 0.5)([x, self.pick()])
        return random.choice(MERGES)()([x, random.choice(others)])

    def attention(self, x: Any) -> Any:
        random, other = self.random, self.pick()
        if len(x.shape) != 3 or x.shape[::2] != other.shape[::2]:
            other = x
        if len(x.shape) != 3:
            return None
        if random.random() < 0.5:
            layer = layers.MultiHeadAttention(random.randint(1, 2), size(random), value_dim=random.choice((None, 2)))
            self.layers.append(layer)
            return layer(x, other, return_attention_scores=random.random() < 0.3, use_causal_mask=random.random() < 0.2)
        if random.random() < 0.3:
            return layers.GroupQueryAttention(2, 4, 2)(x, other)
        return random.choice((layers.Attention, layers.AdditiveAttention))(use_scale=True)([x, other])

    def nested(self, x: Any) -> Any:
        """A model called on a tensor, kept for further calls."""
        random = self.random
        if random.random() < 0.4:
            inner = keras.Sequential([random.choice(ANY)(random, x) for _ in range(random.randint(1, 3))])
            if random.random() < 0.5:
                inner = keras.Sequential([keras.Input(batch_shape=x.shape), *inner.layers])
        else:
            again = Builder(random, self.depth + 1)
            several = random.random() < 0.3
            inputs = [keras.Input(batch_shape=(None, *x.shape[1:])) for _ in range(1 + several)]
            inner = again.model(inputs, random.randint(1, 4))
        if random.random() < 0.1:
            inner.trainable = False
        arguments = [x, x][: len(inner.inputs)] if getattr(inner, "inputs", None) else [x]
        self.layers.append(inner)
        return inner(arguments if len(arguments) > 1 else x)


def fits(layer: Any, x: Any) -> bool:
    """Whether a model is called on the shapes it was built for; Keras accepts some others and fails when it computes."""
    if not isinstance(layer, keras.Model):
        return True
    inputs = getattr(layer, "inputs", None) or []
    made_for = inputs[0].shape if len(inputs) == 1 else x.shape
    return len(made_for) == len(x.shape) and all(
        None in pair or pair[0] == pair[1] for pair in zip(made_for, x.shape, strict=True)
    )


def enough(tensor: Any) -> bool:
    total = 1
    for each in tensor.shape:
        total *= 4 if each is None else each
    return 0 < total < 100_000


def reachable(outputs: list[Any], inputs: list[Any]) -> list[Any]:
    """The inputs that the outputs depend on, at least one."""
    seen, pending = set(), list(outputs)
    while pending:
        tensor = pending.pop()
        if id(tensor) not in seen:
            seen.add(id(tensor))
            pending += tensor._keras_history.operation._inbound_nodes[tensor._keras_history.node_index].input_tensors
    return [tensor for tensor in inputs if id(tensor) in seen] or inputs[:1]


def draw_model(random: Random) -> Any:
    """A functional model, or a Sequential one."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(0)
    builder = Builder(random)
    if random.random() < 0.15:
        return sequential(random)
    inputs = [make_input(random) for _ in range(random.choice((1, 1, 1, 2, 3)))]
    if random.random() < 0.15:
        words = keras.Input((random.choice((None, 5)),), dtype="int32")
        inputs.append(words)
        builder.tensors.append(layers.Embedding(9, size(random), mask_zero=random.random() < 0.3)(words))
    return builder.model(inputs, random.randint(2, 12))


def make_input(random: Random) -> Any:
    batch = random.choice((None, None, None, 2))
    name = random.choice((None, None, f"in_{random.randint(0, 999)}"))
    return keras.Input(batch_shape=(batch, *random.choice(INPUTS)), name=name)


def sequential(random: Random) -> Any:
    model = keras.Sequential()
    model.add(keras.Input(random.choice(INPUTS)))
    model.add(layers.Dense(size(random)))
    for _ in range(random.randint(1, 6)):
        shape = model.outputs[0].shape
        try:
            model.add(
                random.choice(BY_AXES.get(len(shape), ANY) if random.random() < 0.6 else ANY)(random, model.outputs[0])
            )
        except Exception:  # noqa: BLE001  # Keras leaves a layer it could not build in the stack
            return sequential(random)
    return model
