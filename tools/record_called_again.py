"""Ask Keras for the outputs of layers that are called again, on unknown or other sizes; write tests/fixtures/called_again.json.

    KERAS_BACKEND=torch python tools/record_called_again.py

Needs the environment of tools/record_keras.py. For three cases of each layer with weights, every axis but the batch is once
unknown in the second call, once one larger, and all are unknown at once. A result is a list: the shapes of the second call,
Keras' reported shapes (null: it refuses), and false if it reports a shape but cannot compute it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import TYPE_CHECKING, Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np

from record_keras import ROOT, TENSORFLOW, Case, call, families, make, typed_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

EACH = 3  # cases of a layer
Shapes = list[tuple[int | None, ...]]


def main() -> None:
    asked: Counter[str] = Counter()
    found: dict[str, Any] = {}
    for family, cases in families().items():
        for case in cases if family not in TENSORFLOW else ():
            layer = None if case.masks or asked[case.layer] == EACH else built(case)
            if layer is not None and layer.weights:
                asked[case.layer] += 1
                shapes = [shape for shape, _ in typed_shapes(case)]
                found[case.id] = [ask(case, layer, second) for second in variants(shapes)]
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(found[key])}" for key in sorted(found))
    (ROOT / "tests/fixtures/called_again.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    print(f"{len(found)} cases, {sum(map(len, found.values()))} second calls")


def built(case: Case) -> keras.Layer | None:
    """The layer after its first call, where Keras accepts it."""
    keras.utils.clear_session(free_memory=False)
    try:
        layer = make(case.layer, case.config)
        call(case, layer, inputs([shape for shape, _ in typed_shapes(case)], case))
    except Exception:  # noqa: BLE001  # whatever Keras raises
        return None
    return layer


def inputs(shapes: Shapes, case: Case) -> Iterator[Any]:
    dtypes = [dtype for _, dtype in typed_shapes(case)]
    return iter([keras.Input(batch_shape=shape, dtype=dtype) for shape, dtype in zip(shapes, dtypes, strict=True)])


def variants(shapes: Shapes) -> Iterator[Shapes]:
    for place, shape in enumerate(shapes):
        for axis in range(1, len(shape)):
            for size in (None, (shape[axis] or 6) + 1):
                if size != shape[axis]:
                    yield [*shapes[:place], (*shape[:axis], size, *shape[axis + 1 :]), *shapes[place + 1 :]]
    yield [(*shape[:1], *[None] * (len(shape) - 1)) for shape in shapes]


def ask(case: Case, layer: keras.Layer, second: Shapes) -> list[Any]:
    try:
        output = call(case, layer, inputs(second, case))
    except Exception:  # noqa: BLE001
        return [second, None]
    reported = [list(tensor.shape) for tensor in keras.tree.flatten(output)]
    return [second, reported, *([] if computes(case, layer, second) else [False])]


def computes(case: Case, layer: keras.Layer, second: Shapes) -> bool:
    """Whether Keras can compute it; unknown if a size is open."""
    if any(None in shape[1:] for shape in second):
        return True
    dtypes = [dtype for _, dtype in typed_shapes(case)]
    arrays = [np.ones([size or 2 for size in shape], dtype) for shape, dtype in zip(second, dtypes, strict=True)]
    try:
        call(case, layer, iter([keras.ops.convert_to_tensor(array) for array in arrays]))
    except Exception:  # noqa: BLE001
        return False
    return True


if __name__ == "__main__":
    main()
