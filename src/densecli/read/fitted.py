"""The arguments of a layer's call, sorted into those that affect shapes and the others."""

from __future__ import annotations

from typing import Any

from densecli.errors import GraphError
from densecli.graph.graph import Call, Ref, refs_in
from densecli.graph.model import Model
from densecli.layer import Constant, Layer

ALWAYS_EXTRA = {"mask", "training"}
# Arguments of Keras' layers that may affect shapes; no other matters to a summary.
NAMED = (
    "query", "value", "key", "attention_mask", "query_mask", "value_mask", "key_mask", "return_attention_scores",
    "use_causal_mask", "initial_state", "reverse", "count_weights", "states",
)  # fmt: skip


def fitted(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
    """A call with the arguments that affect shapes separated from the others. Raises GraphError (E407)."""
    extra = {key: kwargs.pop(key) for key in sorted(ALWAYS_EXTRA) if key in kwargs} if kwargs else {}
    if layer.opaque or layer.takes == "any":
        return Call(args, kwargs, extra)
    if len(args) == 1 and not kwargs and (type(args[0]) is Ref or _are_refs(layer, args[0])):  # nearly every call
        return Call(args, None, _with_refs(extra) if extra else None)
    args, kwargs = _constants_as_shapes(args), _constants_as_shapes(kwargs)
    accepted, most = _parameters(layer)
    if not args and kwargs:
        first = next((key for key in ("inputs", "x", "sequences", *kwargs) if key in kwargs), "")
        if first not in accepted[1:] and not ("query" in kwargs and "query" in accepted):
            args = (kwargs.pop(first),)
    if most is not None and len(args) > most:
        extra |= {f"argument {index}": value for index, value in enumerate(args) if index >= most}
        args = args[:most]
    _check_tensors(layer, args, kwargs)
    known = NAMED if accepted[-1:] == ("**",) else accepted
    extra |= {key: kwargs.pop(key) for key in list(kwargs) if key not in known or key not in NAMED}
    return Call(args, kwargs, _with_refs(extra))


def _parameters(layer: Layer) -> tuple[tuple[str, ...], int | None]:
    """The names that `output` takes (`**` at the end for any), and how many positional ones."""
    code = type(layer).output.__code__
    names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    most = None if code.co_flags & 4 else code.co_argcount - 1
    if type(layer).output is Layer.output:  # returns its first tensor, whatever else is named
        most = 1
    return (*names, "**") if code.co_flags & 8 else names, most


def _constants_as_shapes(tree: Any) -> Any:
    """Arrays in a config are tensors to a layer, and only their shape matters here."""
    if isinstance(tree, Constant):
        return tree.shape
    if isinstance(tree, dict):
        return {key: _constants_as_shapes(item) for key, item in tree.items()}
    if isinstance(tree, list):
        return [_constants_as_shapes(item) for item in tree]
    if isinstance(tree, tuple) and not isinstance(tree, Ref):
        return tuple(_constants_as_shapes(item) for item in tree)
    return tree


def _check_tensors(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Refuse a call whose first argument is not what the layer takes: one tensor, or a list of them."""
    first = args[0] if args else next(iter(kwargs.values()), None)
    if isinstance(first, Ref) or (isinstance(first, tuple) and not args[1:]):
        return
    if layer.takes == "list" and isinstance(first, list) and first and isinstance(first[0], Ref | tuple):
        return
    if isinstance(layer, Model) and isinstance(first, list | dict):
        return
    wanted = "a list of tensors" if layer.takes == "list" else "one tensor"
    raise GraphError(f"{layer.type_name} takes {wanted}, but is called on something else", code="E407")


def _are_refs(layer: Layer, item: Any) -> bool:
    """Whether a layer that takes a list of tensors gets one."""
    return layer.takes == "list" and type(item) is list and {*map(type, item)} == {Ref}


def _with_refs(extra: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in extra.items() if any(True for _ in refs_in(value))}
