"""The whole command from a cold start, and its memory: `densecli model.keras --run` compared with Keras.

    KERAS_PYTHON=… python bench/command.py [--rounds N]

KERAS_PYTHON is a Python with keras, torch and h5py. Keras saves a model; then each side loads the file, runs one
sample and prints the largest output. Wall and CPU time are medians of interleaved rounds; memory is the peak resident set
without that of a pass over a tiny model file, beside the peak that densecli predicted (weights and live tensors).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "KERAS_BACKEND": "torch"}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)  # installed programs have their .pyc files
NAMES = ("MobileNetV2", "ResNet50", "VGG16")
SAVE = "import sys, keras; getattr(keras.applications, sys.argv[1])(weights=None).save(sys.argv[2])"
SAVE_TINY = "import sys, keras; keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]).save(sys.argv[1])"
RUN = """
import sys, keras, numpy as np
model = keras.models.load_model(sys.argv[1], compile=False)
x = np.random.default_rng(0).standard_normal((1, *model.inputs[0].shape[1:]), "float32")
print(model.predict_on_batch(x).max())
"""
PEAK = """
import resource, sys
from densecli.cli import run
code = run(sys.argv[1:])
sys.stderr.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10))
sys.exit(code)
"""


def spent(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of a command."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, cpu


def peak(spec: str) -> tuple[int, int]:
    """The peak resident set of a pass, and what densecli foretold."""
    command = [sys.executable, "-c", PEAK, spec, "--run", "--format", "json"]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True, encoding="utf-8")
    return int(done.stderr.split()[-1]), json.loads(done.stdout)["run"]["peak_bytes"]


def table(python: str, rounds: int) -> str:
    lines = [
        "| model file | densecli wall s (CPU) | Keras wall s (CPU) | Keras / densecli, wall (at least 6) | CPU | peak MB above start | estimated MB | ratio (at most 1.25) |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        tiny = str(Path(folder, "tiny.keras"))
        subprocess.run([python, "-c", SAVE_TINY, tiny], env=ENVIRONMENT, check=True, stderr=subprocess.DEVNULL)
        base = peak(tiny)[0]
        for name in NAMES:
            path = str(Path(folder, f"{name}.keras"))
            subprocess.run([python, "-c", SAVE, name, path], env=ENVIRONMENT, check=True, stderr=subprocess.DEVNULL)
            ours, theirs = [], []
            for _ in range(rounds):
                ours.append(spent([sys.executable, "-m", "densecli", path, "--run", "--format", "json"]))
                theirs.append(spent([python, "-c", RUN, path]))
            wall, cpu = (median(each[index] for each in ours) for index in (0, 1))
            wall_k, cpu_k = (median(each[index] for each in theirs) for index in (0, 1))
            real, foretold = peak(path)
            lines.append(
                f"| {name} | {wall:.2f} ({cpu:.2f}) | {wall_k:.2f} ({cpu_k:.2f}) | {wall_k / wall:.1f} | {cpu_k / cpu:.1f} "
                f"| {(real - base) / 1e6:.0f} | {foretold / 1e6:.0f} | {(real - base) / foretold:.2f} |"
            )
            Path(path).unlink()
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    print(table(os.environ.get("KERAS_PYTHON", sys.executable), parser.parse_args().rounds))


if __name__ == "__main__":
    main()
