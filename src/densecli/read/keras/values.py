"""Arguments in a config, without the wrapper objects of Python or JavaScript."""

from __future__ import annotations

from typing import Any

from densecli import names
from densecli.automatic_names import snake_case
from densecli.fields import Object

KNOWN = {
    "activation": tuple(names.ACTIVATION_FLOPS),
    "initializer": names.INITIALIZERS,
    "regularizer": names.REGULARIZERS,
    "constraint": names.CONSTRAINTS,
}


def plain(value: Any) -> Any:
    """A config value without the wrappers that only say how Python stored it."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        kind = value.get("class_name")
        if kind in ("TensorShape", "__tuple__", "ListWrapper") and isinstance(value.get("items"), list):
            return [plain(item) for item in value["items"]]
        inner = value.get("config")
        if kind in ("__numpy__", "__tensor__") and isinstance(inner, dict):
            return inner.get("value")
        if kind == "function" and isinstance(inner, str):
            return inner
    return value


def without_tuples(value: Any) -> Any:
    """A config with lists in the place of the tuples and shapes that tf.keras marked in a SavedModel, at every depth."""
    if isinstance(value, list):
        return [without_tuples(item) for item in value]
    if isinstance(value, dict):
        inner = plain(value)
        return {key: without_tuples(item) for key, item in value.items()} if inner is value else without_tuples(inner)
    return value


def named(value: Any, known: tuple[str, ...]) -> Any:
    """A function or object that a config names. A name that Keras does not have is custom: kept, never looked up."""
    if value is None or (isinstance(value, str) and value in known):
        return value
    if isinstance(value, str):
        folded = snake_case(value) if snake_case(value) in known else value
        return folded if folded in known else Object(value, {})
    if isinstance(value, dict) and isinstance(value.get("class_name"), str):
        inner = value.get("config")
        return Object(value["class_name"], inner if isinstance(inner, dict) else {})
    return Object("custom", {})


def lambda_shape(config: dict[str, Any]) -> Any:
    """The output shape that a Lambda states; one that is a function stays unknown."""
    return plain(config.get("output_shape")) if config.get("output_shape_type", "raw") == "raw" else None


def switch(value: Any) -> Any:
    """True and false, which a config may also write as 1 and 0; any other value is kept, to be refused unchanged."""
    return bool(value) if isinstance(value, int | float) and value in (0, 1) else value


def whole_number(value: Any) -> Any:
    if isinstance(value, list):
        items = [whole_number(item) for item in value]
        return None if any(item is None for item in items) else items
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
