"""Masks in a Functional of Keras 3: which calls get one, which layers pass one on, and the rows that make it.

A tensor here is anything with a `shape`, a `dtype` and a `mask`; `make` adds an operation and returns its tensor.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from densecli.layer import Layer

    Tensor = Any
    Make = Callable[[str, list[Any], dict[str, Any]], Tensor]


# The operations that masks are made of.
RULES = frozenset(
    ("Any", "Concatenate", "ConvertToTensor", "ExpandDims", "LogicalOr", "NotEqual", "OnesLike", "ZerosLike")
)


class Operations:
    """What `Layer.mask` asks of the kernels, as the operations that Keras 3.15.1 makes of it."""

    def __init__(self, make: Make) -> None:
        self.make = make

    def as_mask(self, mask: Tensor) -> Tensor:
        return self.make("ConvertToTensor", [mask], {})

    def not_equal(self, x: Tensor, value: float) -> Tensor:
        return self.make("NotEqual", [x, value], {})

    def steps_that_differ(self, x: Tensor, value: float) -> Tensor:
        return self._any(self.not_equal(x, value))

    def any_mask(self, masks: Sequence[Tensor]) -> Tensor:
        return reduce(lambda one, other: self.make("LogicalOr", [one, other], {}), masks)

    def concatenated_mask(self, xs: list[Tensor], masks: list[Tensor | None], axis: int, *, every: bool) -> Tensor:  # noqa: ARG002  # until Keras 2, which has no such rows
        whole = [self._like(*pair) for pair in zip(xs, masks, strict=True)]
        return self._any(self.make("Concatenate", [whole], {"axis": axis}))

    def _any(self, mask: Tensor) -> Tensor:
        return self.make("Any", [mask], {"axis": -1, "keepdims": False})

    def _like(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """A mask of the shape of its tensor."""
        if mask is None:
            return self.make("OnesLike", [x], {"dtype": "bool"})
        if None not in (x.shape, mask.shape) and len(mask.shape) >= len(x.shape):
            return mask
        wide = self.make("ExpandDims", [mask], {"axis": -1})
        return self.make("LogicalOr", [wide, self.make("ZerosLike", [x], {"dtype": "bool"})], {})


def taken(layer: Layer, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """The mask that a call has in the graph: a tensor, or a list for a list of them; None for no mask.

    Keras 3.15.1 drops it where it casts or lists its inputs: a mask stays only in a call on one tensor of the layer's own dtype.
    A Functional casts nothing before it is called.
    """
    if not layer.takes_mask or kwargs or not args:
        return None
    uncast = layer.type_name == "Pipeline" or (layer.carries_masks and layer.type_name != "Sequential")
    first = args[0] if len(args) == 1 else list(args) if layer.carries_masks else None
    if first is None or not (uncast or getattr(first, "dtype", None) == layer.compute_dtype):
        return None
    return _or_none(_masks(first))


def given(layer: Layer, args: Sequence[Any], kwargs: dict[str, Any], outputs: Sequence[Tensor], make: Make) -> None:
    """Give the outputs of a call their masks. A model gives none."""
    if layer.carries_masks or layer.hides_mask or layer.as_tf_keras:
        return
    first = args[0] if args else next(iter(kwargs.values()), None)
    came = kwargs.get("mask")
    came = _masks(first) if came is None else came
    if _or_none(came) is None and not layer.makes_mask:
        return
    ops: Any = Operations(make)
    found = layer.mask(ops, first, came)
    for output, mask in zip(outputs, found if isinstance(found, list) else [found], strict=False):
        output.mask = mask


def made_by(layer: Layer) -> list[str]:
    """The operations that a layer adds by itself, whatever its inputs."""
    made: list[str] = []
    if layer.makes_mask and not layer.hides_mask:
        ops: Any = Operations(lambda rule, *_: made.append(rule))
        layer.mask(ops, None, None)
    return made


def _masks(tree: Any) -> Any:
    """The structure of an argument with the mask of each tensor."""
    if isinstance(tree, list):
        return [_masks(each) for each in tree]
    if isinstance(tree, dict):
        return {key: _masks(each) for key, each in tree.items()}
    return getattr(tree, "mask", None)


def _or_none(masks: Any) -> Any:
    return masks if any(each is not None for each in _flat(masks)) else None


def _flat(tree: Any) -> Iterator[Any]:
    for each in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _flat(each)
    if not isinstance(tree, list | dict):
        yield tree
