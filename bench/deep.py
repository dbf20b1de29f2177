"""A Sequential of many layers from DSL, YAML and JSON to JSON: CPU time per layer and peak memory, to see that both grow linearly.

python bench/deep.py            with densecli installed in the same environment
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = (10_000, 50_000, 100_000)
LAYERS = ("Dense(8, activation=relu)", "Dropout(.2)", "Dense(8)", "LayerNormalization", "Activation(gelu)")


def specs(count: int) -> dict[str, str]:
    layers = [LAYERS[index % len(LAYERS)] for index in range(count)]
    return {
        "dsl": "Input(8) -> " + "\n-> ".join(layers),
        "yaml": "input: [8]\nlayers:\n" + "".join(f"  - {layer}\n" for layer in layers),
        "json": json.dumps({"input": [8], "layers": layers}),
    }


def measure(path: Path) -> tuple[float, float]:
    """CPU seconds and MiB at the height of one run."""
    probe = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)"
    )
    command = [sys.executable, "-c", probe, sys.executable, "-m", "densecli", "--format", "json", str(path)]
    seconds, mebibytes = subprocess.run(
        command, capture_output=True, text=True, check=True, encoding="utf-8"
    ).stdout.split()
    return float(seconds), float(mebibytes)


def table() -> str:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    lines = ["| layers | from | CPU s | CPU µs per layer | peak MiB |", "|---:|---|---:|---:|---:|"]
    with tempfile.TemporaryDirectory() as folder:
        for count in SIZES:
            for form, text in specs(count).items():
                path = Path(folder, f"deep.{form}")
                path.write_text(text, encoding="utf-8")
                seconds, mebibytes = measure(path)
                lines.append(f"| {count:,} | {form} | {seconds:.2f} | {seconds / count * 1e6:.0f} | {mebibytes:.0f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
