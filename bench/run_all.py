"""All benchmarks, one after the other, and docs/performance.md from what they found.

    KERAS_PYTHON=… python bench/run_all.py [--quick]

KERAS_PYTHON is a Python with keras, torch and h5py; densecli is installed where this runs. Ratios are between programs in
one run on one machine; absolute times are of little use elsewhere.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance.md"
# script -> (heading, what it shows, arguments of a quick run)
SECTIONS = {
    "run.py": (
        "The forward pass",
        (
            "The pass alone, after a warm-up, beside Keras' `predict_on_batch` on torch: float32, batch 1, two threads, medians of "
            "alternating rounds."
        ),
        ["--rounds", "3"],
    ),
    "command.py": (
        "The whole command",
        "`densecli model.keras --run` from a cold start beside a Python that imports Keras, loads the file and predicts once.",
        ["--rounds", "1"],
    ),
    "startup.py": ("Start-up", "CPU time of a summary beside programs that do almost nothing.", []),
}


def section(script: str, *, quick: bool) -> str:
    heading, intro, short = SECTIONS[script]
    command = [sys.executable, str(ROOT / "bench" / script), *(short if quick else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return f"## {heading}\n\n{intro}\n`bench/{script}`\n\n{done.stdout.strip()}\n"


def machine() -> str:
    model = next(
        (line.split(":")[1].strip() for line in cpu_lines() if line.startswith("model name")), platform.machine()
    )
    return f"{model}, {os.cpu_count()} logical processors, Python {platform.python_version()}."


def cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    head = f"# Performance\n\nWritten by `bench/run_all.py`. {machine()}\n"
    PAGE.write_text("\n".join([head, *(section(script, quick=quick) for script in SECTIONS)]))
    print(PAGE)


if __name__ == "__main__":
    main()
