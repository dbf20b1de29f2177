"""A model as a layer: a Sequential or Functional nested in another model, or inside a wrapper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ShapeError, SpecErrors
from densecli.graph.graph import row_order
from densecli.graph.trace import Result, Tensor, Trace, apply, flat_inputs, trace
from densecli.layer import Child, Layer
from densecli.shape import show, sum_known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import ModuleType

    from densecli.graph.forward import Value
    from densecli.graph.graph import Graph
    from densecli.shape import Shape

    Array = Any


class Model(Layer, abstract=True):
    """A graph that is called like a layer.

    Its weights are those it was built with: from its own inputs, or (deferred) from the shapes of its first call.
    """

    takes = "several"
    takes_mask = True
    carries_masks = True
    # Of a layer that a source defines: which attribute holds each layer inside, "" for a variable of its own.
    held_as: Mapping[str, str] | None = None

    def __init__(self, graph: Graph) -> None:
        self.graph, self.given = graph, {}
        self.trainable, self.dtype, self.name, self.type_name = graph.trainable, "float32", graph.name, graph.kind
        self.activity_regularizer = None
        self.knows_weights = not graph.deferred
        self._traces: dict[tuple[Any, ...], Trace] = {}
        self._own: list[Tensor] | None = None
        self._order: list[int] | None = None  # not before the graph is known to be sound

    def opened(self, inside: Sequence[Any]) -> list[Any]:
        """Of the rows inside, those that Keras' `expand_nested` shows: it leaves out functions (3.15.1)."""
        return [row for row in inside if row.layer.family != "operations"]

    def forget(self) -> None:
        """Trace again on demand, because the layers inside report other shapes now."""
        self._traces.clear()
        self._own = None

    def take(self, graph: Graph) -> None:
        """Have another graph inside, which is traced on demand."""
        self.graph, self._traces, self._own = graph, {}, None

    # -- shapes -----------------------------------------------------------------------
    def own_inputs(self) -> list[Tensor]:
        """The inputs as the model itself declares them."""
        if self._own is None:
            nodes = [self.graph.nodes[ref.node] for ref in self.graph.inputs]
            self._own = [apply(node.layer, (), {}, ()).tensors[0] for node in nodes]
        return self._own

    def way(self, /, *args: Any, **kwargs: Any) -> Model:
        """The model that does what this call does: itself, unless its code does something else for these shapes."""
        return self

    def called(self, /, *args: Any, **kwargs: Any) -> Trace | None:
        """Every shape inside for one call; None if the input's shape is unknown."""
        shapes = [None if shape is None else tuple(shape) for shape in self.in_order(args, kwargs, flat_inputs)]
        if self.graph.deferred:
            given = [Tensor(shape, "float32") for shape in shapes]
        else:
            given = [_adjusted(shape, own, self) for shape, own in zip(shapes, self.own_inputs(), strict=True)]
        if any(tensor.shape is None for tensor in given):
            return None
        try:
            return self._trace(given)
        except SpecErrors:
            declared = (
                given
                if self.graph.deferred
                else [_filled(*pair) for pair in zip(given, self.own_inputs(), strict=True)]
            )
            if declared == given:
                raise
            return self._trace(declared)

    def built(self, /, *args: Any, **kwargs: Any) -> Trace | None:
        """Every shape inside as the model was built, which determines its weights."""
        return self.called(*args, **kwargs) if self.graph.deferred else self._trace(self.own_inputs())

    def _trace(self, given: list[Tensor]) -> Trace:
        key = tuple(given)
        if key not in self._traces:
            own = self.own_inputs() if self.knows_weights else given
            self._traces[key] = trace(self.graph, given, None if given == own else self._trace(own))
        return self._traces[key]

    def in_order(self, args: Sequence[Any], kwargs: dict[str, Any], flat: Callable[[Any], list[Any]]) -> list[Any]:
        """The shapes or arrays of a call in the order of the inputs; a dict names them. `flat` lists those of a structure."""
        names = [self.graph.nodes[ref.node].name for ref in self.graph.inputs]
        first = args[0] if len(args) == 1 else None
        if isinstance(first, dict) and set(names) <= first.keys():
            return [first[name] for name in names]
        found = flat([list(args), kwargs])
        if len(found) != len(names):
            raise ShapeError(f"takes {len(names)} inputs ({', '.join(names[:8])}), got {len(found)}", code="E407")
        return found

    def output(self, /, *args: Any, **kwargs: Any) -> Any:
        """One shape, or a list of them; None if the inside is unknown."""
        found = self.called(*args, **kwargs)
        shapes = [None if tensor is None else tensor.shape for tensor in self._outputs(found)]
        return shapes[0] if len(shapes) == 1 else shapes

    def output_dtype(self, *_: str) -> list[str]:
        """Inputs are cast to what the model declares, so these dtypes do not depend on the caller."""
        found = next(reversed(self._traces.values()), None)
        return ["float32" if tensor is None else tensor.dtype for tensor in self._outputs(found)]

    def _outputs(self, found: Trace | None) -> list[Tensor | None]:
        return [None if found is None else found.tensor(ref) for ref in self.graph.outputs]

    def accept_again(self, first: Shape | None, again: Shape | None) -> None:
        """A model without an input of its own has that of its first call; one of another rank is rebuilt, as in Keras."""
        if first is None or again is None or len(first) != len(again):
            return
        if any(None not in pair and pair[0] != pair[1] for pair in zip(first[1:], again[1:], strict=True)):
            raise ShapeError(f"takes {show(first)} since its first call, got {show(again)}")

    # -- what is inside ---------------------------------------------------------------
    def children(self, /, *args: Any, **kwargs: Any) -> Iterator[Child]:
        """Every layer at its first call, in Keras' order, which is that of the weights too."""
        found = self.built(*args, **kwargs)
        if self._order is None:
            self._order = row_order(self.graph)
        for index in self._order:
            node = self.graph.nodes[index]
            result = None if found is None else found.results.get((index, 0))
            if result is not None and (result.output is not None or _tells(node.layer)):
                yield Child(node.name, node.layer, result.args, result.kwargs)

    def results(self, /, *args: Any, **kwargs: Any) -> Iterator[tuple[Layer, Result]]:
        """Every call inside, for one call of the model."""
        found = self.called(*args, **kwargs)
        for (index, _), result in ({} if found is None else found.results).items():
            yield self.graph.nodes[index].layer, result

    def macs(self, output: Any, /, *args: Any, **kwargs: Any) -> int | None:
        return self._work("macs", args, kwargs)

    def elementwise(self, output: Any, /, *args: Any, **kwargs: Any) -> int | None:
        return self._work("elementwise", args, kwargs)

    def _work(self, rule: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int | None:
        """The sum over all calls inside; once for equal shapes, as models that call each other twice have 2ⁿ calls."""
        found = self.way(*args, **kwargs).called(*args, **kwargs)
        if found is None:
            return 0
        if rule not in found.work:
            found.work[rule] = sum_known(
                None if result.output is None else getattr(layer, rule)(result.output, *result.args, **result.kwargs)
                for layer, result in self.results(*args, **kwargs)
            )
        return found.work[rule]

    # -- arrays -----------------------------------------------------------------------
    @property
    def runnable(self) -> bool:
        """Whether every layer inside has a forward pass."""
        inputs = {ref.node for ref in self.graph.inputs}
        return all(node.layer.runnable for index, node in enumerate(self.graph.nodes) if index not in inputs)

    def forward(
        self, ops: ModuleType, weights: Mapping[str, Any], /, *args: Any, mask: Any = None, **kwargs: Any
    ) -> Any:
        """The outputs, one array or a list of them."""
        named = kwargs if mask is None else kwargs | {"mask": mask}
        arrays = [value.array for value in self.values(ops, weights, args, named)]
        return arrays[0] if len(arrays) == 1 else arrays

    def values(self, ops: ModuleType, w: Mapping[str, Any], args: Any, kwargs: dict[str, Any]) -> list[Value]:
        """The outputs with their masks: as in Keras, those that the layers inside have made of the inputs'."""
        from densecli.graph.forward import forward  # noqa: PLC0415  # for --run only

        given = self.entering(ops, args, kwargs)
        return forward(self.graph, ops, [w.get(node.name, {}) for node in self.graph.nodes], given)

    def entering(self, ops: ModuleType, args: Any, kwargs: dict[str, Any]) -> list[Value]:
        """What the inputs inside get of a call's arrays and masks."""
        from densecli.graph.forward import Value, flat_arrays  # noqa: PLC0415  # for --run only

        masks = flat_arrays(kwargs.get("mask"))
        arrays = self.in_order(args, {key: item for key, item in kwargs.items() if key != "mask"}, flat_call)
        masks += [None] * (len(arrays) - len(masks))
        if not self.graph.deferred:
            arrays = [
                ops.as_input(array, array.ndim if own.shape is None else len(own.shape), own.dtype)
                for array, own in zip(arrays, self.own_inputs(), strict=True)
            ]
        return [Value(*pair) for pair in zip(arrays, masks, strict=True)]


def layers_of(graph: Graph) -> Iterator[Layer]:
    """Every layer, those of nested models included."""
    for node in graph.nodes:
        yield node.layer
        if isinstance(node.layer, Model):
            yield from layers_of(node.layer.graph)


def models_in(layer: Layer) -> Iterator[Model]:
    """The models that a layer is or contains."""
    if isinstance(layer, Model):
        yield layer
        return
    for value in vars(layer).values():
        for each in value if isinstance(value, list | tuple) else (value,):
            if isinstance(each, Layer):
                yield from models_in(each)


def flat_call(call: list[Any]) -> list[Any]:
    """The arrays in the positional and the named arguments of a call."""
    args, kwargs = call
    from densecli.graph.forward import flat_arrays  # noqa: PLC0415

    return flat_arrays([*args, *(kwargs[key] for key in sorted(kwargs))])


def _tells(layer: Layer) -> bool:
    """Whether the weights of a layer can be listed without its input shapes."""
    return layer.opaque or layer.knows_weights or layer.held is not None


def _filled(given: Tensor, own: Tensor) -> Tensor:
    """Sizes that only the model knows, since its layers were built with them; the batch stays the caller's."""
    if given.shape is None or own.shape is None:
        return given
    sizes = (size if size is not None else known for size, known in zip(given.shape[1:], own.shape[1:], strict=True))
    return Tensor((given.shape[0], *sizes), given.dtype)


def _adjusted(shape: Shape | None, own: Tensor, model: Model) -> Tensor:
    """The input as the model takes it: Keras adds or drops a last axis of 1, and checks every size that is declared."""
    if shape is None or own.shape is None:
        return own
    if len(shape) == len(own.shape) + 1 and shape[-1] == 1:
        shape = shape[:-1]
    elif len(shape) == len(own.shape) - 1 and own.shape[-1] == 1:
        shape = (*shape, 1)
    if len(shape) != len(own.shape) or any(
        None not in (got, wanted) and got != wanted for got, wanted in zip(shape[1:], own.shape[1:], strict=True)
    ):
        raise ShapeError(f"{model.graph.name} takes {show(own.shape)}, got {show(shape)}")
    return Tensor(shape, own.dtype)
