"""Layers of Keras 1 or 2 that did not compute what the layer of the same name does today.

All activations, merges and recurrent layers of tf_keras 2.21 were compared with those of Keras 3.15.1, number by number.
"""

from __future__ import annotations

from typing import Any

from densecli.layer import Layer
from densecli.names import CHANGED, OldName

# (class, argument): a value other than false, 0 or null selects arithmetic that no layer has anymore.
OTHERWISE = {("BatchNormalization", "mode"), ("Attention", "causal"), ("AdditiveAttention", "causal")}


def as_it_was(layer: Layer, config: dict[str, Any]) -> None:
    """Make a layer, and the cell that it created, compute what they computed then, or say that it cannot."""
    layer.as_tf_keras = True
    layer.computes_otherwise = any(config.get(key) for name, key in OTHERWISE if name == type(layer).__name__)
    for each in (layer, vars(layer).get("cell")):
        for key in ("activation", "recurrent_activation") if isinstance(each, Layer) else ():
            if vars(each).get(key) in CHANGED:
                vars(each)[key] = OldName(vars(each)[key])
