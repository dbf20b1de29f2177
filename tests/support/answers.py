"""Keras' recorded answers to tests/cases, and densecli's layer and result for a case."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import densecli.layers  # noqa: F401
from cases import Case, families
from densecli.automatic_names import snake_case
from densecli.catalogue import ALIASES, CATALOGUE, lookup
from densecli.graph.trace import Tensor, apply
from support.folders import CONFORMANCE

if TYPE_CHECKING:
    from densecli.layer import Layer


def answers() -> dict[str, Any]:
    """Every record by case id."""
    found: dict[str, Any] = {}
    for path in sorted(CONFORMANCE.glob("*.json")):
        found |= json.loads(path.read_text(encoding="utf-8"))["cases"]
    return found


CASES = sorted((each for cases in families().values() for each in cases), key=lambda each: each.id)


def make(class_name: str, config: dict[str, Any]) -> Layer:
    """The layer of a config in Keras' form, the layers inside it named as Keras names them."""
    config = {key: revive(value) for key, value in config.items()}
    name = config.pop("name", None)
    layer = lookup(class_name)(**config)
    layer.name = name or snake_case(type(layer).__name__)
    return layer


def revive(value: Any) -> Any:
    if isinstance(value, list):
        return [revive(item) for item in value]
    if isinstance(value, dict) and value.get("class_name") == "__tuple__":
        return tuple(value["items"])
    if isinstance(value, dict) and value.get("class_name") in CATALOGUE.keys() | ALIASES.keys():
        return make(value["class_name"], value["config"])
    return value


def as_shapes(item: Any) -> Any:
    """A shape as a tuple, a list of shapes as a list of tuples."""
    if isinstance(item, list) and not (item and all(size is None or isinstance(size, int) for size in item)):
        return [as_shapes(inner) for inner in item]
    return tuple(item)


def call_case(case: Case, layer: Layer) -> Any:
    """The Result of the case's call."""
    args = tuple(as_shapes(item) for item in case.inputs)
    tensors = {key: as_shapes(item) for key, item in case.call.get("tensors", {}).items()}
    kwargs = tensors | {key: value for key, value in case.call.items() if key != "tensors"}
    flat = flat_shapes([*args, *tensors.values()])
    dtypes = [*case.dtypes, *["float32"] * len(flat)]
    return apply(layer, args, kwargs, tuple(map(Tensor, flat, dtypes)))


def flat_shapes(items: Any) -> list[Any]:
    return [shape for item in items for shape in ([item] if isinstance(item, tuple) else flat_shapes(item))]
