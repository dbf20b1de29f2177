"""Record Keras' own applications: their configs without build_config, and every row of their summaries.

    KERAS_BACKEND=torch python tools/record_applications.py check [NAME …]     compare densecli's reading of each config
    KERAS_BACKEND=torch python tools/record_applications.py record NAME …      write tests/fixtures/applications/NAME.json.gz
    KERAS_BACKEND=torch python tools/record_applications.py variants JOURNAL   write tests/fixtures/applications.json.gz
    KERAS_BACKEND=torch python tools/record_applications.py show NAME '{…}'    every row of one variant, to see what differs

Needs the environment of tools/record_keras.py. The NASNets refuse other backends than TensorFlow; only that check is
bypassed here. `variants` builds each model with other arguments on torch's meta device, where weights take no memory, and
records a hash of the rows; results already in the journal of an interrupted run are not computed again. The published
weights are not downloaded; Keras' checks before a download still run.
"""

from __future__ import annotations

import ast
import gzip
import inspect
import json
import math
import os
import re
import sys
import warnings
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

os.environ.setdefault("KERAS_BACKEND", "torch")
ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT / "tools")]

import keras
import numpy as np
import torch
from keras.src.applications import nasnet
from keras.src.backend.common import global_state
from keras.src.ops.function import make_node_key
from keras.src.utils import file_utils
from torch.utils.flop_counter import FlopCounterMode

from application_variants import NAMES, NO_TOP, ONE_OF_EACH, TENSOR, on_tensors, refused, variants
from support.recorded import fingerprint, settings_of
from support.simple_weights import drawn, drawn_image

if TYPE_CHECKING:
    from collections.abc import Callable

FIXTURES = ROOT / "tests" / "fixtures" / "applications"


def main(arguments: list[str]) -> int:
    if arguments[0] == "variants":
        return write_variants(Journal(Path(arguments[1])))
    if arguments[0] == "show":
        found = variant(arguments[1], ast.literal_eval(arguments[2]))
        print("\n".join(map(str, found["rows"])))
        return 0
    names = arguments[1:] or [name for name, value in vars(keras.applications).items() if inspect.isfunction(value)]
    act = {"check": check, "record": write}[arguments[0]]
    results = [act(name) for name in names]  # all of them, even after a failure
    return int(not all(results))


def build(name: str, /, **arguments: Any) -> Any:
    """A model in a fresh session, as if the published weights had been loaded if the arguments request them."""
    keras.utils.clear_session(free_memory=False)
    with ExitStack() as patches:
        patches.enter_context(patch.object(keras.Model, "load_weights", lambda *_: None))
        patches.enter_context(patch.object(file_utils, "get_file", lambda name, *_, **__: name))
        if name.startswith("NASNet"):
            other = SimpleNamespace(**vars(nasnet.backend) | {"backend": lambda: "tensorflow"})
            patches.enter_context(patch.object(nasnet, "backend", other))
        return getattr(keras.applications, name)(**{"weights": None} | arguments)


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


# -- variants -------------------------------------------------------------------------------
RECORD = ROOT / "src" / "densecli" / "applications" / "record.py"
RECORD_HEAD = '''"""The counts of Keras and torch for each model. Written by tools/record_applications.py; a test compares densecli's counts."""

from __future__ import annotations

from densecli.records import Record


class Recorded(Record):
    """A model called without arguments: its image, its parameters with and without classifier, its MACs."""

    image: tuple[int, int, int]
    params: int
    params_without_top: int
    macs: int


RECORD = {'''
SMALL = (96, 96, 3)
FROZEN = ("MobileNetV2", "ConvNeXtTiny")
NOT_COUNTED = ("keras_tensor", "variable", "seed_generator_state", "seed_generator")  # names that no summary shows


class Journal:
    """Answers by question, one per line: recording takes an hour."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.known = dict(json.loads(line) for line in lines)

    def ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        key = json.dumps([function.__name__, *arguments])
        if key not in self.known:
            self.known[key] = json.loads(json.dumps(function(*arguments)))
            with self.path.open("a") as file:
                file.write(json.dumps([key, self.known[key]]) + "\n")
        return self.known[key]


def write_variants(journal: Journal) -> int:
    """Ask Keras about every call, and keep hashes and totals."""
    warnings.simplefilter("ignore")
    record = {
        "keras": keras.__version__,
        "variants": [journal.ask(short_variant, *each) for each in variants()],
        "on_tensors": [journal.ask(short_on_tensor, *each) for each in on_tensors()],
        "refused": [
            {"name": name, "arguments": given, "error": journal.ask(refusal, name, given)} for name, given in refused()
        ],
        "macs": {name: journal.ask(macs, name) for name in NAMES},
        "outputs": {name: journal.ask(outputs, name) for name in ONE_OF_EACH},
        "settings": {name: journal.ask(settings, name) for name in NAMES},
        "frozen": {name: journal.ask(frozen, name) for name in FROZEN},
        "signatures": {name: signature(name) for name in NAMES},
    }
    path = FIXTURES.with_suffix(".json.gz")
    path.write_bytes(gzip.compress(json.dumps(record, separators=(",", ":")).encode(), 9, mtime=0))
    RECORD.write_text(module(record))
    wrong = [each for each in record["refused"] if each["error"] is None]
    print(f"{path.name}: {path.stat().st_size:,} bytes; {len(record['variants'])} variants; not refused: {wrong}")
    return int(bool(wrong))


def module(record: dict[str, Any]) -> str:
    """The text of densecli.applications.record: what `densecli layers --applications` lists."""
    known = {each["name"]: {} for each in record["variants"]}
    for each in record["variants"]:
        known[each["name"]][json.dumps(each["arguments"])] = each["params"]
    lines = [
        f'    "{name}": Recorded({tuple(size)}, {found["{}"]:_}, {found[json.dumps(NO_TOP)]:_}, {work:_}),'
        for name, found in known.items()
        for size, work in [record["macs"][name]]
    ]
    return "\n".join([RECORD_HEAD, *lines, "}", ""])


def variant(name: str, arguments: dict[str, Any], *, on_tensor: bool = False) -> dict[str, Any]:
    """What Keras makes of one call: the rows with their connections, totals, and the automatic names it used up."""
    print(name, arguments, flush=True)
    with keras.device("meta"):
        model = build_on_tensor(name, arguments) if on_tensor else build(name, **{"weights": "imagenet"} | arguments)
    return {
        "name": name,
        "arguments": arguments,
        "model": model.name,
        "rows": [connected_row(model, layer) for layer in model._operations],
        "params": model.count_params(),
        "trainable_params": count(model.trainable_weights),
        "outputs": [list(tensor.shape) for tensor in model.outputs],
        "counted": {
            key: number
            for key, number in sorted(global_state.get_global_attribute("object_name_uids").items())
            if key not in NOT_COUNTED
        },
    }


def build_on_tensor(name: str, arguments: dict[str, Any]) -> Any:
    keras.utils.clear_session(free_memory=False)
    clear = keras.utils.clear_session
    tensor = keras.layers.Rescaling(1 / 255, name="scaled")(keras.Input(TENSOR, name="image"))
    with patch.object(keras.utils, "clear_session", lambda **_: None):
        model = build(name, input_tensor=tensor, **arguments)
    assert keras.utils.clear_session is clear
    return model


def connected_row(model: Any, layer: Any) -> list[Any]:
    """The row, the layers that each call is connected to, and the rows of a model inside."""
    calls = [
        [tensor._keras_history.operation.name for tensor in node.input_tensors]
        for index, node in enumerate(layer._inbound_nodes)
        if make_node_key(layer, index) in model._nodes and node.input_tensors
    ]
    inner = [row(each) for each in layer.layers] if isinstance(layer, keras.Sequential) else []
    return [*row(layer), calls, inner]


def short_variant(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return short(variant(name, arguments))


def short_on_tensor(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return short(variant(name, arguments, on_tensor=True))


def short(found: dict[str, Any]) -> dict[str, Any]:
    """The record with its rows replaced by a hash."""
    return found | {"rows": fingerprint(found["rows"]), "layers": len(found["rows"])}


def refusal(name: str, arguments: dict[str, Any]) -> str | None:
    """Keras' error for a call; None if it accepts the call."""
    try:
        with keras.device("meta"):
            build(name, **{"weights": "imagenet"} | arguments)
    except (ValueError, KeyError, TypeError) as error:
        return f"{type(error).__name__}: {error}"[:200]
    return None


def macs(name: str) -> list[Any]:
    """The input size of a model with its top, and half of what torch counts of one image."""
    with keras.device("meta"):
        model = build(name, **({"input_shape": (224, 224, 3)} if name.startswith("MobileNetV3") else {}))
        size = list(model.inputs[0].shape[1:])
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            model(torch.empty((1, *size), device="meta"))
    print(name, size, counter.get_total_flops() // 2, flush=True)
    return [size, counter.get_total_flops() // 2]


def outputs(name: str) -> dict[str, Any]:
    """The output of a model without its classifier for one small image, with weights that a test can reproduce."""
    model = build(name, include_top=False, input_shape=SMALL, pooling="avg")
    for weight in model.weights:
        if "seed" not in weight.path:
            weight.assign(drawn(named(weight.path), tuple(weight.shape)))
    numbers = keras.ops.convert_to_numpy(model(drawn_image(SMALL), training=False))[0]
    print(name, numbers.shape, np.abs(numbers).max(), flush=True)
    return {"shape": SMALL, "numbers": [float(f"{number:.8g}") for number in numbers.tolist()]}


def settings(name: str) -> str:
    """A hash of what each layer does, of a model as called without arguments: with ImageNet weights some have a layer more."""
    with keras.device("meta"):
        model = build(name, weights="imagenet")
    print(name, flush=True)
    found = []
    for layer in model._operations:
        inner = layer.layers if isinstance(layer, keras.Sequential) else [layer]
        found += [[each.name, settings_of(each.get_config())] for each in inner if isinstance(each, keras.Layer)]
    return fingerprint(sorted(found))


def named(path: str) -> str:
    """The path of a weight; Keras does not name that of a LayerScale."""
    return re.sub(r"/variable(_\d+)?$", "/gamma", path)


def frozen(name: str) -> list[list[Any]]:
    """Rows of a model on top of a frozen one: name, class, parameters, trainable parameters; and the totals."""
    with keras.device("meta"):
        base = build(name, include_top=False, input_shape=SMALL, pooling="avg")
        base.trainable = False
        model = keras.Sequential([keras.Input(SMALL), base, keras.layers.Dense(3)])
    rows = [
        [each.name, type(each).__name__, each.count_params(), count(each.trainable_weights)] for each in model.layers
    ]
    return [*rows, ["total", "", model.count_params(), count(model.trainable_weights)]]


def signature(name: str) -> dict[str, Any]:
    """The arguments in their order, with their defaults."""
    parameters = inspect.signature(getattr(keras.applications, name)).parameters
    return {key: parameter.default for key, parameter in parameters.items()}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
