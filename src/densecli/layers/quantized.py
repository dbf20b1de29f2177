"""Weights of layers under a quantized dtype policy, as made by `Model.quantize` and rebuilt by Keras 3.15.1.

Kernels in few bits come with scales and are not trained. Under float8 kernels stay as they were, and three tensors (inputs,
kernel, gradient of the outputs) get a scale and a history of their largest values each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.layer import Weight
from densecli.names import Quantization, quantization
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from densecli.layer import Layer
    from densecli.shape import Shape

AMAX_HISTORY = 1024  # steps; the default of QuantizedFloat8DTypePolicy
WATCHED = ("inputs", "kernel", "outputs_grad")
SIZES = {"Int4QuantizationConfig": "block_size", "GPTQConfig": "group_size", "AWQConfig": "group_size"}


class Part(Record):
    """A weight as the quantizers see it: each of its `channels` has scales of its own, for groups among `summed` numbers."""

    channels: int
    summed: int
    packed: tuple[int, ...]  # the shape in int4, two numbers to a byte
    scale: tuple[int, ...]  # the shape of the scales in int8
    channels_first: bool = False  # whether groups are the last axis of the scales in int4
    zero: str = "int8"  # the dtype of the zero points in int4; "" is that of the layer
    indexed: bool = True  # whether it is said of each number which group it is in
    zero_name: str = "kernel_zero"  # of the zero points in GPTQ and AWQ


def kernel(summed: int, channels: int, scale: Shape | None = None, zero_name: str = "kernel_zero") -> Part:
    """A kernel: numbers that are summed in rows, outputs in columns."""
    sizes = (channels,) if scale is None else tuple(size or 1 for size in scale)
    return Part(channels, summed, (summed, half(channels)), sizes, zero_name=zero_name)


def half(count: int) -> int:
    """The bytes of numbers that share one by two."""
    return (count + 1) // 2


def how(layer: Layer) -> Quantization | None:
    """How a layer is quantized: by its policy, and the group size in its quantization_config, which Keras believes first."""
    found, config = quantization(layer.dtype), vars(layer).get("quantization_config")
    key = SIZES.get(str(config.get("class_name"))) if isinstance(config, dict) else None
    if found is None or not isinstance(config, dict) or key is None:
        return found
    given = config.get("config")
    size = given.get(key) if isinstance(given, dict) else None
    bits = given.get("weight_bits", found.bits) if isinstance(given, dict) else found.bits
    return found._replace(group=size if isinstance(size, int) and size > 0 else None, bits=bits)


def check_modes(layer: Layer, *modes: str) -> None:
    """Refuse the quantizations that Keras 3.15.1 does not have for a layer."""
    found = quantization(layer.dtype)
    if found is not None and found.mode not in modes:
        layer.reject(
            "dtype", f"{type(layer).__name__} can be quantized to {' or '.join(modes)} only, got {layer.dtype}"
        )


def quantized(layer: Layer, weights: Iterable[Weight], parts: Mapping[str, Part]) -> Iterator[Weight]:
    """The weights with what the policy of the layer makes of them; `parts` are those that it quantizes, by name."""
    found = how(layer)
    if found is None:
        yield from weights
    elif found.mode == "float8":
        yield from _float8() if "kernel" in parts else ()
        yield from weights
    else:
        listed = list(weights)
        yield from (weight for weight in listed if weight.name not in parts)
        for weight in listed:
            if weight.name in parts:
                yield from RULES[found.mode](weight, parts[weight.name], found)


def _int8(weight: Weight, part: Part, _: Quantization) -> Iterator[Weight]:
    yield weight._replace(trainable=False, dtype="int8")
    yield Weight(f"{weight.name}_scale", part.scale, trainable=False, initializer="ones")


def _int4(weight: Weight, part: Part, found: Quantization) -> Iterator[Weight]:
    """Two numbers to a byte; with groups a scale and a zero point for each, and the group of each number."""
    name, groups = weight.name, found.groups(part.summed)
    yield weight._replace(shape=part.packed, axes=_shared(weight, part.packed), trainable=False, dtype="int8")
    if found.group is None:
        yield Weight(f"{name}_scale", (part.channels,), trainable=False, initializer="ones")
        return
    shape = (part.channels, groups) if part.channels_first else (groups, part.channels)
    yield Weight(f"{name}_scale", shape, trainable=False, initializer="ones")
    yield Weight(f"{name}_zero", shape, trainable=False, dtype=part.zero or None)
    if part.indexed:
        yield Weight("g_idx", (part.summed,), trainable=False, dtype="float32")


def _gptq(weight: Weight, part: Part, found: Quantization) -> Iterator[Weight]:
    """The kernel lies on its side, in bytes: two numbers in each of 4 bits."""
    channels = half(part.channels) if found.bits == 4 else part.channels
    shape = (part.channels, found.groups(part.summed))
    axes = ("outputs, two to a byte" if found.bits == 4 else "outputs", "inputs")
    yield weight._replace(shape=(channels, part.summed), axes=axes, trainable=False, dtype="uint8")
    yield Weight(f"{weight.name}_scale", shape, trainable=False, initializer="ones")
    yield Weight(part.zero_name, shape, trainable=False, dtype="uint8")
    if found.mode == "awq":
        yield Weight("awq_scales", (part.summed,), trainable=False, initializer="ones")
    yield Weight("g_idx", (part.summed,), trainable=False, dtype="float32")


def _shared(weight: Weight, packed: tuple[int, ...]) -> tuple[str, ...]:
    """What the axes of a packed weight are; a kernel of more axes lies flat, and its inputs and outputs are all that is left."""
    if len(weight.axes) != len(packed):
        return ("inputs", "outputs, two to a byte")
    sizes = zip(weight.axes, weight.shape, packed, strict=True)
    return tuple(name if before == after else f"{name}, two to a byte" for name, before, after in sizes)


RULES: dict[str, Callable[[Weight, Part, Quantization], Iterator[Weight]]] = {
    "int8": _int8, "int4": _int4, "gptq": _gptq, "awq": _gptq,
}  # fmt: skip


def _float8() -> Iterator[Weight]:
    for name in WATCHED:
        yield Weight(f"{name}_scale", (), initializer="ones", dtype="float32")
        yield Weight(f"{name}_amax_history", (AMAX_HISTORY,), initializer="zeros", dtype="float32")
