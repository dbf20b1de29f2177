"""Parameter counts that the source itself computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.graph.model import Model
from densecli.read.python.runtime.models import ModelObject
from densecli.shape import product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.layer import Layer
    from densecli.read.python.runtime.layers import LayerObject
    from densecli.read.python.runtime.session import Session


def params(session: Session, layer: LayerObject) -> Any:
    """`count_params()`."""
    if layer.error is not None or not (layer.is_built if isinstance(layer, ModelObject) else layer.outputs):
        return session.run.unknown("the layer is not built")
    inside = layer.layer
    args = (
        tuple(each.shape for each in inside.own_inputs())
        if isinstance(inside, Model)
        else tuple(each.shape for each in layer.inputs[0])
    )
    given = (list(args),) if inside.takes == "list" else args
    return sum(sizes(inside, given, {}))


def sizes(layer: Layer, args: Any, kwargs: Any) -> Iterator[int]:
    """The elements of each weight, those of layers inside included."""
    for weight in layer.weights(*args, **kwargs):
        yield product(weight.shape) or 0
    for child in layer.children(*args, **kwargs):
        yield from sizes(child.layer, child.inputs, child.kwargs)
