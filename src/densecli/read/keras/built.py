"""The shapes that layers were built with (`build_config`), for layers without a rule.

Keras 3 and tf.keras since 2.12 write the input shape of each layer that was built. Behind a Lambda or a custom layer,
that is the only record of the shapes that those returned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.graph.graph import Call
from densecli.shape import as_shape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from densecli.graph.graph import Graph, Node, Ref
    from densecli.shape import Shape


def tell_built(graph: Graph, entries: Iterable[tuple[int, Any]]) -> None:
    """Record the shapes that `entries` (each with its node) were built with, if from an opaque layer."""
    nodes = graph.nodes
    batch = any(_batch(node) is not None for node in nodes)
    for index, entry in entries:
        calls = nodes[index].calls
        for ref, shape in _built(calls[0], entry) if len(calls) == 1 else ():
            layer = nodes[ref.node].layer
            if _is_untold(nodes[ref.node]):
                told = {"shape": shape if batch else (None, *shape[1:]), "dtype": layer.compute_dtype}
                graph.told.setdefault(ref[:2], {}).setdefault(ref.tensor, told)


def _is_untold(node: Node) -> bool:
    return node.layer.opaque or node.layer.family == "operations"


def _batch(node: Node) -> Any:
    shape = getattr(node.layer, "batch_shape", None)
    return shape[0] if shape else None


def _built(call: Call, entry: Any) -> Iterable[tuple[Ref, Shape]]:
    """The tensors of a call with their built shapes, if each has one."""
    build = entry.get("build_config") if isinstance(entry, dict) else None
    found = build.get("input_shape") if isinstance(build, dict) else None
    refs = Call(call.args).refs
    one = as_shape(found)
    shapes = [one] if one is not None else [as_shape(each) for each in found] if isinstance(found, list) else []
    return [
        (ref, shape) for ref, shape in zip(refs, shapes, strict=False) if shape is not None and len(refs) == len(shapes)
    ]
