"""Models of Keras 0.3 and earlier: entries whose `name` is the class, and the name itself, if any, the `custom_name`."""

from __future__ import annotations

from typing import Any

MARKS = ("custom_name", "cache_enabled")  # of layers; and of models:
ABOUT_TRAINING = ("loss", "class_mode", "optimizer")


def is_old(document: Any) -> bool:
    """Whether a JSON value is a Sequential as Keras 0 wrote it, not a densecli spec."""
    if not isinstance(document, dict) or document.get("name") != "Sequential" or "class_name" in document:
        return False
    layers = document.get("layers")
    if not isinstance(layers, list) or not layers or not all(_is_entry(each) for each in layers):
        return False
    return any(key in document for key in ABOUT_TRAINING) or any(key in layers[0] for key in MARKS)


def _is_entry(layer: Any) -> bool:
    return isinstance(layer, dict) and isinstance(layer.get("name"), str) and not {"class_name", "type"} & layer.keys()


def modern(document: dict[str, Any]) -> dict[str, Any]:
    """The same model as Keras 1 writes it. Duplicate names, which Keras 0 allowed, get a number.

    Before there was an argument for it, channels came first, as in Theano.
    """
    taken: dict[str, int] = {}
    entries = [_entry(layer, taken) for layer in document["layers"]]
    if not any("dim_ordering" in each["config"] for each in entries):
        for each in entries:
            if each["class_name"].endswith("2D"):
                each["config"]["dim_ordering"] = "th"
    return {"class_name": "Sequential", "config": entries, "keras_version": "0.3"}


def _entry(layer: dict[str, Any], taken: dict[str, int]) -> dict[str, Any]:
    if is_old(layer):
        return modern(layer)
    name = layer.get("custom_name")
    own: dict[str, Any] = {"name": _free(name if isinstance(name, str) else str(layer["name"]).lower(), taken)}
    inner = layer.get("layers")
    if isinstance(inner, list):
        own |= {"layers": [_entry(each, {}) if _is_entry(each) else each for each in inner]}
    return {"class_name": layer["name"], "config": {**layer, **own}}


def _free(name: str, taken: dict[str, int]) -> str:
    """The name, or the next one with a free number."""
    found = name
    while found in taken:
        taken[name] += 1
        found = f"{name}_{taken[name]}"
    taken[found] = 1
    return found
