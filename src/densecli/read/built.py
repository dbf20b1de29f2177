"""What a file says of the tensors that its layers were built with (`build_config`), for those that no rule is known for.

Keras 3 and tf.keras since 2.12 write the input shape of each layer that was built. Where a Lambda or a custom layer stands
before it, that is the only place that tells what came out of there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.graph import Call, Node, Ref
from densecli.layers.operations import Operation
from densecli.read.keras_values import as_shape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from densecli.shape import Shape


def state_built(nodes: list[Node], entries: Iterable[tuple[int, Any]]) -> None:
    """Enter the shapes that `entries` (each with its node) were built with at the calls of opaque layers."""
    if not any(map(_is_untold, nodes)):
        return
    batch = any(_batch(node) is not None for node in nodes)
    for index, entry in entries:
        calls = nodes[index].calls
        if len(calls) == 1:
            for ref, shape in _built(calls[0], entry):
                _state(nodes[ref.node], ref, shape if batch else (None, *shape[1:]))


def _is_untold(node: Node) -> bool:
    return node.layer.opaque or isinstance(node.layer, Operation)


def _batch(node: Node) -> Any:
    shape = getattr(node.layer, "batch_shape", None)
    return shape[0] if shape else None


def _built(call: Call, entry: Any) -> Iterable[tuple[Ref, Shape]]:
    """The tensors of a call with the shapes they had, where each has one."""
    build = entry.get("build_config") if isinstance(entry, dict) else None
    found = build.get("input_shape") if isinstance(build, dict) else None
    refs = Call(call.args).refs()
    one = as_shape(found)
    shapes = [one] if one is not None else [as_shape(each) for each in found] if isinstance(found, list) else []
    return [
        (ref, shape) for ref, shape in zip(refs, shapes, strict=False) if shape is not None and len(refs) == len(shapes)
    ]


def _state(node: Node, ref: Ref, shape: Shape) -> None:
    if not _is_untold(node) or ref.call >= len(node.calls):
        return
    call = node.calls[ref.call]
    stated = {ref.tensor: (shape, node.layer.compute_dtype)}
    node.calls[ref.call] = call._replace(stated=stated | (call.stated or {}))
