"""Which entries of a config are models, and of which kind."""

from __future__ import annotations

from typing import Any

from densecli.read.keras.layers import class_of

SEQUENTIAL = ("Sequential",)
FUNCTIONAL = ("Functional", "Model", "Container", "Network", "Graph")


def is_model(entry: dict[str, Any]) -> bool:
    """Whether an entry holds layers of its own: a Sequential, a Functional, or a custom class made of either."""
    config = entry.get("config")
    if isinstance(config, list):
        return class_of(entry) in (*SEQUENTIAL, *FUNCTIONAL)
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        return False
    known = class_of(entry) in (*SEQUENTIAL, *FUNCTIONAL) or "input_layers" in config or _has_an_input(config["layers"])
    return known and {*map(type, config["layers"])} <= {dict}


def _has_an_input(layers: list[Any]) -> bool:
    """Whether a list of layers starts with an input, as only a model's does: a class made of Sequential."""
    first = layers[0] if layers and isinstance(layers[0], dict) else {}
    config = first.get("config")
    return class_of(first) == "InputLayer" or (isinstance(config, dict) and "batch_input_shape" in config)


def holds_layers(entry: dict[str, Any]) -> bool:
    """Whether a whole file is a custom class whose config is that of a Sequential."""
    config = entry.get("config")
    layers = config.get("layers") if isinstance(config, dict) else None
    return (
        isinstance(layers, list) and bool(layers) and all(isinstance(each, dict) and class_of(each) for each in layers)
    )


def functional_kind(entry: dict[str, Any], era: int) -> str:
    """Keras' own classes are all called Functional since Keras 2.4; Keras 1 still shows what it wrote."""
    name = class_of(entry)
    return "Functional" if name in FUNCTIONAL and era > 1 else name
