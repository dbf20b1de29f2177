"""Single layers: a random class with random arguments, called on random shapes, asked of Keras and of densecli."""

from __future__ import annotations

import inspect
import json
import re
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np

import record_keras
from cases import Case, families
from densecli.errors import ConfigError, DenseError, ShapeError, Source, SpecErrors
from densecli.read.keras.model import read_config
from densecli.shape import product
from densecli.summary.infer import infer
from densecli.summary.parameters import layer_weights
from differing import draw
from support.answers import call_case, make
from support.forward_pass import call_forward

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from random import Random

CELLS = ("SimpleRNNCell", "LSTMCell", "GRUCell")
RECURRENT = ("SimpleRNN", "LSTM", "GRU", "RNN", "ConvLSTM1D", "ConvLSTM2D")
WRAPPERS = ("TimeDistributed", "Bidirectional", "SpectralNormalization")
RESAMPLING = ("Resizing", "RandomCrop", "UpSampling2D", "Pipeline")
MOST_ELEMENTS = 2_000_000  # of a drawn weight or tensor: larger ones add nothing and take long


class Answer(NamedTuple):
    """One side's result: a refusal, or the facts by name."""

    refusal: str | None
    facts: dict[str, Any]


class Saved(NamedTuple):
    """A config that Keras wrote, and what Keras finds when it reads it."""

    document: Any
    outputs: list[Any]
    params: int


@cache
def corpus() -> dict[str, list[Case]]:
    """The recorded cases that this backend can run, by class."""
    tensorflow = keras.backend.backend() == "tensorflow"
    found: dict[str, list[Case]] = {}
    for family, cases in families().items():
        if (family in record_keras.TENSORFLOW) is tensorflow and family != "opaque":
            for case in cases:
                found.setdefault(case.layer, []).append(case)
    return found


@cache
def signature(class_name: str) -> dict[str, Any]:
    """Arguments and defaults as Keras declares them."""
    made = getattr(keras.layers, record_keras.EXPORTED.get(class_name, class_name))
    parameters = list(inspect.signature(made.__init__).parameters.values())[1:]
    named = [each for each in parameters if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]
    return {each.name: each.default for each in named if each.name != "name"}


def draw_case(random: Random) -> Case:
    """A recorded case with some changes, or a newly drawn config on a recorded case's inputs."""
    class_name = random.choice(sorted(corpus()))
    start = random.choice(corpus()[class_name])
    config = dict(start.config) if random.random() < 0.5 else draw_config(random, class_name, start.config)
    for _ in range(random.choice((0, 1, 1, 2))):
        change_config(random, class_name, config)
    case = start._replace(config=config)
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        case = change_inputs(random, case)
    return case


def draw_config(random: Random, class_name: str, start: dict[str, Any]) -> dict[str, Any]:
    """Arguments without a default, and a few of the others; inner layers come from the original case."""
    config = {}
    for name, default in signature(class_name).items():
        if default is inspect.Parameter.empty:
            config[name] = (
                start.get(name) if name not in draw.ARGUMENTS else draw.argument(random, name, None, class_name)
            )
        elif random.random() < 0.15:
            config[name] = draw.argument(random, name, default, class_name)
    return config | {key: start[key] for key in ("layer", "cell", "cells", "layers", "vocabulary") if key in start}


def change_config(random: Random, class_name: str, config: dict[str, Any]) -> None:
    """One argument drawn again, taken from another case, put in or left out."""
    kind = random.random()
    if kind < 0.15 and config:
        config.pop(random.choice(sorted(config)))
    elif kind < 0.35:
        other = random.choice(corpus()[class_name]).config
        if other:
            name = random.choice(sorted(other))
            config[name] = other[name]
    elif kind < 0.42:
        config["dtype"] = random.choice(draw.DTYPES)
    elif kind < 0.47:
        config["trainable"] = False
    elif kind < 0.5:
        config["activity_regularizer"] = random.choice(draw.REGULARIZERS)
    elif kind < 0.65 and inner_name(class_name):
        config[inner_name(class_name)] = draw_inner(random, class_name)
    elif signature(class_name):
        name, default = random.choice(sorted(signature(class_name).items()))
        config[name] = draw.argument(random, name, default, class_name)


def inner_name(class_name: str) -> str | None:
    return {"RNN": "cell", "StackedRNNCells": "cells", "Pipeline": "layers"}.get(class_name) or (
        "layer" if class_name in WRAPPERS else None
    )


def draw_inner(random: Random, class_name: str) -> Any:
    """A layer, or layers, to put into another one."""
    if class_name in ("RNN", "StackedRNNCells"):
        cells = [layer_from(random, random.choice(CELLS)) for _ in range(random.randint(1, 3))]
        return cells if class_name == "StackedRNNCells" or len(cells) > 1 else cells[0]
    if class_name == "Pipeline":
        return [layer_from(random, random.choice(sorted(corpus()))) for _ in range(random.randint(0, 3))]
    among = RECURRENT if class_name == "Bidirectional" else sorted(corpus())
    return layer_from(random, random.choice(among))


def layer_from(random: Random, class_name: str) -> dict[str, Any]:
    """A layer inside a config: a recorded one, or one with arguments of its own."""
    start = random.choice(corpus()[class_name]).config
    config = start if random.random() < 0.6 else draw_config(random, class_name, start)
    return {"class_name": class_name, "config": config}


def change_inputs(random: Random, case: Case) -> Case:
    """A shape or a dtype of the inputs changed, or the inputs of another case."""
    kind, inputs = random.random(), list(case.inputs)
    if kind < 0.15:
        other = random.choice(corpus()[case.layer])
        return case._replace(
            inputs=other.inputs, call=other.call, dtypes=other.dtypes, data=other.data, masks=other.masks
        )
    if kind < 0.3 and case.data is None:
        dtypes = list(case.dtypes) or ["float32"]
        place = random.randrange(len(dtypes))
        if "mask" not in str(case.call) or dtypes[place] != "bool":  # a mask is boolean
            dtypes[place] = random.choice(draw.INPUT_DTYPES)
        return case._replace(dtypes=tuple(dtypes))
    if not inputs:
        return case
    place = random.randrange(len(inputs))
    inputs[place] = change_tree(random, inputs[place])
    return case._replace(inputs=tuple(inputs), data=None, masks=() if case.masks else ())


def change_tree(random: Random, item: Any) -> Any:
    if is_shape(item):
        return draw.change_shape(random, tuple(item))
    items = list(item)
    if not items:
        return items
    place = random.randrange(len(items))
    if random.random() < 0.1:
        return items[:place] + items[place + 1 :] if random.random() < 0.5 else [*items, items[place]]
    items[place] = change_tree(random, items[place])
    return items


def is_shape(item: Any) -> bool:
    return isinstance(item, tuple) or (bool(item) and all(size is None or isinstance(size, int) for size in item))


# -- asking ---------------------------------------------------------------------------
def ask_keras(case: Case, values: bool) -> Answer:
    """Keras' result, with the config that it writes for the layer, and values if requested."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(0)
    try:
        layer = record_keras.make(case.layer, case.config)
        inputs = [keras.Input(batch_shape=shape, dtype=dtype) for shape, dtype in record_keras.typed_shapes(case)]
        output = record_keras.call(case, layer, iter(inputs))
        facts = record_keras.describe(layer, output)
    except Exception as error:  # noqa: BLE001  # whatever Keras raises is its answer
        return Answer(f"{type(error).__name__}: {error}", {})
    facts["weights"] = [[plain(path), *rest] for path, *rest in facts["weights"]]
    facts["saved"] = saved(inputs, output)
    if values and case.values and small(case, facts):
        facts |= numbers_of(case, layer)
    return Answer(None, facts)


def numbers_of(case: Case, layer: Any) -> dict[str, Any]:
    try:
        return record_keras.record_values(case._replace(masks=()), layer)
    except Exception as error:  # noqa: BLE001  # of the call that is counted
        return {"value_error": str(error)}


def saved(inputs: Any, output: Any) -> Any:
    """The config of a model with just this call, as Keras writes it."""
    try:
        document = json.loads(keras.Model(inputs, output).to_json())
        return Saved(document, *model_facts(keras.models.model_from_json(json.dumps(document))))
    except Exception:  # noqa: BLE001  # not every call can be part of a model
        return None


def model_facts(model: Any) -> tuple[list[Any], int]:
    tensors = keras.tree.flatten(model.outputs)
    return [
        [list(tensor.shape), keras.backend.standardize_dtype(tensor.dtype)] for tensor in tensors
    ], model.count_params()


def small(case: Case, facts: dict[str, Any]) -> bool:
    shapes = (
        [weight[1] for weight in facts["weights"]]
        + facts["output_shapes"]
        + [shape for shape, _ in record_keras.typed_shapes(case)]
    )
    return all((product([size or 5 for size in shape]) or 0) < MOST_ELEMENTS for shape in shapes)


def plain(path: str) -> str:
    """A weight's path without the numbers that Keras adds to automatic names."""
    return re.sub(r"_\d+(?=/|$)", "", path)


def ask_densecli(case: Case) -> Answer:
    try:
        layer = make(case.layer, case.config)
        result = call_case(case, layer)
        weights = [owned.weight for owned in layer_weights(layer, result)]
    except (ConfigError, ShapeError) as error:
        return Answer(refusal_text(error), {})
    return Answer(None, {
        "output_shapes": [None if tensor.shape is None else list(tensor.shape) for tensor in result.tensors],
        "output_dtypes": [tensor.dtype for tensor in result.tensors],
        "weights": [[plain(weight.name), list(weight.shape), weight.dtype, weight.trainable] for weight in weights],
        "params": sum(product(weight.shape) or 0 for weight in weights),
    })  # fmt: skip


def refusal_text(error: DenseError | ConfigError) -> str:
    if isinstance(error, ConfigError):
        return "; ".join(f"{name}: {problem.code} {problem.message}" for name, problem in error.problems.items())
    return f"{error.code} {error.message}"


def compare(case: Case, theirs: Answer, ours: Answer) -> Iterator[tuple[str, Any, Any]]:
    """The disagreements: the fact, Keras' value and densecli's."""
    if theirs.refusal is not None or ours.refusal is not None:
        if theirs.refusal is None:
            yield "refused" if computes(case) else "refused what cannot be computed", "accepted", ours.refusal
        elif ours.refusal is None:
            yield "accepted what can be computed" if computes(case) else "accepted", theirs.refusal, "accepted"
        return
    for fact, answer in ours.facts.items():
        if theirs.facts[fact] != answer:
            yield fact, theirs.facts[fact], answer
    yield from compare_saved(theirs)


def computes(case: Case) -> bool:
    """Whether Keras can compute a call that it accepted, whatever the unknown sizes are."""
    return any(computes_with(case, size) for size in (5, 1))


def computes_with(case: Case, size: int) -> bool:
    def filled(item: Any) -> Any:
        if is_shape(item):
            return tuple((size if axis else 2) if each is None else each for axis, each in enumerate(item))
        return [filled(each) for each in item]

    call = case.call | {"tensors": {key: filled(item) for key, item in case.call.get("tensors", {}).items()}}
    case = case._replace(inputs=tuple(filled(item) for item in case.inputs), call=call)
    try:
        layer = record_keras.make(case.layer, case.config)
        record_keras.call(case, layer, iter(record_keras.masked_tensors(case._replace(masks=()))))
    except Exception:  # noqa: BLE001
        return False
    return True


def compare_saved(theirs: Answer) -> Iterator[tuple[str, Any, Any]]:
    """The config as Keras writes it, read back, gives the same."""
    it = theirs.facts["saved"]
    if it is None:
        return
    try:
        report = infer(read_config(it.document, Source("saved", "")))
    except (SpecErrors, DenseError) as error:
        yield "saved config", "readable", str(getattr(error, "errors", error))
        return
    found = [[None if output.shape is None else list(output.shape), output.dtype] for output in report.outputs]
    if found != it.outputs:
        yield "outputs of the saved config", it.outputs, found
    if report.totals.params != it.params:
        yield "params of the saved config", it.params, report.totals.params


def compare_values(case: Case, theirs: Answer) -> Iterator[tuple[str, Any, Any]]:
    """The numbers of the forward pass, where Keras has them and the layer is computed in single precision or more."""
    if "values" not in theirs.facts or any("16" in dtype for dtype in (*theirs.facts["output_dtypes"], *case.dtypes)):
        return
    layer = make(case.layer, case.config)
    if not layer.runnable or "16" in str(case.config.get("dtype")):
        return
    with np.errstate(all="ignore"):
        made = call_forward(case._replace(masks=()), layer)
    for (array, _), answer in zip(made, theirs.facts["values"], strict=True):
        if list(array.shape) != answer["shape"]:
            yield "shape of the values", answer["shape"], list(array.shape)
            continue
        numbers = np.asarray(array).reshape(-1)[:: answer["step"]]
        off = 1.0 if case.layer in RESAMPLING and numbers.dtype.kind in "iu" else 0.0
        if not agree(numbers, np.array(answer["numbers"]), off):
            yield "values", answer["numbers"][:8], numbers.tolist()[:8]


def agree(ours: np.ndarray, theirs: np.ndarray, off: float) -> bool:
    """`off` is how far apart they may be besides: a rounded half can go either way."""
    if theirs.dtype.kind not in "fiub":
        return ours.tolist() == theirs.tolist()
    finite = np.abs(theirs[np.isfinite(theirs)].astype("float64"))
    scale = float(finite.max()) if finite.size else 1.0
    return np.allclose(
        ours.astype("float64"), theirs.astype("float64"), rtol=1e-3, atol=off + 1e-4 * max(scale, 1.0), equal_nan=True
    )


def disagreements(case: Case, values: bool, tally: Counter[str]) -> list[tuple[str, Any, Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = ask_keras(case, values)
        ours = ask_densecli(case)
        tally["accepted by Keras" if theirs.refusal is None else "refused by Keras"] += 1
        found = list(compare(case, theirs, ours))
        if values and not found and theirs.refusal is None:
            found += list(compare_values(case, theirs))
    return found
