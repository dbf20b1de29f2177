"""Small models saved by Keras, with random weights and their outputs: the fixtures of tests/run/test_saved_models.py.

    KERAS_BACKEND=torch python tools/record_runs.py              writes tests/fixtures/runs.zip
    KERAS_BACKEND=torch PYTHONPATH=src python tools/record_runs.py --live 200      random models against densecli, now

Needs an environment with keras, torch and h5py; `--live` also imports densecli.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import keras
import numpy as np
from keras import layers, ops

from support.model_values import draw_inputs

FILE = ROOT / "tests" / "fixtures" / "runs.zip"
RANDOM = range(6)  # seeds of the random models that are recorded


# -- models with one difficulty each ------------------------------------------------------
def masks() -> keras.Model:
    """Embedding(mask_zero) through dropout, recurrent layers, attention and pooling, with a branch that drops the mask."""
    words = keras.Input((7,), dtype="int32", name="words")
    x = layers.Dropout(0.5)(layers.Embedding(9, 6, mask_zero=True)(words))
    y = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)
    y = layers.TimeDistributed(layers.Dense(4))(y)
    attended = layers.MultiHeadAttention(2, 3)(y, y)
    pooled = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(layers.Add()([attended, y])))
    last = layers.GRU(5)(layers.Conv1D(4, 2, padding="causal")(y))
    dense = layers.SimpleRNN(3)(layers.Dense(4)(x))
    return keras.Model(words, [layers.Concatenate()([pooled, last]), dense])


def masking() -> keras.Model:
    """Masking by value; attention over masked queries and values; states that take the mask away."""
    steps, state = keras.Input((5, 4), name="steps"), keras.Input((3,), name="state")
    x = layers.Masking(0.0)(steps)
    full, h = layers.GRU(3, return_sequences=True, return_state=True)(x)
    begun = layers.GRU(3)(x, initial_state=state)
    attended = layers.Attention(use_scale=True)([full, full])
    scores = layers.AdditiveAttention()([full, x[..., :3]])
    return keras.Model([steps, state], [layers.GlobalAveragePooling1D()(attended), h, begun, scores])


def nested() -> keras.Model:
    """A model called twice, a layer shared between it and the outside, a Sequential built late, TimeDistributed of a model."""
    shared = layers.Dense(4, activation="tanh", name="shared")
    inside = keras.Input((4,))
    inner = keras.Model(inside, [shared(inside), layers.Dense(2)(inside)], name="inner")
    a, b = keras.Input((4,), name="a"), keras.Input((3, 4), name="b")
    first, second = inner(a), inner(shared(a))
    late = keras.Sequential([layers.Dense(3, activation="relu"), layers.BatchNormalization()], name="late")
    steps = layers.TimeDistributed(keras.Sequential([keras.Input((4,)), shared, layers.Dense(2)]))(b)
    return keras.Model([a, b], [late(layers.Concatenate()([*first, *second])), steps, shared(b)])


def images() -> keras.Model:
    """Convolutions with the operations fused into them: normalizations, activations, a residual sum, a squeeze and excitation."""
    x = inputs = keras.Input((12, 12, 3))
    x = layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(8, 3, strides=2, use_bias=False)(x)))
    y = layers.Activation("swish")(layers.BatchNormalization()(layers.DepthwiseConv2D(3, padding="same")(x)))
    squeezed = layers.Dense(8, activation="sigmoid")(
        layers.Dense(2, activation="relu")(layers.GlobalAveragePooling2D()(y))
    )
    y = layers.Multiply()([y, layers.Reshape((1, 1, 8))(squeezed)])
    x = layers.Activation("relu")(layers.Add()([x, layers.BatchNormalization()(layers.Conv2D(8, 1)(y))]))
    x = layers.LeakyReLU(0.2)(layers.BatchNormalization()(layers.Concatenate()([x, y])))
    x = layers.Conv2DTranspose(4, 3, strides=2)(layers.SeparableConv2D(6, 3)(x))
    return keras.Model(inputs, [layers.Softmax()(layers.Flatten()(layers.AveragePooling2D(2)(x))), x])


def functions() -> keras.Model:
    """keras.ops between layers: slices, constants, reductions, products."""
    a, b = keras.Input((6, 4), name="a"), keras.Input((4,), name="b")
    x = ops.concatenate([a[:, 1:4] * 2.0 - 0.5, ops.expand_dims(b, 1)], axis=1)
    y = ops.matmul(ops.softmax(ops.matmul(x, ops.transpose(x, (0, 2, 1)))), x)
    z = ops.where(y > 0, ops.sqrt(ops.abs(y) + 1.0), ops.exp(-y)) + np.arange(4, dtype="float32")
    return keras.Model([a, b], [layers.Dense(3)(ops.mean(z, axis=1)), ops.max(y, axis=-1), ops.argmax(x, axis=1)])


def half() -> keras.Model:
    """mixed_float16: float32 weights, float16 arithmetic, a float32 layer at the end."""
    x = inputs = keras.Input((6,))
    for units in (8, 5):
        x = layers.Dense(units, activation="relu", dtype="mixed_float16")(x)
    x = layers.LayerNormalization(dtype="mixed_float16")(x)
    return keras.Model(inputs, [layers.Dense(2)(x), x])


def wrapped() -> keras.Model:
    """Layers that keep their weights under other names: stacked cells, grouped queries, spectral normalization, statistics."""
    x = inputs = keras.Input((5, 4))
    x = layers.Normalization()(x)
    x = layers.RNN([layers.LSTMCell(3), layers.GRUCell(4, reset_after=False)], return_sequences=True)(x)
    x = layers.GroupQueryAttention(4, 2, 1)(x, x)
    x = layers.SpectralNormalization(layers.Dense(3))(x)
    x = layers.PReLU(shared_axes=(1,))(layers.EinsumDense("abc,cd->abd", (None, 4), bias_axes="d")(x))
    return keras.Model(inputs, [layers.ConvLSTM1D(2, 2)(x[..., None]), layers.RMSNormalization()(x)])


def given_masks() -> keras.Model:
    """Masks that the caller names: Keras hears all of them but MultiHeadAttention's query_mask."""
    x, m = keras.Input((6, 4), name="x"), keras.Input((6,), dtype="bool", name="m")
    q, of_query = keras.Input((5, 4), name="q"), keras.Input((5,), dtype="bool", name="of_query")
    pairs = keras.Input((5, 6), dtype="bool", name="pairs")
    heads = layers.MultiHeadAttention(2, 3)(q, x, query_mask=of_query, value_mask=m, attention_mask=pairs)
    scored = layers.MultiHeadAttention(2, 3)(q, x, attention_mask=pairs, return_attention_scores=True)
    grouped = layers.GroupQueryAttention(3, 4, 2)(q, x, attention_mask=pairs)
    steps = layers.Bidirectional(layers.GRU(3, return_sequences=True))(x, mask=m)
    last = layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)])(steps, mask=m)
    mean = layers.GlobalAveragePooling1D()(layers.BatchNormalization()(x, mask=m), mask=m)
    attended = layers.Attention(use_scale=True)([q, x], mask=[of_query, m])
    soft = layers.Softmax()(layers.Flatten()(x[..., 0]), mask=m)
    return keras.Model([x, m, q, of_query, pairs], [heads, *scored, grouped, steps, last, mean, attended, soft])


CURATED = (masks, masking, nested, images, functions, half, wrapped, given_masks)


# -- random models ------------------------------------------------------------------------
def random_model(seed: int) -> keras.Model:
    """A graph of some layers on vectors, sequences or images, with branches, merges and several outputs."""
    random = np.random.RandomState(seed)
    kind = ("vector", "sequence", "image")[random.randint(3)]
    shape = {"vector": (6,), "sequence": (6, 4), "image": (8, 8, 3)}[kind]
    tensors = [keras.Input(shape, name=f"input_{index}") for index in range(random.randint(1, 3))]
    inputs = list(tensors)
    for _ in range(random.randint(4, 10)):
        tensors.append(step(kind, tensors, random))
    used = {
        id(tensor) for layer in tensors for tensor in layer._keras_history.operation._inbound_nodes[0].input_tensors
    }
    ends = [tensor for tensor in tensors if id(tensor) not in used and tensor not in inputs] or [tensors[-1]]
    return keras.Model(inputs, ends)


def step(kind: str, tensors: list[Any], random: np.random.RandomState) -> Any:
    """One more layer on an existing tensor, or a merge of two tensors of one shape."""
    x = tensors[random.randint(len(tensors))]
    same = [tensor for tensor in tensors if tensor.shape == x.shape]
    if len(same) > 1 and random.rand() < 0.4:
        merge = (layers.Add, layers.Multiply, layers.Average, layers.Maximum, layers.Concatenate, layers.Subtract)
        return merge[random.randint(len(merge))]()([same[-1], same[0]])
    rank = len(x.shape)
    choices = [
        lambda: layers.Dense(4, activation=("relu", "tanh", "gelu", None)[random.randint(4)]),
        layers.BatchNormalization, layers.LayerNormalization, lambda: layers.Activation("silu"), lambda: layers.ReLU(max_value=1.0),
        lambda: layers.Dropout(0.3), layers.ELU,
    ]  # fmt: skip
    if rank == 3:
        choices += [
            lambda: layers.LSTM(4, return_sequences=True), lambda: layers.GRU(4, return_sequences=True, go_backwards=True),
            lambda: layers.Bidirectional(layers.SimpleRNN(2, return_sequences=True)), lambda: layers.Conv1D(4, 3, padding="causal"),
            lambda: layers.TimeDistributed(layers.Dense(4)), lambda: layers.GlobalMaxPooling1D(keepdims=True),
        ]  # fmt: skip
    if rank == 4 and x.shape[1] > 2:
        choices += [
            lambda: layers.Conv2D(4, 3, padding="same", use_bias=False), lambda: layers.Conv2D(6, 3, strides=2, padding="same", groups=1),
            lambda: layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2), lambda: layers.SeparableConv2D(4, 3, padding="same"),
            # average pooling with uneven padding is left out: torch repeats the border there, other backends do not
            lambda: layers.MaxPooling2D(2), lambda: layers.AveragePooling2D(3, 1, padding="same"), lambda: layers.UpSampling2D(2),
            lambda: layers.ZeroPadding2D(1), lambda: layers.GlobalAveragePooling2D(keepdims=True),
        ]  # fmt: skip
    return choices[random.randint(len(choices))]()(x)


# -- recording ----------------------------------------------------------------------------
def fill(model: keras.Model, seed: int) -> None:
    random = np.random.RandomState(seed)
    for weight in model.weights:
        name = weight.path.rpartition("/")[2]
        if "seed" in weight.path or name == "count":
            continue
        positive = "variance" in name
        values = random.standard_normal(weight.shape) * 0.5
        weight.assign((np.abs(values) + 0.5 if positive else values).astype(weight.dtype))


def outputs_of(model: keras.Model, seed: int) -> list[np.ndarray]:
    arrays = draw_inputs(
        [(tensor.name, tuple(tensor.shape), keras.backend.standardize_dtype(tensor.dtype)) for tensor in model.inputs],
        seed,
    )
    found = model.predict_on_batch(list(arrays.values()) if len(arrays) > 1 else next(iter(arrays.values())))
    return [np.asarray(each) for each in (found if isinstance(found, list) else [found])]


def record() -> None:
    FILE.parent.mkdir(parents=True, exist_ok=True)
    made = [(build.__name__, build) for build in CURATED]
    made += [(f"random_{seed}", lambda seed=seed: random_model(seed)) for seed in RANDOM]
    answers: dict[str, np.ndarray] = {}
    with tempfile.TemporaryDirectory() as place_to_save:
        folder = Path(place_to_save)
        for seed, (name, build) in enumerate(made):
            keras.utils.clear_session(free_memory=False)
            model = build()
            fill(model, seed)
            model.save(folder / f"{name}.keras")
            if name in ("masks", "nested", "wrapped"):
                model.save(folder / f"{name}.h5")
                model.save_weights(folder / f"{name}.weights.h5")
            answers.update({f"{name}.{index}": array for index, array in enumerate(outputs_of(model, seed))})
        np.savez(folder / "outputs.npz", **answers)
        pack(folder)
    print(f"{FILE.stat().st_size:,} bytes")


def pack(folder: Path) -> None:
    """Everything in one archive: HDF5 files are mostly empty space."""
    with zipfile.ZipFile(FILE, "w", zipfile.ZIP_LZMA) as archive:
        for path in sorted(folder.iterdir()):
            archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_LZMA)


def live(count: int) -> int:
    """Random models against densecli; the number that differ."""
    sys.path.insert(0, str(ROOT / "src"))
    from densecli.read.open import open_spec
    from densecli.run.run import Options, run

    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1000, 1000 + count):
            keras.utils.clear_session(free_memory=False)
            model = random_model(seed)
            fill(model, seed)
            path, data = f"{folder}/m.keras", f"{folder}/x.npz"
            model.save(path)
            named = [(tensor.name, tuple(tensor.shape), "float32") for tensor in model.inputs]
            np.savez(data, **draw_inputs(named, seed))
            outcome = run(open_spec(path), Options(weights=path, data=(data,)))
            for ours, theirs in zip(outcome.arrays, outputs_of(model, seed), strict=True):
                error = np.abs(ours - theirs).max() / max(np.abs(theirs).max(), 1e-6)
                if not error < 1e-4:
                    wrong += 1
                    print(f"seed {seed}: {error:.1e}")
    print(f"{count} random models, {wrong} outputs differ")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--live", type=int, metavar="N")
    arguments = parser.parse_args()
    if arguments.live is None:
        record()
    else:
        sys.exit(bool(live(arguments.live)))


if __name__ == "__main__":
    main()
