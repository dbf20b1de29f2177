"""The parameters of a layer: its own variables, then those of the layers inside it, each with its owner and its size. Rows sum them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.graph.trace import Result, flat_inputs
from densecli.names import element_bits
from densecli.records import Record
from densecli.shape import product
from densecli.summary.report import WeightInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from densecli.layer import Layer, Weight


# Whether the outermost layer trains, the path to this one, who shares it, and the value that a program set for the
# innermost layer around it of which one is known: setting it sets all layers inside, so the last value is the innermost.
Above = tuple[bool, tuple[str, ...], Any, bool | None]


class Owned(Record):
    """A weight and its owner: equal owners are one variable.

    `trains` is the model's view. It differs from `weight.trainable` if a container is frozen but the layer inside it is
    not: Keras 3 checks the variable, so the model trains it, while the container reports no trainable weights.
    """

    owner: Any
    weight: WeightInfo
    trains: bool


def layer_weights(layer: Layer, result: Result) -> Iterator[Owned]:
    """Own weights first, then those of the layers inside, each with its path as name and each once."""
    seen = set()
    found: Iterable[Owned]
    if layer.opaque or (result.output is None and not layer.knows_weights):
        found = _own_weights(layer, layer.held or (), (layer.trainable, (), None, layer.inner_trainable))
    else:
        above = (layer.trainable, (), None, layer.inner_trainable)
        found = _weights(layer, result.args, result.kwargs, above, set())
    for owned in found:
        if owned.owner not in seen:
            seen.add(owned.owner)
            yield owned


def _weights(layer: Layer, args: Any, kwargs: Any, above: Above, met: set[object]) -> Iterator[Owned]:
    """Of a layer in several places, only those of the first, for they are the same; else a model of shared models never ends."""
    trainable, path, shared, told = above
    if layer.weightless:
        return
    told = told if layer.inner_trainable is None else layer.inner_trainable
    if layer.opaque or (layer.held is not None and None in flat_inputs([list(args), kwargs])):
        yield from _own_weights(layer, layer.held or (), (trainable, path, shared, told))
        return
    if layer.shared_id is not None:
        if layer.shared_id in met:
            return
        met.add(layer.shared_id)
        shared = (layer.shared_id, len(path))
    found = list(_own_weights(layer, layer.weights(*args, **kwargs), (trainable, path, shared, told)))
    for child in layer.children(*args, **kwargs):
        found += _weights(child.layer, child.inputs, child.kwargs, (trainable, (*path, child.name), shared, told), met)
    if layer.leads:
        found.sort(key=lambda owned: owned.weight.name.rpartition("/")[2] not in layer.leads)
    yield from found


def _own_weights(layer: Layer, weights: Iterable[Weight], above: Above) -> Iterator[Owned]:
    trainable, path, shared, told = above
    identity, start = shared or (None, 0)  # of a layer that is in several places, its weights have paths of their own
    for weight in weights:
        trains = weight.trainable and (layer.trainable if told is None else told)
        name, dtype = "/".join((*path, weight.name)), weight.dtype or layer.variable_dtype
        info = WeightInfo(name, weight.shape, dtype, trains and trainable, weight.axes)
        yield Owned((identity, *path[start:], weight.name), info, trains)


def weight_params(weight: WeightInfo) -> int:
    return product(weight.shape) or 0


def weight_bytes(weight: WeightInfo) -> int:
    return weight_size(weight)[1]


def weight_size(weight: WeightInfo) -> tuple[int, int]:
    """Elements and bytes."""
    params = weight_params(weight)
    return params, -(-params * (element_bits(weight.dtype) or 8) // 8)
