"""Weights of layers under a quantized dtype policy, as `Model.quantize` leaves them and Keras 3.15.1 builds them anew.

Kernels in int8 come with a scale for each output and are not trained. Under float8 kernels stay as they were, and three
tensors (inputs, kernel, gradient of the outputs) get a scale and a history of their largest values each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.layer import Weight
from densecli.names import quantization

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from densecli.layer import Layer
    from densecli.shape import Shape

AMAX_HISTORY = 1024  # steps; the default of QuantizedFloat8DTypePolicy
WATCHED = ("inputs", "kernel", "outputs_grad")


def quantized(layer: Layer, weights: Iterable[Weight], scales: Mapping[str, Shape]) -> Iterator[Weight]:
    """The weights with what the policy of the layer makes of them; `scales` are the shapes of the scales by weight."""
    mode = quantization(layer.dtype)
    if mode is None:
        yield from weights
    elif mode == "int8":
        yield from _int8(list(weights), scales)
    else:
        yield from _float8() if "kernel" in scales else ()
        yield from weights


def _int8(weights: list[Weight], scales: Mapping[str, Shape]) -> Iterator[Weight]:
    yield from (weight for weight in weights if weight.name not in scales)
    for weight in weights:
        if weight.name in scales:
            yield weight._replace(trainable=False, dtype="int8")
            shape = tuple(size or 1 for size in scales[weight.name])
            yield Weight(f"{weight.name}_scale", shape, trainable=False, initializer="ones")


def _float8() -> Iterator[Weight]:
    for name in WATCHED:
        yield Weight(f"{name}_scale", (), initializer="ones", dtype="float32")
        yield Weight(f"{name}_amax_history", (AMAX_HISTORY,), initializer="zeros", dtype="float32")
