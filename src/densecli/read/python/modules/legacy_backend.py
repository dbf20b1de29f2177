"""Functions of keras.backend that Keras 3 keeps without an equal in keras.ops: each is made of its operations."""

from __future__ import annotations

import math
import string
from typing import TYPE_CHECKING, Any

from densecli.read.python.arrays import Array
from densecli.read.python.catalog import known
from densecli.read.python.runtime.tensors import Tensor
from densecli.read.python.values import Value
from densecli.read.tensorflow.functions import Function

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter


def ops(run: Interpreter, name: str, *args: Any, **kwargs: Any) -> Any:
    return run.member("keras.ops", name).call(run, list(args), kwargs)


@known("keras.backend.pool2d", "keras.backend.pool3d")
def pool(  # noqa: PLR0913, PLR0917  # as many as Keras' function has
    run: Interpreter,
    x: Any,
    pool_size: Any,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: Any = None,
    pool_mode: Any = "max",
) -> Any:
    name = "max_pool" if pool_mode == "max" else "average_pool"
    return ops(run, name, x, pool_size, strides=strides, padding=padding, **formatted(run, data_format))


@known("keras.backend.conv1d", "keras.backend.conv2d", "keras.backend.conv3d")
def conv(  # noqa: PLR0913, PLR0917  # as many as Keras' function has
    run: Interpreter,
    x: Any,
    kernel: Any,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: Any = None,
    dilation_rate: Any = 1,
) -> Any:
    named = {"strides": strides, "padding": padding, "dilation_rate": dilation_rate}
    return ops(run, "conv", x, kernel, **named, **formatted(run, data_format))


def known_sizes(x: Any) -> list[int | None] | None:
    """The sizes of a tensor or an array; None in their place for those that are left open."""
    if not isinstance(x, Tensor | Array) or x.shape is None:
        return None
    return [size if isinstance(size, int) else None for size in x.shape]


def formatted(run: Interpreter, data_format: Any) -> dict[str, Any]:
    return {"data_format": data_format or run.session.data_format}


@known("keras.backend.temporal_padding")
def temporal_padding(run: Interpreter, x: Any, padding: Any = (1, 1)) -> Any:
    return ops(run, "pad", x, [[0, 0], list(padding), [0, 0]])


@known("keras.backend.spatial_2d_padding", "keras.backend.spatial_3d_padding")
def spatial_padding(run: Interpreter, x: Any, padding: Any = None, data_format: Any = None) -> Any:
    rank = len(known_sizes(x) or "****") - 2
    sides = [[1, 1]] * rank if padding is None else [list(each) for each in padding]
    first = (data_format or run.session.data_format) == "channels_first"
    return ops(run, "pad", x, [[0, 0], [0, 0], *sides] if first else [[0, 0], *sides, [0, 0]])


@known("keras.backend.flatten")
def flatten(run: Interpreter, x: Any) -> Any:
    return ops(run, "reshape", x, [-1])


@known("keras.backend.batch_flatten")
def batch_flatten(run: Interpreter, x: Any) -> Any:
    """TensorFlow works out the size of a sample only when there are numbers."""
    if isinstance(x, Tensor):
        layer = Function("keras.backend.batch_flatten", "TFOpLambda")
        return run.session.function(layer, None, [x], {}, "tf.keras.backend.batch_flatten")
    sizes = known_sizes(x)
    if sizes is None:
        return run.unknown("the shape of this array is unknown")
    return ops(run, "reshape", x, [sizes[0], -1] if None in sizes[1:] else [-1, math.prod(sizes[1:])])


@known("keras.backend.repeat")
def repeat(run: Interpreter, x: Any, n: Any) -> Any:
    """(batch, features) -> (batch, n, features)."""
    return ops(run, "repeat", ops(run, "expand_dims", x, axis=1), n, axis=1)


@known("keras.backend.bias_add")
def bias_add(run: Interpreter, x: Any, bias: Any, data_format: Any = None) -> Any:
    return ops(run, "add", x, bias)


@known("keras.backend.batch_dot")
def batch_dot(run: Interpreter, x: Any, y: Any, axes: Any = None) -> Any:
    """Products over one axis of each, sample by sample; two of rank 2 give (batch, 1)."""
    ranks = [len(known_sizes(each) or ()) for each in (x, y)]
    if 0 in ranks or isinstance(axes, Value):
        return run.unknown("the shapes of these tensors are unknown")
    usual = [ranks[0] - 1, ranks[1] - 2] if ranks[1] > 2 else [ranks[0] - 1, ranks[1] - 1]
    over = usual if axes is None else [axes, axes] if isinstance(axes, int) else list(axes)
    left = string.ascii_letters[1 : ranks[0]]
    right = list(string.ascii_letters[26 : 26 + ranks[1] - 1])
    right[over[1] % ranks[1] - 1] = summed = left[over[0] % ranks[0] - 1]
    kept = [each for each in (*left, *right) if each != summed]
    product = ops(run, "einsum", f"a{left},a{''.join(right)}->a{''.join(kept)}", x, y)
    return product if kept else ops(run, "expand_dims", product, axis=1)


@known("keras.backend.dropout")
def dropout(run: Interpreter, x: Any, *_: Any, **__: Any) -> Any:
    return x
