"""Normalization and activations."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras.src.activations import ALL_OBJECTS_DICT as ACTIVATIONS

from kernel_calls import RNG, Array, Family, draw


def record_norm(wide: bool) -> Family:
    family = Family()

    def ask(op: str, layer: Any, x: Array, names: list[str], options: dict[str, Any]) -> None:
        layer.build(x.shape)
        weights = [abs(draw(*w.shape)) + 0.1 for w in layer.weights]
        layer.set_weights(weights)
        given = dict(zip([w.name for w in layer.weights], weights, strict=True))
        family.add(op, {"x": x} | {name: given[name] for name in names if name in given}, options, layer(x))

    moments = ["moving_mean", "moving_variance", "gamma", "beta"]
    layers = keras.layers
    ask("batch_norm", layers.BatchNormalization(), draw(2, 3, 4, 5), moments, {"epsilon": 1e-3})
    ask(
        "batch_norm",
        layers.BatchNormalization(axis=1, epsilon=0.1),
        draw(2, 3, 4),
        moments,
        {"axis": 1, "epsilon": 0.1},
    )
    ask("layer_norm", layers.LayerNormalization(), draw(2, 3, 8), ["gamma", "beta"], {"epsilon": 1e-3})
    ask("layer_norm", layers.LayerNormalization(axis=(1, 2)), draw(2, 3, 8), ["gamma", "beta"], {"axis": (1, 2)})
    ask("layer_norm", layers.LayerNormalization(axis=(1, 3)), draw(2, 3, 4, 5), ["gamma", "beta"], {"axis": (1, 3)})
    ask("variance_scaled", layers.LayerNormalization(rms_scaling=True), draw(2, 3, 8) + 1, ["gamma"], {})
    ask("rms_norm", layers.RMSNormalization(), draw(2, 3, 8), ["scale"], {"epsilon": 1e-6})
    ask("rms_norm", layers.RMSNormalization(axis=1), draw(2, 3), ["scale"], {"axis": 1})
    ask("group_norm", layers.GroupNormalization(2), draw(2, 3, 4, 6), ["gamma", "beta"], {"groups": 2})
    ask("group_norm", layers.GroupNormalization(3, axis=1), draw(2, 6, 4), ["gamma", "beta"], {"groups": 3, "axis": 1})
    ask("unit_norm", layers.UnitNormalization(), draw(2, 3, 4), [], {})
    ask("unit_norm", layers.UnitNormalization(axis=(1, 2)), draw(2, 3, 4), [], {"axis": (1, 2)})
    ask("unit_norm", layers.UnitNormalization(), np.zeros((1, 3), np.float32), [], {})
    return family


def record_activations(wide: bool) -> Family:
    family = Family()
    line = np.concatenate([np.linspace(-8, 8, 2001 if wide else 65), [-100, -20, -0.5, 0.5, 3, -3, 20, 100]])
    x = np.resize(line, (len(line) // 2, 2)).astype(np.float32)
    for name in sorted(ACTIVATIONS):
        if name != "threshold":
            family.add("activation", {"x": x}, {"name": name}, keras.activations.get(name)(x))
    for name, options in [
        ("relu", {"negative_slope": 0.1}),
        ("relu", {"max_value": 2.0}),
        ("relu", {"negative_slope": 0.3, "max_value": 2.0, "threshold": 0.7}),
        ("relu", {"threshold": 1.0}),
        ("leaky_relu", {"negative_slope": 0.05}),
        ("elu", {"alpha": 0.4}),
        ("celu", {"alpha": 2.0}),
        ("gelu", {"approximate": True}),
        ("squareplus", {"b": 1.0}),
        ("soft_shrink", {"threshold": 0.25}),
        ("hard_shrink", {"threshold": 1.25}),
        ("threshold", {"threshold": 0.6, "default_value": -7.0}),
        ("softmax", {"axis": 0}),
        ("log_softmax", {"axis": 0}),
        ("sparsemax", {"axis": 0}),
        ("glu", {"axis": 1}),
    ]:
        family.add("activation", {"x": x}, {"name": name} | options, getattr(keras.activations, name)(x, **options))
    y = draw(2, 3, 4)
    family.add("softmax", {"x": y}, {"axis": (1, 2)}, keras.layers.Softmax(axis=(1, 2))(y))
    mask = RNG.random((2, 3, 4)) < 0.5
    mask[0, 0] = False
    family.add("softmax", {"x": y, "mask": mask}, {}, keras.layers.Softmax()(y, mask=mask))
    alpha = abs(draw(3, 4))
    layer = keras.layers.PReLU()
    layer.build(y.shape)
    layer.set_weights([alpha])
    family.add("prelu", {"x": y, "alpha": alpha}, {}, layer(y))
    return family
