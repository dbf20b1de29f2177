"""The models of tools/record_saved_models.py, by name."""

from __future__ import annotations

import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

CASES, WITHOUT_METADATA = {}, {}


def case(function):
    CASES[function.__name__] = function
    return function


def chain(name, shape, *made, **options):
    CASES[name] = lambda: keras.Sequential([keras.Input(shape, **options), *(each() for each in made)], name=name)


def lazily(kind, *args, **kwargs):
    return lambda: kind(*args, **kwargs)


d = lazily
chain("dense", (3, 2), d(layers.Dense, 4, activation="relu"), d(layers.Flatten), d(layers.Dense, 2))
chain(
    "conv",
    (8, 8, 3),
    d(layers.Conv2D, 4, 3, padding="same"),
    d(layers.MaxPooling2D),
    d(layers.Conv2D, 2, 3),
    d(layers.GlobalAveragePooling2D),
)
chain(
    "conv1d", (9, 2), d(layers.Conv1D, 3, 3, dilation_rate=2), d(layers.AveragePooling1D), d(layers.GlobalMaxPooling1D)
)
chain("conv3d", (4, 4, 4, 1), d(layers.Conv3D, 2, 2), d(layers.MaxPooling3D), d(layers.Flatten))
chain("separable", (8, 8, 2), d(layers.SeparableConv2D, 3, 3), d(layers.DepthwiseConv2D, 3, depth_multiplier=2))
chain("separable1d", (8, 2), d(layers.SeparableConv1D, 3, 3), d(layers.DepthwiseConv1D, 3))
chain("transposed", (4, 4, 2), d(layers.Conv2DTranspose, 3, 3, strides=2), d(layers.Conv2DTranspose, 1, 2))
chain("lstm", (5, 3), d(layers.LSTM, 4, return_sequences=True), d(layers.LSTM, 2))
chain("gru", (5, 3), d(layers.GRU, 4, return_sequences=True), d(layers.GRU, 2, reset_after=False))
chain("simple_rnn", (None, 3), d(layers.SimpleRNN, 4), d(layers.Dense, 1))
chain("cells", (5, 3), d(layers.RNN, [layers.LSTMCell(4), layers.GRUCell(3)]))
chain(
    "bidirectional",
    (5, 3),
    d(layers.Bidirectional, layers.LSTM(4, return_sequences=True)),
    d(layers.Bidirectional, layers.GRU(2), merge_mode="sum"),
)
chain(
    "time_distributed",
    (4, 6, 6, 1),
    d(layers.TimeDistributed, layers.Conv2D(2, 3)),
    d(layers.TimeDistributed, layers.Flatten()),
    d(layers.TimeDistributed, layers.Dense(3)),
)
chain("conv_lstm", (3, 5, 5, 1), d(layers.ConvLSTM2D, 2, 3), d(layers.Flatten))
chain("embedding", (7,), d(layers.Embedding, 11, 4, mask_zero=True), d(layers.LSTM, 3), dtype="int32")
chain("masking", (5, 2), d(layers.Masking, 0.0), d(layers.GRU, 3))
chain(
    "normalizations",
    (6, 6, 4),
    d(layers.BatchNormalization),
    d(layers.LayerNormalization),
    d(layers.GroupNormalization, groups=2),
    d(layers.UnitNormalization),
)
chain(
    "activations",
    (6,),
    d(layers.PReLU),
    d(layers.LeakyReLU, 0.1),
    d(layers.ELU),
    d(layers.Softmax),
    d(layers.ReLU, 3.0),
    d(layers.ThresholdedReLU),
)
chain(
    "regularized",
    (6,),
    d(layers.Dense, 5, kernel_regularizer="l2", kernel_constraint="max_norm"),
    d(layers.Dropout, 0.3),
    d(layers.GaussianNoise, 0.1),
    d(layers.AlphaDropout, 0.1),
    d(layers.ActivityRegularization, 0.1),
)
chain(
    "reshaping",
    (4, 4, 2),
    d(layers.ZeroPadding2D, (1, 2)),
    d(layers.Cropping2D, 1),
    d(layers.UpSampling2D, 2),
    d(layers.Permute, (2, 1, 3)),
    d(layers.Reshape, (-1, 4)),
    d(layers.Flatten),
)
chain("locally_connected", (6, 2), d(layers.LocallyConnected1D, 3, 3), d(layers.Flatten))
chain("einsum", (5, 4), d(layers.EinsumDense, "abc,cd->abd", output_shape=(None, 6), bias_axes="d"))
chain(
    "preprocessing",
    (8, 8, 3),
    d(layers.Rescaling, 1 / 255),
    d(layers.Resizing, 6, 6),
    d(layers.CenterCrop, 4, 4),
    d(layers.RandomFlip),
    d(layers.RandomRotation, 0.1),
    d(layers.Flatten),
)
chain("float64", (3,), d(layers.Dense, 2, dtype="float64"), dtype="float64")
chain("spectral", (5,), d(layers.SpectralNormalization, layers.Dense(3)))
chain(
    "bidirectional_two",
    (5, 3),
    d(layers.Bidirectional, layers.LSTM(4), backward_layer=layers.GRU(4, go_backwards=True)),
)


@case
def functional():
    x = inputs = keras.Input((8, 8, 3), name="image")
    y = layers.Conv2D(3, 1, name="shortcut")(x)
    x = layers.Conv2D(3, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(layers.Add()([x, y]))
    return keras.Model(inputs, layers.Dense(2, activation="softmax")(layers.GlobalMaxPooling2D()(x)), name="residual")


@case
def several_inputs():
    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    x = layers.Concatenate()([layers.Dense(3)(a), b])
    return keras.Model([a, b], [layers.Dense(1, name="score")(x), layers.Dense(2, name="kind")(x)])


@case
def dict_inputs():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    return keras.Model(
        {"a": a, "b": b}, {"sum": layers.Add()([a, b]), "both": layers.Dense(2)(layers.Multiply()([a, b]))}
    )


@case
def merging():
    a, b = keras.Input((4,)), keras.Input((4,))
    made = [kind()([a, b]) for kind in (layers.Subtract, layers.Average, layers.Maximum, layers.Minimum)]
    return keras.Model([a, b], layers.Dot(-1)([layers.Concatenate()(made), layers.Concatenate()(made[::-1])]))


@case
def attention():
    x = keras.Input((6, 8))
    y = layers.MultiHeadAttention(2, 4)(x, x)
    y = layers.LayerNormalization()(layers.Add()([x, y]))
    return keras.Model(x, layers.GlobalAveragePooling1D()(layers.Attention()([y, y])))


@case
def additive_attention():
    a, b = keras.Input((6, 8)), keras.Input((5, 8))
    return keras.Model([a, b], layers.AdditiveAttention()([a, b]))


@case
def nested_sequential():
    x = keras.Input((8,))
    block = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(3)], name="block")
    return keras.Model(x, layers.Dense(2)(block(x)))


@case
def nested_functional():
    inner = keras.Input((6, 6, 2))
    y = layers.Add()([layers.Conv2D(2, 3, padding="same")(inner), inner])
    block = keras.Model(inner, layers.BatchNormalization()(y), name="inner")
    x = keras.Input((6, 6, 2))
    return keras.Model(x, layers.Flatten()(block(x)), name="outer")


@case
def siamese():
    encoder = keras.Sequential([keras.Input((5,)), layers.Dense(4), layers.Dense(2)], name="encoder")
    a, b = keras.Input((5,), name="left"), keras.Input((5,), name="right")
    return keras.Model([a, b], layers.Subtract()([encoder(a), encoder(b)]))


@case
def shared_layer():
    dense, x = layers.Dense(4, name="shared"), keras.Input((4,))
    return keras.Model(x, dense(dense(x)))


@case
def wrapped_model():
    inner = keras.Sequential(
        [keras.Input((6, 6, 1)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(3)], name="frame"
    )
    return keras.Sequential([keras.Input((4, 6, 6, 1)), layers.TimeDistributed(inner), layers.LSTM(2)])


@case
def encoder_decoder():
    x, y = keras.Input((None, 4), name="encoder_in"), keras.Input((None, 3), name="decoder_in")
    _, h, c = layers.LSTM(5, return_state=True, name="encoder")(x)
    z = layers.LSTM(5, return_sequences=True, name="decoder")(y, initial_state=[h, c])
    return keras.Model([x, y], layers.Dense(3)(z))


@case
def operators():
    x = keras.Input((4, 4, 2))
    y = tf.nn.relu(x * 2.0 + 1.0)
    y = tf.concat([y, tf.reduce_mean(x, axis=-1, keepdims=True)], axis=-1)
    return keras.Model(x, layers.Dense(2)(y[:, 0]))


@case
def lambda_layer():
    return keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3),
            layers.Lambda(lambda x: x * 2, output_shape=(3,), name="double"),
            layers.Dense(1),
        ]
    )


@case
def mixed_precision():
    policy = keras.mixed_precision.Policy("mixed_float16")
    return keras.Sequential([keras.Input((4,)), layers.Dense(3, dtype=policy), layers.Dense(2, dtype="float32")])


@case
def frozen():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, trainable=False), layers.BatchNormalization(), layers.Dense(2)]
    )
    model.layers[1].trainable = False
    return model


@case
def compiled():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae", keras.metrics.RootMeanSquaredError()])
    model.fit(tf.ones((4, 4)), tf.ones((4, 1)), verbose=0)
    return model


@case
def without_traces():
    return keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(1)]), {"save_traces": False}


@case
def deferred():
    model = keras.Sequential([layers.Dense(3), layers.Dense(2)])
    model(tf.ones((2, 5)))
    return model


@case
def stateful():
    return keras.Sequential([keras.Input((5, 3), batch_size=2), layers.LSTM(4, stateful=True), layers.Dense(1)])


@case
def text():
    vectors = layers.TextVectorization(output_sequence_length=6)
    vectors.adapt(["the cat sat", "the dog ran"])
    return keras.Sequential(
        [keras.Input((1,), dtype="string"), vectors, layers.Embedding(20, 3), layers.GlobalAveragePooling1D()]
    )


@case
def lookups():
    words, numbers = keras.Input((1,), dtype="string", name="words"), keras.Input((1,), dtype="int64", name="numbers")
    x = layers.StringLookup(vocabulary=["a", "b", "c"])(words)
    y = layers.CategoryEncoding(4, output_mode="multi_hot")(layers.Hashing(4)(numbers))
    return keras.Model([words, numbers], layers.Concatenate()([layers.Flatten()(layers.Embedding(6, 2)(x)), y]))


@case
def normalization():
    layer = layers.Normalization()
    layer.adapt(tf.random.uniform((9, 3)))
    return keras.Sequential([keras.Input((3,)), layer, layers.Dense(2)])


@keras.utils.register_keras_serializable("my")
class Scale(layers.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, shape):
        self.gain = self.add_weight(name="gain", shape=(shape[-1],))
        self.seen = self.add_weight(name="seen", shape=(), trainable=False)

    def call(self, x):
        return x * self.gain * self.factor

    def get_config(self):
        return super().get_config() | {"factor": self.factor}


class Bare(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.inner = layers.Dense(units)
        self.own = self.add_weight(name="own", shape=(units,))

    def call(self, x):
        return self.inner(x) + self.own


class Block(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.many = [layers.Dense(units), layers.Dense(units)]
        self.named = {"norm": layers.LayerNormalization()}

    def call(self, x):
        for each in self.many:
            x = each(x)
        return self.named["norm"](x)


@case
def custom_with_config():
    return keras.Sequential([keras.Input((4,)), layers.Dense(3), Scale(name="scale"), layers.Dense(2)])


@case
def custom_without_config():
    x = keras.Input((4,))
    return keras.Model(x, layers.Dense(2)(Bare(3)(layers.Dense(5)(x))))


@case
def custom_in_a_sequential():
    return keras.Sequential([keras.Input((4,)), layers.Dense(3), Bare(3), Block(3), layers.Dense(2)])


@case
def custom_nested():
    inner = keras.Sequential([keras.Input((4,)), Scale(), Bare(2)], name="inner")
    x = keras.Input((4,))
    return keras.Model(x, layers.Add()([inner(x), layers.TimeDistributed(layers.Dense(2))(layers.Reshape((1, 4))(x))]))


@case
def custom_shared():
    x, shared = keras.Input((4,)), Scale(name="twice")
    return keras.Model(x, shared(shared(x)))


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.a = layers.Dense(4)
        self.norm = layers.BatchNormalization()
        self.blocks = [Block(3), layers.Dense(2)]

    def call(self, x):
        x = self.norm(self.a(x))
        for each in self.blocks:
            x = each(x)
        return x


@case
def subclassed():
    model = Net()
    model(tf.ones((2, 5)))
    return model


@case
def subclassed_without_traces():
    model = Net()
    model(tf.ones((2, 5)))
    return model, {"save_traces": False}


class Auto(keras.Model):
    def __init__(self):
        super().__init__(name="auto")
        self.encoder = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(2)])
        self.decoder = keras.Sequential([layers.Dense(5)])
        self.scale = self.add_weight(name="scale", shape=(5,))
        self.count = tf.Variable(0, trainable=False)

    def call(self, x):
        return self.decoder(self.encoder(x)) * self.scale


@case
def subclassed_autoencoder():
    model = Auto()
    model(tf.ones((2, 5)))
    model.compile("sgd", "mse")
    return model


class Recurrent(keras.Model):
    def __init__(self):
        super().__init__()
        self.words = layers.Embedding(9, 4)
        self.rnn = layers.Bidirectional(layers.LSTM(3))
        self.out = layers.Dense(2)

    def call(self, x):
        return self.out(self.rnn(self.words(x)))


@case
def subclassed_recurrent():
    model = Recurrent()
    model(tf.ones((2, 5), "int32"))
    return model


@keras.utils.register_keras_serializable("my")
class Trained(keras.Model):
    def train_step(self, data):
        return {"loss": self.compiled_loss(data, data)}


@case
def custom_train_step():
    x = keras.Input((4,))
    return Trained(x, layers.Dense(2)(layers.Dense(3)(x)))


@case
def unused_layer():
    x = keras.Input((4,), name="enter")
    y = layers.Dense(3, name="used")(x)
    layers.Dense(9, name="unused")(y)
    return keras.Model(x, y)


@case
def mobilenet():
    return keras.applications.MobileNet((64, 64, 3), alpha=0.25, weights=None, classes=3)


@case
def mobilenet_v3():
    return keras.applications.MobileNetV3Small((64, 64, 3), weights=None, classes=3, minimalistic=True)


@case
def densenet():
    return keras.applications.DenseNet121(input_shape=(64, 64, 3), weights=None, classes=2)


@case
def many_layers():
    return keras.Sequential([keras.Input((3,)), *(layers.Dense(3, name=f"d{index}") for index in range(120))])


def without_metadata(function):
    WITHOUT_METADATA[function.__name__] = function
    return function


@without_metadata
def exported(folder):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization()], name="exported")
    model.export(str(folder))
    return {"weights": [[int(size) for size in each.shape] for each in model.weights]}


@without_metadata
def module(folder):
    class Module(tf.Module):
        def __init__(self):
            self.w = tf.Variable(tf.ones((3, 2)), name="w")
            self.parts = [tf.Variable(tf.zeros((2,), "float64")), tf.Variable([1, 2, 3])]

        @tf.function(input_signature=[tf.TensorSpec((None, 3))])
        def __call__(self, x):
            return x @ self.w

    made = Module()
    tf.saved_model.save(made, folder)
    return {"weights": [[3, 2], [2], [3]]}


@without_metadata
def several_signatures(folder):
    class Module(tf.Module):
        def __init__(self):
            self.w = tf.Variable(tf.ones((3, 2)), name="w")

        @tf.function(input_signature=[tf.TensorSpec((None, 3)), tf.TensorSpec(None, tf.int64, name="any")])
        def both(self, x, any):  # noqa: A002  # the key of the signature
            return {"product": x @ self.w, "cast": tf.cast(any, "float16")}

        @tf.function(input_signature=[tf.TensorSpec((), tf.string)])
        def length(self, text):
            return tf.strings.length(text)

        @tf.function(input_signature=[])
        def nothing(self):
            return tf.constant([True])

    made = Module()
    named = {"serving_default": made.both, "length": made.length, "again": made.both, "nothing": made.nothing}
    tf.saved_model.save(made, str(folder), signatures=named)
    return {"weights": [[3, 2]]}


@without_metadata
def several_served(folder):
    left, right = keras.Input((4,), name="left"), keras.Input((None, 2), name="right")
    keras.Model([left, right], [layers.Dense(2, name="a")(left), layers.GlobalMaxPooling1D(name="b")(right)]).export(
        str(folder)
    )
    return {"weights": [[4, 2], [2]]}
