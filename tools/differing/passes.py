"""Forward passes of whole models: Keras fills the weights and computes, densecli reads them from the saved file and runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from densecli.errors import DenseError, SpecErrors
from densecli.read.open import open_spec
from densecli.run.run import Options, run
from record_runs import fill
from support.model_values import operation_inputs

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

TOLERANCE = 1e-4  # of the largest output
HALF = 1e-2  # where a tensor in the model is of half precision


def compare(model: Any, path: Path, seed: int, tally: Counter[str]) -> Iterator[tuple[str, Any, Any]]:
    """The differences in the computed values; none if Keras cannot compute, or overflows."""
    if "top_k" in model.to_json():  # the order of equal numbers is undefined
        return
    fill(model, seed)
    model.save(path)
    arrays = operation_inputs([(tensor.name, tuple(tensor.shape), dtype_of(tensor)) for tensor in model.inputs], seed)
    theirs = predicted(model, list(arrays.values()))
    if theirs is None:
        return
    tally["forward passes"] += 1
    data = path.parent / "x.npz"
    np.savez(data, **arrays)
    try:
        with np.errstate(all="ignore"):
            ours = run(open_spec(str(path)), Options(weights=str(path), data=(str(data),))).arrays
    except (SpecErrors, DenseError) as error:
        yield "forward pass", "runs", "; ".join(map(str, getattr(error, "errors", [error])))
        return
    limit = HALF if any("16" in dtype for dtype in dtypes_in(model)) else TOLERANCE
    for index, pair in enumerate(zip(theirs, ours, strict=True)):
        if error_of(*pair) > limit:
            yield f"values of output {index}", pair[0].reshape(-1)[:6].tolist(), pair[1].reshape(-1)[:6].tolist()


def predicted(model: Any, arrays: list[NDArray[Any]]) -> list[NDArray[Any]] | None:
    try:
        found = model(arrays if len(arrays) > 1 else arrays[0], training=False)
    except Exception:  # noqa: BLE001  # Keras' answer
        return None
    outputs = [keras.ops.convert_to_numpy(each) for each in keras.tree.flatten(found)]
    return outputs if all(np.isfinite(each.astype("float64")).all() for each in outputs) else None


def error_of(theirs: NDArray[Any], ours: NDArray[Any]) -> float:
    """The largest difference over the largest output."""
    if theirs.shape != ours.shape:
        return np.inf
    wide = theirs.astype("float64")
    return float(np.abs(wide - ours.astype("float64")).max(initial=0) / max(np.abs(wide).max(initial=0), 1e-3))


def dtype_of(tensor: Any) -> str:
    return str(keras.backend.standardize_dtype(tensor.dtype))


def dtypes_in(model: Any) -> set[str]:
    operations = model.layers if isinstance(model, keras.Sequential) else model._operations
    nodes = (node for each in operations for node in each._inbound_nodes)
    return {dtype_of(tensor) for node in nodes for tensor in node.output_tensors}
