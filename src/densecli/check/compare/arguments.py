"""A layer's arguments in normal form, however the source writes them: `HeNormal(seed=None)` is he_normal, swish is silu.

Arguments at their default are left out, so that a spec that writes them equals one that doesn't.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.automatic_names import snake_case
from densecli.check.compare.parts import type_of
from densecli.fields import Object
from densecli.layer import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Names that are synonyms in Keras.
_SAME = {
    "swish": "silu", "hard_swish": "hard_silu", "zero": "zeros", "one": "ones", "normal": "random_normal",
    "uniform": "random_uniform", "identity_initializer": "identity", "orthogonal_initializer": "orthogonal",
    "stft_initializer": "stft", "l1l2": "l1_l2", "l1_l2": "l1_l2", "ortho_regularizer": "orthogonal_regularizer",
}  # fmt: skip
# Arguments of initializers, regularizers and constraints that Keras 3.15 writes into configs even if they are not set.
_DEFAULTS: dict[str, dict[str, Any]] = {
    "random_normal": {"mean": 0.0, "stddev": 0.05},
    "random_uniform": {"minval": -0.05, "maxval": 0.05},
    "truncated_normal": {"mean": 0.0, "stddev": 0.05},
    "variance_scaling": {"scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal"},
    "orthogonal": {"gain": 1.0},
    "identity": {"gain": 1.0},
    "constant": {"value": 0.0},
    "l1": {"l1": 0.01},
    "l2": {"l2": 0.01},
    "l1_l2": {"l1": 0.0, "l2": 0.0},
    "max_norm": {"max_value": 2, "axis": 0},
    "min_max_norm": {"min_value": 0.0, "max_value": 1.0, "rate": 1.0, "axis": 0},
    "unit_norm": {"axis": 0},
}
_EVERY_LAYER = {"trainable": True, "dtype": "float32"}  # defaults that a nested model does not list
# They change neither shapes nor counts nor what a trained model computes.
_TRAINING_ONLY = ("_regularizer", "_constraint", "_seed")
_NO_BEARING = frozenset(("seed", "quantization_config", "activity_regularizer", "input_tensor", "autocast"))


def arguments(layer: Layer | None) -> dict[str, Any]:
    """The arguments that were set, by name, as JSON values. Inner layers are left out: they have their own rows."""
    if layer is None:
        return {}
    return {
        name: plain(value)
        for name, value in _values(layer)
        if not _holds_layer(value) and plain(value) != plain(layer.defaults.get(name, _EVERY_LAYER.get(name)))
    }


def _values(layer: Layer) -> list[tuple[str, Any]]:
    own = vars(layer)
    return [(name, own[name]) for name in layer.config_fields if name in own]


def that_matter(found: Mapping[str, Any]) -> dict[str, Any]:
    """Those that change shapes, counts or values of the model; the rest is about training."""
    return {
        name: value for name, value in found.items() if name not in _NO_BEARING and not name.endswith(_TRAINING_ONLY)
    }


def plain(value: Any) -> Any:
    """The one form: JSON values, tuples as lists, Keras' objects as their name or as {name: arguments}."""
    if value is None or isinstance(value, int):
        return value
    for kind, form in _FORMS:
        if isinstance(value, kind):
            return form(value)
    return str(value)


def _float(value: float) -> Any:
    """0.5 stays, 2.0 is 2, and a number that JSON lacks becomes a word."""
    if value - value != 0.0:
        return str(value)
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _dict(value: dict[str, Any]) -> Any:
    if isinstance(value.get("class_name"), str) and isinstance(value.get("config"), dict):
        return _object(Object(value["class_name"], value["config"]))
    return {str(key): plain(item) for key, item in value.items()}


def _object(value: Object) -> Any:
    name = snake_case(value.class_name)
    name = _SAME.get(name, name)
    defaults = _DEFAULTS.get(name, {})
    config = {
        key: plain(each)
        for key, each in value.config.items()
        if each is not None and key not in ("seed", "name", "dtype") and plain(each) != plain(defaults.get(key))
    }
    return {name: config} if config else name


_FORMS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (str, lambda value: _SAME.get(value, value)),
    (float, _float),
    (Object, _object),  # before tuple, which it is too
    (Layer, lambda value: {type_of(value): arguments(value)}),
    (list, lambda value: [*map(plain, value)]),
    (tuple, lambda value: [*map(plain, value)]),
    (dict, _dict),
)


def _holds_layer(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_holds_layer, value))
    return isinstance(value, Layer)
