"""Random Python programs: what running one in Keras summarizes, and what densecli reads in it."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import traceback
import warnings
from collections import Counter
from typing import TYPE_CHECKING, Any

import keras
from keras.src.utils.summary_utils import count_params, format_layer_shape

from differing.models import outputs_with
from differing.programs.program import Program
from differing.programs.steps import draw_program
from support.programs import sizes, summaries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

Difference = tuple[str, Any, Any]


def disagreements(random: Random, tally: Counter[str]) -> tuple[str, list[Difference]]:
    """A program and the disagreements about it."""
    with quiet():
        text = draw_program(Program(random))
        found = list(compare(text, tally))
        return (shortened(text, found[0]), found) if found else (text, found)


def shortened(text: str, difference: Difference) -> str:
    """The program without the statements that the disagreement does not need."""
    statements = [ast.unparse(each) for each in ast.parse(text).body]
    for index in reversed(range(len(statements))):
        rest = [*statements[:index], "", *statements[index + 1 :]]
        left = list(compare("\n".join(rest), Counter()))
        if left and kind_of(left[0]) == kind_of(difference):
            statements = rest
    return "\n".join(each for each in statements if each) + "\n"


def kind_of(difference: Difference) -> Any:
    """What differs: the fact, and of a row also its class and where."""
    fact, theirs, ours = difference
    if not fact.startswith("row"):
        return fact
    return fact, theirs[1], [mine == other for mine, other in zip(ours, theirs, strict=True)]


def compare(text: str, tally: Counter[str]) -> Iterator[Difference]:
    """Every summary of a program, as Keras prints it and as densecli reads it. What densecli refuses is counted."""
    try:
        theirs = oracle(text)
    except Exception:  # noqa: BLE001  # a program that Keras refuses as a whole
        tally["programs that Keras refuses"] += 1
        return
    tally["programs"] += 1
    ours = read(text)
    for index, expected in enumerate(theirs):
        found = ours[index] if index < len(ours) else ours[-1] if ours and isinstance(ours[-1], str) else "no summary"
        if isinstance(found, str):
            tally["summaries that densecli says it does not know"] += 1
            tally[f"unknown: {found}"] += 1
            continue
        tally["summaries"] += 1
        difference = first_difference(expected, found)
        if difference is not None:
            fact, *both = difference
            yield (fact if computes(expected["model"]) else f"{fact} of what cannot be computed", *both)
            return
    if len(ours) > len(theirs) and not isinstance(ours[-1], str):
        yield "number of summaries", len(theirs), len(ours)


def first_difference(theirs: dict[str, Any], ours: dict[str, Any]) -> Difference | None:
    if ours["name"] == "crash":
        return "crash", "", ours["totals"]
    for their_row, our_row in zip(theirs["rows"], ours["rows"], strict=False):
        if their_row != our_row:
            return "row", their_row, our_row
    for fact in ("name", "rows", "totals"):
        if theirs[fact] != ours[fact]:
            return fact, theirs[fact], ours[fact]
    return None


def computes(model: keras.Model) -> bool:
    """Whether Keras can compute with the model, as far as it is known what it takes."""
    taken = getattr(model, "_functional", None) or model
    return not hasattr(taken, "inputs") or any(outputs_with(model, size) is not None for size in (5, 1))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


# -- Keras -----------------------------------------------------------------------------
def oracle(text: str) -> list[dict[str, Any]]:
    """The facts of every summary that a run of the program prints."""
    fresh()
    found: list[dict[str, Any]] = []
    before, keras.Model.summary = keras.Model.summary, lambda model, *_, **__: found.append(facts(model))
    try:
        exec(compile(text, "<program>", "exec"), {"__name__": "__main__"})
    finally:
        keras.Model.summary = before
        fresh()
    return found


def fresh() -> None:
    """Keras as in a new process."""
    keras.utils.clear_session(free_memory=False)
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    keras.config.set_image_data_format("channels_last")


def facts(model: keras.Model) -> dict[str, Any]:
    inner = getattr(model, "_functional", None) or model
    nodes = {id(node) for level in getattr(inner, "_nodes_by_depth", {}).values() for node in level}
    layers = getattr(model, "_operations", None) or model.layers
    rows = [row(each, nodes, place_in(layers, index)) for index, each in enumerate(layers)]
    totals = [count_params(model.trainable_weights), count_params(model.non_trainable_weights)]
    return {"name": model.name, "rows": rows, "totals": totals, "model": model}


def place_in(layers: list[Any], index: int) -> int:
    """Which call a row is of: of a layer that is in a stack several times each its own, else the last one."""
    same = [each for each in range(len(layers)) if layers[each] is layers[index]]
    return same.index(index) if len(same) > 1 else -1


def row(layer: Any, nodes: set[int], place: int = -1) -> list[Any]:
    """Name, class, output shape, parameters, those that train, and the layers of a nested model."""
    shape, kind = shape_in(layer, nodes, place), type(layer)
    counted = getattr(layer, "count_params", int)() if getattr(layer, "built", True) else None
    trained = count_params(getattr(layer, "trainable_weights", [])) if counted is not None else None
    opened = kind in (keras.Sequential, keras.src.models.functional.Functional) and layer.built
    inside = [row(each, set()) for each in layer.layers] if opened else []
    return [layer.name, kind.__name__, sizes(shape), counted, trained, [[each[0], each[1], each[3]] for each in inside]]


def shape_in(layer: Any, nodes: set[int], place: int) -> str:
    """The output shapes of one of these calls. Keras prints those of the last call anywhere.

    A Sequential may have grown since the call.
    """
    calls = [node for node in layer._inbound_nodes if id(node) in nodes]
    if not calls:
        return re.sub(r"\[/?[^\]]*\]", "", format_layer_shape(layer))
    if type(layer) is keras.Sequential:
        return str(layer.compute_output_shape(calls[place].input_tensors[0].shape))
    return ",".join(str(tuple(tensor.shape)) for tensor in calls[place].output_tensors)


def read(text: str) -> list[Any]:
    """What densecli reads in a program."""
    try:
        return summaries(text)
    except Exception:  # noqa: BLE001  # a crash is a finding like any other
        return [{"name": "crash", "totals": traceback.format_exc(limit=-2)}]
