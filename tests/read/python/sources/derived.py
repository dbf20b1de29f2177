"""Classes that derive from Sequential and Functional, and layers that are called on several shapes."""

import keras
import numpy as np
import tensorflow as tf
from keras import Model, Sequential, layers, ops
from tensorflow.keras import backend as K


class Stack(Sequential):
    def __init__(self, units=4):
        super().__init__()
        self.add(layers.Dense(units, input_shape=(3,)))
        self.add(layers.Dense(2))


class Listed(keras.Sequential):
    def __init__(self, units=4, **kwargs):
        super().__init__([layers.Input((6,)), layers.Dense(units), layers.ReLU()], **kwargs)


class Kept(Sequential):
    """Keras lists what is added, not what is an attribute."""

    def __init__(self):
        super().__init__(name="kept")
        self.first = layers.Dense(5)
        self.unused = layers.Dense(6)
        self.add(self.first)
        self.add(layers.Dropout(0.5))


class Calling(Sequential):
    def __init__(self):
        super().__init__()
        self.inner = layers.Dense(5)
        self.add(layers.Dense(7))

    def call(self, x, training=None):
        return self.inner(x) + 1


class Empty(Sequential):
    pass


class Two(Model):
    def __init__(self, units):
        inputs = layers.Input((4,))
        super().__init__(inputs, layers.Dense(units)(inputs), name="two")


stack = Stack()
listed = Listed()
listed.trainable = False
kept = Kept()
kept.build((None, 3))
calling = Calling()
calling.build((None, 3))
called = Calling()
called(keras.ops.ones((2, 3)))
empty = Empty([layers.Dense(3), layers.Dense(4)])
empty(keras.Input((2,)))
_entry = keras.Input((6,))
nested = Model(_entry, Listed(name="inner")(_entry))
in_stack = Sequential([layers.Input((3,)), Stack(2)])
two = Two(5)
run_stacks = Sequential([layers.Input((4,)), Two(6), Listed(3, name="listed"), Empty([layers.Dense(2)], name="e")])


class Head(layers.Layer):
    """One set of weights for every level of a pyramid."""

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.convs = [layers.Conv2D(filters, 3, padding="same", activation="relu") for _ in range(2)]
        self.norm = layers.BatchNormalization()
        self.out = layers.Conv2D(4, 1)

    def call(self, x):
        height, width = x.shape[1:3]
        for conv in self.convs:
            x = self.norm(conv(x))
        return ops.reshape(self.out(x), (-1, height * width, 4))


_image = keras.Input((16, 16, 8))
_half = layers.MaxPooling2D()(_image)
_head = Head(8)
_levels = [_head(_image), _head(_half), _head(layers.MaxPooling2D()(_half))]
run_heads = Model(_image, layers.Concatenate(axis=1)(_levels))


class Optional(layers.Layer):
    """What a call does depends on what it gets."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(3)

    def call(self, a, b=None):
        y = self.dense(a)
        return y if b is None else y + self.dense(b)


_a, _b = keras.Input((5,)), keras.Input((5,))
_optional = Optional()
run_optional = Model([_a, _b], layers.Add()([_optional(_a, _b), _optional(_b)]))


class Attention(layers.Layer):
    """Scaled dot products as TensorFlow's tutorials write them."""

    def __init__(self, width, heads, **kwargs):
        super().__init__(**kwargs)
        self.heads, self.depth = heads, width // heads
        self.wq, self.wk, self.wv = layers.Dense(width), layers.Dense(width), layers.Dense(width)
        self.dense = layers.Dense(width)

    def split(self, x, batch):
        return tf.transpose(tf.reshape(x, (batch, -1, self.heads, self.depth)), perm=[0, 2, 1, 3])

    def call(self, x):
        batch = tf.shape(x)[0]
        q, k, v = (self.split(each(x), batch) for each in (self.wq, self.wk, self.wv))
        scores = tf.matmul(q, k, transpose_b=True) / tf.math.sqrt(tf.cast(self.depth, tf.float32))
        found = tf.transpose(tf.matmul(tf.nn.softmax(scores, axis=-1), v), perm=[0, 2, 1, 3])
        return self.dense(tf.reshape(found, tf.stack([batch, -1, self.heads * self.depth])))


class Windows(layers.Layer):
    """Functions of tf.nn and tf.image with their arguments by position, and of keras.backend."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(3, 3, shape[-1], 5), name="kernel")

    def call(self, x):
        x = K.spatial_2d_padding(x, ((1, 1), (2, 2)))
        x = tf.nn.max_pool2d(tf.nn.conv2d(x, self.kernel, 1, "SAME"), 2, 2, "VALID")
        x = K.pool2d(x, (2, 2), pool_mode="avg")
        indices = tf.argmax(x, -1)
        x = tf.gather(x, [0, 2], axis=3) * tf.cast(tf.expand_dims(indices, -1), tf.float32)
        return tf.image.resize(x, [4, 6])


_steps = keras.Input((6, 8))
run_attention = Model(_steps, Attention(8, 2, name="attention")(_steps))
_picture = keras.Input((10, 8, 3))
run_windows = Model(_picture, Windows(name="windows")(_picture))


# -- layers that other layers hold -----------------------------------------------------
@keras.saving.register_keras_serializable()
class Minimal(layers.Layer):
    """A recurrent cell."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")
        self.recurrent = self.add_weight(shape=(self.units, self.units), name="recurrent")

    def call(self, x, states):
        h = ops.tanh(ops.matmul(x, self.kernel) + ops.matmul(states[0], self.recurrent))
        return h, [h]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class TwoStates(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.state_size, self.output_size = [units, units + 1], 3
        self.a, self.b, self.out = layers.Dense(units), layers.Dense(units + 1), layers.Dense(3)

    def build(self, shape):
        self.a.build(shape)
        self.b.build(shape)
        self.out.build((None, self.state_size[0]))

    def call(self, x, states, training=None):
        a, b = self.a(x) + states[0], self.b(x) * ops.sigmoid(states[1])
        return self.out(a), [a, b]


class Doubled(layers.LSTMCell):
    def call(self, x, states, training=False):
        h, (_, c) = super().call(x, states)
        return h * 2, [h, c]


class Around(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.cell = layers.GRUCell(units)

    @property
    def state_size(self):
        return self.cell.units

    @property
    def output_size(self):
        return self.cell.units

    def build(self, shape):
        self.cell.build(shape)

    def call(self, x, states):
        return self.cell(x, states)


class Scale(layers.Layer):
    """What TimeDistributed needs of a class: `build` and `compute_output_shape`."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones", name="scale")

    def call(self, x):
        return x[:, ::2] * self.scale

    def compute_output_shape(self, shape):
        return (shape[0], (shape[1] + 1) // 2, shape[2])


class OwnDense(layers.Dense):
    pass


@keras.saving.register_keras_serializable()
class OwnLSTM(layers.LSTM):
    pass


_sequence = keras.Input((7, 2))
run_minimal = Model(_sequence, layers.RNN(Minimal(4), return_sequences=True)(_sequence))
run_two_states = Model(_sequence, layers.RNN(TwoStates(4), return_state=True, go_backwards=True)(_sequence))
run_stacked = Model(_sequence, layers.RNN([Minimal(4), layers.LSTMCell(5), Minimal(6)])(_sequence))
run_doubled = Model(_sequence, layers.RNN(Doubled(4))(_sequence))
run_around = Model(_sequence, layers.RNN(Around(5))(layers.Masking()(_sequence)))
run_both_ways = Model(_sequence, layers.Bidirectional(layers.RNN(Minimal(3), return_sequences=True))(_sequence))
_frames = keras.Input((4, 5, 2))
run_frames = Model(
    _frames,
    layers.Bidirectional(OwnLSTM(3))(
        layers.TimeDistributed(layers.Flatten())(
            layers.TimeDistributed(layers.Lambda(lambda x: x * 2))(
                layers.TimeDistributed(Scale())(layers.TimeDistributed(OwnDense(4))(_frames))
            )
        )
    ),
)


# -- data sets ---------------------------------------------------------------------------
class Small(Model):
    def __init__(self):
        super().__init__()
        self.hidden, self.out = layers.Dense(5), layers.Dense(2)

    def call(self, x):
        return self.out(self.hidden(x))


_data = (
    tf.data.Dataset.from_tensor_slices((np.zeros((40, 6), "float32"), np.zeros((40, 2), "float32")))
    .shuffle(40)
    .batch(16)
)
fed = Small()
fed.compile("sgd", "mse")
fed.fit(_data, verbose=0)
looped = Small()
for _x, _y in _data:
    looped(_x)
first = Small()
first(next(iter(_data.map(lambda x, y: x[:, :3]))))


# -- the weights of a class --------------------------------------------------------------
class Owner(Model):
    """Layers in attributes, lists and dicts, a layer of the source, and a variable."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.many = [layers.Dense(units) for _ in range(2)]
        self.named = {"last": layers.Dense(2)}
        self.scale = Scale()
        self.inner = Sequential([layers.Dense(4), layers.BatchNormalization()])
        self.shift = self.add_weight(shape=(2,), name="shift")

    def call(self, x):
        x = self.inner(self.scale(x))
        for each in self.many:
            x = each(x)
        return self.named["last"](x) + self.shift

    def get_config(self):
        return {**super().get_config(), "units": self.units}


run_owner_x = np.linspace(-1, 1, 2 * 4 * 3).reshape(2, 4, 3).astype("float32")
run_owner = Owner()
run_owner(run_owner_x)


# -- one layer in a wrapper and beside it --------------------------------------------------
_short, _long = keras.Input((4, 3)), keras.Input((2, 4, 3))
_dense, _scale, _inner = layers.Dense(3), Scale(), Sequential([layers.Dense(3), layers.Dense(3)])
_twice = layers.TimeDistributed(_dense)
shared = Model(
    [_short, _long],
    [
        _dense(_short), _twice(_long), layers.TimeDistributed(_dense)(_long),
        _scale(_short), layers.TimeDistributed(_scale)(_long),
        _inner(_short), layers.TimeDistributed(_inner)(_long),
    ],
)  # fmt: skip
_lstm = layers.LSTM(2)
cloned = Model(_short, layers.Add()([_lstm(_short), layers.Bidirectional(_lstm, merge_mode="sum")(_short)]))
