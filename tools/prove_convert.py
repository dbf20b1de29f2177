"""Prove conversions with Keras: `python tools/prove_convert.py PYTHON`, PYTHON being one that has Keras 3.15.1.

Each example goes through `densecli convert --to keras` and `--to python`; Keras loads the one and runs the other, and every
layer's name, type, parameters and output shapes are held against `densecli --format json`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPECS = sorted((ROOT / "examples" / "specs").iterdir())


def main():
    with tempfile.TemporaryDirectory() as folder:
        for spec in SPECS:
            for form, suffix in (("keras", "keras.json"), ("python", "py"), (None, "report.json")):
                arguments = ["--format", "json", spec] if form is None else ["convert", spec, "--to", form]
                text = subprocess.run(
                    [sys.executable, "-m", "densecli", *arguments], capture_output=True, text=True, check=True
                )
                Path(folder, f"{spec.name}.{suffix}").write_text(text.stdout)
        return subprocess.run([sys.argv[1], __file__, "--ask", folder], check=False).returncode


def ask(folder):
    """Runs where Keras is."""
    import keras

    failures = 0
    for report in sorted(Path(folder).glob("*.report.json")):
        name = report.name.removesuffix(".report.json")
        wanted = expected(json.loads(report.read_text()))
        keras.utils.clear_session()
        loaded = look(keras, keras.models.model_from_json(Path(folder, f"{name}.keras.json").read_text()))
        keras.utils.clear_session()
        scope = {}
        exec(Path(folder, f"{name}.py").read_text(), scope)
        found = [loaded == wanted, look(keras, scope["model"]) == wanted]
        failures += found.count(False)
        print(f"{name}: {len(wanted[0])} layers, {wanted[1]:,} parameters; config {found[0]}, code {found[1]}")
    print(f"Keras {keras.__version__}: {failures} failures")
    return failures


def expected(record):
    layers = [[row["name"], row["type"], row["params"], row["output_shapes"]] for row in record["layers"]]
    return layers, record["totals"]["params"]


def look(keras, model):
    layers = [[layer.name, type(layer).__name__, layer.count_params(), shapes(keras, layer)] for layer in model.layers]
    return layers, model.count_params()


def shapes(keras, layer):
    return [list(tensor.shape) for tensor in keras.tree.flatten(layer._inbound_nodes[-1].output_tensors)]


if __name__ == "__main__":
    sys.exit(ask(sys.argv[2]) if sys.argv[1] == "--ask" else main())
