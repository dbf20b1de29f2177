"""Parameter counts that the source itself computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError
from densecli.read.python.runtime.snapshot import Drawing
from densecli.shape import product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.layer import Layer
    from densecli.read.python.runtime.layers import LayerObject
    from densecli.read.python.runtime.session import Session


def params(session: Session, layer: LayerObject) -> Any:
    """`count_params()`."""
    try:
        given = None if layer.error is not None else layer.built_with()
        if given is None:
            return session.run.unknown("the layer is not built")
        inside = Drawing().drawn(layer)
        return sum(sizes(inside, (given,) if inside.takes == "list" else tuple(given), {}, set()))
    except DenseError as error:
        return session.run.unknown(error.message)


def sizes(layer: Layer, args: Any, kwargs: Any, seen: set[Any]) -> Iterator[int]:
    """The elements of each weight, those of layers inside included, each layer once."""
    if layer.weightless or layer.shared_id in seen:
        return
    seen |= {layer.shared_id} - {None}
    for weight in layer.weights(*args, **kwargs):
        yield product(weight.shape) or 0
    for child in layer.children(*args, **kwargs):
        yield from sizes(child.layer, child.inputs, child.kwargs, seen)
