"""Layers of the generator of random models as text in Python."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from differing.programs.program import aside
from differing.random_models import ANY, BY_AXES

if TYPE_CHECKING:
    from random import Random

    import keras

# Rules that call their argument's layers in ways that only an object could say.
HELD = {
    "TimeDistributed": ("layer",),
    "SpectralNormalization": ("layer",),
    "RNN": ("cell",),
    "StackedRNNCells": ("cells",),
}


def drawn(random: Random, tensor: Any) -> str:
    """A new layer that may fit a tensor."""
    rules = BY_AXES.get(len(tensor.shape), ANY) if random.random() < 0.5 else ANY
    with aside() as forget:
        layer = random.choice(rules)(random, tensor)
        text = written(layer)
        forget()
    return text


def written(layer: keras.Layer) -> str:
    """The constructor's call, with every argument that is not the default."""
    kind = type(layer).__name__
    if kind == "Bidirectional":
        back = "" if layer._backward_layer_is_default else f", backward_layer={written(layer.backward_layer)}"
        return f"layers.Bidirectional({written(layer.forward_layer)}{back}, merge_mode={layer.merge_mode!r})"
    held = HELD.get(kind, ())
    words = [held_word(getattr(layer, name)) for name in held] + [
        f"{name}={value!r}" for name, value in settings(layer).items() if name not in held
    ]
    return f"layers.{kind}({', '.join(words)})"


def held_word(held: Any) -> str:
    if isinstance(held, list | tuple):
        return f"[{', '.join(map(written, held))}]"
    if type(held).__name__ == "StackedRNNCells":
        return held_word(held.cells)
    return written(held)


def settings(layer: keras.Layer) -> dict[str, Any]:
    config = layer.get_config()
    found = {}
    for name, parameter in inspect.signature(type(layer).__init__).parameters.items():
        plain = name in config and isinstance(config[name], str | int | float | bool | list | tuple | None)
        if plain and config[name] != parameter.default and name not in ("name", "dtype"):
            found[name] = config[name]
    return found
