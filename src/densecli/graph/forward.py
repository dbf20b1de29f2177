"""Arrays through a graph: every call in order, with masks propagated as in Keras, and each array freed after its last use."""

from __future__ import annotations

from collections import Counter
from functools import cache
from inspect import signature
from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError
from densecli.graph.graph import Call, Graph, Ref, call_order, map_refs, refs_in
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

    from densecli.graph.graph import Node, Step
    from densecli.layer import Layer

Array = Any


class Value(Record):
    """An array with its Keras mask."""

    array: Array
    mask: Array | None = None


def forward(
    graph: Graph,
    ops: ModuleType,
    weights: Sequence[Mapping[str, Any]],
    inputs: list[Value],
    watch: Callable[[Step, list[Value]], None] | None = None,
) -> list[Value]:
    """The model's outputs. `weights` are by node; `watch` sees the values of every call as soon as it is done.

    `inputs` is emptied: an input that nothing else refers to is freed after its last use, like all intermediate arrays.
    """
    order = call_order(graph)[0]
    values: dict[Ref, Value] = dict(zip(graph.inputs, inputs, strict=True))
    inputs.clear()
    left = uses(graph, order)
    for node, call in order:
        if Ref(node, call) not in values:
            made = called(graph.nodes[node], call, ops, weights[node], values)
            if watch is not None:
                watch((node, call), made)
            values.update({
                ref: value
                for ref, value in ((Ref(node, call, tensor), value) for tensor, value in enumerate(made))
                if left[ref]
            })  # fmt: skip
            del made
            release(graph.nodes[node].calls[call].refs, values, left)
    return [values[ref] for ref in graph.outputs]


def called(
    node: Node, call: int, ops: ModuleType, weights: Mapping[str, Any], values: Mapping[Ref, Value]
) -> list[Value]:
    """One call of a node. Raises DenseError if data is out of range, such as an index beyond the vocabulary."""
    try:
        return call_layer(node.layer, ops, weights, node.calls[call], values)
    except IndexError as error:
        raise DenseError(
            f"{node.layer.type_name} {quote(node.name)} cannot process this data: {error}", code="E508"
        ) from error


def uses(graph: Graph, order: Sequence[Step]) -> Counter[Ref]:
    """How often each tensor is still needed; the outputs are needed forever."""
    count = Counter(graph.outputs)
    for node, call in order:
        if Ref(node, call) not in graph.inputs:
            count.update(graph.nodes[node].calls[call].refs)
    return count


def release(refs: Sequence[Ref], values: dict[Ref, Value], left: Counter[Ref]) -> None:
    for ref in refs:
        left[ref] -= 1
        if not left[ref]:
            values.pop(ref, None)


def call_layer(
    layer: Layer, ops: ModuleType, weights: Mapping[str, Any], call: Call, values: Mapping[Ref, Value]
) -> list[Value]:
    """One call of one layer: its outputs, each with its mask."""
    args, kwargs, masks = arguments(layer, call, values)
    if layer.carries_masks:  # a model: its outputs carry the masks that its own layers made
        made: list[Value] = layer.values(ops, weights, args, kwargs)  # type: ignore[attr-defined]
        return made
    output = in_dtype(layer, ops, weights, args, kwargs)
    arrays = flat_arrays(output)
    mask = (
        layer.mask(ops, args[0] if args else None, mask_of(kwargs, masks)) if any_mask(layer, masks, kwargs) else None
    )
    each = mask if isinstance(mask, list) and len(arrays) > 1 else [mask] + [None] * (len(arrays) - 1)
    return [Value(array, of) for array, of in zip(arrays, each, strict=False)]


def arguments(layer: Layer, call: Call, values: Mapping[Ref, Value]) -> tuple[Any, dict[str, Any], Any]:
    """The arrays that a call passes, by position and by name (masks too), and the masks of those by position."""
    args, kwargs = map_refs((call.args, call.kwargs), lambda ref: values[ref].array)
    masks, named = map_refs((call.args, call.kwargs), lambda ref: values[ref].mask)
    found = mask_arguments(layer, masks, named, alone=tensor_arguments(call) == 1)
    given = {**kwargs, **given_masks(layer, call, values)}
    kwargs = found | {name: each for name, each in given.items() if name not in layer.unheeded_masks}
    return args, kwargs, masks


def tensor_arguments(call: Call) -> int:
    """How many arguments of a call contain tensors."""
    return sum(any(True for _ in refs_in(item)) for item in (*call.args, *call.kwargs.values()))


def mask_of(kwargs: Mapping[str, Any], masks: Sequence[Any]) -> Any:
    """The mask of a call: its own, if given, else that of its first argument."""
    return kwargs.get("mask", masks[0] if masks else None)


def given_masks(layer: Layer, call: Call, values: Mapping[Ref, Value]) -> dict[str, Any]:
    """Masks that the caller named (layer(x, mask=m)), if the layer takes them."""
    kind: Any = type(layer)
    wanted = mask_parameters(kind)[1]
    given = {name: tree for name, tree in call.extra.items() if name in wanted}
    found: dict[str, Any] = map_refs(given, lambda ref: values[ref].array)
    return found


def in_dtype(layer: Layer, ops: ModuleType, weights: Mapping[str, Any], args: Any, kwargs: Any) -> Any:
    """The layer's arithmetic in the dtype of its policy.

    Keras casts floating-point inputs and weights to it. Half precision is computed in float32 between rounded inputs and
    rounded outputs, as processors do it; bfloat16, which NumPy lacks, in float32 throughout.
    """
    dtype = layer.compute_dtype
    if layer.keeps_integers and not layer.autocast:
        return layer.forward(ops, weights, *args, **kwargs)
    if dtype == "float16":
        lifted = map_arrays((args, kwargs, dict(weights)), ops.rounded_to_half)
        return map_arrays(layer.forward(ops, lifted[2], *lifted[0], **lifted[1]), ops.to_half)
    if dtype not in ("float32", "bfloat16", "float64"):
        return layer.forward(ops, weights, *args, **kwargs)
    if not all(ops.fits(array, dtype) for array in flat_arrays([args, list(kwargs.values())])):
        args, kwargs = map_arrays((args, kwargs), lambda array: ops.in_float(array, dtype))
    if layer.variable_dtype != dtype:
        weights = map_arrays(dict(weights), lambda array: ops.in_float(array, dtype))
    return layer.forward(ops, weights, *args, **kwargs)


def map_arrays(tree: Any, function: Callable[[Array], Array]) -> Any:
    """The same structure with `function(array)` for each array."""
    if isinstance(tree, dict):
        return {key: map_arrays(item, function) for key, item in tree.items()}
    if isinstance(tree, list | tuple):
        return type(tree)(map_arrays(item, function) for item in tree)
    return function(tree) if hasattr(tree, "dtype") and hasattr(tree, "ndim") else tree


def any_mask(layer: Layer, masks: Any, kwargs: Mapping[str, Any]) -> bool:
    """Whether to ask the layer for a mask: an input has one, or the layer makes masks."""
    came = [*flat_arrays(list(masks)), *flat_arrays(kwargs.get("mask"))]
    return layer.makes_mask or any(mask is not None for mask in came)


@cache
def mask_parameters(kind: type[Layer]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the tensors that `forward` takes, and those of its mask arguments."""
    names = [name for name in signature(kind.forward).parameters if name not in ("self", "ops")][1:]
    return tuple(name for name in names if "mask" not in name), tuple(name for name in names if name.endswith("mask"))


def mask_arguments(layer: Layer, masks: Sequence[Any], named: dict[str, Any], *, alone: bool) -> dict[str, Any]:
    """`query_mask` is the mask of the argument `query`; `mask` is that of the first one, if that is the only tensor.

    So Keras 3.15.1 fills them in: a recurrent layer that is given an initial_state gets no mask.
    """
    kind: Any = type(layer)
    tensors, wanted = mask_parameters(kind)
    by_name = dict(zip(tensors, masks, strict=False)) | named
    found = {name: by_name.get(name.removesuffix("_mask")) for name in wanted if name != "mask"}
    if "mask" in wanted and alone and masks:
        found["mask"] = masks[0]
    return {name: mask for name, mask in found.items() if any(part is not None for part in flat_arrays(mask))}


def flat_arrays(output: Any) -> list[Array]:
    """The arrays of a structure, in order."""
    if isinstance(output, list | tuple):
        return [array for item in output for array in flat_arrays(item)]
    return [output]
