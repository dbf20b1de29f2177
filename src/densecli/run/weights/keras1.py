"""Weights in the layout of Keras 1, converted to today's; the rules are those by which Keras 2 reads such files.

An LSTM had an array for each gate, channels_first kernels were (filters, channels, *size), and what Theano trained is
convolved with its kernels the other way around.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from densecli.layers.conv import Conv
from densecli.layers.conv_lstm import ConvLSTMCell
from densecli.layers.conv_transpose import ConvTranspose
from densecli.layers.recurrent_cells import GRUCell, LSTMCell
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.layer import Layer, Weight
    from densecli.read.files.stored import Stored
    from densecli.run.weights.slots import Place

    Leaf = tuple[Layer, list[Weight]]
    Held = list[Stored]

# For each gate of today, in order, where its kernel was; recurrent kernel and bias followed it.
LSTM_GATES = (0, 6, 3, 9)
GRU_GATES = (0, 3, 6)


class Past(Record):
    """What wrote a file: whether Keras 1, and whether with Theano, which flips kernels."""

    old: bool
    theano: bool


class Mended(Record):
    """A weight of today, built from one or more arrays: each transposed, then joined on the last axis, then reversed.

    Like a `Stored` it has a path (that of the first part), a shape and a dtype.
    """

    path: str
    shape: tuple[int, ...]
    dtype: str
    parts: tuple[Stored, ...]
    axes: tuple[int, ...]
    reverse: bool = False


def modern(place: Place, held: Held, past: Past) -> list[Any]:
    """The arrays of one layer as its weights of today take them: `Stored` where nothing changes, else `Mended`."""
    if not (past.old or past.theano):
        return held
    inside = list(leaves(place.layer, place.result.args, place.result.kwargs))
    for apart in (False, True):
        counts = {trains: [count(leaf, trains, apart) for leaf in inside] for trains in (True, False)}
        if sum(map(sum, counts.values())) == len(held):
            return list(mend(inside, counts, held, past))
    return held


def leaves(layer: Layer, args: Any, kwargs: Any) -> Iterator[Leaf]:
    """The layers inside that have weights of their own."""
    own = list(layer.weights(*args, **kwargs))
    if own:
        yield layer, own
    for child in layer.children(*args, **kwargs):
        yield from leaves(child.layer, child.inputs, child.kwargs)


def count(leaf: Leaf, trains: bool, apart: bool) -> int:
    """How many arrays of a file belong to a layer; `apart` says that each gate has its own."""
    layer, weights = leaf
    number = sum(weight.trainable is trains for weight in weights)
    return number * len(gates(layer)) if apart and trains else number


def gates(layer: Layer) -> tuple[int, ...]:
    if isinstance(layer, LSTMCell | ConvLSTMCell):
        return LSTM_GATES
    return GRU_GATES if isinstance(layer, GRUCell) else (0,)


def mend(inside: Sequence[Leaf], counts: dict[bool, list[int]], held: Held, past: Past) -> Iterator[Any]:
    """Keras lists trainable weights before the rest."""
    rest = iter(held)
    for trains in (True, False):
        for (layer, weights), number in zip(inside, counts[trains], strict=True):
            mine = list(islice(rest, number))
            wanted = [weight for weight in weights if weight.trainable is trains]
            groups = by_gate(layer, mine) if number > len(wanted) else [[each] for each in mine]
            yield from (mended(layer, weight, group, past) for weight, group in zip(wanted, groups, strict=True))


def by_gate(layer: Layer, held: Held) -> list[Held]:
    """The arrays of the kernel, of the recurrent kernel, of the bias: one for each gate in today's order."""
    order = gates(layer)
    step = len(held) // len(order)
    return [[held[gate * step // 3 + part] for gate in order] for part in range(step)]


def mended(layer: Layer, weight: Weight, parts: Held, past: Past) -> Any:
    """One weight. An array neither joined nor flipped is unchanged."""
    drop = isinstance(layer, Conv) and layer.rank == 1 and len(parts[0].shape) == 4
    if len(parts[0].shape) != len(weight.shape) + drop:  # refused when shapes are compared
        return parts[0]
    axes = transposition(layer, parts[0].shape) if past.old and is_kernel(layer, weight) else None
    reverse = past.theano and is_kernel(layer, weight)
    if len(parts) == 1 and axes is None and not reverse and not drop:
        return parts[0]
    axes = tuple(range(len(parts[0].shape))) if axes is None else axes
    *outer, _ = (parts[0].shape[axis] for axis in axes)
    shape = (*outer, sum(part.shape[axes[-1]] for part in parts)) if all_alike(parts) else parts[0].shape
    if drop and shape[1] == 1:
        shape = (shape[0], *shape[2:])
    return Mended(parts[0].path, shape, parts[0].dtype, tuple(parts), axes, reverse)


def all_alike(parts: Held) -> bool:
    """Whether every part has the axes of the first, so that they can be joined."""
    return all(part.shape[:-1] == parts[0].shape[:-1] for part in parts)


def is_kernel(layer: Layer, weight: Weight) -> bool:
    return weight.name.endswith("kernel") and isinstance(layer, Conv | ConvTranspose | ConvLSTMCell)


def transposition(layer: Any, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """How to transpose a kernel of Keras 1 into today's, None for not at all."""
    rank = len(shape)
    first = layer.data_format == "channels_first"
    if isinstance(layer, ConvTranspose):
        return (*range(2, rank), 0, 1) if first else (*range(rank - 2), rank - 1, rank - 2)
    if isinstance(layer, Conv) and layer.rank == 1:
        old = rank == 4 and (shape[:2] != (layer.kernel_size[0], 1) or shape[3] != layer.filters)
        return (2, 3, 1, 0) if old else None
    return (*range(2, rank), 1, 0) if first and rank > 2 else None
