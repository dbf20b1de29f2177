"""Record Keras' functions on tensors in a graph: one small functional model for each call of a keras.ops function.

    KERAS_BACKEND=torch python tools/record_operations.py      writes tests/fixtures/operations.json.gz

Needs the environment of tools/record_keras.py.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import keras
import numpy as np
from keras import ops

from record_applications import row, without_build

FILE = ROOT / "tests" / "fixtures" / "operations.json.gz"
A, B, IMAGE, VECTOR, OPEN = (None, 6, 4), (None, 4, 5), (None, 8, 8, 4), (None, 4), (None, None, 4)

CALLS: list[tuple[str, list[tuple[int | None, ...]], str]] = [
    *((f"ops.{name}(a)", [A], "float32") for name in ["relu", "relu6", "sigmoid", "silu", "softplus", "softsign", "elu", "selu", "gelu", "leaky_relu", "hard_sigmoid", "hard_silu", "log_softmax", "softmax", "absolute", "negative", "square", "sqrt", "exp", "log", "log1p", "expm1", "sin", "cos", "tanh", "floor", "ceil", "round", "sign", "reciprocal", "rsqrt", "erf", "isnan", "isfinite", "logical_not", "ravel", "transpose", "ones_like", "zeros_like", "stop_gradient", "sparsemax", "squareplus", "celu", "mish_none"] if hasattr(ops, name)),
    *((f"ops.{name}(a, axis=1)", [A], "float32") for name in ["mean", "sum", "max", "min", "prod", "std", "var", "any", "all", "argmax", "argmin", "logsumexp", "cumsum", "cumprod", "sort", "argsort", "flip", "median"]),
    *((f"ops.{name}(a, axis=-1, keepdims=True)", [A], "float32") for name in ["mean", "sum", "max", "min", "var", "std", "any"]),
    ("ops.mean(a)", [A], "float32"), ("ops.sum(a, axis=(1, 2))", [A], "float32"), ("ops.cumsum(a)", [A], "float32"),
    ("ops.mean(a, axis=1)", [A], "int32"), ("ops.sum(a, axis=1)", [A], "int32"), ("ops.moments(a, axes=[1])", [A], "float32"),
    *((f"ops.{name}(a, b)", [A, A], "float32") for name in ["add", "subtract", "multiply", "divide", "maximum", "minimum", "power", "equal", "not_equal", "greater", "less", "greater_equal", "less_equal", "logical_and", "logical_or", "mod", "floor_divide", "arctan2"]),
    ("a + 1.5", [A], "float32"), ("2 * a", [A], "float32"), ("1 - a", [A], "float32"), ("a / 2", [A], "int32"),
    ("a + b", [A, VECTOR], "float32"), ("a + b", [A, (None, 1, 4)], "float32"), ("a * b", [OPEN, A], "float32"),
    ("a + 1", [A], "int32"), ("a * 1.5", [A], "int32"), ("ops.where(a > 0, a, 0.0)", [A], "int32"), ("ops.where(a > 0, 1, 2)", [A], "int32"),
    ("ops.sum(a, axis=1)", [A], "bool"), ("ops.sum(a, axis=1)", [A], "int64"), ("ops.prod(a, axis=1)", [A], "int64"), ("ops.cumsum(a, axis=1)", [A], "bool"),
    ("a + 1", [A], "int64"), ("a + 1.0", [A], "float64"), ("a + 1.0", [A], "float16"), ("a * np.ones((4,), 'float32')", [A], "int32"), ("a + 1", [A], "bool"),
    ("a > 0.5", [A], "float32"), ("a ** 2", [A], "float32"), ("-a", [A], "float32"),
    ("a + np.ones((6, 1), 'float32')", [A], "float32"), ("ops.clip(a, 0, 1)", [A], "float32"),
    ("ops.where(a > 0, a, 0.0)", [A], "float32"), ("ops.cast(a, 'int32')", [A], "float32"),
    ("ops.cast(a, 'float16')", [A], "float32"),
    ("a[:, 0]", [A], "float32"), ("a[:, -1, :]", [A], "float32"), ("a[:, 1:4]", [A], "float32"),
    ("a[..., 0]", [A], "float32"), ("a[:, None]", [A], "float32"), ("a[:, ::2, 1:]", [A], "float32"),
    ("a[..., None]", [A], "float32"), ("a[:, :, -2:]", [A], "float32"), ("a[:, 1:]", [OPEN], "float32"),
    ("a[:, ::-1]", [A], "float32"),
    ("ops.reshape(a, (-1, 24))", [A], "float32"), ("ops.reshape(a, (-1, 2, 12))", [A], "float32"),
    ("ops.reshape(a, (-1, 4))", [A], "float32"), ("ops.reshape(a, (-1, 4))", [OPEN], "float32"),
    ("ops.transpose(a, (0, 2, 1))", [A], "float32"), ("ops.moveaxis(a, -1, 1)", [IMAGE], "float32"),
    ("ops.swapaxes(a, 1, 2)", [A], "float32"), ("ops.expand_dims(a, 1)", [A], "float32"),
    ("ops.expand_dims(a, -1)", [A], "float32"), ("ops.squeeze(a, 1)", [(None, 1, 4)], "float32"),
    ("ops.squeeze(a)", [(3, 1, 4)], "float32"), ("ops.concatenate([a, b], axis=1)", [A, (None, 2, 4)], "float32"),
    ("ops.concatenate([a, b], axis=-1)", [A, OPEN], "float32"),
    ("ops.concatenate([a, b], axis=-1)", [OPEN, A], "float32"), ("ops.stack([a, b], axis=1)", [A, A], "float32"),
    ("ops.stack([a, b], axis=-1)", [A, A], "float32"), ("ops.hstack([a, b])", [A, A], "float32"),
    ("ops.vstack([a, b])", [(3, 4), (2, 4)], "float32"), ("ops.split(a, 2, axis=1)", [A], "float32"),
    ("ops.split(a, [1, 3], axis=1)", [A], "float32"), ("ops.unstack(a, axis=1)", [(None, 3, 4)], "float32"),
    ("ops.tile(a, (1, 2, 3))", [A], "float32"), ("ops.repeat(a, 3, axis=1)", [A], "float32"),
    ("ops.pad(a, ((0, 0), (1, 2), (0, 1)))", [A], "float32"), ("ops.roll(a, 1, axis=1)", [A], "float32"),
    ("ops.take(a, [0, 2], axis=1)", [A], "float32"), ("ops.take(a, b, axis=1)", [A, VECTOR], "int32"),
    ("ops.take_along_axis(a, b, axis=1)", [A, (None, 2, 4)], "int32"), ("ops.broadcast_to(a, (2, 6, 4))", [(1, 6, 4)], "float32"),
    ("ops.matmul(a, b)", [A, B], "float32"), ("a @ b", [A, (4, 3)], "float32"), ("ops.matmul(a, b)", [A, (4,)], "float32"),
    ("ops.dot(a, b)", [A, (4, 3)], "float32"), ("ops.tensordot(a, b, axes=1)", [A, (4, 3)], "float32"),
    ("ops.tensordot(a, b, axes=[[2], [0]])", [A, (4, 3)], "float32"),
    ("ops.einsum('bij,bjk->bik', a, b)", [A, B], "float32"), ("ops.einsum('bij,jk->bik', a, b)", [A, (4, 3)], "float32"),
    ("ops.einsum('...ij,...jk->...ik', a, b)", [A, B], "float32"), ("ops.einsum('bij->b', a)", [A], "float32"),
    ("ops.outer(a, b)", [(3,), (4,)], "float32"), ("ops.one_hot(a, 7)", [VECTOR], "int32"),
    ("ops.one_hot(a, 7, axis=1)", [VECTOR], "int32"), ("ops.multi_hot(a, 7)", [VECTOR], "int32"),
    ("ops.top_k(a, 2)", [A], "float32"), ("ops.normalize(a, axis=-1)", [A], "float32"),
    ("ops.image.resize(a, (4, 6))", [IMAGE], "float32"), ("ops.image.rgb_to_grayscale(a)", [(None, 8, 8, 3)], "float32"),
    ("ops.max_pool(a, 2)", [IMAGE], "float32"), ("ops.average_pool(a, 3, strides=2, padding='same')", [IMAGE], "float32"),
    ("ops.conv(a, b, padding='same')", [IMAGE, (3, 3, 4, 5)], "float32"),
    ("ops.conv(a, b, strides=2)", [IMAGE, (3, 3, 4, 5)], "float32"),
    ("ops.depthwise_conv(a, b)", [IMAGE, (3, 3, 4, 2)], "float32"), ("ops.diff(a, axis=1)", [A], "float32"),
    ("ops.slice(a, (0, 1, 0), (2, 3, 4))", [(2, 6, 4)], "float32"), ("ops.norm(a, axis=-1)", [A], "float32"),
    ("ops.dot_product_attention(a, b, b)", [(None, 6, 2, 4), (None, 5, 2, 4)], "float32"),
    ("ops.full_like(a, 2)", [A], "float32"), ("ops.tril(a)", [A], "float32"), ("ops.glu(a)", [A], "float32"),
    ("ops.rfft(a)", [A], "float32"), ("ops.count_nonzero(a, axis=1)", [A], "float32"),
    ("ops.rfft(a, fft_length=7)", [A], "float32"), ("ops.rfft(a)", [(None, 5, None)], "float32"),
    ("ops.irfft((a, b))", [A, A], "float32"), ("ops.irfft((a, b), fft_length=5)", [A, A], "float32"),
    ("ops.irfft((a, b))", [(None, None), (None, None)], "float32"), ("ops.fft((a, b))", [A, A], "float32"),
    ("ops.fft2((a, b))", [A, A], "float32"), ("ops.ifft2((a, b))", [A, A], "float32"),
    ("ops.extract_sequences(a, 3, 2)", [(None, 11)], "float32"), ("ops.extract_sequences(a, 3, 2)", [(None, 2, None)], "float32"),
    ("ops.stft(a, 6, 3, 8)", [(None, 40)], "float32"), ("ops.stft(a, 6, 3, 7, center=False)", [(None, 2, 40)], "float32"),
    ("ops.stft(a, 6, 3, 8)", [(None, None)], "float32"), ("ops.istft((a, b), 6, 3, 8)", [(None, 9, 5), (None, 9, 5)], "float32"),
    ("ops.istft((a, b), 6, 3, 8, center=False)", [(None, 9, 5), (None, 9, 5)], "float32"),
    ("ops.istft((a, b), 6, 3, 8, length=20)", [(None, None, 5), (None, None, 5)], "float32"),
    ("ops.erfinv(a)", [A], "float32"), ("ops.inv(a)", [(None, 4, 4)], "float32"),
]  # fmt: skip


def main() -> None:
    records = [record(index, *call) for index, call in enumerate(CALLS)]
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(gzip.compress(json.dumps(records, separators=(",", ":")).encode(), 9, mtime=0))
    print(f"{len(records)} calls, {FILE.stat().st_size:,} bytes")


def record(index: int, code: str, shapes: list[tuple[int | None, ...]], dtype: str) -> dict[str, Any]:
    """The graph of one call; its first row after the inputs is the function."""
    keras.utils.clear_session(free_memory=False)
    dtypes = [
        dtype if dtype != "int32" or index_ == len(shapes) - 1 or len(shapes) == 1 else "float32"
        for index_ in range(len(shapes))
    ]
    inputs = [keras.Input(batch_shape=shape, dtype=kind) for shape, kind in zip(shapes, dtypes, strict=True)]
    outputs = eval(code, {"ops": ops, "np": np} | dict(zip("ab", inputs, strict=False)))
    model = keras.Model(inputs, outputs)
    flat = keras.tree.flatten(model.outputs)
    return {
        "id": f"{index}: {code} on {shapes}",
        "config": without_build(json.loads(model.to_json())),
        "rows": [row(operation) for operation in model._operations],
        "params": 0,
        "trainable_params": 0,
        "outputs": [list(tensor.shape) for tensor in flat],
        "dtypes": [keras.backend.standardize_dtype(tensor.dtype) for tensor in flat],
    }


if __name__ == "__main__":
    main()
