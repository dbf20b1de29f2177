"""Record small Keras models that test one thing each: nesting, sharing, freezing, several calls, inputs and outputs.

    KERAS_BACKEND=torch python tools/record_models.py      writes tests/fixtures/models.json.gz

Needs the environment of tools/record_keras.py.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import keras
from keras import layers, ops

from record_applications import count, row, without_build

FILE = ROOT / "tests" / "fixtures" / "models.json.gz"


def base(name: str = "base") -> Any:
    x = inputs = keras.Input((8,), name=f"{name}_in")
    x = layers.Dense(4, name=f"{name}_a")(x)
    x = layers.BatchNormalization(name=f"{name}_bn")(x)
    return keras.Model(inputs, layers.Dense(4, name=f"{name}_b")(x), name=name)


def on_top(inner: Any) -> Any:
    inputs = keras.Input((8,), name="input")
    return keras.Model(inputs, layers.Dense(2, name="top")(inner(inputs)), name="outer")


def frozen_base_with_a_thawed_layer() -> Any:
    inner = base()
    inner.trainable = False
    inner.layers[-1].trainable = True
    return on_top(inner)


def frozen_nested_sequential_with_a_thawed_layer() -> Any:
    inner = keras.Sequential([keras.Input((8,)), layers.Dense(4, name="a"), layers.Dense(4, name="b")], name="inner")
    inner.trainable = False
    inner.layers[-1].trainable = True
    return on_top(inner)


def frozen_model_with_a_thawed_layer() -> Any:
    model = base()
    model.trainable = False
    model.layers[-1].trainable = True
    return model


def frozen_layers_made_of_layers() -> Any:
    x = inputs = keras.Input((5, 8), name="input")
    x = layers.MultiHeadAttention(2, 4, trainable=False, name="attention")(x, x)
    x = layers.LSTM(3, return_sequences=True, trainable=False, name="lstm")(x)
    x = layers.Bidirectional(layers.GRU(3, return_sequences=True), trainable=False, name="both")(x)
    x = layers.BatchNormalization(trainable=False, name="norm")(x)
    return keras.Model(inputs, layers.TimeDistributed(layers.Dense(2), trainable=False, name="steps")(x))


def frozen_recurrent_layers() -> Any:
    """Keras freezes the cells of LSTM, GRU and SimpleRNN with their layer, but not those of ConvLSTM, nor a given cell."""
    inputs = keras.Input((5, 6, 2), name="input")
    x = layers.ConvLSTM1D(2, 2, trainable=False, return_sequences=True, name="conv_lstm")(inputs)
    x = layers.Bidirectional(layers.ConvLSTM1D(2, 2, trainable=False, return_sequences=True), name="both_ways")(x)
    x = layers.TimeDistributed(layers.LSTM(4, trainable=False), name="each_step")(x)
    x = layers.RNN(layers.GRUCell(4), trainable=False, return_sequences=True, name="given_cell")(x)
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True), trainable=False, name="frozen_wrapper")(x)
    x = layers.SpectralNormalization(layers.Dense(3, trainable=False), name="spectral")(x)
    return keras.Model(inputs, layers.GRU(3, trainable=False, name="gru")(x), name="recurrent")


def batch_norm_split() -> Any:
    return keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.BatchNormalization(), layers.Flatten()]
    )


def all_outputs_of_a_layer_in_a_stack() -> Any:
    both = layers.Bidirectional(layers.GRU(2), merge_mode=None, name="both")
    inner = keras.Sequential([layers.Dense(5), layers.LSTM(3, return_state=True)], name="inner")
    return keras.Sequential(
        [keras.Input((4, 3)), inner, layers.Concatenate(), layers.Reshape((3, 3)), both], name="stack"
    )


def nested_model_that_knows_more_than_its_caller() -> Any:
    inside = keras.Input((None, 3), name="inside")
    inner = keras.Model(inside, layers.Dense(2, name="dense")(inside), name="inner")
    outside = keras.Input((None, None), name="outside")
    return keras.Model(outside, layers.Dense(4, name="last")(inner(outside)), name="outer")


def one_layer_called_twice() -> Any:
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    shared = layers.Dense(4, name="shared")
    return keras.Model([a, b], layers.Concatenate(name="both")([shared(a), shared(b)]))


def one_layer_at_several_depths_and_shapes() -> Any:
    a, b = keras.Input((8, 8, 3), name="a"), keras.Input((16, 16, 3), name="b")
    conv = layers.Conv2D(3, 3, padding="same", name="conv")
    pooled = layers.MaxPooling2D(2, name="pool")(conv(conv(b)))
    return keras.Model([a, b], layers.Add(name="sum")([conv(a), pooled]))


def nested_model_called_twice() -> Any:
    inner = base()
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    return keras.Model([b, a], layers.Subtract(name="difference")([inner(a), inner(b)]))


def nested_model_with_several_inputs_and_outputs() -> Any:
    a, b = keras.Input((8,), name="a"), keras.Input((4,), name="b")
    both = layers.Concatenate(name="cat")([a, b])
    inner = keras.Model(
        [a, b], [layers.Dense(3, name="first")(both), layers.Dense(5, name="second")(both)], name="inner"
    )
    x, y = keras.Input((8,), name="x"), keras.Input((4,), name="y")
    first, second = inner([x, y])
    return keras.Model([x, y], [layers.Dense(1, name="out_a")(second), layers.Dense(1, name="out_b")(first)])


def dicts_of_inputs_and_outputs() -> Any:
    inputs = {"zeta": keras.Input((8,), name="zeta"), "alpha": keras.Input((8,), name="alpha")}
    x = layers.Add(name="add")([inputs["zeta"], inputs["alpha"]])
    return keras.Model(inputs, {"two": layers.Dense(2, name="two")(x), "one": layers.Dense(1, name="one")(x)})


def models_in_models_in_models() -> Any:
    inner = base()
    for depth in range(4):
        x = keras.Input((8,), name=f"in_{depth}")
        y = layers.Dense(8, name=f"widen_{depth}")(inner(x))
        inner = keras.Model(x, y, name=f"level_{depth}")
    return on_top(inner)


def sequentials_in_a_sequential() -> Any:
    inner = keras.Sequential([layers.Dense(6), layers.ReLU()], name="inner")
    return keras.Sequential([keras.Input((8,)), inner, keras.Sequential([layers.Dense(2)], name="last")], name="outer")


def functional_first_in_a_sequential() -> Any:
    return keras.Sequential([base(), layers.Dense(2, name="top")], name="outer")


def deferred_sequential_in_a_functional() -> Any:
    return on_top(keras.Sequential([layers.Dense(6, name="a"), layers.Dense(3, name="b")], name="deferred"))


def unknown_sizes_inside_known_ones_outside() -> Any:
    image = keras.Input((None, None, 3), name="image")
    inner = keras.Model(
        image, layers.GlobalAveragePooling2D(name="pool")(layers.Conv2D(4, 3, name="conv")(image)), name="inner"
    )
    inputs = keras.Input((32, 32, 3), name="input")
    return keras.Model(inputs, layers.Dense(2, name="top")(inner(inputs)))


def model_over_time() -> Any:
    inputs = keras.Input((5, 8), name="input")
    return keras.Model(inputs, layers.LSTM(3, name="lstm")(layers.TimeDistributed(base(), name="steps")(inputs)))


def states_handed_on() -> Any:
    source, target = keras.Input((None, 6), name="source"), keras.Input((None, 5), name="target")
    _, hidden, cell = layers.LSTM(4, return_state=True, name="encoder")(source)
    x, _, _ = layers.LSTM(4, return_sequences=True, return_state=True, name="decoder")(
        target, initial_state=[hidden, cell]
    )
    return keras.Model([source, target], layers.Dense(7, name="words")(x))


def transformer_block() -> Any:
    inputs = keras.Input((10,), dtype="int32", name="tokens")
    x = layers.Embedding(100, 16, mask_zero=True, name="embedding")(inputs)
    y = layers.MultiHeadAttention(2, 8, name="attention")(query=x, value=x, key=x)
    x = layers.LayerNormalization(name="norm_1")(layers.Add(name="add_1")([x, y]))
    y = layers.Dense(16, name="down")(layers.Dense(64, activation="gelu", name="up")(x))
    x = layers.LayerNormalization(name="norm_2")(x + y)
    return keras.Model(inputs, layers.Dense(2, name="head")(x[:, 0]))


def attention_scores() -> Any:
    x, y = keras.Input((5, 8), name="x"), keras.Input((7, 8), name="y")
    out, scores = layers.MultiHeadAttention(2, 4, name="attention")(x, y, return_attention_scores=True)
    return keras.Model([x, y], [out, scores, layers.Attention(name="dot")([x, y])])


def functions_among_layers() -> Any:
    x = inputs = keras.Input((8, 4), name="input")
    gate = ops.sigmoid(ops.mean(x, axis=1, keepdims=True))
    x = layers.Dense(4, name="dense")(x * gate)
    left, right = ops.split(x, 2, axis=1)
    x = ops.concatenate([left, right, x[:, ::2]], axis=-2)
    return keras.Model(inputs, ops.einsum("bij,bkj->bik", x, ops.reshape(x, (-1, 12, 4))))


def an_input_that_nothing_uses() -> Any:
    a, b = keras.Input((8,), name="a"), keras.Input((3,), name="unused")
    return keras.Model([b, a], layers.Dense(2, name="dense")(a))


def an_input_that_is_an_output() -> Any:
    a = keras.Input((8,), name="a")
    return keras.Model(a, [a, layers.Dense(2, name="dense")(a)])


def mixed_precision() -> Any:
    x = inputs = keras.Input((8,), name="input")
    x = layers.Dense(4, dtype="mixed_float16", name="half")(x)
    return keras.Model(inputs, layers.Dense(2, dtype="float32", name="full")(x))


def layer_shared_between_nested_models() -> Any:
    shared = layers.Dense(8, name="shared")
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    first, second = keras.Model(a, shared(a), name="first"), keras.Model(b, shared(b), name="second")
    x = keras.Input((8,), name="x")
    return keras.Model(x, layers.Add(name="add")([first(x), second(x), shared(x)]))


ROUND_TRIPPED = [value for value in list(vars().values()) if getattr(value, "__module__", "") == __name__ and value not in (
    base, on_top, layer_shared_between_nested_models,
)]  # fmt: skip


def main() -> None:
    records = [record(build.__name__, reread(build())) for build in ROUND_TRIPPED]
    # Keras 3.15.1 writes shared layers, but does not read them back as one: the truth is the model that was saved.
    model = fresh(layer_shared_between_nested_models)
    records.append(record("layer_shared_between_nested_models", model, saved_config(model)))
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(gzip.compress(json.dumps(records, separators=(",", ":")).encode(), 9, mtime=0))
    print(f"{len(records)} models, {FILE.stat().st_size:,} bytes")


def fresh(build: Any) -> Any:
    keras.utils.clear_session(free_memory=False)
    return build()


def reread(model: Any) -> Any:
    """The model that Keras builds from its own config, as it would from a file."""
    return keras.models.model_from_json(model.to_json())


def saved_config(model: Any) -> Any:
    """config.json of a saved model, in which shared objects are marked."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return json.loads(zipfile.ZipFile(path).read("config.json"))


def record(name: str, model: Any, config: Any = None) -> dict[str, Any]:
    flat = keras.tree.flatten(model.outputs)
    operations = model.layers if isinstance(model, keras.Sequential) else model._operations
    return {
        "id": name,
        "config": without_build(json.loads(model.to_json()) if config is None else config),
        "rows": [nested_row(operation) for operation in operations],
        "params": model.count_params(),
        "trainable_params": count(model.trainable_weights),
        "inputs": [[tensor.name, list(tensor.shape)] for tensor in keras.tree.flatten(model.inputs)],
        "outputs": [list(tensor.shape) for tensor in flat],
        "dtypes": [keras.backend.standardize_dtype(tensor.dtype) for tensor in flat],
    }


def nested_row(operation: Any) -> list[Any]:
    inner = getattr(operation, "layers", None)
    shapes = [row(operation)[2]] if not operation._inbound_nodes else []
    last = [list(tensor.shape) for tensor in operation._inbound_nodes[-1].output_tensors] if not shapes else shapes[0]
    found = row(operation)
    found[2] = last
    return [*found, [nested_row(each) for each in inner]] if inner else found


if __name__ == "__main__":
    main()
