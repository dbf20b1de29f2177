"""Output shapes of Fourier transforms and windows over sequences (keras.ops, 3.15.1). Rules as in shapes.

Complex numbers are two tensors, the real and the imaginary part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ShapeError
from densecli.layers.operations.shapes import shape_of
from densecli.shape import Dim, Shape, show

if TYPE_CHECKING:
    Named = dict[str, Any]


def parts_of(args: tuple[Any, ...], axes: int) -> Shape:
    """The one shape of both parts, which has at least so many axes."""
    real, imaginary = (shape_of(part) for part in args[0])
    if real != imaginary:
        raise ShapeError(f"the real part {show(real)} and the imaginary part {show(imaginary)} differ in shape")
    if len(real) < axes:
        raise ShapeError(f"a transform over {axes} axes takes no {show(real)}")
    return real


def transformed(args: tuple[Any, ...], _: Named) -> list[Shape]:
    return [_known(parts_of(args, 1), 1)] * 2


def transformed_twice(args: tuple[Any, ...], _: Named) -> list[Shape]:
    return [_known(parts_of(args, 2), 2)] * 2


def _known(shape: Shape, axes: int) -> Shape:
    if None in shape[-axes:]:
        raise ShapeError(f"the transformed axes of {show(shape)} must be known")
    return shape


def half_spectrum(args: tuple[Any, ...], named: Named) -> list[Shape]:
    x, length = shape_of(args[0]), named.get("fft_length")
    length = x[-1] if length is None else length
    return [(*x[:-1], None if length is None else length // 2 + 1)] * 2


def from_half_spectrum(args: tuple[Any, ...], named: Named) -> Shape:
    x, length = parts_of(args, 1), named.get("fft_length")
    if length is None and x[-1] is not None:
        length = 2 * (x[-1] - 1)
    return (*x[:-1], length)


def sequences(args: tuple[Any, ...], named: Named) -> Shape:
    x, length = shape_of(args[0]), named["sequence_length"]
    return (*x[:-1], _windows(x[-1], length, named["sequence_stride"]), length)


def _windows(size: Dim, length: int, stride: int) -> Dim:
    return None if size is None else 1 + (size - length) // stride


def short_time_spectrum(args: tuple[Any, ...], named: Named) -> list[Shape]:
    """Windows over the sequence, which `center` pads on both sides by half a transform."""
    x, length = shape_of(args[0]), named["fft_length"]
    size = x[-1] if x[-1] is None or not named.get("center", True) else x[-1] + length // 2 * 2
    return [(*x[:-1], _windows(size, length, named["sequence_stride"]), length // 2 + 1)] * 2


def from_short_time_spectrum(args: tuple[Any, ...], named: Named) -> Shape:
    x, length, size = parts_of(args, 2), named["fft_length"], named.get("length")
    if size is None and x[-2] is not None:
        size = (x[-2] - 1) * named["sequence_stride"] + length - (length // 2 * 2 if named.get("center", True) else 0)
    return (*x[:-2], size)
