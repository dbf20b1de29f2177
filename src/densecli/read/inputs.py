"""Input shapes from elsewhere: from the command line, or from the arguments of the first layer as in old Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import GraphError, did_you_mean
from densecli.layers.core import InputLayer
from densecli.shape import show
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from densecli.graph.graph import Graph, Node

# Ways to say the input shape on the first layer, as Keras 1 to 3 had them; they belong to the stack, not to the layer.
INPUT_ARGUMENTS = (
    "input_shape",
    "batch_shape",
    "batch_input_shape",
    "input_dim",
    "input_length",
    "batch_size",
    "input_dtype",
)


def check_inputs(graph: Graph, given: Mapping[str | None, Any]) -> None:
    """Refuse shapes for inputs that the model does not have. Raises GraphError E406."""
    names = [graph.nodes[ref.node].name for ref in graph.inputs]
    shown = ", ".join(map(quote, names[:8])) + (", …" if len(names) > 8 else "")
    for name in given:
        if name is None and len(names) > 1:
            message = f"got one shape for {plural(len(names), 'input')}: {shown}"
            raise GraphError(message, code="E406", hint=f"name the input: --input-shape {names[0]}=3,2")
        if name is not None and name not in names:
            hint = did_you_mean(name, names) or f"inputs: {shown}"
            raise GraphError(f"got a shape for {quote(name)}, which is not an input", code="E406", hint=hint)


def fill(node: Node, given: Mapping[str | None, Any], *, alone: bool) -> None:
    """Put sizes from outside where an input says `none`; the others must agree. Raises GraphError E406."""
    shape = filled(node, given, alone=alone)
    if shape is not None:
        layer = InputLayer(batch_shape=shape, dtype=node.layer.dtype)
        layer.name, node.layer = node.layer.name, layer


def filled(node: Node, given: Mapping[str | None, Any], *, alone: bool) -> tuple[int | None, ...] | None:
    """The shape of an input with those sizes; None where nothing changes. Raises GraphError E406."""
    own: Any = node.layer.output()
    wanted = given.get(node.name, given.get(None) if alone else None)
    if wanted is None or tuple(wanted) == own[1:]:
        return None
    if len(own) != len(wanted) + 1 or any(
        None not in (size, new) and size != new for size, new in zip(own[1:], wanted, strict=True)
    ):
        message = (
            f"the input {quote(node.name)} is {show(own)} in the stack, which {show((None, *wanted))} does not fit"
        )
        raise GraphError(message, code="E406").at(node.place)
    return (own[0], *(new if size is None else size for size, new in zip(own[1:], wanted, strict=True)))


def input_arguments(given: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The shape (without batch) and options of the input that Keras' old arguments describe."""
    batch_shape = given.get("batch_input_shape") or given.get("batch_shape")
    options = {
        name: given[key] for key, name in (("batch_size", "batch_size"), ("input_dtype", "dtype")) if given.get(key)
    }
    if isinstance(batch_shape, list | tuple) and batch_shape:
        return batch_shape[1:], options | ({} if batch_shape[0] is None else {"batch_size": batch_shape[0]})
    if given.get("input_shape") is not None:
        return given["input_shape"], options
    if given.get("input_dim") is not None:
        length = given.get("input_length")
        return ((length, given["input_dim"]) if "input_length" in given else (given["input_dim"],)), options
    return ((given["input_length"],) if given.get("input_length") is not None else None), options
