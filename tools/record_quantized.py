"""Write tests/fixtures/quantized.json: how Keras arranges the weights of quantized layers in a `.keras` file.

KERAS_BACKEND=torch python tools/record_quantized.py        needs Keras 3.15.1 and h5py
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path

import h5py
import keras

FIXTURE = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "quantized.json"
MODES = ("int8", "float8", "int4")


def model():
    layers = keras.layers
    words = keras.Input((4,), dtype="int32", name="words")
    x = layers.ReversibleEmbedding(6, 3, tie_weights=False, name="reversible")(words)
    x = layers.EinsumDense("abc,cd->abd", output_shape=(None, 5), bias_axes="d", name="einsum")(x)
    x = layers.Dense(2, use_bias=False, name="plain")(x)
    y = layers.Embedding(6, 2, name="embedding")(words)
    return keras.Model(words, [layers.Dense(3, name="biased")(x), y], name=f"{FIXTURE.stem}_model")


def recorded(mode):
    made = model()
    made.quantize(mode)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.keras"
        made.save(path)
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
            weights = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
    arrays = {}
    weights.visititems(
        lambda name, each: (
            arrays.update({name: [list(each.shape), str(each.dtype)]}) if isinstance(each, h5py.Dataset) else None
        )
    )
    return {"config": config, "arrays": arrays}


if __name__ == "__main__":
    FIXTURE.write_text(json.dumps({mode: recorded(mode) for mode in MODES}, indent=1) + "\n", encoding="utf-8")
