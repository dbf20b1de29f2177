"""Ask Keras to load densecli's conversions: run with a Python that has Keras 3.15.1.

Loads tests/golden/outputs/*.keras.json with model_from_json, runs tests/golden/outputs/*.py, and keeps what both models
look like in keras_answers.json, which tests/render/convert/test_convert.py compares with densecli's own report.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import keras

FOLDER = Path(__file__).parent.parent / "tests" / "golden" / "outputs"


def shapes(layer: Any) -> list[list[int | None]]:
    tensors = keras.tree.flatten(layer._inbound_nodes[-1].output_tensors)
    return [list(tensor.shape) for tensor in tensors]


def look(model: Any) -> dict[str, Any]:
    operations = getattr(model, "operations", model.layers)
    functions = len(operations) > len(model.layers)  # these are not in any list of layers
    return {
        "layers": [[layer.name, type(layer).__name__, layer.count_params(), shapes(layer)] for layer in model.layers],
        **(
            {"operations": [[each.name, type(each).__name__, shapes(each)] for each in operations]} if functions else {}
        ),
        "params": model.count_params(),
        "trainable_params": sum(math.prod(weight.shape) for weight in model.trainable_weights),
    }


def answers(name: str) -> dict[str, Any]:
    keras.utils.clear_session()
    loaded = look(keras.models.model_from_json((FOLDER / f"{name}.keras.json").read_text(encoding="utf-8")))
    keras.utils.clear_session()
    scope: dict[str, Any] = {}
    exec((FOLDER / f"{name}.py").read_text(encoding="utf-8"), scope)
    return {"config": loaded, "code": look(scope["model"])}


if __name__ == "__main__":
    names = sorted(path.name.removesuffix(".keras.json") for path in FOLDER.glob("*.keras.json"))
    found = {name: answers(name) for name in names}
    (FOLDER / "keras_answers.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"{len(found)} models, Keras {keras.__version__}")
