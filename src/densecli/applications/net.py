"""The vocabulary of the builders: a tensor has Keras' layers as methods, each of which returns the next tensor.

    x = x.Conv2D(64, 7, strides=2, name="conv1_conv").BatchNormalization(name="conv1_bn").Activation("relu")
    x = a.Concatenate(b, c, name="mixed0")                  a layer on several tensors
    x = x + shortcut                                        a function of keras.ops
    x.within("block1_").Conv2D(8, 3, name="conv")           from here on, names start with block1_

A layer without a name gets Keras' next automatic one.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from densecli.catalogue import CATALOGUE, EXTRA
from densecli.errors import ArgumentError, ConfigError, ShapeError
from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.graph.model import Model
from densecli.layers.core import InputLayer

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.errors import Place
    from densecli.layer import Layer
    from densecli.shape import Shape

Habits = dict[str, dict[str, Any]]  # by layer type: arguments that a family gives to nearly all such layers


class Net:
    """The layers of a model under construction.

    `automatic_name` gives the next name for a class, as `Builder.automatic_name` does. New layers are added to `nodes`.
    """

    def __init__(
        self,
        automatic_name: Callable[[str], str],
        habits: Habits,
        place: Place | None = None,
        nodes: list[Node] | None = None,
    ) -> None:
        self.automatic_name, self.habits, self.place = automatic_name, habits, place
        self.nodes: list[Node] = [] if nodes is None else nodes
        self.layers: dict[tuple[str, str], Layer] = {}  # equal layers are one

    def input(self, shape: Shape) -> Tensor:
        """The image that the model takes, by its shape with the batch."""
        layer = InputLayer(batch_shape=shape)
        self.nodes.append(Node(self.automatic_name("InputLayer"), layer, [Call(())], self.place))
        return Tensor(self, Ref(len(self.nodes) - 1), shape)

    def apply(self, first: Tensor, type_name: str, *given: Any, name: str | None = None, **config: Any) -> Tensor:
        """A layer of this type on tensors; those among the positional arguments come after the first."""
        others = [each for each in given if isinstance(each, Tensor)]
        layer = self.layer(type_name, [each for each in given if not isinstance(each, Tensor)], config)
        name = self.automatic_name(type_name) if name is None else first.prefix + name
        return self.add(name, layer, ([first, *others],) if layer.takes == "list" else (first,), first.prefix)

    def layer(self, type_name: str, given: list[Any], config: dict[str, Any]) -> Layer:
        key = type_name, repr((given, config))
        if key not in self.layers:
            kind = _kind(type_name)
            named = dict(zip(kind.positional, given, strict=False))
            self.layers[key] = kind(**self.habits.get(type_name, {}) | named | config)
        return self.layers[key]

    def operation(self, rule: str, first: Tensor, other: Any) -> Tensor:
        """A function of two tensors, or of a tensor and a number."""
        from densecli.layers.operations.functions import Operation  # noqa: PLC0415  # few families use any

        return self.add(self.automatic_name(rule), Operation(rule, {}), (first, other), first.prefix)

    def add(self, name: str, layer: Layer, args: tuple[Any, ...], prefix: str) -> Tensor:
        """Call a layer, with tensors among its arguments. Raises ShapeError with the layer's name."""
        try:
            shape: Any = layer.output(*_mapped(args, lambda tensor: tensor.shape))
        except ShapeError as error:
            raise error.at(self.place, name) from None
        self.nodes.append(Node(name, layer, [Call(_mapped(args, lambda tensor: tensor.ref))], self.place))
        return Tensor(self, Ref(len(self.nodes) - 1), shape, prefix)

    def sequential(self, shape: Shape, name: str, inside: Callable[[Tensor], Tensor]) -> Model:
        """A Sequential of the layers that `inside` puts after its input."""
        net = Net(self.automatic_name, self.habits, self.place)
        last = inside(net.input(shape))
        self.automatic_name("Functional")  # which Keras' Sequential is inside
        return Model(Graph(name, "Sequential", net.nodes, [Ref(0)], [last.ref]))


class Tensor:
    """The output of a layer: its place in the graph, and its shape."""

    __slots__ = ("net", "prefix", "ref", "shape")

    def __init__(self, net: Net, ref: Ref, shape: Shape, prefix: str = "") -> None:
        self.net, self.ref, self.shape, self.prefix = net, ref, shape, prefix

    def __getattr__(self, type_name: str) -> Callable[..., Tensor]:
        return partial(self.net.apply, self, type_name)

    def __add__(self, other: Tensor | float) -> Tensor:
        return self.net.operation("Add", self, other)

    def __mul__(self, other: Tensor | float) -> Tensor:
        return self.net.operation("Multiply", self, other)

    def sequential(self, name: str, inside: Callable[[Tensor], Tensor]) -> Tensor:
        """A Sequential of the layers that `inside` puts after its input."""
        return self.net.add(name, self.net.sequential(self.shape, name, inside), (self,), self.prefix)

    @property
    def channels(self) -> Any:
        return self.shape[-1]

    def within(self, prefix: str) -> Tensor:
        """The same tensor; names of what follows start with the prefix."""
        return Tensor(self.net, self.ref, self.shape, prefix)

    def pad_to_halve(self, kernel: int, name: str) -> Tensor:
        """Zeros around an image, so that a window of this size with a stride of 2 and no padding halves it.

        An even size gets one row less before it, as TensorFlow pads. Sizes that are unknown count as even.
        """
        rows, columns = self.shape[1:3] if self.shape[1] is not None else (2, 2)
        if columns is None:
            raise ConfigError(
                {"input_shape": ArgumentError("Keras needs both sizes of the image or neither", code="E308")}
            )
        before = [kernel // 2 - (size % 2 == 0) for size in (rows, columns) if size is not None]
        return self.ZeroPadding2D(tuple((each, kernel // 2) for each in before), name=name)


def _kind(type_name: str) -> type[Layer]:
    return EXTRA[type_name] if type_name in EXTRA else CATALOGUE[type_name]


def _mapped(args: tuple[Any, ...], function: Callable[[Tensor], Any]) -> tuple[Any, ...]:
    """The arguments of a call, with each tensor mapped to something else."""
    return tuple(
        function(each) if isinstance(each, Tensor) else [*map(function, each)] if isinstance(each, list) else each
        for each in args
    )
