"""Ask Keras which rows masks add to Functional models, and which layers take and pass masks; write tests/fixtures/masks.json.

    KERAS_BACKEND=torch python tools/record_masks.py

Needs the environment of tools/record_keras.py. Each model is given twice: as source that leaves it in `model`, and as a spec.
A row is its name, class, output shape, parameters and inbound layers.
"""

from __future__ import annotations

import inspect
import json
import os
import warnings
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras

from record_keras import ROOT, TENSORFLOW, families, make

HEAD = "import keras\nfrom keras import layers\n\n"
WORDS = "words = keras.Input((10,), name='words')\n"
BOTH = WORDS + "others = keras.Input((10,), name='others')\n"
STEPS = "steps = keras.Input((10, 3), name='steps')\n"
TWO = "input: {words: [10], others: [10]}\nlayers:\n"
ONE = "type: Functional\ninput: {words: [10]}\nlayers:\n"
THREE = "type: Functional\ninput: {steps: [10, 3]}\nlayers:\n"
EMBED = "x = layers.Embedding(9, 4, mask_zero=True)(words)\n"
EMBEDDED = "  - Embedding: {input_dim: 9, output_dim: 4, mask_zero: true}\n"
PAIR = (
    "a = layers.Embedding(9, 4, mask_zero=True, name='a')(words)\n"
    "b = layers.Embedding(9, 4, mask_zero=True, name='b')(others)\n"
)
PAIRED = (
    "  - Embedding: {input_dim: 9, output_dim: 4, mask_zero: true, name: a, inputs: words}\n"
    "  - Embedding: {input_dim: 9, output_dim: 4, mask_zero: true, name: b, inputs: others}\n"
)


def of_words(calls: str, layers: str) -> tuple[str, str]:
    return WORDS + EMBED + calls + "model = keras.Model(words, x)\n", ONE + EMBEDDED + layers


def of_pair(calls: str, layers: str) -> tuple[str, str]:
    return BOTH + PAIR + calls + "model = keras.Model([words, others], x)\n", TWO + PAIRED + layers


def of_steps(calls: str, layers: str) -> tuple[str, str]:
    source = STEPS + "x = layers.Masking()(steps)\n" + calls + "model = keras.Model(steps, x)\n"
    return source, THREE + "  - Masking\n" + layers


MODELS = {
    "embedding, lstm": of_words("x = layers.LSTM(8)(x)\n", "  - LSTM: 8\n"),
    "masking, branches": of_steps(
        "x = layers.Add()([layers.LSTM(4)(x), layers.GRU(4)(x)])\n", "  - '[LSTM(4) | GRU(4)] -> Add'\n"
    ),
    "masking of another value, simple rnn": (
        STEPS + "x = layers.SimpleRNN(2)(layers.Masking(-1.5)(steps))\nmodel = keras.Model(steps, x)\n",
        THREE + "  - Masking: -1.5\n  - SimpleRNN: 2\n",
    ),
    "masking that nobody takes": of_steps("x = layers.Dense(2)(x)\n", "  - Dense: 2\n"),
    "through layers that pass masks on": of_words(
        "x = layers.Dropout(0.1)(layers.Activation('relu')(layers.Dense(4)(x)))\nx = layers.GRU(3)(layers.LayerNormalization()(x))\n",
        "  - Dense(4) -> Activation(relu) -> Dropout(0.1) -> LayerNormalization -> GRU(3)\n",
    ),
    "a layer without support": of_words(
        "x = layers.LSTM(3)(layers.Conv1D(5, 3)(x))\n", "  - Conv1D(5, 3) -> LSTM(3)\n"
    ),
    "reshape without support": of_words(
        "x = layers.GRU(3)(layers.Reshape((5, 8))(x))\n", "  - Reshape((5, 8)) -> GRU(3)\n"
    ),
    "bidirectional, then lstm": of_words(
        "x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)\nx = layers.LSTM(3)(x)\n",
        "  - Bidirectional(LSTM(4, return_sequences=true)) -> LSTM(3)\n",
    ),
    "a lstm that gives one step": of_words(
        "x = layers.Softmax()(layers.LSTM(3)(x))\n", "  - LSTM(3) -> Softmax\n"
    ),
    "time distributed": of_steps(
        "x = layers.GRU(3)(layers.TimeDistributed(layers.Dense(5))(x))\n", "  - TimeDistributed(Dense(5)) -> GRU(3)\n"
    ),
    "batch normalization": of_steps("x = layers.BatchNormalization()(x)\n", "  - BatchNormalization\n"),
    "softmax": of_steps("x = layers.Softmax()(x)\n", "  - Softmax\n"),
    "average of steps": of_words("x = layers.GlobalAveragePooling1D()(x)\n", "  - GlobalAveragePooling1D\n"),
    "maximum of steps": of_words("x = layers.GlobalMaxPooling1D()(x)\n", "  - GlobalMaxPooling1D\n"),
    "concatenate": of_pair(
        "x = layers.LSTM(3)(layers.Concatenate()([a, b]))\n", "  - Concatenate: {inputs: [a, b]}\n  - LSTM: 3\n"
    ),
    "concatenate along the steps": of_pair(
        "x = layers.LSTM(3)(layers.Concatenate(axis=1)([a, b]))\n",
        "  - Concatenate: {axis: 1, inputs: [a, b]}\n  - LSTM: 3\n",
    ),
    "concatenate with an unmasked tensor": (
        BOTH
        + "a = layers.Embedding(9, 4, mask_zero=True)(words)\nb = layers.Embedding(7, 2)(others)\n"
        + "x = layers.Bidirectional(layers.GRU(3))(layers.Concatenate()([a, b]))\nmodel = keras.Model([words, others], x)\n",
        TWO
        + "  - Embedding: {input_dim: 9, output_dim: 4, mask_zero: true, inputs: words}\n"
        + "  - Embedding: {input_dim: 7, output_dim: 2, inputs: others}\n"
        + "  - Concatenate: {inputs: [embedding, embedding_1]}\n  - Bidirectional: {GRU: 3}\n",
    ),
    "names of concatenations": of_pair(
        "c = layers.Concatenate()([a, b])\nd = layers.Concatenate()([c, b])\nx = layers.Concatenate()([layers.LSTM(3)(d), layers.LSTM(2)(c)])\n",
        "  - Concatenate: {inputs: [a, b], name: _c}\n".replace(", name: _c", "")
        + "  - Concatenate: {inputs: [concatenate, b]}\n  - LSTM: 3\n  - LSTM: {units: 2, inputs: concatenate}\n"
        + "  - Concatenate: {inputs: [lstm, lstm_1]}\n",
    ),
    "add": of_pair("x = layers.GRU(3)(layers.Add()([a, b, a]))\n", "  - Add: {inputs: [a, b, a]}\n  - GRU: 3\n"),
    "multiply with an unmasked tensor": of_pair(
        "c = layers.Conv1D(4, 1)(b)\nx = layers.GRU(3)(layers.Multiply()([a, c]))\n",
        "  - Conv1D: {filters: 4, kernel_size: 1}\n  - Multiply: {inputs: [a, conv1d]}\n  - GRU: 3\n",
    ),
    "dot": of_pair("x = layers.GRU(3)(layers.Dot(2)([a, b]))\n", "  - Dot: {axes: 2, inputs: [a, b]}\n  - GRU: 3\n"),
    "attention": of_pair(
        "x = layers.GRU(3)(layers.Attention()([a, b]))\n", "  - Attention: {inputs: [a, b]}\n  - GRU: 3\n"
    ),
    "additive attention that nobody follows": of_pair(
        "x = layers.AdditiveAttention()([a, b])\n", "  - AdditiveAttention: {inputs: [a, b]}\n"
    ),
    "multi-head attention": of_pair(
        "x = layers.GRU(3)(layers.MultiHeadAttention(2, 2)(a, b))\n",
        "  - MultiHeadAttention: {num_heads: 2, key_dim: 2, inputs: [a, b]}\n  - GRU: 3\n",
    ),
    "several consumers": of_words(
        "y = layers.LSTM(3, return_sequences=True)(x)\nz = layers.GRU(3, return_sequences=True)(x)\n"
        "x = layers.LSTM(2)(layers.Add()([y, z]))\n",
        "  - '[LSTM(3, return_sequences=true) | GRU(3, return_sequences=true)] -> Add -> LSTM(2)'\n",
    ),
    "a masking behind an embedding": of_words("x = layers.GRU(3)(layers.Masking()(x))\n", "  - Masking -> GRU(3)\n"),
    "half precision": of_words(
        "x = layers.LSTM(3, dtype='mixed_float16')(x)\n", "  - LSTM: {units: 3, dtype: mixed_float16}\n"
    ),
    "a shared embedding": (
        BOTH
        + "e = layers.Embedding(9, 4, mask_zero=True)\nr = layers.LSTM(3)\nx = layers.Add()([r(e(words)), r(e(others))])\n"
        + "model = keras.Model([words, others], x)\n",
        TWO
        + "  - Embedding: {input_dim: 9, output_dim: 4, mask_zero: true, name: embedding, inputs: words}\n"
        + "  - LSTM: {units: 3, name: lstm}\n  - {call: embedding, inputs: others, name: again}\n"
        + "  - {call: lstm, name: other}\n  - Add: {inputs: [lstm, other]}\n",
    ),
    "embeddings between calls": (
        BOTH
        + "e = layers.Embedding(9, 4, mask_zero=True)\nx = layers.LSTM(3)(e(words))\n"
        + "y = layers.LSTM(3)(layers.Embedding(5, 2, mask_zero=True)(others))\nz = layers.LSTM(3)(e(others))\n"
        + "x = layers.Add()([x, y, z])\nmodel = keras.Model([words, others], x)\n",
        TWO
        + "  - Embedding: {input_dim: 9, output_dim: 4, mask_zero: true, name: embedding, inputs: words}\n  - LSTM: 3\n"
        + "  - Embedding: {input_dim: 5, output_dim: 2, mask_zero: true, inputs: others}\n  - LSTM: 3\n"
        + "  - {call: embedding, inputs: others, name: again}\n  - LSTM: 3\n  - Add: {inputs: [lstm, lstm_1, lstm_2]}\n",
    ),
    "a nested functional": of_steps(
        "inner = keras.Input((10, 3), name='inner')\n"
        "m = keras.Model(inner, layers.LSTM(4, return_sequences=True)(layers.Masking()(inner)), name='m')\nx = layers.GRU(2)(m(x))\n",
        "  - type: Model\n    name: m\n    input: {inner: [10, 3]}\n    layers: [Masking, 'LSTM(4, return_sequences=true)']\n"
        "  - GRU: 2\n".replace("type: Model", "type: Functional"),
    ),
    "a nested functional of two": of_pair(
        "p, q = keras.Input((10, 4), name='p'), keras.Input((10, 4), name='q')\n"
        "m = keras.Model([p, q], layers.Add()([p, q]), name='m')\nx = layers.GRU(2)(m([a, layers.Conv1D(4, 1)(b)]))\n",
        "  - Conv1D: {filters: 4, kernel_size: 1}\n"
        "  - {type: Model, name: m, input: {p: [10, 4], q: [10, 4]}, layers: [{Add: {inputs: [p, q]}}], inputs: [a, conv1d]}\n"
        "  - GRU: 2\n",
    ),
    "a nested sequential": of_steps(
        "m = keras.Sequential([keras.Input((10, 3)), layers.Masking(2.0), layers.LSTM(4, return_sequences=True)], name='m')\n"
        "x = layers.GRU(2)(layers.Masking(3.0)(m(x)))\n",
        "  - {type: Sequential, name: m, input: [10, 3], layers: [Masking(2.0), 'LSTM(4, return_sequences=true)']}\n"
        "  - Masking(3.0) -> GRU(2)\n",
    ),
    "states given": of_pair(
        "x = layers.LSTM(3, return_state=True)(a)\nx = layers.Concatenate()([x[0], x[1]])\n",
        "  - LSTM: {units: 3, return_state: true, name: lstm, inputs: a}\n  - Concatenate: {inputs: ['lstm:0', 'lstm:1']}\n",
    ),
    "a sequence and its states": of_words(
        "x = layers.GRU(2)(layers.LSTM(3, return_state=True, return_sequences=True)(x)[0])\n",
        "  - LSTM: {units: 3, return_state: true, return_sequences: true, name: lstm}\n  - GRU: {units: 2, inputs: 'lstm:0'}\n",
    ),
    "a sequential": (
        "model = keras.Sequential([keras.Input((10,), name='words'), layers.Embedding(9, 4, mask_zero=True), layers.LSTM(3)])\n",
        "input: {words: [10]}\nlayers:\n" + EMBEDDED + "  - LSTM: 3\n",
    ),
}  # fmt: skip


def main() -> None:
    warnings.simplefilter("ignore")
    models = {name: ask(*said) for name, said in MODELS.items()}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(model)}" for name, model in models.items())
    text = f'{{"layers": {json.dumps(layers(), sort_keys=True)}, "models": {{\n{lines}\n}}}}\n'
    (ROOT / "tests/fixtures/masks.json").write_text(text, encoding="utf-8")
    print(f"{len(models)} models")


def ask(source: str, spec: str) -> dict[str, Any]:
    keras.utils.clear_session(free_memory=False)
    names: dict[str, Any] = {}
    exec(HEAD + source, names)  # our own text, of above
    model = names["model"]
    return {"source": HEAD + source, "spec": spec, "config": plain(json.loads(model.to_json())), "rows": rows(model)}


def plain(config: Any) -> Any:
    """A config without what has no bearing on rows."""
    if isinstance(config, dict):
        quiet = ("_initializer", "_regularizer", "_constraint", "registered_name", "build_config", "compile_config")
        return {key: plain(value) for key, value in config.items() if not key.endswith(quiet)}
    return [plain(each) for each in config] if isinstance(config, list) else config


def rows(model: keras.Model) -> list[Any]:
    """The rows of summary(); a Sequential's rows do not show connections."""
    if isinstance(model, keras.Sequential):
        return [[*row(each)[:-1], None] for each in model.layers]
    return [row(each) for each in model._operations]


def row(layer: Any) -> list[Any]:
    shapes = (
        [list(tensor.shape) for tensor in keras.tree.flatten(layer.output)] if len(layer._inbound_nodes) == 1 else None
    )
    inbound = [[tensor._keras_history.operation.name for tensor in node.input_tensors] for node in layer._inbound_nodes]
    return [
        layer.name,
        type(layer).__name__,
        shapes,
        layer.count_params() if hasattr(layer, "count_params") else 0,
        inbound,
    ]


def layers() -> dict[str, list[bool]]:
    """By layer: whether it supports masking, whether `call` has an argument `mask`, whether it casts its inputs first."""
    found: dict[str, list[bool]] = {}
    for case in (case for family, cases in families().items() if family not in TENSORFLOW for case in cases):
        if case.layer not in found:
            try:
                layer = make(case.layer, case.config)
            except Exception:  # noqa: BLE001  # whatever Keras refuses
                continue
            takes = "mask" in inspect.signature(layer.call).parameters
            found[case.layer] = [layer.supports_masking, takes, layer._convert_input_args]
    return found


if __name__ == "__main__":
    main()
