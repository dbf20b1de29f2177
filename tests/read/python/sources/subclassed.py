"""Models of classes: what Keras lists of them, and when it knows shapes."""

import keras
import numpy as np
from keras import Model, layers


class Block(layers.Layer):
    def __init__(self, filters):
        super().__init__()
        self.conv = layers.Conv1D(filters, 3, padding="same")
        self.relu = layers.Activation("relu")

    def call(self, x):
        return self.relu(self.conv(x))


class Built(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], self.units))
        self.dense = layers.Dense(self.units)
        self.dense.build(shape)

    def call(self, x):
        return keras.ops.matmul(x, self.w) + self.dense(x)


class Telling(Built):
    def compute_output_shape(self, shape):
        return (*shape[:-1], self.units)


class Net(Model):
    def __init__(self):
        super().__init__()
        self.block, self.built_block, self.telling = Block(4), Built(6), Telling(6)
        self.flatten = layers.Flatten()
        self.dense = layers.Dense(3)
        self.dropout = layers.Dropout(0.5)
        self.inner = keras.Sequential([layers.Dense(5), layers.Dense(2)])
        self.several = [layers.Dense(7), layers.BatchNormalization()]
        self.named = {"a": layers.Dense(8)}
        self.unused = layers.Dense(9)
        self.v = self.add_weight(shape=(3,), name="v")
        self.lstm = layers.LSTM(3)
        self.attention = layers.MultiHeadAttention(2, 4)
        self.both = layers.Bidirectional(layers.LSTM(2))

    def call(self, x, training=False):
        y = self.telling(self.built_block(self.block(x)))
        y = self.attention(y, y)
        z = self.lstm(y) + 0 * self.dense(self.flatten(y))[:, :3]
        z = self.dropout(z + self.v, training=training)
        z = self.several[1](self.several[0](self.inner(z)))
        return self.named["a"](z) + self.both(y)[:, :1]


unbuilt = Net()
on_input = Net()
on_input(keras.Input((5, 2)))
on_data = Net()
on_data(np.zeros((16, 5, 2), "float32"))
trained = Net()
trained.compile("sgd", "mse")
trained.fit(np.zeros((40, 5, 2), "float32"), np.zeros((40, 8), "float32"), epochs=1, verbose=0, batch_size=16)
predicted = Net()
predicted.predict(np.zeros((40, 5, 2), "float32"), verbose=0)


class Outer(Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.net = Net()
        self.dense = layers.Dense(1)

    def call(self, x):
        return self.dense(self.net(x))


outer = Outer(name="outside")
outer(keras.Input((5, 2)))
source = keras.Input((5, 2))
around = Model(source, Outer()(source))


class Later(Model):
    """Layers that a list gets later stand where they were made."""

    def __init__(self):
        super().__init__()
        self.convs, self.norms = [], []
        for _ in range(2):
            self.convs.append(layers.Conv1D(2, 1))
            self.norms.append(layers.LayerNormalization())
        self.last = layers.Dense(1)

    def call(self, x):
        for conv, norm in zip(self.convs, self.norms):
            x = norm(conv(x))
        return self.last(x)


later = Later()
later(keras.Input((3, 2)))
later.convs[0].trainable = False


class Between(Model):
    """A class that makes a Functional of itself."""

    def __init__(self):
        entry = keras.Input((4,))
        hidden = layers.Dense(3)(entry)
        super().__init__(inputs=entry, outputs=layers.Dense(2)(hidden))


run_between = Between()


class Auto(Model):
    """Models inside, trained by a step of its own."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.sampling = Block(2)
        self.loss_tracker = keras.metrics.Mean(name="loss")

    def train_step(self, data):
        x = data[0]
        code = self.encoder(x)
        self.decoder(code)
        self.sampling(x)
        return {"loss": self.loss_tracker.result()}


code_in = keras.Input((5, 2))
flat = layers.Flatten()(code_in)
encoder = Model(code_in, {"mean": layers.Dense(2)(flat), "log_var": layers.Dense(3)(flat)}, name="encoder")
code_out = keras.Input((2,))
decoder = Model(code_out, layers.Dense(10)(code_out), name="decoder")
auto = Auto(Model(code_in, layers.Dense(2)(flat), name="one"), decoder)
auto.compile("adam")
auto.fit(np.zeros((8, 5, 2), "float32"), np.zeros((8, 1), "float32"), epochs=1, verbose=0)
