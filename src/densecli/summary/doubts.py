"""What a model may not have been meant to do, though it is a valid model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.shape import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from densecli.summary.report import Report, Row

_IMAGES = r"Conv|Pooling"
_AFTER = ("Activation", "Softmax", "ReLU", "Dropout")  # layers that a head may have behind its Dense


def doubts(report: Report) -> Iterator[str]:
    """Sentences for people. A Dense on images that ends the model was most often meant to see them flattened."""
    images = [tensor for tensor in report.outputs if tensor.shape is not None and len(tensor.shape) > 3]
    if not images or not any(re.search(_IMAGES, row.type) for row in report.rows):
        return
    rows = {row.name: row for row in report.rows}
    for tensor in images:
        row = _head(tensor.name, rows)
        shape = row.calls[-1].input_shapes[0] if row is not None and row.calls and row.calls[-1].input_shapes else None
        if row is not None and row.type == "Dense" and shape is not None and len(shape) > 3:
            yield f"{row.name} (Dense) works on the last axis of {show(shape)}; Flatten first for one vector per sample"


def _head(name: str, rows: Mapping[str, Row]) -> Row | None:
    """The layer of an output, looking through what follows its Dense."""
    for _ in rows:
        row = rows.get(name)
        if row is None or row.type not in _AFTER or not row.calls or not row.calls[-1].inbound:
            return row
        name = row.calls[-1].inbound[0]
    return None
