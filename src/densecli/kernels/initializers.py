"""Starting values of weights: Keras 3.15.1's initializers drawn from a NumPy generator.

The distributions are Keras', the numbers are not: they differ between Keras' backends, too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from densecli.kernels.stft import stft_kernel

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from densecli.kernels.layout import Array, Ints

Initializer = str | Mapping[str, Any] | None
"""A name, or Keras' {"class_name": …, "config": {…}}."""

TRUNCATED_STDDEV = 0.87962566103423978
"""Standard deviation of a standard normal variable cut off at 2 on both sides."""


def initialize(initializer: Initializer, shape: Ints, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Array:
    """Fresh values of `shape`. Raises KeyError for an unknown name, ValueError for a shape or value that doesn't fit."""
    name, config = named(initializer)
    if name == "unit_forget" and config.keys() == {"rest"}:
        return forget_bias(shape, rng, dtype, **config)
    rule = INITIALIZERS[name]
    try:
        return np.asarray(rule(shape, rng, **config), dtype).reshape(shape)
    except (TypeError, AttributeError, LookupError, ArithmeticError):
        if not config:
            raise  # a bug, not a strange file
        raise ValueError(f"{name} takes no such arguments: {config}") from None


def forget_bias(shape: Ints, rng: np.random.Generator, dtype: DTypeLike, *, rest: Initializer) -> Array:
    """The bias of an LSTM's four gates: ones for the forget gate, the second quarter, `rest` elsewhere."""
    values = initialize(rest, shape, rng, dtype)
    units = shape[0] // 4
    values[units : 2 * units] = 1
    return values


def named(initializer: Initializer) -> tuple[str, dict[str, Any]]:
    """Lower-case name and arguments of an initializer in any of its forms; zeros for None."""
    if initializer is None:
        return "zeros", {}
    if isinstance(initializer, str):
        return snake_case(initializer), {}
    if not isinstance(initializer, Mapping):
        raise ValueError(f"{initializer} is no initializer")  # noqa: TRY004  # a value that does not fit, as others
    config = dict(initializer.get("config") or {})
    config.pop("seed", None)
    config.pop("dtype", None)
    return snake_case(str(initializer["class_name"])), config


def snake_case(name: str) -> str:
    """GlorotUniform as glorot_uniform, STFT as stft."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return words.removesuffix("_initializer").removesuffix("initializer") or words


def fans(shape: Ints, input_axes: list[int] | None = None, output_axes: list[int] | None = None) -> tuple[float, float]:
    """Inputs and outputs of one unit: (fan_in, fan_out)."""
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


def constant(shape: Ints, _: np.random.Generator, *, value: Any = 0.0) -> Array:
    """Every element `value`, or `value` itself if it is an array of `shape`."""
    return np.full(shape, value)


def identity(shape: Ints, _: np.random.Generator, *, gain: float = 1.0) -> Array:
    """`gain` on the diagonal of a matrix."""
    if len(shape) != 2:
        raise ValueError(f"identity needs a matrix, got shape {shape}")
    return gain * np.eye(*shape)


def random_normal(shape: Ints, rng: np.random.Generator, *, mean: float = 0.0, stddev: float = 0.05) -> Array:
    values = rng.standard_normal(shape, np.float32)
    values *= stddev
    values += mean
    return values


def random_uniform(shape: Ints, rng: np.random.Generator, *, minval: float = -0.05, maxval: float = 0.05) -> Array:
    values = rng.random(shape, np.float32)
    values *= maxval - minval
    values += minval
    return values


def truncated_normal(shape: Ints, rng: np.random.Generator, *, mean: float = 0.0, stddev: float = 0.05) -> Array:
    """Normal values, drawn again until they lie within two standard deviations."""
    values = rng.standard_normal(math.prod(shape), np.float32)
    far = np.flatnonzero(np.abs(values) > 2.0)
    while far.size:
        values[far] = rng.standard_normal(far.size, np.float32)
        far = far[np.abs(values[far]) > 2.0]
    values *= stddev
    values += mean
    return values.reshape(shape)


def variance_scaling(
    shape: Ints,
    rng: np.random.Generator,
    *,
    scale: float = 1.0,
    mode: str = "fan_in",
    distribution: str = "truncated_normal",
    **axes: Any,
) -> Array:
    """Values whose variance is `scale` divided by the fan that `mode` names."""
    fan_in, fan_out = fans(shape, **axes)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    variance = scale / max(1.0, fan)
    if distribution.lower() == "uniform":
        limit = math.sqrt(3.0 * variance)
        return random_uniform(shape, rng, minval=-limit, maxval=limit)
    if distribution.lower() == "untruncated_normal":
        return random_normal(shape, rng, stddev=math.sqrt(variance))
    return truncated_normal(shape, rng, stddev=math.sqrt(variance) / TRUNCATED_STDDEV)


def scaled(scale: float, mode: str, distribution: str) -> Callable[..., Array]:
    """One of the named special cases of variance_scaling."""

    def initializer(shape: Ints, rng: np.random.Generator, **axes: Any) -> Array:
        return variance_scaling(shape, rng, scale=scale, mode=mode, distribution=distribution, **axes)

    return initializer


def orthogonal(shape: Ints, rng: np.random.Generator, *, gain: float = 1.0) -> Array:
    """Random matrix with orthonormal rows or columns, whichever are fewer; source: Saxe et al. 2014."""
    if len(shape) < 2:
        raise ValueError(f"orthogonal needs at least two axes, got shape {shape}")
    rows, columns = math.prod(shape[:-1]), shape[-1]
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns)), np.float32))
    q *= np.sign(np.diagonal(r))
    return gain * np.reshape(q if rows >= columns else q.T, shape)


def stft(shape: Ints, _: np.random.Generator, **config: Any) -> Array:
    return stft_kernel(shape, **config)


INITIALIZERS: dict[str, Callable[..., Array]] = {
    "constant": constant,
    "glorot_normal": scaled(1.0, "fan_avg", "truncated_normal"),
    "glorot_uniform": scaled(1.0, "fan_avg", "uniform"),
    "he_normal": scaled(2.0, "fan_in", "truncated_normal"),
    "he_uniform": scaled(2.0, "fan_in", "uniform"),
    "identity": identity,
    "lecun_normal": scaled(1.0, "fan_in", "truncated_normal"),
    "lecun_uniform": scaled(1.0, "fan_in", "uniform"),
    "normal": random_normal,
    "one": lambda shape, _: np.ones(shape, np.float32),
    "ones": lambda shape, _: np.ones(shape, np.float32),
    "orthogonal": orthogonal,
    "random_normal": random_normal,
    "random_uniform": random_uniform,
    "stft": stft,
    "truncated_normal": truncated_normal,
    "uniform": random_uniform,
    "variance_scaling": variance_scaling,
    "zero": lambda shape, _: np.zeros(shape, np.float32),
    "zeros": lambda shape, _: np.zeros(shape, np.float32),
}
