"""Layers of the source that another layer or a file holds: their `call` is followed for each input shape that they get."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError, GraphError, ShapeError
from densecli.graph.graph import Ref
from densecli.graph.trace import is_shape
from densecli.layer import Layer, all_weights
from densecli.layers.recurrent_cells import Cell
from densecli.layers.states import pack
from densecli.read.python.runtime.tensors import Tensor
from densecli.read.python.signals import Raised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from densecli.graph.graph import Graph
    from densecli.graph.trace import Result
    from densecli.layer import Child
    from densecli.layers.states import States
    from densecli.read.python.runtime.custom import CustomLayer
    from densecli.read.python.runtime.inside import Written
    from densecli.shape import Shape

    Array = Any


class OnDemand(Layer, abstract=True):
    """A layer of the source as other layers call it."""

    takes = "several"
    hint: str | None = None  # for layers that the source does not determine

    def __init__(self, made: CustomLayer) -> None:
        self.made, self.given = made, {}
        self.trainable, self.dtype, self.name, self.type_name = made.trains, "float32", made.name, made.type_name
        self.activity_regularizer = None
        self.last: Written | None = None
        self.drawn: Mapping[int, Layer] = {}  # what its `call` does, by identity, as it was when a model was drawn

    def __deepcopy__(self, _: Any) -> OnDemand:
        """The source stays one."""
        return copy(self)

    @property
    def graph(self) -> Graph | None:
        """What its `call` does, once a shape is known."""
        return None if self.last is None else self.last.graph

    @property
    def held_as(self) -> Mapping[str, str] | None:
        return None if self.last is None else self.last.held_as

    def way(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Written:
        """The layer for these shapes. Raises GraphError with the reason if the source doesn't determine it."""
        try:
            error = self.made.prepared(self.made.session.run, list(tensors_of(args)), tensors_of(kwargs))
        except Raised as refusal:
            error = refusal.error or GraphError(refusal.message, place=refusal.place)
        except DenseError as problem:
            error = problem
        if error is not None:
            raise GraphError(error.message, code="E354", hint=error.hint or self.hint, place=error.place)
        self.last = self.drawn.get(id(self.made.last), self.made.last)  # type: ignore[assignment]
        self.last.trainable = self.trainable  # type: ignore[union-attr]
        return self.last  # type: ignore[return-value]

    def output(self, *args: Any, **kwargs: Any) -> Any:
        return self.way(args, kwargs).output(*args, **kwargs)

    def children(self, *args: Any, **kwargs: Any) -> Iterator[Child]:
        return self.way(args, kwargs).children(*args, **kwargs)

    def results(self, *args: Any, **kwargs: Any) -> Iterator[tuple[Layer, Result]]:
        return self.way(args, kwargs).results(*args, **kwargs)

    def macs(self, output: Any, *args: Any, **kwargs: Any) -> int | None:
        return self.way(args, kwargs).macs(output, *args, **kwargs)

    def elementwise(self, output: Any, *args: Any, **kwargs: Any) -> int | None:
        return self.way(args, kwargs).elementwise(output, *args, **kwargs)

    @property
    def runnable(self) -> bool:
        return self.last is None or self.last.runnable

    def forward(self, ops: ModuleType, weights: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
        return self.last.forward(ops, weights, *args, **kwargs) if self.last is not None else None


class Held(OnDemand, abstract=True):
    """A layer that a wrapper holds. Keras asks its class for the output shape, and builds it without calling it."""

    unbuilt: frozenset[int] = frozenset()  # the layers inside that `build` leaves to `call`

    def way(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Written:
        run = self.made.session.run
        if not self.made.build_done:
            self.made.build_once(run, list(tensors_of(args)))
            self.unbuilt = frozenset(each.index for each in self.made.inner() if not each.was_built)
        found = super().way(args, kwargs)
        self.check_built(found, args, kwargs)
        return found

    def check_built(self, found: Written, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        nodes = {found.graph.nodes[number].name for index, number in found.numbers.items() if index in self.unbuilt}
        for child in found.children(*args, **kwargs):
            if child.name in nodes and all_weights(child.layer, child.inputs, child.kwargs):
                raise GraphError(
                    f"Keras does not build `{child.name}` of {self.type_name} before data passes, so its weights do not count yet",
                    code="E354",
                    hint=f"build it in {self.type_name}.build: self.…build(shape)",
                    place=self.made.node.place,
                )

    def output(self, *args: Any, **kwargs: Any) -> Any:
        found = self.way(args, kwargs)
        stated = self.made.held_output(found, args, kwargs)
        if stated is None:
            raise ShapeError(f"Keras needs `compute_output_shape` of {self.type_name} to wrap it")
        return stated


class OwnCell(Cell, abstract=True):
    """A recurrent cell of the source: `call(inputs, states)`, with `state_size` and perhaps `output_size`."""

    def __init__(self, made: CustomLayer) -> None:
        self.inner, self.given = Held(made), {}
        self.trainable, self.dtype, self.name, self.type_name = made.trains, "float32", made.name, made.type_name
        self.activity_regularizer = None

    def sizes(self, name: str) -> list[int]:
        """`state_size` or `output_size`; none if the cell has no such attribute. Raises GraphError if they are no numbers."""
        made = self.inner.made
        if name not in made.attributes and (made.cls is None or made.cls.find(name) is None):
            return []
        found = made.session.run.attribute(made, name)
        sizes = list(found) if isinstance(found, list | tuple) else [found]
        if not all(isinstance(each, int) and each > 0 for each in sizes):
            message = f"`{name}` of {self.type_name} must be a number or a list of numbers"
            raise GraphError(message, code="E354", place=made.node.place)
        return sizes

    @property
    def keras_cell(self) -> Cell | None:
        """The cell of Keras that its class derives from."""
        based = self.inner.made.based
        return based.layer if based is not None and isinstance(based.layer, Cell) else None

    def state_shapes(self, x: Shape) -> States:
        if self.keras_cell is not None:
            return self.keras_cell.state_shapes(x)
        return [(x[0], size) for size in self.sizes("state_size")]

    def number_of_states(self) -> int:
        return len(self.sizes("state_size")) if self.keras_cell is None else self.keras_cell.number_of_states()

    def step_output(self, x: Shape) -> Shape:
        if self.keras_cell is not None:
            return self.keras_cell.step_output(x)
        return (x[0], *(self.sizes("output_size") or self.sizes("state_size"))[:1])

    def children(self, x: Shape, *_: Any, **__: Any) -> Iterator[Child]:
        states = self.state_shapes(x)
        return self.inner.way((x, states), {}).children(x, states)

    @property
    def held_as(self) -> Mapping[str, str] | None:
        return self.inner.held_as

    def macs(self, output: Any, x: Shape, *_: Any, **__: Any) -> int | None:
        return self.inner.macs(output, x, self.state_shapes(x))

    def elementwise(self, output: Any, x: Shape, *_: Any, **__: Any) -> int | None:
        return self.inner.elementwise(output, x, self.state_shapes(x))

    @property
    def runnable(self) -> bool:
        return self.inner.runnable

    def scan(self, ops: ModuleType, w: Mapping[str, Any], x: Array, states: Any, steps: Any) -> tuple[Array, States]:
        def call(step: Array, held: Any) -> Any:
            return self.inner.forward(ops, w, step, list(held))

        one = (x.shape[0], *x.shape[2:])
        shapes = [self.step_output(one), *self.state_shapes(one)]
        found, after = ops.walk(call, x, states, steps, shapes)
        return found, pack(iter(after), self.state_shapes(one))


def held(made: CustomLayer) -> Layer:
    """A layer of the source as an argument of another layer."""
    is_cell = "state_size" in made.attributes or (made.cls is not None and made.cls.find("state_size") is not None)
    if is_cell or (made.based is not None and isinstance(made.based.layer, Cell)):
        return OwnCell(made)
    return Held(made)


def tensors_of(tree: Any) -> Any:
    """Tensors of these shapes, in the structure of a call."""
    if is_shape(tree):
        return Tensor(Ref(-1, -1), tree, "float32")
    if isinstance(tree, list | tuple):
        return type(tree)(map(tensors_of, tree))
    return {key: tensors_of(each) for key, each in tree.items()} if isinstance(tree, dict) else tree
