"""The forward pass compared with Keras' `predict_on_batch` on the torch backend, measured in the same run.

    KERAS_PYTHON=… python bench/run.py [NAME…] [--rounds N]

KERAS_PYTHON is a Python with keras and torch. Both sides get the same architecture, float32, batch 1, two threads, weights
from their initializers, and a warm-up; rounds alternate with each other and with matrix products of the machine's own BLAS
on two threads, so that a busy machine disturbs all alike. Figures are medians.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

THREADS = "2"
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = THREADS

import where  # noqa: E402
from densecli.errors import Source  # noqa: E402
from densecli.read.keras.model import read_config  # noqa: E402
from densecli.read.text.json import load_json  # noqa: E402
from densecli.run.run import Options, prepare  # noqa: E402
from densecli.summary.infer import infer  # noqa: E402

# name -> densecli's time over Keras', at most
TARGETS = {
    "VGG16": 0.9, "ResNet50": 0.6, "InceptionV3": 0.6, "MobileNetV2": 0.9, "EfficientNetB0": 0.9, "BiLSTM": 0.9,
    "Transformer": 0.9,
}  # fmt: skip

SGEMM = 0.5  # VGG16's arithmetic a second over that of the machine's own matrix product, at least

GEMM_SIDE = """
import sys, time
import numpy as np
a, b = (np.random.default_rng(0).standard_normal((3072, 3072), "float32") for _ in "ab")
a @ b
for line in sys.stdin:
    start = time.perf_counter()
    a @ b
    print(2 * 3072**3 / (time.perf_counter() - start) / 1e9, flush=True)
"""

KERAS_SIDE = """
import json, os, sys, time
os.environ["KERAS_BACKEND"] = "torch"
import keras, numpy as np, torch
torch.set_num_threads(2)
from keras import layers

def bilstm():
    x = inputs = keras.Input((200, 64))
    for _ in range(3):
        x = layers.Bidirectional(layers.LSTM(128, return_sequences=True))(x)
    return keras.Model(inputs, layers.Dense(10)(x))

def transformer():
    x = inputs = keras.Input((128, 256))
    for _ in range(6):
        y = layers.MultiHeadAttention(8, 32)(x, x)
        x = layers.LayerNormalization()(layers.Add()([x, y]))
        y = layers.Dense(256)(layers.Dense(1024, activation="gelu")(x))
        x = layers.LayerNormalization()(layers.Add()([x, y]))
    return keras.Model(inputs, x)

OWN = {"BiLSTM": bilstm, "Transformer": transformer}
model = None
for line in sys.stdin:
    command, _, rest = line.strip().partition(" ")
    if command == "build":
        name, path = rest.split(" ", 1)
        model = OWN[name]() if name in OWN else getattr(keras.applications, name)(weights=None)
        with open(path, "w") as file:
            file.write(model.to_json())
        x = np.random.default_rng(1).standard_normal((1, *model.inputs[0].shape[1:]), "float32")
        model.predict_on_batch(x)
        print("built", flush=True)
    else:
        start = time.perf_counter()
        model.predict_on_batch(x)
        print(time.perf_counter() - start, flush=True)
"""


class Side:
    """Another program in its own process, which handles one request at a time."""

    def __init__(self, python: str, program: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [python, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
            encoding="utf-8",
        )

    def ask(self, line: str) -> str:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def read(path: Path) -> Any:
    source = Source(path.name, path.read_text(encoding="utf-8"))
    return read_config(load_json(source), source)


def seconds(call: Any) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def measure(keras_side: Side, gemm_side: Side, name: str, folder: str, rounds: int) -> dict[str, Any]:
    """Medians of one model on both sides, and where densecli's time goes."""
    path = Path(folder, f"{name}.json")
    if keras_side.ask(f"build {name} {path}") != "built":
        raise SystemExit(f"Keras could not build {name}")
    graph = read(path)
    plan = prepare(graph, Options())
    plan()
    ours, theirs, gemms = [], [], []
    for _ in range(rounds):
        theirs.append(float(keras_side.ask("pass")))
        ours.append(seconds(plan))
        gemms.append(float(gemm_side.ask("go")))
    macs = infer(graph, batch=1).totals.macs or 0
    return {
        "macs": macs, "ours": median(ours), "theirs": median(theirs), "rate": 2 * macs / median(ours) / 1e9, "gemm": median(gemms),
        "where": where.shares(plan),
    }  # fmt: skip


def row(name: str, found: dict[str, Any]) -> str:
    ratio, of_gemm = found["ours"] / found["theirs"], found["rate"] / found["gemm"]
    wanted = f" (≥ {SGEMM})" if name == "VGG16" else ""
    return (
        f"| {name} | {found['macs'] / 1e9:.2f} | {1000 * found['ours']:.0f} | {1000 * found['theirs']:.0f} | {ratio:.2f} "
        f"| {TARGETS[name]} | {found['rate']:.0f} | {found['gemm']:.0f} | {of_gemm:.2f}{wanted} |"
    )


def table(names: list[str], rounds: int) -> str:
    keras_side = Side(os.environ.get("KERAS_PYTHON", sys.executable), KERAS_SIDE, dict(os.environ))
    gemm_side = Side(sys.executable, GEMM_SIDE, dict(os.environ))
    lines = [
        "| model | GMACs | densecli ms | Keras ms | ratio | at most | GFLOP/s of the pass | of sgemm beside it | pass / sgemm |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    places = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            found = measure(keras_side, gemm_side, name, folder, rounds)
            places[name] = found["where"]
            lines.append(row(name, found))
            print(lines[-1], file=sys.stderr, flush=True)
    keras_side.close()
    gemm_side.close()
    intro = "Time by kind of work, in percent of a pass (normalizations fused into a product cost nothing):"
    load = f"Products of 3072³ float32 numbers; machine load at the end {os.getloadavg()[0]:.1f}."
    return "\n".join([*lines, "", load, "", intro, "", *where.table(places)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=[])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(table(arguments.names or list(TARGETS), arguments.rounds))


if __name__ == "__main__":
    main()
