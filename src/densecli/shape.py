"""Shapes: tuples of sizes with the batch first, None where a size is unknown; the arithmetic that layers share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ShapeError, UnknownSizeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Dim = int | None
Shape = tuple[Dim, ...]

MAX_RANK = 64  # NumPy's own limit, and more than any tensor has
MAX_SIZE = 2**63 - 1  # of an axis: what every backend counts with


def check_sizes(shape: Shape) -> None:
    """Refuse shapes that no array can have, so that what is computed from them can be written out. Raises ShapeError."""
    if len(shape) > MAX_RANK:
        raise ShapeError(f"{len(shape):,} axes in the output, but no array has more than {MAX_RANK}", code="E505")
    for dim in shape:
        if dim is not None and dim > MAX_SIZE:
            message = f"an axis of 2**{dim.bit_length() - 1} or more in the output, but no array reaches 2**63"
            raise ShapeError(message, code="E504")


def size(shape: Shape) -> int | None:
    """Elements of one sample (an unknown batch counts as 1), or None where another size is unknown."""
    if not shape:
        return 1
    rest = product(shape[1:])
    return None if rest is None else rest * (1 if shape[0] is None else shape[0])


def product(dims: Iterable[Dim]) -> int | None:
    """The exact product, or None as soon as one size is unknown."""
    total = 1
    for dim in dims:
        if dim is None:
            return None
        total *= dim
    return total


def times(*factors: int | None) -> int | None:
    """The product of counts of which any may be unknown."""
    return product(factors)


def known(dim: Dim, what: str) -> int:
    """A size that weights depend on, so it cannot stay unknown."""
    if dim is None:
        raise UnknownSizeError(f"{what} must be known, but it is None", hint="give the size in the input shape")
    return dim


def show(shape: object) -> str:
    """(None, 3, 16), as Keras writes shapes; several as [(…), (…)]."""
    if isinstance(shape, list):
        return f"[{', '.join(show(each) for each in shape)}]"
    return str(shape)


def window(dim: Dim, kernel: int, stride: int, dilation: int, padding: str) -> Dim:
    """Positions of a sliding window along one axis (padding `valid`, `same` or `causal`)."""
    if dim is None:
        return None
    reach = dilation * (kernel - 1) + 1
    positions = (dim - reach) // stride + 1 if padding == "valid" else -(-dim // stride)
    if positions < 1:
        raise ShapeError(
            f"a window of {reach:,} does not fit in an axis of {dim:,}",
            hint="use padding=same, or a smaller window" if padding == "valid" else "the axis is empty",
        )
    return positions


def split_channels(shape: Shape, data_format: str) -> tuple[Shape, Dim]:
    """The spatial sizes and the channels, wherever `data_format` puts them."""
    return (shape[2:], shape[1]) if data_format == "channels_first" else (shape[1:-1], shape[-1])


def join_channels(batch: Dim, spatial: Sequence[Dim], channels: Dim, data_format: str) -> Shape:
    return (batch, channels, *spatial) if data_format == "channels_first" else (batch, *spatial, channels)


def normal_axis(axis: int, rank: int, what: str = "axis") -> int:
    """A negative axis counted from the front."""
    if not -rank <= axis < rank:
        raise ShapeError(f"{what} {axis} is out of range for {rank} axes", hint=f"use {-rank} … {rank - 1}")
    return axis % rank


def check_distinct(axes: Sequence[int], rank: int) -> None:
    """Keras 3.15.1 lets an axis that is named twice pass when it infers shapes, and fails when it computes."""
    if len({axis % rank for axis in axes}) < len(axes):
        raise ShapeError(f"an axis occurs twice in {show(list(axes))}", hint="name each axis once")


def plus(*dims: Dim) -> Dim:
    """The sum, or None where a size is unknown."""
    known_dims = [dim for dim in dims if dim is not None]
    return sum(known_dims) if len(known_dims) == len(dims) else None


_SIZES = {int, type(None)}  # no booleans, which are integers to Python


def as_shape(value: Any) -> Shape | None:
    """Sizes with the batch first, in whatever form a config holds them; None for anything else."""
    if isinstance(value, dict) and isinstance(value.get("items"), list):  # TensorShape of tf.keras
        value = value["items"]
    if not isinstance(value, list | tuple) or not value:
        return None
    return tuple(value) if _SIZES.issuperset(map(type, value)) else None


def sum_known(counts: Any) -> int | None:
    """The sum, or None as soon as one count is unknown."""
    total = 0
    for each in counts:
        if each is None:
            return None
        total += each
    return total
