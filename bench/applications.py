"""`densecli ResNet50` compared with the same model read from its Keras config: CPU time of whole processes.

    KERAS_PYTHON=… python bench/applications.py [--rounds N]

KERAS_PYTHON is a Python with keras and torch, which writes the configs. Medians of interleaved rounds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from files import WRITE
from startup import measure

NAMES = ("ResNet50", "MobileNetV3Large", "EfficientNetB7", "InceptionResNetV2", "ConvNeXtXLarge")
TARGET = 1.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    python = os.environ.get("KERAS_PYTHON", sys.executable)
    os.environ.setdefault("KERAS_BACKEND", "torch")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-c", WRITE, folder, *NAMES], check=True, stderr=subprocess.DEVNULL)
        densecli = [sys.executable, "-m", "densecli"]
        programs = {
            **{name: [*densecli, name] for name in NAMES},
            **{f"{name}.json": [*densecli, str(Path(folder, f"{name}.json"))] for name in NAMES},
        }
        found = measure(programs, rounds)
    lines = ["| model | by name, ms | from its config, ms | ratio |", "|---|---:|---:|---:|"]
    ratios = {name: found[name] / found[f"{name}.json"] for name in NAMES}
    for name, ratio in ratios.items():
        lines.append(f"| {name} | {found[name]:.0f} | {found[f'{name}.json']:.0f} | {ratio:.2f} |")
    print("\n".join([*lines, "", f"Target: at most {TARGET} × the model from its config."]))
    sys.exit(max(ratios.values()) > TARGET)


if __name__ == "__main__":
    main()
