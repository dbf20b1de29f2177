"""The inside of a custom layer: its `call` followed once, as a graph of its own.

While a `call` is followed, calls of layers and operators on tensors go into this graph, not into the session: Keras traces
them without nodes and without using up names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import GraphError
from densecli.graph.graph import Call, Graph, Node, Ref, call_order
from densecli.graph.model import Model, flat_call
from densecli.graph.trace import flat_inputs
from densecli.layer import Layer, Weight
from densecli.layers.core import InputLayer
from densecli.read.python.arrays import Array
from densecli.read.python.runtime.tensors import Tensor
from densecli.read.python.values import mapped, unknown_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import ModuleType

    from densecli.errors import Place
    from densecli.graph.forward import Value
    from densecli.graph.trace import Result
    from densecli.layer import Child, Shapes
    from densecli.read.python.runtime.layers import LayerObject


class Own(Layer, abstract=True):
    """A variable that a layer makes with `add_weight`: a node of its graph with no inputs whose output is the value."""

    takes = "several"
    macs_rule = elementwise_rule = "0"

    def __init__(self, weight: Weight, *, trainable: bool) -> None:
        self.weight, self.given = weight, {}
        self.trainable, self.dtype, self.name, self.type_name = trainable, "float32", weight.name, "Variable"
        self.activity_regularizer = None

    def weights(self, /, *inputs: Any, **named: Any) -> Iterator[Weight]:
        yield self.weight

    def output(self, /, *inputs: Any, **named: Any) -> Shapes:
        return self.weight.shape

    def macs(self, output: Any, /, *inputs: Any, **named: Any) -> int:
        return 0

    def elementwise(self, output: Any, /, *inputs: Any, **named: Any) -> int:
        return 0

    def forward(self, ops: ModuleType, weights: Mapping[str, Any], /, *inputs: Any) -> Any:
        return weights[self.weight.name]


class Filled(Layer, abstract=True):
    """A tensor without inputs: its numbers are known, or its shape does not depend on them."""

    takes = "several"
    weightless = True

    def __init__(self, shape: Any, numbers: Any = None, dtype: str = "float32") -> None:
        self.shape, self.numbers, self.given = shape, numbers, {}
        self.trainable, self.dtype, self.name, self.type_name = True, dtype, "constant", "Constant"
        self.activity_regularizer = None

    def output(self, /, *inputs: Any, **named: Any) -> Shapes:
        shape: Shapes = self.shape
        return shape

    def macs(self, output: Any, /, *inputs: Any, **named: Any) -> int:
        return 0

    def elementwise(self, output: Any, /, *inputs: Any, **named: Any) -> int:
        return 0

    def output_dtype(self, *_: str) -> str:
        return self.dtype

    @property
    def runnable(self) -> bool:
        return self.numbers is not None

    def forward(self, ops: ModuleType, weights: Mapping[str, Any], *inputs: Any) -> Any:
        return ops.array_of(self.numbers, self.dtype)


class Inside:
    """The graph of one call: inputs of the shapes that it is called on, then what it calls."""

    def __init__(self, name: str, owner: Any) -> None:
        self.name, self.owner = name, owner
        self.nodes: list[Node] = []
        self.numbers: dict[int, int] = {}  # layer of the session -> node
        self.names: dict[str, int] = {}
        self.inputs: list[Ref] = []
        self.unseen: frozenset[int] = frozenset()  # layers of the session that Keras does not build here

    def add(self, name: str, layer: Layer, place: Place | None = None) -> int:
        """Add a node under a name that is unique in this graph."""
        count = self.names.get(name, 0)
        self.names[name] = count + 1
        self.nodes.append(Node(f"{name}_{count}" if count else name, layer, [], place))
        return len(self.nodes) - 1

    def enter(self, shape: Any, dtype: str) -> Tensor:
        """An input tensor of the call."""
        number = self.add("input", InputLayer(batch_shape=tuple(shape), dtype=dtype))
        self.nodes[number].calls.append(Call(()))
        self.inputs.append(Ref(number))
        return self.tensor(Ref(number), tuple(shape), dtype)

    def variable(self, layer: Own) -> int:
        number = self.add(layer.name, layer)
        self.nodes[number].calls.append(Call(()))
        return number

    def constant(self, shape: Any, numbers: Any = None, dtype: str = "float32") -> Tensor:
        """A tensor without inputs: random numbers, zeros, an array."""
        number = self.add("constant", Filled(tuple(shape), numbers, dtype))
        self.nodes[number].calls.append(Call(()))
        return self.tensor(Ref(number), tuple(shape), dtype)

    def constants(self, tree: Any) -> Any:
        """Arguments with arrays of known shape replaced by constants."""

        def entered(each: Any) -> Any:
            if not isinstance(each, Array) or each.shape is None or unknown_in(each.shape) is not None:
                return each
            return self.constant(each.shape, each.numbers, each.dtype or "float32")

        return mapped(tree, entered)

    def tensor(self, ref: Ref, shape: Any, dtype: str) -> Tensor:
        made = Tensor(ref, shape, dtype)
        made.home = self
        return made

    def connect(self, layer: LayerObject, call: Call, result: Result) -> Any:
        """A call of a layer."""
        layer.lives_in(self.owner)
        if layer.index not in self.numbers:
            self.numbers[layer.index] = self.add(layer.name, layer.layer, layer.session.run.place())
        number = self.numbers[layer.index]
        self.nodes[number].calls.append(call)
        calls = len(self.nodes[number].calls) - 1
        found = [self.tensor(Ref(number, calls, index), *each) for index, each in enumerate(result.tensors)]
        return layer.shaped(found) if isinstance(result.output, list) else found[0]

    def graph(self, outputs: list[Tensor]) -> Graph:
        """Raises GraphError if an output does not belong to this graph."""
        if any(each.home is not self for each in outputs):
            raise GraphError("`call` returns a tensor that it did not compute", code="E354")
        found = Graph(self.name, "Functional", self.nodes, self.inputs, [each.ref for each in outputs])
        reached = {node for node, _ in call_order(found)[0]}
        found.beside = [
            index for index, node in enumerate(self.nodes) if isinstance(node.layer, Own) and index not in reached
        ]
        return found


class Written(Model, abstract=True):
    """A custom layer as a model of its `call`.

    Its code may do other things for other shapes. Each is a way of its own through the same layers (`others`).
    """

    def __init__(self, graph: Graph, type_name: str, *, several: bool) -> None:
        super().__init__(graph)
        self.type_name, self.several = type_name, several
        self.numbers: Mapping[int, int] = {}  # the session's layers that it calls, as nodes
        self.others: list[Written] = []
        self.owner: Any = None  # the object of the source
        self.is_model = False  # to Keras, by its class
        self.unseen: frozenset[int] = frozenset()
        self.tells: Callable[..., Any] | None = None  # the output shape that Keras believes, where a class tells one
        self.idle: list[Child] = []  # layers that it holds, and that something else than its `call` built

    def opened(self, inside: Sequence[Any]) -> list[Any]:
        rows = super().opened(inside) if self.is_model else []
        return [row for row in rows if row.type != "InputLayer"]

    def way(self, /, *args: Any, **kwargs: Any) -> Written:
        """The way for inputs of these shapes, whatever their batch; this one for shapes that were not followed."""
        if not self.others:
            return self
        samples = [shape and tuple(shape[1:]) for shape in flat_inputs([list(args), kwargs])]
        return next((each for each in self.others if each.samples() == samples), self)

    def samples(self) -> list[Any]:
        """The shapes of its inputs, without the batch."""
        return [each.shape and each.shape[1:] for each in self.own_inputs()]

    def covers(self, other: Written) -> bool:
        """Whether another way has no weights that this one lacks, and finds them under the same names."""
        mine, theirs = self.held_layers(), other.held_layers()
        return all(name in mine and mine[name] == held for name, held in theirs.items())

    def held_layers(self) -> dict[str, int]:
        """What may have weights, by name: a layer of the session by its number, a variable by its identity."""
        layers = {self.graph.nodes[number]: index for index, number in self.numbers.items()}
        own = {node: id(node.layer) for node in self.graph.nodes if isinstance(node.layer, Own)}
        return {node.name: held for node, held in (layers | own).items() if not node.layer.weightless}

    def children(self, /, *args: Any, **kwargs: Any) -> Iterator[Child]:
        yield from super().children(*args, **kwargs)
        yield from self.idle

    def output(self, /, *args: Any, **kwargs: Any) -> Any:
        told = None if self.tells is None else self.tells(*args)
        if told is not None:
            return told
        way = self.way(*args, **kwargs)
        found = Model.output(way, *args, **kwargs)
        return [found] if way.several and not isinstance(found, list) else found

    def results(self, /, *args: Any, **kwargs: Any) -> Iterator[tuple[Layer, Result]]:
        return Model.results(self.way(*args, **kwargs), *args, **kwargs)

    def values(self, ops: ModuleType, w: Mapping[str, Any], args: Any, kwargs: dict[str, Any]) -> list[Value]:
        shapes = [array.shape for array in flat_call([args, {key: kwargs[key] for key in kwargs if key != "mask"}])]
        return Model.values(self.way(*shapes), ops, w, args, kwargs)
