"""Summaries of Keras configs, compared with programs that do almost nothing and with Keras; and how time grows with the layers.

    KERAS_PYTHON=… python bench/files.py [--rounds N]

KERAS_PYTHON is a Python with keras and torch, which writes the configs of keras.applications. CPU time, user and system, of
whole processes from a cold start: medians of interleaved rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from deep import measure as measure_deep
from startup import HELLO, HELLO_TABLE, cpu_ms, measure

NAMES = ("ResNet152", "EfficientNetB7")
SIZES = (5_000, 10_000, 20_000, 40_000)
TARGET = 1.6  # of a hello-world of the same kind
WRITE = """
import sys, pathlib, keras
for name in sys.argv[2:]:
    pathlib.Path(sys.argv[1], name + ".json").write_text(getattr(keras.applications, name)(weights=None).to_json())
"""
KERAS = "Keras' `model_from_json(…).summary()`, ms"
SUMMARY = "import sys, pathlib, keras; keras.models.model_from_json(pathlib.Path(sys.argv[1]).read_text()).summary()"


def summaries(python: str, folder: Path, rounds: int) -> list[str]:
    subprocess.run([python, "-c", WRITE, str(folder), *NAMES], check=True, stderr=subprocess.DEVNULL)
    hello, hello_table = folder / "hello.py", folder / "hello_table.py"
    hello.write_text(HELLO, encoding="utf-8")
    hello_table.write_text(HELLO_TABLE, encoding="utf-8")
    programs = {"json": [sys.executable, str(hello), "x"], "table": [sys.executable, str(hello_table), "x"]}
    densecli = [sys.executable, "-m", "densecli", "--format"]
    for name in NAMES:
        for form in ("json", "table"):
            programs[f"{name} {form}"] = [*densecli, form, str(folder / f"{name}.json")]
    found = measure(programs, rounds)
    heads = (
        "config",
        "KB",
        "typer hello-world, ms",
        "JSON, ms",
        "ratio",
        "typer + Rich table, ms",
        "table, ms",
        "ratio",
        KERAS,
        "Keras / table",
    )
    lines = [f"| {' | '.join(heads)} |", "|---|" + "---:|" * (len(heads) - 1)]
    for name in NAMES:
        path = folder / f"{name}.json"
        keras = median(cpu_ms([python, "-c", SUMMARY, str(path)]) for _ in range(min(rounds, 3)))
        forms = (
            f"{found[form]:.0f} | {found[f'{name} {form}']:.0f} | {found[f'{name} {form}'] / found[form]:.2f}"
            for form in ("json", "table")
        )
        ratio = keras / found[f"{name} table"]
        lines.append(f"| {name} | {path.stat().st_size >> 10} | {' | '.join(forms)} | {keras:.0f} | {ratio:.0f} |")
    lines += ["", f"Target: at most {TARGET} × the hello-world of the same kind."]
    return lines


def growth(folder: Path) -> list[str]:
    lines = ["| layers | MB | CPU s | CPU µs per layer | peak MiB |", "|---:|---:|---:|---:|---:|"]
    path = folder / "chain.json"
    for count in SIZES:
        path.write_text(json.dumps(chain(count)), encoding="utf-8")
        seconds, mebibytes = measure_deep(path)
        each = seconds / count * 1e6
        lines.append(f"| {count:,} | {path.stat().st_size / 1e6:.1f} | {seconds:.2f} | {each:.0f} | {mebibytes:.0f} |")
    return lines


def chain(count: int) -> dict[str, object]:
    """A Functional of Dense layers, each entry as Keras 3 writes it."""
    layers = [entry("InputLayer", "input", {"batch_shape": [None, 8], "dtype": "float32"}, [])]
    for index in range(count):
        history = [f"dense_{index - 1}" if index else "input", 0, 0]
        tensor = {"shape": [None, 8], "dtype": "float32", "keras_history": history}
        call = {"args": [{"class_name": "__keras_tensor__", "config": tensor}], "kwargs": {}}
        layers.append(entry("Dense", f"dense_{index}", dense(), [call]))
    ends = {"input_layers": [["input", 0, 0]], "output_layers": [[f"dense_{count - 1}", 0, 0]]}
    config = {"name": "chain", "trainable": True, "layers": layers, **ends}
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": config}


def dense() -> dict[str, object]:
    none = ("kernel_regularizer", "bias_regularizer", "kernel_constraint", "bias_constraint")
    return {
        "trainable": True, "dtype": of("keras", "DTypePolicy", name="float32"), "units": 8, "activation": "relu", "use_bias": True,
        "kernel_initializer": of("keras.initializers", "GlorotUniform", seed=None),
        "bias_initializer": of("keras.initializers", "Zeros"),
    } | dict.fromkeys(none)  # fmt: skip


def of(module: str, kind: str, /, **config: object) -> dict[str, object]:
    return {"module": module, "class_name": kind, "config": config, "registered_name": None}


def entry(kind: str, name: str, config: dict[str, object], calls: list[object]) -> dict[str, object]:
    return of("keras.layers", kind, name=name, **config) | {"name": name, "inbound_nodes": calls}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    rounds = parser.parse_args().rounds
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["KERAS_BACKEND"] = "torch"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(
            "\n".join([*summaries(os.environ.get("KERAS_PYTHON", sys.executable), folder, rounds), "", *growth(folder)])
        )


if __name__ == "__main__":
    main()
