"""The arrays of every call of a forward pass: what went in, the weights, what came out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import kernels
from densecli.graph.forward import arguments, forward
from densecli.graph.graph import Ref
from densecli.graph.model import Model
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from densecli.graph.forward import Value
    from densecli.graph.graph import Graph, Step
    from densecli.layer import Layer

Array = Any


class Recorded(Record):
    """One call: `args` and `kwargs` are as the layer's `forward` gets them; `inside` are the calls in a nested model."""

    name: str
    layer: Layer
    call: int
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    weights: Mapping[str, Any]
    outputs: tuple[Array, ...]
    inside: tuple[Recorded, ...] = ()
    notes: Mapping[str, Sequence[Array]] = {}  # what its kernels noted of the first sample; never written to
    within: tuple[Recorded, ...] = ()  # one call of each layer that this one made or wraps, if asked for
    about: str = ""  # which of several equal calls it is, such as step 0

    def arrays(self) -> Iterator[tuple[str, Array]]:
        """The weights by their paths."""
        yield from flat_weights(self.weights)


class Recorder:
    """Watches a forward pass and keeps its arrays."""

    def __init__(
        self,
        graph: Graph,
        weights: Sequence[Mapping[str, Any]],
        inputs: Sequence[Value],
        notes: list[Any] | None = None,
    ) -> None:
        self.graph, self.weights, self.notes = graph, weights, [] if notes is None else notes
        self.values = dict(zip(graph.inputs, inputs, strict=True))
        self.calls: list[Recorded] = []

    def __call__(self, step: Step, made: Sequence[Value]) -> None:
        index, call = step
        notes = kernels.taken(self.notes)
        node = self.graph.nodes[index]
        args, kwargs, _ = arguments(node.layer, node.calls[call], self.values)
        self.values.update({Ref(index, call, tensor): value for tensor, value in enumerate(made)})
        outputs = tuple(value.array for value in made)
        inside = tuple(inside_of(node.layer, self.weights[index], args, kwargs))
        self.calls.append(
            Recorded(node.name, node.layer, call, args, kwargs, self.weights[index], outputs, inside, notes)
        )

    def named_inputs(self) -> tuple[tuple[str, Array], ...]:
        """What went into the model."""
        return tuple((self.graph.nodes[ref.node].name, self.values[ref].array) for ref in self.graph.inputs)


def inside_of(layer: Layer, weights: Mapping[str, Any], args: Any, kwargs: dict[str, Any]) -> Sequence[Recorded]:
    """The calls in a nested model, from a pass of their own."""
    if not isinstance(layer, Model):
        return ()
    given = layer.entering(kernels, args, kwargs)
    by_node = [weights.get(node.name, {}) for node in layer.graph.nodes]
    with kernels.noting() as notes:
        recorder = Recorder(layer.graph, by_node, given, notes)
        forward(layer.graph, kernels, by_node, given, recorder)
    return recorder.calls


def opened(calls: Sequence[Recorded]) -> tuple[Recorded, ...]:
    """The calls with those of the layers within them."""
    return tuple(call._replace(inside=opened(call.inside), within=opened(tuple(within(call)))) for call in calls)


def within(call: Recorded) -> Iterator[Recorded]:
    """The layers within a call, each from a pass of its own."""
    for each in call.layer.calls_inside(kernels, call.weights, *call.args, **call.kwargs):
        layer, weights = each.layer, call.weights[each.name]
        with kernels.noting() as notes:
            made = layer.forward(kernels, weights, *each.args, **each.kwargs)
            noted = kernels.taken(notes)
        outputs = tuple(made) if isinstance(made, list) else (made,)
        yield Recorded(
            each.name, layer, call.call, each.args, each.kwargs, weights, outputs, (), noted, about=each.about
        )


def flat_weights(weights: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Array]]:
    for name, each in weights.items():
        if isinstance(each, dict):
            yield from flat_weights(each, f"{above}{name}/")
        else:
            yield above + name, each
