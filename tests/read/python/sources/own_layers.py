"""Layers of classes in every form in which people write them. Names that start with `run` are run, too."""

import keras
import numpy as np
from keras import Model, Sequential, layers, ops


def chain(*items, shape=(6, 4)):
    return Sequential([keras.Input(shape), *items])


# -- weights ---------------------------------------------------------------------------
class Linear(layers.Layer):
    """Keras 2 and 3: build and add_weight by keywords."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True)

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b


run_linear = chain(Linear(5))


class OldLinear(layers.Layer):
    """Keras 1 and 2: the output's width as a number, names first, super with arguments, build's own super."""

    def __init__(self, output_dim, **kwargs):
        self.output_dim = output_dim
        super(OldLinear, self).__init__(**kwargs)

    def build(self, input_shape):
        assert len(input_shape) >= 2
        self.kernel = self.add_weight(
            name="kernel", shape=(input_shape[-1], self.output_dim), initializer="uniform", trainable=True
        )
        super(OldLinear, self).build(input_shape)

    def call(self, x):
        return ops.dot(x, self.kernel)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.output_dim)


run_old_linear = chain(layers.Flatten(), OldLinear(3))


class InInit(layers.Layer):
    """Weights that are made in __init__."""

    def __init__(self, units, width):
        super().__init__()
        self.w = self.add_weight((width, units), initializer="glorot_uniform", name="w")
        self.b = self.add_weight(
            shape=(units,), initializer=keras.initializers.Zeros(), regularizer=keras.regularizers.L2(1e-3)
        )

    def call(self, x):
        return x @ self.w + self.b


run_in_init = chain(InInit(2, 4))


class Scale(layers.Layer):
    """One number for each channel, a frozen offset and a scalar."""

    def build(self, shape):
        self.gamma = self.add_weight(shape=(shape[-1],), initializer="ones", name="gamma")
        self.offset = self.add_weight(shape=(1, 1, shape[-1]), initializer="zeros", trainable=False, name="offset")
        self.total = self.add_weight(initializer="zeros", trainable=False, name="total")

    def call(self, x):
        return x * self.gamma + self.offset - self.total


run_scale = chain(Scale(name="scale"))


class Positions(layers.Layer):
    """A table of positions, added to what comes in."""

    def __init__(self, length, width):
        super().__init__()
        self.table = layers.Embedding(input_dim=length, output_dim=width)
        self.length = length

    def call(self, x):
        return x + self.table(ops.arange(0, self.length, 1))


run_positions = chain(Positions(6, 4))


class TokenAndPosition(layers.Layer):
    def __init__(self, maxlen, vocab_size, embed_dim):
        super().__init__()
        self.token_emb = layers.Embedding(input_dim=vocab_size, output_dim=embed_dim)
        self.pos_emb = layers.Embedding(input_dim=maxlen, output_dim=embed_dim)

    def call(self, x):
        maxlen = ops.shape(x)[-1]
        positions = ops.arange(start=0, stop=maxlen, step=1)
        return self.token_emb(x) + self.pos_emb(positions)


tokens = chain(TokenAndPosition(6, 20, 4), shape=(6,))


class Variables(layers.Layer):
    """keras.Variable as an attribute."""

    def __init__(self, units):
        super().__init__()
        self.scale = keras.Variable(np.ones((units,), "float32"), trainable=True, name="scale")
        self.seen = keras.Variable(0.0, trainable=False)

    def call(self, x):
        return x * self.scale + self.seen


variables = chain(Variables(4))


# -- layers inside ---------------------------------------------------------------------
class ConvBN(layers.Layer):
    def __init__(self, filters, kernel_size=3, **kwargs):
        super().__init__(**kwargs)
        self.conv = layers.Conv2D(filters, kernel_size, padding="same", use_bias=False)
        self.bn = layers.BatchNormalization()
        self.act = layers.Activation("relu")

    def call(self, x, training=None):
        return self.act(self.bn(self.conv(x), training=training))


run_conv_bn = chain(ConvBN(5), ConvBN(3, 1, name="narrow"), shape=(8, 8, 2))


class Residual(layers.Layer):
    """A shortcut that is there only where the width changes."""

    def __init__(self, filters, strides=1):
        super().__init__()
        self.first, self.second = ConvBN(filters), ConvBN(filters)
        self.pool = layers.MaxPooling2D(strides) if strides > 1 else None
        self.filters = filters

    def build(self, input_shape):
        self.shortcut = None
        if input_shape[-1] != self.filters:
            self.shortcut = layers.Conv2D(self.filters, 1)

    def call(self, x):
        y = self.second(self.first(x))
        if self.shortcut is not None:
            x = self.shortcut(x)
        y = layers.add([x, y])
        return y if self.pool is None else self.pool(y)


run_residual = chain(Residual(4, 2), Residual(4), shape=(8, 8, 3))


class Stack(layers.Layer):
    """Layers in a list, made in a loop."""

    def __init__(self, widths, **kwargs):
        super().__init__(**kwargs)
        self.denses = [layers.Dense(width, activation="relu") for width in widths]
        self.norms = []
        for _ in widths:
            self.norms.append(layers.LayerNormalization())

    def call(self, x):
        for dense, norm in zip(self.denses, self.norms):
            x = norm(dense(x))
        return x


run_stack = chain(Stack([5, 4, 3]))


class ByName(layers.Layer):
    """Layers in a dict and in a tuple."""

    def __init__(self):
        super().__init__()
        self.heads = {"b": layers.Dense(2), "a": layers.Dense(3)}
        self.both = (layers.Dense(4), layers.Dense(4))

    def call(self, x):
        x = self.both[1](self.both[0](x))
        return ops.concatenate([self.heads[key](x) for key in ("a", "b")], axis=-1)


run_by_name = chain(ByName())


class Inside(layers.Layer):
    """A Sequential and a Functional inside."""

    def __init__(self):
        super().__init__()
        self.mlp = Sequential([layers.Dense(6, activation="gelu"), layers.Dropout(0.1), layers.Dense(4)])
        entry = keras.Input((4,))
        self.head = Model(entry, layers.Dense(2)(entry))

    def call(self, x):
        return self.head(self.mlp(x[:, 0]))


run_inside = chain(Inside())


class Shared(layers.Layer):
    """Two layers that share a third."""

    def __init__(self, dense):
        super().__init__()
        self.dense = dense

    def call(self, x):
        return self.dense(self.dense(x))


once = layers.Dense(4)
run_shared = chain(Shared(once), Shared(once))


class BuildsInside(layers.Layer):
    """build() builds the layers inside by hand."""

    def __init__(self, units):
        super().__init__()
        self.up, self.down = layers.Dense(units), layers.Dense(units // 2)

    def build(self, input_shape):
        self.up.build(input_shape)
        self.down.build((*input_shape[:-1], self.up.units))
        self.built = True

    def call(self, x):
        return self.down(ops.relu(self.up(x)))


run_builds_inside = chain(BuildsInside(6))


# -- attention -------------------------------------------------------------------------
class TransformerBlock(layers.Layer):
    def __init__(self, embed_dim, num_heads, ff_dim, rate=0.1):
        super().__init__()
        self.att = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
        self.ffn = keras.Sequential([layers.Dense(ff_dim, activation="relu"), layers.Dense(embed_dim)])
        self.layernorm1 = layers.LayerNormalization(epsilon=1e-6)
        self.layernorm2 = layers.LayerNormalization(epsilon=1e-6)
        self.dropout1 = layers.Dropout(rate)
        self.dropout2 = layers.Dropout(rate)

    def call(self, inputs, training=False):
        attn_output = self.att(inputs, inputs)
        attn_output = self.dropout1(attn_output, training=training)
        out1 = self.layernorm1(inputs + attn_output)
        ffn_output = self.ffn(out1)
        ffn_output = self.dropout2(ffn_output, training=training)
        return self.layernorm2(out1 + ffn_output)


run_transformer = chain(
    TransformerBlock(4, 2, 8), TransformerBlock(4, 2, 8), layers.GlobalAveragePooling1D(), layers.Dense(2)
)


class ByHand(layers.Layer):
    """Attention from dense layers, reshapes and einsum."""

    def __init__(self, embed_dim, num_heads=2):
        super().__init__()
        self.num_heads, self.embed_dim = num_heads, embed_dim
        self.projection_dim = embed_dim // num_heads
        self.query_dense, self.key_dense = layers.Dense(embed_dim), layers.Dense(embed_dim)
        self.value_dense, self.combine_heads = layers.Dense(embed_dim), layers.Dense(embed_dim)

    def attention(self, query, key, value):
        score = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2)))
        scaled = score / ops.sqrt(ops.cast(self.projection_dim, "float32"))
        weights = ops.softmax(scaled, axis=-1)
        return ops.matmul(weights, value), weights

    def separate_heads(self, x):
        x = ops.reshape(x, (-1, 6, self.num_heads, self.projection_dim))
        return ops.transpose(x, axes=[0, 2, 1, 3])

    def call(self, inputs):
        query, key, value = (
            self.separate_heads(each(inputs)) for each in (self.query_dense, self.key_dense, self.value_dense)
        )
        attended, _ = self.attention(query, key, value)
        attended = ops.transpose(attended, (0, 2, 1, 3))
        return self.combine_heads(ops.reshape(attended, (-1, 6, self.embed_dim)))


run_by_hand = chain(ByHand(4))


class Einsum(layers.Layer):
    def __init__(self, heads, size):
        super().__init__()
        self.heads, self.size = heads, size

    def build(self, shape):
        self.q = self.add_weight(shape=(shape[-1], self.heads, self.size), name="q")
        self.k = self.add_weight(shape=(shape[-1], self.heads, self.size), name="k")
        self.o = self.add_weight(shape=(self.heads, self.size, shape[-1]), name="o")

    def call(self, x):
        q = ops.einsum("btd,dhs->bths", x, self.q)
        k = ops.einsum("btd,dhs->bths", x, self.k)
        scores = ops.softmax(ops.einsum("bths,buhs->bhtu", q, k) * self.size**-0.5)
        return ops.einsum("bhtu,buhs,hsd->btd", scores, k, self.o)


run_einsum = chain(Einsum(2, 3))


class AdditiveScore(layers.Layer):
    """Bahdanau's attention with a context vector."""

    def __init__(self, units):
        super().__init__()
        self.W1, self.W2, self.V = layers.Dense(units), layers.Dense(units), layers.Dense(1)

    def call(self, query, values):
        hidden = ops.expand_dims(query, 1)
        score = self.V(ops.tanh(self.W1(values) + self.W2(hidden)))
        weights = ops.softmax(score, axis=1)
        return ops.sum(weights * values, axis=1), weights


sequence = keras.Input((6, 4))
states, last = layers.GRU(4, return_sequences=True, return_state=True)(sequence)
context, scores = AdditiveScore(3)(last, states)
run_bahdanau = Model(sequence, [layers.Dense(2)(context), scores])


class OldAttention(layers.Layer):
    """The attention of a hundred notebooks: weights by the input's shape, tanh, softmax, sum over time."""

    def __init__(self, **kwargs):
        super(OldAttention, self).__init__(**kwargs)

    def build(self, input_shape):
        self.W = self.add_weight(name="att_weight", shape=(input_shape[-1], 1), initializer="normal")
        self.b = self.add_weight(name="att_bias", shape=(input_shape[1], 1), initializer="zeros")
        super(OldAttention, self).build(input_shape)

    def call(self, x):
        e = ops.tanh(ops.dot(x, self.W) + self.b)
        a = ops.softmax(e, axis=1)
        output = x * a
        return ops.sum(output, axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])


run_old_attention = chain(layers.LSTM(5, return_sequences=True), OldAttention(), layers.Dense(1))


# -- arguments of a call ---------------------------------------------------------------
class Several(layers.Layer):
    """A list goes in, several tensors come out."""

    def build(self, input_shapes):
        first, second = input_shapes
        self.w = self.add_weight(shape=(first[-1], second[-1]))

    def call(self, inputs):
        a, b = inputs
        product = ops.matmul(a, self.w)
        return product + b, ops.concatenate([a, b], axis=-1)


one, two = keras.Input((4,), name="one"), keras.Input((3,), name="two")
plus, side = Several()([one, two])
run_several = Model([one, two], [layers.Dense(1)(plus), side])


class Named(layers.Layer):
    """A dict goes in and a dict comes out."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, inputs):
        return {"sum": inputs["x"] + inputs["y"], "dense": self.dense(inputs["x"])}


left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
found = Named()({"y": right, "x": left})
run_named = Model([left, right], found["sum"] * 2 + layers.Dense(3)(found["dense"]))


class Keyword(layers.Layer):
    """Tensors and settings by keyword."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)

    def call(self, x, other=None, double=False):
        x = self.dense(x)
        if other is not None:
            x = x + other
        return x * 2 if double else x


run_keyword = Model([left, right], [Keyword()(left), Keyword()(left, other=right, double=True)])


class Unpacks(layers.Layer):
    """One input after the other, any number of them."""

    def call(self, *inputs):
        return ops.stack(inputs, axis=1)


run_unpacks = Model([left, right], Unpacks()(left, right, left))


class Noise(layers.Layer):
    """Something else while it trains."""

    def __init__(self, stddev=0.1):
        super().__init__()
        self.stddev = stddev

    def call(self, x, training=False):
        if training:
            return x + keras.random.normal(ops.shape(x), stddev=self.stddev)
        return x


run_noise = chain(Noise(), layers.Dense(2))


class Sampling(layers.Layer):
    def call(self, inputs):
        z_mean, z_log_var = inputs
        batch, dim = ops.shape(z_mean)[0], ops.shape(z_mean)[1]
        epsilon = keras.random.normal(shape=(batch, dim))
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon


flat = layers.Flatten()(sequence)
mean, spread = layers.Dense(2, name="z_mean")(flat), layers.Dense(2, name="z_log_var")(flat)
encoder = Model(sequence, [mean, spread, Sampling()([mean, spread])], name="encoder")


class Losses(layers.Layer):
    """add_loss has no bearing on shapes."""

    def __init__(self, rate=1e-2):
        super().__init__()
        self.rate = rate
        self.tracker = keras.metrics.Mean(name="activity")

    def call(self, x):
        self.add_loss(self.rate * ops.mean(ops.square(x)))
        return x


run_losses = chain(Losses(), layers.Dense(2))


class Masked(layers.Layer):
    """Takes a mask where there is one, and hands it on."""

    def __init__(self):
        super().__init__()
        self.supports_masking = True

    def call(self, x, mask=None):
        if mask is not None:
            x = x * ops.expand_dims(ops.cast(mask, "float32"), -1)
        return ops.mean(x, axis=1)

    def compute_mask(self, inputs, mask=None):
        return None


masked = chain(layers.Embedding(20, 4, mask_zero=True), Masked(), layers.Dense(1), shape=(6,))


# -- inheritance -----------------------------------------------------------------------
class Base(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.dense = self.make(units)

    def make(self, units):
        return layers.Dense(units)

    def call(self, x):
        return self.after(self.dense(x))

    def after(self, x):
        return x


class Derived(Base):
    """Overrides parts of another class of the source."""

    def make(self, units):
        return layers.Dense(units, use_bias=False)

    def after(self, x):
        return ops.relu(super().after(x))


run_derived = chain(Derived(3), Base(2, name="base"))


class Mixin:
    factor = 3

    def widened(self, units):
        return units * self.factor


class Mixed(Mixin, layers.Layer):
    factor = 2

    def __init__(self, units):
        super().__init__()
        self.dense = layers.Dense(self.widened(units))

    def call(self, x):
        return self.dense(x)


run_mixed = chain(Mixed(2))


class MyDense(layers.Dense):
    """A layer of Keras with another default."""

    def __init__(self, units, **kwargs):
        super().__init__(units, activation="tanh", **kwargs)


run_my_dense = chain(MyDense(3, name="mine"), MyDense(2, use_bias=False))


class Doubled(layers.Dense):
    """A layer of Keras that does something after its own call."""

    def call(self, inputs):
        return 2 * super().call(inputs)


run_doubled = chain(Doubled(3))


class Padded(layers.Conv2D):
    """A layer of Keras that does something before its own call."""

    def call(self, inputs):
        return super().call(ops.pad(inputs, [[0, 0], [1, 1], [1, 1], [0, 0]]))


padded = chain(layers.ZeroPadding2D(1), layers.Conv2D(2, 3), shape=(5, 5, 1))


class MyModel(Model):
    def __init__(self, classes=3):
        super(MyModel, self).__init__(name="my_model")
        self.dense_1 = layers.Dense(8, activation="relu")
        self.dense_2 = layers.Dense(classes, activation="softmax")

    def call(self, inputs):
        return self.dense_2(self.dense_1(inputs))


model = MyModel()
model.build((None, 5))
called = MyModel(4)
called(keras.Input((5,)))
wide = MyModel(classes=5)
wide(ops.zeros((2, 5)))
nested_in = Model(one, MyModel(2)(one))


# -- properties, configs, decorators -----------------------------------------------------
@keras.saving.register_keras_serializable(package="own")
class Configured(layers.Layer):
    """get_config, from_config, a property, a static method and a class attribute."""

    DEFAULT = 3

    def __init__(self, units=None, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.units = units or self.DEFAULT
        self.activation = keras.activations.get(activation)

    @property
    def doubled(self):
        return 2 * self.units

    @staticmethod
    def halved(x):
        return x / 2

    def build(self, input_shape):
        self.dense = layers.Dense(self.doubled)
        self.dense.build(input_shape)

    def call(self, x):
        return self.activation(self.halved(self.dense(x)))

    def get_config(self):
        config = super().get_config()
        config.update({"units": self.units, "activation": keras.activations.serialize(self.activation)})
        return config


run_configured = chain(Configured(2), Configured())
again = chain(Configured.from_config({"units": 4, "name": "again"}))


class Lambdas(layers.Layer):
    """Functions as attributes."""

    def __init__(self, function, **kwargs):
        super().__init__(**kwargs)
        self.function = function

    def call(self, x):
        return self.function(x)


run_lambdas = chain(Lambdas(lambda t: ops.mean(t, axis=1, keepdims=True)), Lambdas(ops.tanh))


def halved(t):
    return t[:, ::2] / 2


run_functions = chain(layers.Lambda(halved), layers.Lambda(lambda t: t + 1, name="plus"), layers.Dense(2))


# -- shapes ----------------------------------------------------------------------------
class Patches(layers.Layer):
    """Patches of an image."""

    def __init__(self, size):
        super().__init__()
        self.size = size

    def call(self, images):
        _, height, width, channels = images.shape
        rows, columns = height // self.size, width // self.size
        patches = ops.reshape(images, (-1, rows, self.size, columns, self.size, channels))
        patches = ops.transpose(patches, (0, 1, 3, 2, 4, 5))
        return ops.reshape(patches, (-1, rows * columns, self.size * self.size * channels))


run_patches = chain(Patches(4), layers.Dense(3), shape=(8, 8, 3))


class PatchEncoder(layers.Layer):
    """Patches, a class token and positions."""

    def __init__(self, count, width):
        super().__init__()
        self.count = count
        self.projection = layers.Dense(width)
        self.positions = layers.Embedding(count + 1, width)
        self.token = self.add_weight(shape=(1, 1, width), name="token")

    def call(self, x):
        batch = ops.shape(x)[0]
        token = ops.broadcast_to(self.token, (batch, 1, self.token.shape[-1]))
        x = ops.concatenate([token, self.projection(x)], axis=1)
        return x + self.positions(ops.arange(self.count + 1))


patch_encoder = chain(PatchEncoder(6, 5))


class Slices(layers.Layer):
    """Slices, negative indices, steps, new axes."""

    def call(self, x):
        return ops.concatenate([x[:, -1:], x[:, ::2], x[:, :1, :], x[:, 0][:, None]], axis=1)


run_slices = chain(Slices())


class Squeeze(layers.Layer):
    """Squeeze and excite."""

    def __init__(self, ratio=2):
        super().__init__()
        self.ratio = ratio

    def build(self, input_shape):
        channels = input_shape[-1]
        self.pool = layers.GlobalAveragePooling2D(keepdims=True)
        self.squeeze = layers.Dense(channels // self.ratio, activation="relu")
        self.excite = layers.Dense(channels, activation="sigmoid")

    def call(self, x):
        return x * self.excite(self.squeeze(self.pool(x)))


run_squeeze = chain(Squeeze(), shape=(4, 4, 6))


class PixelShuffle(layers.Layer):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, x):
        _, rows, columns, channels = x.shape
        r, c = self.factor, channels // self.factor**2
        x = ops.reshape(x, (-1, rows, columns, r, r, c))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (-1, rows * r, columns * r, c))


run_pixels = chain(PixelShuffle(2), shape=(3, 3, 8))


class Pooling(layers.Layer):
    """Statistics over time, side by side."""

    def call(self, x):
        return ops.concatenate(
            [ops.mean(x, axis=1), ops.max(x, axis=1), ops.std(x, axis=1), ops.min(x, axis=1)], axis=-1
        )


run_pooling = chain(Pooling())


class Distance(layers.Layer):
    """Euclid's distance of a siamese network."""

    def call(self, pair):
        a, b = pair
        return ops.sqrt(ops.maximum(ops.sum(ops.square(a - b), axis=1, keepdims=True), 1e-7))


tower = chain(layers.Dense(3), shape=(3,))
run_siamese = Model([left, right], layers.Dense(1)(Distance()([tower(left), tower(right)])))


class Gate(layers.Layer):
    """A gated linear unit, whose width is halved by splitting."""

    def __init__(self, units):
        super().__init__()
        self.dense = layers.Dense(2 * units)

    def call(self, x):
        value, gate = ops.split(self.dense(x), 2, axis=-1)
        return value * ops.sigmoid(gate)


run_gate = chain(Gate(3))


class Highway(layers.Layer):
    def build(self, shape):
        width = int(shape[-1])
        self.transform = layers.Dense(width, activation="relu")
        self.carry = layers.Dense(width, activation="sigmoid", bias_initializer=keras.initializers.Constant(-2.0))

    def call(self, x):
        t = self.carry(x)
        return t * self.transform(x) + (1.0 - t) * x


run_highway = chain(Highway(), Highway())


class RBF(layers.Layer):
    """Radial basis functions."""

    def __init__(self, units, gamma=0.5):
        super().__init__()
        self.units, self.gamma = units, float(gamma)

    def build(self, shape):
        self.mu = self.add_weight(name="mu", shape=(int(shape[1]), self.units), initializer="uniform")

    def call(self, x):
        diff = ops.expand_dims(x, -1) - self.mu
        return ops.exp(-1 * self.gamma * ops.sum(ops.power(diff, 2), axis=1))


run_rbf = chain(RBF(5), shape=(4,))


class Capsules(layers.Layer):
    """Predictions of capsules, squashed."""

    def __init__(self, count, size):
        super().__init__()
        self.count, self.size = count, size

    def build(self, shape):
        self.W = self.add_weight(shape=(shape[-1], self.count * self.size))

    def squash(self, v):
        norm = ops.sum(ops.square(v), axis=-1, keepdims=True)
        return norm / (1 + norm) * v / ops.sqrt(norm + 1e-7)

    def call(self, x):
        u = ops.reshape(ops.matmul(x, self.W), (-1, x.shape[1], self.count, self.size))
        return self.squash(ops.mean(u, axis=1))


run_capsules = chain(Capsules(3, 2))


class NetVLAD(layers.Layer):
    """Clusters with soft assignment."""

    def __init__(self, clusters):
        super().__init__()
        self.clusters = clusters

    def build(self, shape):
        self.centers = self.add_weight(shape=(1, shape[-1], self.clusters), name="centers")
        self.assign = layers.Dense(self.clusters, activation="softmax")

    def call(self, x):
        a = self.assign(x)
        sums = ops.sum(a, axis=1, keepdims=True) * self.centers
        v = ops.transpose(ops.matmul(ops.transpose(a, (0, 2, 1)), x), (0, 2, 1)) - sums
        return ops.reshape(v, (-1, v.shape[1] * v.shape[2]))


run_vlad = chain(NetVLAD(3))


class Graph(layers.Layer):
    """A graph convolution with a fixed adjacency matrix."""

    def __init__(self, units, adjacency):
        super().__init__()
        self.adjacency = ops.convert_to_tensor(adjacency, dtype="float32")
        self.dense = layers.Dense(units, use_bias=False)

    def call(self, x):
        return ops.relu(ops.matmul(self.adjacency, self.dense(x)))


graph = chain(Graph(3, np.eye(6)), Graph(2, np.ones((6, 6)) / 6))


class Recurrent(layers.Layer):
    """A cell of the source in Keras' RNN."""

    def __init__(self, units):
        super().__init__()
        self.units = self.state_size = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")
        self.recurrent = self.add_weight(shape=(self.units, self.units), name="recurrent")

    def call(self, x, states):
        output = ops.tanh(ops.matmul(x, self.kernel) + ops.matmul(states[0], self.recurrent))
        return output, [output]


class TimeWise(layers.Layer):
    """Keras' wrappers around layers inside."""

    def __init__(self):
        super().__init__()
        self.each = layers.TimeDistributed(layers.Dense(3))
        self.both = layers.Bidirectional(layers.GRU(2, return_sequences=True))

    def call(self, x):
        return self.both(self.each(x))


run_time_wise = chain(TimeWise())


class MixedInside(layers.Layer):
    """Own layers inside own layers inside own layers."""

    def __init__(self):
        super().__init__()
        self.blocks = [Stack([4, 4]), TransformerBlock(4, 1, 4)]
        self.out = Linear(2)

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.out(x)


run_mixed_inside = chain(MixedInside())

frozen_block = TransformerBlock(4, 2, 8)
frozen = chain(frozen_block, layers.Dense(1))
frozen_block.trainable = False
partly = Stack([3, 2])
partly_frozen = chain(partly)
partly.denses[0].trainable = False
