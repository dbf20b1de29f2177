"""Random models built by Keras: densecli must find what Keras finds when it reads back its own config or file."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from densecli.errors import Source
from densecli.read import open as opener
from densecli.read.keras.model import read_config
from differing import passes
from differing.facts import compare
from differing.random_models import draw_model

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from random import Random


def disagreements(
    random: Random, how: str, tally: Counter[str], *, values: bool
) -> tuple[Any, list[tuple[str, Any, Any]]]:
    """The config, and the disagreements; `how` is models (as JSON) or files (.keras and .h5).

    With `values` the forward pass of files is compared, too.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = draw_model(random)
            found = json_case(model) if how == "models" else file_case(model, random, tally if values else None)
        except Refused as refusal:
            tally[f"{how} that Keras does not read back"] += 1
            return str(refusal), []
        tally[how] += 1
        return found


class Refused(Exception):  # noqa: N818  # no error: Keras' answer
    """Keras could not build, save or reload the model."""


def json_case(model: Any) -> tuple[Any, list[tuple[str, Any, Any]]]:
    try:
        text = model.to_json()
        oracle = keras.models.model_from_json(text)
    except Exception as error:
        raise Refused(str(error)) from error
    document = json.loads(text)
    return document, judged(oracle, compare(oracle, lambda: read_config(document, Source("drawn", ""))))


def file_case(model: Any, random: Random, passing: Counter[str] | None) -> tuple[Any, list[tuple[str, Any, Any]]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / random.choice(("model.keras", "model.keras", "model.h5"))
        try:
            model.save(path)
            oracle = keras.models.load_model(path, compile=False)
        except Exception as error:
            raise Refused(str(error)) from error
        found = judged(oracle, compare(oracle, lambda: opener.open_spec(str(path))))
        if passing is not None and not found:
            found = list(passes.compare(oracle, path, random.randrange(1000), passing))
        return json.loads(model.to_json()), found


def judged(oracle: Any, found: Iterator[tuple[str, Any, Any]]) -> list[tuple[str, Any, Any]]:
    """The disagreements, and of each what becomes of it when Keras computes the model with numbers."""
    return [(fate(oracle, fact, ours) or fact, theirs, ours) for fact, theirs, ours in found]


def fate(oracle: Any, fact: str, ours: Any) -> str | None:
    computed = next((made for made in (outputs_with(oracle, size) for size in (5, 1)) if made is not None), None)
    if computed is None:
        return f"{fact} of what cannot be computed"
    if any(built_elsewhere(operation) for operation in layers_of(oracle)):
        return f"{fact} of a model with layers built for other calls"
    if fact == "outputs" and len(ours) == len(computed) and all(map(tells, ours, computed)):
        return "outputs that Keras computes otherwise than it says"
    return None


def layers_of(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from layers_of(layer)


def built_elsewhere(layer: Any) -> bool:
    """Whether Keras built the layer, as its build_config says, for another shape than that of its first call here."""
    built = (layer.get_build_config() or {}).get("input_shape")
    calls = [node for node in layer._inbound_nodes if len(node.input_tensors) == 1]
    if (
        not calls
        or not isinstance(built, list | tuple)
        or not all(each is None or isinstance(each, int) for each in built)
    ):
        return False
    return list(calls[0].input_tensors[0].shape[1:]) != list(built[1:])


def outputs_with(oracle: Any, size: int) -> list[Any] | None:
    """Shapes and dtypes of Keras' outputs with unknown sizes set to `size`; None if it fails."""
    arrays = [
        ops.ones(
            [(size if axis else 2) if each is None else each for axis, each in enumerate(tensor.shape)], tensor.dtype
        )
        for tensor in oracle.inputs
    ]
    try:
        made = keras.tree.flatten(oracle(arrays if len(arrays) > 1 else arrays[0], training=False))
    except Exception:  # noqa: BLE001
        return None
    return [[list(tensor.shape), keras.backend.standardize_dtype(tensor.dtype)] for tensor in made]


def tells(said: Any, computed: Any) -> bool:
    (shape, dtype), (found, found_dtype) = said, computed
    return (
        dtype == found_dtype
        and len(shape) == len(found)
        and all(each in (None, size) for each, size in zip(shape, found, strict=True))
    )
