"""Run the scripts of tests/support/scripts.py with Keras, pandas and scikit-learn, and record what their variables are.

    KERAS_BACKEND=torch python tools/record_scripts.py

Needs the environment of tools/record_keras.py with pandas and scikit-learn; writes tests/fixtures/scripts.json.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import keras
import numpy as np

from support.scripts import KERAS, SCRIPTS

SKIPPED = object()


def recorded(value):
    """A value for JSON; SKIPPED for functions, classes, modules and other objects."""
    if isinstance(value, keras.Model):
        return {"model": value.name, "rows": rows_of(value), "trained": count(value.trainable_weights)}
    if isinstance(getattr(value, "shape", None), tuple) and not isinstance(value, keras.layers.Layer | type):
        return {"shape": list(value.shape)}
    if isinstance(value, list | tuple):
        items = [recorded(each) for each in value]
        return SKIPPED if SKIPPED in items else items
    return value if isinstance(value, str | int | float | None) else SKIPPED


def rows_of(model):
    """Name, class, shapes of the first call and parameters; None for a model without an input shape."""
    if not model.built:
        return None
    operations = model.layers if isinstance(model, keras.Sequential) else model._operations
    return [
        [each.name, type(each).__name__, shapes_of(each), count(getattr(each, "weights", []))] for each in operations
    ]


def shapes_of(operation):
    node = operation._inbound_nodes[0]
    return [list(each.shape) for each in keras.tree.flatten(node.output_tensors)]


def count(weights):
    return sum(int(np.prod(each.shape)) for each in weights)


def run(text):
    keras.backend.clear_session()
    names = {}
    exec(compile(KERAS + text, "source.py", "exec", dont_inherit=True), names)
    found = {name: recorded(value) for name, value in names.items() if not name.startswith("__")}
    return {name: value for name, value in found.items() if value is not SKIPPED}


def main():
    records = {name: run(text) for name, text in SCRIPTS.items()}
    path = ROOT / "tests" / "fixtures" / "scripts.json"
    path.write_text(json.dumps({"keras": keras.__version__, "scripts": records}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
