"""What Keras says of its own applications: their configs without build_config, and every row of their summaries.

    KERAS_BACKEND=torch python tools/record_applications.py check [NAME …]     hold densecli against Keras
    KERAS_BACKEND=torch python tools/record_applications.py record NAME …      write tests/fixtures/applications/NAME.json.gz

Needs the environment of tools/record_keras.py. The NASNets refuse other backends than TensorFlow; only that check is
bypassed here.
"""

from __future__ import annotations

import gzip
import inspect
import json
import math
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")
ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

import keras
from keras.src.applications import nasnet

FIXTURES = ROOT / "tests" / "fixtures" / "applications"


def main(arguments: list[str]) -> int:
    names = arguments[1:] or [name for name, value in vars(keras.applications).items() if inspect.isfunction(value)]
    act = {"check": check, "record": write}[arguments[0]]
    results = [act(name) for name in names]  # all of them, even after a failure
    return int(not all(results))


def build(name: str) -> Any:
    keras.utils.clear_session(free_memory=False)
    if not name.startswith("NASNet"):
        return getattr(keras.applications, name)(weights=None)
    module_backend = nasnet.backend
    nasnet.backend = SimpleNamespace(**vars(module_backend) | {"backend": lambda: "tensorflow"})
    try:
        return getattr(keras.applications, name)(weights=None)
    finally:
        nasnet.backend = module_backend


def record(name: str) -> dict[str, Any]:
    """The config as saved, and Keras' own summary of the model."""
    model = build(name)
    trained = model.trainable_weights
    return {
        "keras": keras.__version__,
        "config": without_build(json.loads(model.to_json())),
        "rows": [row(layer) for layer in model._operations],
        "params": model.count_params(),
        "trainable_params": count(trained),
        "outputs": [list(tensor.shape) for tensor in model.outputs],
    }


def row(layer: Any) -> list[Any]:
    """Name, class, output shapes, parameters, trainable parameters."""
    shapes = [list(tensor.shape) for tensor in keras.tree.flatten(layer.output)]
    counted = layer.count_params() if hasattr(layer, "count_params") else 0
    return [layer.name, type(layer).__name__, shapes, counted, count(getattr(layer, "trainable_weights", []))]


def count(weights: list[Any]) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


def without_build(value: Any) -> Any:
    if isinstance(value, list):
        return [without_build(item) for item in value]
    if isinstance(value, dict):
        return {
            key: without_build(item) for key, item in value.items() if key not in ("build_config", "compile_config")
        }
    return value


def check(name: str) -> bool:
    from support.recorded import differences  # the same comparison as in the tests

    found = differences(record(name))
    print(f"{name}: {'equal' if not found else found[:5]}", flush=True)
    return not found


def write(name: str) -> bool:
    FIXTURES.mkdir(parents=True, exist_ok=True)
    path = FIXTURES / f"{name}.json.gz"
    path.write_bytes(gzip.compress(json.dumps(record(name), separators=(",", ":")).encode(), 9, mtime=0))
    print(f"{path.name}: {path.stat().st_size:,} bytes")
    return True


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
