"""Building a graph for a reader: layers with their names, inputs, and every error with its place.

All text formats use it, so a stack means the same wherever it is written.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import densecli.layers  # registers the layers
from densecli.automatic_names import numbered, snake_case
from densecli.catalogue import APPLICATIONS, lookup
from densecli.errors import (
    ArgumentError,
    ConfigError,
    DenseError,
    GraphError,
    ShapeError,
    SpecErrors,
    did_you_mean,
)
from densecli.fields import Object, wrong_type
from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.layer import Layer
from densecli.layers.core import InputLayer
from densecli.names import ACTIVATION_FLOPS, OBJECT_ARGUMENTS, object_class
from densecli.read.fitted import fitted
from densecli.read.inputs import INPUT_ARGUMENTS
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.applications.application import Application
    from densecli.errors import Place
    from densecli.graph.graph import Step

__all__ = ["Argument", "Builder", "densecli"]
SHOWN = 20  # mistakes that the command line shows


class Argument(Record):
    """An argument of a layer: positional without a name; `place` is shown when it is wrong."""

    name: str | None
    value: Any
    place: Place | None = None


class Made(Record):
    """A layer, and those of its arguments that belong to the stack."""

    layer: Layer
    name: str | None
    input: dict[str, Any]  # input_shape, input_dim and their kind


class Builder:
    """Collects nodes and errors; `finish` returns the graph or raises all errors at once."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self.nodes: list[Node] = []
        self.names: dict[str, int] = {}
        self.results: list[dict[str, Ref]] = [{}]  # names of calls, and in each repeated block the names given inside
        self.steps = 0
        self.inputs: list[Ref] = []
        self.errors: list[DenseError] = []
        self.warnings: list[str] = []
        self.refused: set[str] = set()  # names of layers and inputs that have a mistake
        self.called: list[Step] = []
        self.automatic: set[str] = set()  # names
        self.maskers: set[str] = set()  # types of layers that make masks
        self._counts: dict[str, int] = {}

    # -- layers -----------------------------------------------------------------------
    def make(
        self, type_name: str, arguments: Sequence[Argument], place: Place | None, image: Any = None
    ) -> Made | None:
        """The layer, or None with its errors collected.

        `image` is the input shape of a model of keras.applications whose arguments do not state it.
        """
        try:
            kind = lookup(type_name)
            config = _bind(kind, arguments)
            if kind.makes_mask:
                self.maskers.add(type_name)
            if kind.catalogue is APPLICATIONS:
                return self.application(kind, config, place, image)
            name = _take_name(config)
            outside = {
                key: config.pop(key) for key in INPUT_ARGUMENTS if key in config and key not in kind.config_fields
            }
            return Made(kind(**config), name, outside)
        except (ArgumentError, ShapeError) as error:
            self.errors.append(error.at(error.place or place))
        except ConfigError as several:
            positional = _positional_places(type_name, arguments)
            places = {argument.name: argument.place for argument in arguments} | positional
            for name, problem in several.problems.items():
                if name in positional:
                    problem.hint = _unnamed_activation(kind, config, name) or problem.hint
                self.errors.append(_in_layer(problem, type_name, name).at(places.get(name) or place))
        return None

    def application(self, kind: type[Layer], config: dict[str, Any], place: Place | None, image: Any) -> Made:
        """A model of keras.applications with its layers. Raises ArgumentError, ConfigError or ShapeError."""
        if "name" in config:
            config["name"] = _take_name(config)
        if image is not None and config.get("input_shape") is None:
            config["input_shape"] = image
        model: Application = kind(**config)  # type: ignore[assignment]
        graph = model.assemble(self.automatic_name, place)
        self.count_steps(len(graph.nodes), place)
        self.warnings += graph.warnings
        return Made(model, graph.name, {"batch_shape": model.own_inputs()[0].shape})

    def image(self, tensors: Sequence[Ref] | None) -> Any:
        """The shape of a tensor that is an input of the model; None for any other."""
        made = self.nodes[tensors[0].node].layer if tensors and len(tensors) == 1 else None
        return made.output()[1:] if isinstance(made, InputLayer) else None

    def add(self, made: Made, place: Place | None) -> int:
        """A node for the layer, with its own or an automatic name."""
        name = made.name if made.name is not None else self.automatic_name(type(made.layer).__name__)
        if self.in_block and made.name is not None:
            name = self._name_in_block(made.name)
        if name in self.names:
            self.errors.append(self._taken(name, place))
        self.names.setdefault(name, len(self.nodes))
        self.nodes.append(Node(name, made.layer, [], place))
        return len(self.nodes) - 1

    def _name_in_block(self, given: str) -> str:
        """Each copy of a repeated block has names of its own: a, a_1, a_2. Inside, `a` is the copy's."""
        name = given
        if name in self.names and given not in self.results[-1]:
            name = self._numbered(given, 1)
        self.results[-1][given] = Ref(len(self.nodes))
        return name

    def _taken(self, name: str, place: Place | None) -> ArgumentError:
        first = self.nodes[self.names[name]].place
        first = None if first is None else first.resolved()
        where = "" if first is None or first.start < 0 else f" (first in line {first.source.position(first.start)[0]})"
        return ArgumentError(
            f"the name {quote(name)} is taken{where}", code="E306", hint="names must be unique", place=place
        )

    def automatic_name(self, type_name: str) -> str:
        """dense, dense_1, … as Keras counts them from a fresh start."""
        name = self._numbered(snake_case(type_name), 0)
        self.automatic.add(name)
        return name

    def _numbered(self, stem: str, first: int) -> str:
        """The next free name of stem, stem_1, stem_2, …"""
        while True:
            number = self._counts.get(stem, first)
            self._counts[stem] = number + 1
            name = numbered(stem, number)
            if name not in self.names:
                return name

    def input(self, made: Made, place: Place | None) -> Ref:
        """An input layer as the source of a tensor."""
        node = self.add(made, place)
        self.nodes[node].calls.append(Call(()))
        self.inputs.append(Ref(node))
        return self.inputs[-1]

    def input_of_shape(self, shape: Any, place: Place | None, **options: Any) -> Ref | None:
        made = self.make(
            "InputLayer",
            [Argument("shape", shape, place), *(Argument(*option, place) for option in options.items())],
            place,
        )
        return None if made is None else self.input(made, place)

    def call(self, node: int, tensors: list[Ref]) -> Ref:
        """Use a layer on tensors, in the way it takes them."""
        return self.connect(node, self.as_call(node, tensors))

    def call_with(self, node: int, tensors: list[Ref], named: dict[str, Any]) -> Call:
        """A call with arguments by name, as Keras' layers take them: initial_state, mask, value, …"""
        layer, made = self.nodes[node].layer, self.nodes[node]
        args = (tensors,) if layer.takes == "list" and len(tensors) > 1 else tuple(tensors)
        try:
            return fitted(layer, args, dict(named))
        except GraphError as error:
            self.errors.append(error.at(made.place, made.name))
            return Call(args[:1])

    def connect(self, node: int, call: Call) -> Ref:
        self.nodes[node].calls.append(call)
        self.called.append((node, len(self.nodes[node].calls) - 1))
        return Ref(*self.called[-1])

    def as_call(self, node: int, tensors: list[Ref]) -> Call:
        """Tensors as the arguments of a layer's call: one, a list, or several."""
        layer = self.nodes[node].layer
        if layer.takes == "list" and len(tensors) > 1:
            return Call((tensors,))
        if layer.takes == "one" and len(tensors) > 1:
            self.errors.append(self._too_many(node, len(tensors)))
            return Call((tensors[0],))
        return Call(tuple(tensors))

    def _too_many(self, node: int, count: int) -> DenseError:
        made = self.nodes[node]
        message = f"{type(made.layer).__name__} '{made.name}': takes one tensor, got {count}"
        hint = "merge them first with -> Concatenate -> or -> Add ->"
        return GraphError(message, code="E407", hint=hint, place=made.place, layer=made.name)

    def find(self, name: str, place: Place | None) -> int | None:
        """An earlier layer by name; None with the mistake collected."""
        found = self.named(name)
        if found is None:
            hint = self.meant(name)
            self.errors.append(GraphError(f"no layer named {quote(name)}", code="E402", hint=hint, place=place))
        return None if found is None else found.node

    def meant(self, name: str) -> str | None:
        """A hint at the name that was probably meant, for mistakes that are shown."""
        return did_you_mean(name, [*self.results[0], *self.names]) if len(self.errors) < SHOWN else None

    def named(self, name: str) -> Ref | None:
        """What a name stands for: in a repeated block first what was named inside, then a call's or a layer's name."""
        for scope in reversed(self.results):
            if name in scope:
                return scope[name]
        return Ref(self.names[name]) if name in self.names else None

    @property
    def in_block(self) -> bool:
        return len(self.results) > 1

    @contextmanager
    def block(self) -> Iterator[None]:
        """One copy of a repeated block: names given inside are its own."""
        self.results.append({})
        yield
        self.results.pop()

    def count_steps(self, count: int, place: Place | None) -> None:
        """Count layers before repeats are expanded. Raises LimitError (E505)."""
        self.check_steps(count, place)
        self.steps += count

    def check_steps(self, count: int, place: Place | None) -> None:
        if self.steps + count > self.limits.layers:
            raise beyond(self.limits, "layers", f"more than {self.limits.layers:,} layers", "E505", place)

    def stop_at_too_many(self) -> None:
        if len(self.errors) >= self.limits.mistakes:
            raise SpecErrors(self.errors)

    # -- the end ----------------------------------------------------------------------
    def finish(self, outputs: list[Ref], name: str | None = None) -> Graph:
        """The graph: Sequential if it is one chain, else Functional. Raises all collected errors."""
        if self.errors:
            raise SpecErrors(self.errors)
        return self.graph(outputs, name)

    def graph(self, outputs: list[Ref], name: str | None = None) -> Graph:
        kind = "Sequential" if self._is_chain(outputs) else "Functional"
        graph = Graph(name or kind.lower(), kind, self.nodes, self.inputs, outputs)
        graph.warnings += self.warnings
        graph.steps = self.called
        return graph

    def show_masks(self, graph: Graph) -> None:
        """Add the rows that masks make in a graph whose inputs have their shapes."""
        if self.maskers:
            from densecli.read.masks import show_masks  # noqa: PLC0415  # few models mask anything

            show_masks(graph, self.automatic)

    def share(self, outer: Builder) -> None:
        """Build a model inside of another one: mistakes and numbers of automatic names go on from there."""
        self.errors, self._counts, self.steps = outer.errors, outer._counts, outer.steps
        self.warnings, self.automatic, self.maskers = outer.warnings, outer.automatic, outer.maskers

    def nested(self, graph: Graph, name: str | None) -> Made:
        """A model as a layer of this one."""
        from densecli.graph.model import Model  # noqa: PLC0415  # few specs need it

        graph.name = name or self.automatic_name(graph.kind)
        return Made(Model(graph), graph.name, {})

    def _is_chain(self, outputs: list[Ref]) -> bool:
        return (
            len(self.inputs) == 1
            and self.inputs[0].node == 0
            and outputs == [Ref(len(self.nodes) - 1)]
            and all(node.calls == [Call((Ref(index),))] for index, node in enumerate(self.nodes[1:]))
        )


def _bind(kind: type[Layer], arguments: Sequence[Argument]) -> dict[str, Any]:
    """Arguments by name; InputLayer also takes its sizes one by one: Input(3, 2)."""
    positional = [argument for argument in arguments if argument.name is None]
    if (
        kind is InputLayer
        and positional
        and all(argument.value is None or isinstance(argument.value, int) for argument in positional)
    ):
        shape = tuple(argument.value for argument in positional)
        return {"shape": shape} | {argument.name: argument.value for argument in arguments if argument.name}
    return _by_name(kind.__name__, kind.positional, arguments)


def keras_object(name: str, arguments: Sequence[Argument]) -> Object:
    """An initializer, regularizer or constraint. Raises ArgumentError."""
    config = _by_name(name, OBJECT_ARGUMENTS[object_class(name)], arguments)
    for argument in arguments:
        if isinstance(argument.value, Layer):
            raise wrong_type("a number, string, true/false, none or tuple", argument.value).at(argument.place)
    return Object(name, config)


def _by_name(of: str, names: Sequence[str], arguments: Sequence[Argument]) -> dict[str, Any]:
    positional = [argument for argument in arguments if argument.name is None]
    if len(positional) > len(names):
        extra = positional[len(names)]
        hint = f"arguments: {', '.join(names)}" if names else "it takes no arguments"
        message = f"{of} takes at most {len(names)} positional arguments, got {len(positional)}"
        raise ArgumentError(message, code="E305", hint=hint, place=extra.place)
    config = {name: argument.value for name, argument in zip(names, positional, strict=False)}
    for argument in arguments:
        if argument.name in config:
            raise ArgumentError(f"argument `{argument.name}` is given twice", code="E305", place=argument.place)
        if argument.name is not None:
            config[argument.name] = argument.value
    return config


def _positional_places(type_name: str, arguments: Sequence[Argument]) -> dict[str | None, Place | None]:
    names = lookup(type_name).positional
    return dict(zip(names, (argument.place for argument in arguments if argument.name is None), strict=False))


def _unnamed_activation(kind: type[Layer], config: dict[str, Any], name: str) -> str | None:
    """The help for Conv2D(8, 3, relu), whose third argument is another one."""
    value = config.get(name)
    free = "activation" in kind.config_fields and "activation" not in config
    return f"name it: activation={value}" if free and isinstance(value, str) and value in ACTIVATION_FLOPS else None


def _take_name(config: dict[str, Any]) -> str | None:
    name = config.pop("name", None)
    if name is None:
        return None
    if not isinstance(name, str) or not name:
        raise ConfigError({"name": ArgumentError("expected a name: a non-empty string", code="E301")})
    if "/" in name:
        raise ConfigError({"name": ArgumentError("a layer name cannot contain `/` (as in Keras)", code="E303")})
    return str(name)


def _in_layer(problem: ArgumentError, type_name: str, name: str) -> ArgumentError:
    """Which argument of which layer it was."""
    if problem.code not in ("E305", "E307"):
        problem.message = f"{name}: {problem.message}"
    problem.message = f"{type_name}: {problem.message}" if problem.code != "E305" else problem.message
    return problem


def holds_layer(layer: Layer) -> bool:
    """Whether an argument of a layer is a layer, which has a name of its own."""
    return any(map(_is_or_holds_layer, layer.given.values()))


def _is_or_holds_layer(value: Any) -> bool:
    return isinstance(value, Layer) or (isinstance(value, list | tuple) and any(map(_is_or_holds_layer, value)))
