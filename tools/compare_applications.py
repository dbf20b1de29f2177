"""Forward passes of keras.applications compared with Keras' own, with weights and inputs from a fixed NumPy generator.

    KERAS_BACKEND=torch PYTHONPATH=src python tools/compare_applications.py [NAME…] [--docs]

Needs an environment with keras, torch and h5py. Each model is saved as `.keras` and read back by densecli, so the reading
of weights is under test as well. `--docs` writes the table of docs/conformance.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "src"))

import keras
import numpy as np

from densecli.read.open import open_spec
from densecli.run.run import Options, run

NAMES = (
    "ConvNeXtTiny", "DenseNet121", "EfficientNetB0", "EfficientNetV2B0", "InceptionResNetV2", "InceptionV3", "MobileNet",
    "MobileNetV2", "MobileNetV3Small", "ResNet50", "ResNet50V2", "VGG16", "Xception",
)  # fmt: skip
START, END = "<!-- forward pass: tools/compare_applications.py -->", "<!-- end of forward pass -->"
MOST = 1e-4


def draw(weight: keras.Variable, random: np.random.RandomState) -> np.ndarray:
    """Numbers that keep activations of a deep model in range: fan-in scaled kernels, factors around 1."""
    shape, name = tuple(weight.shape), weight.path.rpartition("/")[2]
    if name in ("gamma", "moving_variance", "variance"):
        return random.uniform(0.5, 1.5, shape)
    if len(shape) < 2:
        return random.standard_normal(shape) * 0.1
    depthwise = "depthwise" in weight.path and shape[-1] == 1
    fan = np.prod(shape[:-2] if depthwise else shape[:-1])
    return random.standard_normal(shape) * np.sqrt(1.5 / fan)


def compare(name: str, folder: str) -> tuple[int, float, float, float]:
    """Parameters, the largest output, the largest difference over it, densecli's seconds."""
    random = np.random.RandomState(sum(map(ord, name)))
    shape = (224, 224, 3) if name.startswith("MobileNetV3") else None
    model = getattr(keras.applications, name)(weights=None, classifier_activation=None, input_shape=shape)
    for weight in model.weights:
        if "seed" not in weight.path:
            weight.assign(draw(weight, random).astype(weight.dtype))
    x = random.uniform(0, 255 if "Efficient" in name else 1, (1, *model.inputs[0].shape[1:])).astype("float32")
    expected = np.asarray(model.predict_on_batch(x))
    path, data = Path(folder, f"{name}.keras"), Path(folder, f"{name}.npy")
    model.save(path)
    np.save(data, x)
    start = time.perf_counter()
    outcome = run(open_spec(str(path)), Options(weights=str(path), data=(str(data),)))
    seconds = time.perf_counter() - start
    path.unlink()
    top = float(np.abs(expected).max())
    return model.count_params(), top, float(np.abs(outcome.arrays[0] - expected).max()) / top, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--docs", action="store_true")
    arguments = parser.parse_args()
    lines = ["| model | parameters | largest output | max relative error |", "|---|---:|---:|---:|"]
    worst = 0.0
    for name in arguments.names or NAMES:
        with tempfile.TemporaryDirectory() as folder:
            params, top, error, _ = compare(name, folder)
        keras.utils.clear_session()
        worst = max(worst, error)
        lines.append(f"| {name} | {params:,} | {top:.3g} | {error:.1e} |")
        print(lines[-1], flush=True)
    if arguments.docs:
        write("\n".join([*lines, "", f"Keras {keras.__version__}, torch backend; the limit is {MOST:.0e}."]))
    sys.exit(worst > MOST)


def write(table: str) -> None:
    """Replace the table between the markers."""
    path = ROOT / "docs" / "conformance.md"
    text = path.read_text(encoding="utf-8")
    head, _, rest = text.partition(START)
    path.write_text(f"{head}{START}\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
