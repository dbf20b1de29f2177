"""CPU time of `densecli check` on 1,000 small YAML specs, compared with one. Budget: ten times as much.

python bench/many_specs.py prints the table; the number of specs can be given.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 7
SPEC = """name: model-{number}
input: [{size}, 2]
layers:
  - Dense(16)
  - Activation: relu
  - Flatten
  - Dense: {{units: {units}, name: out}}
expect:
  output: [null, {units}]
  max_params: 1M
"""


def cpu(command: list[str]) -> float:
    """CPU milliseconds, user and system, of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def table(count: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.yaml" for number in range(count)]
        for number, path in enumerate(paths):
            path.write_text(SPEC.format(number=number, size=number % 50 + 1, units=number % 20 + 1), encoding="utf-8")
        check = [sys.executable, "-m", "densecli", "check", "--isolated"]
        rounds = [(cpu([*check, str(paths[0])]), cpu([*check, *map(str, paths)])) for _ in range(RUNS)]
    one, many = (statistics.median(times) for times in zip(*rounds, strict=True))
    return (
        "| specs | CPU ms (median) | ratio |\n|---:|---:|---:|\n"
        f"| 1 | {one:.0f} | |\n| {count:,} | {many:.0f} | {many / one:.1f} |"
    )


if __name__ == "__main__":
    print(table(int(sys.argv[1]) if sys.argv[1:] else 1000))
