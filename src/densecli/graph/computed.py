"""Calls whose computed shapes differ from those that Keras reports: a summary warns, a forward pass uses the former."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from densecli.errors import ShapeError
from densecli.graph.model import Model, layers_of
from densecli.graph.trace import flat_shapes
from densecli.shape import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.graph.graph import Graph
    from densecli.graph.trace import Result, Trace
    from densecli.layer import Layer


def misreport(layer: Layer, result: Result) -> str | None:
    """A sentence on what Keras reports and what it computes for one call; None if it is the same."""
    if not layer.may_misreport or result.output is None:
        return None
    reported = show(result.output)
    try:
        computed = layer.computed(*result.args, **result.kwargs)
    except ShapeError as error:
        return f"Keras reports {reported}, but cannot compute it: {error.message}"
    return None if _agree(result.output, computed) else f"Keras reports {reported}, but computes {show(computed)}"


def _agree(reported: Any, computed: Any) -> bool:
    ours, theirs = flat_shapes(reported), flat_shapes(computed)
    return len(ours) == len(theirs) and all(
        len(shape) == len(other) and all(None in pair or pair[0] == pair[1] for pair in zip(shape, other, strict=True))
        for shape, other in zip(ours, theirs, strict=True)
        if shape is not None and other is not None
    )


def as_computed(graph: Graph, found: Trace) -> Graph:
    """The graph with layers that report the shapes they compute; the same graph if `found` has these already."""
    if not _misreports(graph, found):
        return graph
    graph = deepcopy(graph)
    for layer in _every(graph):
        if layer.may_misreport:
            vars(layer)["output"] = layer.computed
        if isinstance(layer, Model):
            layer.forget()
    return graph


def _misreports(graph: Graph, found: Trace | None) -> bool:
    """Whether a call in a graph, or in a model inside it, may misreport its shapes."""
    return found is None or any(
        _misreports((way := layer.way(*result.args, **result.kwargs)).graph, way.called(*result.args, **result.kwargs))
        if isinstance(layer, Model)
        else misreport(layer, result) is not None or any(isinstance(each, Model) for each in _within(layer))
        for layer, result in ((graph.nodes[index].layer, result) for (index, _), result in found.results.items())
    )


def _every(graph: Graph) -> Iterator[Layer]:
    """Every layer of a graph, including those in nested models and wrappers."""
    for layer in layers_of(graph):
        yield from _within(layer)


def _within(layer: Layer) -> Iterator[Layer]:
    for each in layer.within():
        yield each
        yield from _every(each.graph) if each is not layer and isinstance(each, Model) else ()
