"""Model summaries with Keras' exact numbers, without Keras.

>>> import densecli
>>> densecli.summarize("Dense(16)@(3,2) -> Flatten -> Dense(4)").totals.params
244
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from densecli.summary.report import Report

__version__ = "0.1.0"
__all__ = ["__version__", "summarize"]


def summarize(spec: str, *, batch: int | None = None, input_shape: tuple[int | None, ...] | None = None) -> Report:
    """Return the report of a model: a stack such as `Dense(16)@(3,2)`, or the path of a spec or model file.

    Shapes have the batch first, and None for unknown sizes; bytes and MACs are for one sample unless `batch` is given.
    Raises DenseError if it cannot be read, or SpecErrors with every error in a spec (both are in densecli.errors).
    """
    from densecli.read.reading import Reading  # noqa: PLC0415
    from densecli.read.specs import read, specs  # noqa: PLC0415
    from densecli.summary.infer import infer  # noqa: PLC0415

    found = specs([spec])[0]
    return infer(read(found, Reading({} if input_shape is None else {None: input_shape})), found.name, batch)
