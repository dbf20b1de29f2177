"""Run the sources in tests/read/python/sources with Keras and write their summaries: tests/fixtures/source_models.zip.

    KERAS_BACKEND=tensorflow python tools/record_source_models.py [NAME]

Needs an environment of its own: pip install tensorflow-cpu==2.21.0 keras==3.15.1. Keras counts an open batch as such on TensorFlow
alone; torch puts a number in its place. For each variable of a source that is a model at the end, answers.json has the rows, the
totals, and for models named `run…` NAME.VARIABLE.weights.h5 has random weights, beside inputs and outputs.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras.src.utils import file_utils
from keras.src.utils.summary_utils import count_params, format_layer_shape

TESTS = Path(__file__).resolve().parent.parent / "tests"
SOURCES, ARCHIVE = TESTS / "read/python/sources", TESTS / "fixtures/source_models.zip"
RANDOM = np.random.RandomState(0)
SAVED = ("run_conv_bn", "run_old_linear", "run_configured", "run_functions", "run_owner")  # as a model file, too


def main() -> None:
    """Record all sources, or only the named one, keeping earlier records."""
    wanted = sys.argv[1:] or [path.stem for path in sorted(SOURCES.glob("*.py"))]
    files = kept(set(wanted)) if sys.argv[1:] else {"answers.json": b"{}"}
    answers = json.loads(files.pop("answers.json"))
    for name in wanted:
        print(name)
        answers[name] = recorded(name, files)
    files["answers.json"] = (json.dumps(answers, indent=0, sort_keys=True) + "\n").encode()
    with zipfile.ZipFile(ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path), data, zipfile.ZIP_DEFLATED)


def kept(wanted: set[str]) -> dict[str, bytes]:
    with zipfile.ZipFile(ARCHIVE) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.partition(".")[0] not in wanted}


def recorded(name: str, files: dict[str, bytes]) -> dict[str, Any]:
    keras.utils.clear_session()
    file_utils.get_file = keras.utils.get_file = lambda *_, **__: ""
    keras.Model.load_weights = lambda *_, **__: None
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile((SOURCES / f"{name}.py").read_text(encoding="utf-8"), name, "exec"), namespace)
    models = {key: value for key, value in namespace.items() if isinstance(value, keras.Model)}
    answers = {key: answer(model) for key, model in models.items()}
    for key, model in models.items():
        if key.startswith("run"):
            found = outputs(model, namespace.get(f"{key}_x"), whole=key in SAVED)
            files |= {f"{name}.{key}.{suffix}": data for suffix, data in found.items()}
    return answers


def answer(model: keras.Model) -> dict[str, Any]:
    trainable, fixed = count_params(model.trainable_weights), count_params(model.non_trainable_weights)
    layers = model._operations if isinstance(model, keras.src.models.functional.Functional) else model.layers
    found = {"name": model.name, "rows": [row(each) for each in layers], "trainable": trainable, "non_trainable": fixed}
    return found | ({"functions": functions(model)} if layers is not model.layers else {})


def functions(model: keras.Model) -> dict[str, Any]:
    """The configs of functions, as a file keeps them."""
    entries = json.loads(model.to_json())["config"]["layers"] if functional_and_saved(model) else []
    return {each["name"]: each["config"] for each in entries if (each["module"] or "").startswith("keras.src.ops")}


def functional_and_saved(model: keras.Model) -> bool:
    return type(model) is keras.src.models.functional.Functional and not any(
        type(each).__module__ == "builtins" for each in model.layers
    )


def row(layer: Any) -> list[Any]:
    shape = re.sub(r"\[/?[^\]]*\]", "", format_layer_shape(layer))
    built = getattr(layer, "built", True)
    count = getattr(layer, "count_params", int)
    return [layer.name, type(layer).__name__, shape, count() if built else None]


def outputs(model: keras.Model, x: Any, *, whole: bool) -> dict[str, bytes]:
    """Random weights, inputs (`x`, or random ones of the shapes that the model declares), and the model's outputs."""
    for weight in model.weights:
        low, high = (0.5, 1.5) if "variance" in weight.path else (-0.5, 0.5)
        weight.assign(RANDOM.uniform(low, high, weight.shape).astype(weight.dtype))
    inputs = (
        [RANDOM.standard_normal((2, *each.shape[1:])).astype(np.float32) for each in model.inputs] if x is None else [x]
    )
    results = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.weights.h5"
        model.save_weights(path)
        found = {"weights.h5": path.read_bytes()}
        if whole:
            model.save(path.with_name("m.keras"))
            found["keras"] = path.with_name("m.keras").read_bytes()
    return {**found, "x.npz": saved(*inputs), "y.npz": saved(*map(np.asarray, keras.tree.flatten(results)))}


def saved(*arrays: Any) -> bytes:
    data = io.BytesIO()
    np.savez(data, *arrays)
    return data.getvalue()


if __name__ == "__main__":
    main()
