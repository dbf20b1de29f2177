"""Run models of Keras 2 in tf_keras where Keras 3 computes something else; write tests/fixtures/old_runs.zip.

    python tools/record_old_runs.py

Needs an environment of its own: pip install tensorflow-cpu==2.21.0 tf_keras==2.21.0. Each model is saved as .h5 with random
weights, beside its inputs and its outputs: NAME.h5, NAME.x.npz, NAME.y.npy.
"""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tf_keras as keras

FILE = Path(__file__).parent.parent / "tests/fixtures/old_runs.zip"
RANDOM = np.random.RandomState(0)
MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")
layers = keras.layers


def main() -> None:
    with zipfile.ZipFile(FILE, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, model in models().items():
            for suffix, data in recorded(model).items():
                archive.writestr(zipfile.ZipInfo(f"{name}.{suffix}"), data, zipfile.ZIP_DEFLATED)
            print(name)


def models() -> dict[str, keras.Model]:
    hard = {"recurrent_activation": "hard_sigmoid"}
    cases = {
        "activation": ((7,), layers.Activation("hard_sigmoid")),
        "dense": ((7,), layers.Dense(5, activation="hard_sigmoid")),
        "convolutions": ((7, 7, 2), layers.Conv2D(3, 2, activation="hard_sigmoid"), layers.DepthwiseConv2D(2, activation="hard_sigmoid")),
        "lstm": ((6, 3), layers.LSTM(4, **hard)),
        "gru": ((6, 3), layers.GRU(4, **hard)),
        "gru_reset_before": ((6, 3), layers.GRU(4, reset_after=False, **hard)),
        "simple_rnn": ((6, 3), layers.SimpleRNN(4, activation="hard_sigmoid")),
        "cell": ((6, 3), layers.RNN(layers.LSTMCell(4, **hard))),
        "cells": ((6, 3), layers.RNN([layers.LSTMCell(4, **hard), layers.GRUCell(3, **hard)])),
        "bidirectional": ((6, 3), layers.Bidirectional(layers.LSTM(4, return_sequences=True, **hard))),
        "conv_lstm": ((3, 5, 5, 2), layers.ConvLSTM2D(3, 2, **hard)),
        "time_distributed": ((4, 3), layers.TimeDistributed(layers.Dense(3, activation="hard_sigmoid"))),
        "nested": ((4,), keras.Sequential([layers.Dense(4, activation="hard_sigmoid")])),
        "masked_lstm": ((6, 3), layers.Masking(), layers.LSTM(4, return_sequences=True, **hard)),
    }  # fmt: skip
    found = {name: chain(*case) for name, case in cases.items()}
    for kind in MERGES:
        found[f"{kind.lower()}_of_two_masks"] = merge(kind, both=True)
        found[f"{kind.lower()}_of_one_mask"] = merge(kind, both=False)
    return found


def chain(shape: tuple[int, ...], *inner: Any) -> keras.Model:
    x = y = keras.Input(shape)
    for layer in inner:
        y = layer(y)
    return keras.Model(x, y)


def merge(kind: str, *, both: bool) -> keras.Model:
    """The merged tensor goes into an LSTM, whose output depends on the mask."""
    a, b = keras.Input((6, 3)), keras.Input((6, 3))
    merged = getattr(layers, kind)()([layers.Masking()(a), layers.Masking()(b) if both else b])
    return keras.Model([a, b], layers.LSTM(3)(merged))


def recorded(model: keras.Model) -> dict[str, bytes]:
    model.set_weights([RANDOM.standard_normal(weight.shape) for weight in model.get_weights()])
    inputs = [RANDOM.standard_normal((3, *tensor.shape[1:])).astype("float32") * 2 for tensor in model.inputs]
    for place, steps in enumerate(inputs):
        if steps.ndim == 3:
            steps[0, 2 + place :] = steps[1, : 2 - place] = steps[2, 1] = 0
    x, y = io.BytesIO(), io.BytesIO()
    np.savez(x, *inputs)
    np.save(y, model.predict(inputs, verbose=0))
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.h5", include_optimizer=False)
        return {"h5": Path(folder, "model.h5").read_bytes(), "x.npz": x.getvalue(), "y.npy": y.getvalue()}


if __name__ == "__main__":
    main()
