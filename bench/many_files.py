"""CPU time of `densecli check FOLDER/` on 1,000 small files of which 50 hold models, compared with a folder of those 50. Budget: five times.

python bench/many_files.py prints the table. The other files are what lies around in a project: YAML, JSON and Python.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from many_specs import RUNS, SPEC, cpu

MODELS, FILES = 50, 1000
OTHERS = {
    "yaml": "on: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: [{{run: make test-{number}}}]\n",
    "json": '{{"name": "package-{number}", "version": "1.0.{number}", "scripts": {{"test": "jest"}}}}\n',
    "py": 'import os\n\n\nclass Row{number}:\n    """A row."""\n\n    def path(self, name):\n        return os.path.join("rows", name)\n',
}
SOURCE = """from tensorflow import keras

model = keras.Sequential([keras.Input(({size}, 2)), keras.layers.Dense(16), keras.layers.Flatten(), keras.layers.Dense({units})])
"""


def fill(folder: Path, others: int) -> None:
    """The models, half of them Python, and other files of each kind in turn, twenty in a folder."""
    for number in range(MODELS):
        text, suffix = (SOURCE, "py") if number % 2 else (SPEC, "yaml")
        path = folder / f"models{number % 5}" / f"model{number}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(number=number, size=number % 50 + 1, units=number % 20 + 1), encoding="utf-8")
    for number in range(others):
        suffix = [*OTHERS][number % len(OTHERS)]
        path = folder / f"part{number // 20}" / f"other{number}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(OTHERS[suffix].format(number=number), encoding="utf-8")
    (folder / ".gitignore").write_text("*.log\n__pycache__/\n/build\n!keep.log\ndocs/**/*.tmp\n")


def table() -> str:
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        fill(Path(few), 0)
        fill(Path(many), FILES - MODELS)
        check = [sys.executable, "-m", "densecli", "check", "--isolated", "--quiet"]
        rounds = [(cpu([*check, f"{few}/"]), cpu([*check, f"{many}/"])) for _ in range(RUNS)]
    one, all_files = (statistics.median(times) for times in zip(*rounds, strict=True))
    return (
        "| files | models | CPU ms (median) | ratio |\n|---:|---:|---:|---:|\n"
        f"| {MODELS} | {MODELS} | {one:.0f} | |\n| {FILES:,} | {MODELS} | {all_files:.0f} | {all_files / one:.1f} |"
    )


if __name__ == "__main__":
    print(table())
