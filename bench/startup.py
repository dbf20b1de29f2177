"""CPU time of densecli's start-up compared with typer and Rich programs of the same size, measured in the same run.

python bench/startup.py            with densecli installed in the same environment
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HELLO = """
import typer
app = typer.Typer()
@app.command()
def main(name: str):
    print(f"Hello {name}")
app()
"""
HELLO_TABLE = """
import typer
from rich.console import Console
from rich.table import Table
app = typer.Typer()
@app.command()
def main(name: str):
    table = Table("Layer (type)", "Output Shape", "Param #")
    for row in range(4):
        table.add_row(f"dense_{row} (Dense)", "(None, 3, 16)", "48")
    Console().print(table)
app()
"""
STACK = "Dense(16)@(3,2) -> Activation(relu) -> Flatten -> Dense(4)"


KERAS = """
import keras
from keras import layers
keras.Sequential([keras.Input((3, 2)), layers.Dense(16), layers.Activation("relu"), layers.Flatten(), layers.Dense(4)]).summary()
"""


def cpu_ms(command: list[str]) -> float:
    """CPU milliseconds of one run, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def measure(commands: dict[str, list[str]], rounds: int = 15) -> dict[str, float]:
    """Medians of interleaved rounds, so that a noisy neighbor disturbs all alike."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            spent = cpu_ms(command)
            if turn:  # the first round writes the .pyc files
                times[name].append(spent)
    return {name: statistics.median(each) for name, each in times.items()}


def table() -> str:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    densecli = [sys.executable, "-m", "densecli"]
    with tempfile.TemporaryDirectory() as folder:
        hello, hello_table = Path(folder, "hello.py"), Path(folder, "hello_table.py")
        hello.write_text(HELLO, encoding="utf-8")
        hello_table.write_text(HELLO_TABLE, encoding="utf-8")
        programs = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "typer hello-world": [sys.executable, str(hello), "x"],
            "densecli --format json": [*densecli, "--format", "json", STACK],
            "typer + Rich table": [sys.executable, str(hello_table), "x"],
            "densecli (table)": [*densecli, STACK],
        }
        if "KERAS_PYTHON" in os.environ:  # an environment with Keras on torch
            os.environ["KERAS_BACKEND"] = "torch"
            programs["Keras' own summary()"] = [os.environ["KERAS_PYTHON"], "-c", KERAS]
        found = measure(programs)
    base = {"densecli --format json": "typer hello-world", "densecli (table)": "typer + Rich table"}
    lines = ["| program | CPU ms (median) | ratio |", "|---|---:|---:|"]
    for name, spent in found.items():
        ratio = f"{spent / found[base[name]]:.2f} × {base[name]}" if name in base else ""
        lines.append(f"| {name} | {spent:.0f} | {ratio} |")
    if "Keras' own summary()" in found:
        ratio = found["Keras' own summary()"] / found["densecli (table)"]
        lines[-1] = lines[-1].removesuffix(" |") + f"{ratio:.0f} × densecli (table) |"
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
