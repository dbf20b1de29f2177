"""Write tests/fixtures/constructors.json: the arguments of each keras.ops function that its operation's constructor takes.

KERAS_BACKEND=torch python tools/record_constructors.py        needs Keras 3.15.1 and torch
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path

from keras.src.ops import core, image, linalg, math, nn, numpy

from densecli.automatic_names import snake_case
from densecli.layers.operations.table import OPERATIONS

FIXTURE = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "constructors.json"
MODULES = (numpy, nn, core, math, linalg, image)
FUNCTIONS = {"BatchNorm": "batch_normalization", "LayerNorm": "layer_normalization", "RMSNorm": "rms_normalization"}
FUNCTIONS |= {"HSVToRGB": "hsv_to_rgb", "RGBToGrayscale": "rgb_to_grayscale", "RGBToHSV": "rgb_to_hsv"}


def found(name):
    return next((getattr(module, name) for module in MODULES if hasattr(module, name)), None)


def parameters(function):
    return [name for name in inspect.signature(function).parameters if name not in ("self", "name", "args", "kwargs")]


def recorded():
    for rule in sorted(OPERATIONS):
        kind, function = found(rule), found(FUNCTIONS.get(rule, snake_case(rule)))
        if kind is not None and function is not None and (own := parameters(kind.__init__)):
            yield rule, " ".join(f"{name}*" if name in own else name for name in parameters(function))


if __name__ == "__main__":
    FIXTURE.write_text(json.dumps(dict(recorded()), indent=1) + "\n", encoding="utf-8")
