"""Keras configs with hostile text in any place: keys and values at every depth."""

from __future__ import annotations

import copy

from support.hostile import HOSTILE

# Code and syntax of every language that densecli writes, for renderers that trust the keys of a config.
CODE = (
    "a=__import__('os').system('x'), b", "a\x1b[31m\n::error::k", "Zeros(), name=b) -> Dense(99999, kernel_initializer=Zeros",
    "x)\nimport os  # ", "x\r\nb: 1", "x: {y: 1}", "x}, {z", '"; os', "''' + x + '''", "\\", "\\\\'", "{0}", "{}", "%s", "$x", "$$",
    "a/b", "##[error]x", "##vso[task.setvariable variable=a]b", "]##vso[x]", "\n::set-output name=a::b", "0", "²", "class", "None",
    "self", "_", "__class__", "name", "shape", "type", "repeat", "layers", "inputs", "call", "class_name", "config", "", "\ud800",
    "\x00", "\u200d", "a\ufe0fb", "\u2066x", "x\x85y", "a  b", " a", "-", "?", "!tag", "&a", "*a", "| x", "> x", "---", "...",
    "nan", "1_0", "0x1f", "~", "=", "<<", "a\u0301", "[a](b)", "\\end{tabular}", "</title><script>x</script>", "%%", "--> n9",
)  # fmt: skip
TEXTS = (*CODE, *HOSTILE)


def layer(class_name, name, inbound=None, module="keras.layers", **config):
    entry = {
        "module": module, "class_name": class_name, "config": {"name": name, "trainable": True} | config,
        "registered_name": None,
    }  # fmt: skip
    return entry if inbound is None else entry | {"name": name, "inbound_nodes": inbound}


def thing(module, class_name, **config):
    return {"module": f"keras.{module}", "class_name": class_name, "config": config, "registered_name": None}


def tensor(name, shape, call=0):
    history = {"shape": shape, "dtype": "float32", "keras_history": [name, call, 0]}
    return {"class_name": "__keras_tensor__", "config": history}


def call(*names, shape=(None, 4), **kwargs):
    return {"args": [tensor(name, list(shape)) for name in names], "kwargs": kwargs}


def sequential(name, *layers):
    config = {"name": name, "trainable": True, "layers": [*layers], "build_input_shape": [None, 4]}
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None}


def source(shape=(None, 4), dtype="float32", name="x"):
    return layer("InputLayer", name, batch_shape=list(shape), dtype=dtype, sparse=False)


DENSE = layer(
    "Dense", "d", units=3, activation="relu", use_bias=True,
    kernel_initializer=thing("initializers", "RandomUniform", minval=-0.5, maxval=0.5, seed=None),
    bias_initializer=thing("initializers", "Zeros"),
    kernel_regularizer=thing("regularizers", "L1L2", l1=0.1, l2=0.2), bias_constraint=thing("constraints", "NonNeg"),
    dtype={"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None},
)  # fmt: skip
CONFIGS = {
    "dense": sequential("m", source(), DENSE, layer("Activation", "a", activation="tanh")),
    "leaky": sequential("m", source(), layer("Dense", "d", units=2, activation=layer("LeakyReLU", "l", negative_slope=0.2))),
    "axes": sequential("m", source(), layer("BatchNormalization", "b", axis=-1, momentum=0.9), layer("Softmax", "s", axis=[-1])),
    "words": sequential(
        "m", source(dtype="string"),
        layer("StringLookup", "s", vocabulary=["a", "b"], oov_token="[UNK]", output_mode="int", encoding="utf-8"),
    ),
    "hashes": sequential("m", source(dtype="string"), layer("Hashing", "h", num_bins=3, salt=None, mask_value="c")),
    "wrapped": sequential(
        "m", source((None, 5, 4)),
        layer("Bidirectional", "b", layer=layer("LSTM", "l", units=2, recurrent_activation="sigmoid"), merge_mode="concat"),
    ),
    "custom": sequential(
        "m", source(),
        layer("Mine", "c", module="mine.layers", width=3, inner={"a": [1, "b"]}) | {"registered_name": "Mine>Mine"},
        layer("Lambda", "f", function={"class_name": "__lambda__", "config": {"code": "4wEA", "defaults": None}}, output_shape=[4]),
    ),
    "graph": {
        "module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional",
        "config": {
            "name": "g", "trainable": True,
            "layers": [
                layer("InputLayer", "x", [], batch_shape=[None, 4], dtype="float32"),
                layer("Dense", "d", [call("x"), call("x")], units=4),
                layer("Add", "p", [{"args": [[tensor("d", [None, 4]), tensor("d", [None, 4], 1)]], "kwargs": {}}]),
                layer("Add", "add", [call("p", "x")], module="keras.src.ops.numpy"),
                layer("Mean", "mean", [call("add")], module="keras.src.ops.numpy", axis=-1, keepdims=True),
                layer("Dropout", "o", [call("mean", shape=(None, 1), training=True)], rate=0.5, seed=7),
                sequential("inner", source((None, 1), name="y"), layer("Dense", "e", units=2))
                | {"name": "inner", "inbound_nodes": [call("o", shape=(None, 1))]},
            ],
            "input_layers": [["x", 0, 0]], "output_layers": [["inner", 0, 0]],
        },
    },
    "masks": {
        "module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional",
        "config": {
            "name": "k", "trainable": True,
            "layers": [
                layer("InputLayer", "x", [], batch_shape=[None, 5, 4], dtype="float32"),
                layer("NotEqual", "not_equal", [{"args": [tensor("x", [None, 5, 4]), 0.0], "kwargs": {}}], module="keras.src.ops.numpy"),
                layer("Masking", "m", [call("x", shape=(None, 5, 4))], mask_value=0.0),
                layer("Any", "any", [call("not_equal", shape=(None, 5, 4))], module="keras.src.ops.numpy", axis=-1, keepdims=False),
                layer("GRU", "g", [call("m", shape=(None, 5, 4), mask=tensor("any", [None, 5]))], units=2),
                layer("LSTM", "l", [call("m", shape=(None, 5, 4), mask=tensor("any", [None, 5]))], units=2),
                layer("Add", "p", [{"args": [[tensor("g", [None, 2]), tensor("l", [None, 2])]], "kwargs": {}}]),
            ],
            "input_layers": [["x", 0, 0]], "output_layers": [["p", 0, 0]],
        },
    },
}  # fmt: skip


def places(value, path=()):
    """Every place of a document: the key of an entry, and each value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        if isinstance(key, str):
            yield (*path, key), "key"
        yield (*path, key), "value"
        yield from places(item, (*path, key))
    if isinstance(value, dict):
        yield path, "more"


PLACES = [(name, *place) for name, config in CONFIGS.items() for place in places(config)]


def poisoned(name, path, kind, text):
    """The config with the text as the key or the value at a place, or as a new entry there."""
    made = copy.deepcopy(CONFIGS[name])
    inner = made
    for key in path[:-1] if kind != "more" else path:
        inner = inner[key]
    if kind == "more":
        inner[text] = text
    elif kind == "value":
        inner[path[-1]] = text
    else:
        items = [(text if key == path[-1] else key, item) for key, item in inner.items()]
        inner.clear()
        inner.update(items)
    return made
