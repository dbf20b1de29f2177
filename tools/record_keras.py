"""Ask Keras about every case of tests/cases and write its answers to tests/conformance, one file per family.

    KERAS_BACKEND=torch python tools/record_keras.py [family …]

Needs an environment of its own: pip install torch==2.13.0, then keras==3.15.1 and scipy. Run it again after adding cases;
cases that have their answer already are not asked again (`--all` asks them all). Families that Keras computes with
TensorFlow's string operations on every backend are asked with KERAS_BACKEND=tensorflow (tensorflow-cpu==2.21.0 beside the
others), and only then.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import keras
import numpy as np
from keras.src.backend import get_keras_mask, set_keras_mask

from cases import Case, families
from support.case_values import draw_inputs, draw_masks, draw_weight, flat

TENSORFLOW = {"lookup", "text"}
COUNTED = re.compile(  # what has products, for torch to count
    r"(Depthwise|Separable)?Conv(olution|LSTM)?[123]D(Transpose)?|(Einsum)?Dense|Dot|ReversibleEmbedding|\w*Spectrogram"
    r"|\w*Attention|(Simple|Stacked)?RNN(Cells?)?|(LSTM|GRU)(Cell)?|Bidirectional|TimeDistributed|SpectralNormalization|Pipeline"
)
EXPORTED = {"GroupedQueryAttention": "GroupQueryAttention"}  # classes that keras.layers has under another name
MOST_NUMBERS = 400  # of one output; larger ones are recorded by every n-th number


def main(arguments: list[str]) -> None:
    everything = "--all" in arguments
    wanted = [argument for argument in arguments if argument != "--all"]
    tensorflow = keras.backend.backend() == "tensorflow"
    for family, cases in families().items():
        if (not wanted or family in wanted) and (family in TENSORFLOW) is tensorflow:
            record_family(family, cases, everything)


def record_family(family: str, cases: list[Case], everything: bool) -> None:
    path = ROOT / "tests" / "conformance" / f"{family}.json"
    old = json.loads(path.read_text(encoding="utf-8"))["cases"] if path.exists() and not everything else {}
    answers = {each.id: old.get(each.id) or ask(each) for each in sorted(cases, key=lambda each: each.id)}
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(answer, sort_keys=True)}" for key, answer in answers.items())
    path.write_text(
        f'{{"keras": "{keras.__version__}", "backend": "{keras.backend.backend()}", "cases": {{\n{lines}\n}}}}\n',
        encoding="utf-8",
    )
    print(f"{family}: {len(answers)} cases, {len(answers.keys() - old.keys())} asked")


def ask(case: Case) -> dict[str, Any]:
    """Keras' result, with the case it belongs to."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(0)
    answer: dict[str, Any] = {"case": case.as_record()}
    try:
        layer = make(case.layer, case.config)
    except Exception as error:  # noqa: BLE001  # whatever Keras raises is its answer
        return answer | {"raises": type(error).__name__, "at": "init"}
    try:
        inputs = [keras.Input(batch_shape=shape, dtype=dtype) for shape, dtype in typed_shapes(case)]
        output = call(case, layer, iter(inputs))
    except Exception as error:  # noqa: BLE001
        return answer | {"raises": type(error).__name__, "at": "call"}
    answer |= describe(layer, output)
    return answer | (record_values(case, layer) if case.values else {})


def make(class_name: str, config: dict[str, Any]) -> keras.Layer:
    config = {key: revive(value) for key, value in config.items()}
    return getattr(keras.layers, EXPORTED.get(class_name, class_name))(**config)


def revive(value: Any) -> Any:
    """Deserialize layers, tuples and functions (of keras.ops) in Keras' serialized form."""
    if isinstance(value, list):
        return [revive(item) for item in value]
    if isinstance(value, dict) and value.get("class_name") == "__tuple__":
        return tuple(value["items"])
    if isinstance(value, dict) and value.get("class_name") == "function":
        return getattr(keras.ops, value["config"])
    if isinstance(value, dict) and "class_name" in value and hasattr(keras.layers, value["class_name"]):
        return make(value["class_name"], value["config"])
    return value


def typed_shapes(case: Case) -> list[tuple[tuple[int | None, ...], str]]:
    shapes = flat([*case.inputs, *case.call.get("tensors", {}).values()])
    dtypes = [*case.dtypes, *["float32"] * len(shapes)]
    return list(zip(shapes, dtypes, strict=False))


def call(case: Case, layer: keras.Layer, tensors: Any) -> Any:
    """Call the layer with tensors in the structure of the case's shapes, as `predict` does: not in training."""
    if isinstance(layer, keras.layers.InputLayer):
        return layer.output
    arguments = [fill(item, tensors) for item in case.inputs]
    named = {key: fill(value, tensors) for key, value in case.call.get("tensors", {}).items()}
    options = {"training": False} if layer._call_has_training_arg else {}
    return layer(*arguments, **named, **options | {key: value for key, value in case.call.items() if key != "tensors"})


def fill(item: Any, tensors: Any) -> Any:
    if isinstance(item, list) and not (item and all(size is None or isinstance(size, int) for size in item)):
        return [fill(inner, tensors) for inner in item]
    return next(tensors)


def describe(layer: keras.Layer, output: Any) -> dict[str, Any]:
    tensors = keras.tree.flatten(output)
    trainable = {id(weight) for weight in layer.trainable_weights}
    return {
        "output_shapes": [list(tensor.shape) for tensor in tensors],
        "output_dtypes": [keras.backend.standardize_dtype(tensor.dtype) for tensor in tensors],
        "weights": [
            [weight.path.partition("/")[2], list(weight.shape), str(weight.dtype), id(weight) in trainable]
            for weight in layer.weights
        ],
        "params": layer.count_params(),
    }


def record_values(case: Case, layer: keras.Layer) -> dict[str, Any]:
    """The outputs for the drawn inputs and weights; `names` of strings stay strings."""
    for index, weight in enumerate(layer.weights):
        weight.assign(draw_weight(case.id, index, weight.path, tuple(weight.shape), str(weight.dtype)))
    for part in layer._flatten_layers():
        if part.weights and hasattr(part, "finalize_state"):
            part.finalize_state()  # Normalization keeps a copy of its statistics, which loading weights must also update
    try:
        output = call(case, layer, iter(masked_tensors(case)))
    except Exception as error:  # noqa: BLE001
        return {"value_error": f"{type(error).__name__}: {error}"[:200]}
    arrays = [keras.ops.convert_to_numpy(tensor) for tensor in keras.tree.flatten(output)]
    masks = [get_keras_mask(tensor) for tensor in keras.tree.flatten(output)] if case.masks else []
    found = [None if mask is None else sample(keras.ops.convert_to_numpy(mask)) for mask in masks]
    masked = case.masks or "mask" in case.call.get("tensors", {})  # which torch's unrolled loop does not take
    counted = COUNTED.fullmatch(case.layer) and "lora_rank" not in str(case.config) and not masked
    macs = {"macs": count_macs(case, layer)} if counted else {}
    return {"values": [sample(array) for array in arrays]} | ({"masks": found} if case.masks else {}) | macs


def count_macs(case: Case, layer: keras.Layer) -> int:
    """The multiply-accumulates of one call as torch itself counts them, for the whole batch.

    torch can count only one of Keras' two implementations: its counter does not know fused attention on CPU, so the
    heads are made to return their scores; and a loop over steps runs extra steps to infer its outputs, so recurrent
    layers are unrolled.
    """
    from torch.utils.flop_counter import FlopCounterMode

    for part in layer._flatten_layers():
        if isinstance(part, keras.layers.RNN):
            part.unroll = True
            part._maybe_config_dropout_masks = lambda *_: None  # runs stacked cells once more, for training
    if isinstance(layer, keras.layers.MultiHeadAttention | keras.layers.GroupQueryAttention):
        case = case._replace(call={**case.call, "return_attention_scores": True})
    tensors = masked_tensors(case)
    with FlopCounterMode(display=False) as counter:
        call(case, layer, iter(tensors))
    return counter.get_total_flops() // 2


def masked_tensors(case: Case) -> list[Any]:
    """The inputs, each with the mask that a layer above would have given it."""
    tensors = [keras.ops.convert_to_tensor(array) for array in draw_inputs(case)]
    for tensor, mask in zip(tensors, draw_masks(case), strict=False):
        if mask is not None:
            set_keras_mask(tensor, keras.ops.convert_to_tensor(mask))
    return tensors


def sample(array: np.ndarray) -> dict[str, Any]:
    step = -(-array.size // MOST_NUMBERS) or 1
    numbers = array.reshape(-1)[::step]
    kind = numbers.astype("float64") if numbers.dtype.kind == "f" else numbers
    return {
        "shape": list(array.shape),
        "step": step,
        "numbers": [plain(number) for number in kind.tolist()],
    }


def plain(number: Any) -> Any:
    if isinstance(number, bytes):
        return number.decode()
    return float(f"{number:.8g}") if isinstance(number, float) else number


if __name__ == "__main__":
    main(sys.argv[1:])
