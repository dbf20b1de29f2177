"""Python source compared with the same model as a stack and with Keras running it; and a long notebook.

    KERAS_PYTHON=… python bench/python_source.py [--rounds N]

KERAS_PYTHON is a Python with keras and torch. The script builds a model and prints its summary without training it, so that
Keras has nothing else to do. CPU time, user and system, of whole processes from a cold start: medians of interleaved rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from startup import measure

SCRIPT = '''"""Classify small images."""

import argparse
import os

import keras
import numpy as np
from keras import layers, regularizers
from keras.utils import to_categorical

parser = argparse.ArgumentParser(description="Train a network on small images.")
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--width", type=int, default=16)
parser.add_argument("--dropout", type=float, default=0.25)
parser.add_argument("--output", default="model.keras")
args = parser.parse_args()

IMAGE_SIZE = 32
CHANNELS = 3
NUM_CLASSES = 10
WEIGHT_DECAY = 1e-4
SEED = 0
CLASS_NAMES = [f"class {index}" for index in range(NUM_CLASSES)]
BLOCKS = [
    {"filters": args.width, "kernel_size": 3},
    {"filters": args.width * 2, "kernel_size": 3},
    {"filters": args.width * 4, "kernel_size": 3},
]


def load(count):
    """Images and labels, both random."""
    rng = np.random
    rng.seed(SEED)
    images = rng.rand(count, IMAGE_SIZE, IMAGE_SIZE, CHANNELS)
    labels = rng.randint(0, NUM_CLASSES, size=(count, 1))
    return images.astype("float32"), labels


def prepare(images, labels):
    images = images.reshape(images.shape[0], IMAGE_SIZE, IMAGE_SIZE, CHANNELS)
    images = images - images.mean(axis=0)
    return images, to_categorical(labels, NUM_CLASSES)


x_train, y_train = prepare(*load(64))
x_test, y_test = prepare(*load(16))
print("train:", x_train.shape, y_train.shape)
print("test:", x_test.shape, y_test.shape)
for name in CLASS_NAMES:
    print("class:", name)


def add_block(model, filters, kernel_size):
    """Two convolutions, then a smaller image."""
    for _ in range(2):
        model.add(
            layers.Conv2D(
                filters,
                kernel_size,
                padding="same",
                kernel_regularizer=regularizers.L2(WEIGHT_DECAY),
            )
        )
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
    model.add(layers.MaxPooling2D(2))
    model.add(layers.Dropout(args.dropout))


def build(input_shape, num_classes):
    model = keras.Sequential(name="images")
    model.add(keras.Input(input_shape))
    for block in BLOCKS:
        add_block(model, **block)
    model.add(layers.Flatten())
    model.add(layers.Dense(8 * args.width, activation="relu"))
    model.add(layers.Dropout(2 * args.dropout))
    model.add(layers.Dense(num_classes, activation="softmax"))
    return model


model = build(x_train.shape[1:], y_train.shape[1])
model.compile(
    loss="categorical_crossentropy",
    optimizer=keras.optimizers.Adam(learning_rate=1e-3),
    metrics=["accuracy"],
)
callbacks = [
    keras.callbacks.EarlyStopping(patience=3),
    keras.callbacks.ModelCheckpoint(args.output, save_best_only=True),
]
steps = int(np.ceil(x_train.shape[0] / args.batch_size))
print(f"{steps} steps in each of {args.epochs} epochs")
model.summary()
if os.environ.get("SHOW_LAYERS"):
    print("layers:")
    for layer in model.layers:
        print(layer.name, layer.output.shape)
'''
BLOCK = "Conv2D({0}, 3, padding=same) -> BatchNormalization -> Activation(relu)"
STACK = " -> ".join(
    [
        "Input(32, 32, 3)",
        *(" -> ".join([BLOCK.format(size)] * 2 + ["MaxPooling2D(2)", "Dropout(.25)"]) for size in (16, 32, 64)),
        "Flatten -> Dense(128, activation=relu) -> Dropout(.5) -> Dense(10, activation=softmax)",
    ]
)
CELL = """# Step {0}
import numpy as np
from keras import layers
import keras
size_{0} = {0} % 7 + 3
names_{0} = [f"feature {{index}}" for index in range(size_{0})]
table_{0} = np.zeros((100, size_{0}))
table_{0} = table_{0} - table_{0}.mean(axis=0)
x_{0} = table_{0}[:80].astype("float32")
y_{0} = np.ones((80, 2))
settings_{0} = {{"units": 8 * size_{0}, "activation": "relu"}}
def build_{0}(width, **options):
    model = keras.Sequential()
    model.add(keras.Input((width,)))
    model.add(layers.Dense(**options))
    model.add(layers.Dense(2))
    return model
model_{0} = build_{0}(x_{0}.shape[1], **settings_{0})
print(len(names_{0}), x_{0}.shape, y_{0}.shape)
model_{0}.compile(loss="mse", optimizer="adam")
"""
CELLS = 250


def notebook() -> str:
    """5,000 lines of code, which make 250 models and show the last."""
    cells = [CELL.format(number) for number in range(CELLS)]
    cells[-1] = cells[-1].replace("print(len(names_249), x_249.shape, y_249.shape)", "model_249.summary()")
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def params(spec: str) -> int:
    command = [sys.executable, "-m", "densecli", "--format", "json", spec]
    done = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    return int(json.loads(done.stdout)["totals"]["params"])


def table(rounds: int) -> str:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    densecli = [sys.executable, "-m", "densecli"]
    with tempfile.TemporaryDirectory() as folder:
        script, long = Path(folder, "train.py"), Path(folder, "long.ipynb")
        script.write_text(SCRIPT, encoding="utf-8")
        long.write_text(notebook(), encoding="utf-8")
        if params(str(script)) != params(STACK):
            raise SystemExit("the script and the stack are not the same model")
        programs = {
            "densecli STACK": [*densecli, STACK],
            "densecli train.py": [*densecli, str(script)],
            "densecli long.ipynb": [*densecli, str(long)],
        }
        if "KERAS_PYTHON" in os.environ:
            os.environ["KERAS_BACKEND"] = "torch"
            programs["Keras: python train.py"] = [os.environ["KERAS_PYTHON"], str(script)]
        found = measure(programs, rounds)
    return "\n".join(lines(found))


def lines(found: dict[str, float]) -> list[str]:
    source = found["densecli train.py"]
    size = len(SCRIPT.splitlines())
    notes = {
        "densecli train.py": f"{size} lines; {source / found['densecli STACK']:.2f} × the stack (at most 1.5)",
        "densecli long.ipynb": f"{CELLS * len(CELL.splitlines()):,} lines, {CELLS} models (less than 1,000 ms)",
        "Keras: python train.py": f"{found.get('Keras: python train.py', 0) / source:.0f} × densecli (at least 50)",
    }
    rows = [f"| {name} | {spent:.0f} | {notes.get(name, '')} |" for name, spent in found.items()]
    load = f"Machine load at the end {os.getloadavg()[0]:.1f}."
    return ["| program | CPU ms (median) | |", "|---|---:|---|", *rows, "", load]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    print(table(parser.parse_args().rounds))
