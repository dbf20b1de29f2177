"""Write tests/fixtures/weights_files.zip: files that hold weights alone, as their own libraries write them, and what is in them.

python tools/record_weights_files.py        needs tensorflow and tf_keras 2.21, keras 3.15.1 and safetensors 0.8
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from pathlib import Path

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}

import keras
import numpy as np
import tensorflow as tf
import tf_keras
from safetensors.numpy import save_file

FIXTURE = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "weights_files.zip"


def model(library):
    layers = library.layers
    made = library.Sequential(
        [library.Input((6, 6, 2)), layers.Conv2D(3, 3, name="stem"), layers.BatchNormalization(name="norm"),
         layers.Flatten(), layers.Dense(2, name="head")]
    )  # fmt: skip
    made.compile("adam", "mse")
    made.fit(np.zeros((2, 6, 6, 2)), np.zeros((2, 2)), verbose=0)
    return made


def subclassed():
    class Net(tf_keras.Model):
        def __init__(self):
            super().__init__()
            self.z, self.a = tf_keras.layers.Dense(3), tf_keras.layers.GRU(2)

        def call(self, x):
            return self.a(self.z(x))

    made = Net()
    made(tf.ones((1, 4, 5)))
    return made


def record(folder):
    """Names of rows with shapes and dtypes, or shapes alone where the names in the file are not the library's."""
    arrays = {"a.weight": np.zeros((3, 4), "float16"), "a.bias": np.zeros(4, "int8"), "count": np.array(1)}
    save_file(arrays, folder / "m.safetensors", metadata={"format": "pt"})
    listed = [[name, list(each.shape), str(each.dtype)] for name, each in arrays.items()]
    np.savez(folder / "plain.npz", **arrays)
    np.savez_compressed(folder / "mixed.npz", **arrays, words=np.array(["a"]), things=np.array([{}], object))
    np.save(folder / "x.npy", np.asfortranarray(np.zeros((3, 4))))
    new, old, net = model(keras), model(tf_keras), subclassed()
    new.save_weights(folder / "k3.weights.h5")
    half = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, dtype="bfloat16")])
    half.save_weights(folder / "half.weights.h5")
    old.save_weights(folder / "k2.h5")
    net.save_weights(folder / "net.h5")
    old.save_weights(str(folder / "k2"), save_format="tf")
    return {
        "m.safetensors": {"arrays": listed},
        "plain.npz": {"arrays": listed},
        "mixed.npz": {"arrays": listed},
        "x.npy": {"arrays": [["x", [3, 4], "float64"]]},
        "k3.weights.h5": {"layers": rows(new)},
        "half.weights.h5": {"layers": rows(half), "dtype": "bfloat16"},
        "k2.h5": {"layers": rows(old), "names": [each.name for each in old.layers if each.weights]},
        "net.h5": {"layers": rows(net), "names": [each.name for each in net.layers]},
        "k2.index": {"shapes": [list(each.shape) for each in old.weights]},
    }


def rows(made):
    return [[[int(size) for size in each.shape] for each in layer.weights] for layer in made.layers if layer.weights]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(FIXTURE, "w") as archive:
        folder = Path(place)
        records = record(folder)
        archive.writestr(zipfile.ZipInfo("records.json"), json.dumps(records, indent=1))
        for name in records:
            archive.writestr(zipfile.ZipInfo(name), (folder / name).read_bytes(), zipfile.ZIP_DEFLATED, 9)
