"""Small scripts, each about one use of Keras, pandas or scikit-learn; tools/record_scripts.py runs them.

Every variable at module level is recorded: numbers and strings as they are, arrays, tables and tensors by shape, models by
their rows. If a script tests an error, it catches the error itself.
"""

KERAS = "import keras\nfrom keras import layers, ops\nimport numpy as np\n"
SCRIPTS = {
    "what a layer answers": """
d = layers.Dense(7, activation="relu", name="d")
before = d.built, d.name, d.units, d.use_bias, d.trainable, d.dtype
x = keras.Input((5, 3), name="x")
y = d(x)
after = d.built, d.count_params(), d.output.shape, d.input.shape, d.compute_output_shape((None, 4, 9))
t = x.shape, y.shape, y.shape[-1], x.ndim, len(y.shape), y.dtype, x.name
cls = d.__class__.__name__, isinstance(d, layers.Dense), isinstance(d, layers.Conv1D), isinstance(d, layers.Layer)
m = keras.Model(x, y)
""",
    "what a layer cannot answer": """
d = layers.Dense(2)
refused = []
for ask in (lambda: d.output, lambda: d.input):
    try:
        ask()
    except AttributeError:
        refused.append("AttributeError")
""",
    "a layer that is refused": """
x = keras.Input((8, 8, 3))
tried = []
for size in (3, 9, 5):
    try:
        y = layers.Conv2D(4, size)(x)
        tried.append(y.shape)
    except ValueError:
        tried.append("refused")
try:
    layers.Concatenate()([x, keras.Input((4, 4, 3))])
except ValueError:
    tried.append("sizes")
""",
    "a layer that is shared": """
d = layers.Dense(4, name="shared")
a, b = keras.Input((3,)), keras.Input((3,))
m = keras.Model([a, b], layers.add([d(a), d(b)]))
n = len(m.layers), m.count_params(), [l.name for l in m.layers], len(m.inputs), len(m.outputs)
""",
    "what a model answers": """
i = keras.Input((6,), name="in")
h = layers.Dense(5, name="h")(i)
o = layers.Dense(2, name="o")(h)
m = keras.Model(i, o, name="net")
r = m.name, m.input_shape, m.output_shape, m.count_params(), m.built, m.trainable, len(m.layers)
names = [l.name for l in m.layers], m.layers[1].units, m.layers[-1].output.shape, m.get_layer("h").units, m.get_layer(index=2).name
missing = []
for ask in (lambda: m.get_layer("nope"), lambda: m.get_layer(index=9)):
    try:
        ask()
    except ValueError:
        missing.append("ValueError")
part = keras.Model(m.input, m.get_layer("h").output, name="part")
more = keras.Model(m.inputs, layers.Dense(1, name="new")(m.layers[-2].output), name="more")
outs = keras.Model(i, [h, o], name="outs")
tail = keras.Model(h, o, name="tail")
s = [tuple(t.shape) for t in outs.outputs], outs.output_names, len(outs.output)
""",
    "a Sequential that grows": """
m = keras.Sequential(name="s")
steps = [len(m.layers), m.built]
m.add(keras.Input((4,)))
m.add(layers.Dense(3))
steps += [len(m.layers), m.built, m.output_shape]
m.add(layers.Dense(2))
steps += [m.count_params(), m.layers[0].name, m.outputs[0].shape, m.inputs[0].shape]
m.pop()
steps += [m.count_params(), m.output_shape, len(m.layers)]
m.add(layers.Dense(9))
try:
    m.add("dense")
except ValueError:
    steps.append("no layer")
try:
    m.add(keras.Input((5,)))
except ValueError:
    steps.append("second input")
try:
    m.add(layers.Dense(1, name=m.layers[0].name))
except ValueError:
    steps.append("taken")
""",
    "Sequentials that wait for a shape": """
a = keras.Sequential([layers.Dense(3), layers.Dense(2)], name="a")
w = a.built
a.build((None, 5))
b = keras.Sequential([layers.Dense(4)], name="b")
t = b(keras.Input((2, 6)))
c = keras.Sequential([layers.Dense(4)], name="c")
out = c(np.zeros((7, 3), "float32"))
d = keras.Sequential([layers.Flatten(), layers.Dense(4)], name="d")
d.build((None, 2, 3))
e = keras.Sequential([layers.Dense(2)], name="e")
e.build(input_shape=(None, 8))
f = keras.Sequential([layers.Dense(2)], name="f")
try:
    f.output
except AttributeError:
    waiting = "AttributeError"
p = d.predict(np.zeros((6, 2, 3)), verbose=0)
sizes = a.count_params(), b.built, c.built, out.shape, p.shape
""",
    "models in models": """
base = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.GlobalAveragePooling2D()], name="base")
base.trainable = False
i = keras.Input((8, 8, 3))
m = keras.Model(i, layers.Dense(2)(base(i)), name="outer")
r = [l.name for l in m.layers], m.layers[1].layers[0].filters, base.layers[0].trainable, m.get_layer("base").output_shape
top = keras.Sequential([base, layers.Dense(5)], name="top")
base2 = keras.Sequential([keras.Input((4,)), layers.Dense(4, name="p"), layers.Dense(4, name="q")], name="base2")
for l in base2.layers[:-1]:
    l.trainable = False
n = [l.trainable for l in base2.layers]
""",
    "names that are counted": """
x = keras.Input((3,))
a = layers.Dense(2)(x)
b = layers.Dense(2)(a)
c = layers.BatchNormalization()(b)
n = [layers.Dense(1).name, layers.BatchNormalization().name, layers.Conv2D(1, 1).name, layers.LSTM(1).name, keras.Sequential().name]
keras.backend.clear_session()
again = [layers.Dense(1).name, layers.Conv2DTranspose(1, 1).name]
mine = layers.Dense(1, name="dense"), layers.Dense(1).name
last = mine[1]
del mine
""",
    "operators on tensors": """
x = keras.Input((4, 3))
y = layers.Dense(3)(x)
r = [(x + y).shape, (x - 1).shape, (1 - x).shape, (2 * x).shape, (x / 2).shape, (1 / x).shape, (x ** 2).shape, (-x).shape, abs(x).shape, (~(x > 0)).shape]
s = [x[:, 0].shape, x[:, 1:].shape, x[..., 0].shape, x[:, None].shape, x[:, ::2, :2].shape, x[:, -1, :].shape, x[0].shape]
t = [(x @ ops.transpose(y, (0, 2, 1))).shape, (x > 0).shape, (x > y).dtype, (y <= 1).dtype, x == y, x == x]
m = keras.Model(x, 1 - (x + y) * 2)
""",
    "functions on tensors": """
x = keras.Input((4, 6))
r = [ops.reshape(x, (-1, 24)).shape, ops.mean(x, axis=1).shape, ops.sum(x, axis=-1, keepdims=True).shape, ops.concatenate([x, x], axis=-1).shape, ops.expand_dims(x, 1).shape, ops.squeeze(x[:, :1], axis=1).shape]
s = [ops.stack([x, x], axis=1).shape, ops.matmul(x, ops.transpose(x, (0, 2, 1))).shape, ops.softmax(x).shape, ops.max(x, axis=(1, 2)).shape, ops.cast(x, "int32").dtype, ops.argmax(x, axis=-1).shape, ops.one_hot(ops.argmax(x, axis=-1), 6).shape, ops.shape(x)[1:]]
p = [q.shape for q in ops.split(x, 3, axis=2)]
v, i = ops.top_k(x, 2)
w = v.shape, i.dtype
t = keras.activations.relu(x).shape, keras.activations.get("tanh")(x).shape, ops.where(x > 0, x, 0.0).shape, ops.repeat(x, 2, axis=1).shape
m = keras.Model(x, keras.activations.softmax(ops.mean(x, axis=1)))
a = ops.sum(np.zeros((2, 3)), axis=0).shape, ops.matmul(x, np.ones((6, 5), "float32")).shape, ops.add(x, np.ones((1, 4, 6), "float32")).shape
""",
    "a layer of the source": """
class Mine(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.inner = layers.Dense(units * 2)
        self.many = [layers.Dense(3), layers.Dense(3)]
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="w")
        self.b = self.add_weight(shape=(self.units,), name="b", trainable=False)
        super().build(input_shape)
    @property
    def double(self):
        return self.units * 2
    def scaled(self, x):
        return x * 2.0
    def call(self, x, training=None):
        y = ops.matmul(x, self.w) + self.b
        for l in self.many:
            y = l(y)
        return self.scaled(self.inner(y))
x = keras.Input((6,))
l = Mine(5, name="mine")
y = l(x)
m = keras.Model(x, y)
r = l.name, l.units, l.double, y.shape, l.count_params(), m.count_params(), isinstance(l, Mine), isinstance(l, layers.Layer), l.trainable
two = Mine()
n = two.name, Mine().name
keras.Model(x, Mine(2)(y), name="second")
l.trainable = False
frozen = keras.Model(x, l(x), name="frozen")
""",
    "layers of the source with several inputs and outputs": """
class Mix(keras.layers.Layer):
    def __init__(self):
        super(Mix, self).__init__()
        self.d = keras.layers.Dense(2)
    def call(self, inputs, scale=1.0):
        a, b = inputs
        return self.d(a) * scale, ops.concatenate([a, b], axis=-1)
a, b = keras.Input((3,)), keras.Input((4,))
p, q = Mix()([a, b])
s, t = Mix()([a, b], scale=2.0)
m = keras.Model([a, b], [p, q])
r = p.shape, q.shape, s.shape
class Gate(keras.layers.Layer):
    def build(self, shapes):
        self.g = self.add_weight(shape=(shapes[0][-1], shapes[1][-1]))
        self.h = self.add_weight(shape=(2,))
    def call(self, inputs):
        return ops.matmul(inputs[0], self.g) + inputs[1]
g = Gate()
u = g([a, b]).shape
w = g.count_params()
del Mix, Gate
""",
    "a layer of the source without build": """
class Scale(layers.Layer):
    def call(self, x):
        return x / 255.0
class Pool(layers.Layer):
    def call(self, x):
        return ops.max(x, axis=1)
class Off(layers.Dense):
    pass
x = keras.Input((5, 2))
m = keras.Sequential([keras.Input((5, 2)), Scale(), Pool(), layers.Dense(3)])
l = keras.Model(x, layers.Lambda(lambda t: t[:, 0] * 2)(x))
k = layers.Lambda(lambda t, k: t * k, arguments={"k": 3}, output_shape=(5, 2))(x).shape
del Scale, Pool, Off
""",
    "weights with one name": """
class Twice(layers.Layer):
    def build(self, shape):
        self.a = self.add_weight(shape=(3,), name="w")
        self.b = self.add_weight(shape=(4,), name="w")
        self.c = self.add_weight(shape=(5,), name="w")
        self.d = self.add_weight(shape=())
    def call(self, x):
        return x * self.d
t = Twice()
y = t(keras.Input((2,)))
n = t.count_params()
del Twice
""",
    "merging": """
a, b = keras.Input((4,)), keras.Input((4,))
r = [f([a, b]).shape for f in (layers.add, layers.multiply, layers.maximum, layers.average, layers.subtract, layers.minimum)]
c = layers.concatenate([a, b], axis=-1)
d = layers.dot([a, b], axes=1)
m = keras.Model([a, b], layers.Dense(1)(layers.Concatenate()([c, d])))
""",
    "loops that build": """
x = inputs = keras.Input((16, 16, 1))
skips = []
for n in (4, 8):
    x = layers.Conv2D(n, 3, padding="same", activation="relu")(x)
    skips.append(x)
    x = layers.MaxPooling2D()(x)
for n, skip in zip((8, 4), reversed(skips)):
    x = layers.UpSampling2D()(x)
    x = layers.Concatenate()([x, skip])
    x = layers.Conv2D(n, 3, padding="same")(x)
m = keras.Model(inputs, layers.Conv2D(1, 1)(x))
del n, skip, skips
""",
    "masks": """
i = keras.Input((7,))
e = layers.Embedding(20, 4, mask_zero=True)(i)
m = keras.Model(i, layers.Dense(1)(layers.LSTM(3)(e)))
j = keras.Input((7, 2))
n = keras.Model(j, layers.GRU(3, return_sequences=True)(layers.Masking()(j)))
""",
    "states and sequences": """
i = keras.Input((5, 2))
y, h, c = layers.LSTM(3, return_state=True)(i)
z = layers.LSTM(3, return_sequences=True)(layers.RepeatVector(4)(h), initial_state=[h, c])
m = keras.Model(i, layers.TimeDistributed(layers.Dense(2))(z))
b = layers.Bidirectional(layers.GRU(4, return_sequences=True), merge_mode="concat")(i).shape
r = y.shape, h.shape, z.shape
""",
    "attention": """
i = keras.Input((9, 8))
a = layers.MultiHeadAttention(num_heads=2, key_dim=4)(i, i)
x = layers.LayerNormalization(epsilon=1e-6)(i + a)
m = keras.Model(i, layers.GlobalAveragePooling1D()(x))
s = a.shape
""",
    "labels and sequences of data": """
y = keras.utils.to_categorical([0, 1, 2], num_classes=5)
z = keras.utils.to_categorical(np.zeros((7, 1)), 4)
p = keras.utils.pad_sequences([[1], [2, 3]], maxlen=6)
n = keras.utils.normalize(np.ones((3, 2)))
""",
    "frames": """
import pandas as pd
f = pd.DataFrame({"a": [1, 2, 3, 0], "b": [4, 5, 6, 0], "c": [7, 8, 9, 0]})
r = f.shape, list(f.columns), f["a"].shape, f[["a", "b"]].shape, f.values.shape, f.a.shape, f.index.shape, len(f)
s = f.drop("a", axis=1).shape, f.drop(columns=["a", "b"]).shape, f.drop(["c"], axis=1).shape
t = f.iloc[:, :2].shape, f.iloc[:2].shape, f.iloc[:, 0].shape, f.iloc[0].shape, f.loc[:, ["a", "c"]].shape, f.iloc[:, 1:].values.shape, f.iloc[1:, -1].shape, f[1:].shape, f.iloc[:, [0, 2]].shape
u = f.fillna(0).shape, f.copy().to_numpy().shape, f.astype("float32").shape, f.sort_values("a").columns[0], f.reset_index(drop=True).shape
g = pd.DataFrame(np.zeros((4, 2)), columns=["x", "y"])
v = g.shape, list(g.columns), g.x.shape, pd.Series([1, 2]).shape, pd.concat([f, f], axis=1).shape, pd.DataFrame(columns=["q"]).shape
h = pd.DataFrame(np.zeros((4, 2)))
x, y = f.drop("c", axis=1), f["c"]
""",
    "splits and scales": """
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler, StandardScaler, scale
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.utils import shuffle
x, y = np.zeros((103, 4)), np.zeros(103)
a, b, c, d = train_test_split(x, y, test_size=0.2, random_state=0)
e, f = train_test_split(x)
g, h = train_test_split(x, test_size=10)
i, j = train_test_split(x, train_size=0.7)
k, l = train_test_split(x, train_size=30, test_size=20)
scaler = StandardScaler()
m = scaler.fit_transform(x)
n = scaler.transform(a)
o = MinMaxScaler().fit(x).transform(b)
p = scale(x)
q, r = shuffle(x, y)
s = load_iris().data.shape, load_iris().target.shape, load_digits().data.shape, load_wine().data.shape, load_breast_cancer().target.shape, load_diabetes().data.shape
t, u = load_iris(return_X_y=True)
del scaler
""",
    "arguments of the command line": """
import argparse
p = argparse.ArgumentParser(description="x")
p.add_argument("--units", "-u", type=int, default=32)
p.add_argument("--rate", type=float, default="0.5")
p.add_argument("--flag", action="store_true")
p.add_argument("--no-bias", action="store_false")
p.add_argument("--layer-sizes", nargs="+", default=[1, 2])
p.add_argument("--kind", choices=["a", "b"])
p.add_argument("-d", dest="depth", type=int, default=3)
g = p.add_argument_group("more")
g.add_argument("--seed", default=7)
p.set_defaults(kind="b", extra=1)
o = p.parse_args([])
r = o.units, o.rate, o.flag, o.no_bias, o.layer_sizes, o.kind, o.depth, o.seed, o.extra
k, rest = p.parse_known_args([])
s = k.units
del p, g, o, k
""",
    "options of the command line": """
from optparse import OptionParser
p = OptionParser()
p.add_option("-n", "--num", dest="num", type="int", default=5)
p.add_option("--what")
(o, words) = p.parse_args([])
r = o.num, o.what
del p, o
""",
}
