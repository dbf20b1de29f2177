"""Custom layers of the source: `__init__`, `build` and `call` are followed, so they are not opaque."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError, GraphError
from densecli.graph.trace import flat_shapes
from densecli.read.python.arrays import Array
from densecli.read.python.plain import Dims
from densecli.read.python.runtime import layers, making
from densecli.read.python.runtime.holding import has_weights, holdings, layers_in, places_in
from densecli.read.python.runtime.inherited import METHODS, Variable
from densecli.read.python.runtime.inside import Inside, Own, Written
from densecli.read.python.runtime.layers import LayerObject
from densecli.read.python.runtime.tensors import Tensor, lost_in, packed, tensors_in
from densecli.read.python.signals import Raised
from densecli.read.python.values import Function, Known, Method, unknown_in
from densecli.shape import show

if TYPE_CHECKING:
    from densecli.errors import Place
    from densecli.layer import Layer
    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.runtime.session import Session
    from densecli.read.python.runtime.snapshot import Drawing
    from densecli.read.python.values import Class


# Layers whose classes tell no output shape in Keras 3.15.1.
TRACED = frozenset({"Wrapper", "Pipeline", "LSTMCell", "GRUCell", "SimpleRNNCell", "StackedRNNCells"})


class CustomLayer(LayerObject):
    """A layer of a class of the source."""

    def __init__(self, session: Session, cls: Class | None, place: Place | None) -> None:
        self.written: dict[Any, tuple[Written, Any]] = {}  # by the shapes of a call
        self.last: Layer | None = None
        super().__init__(session, "", None, place)
        self.cls, self.type_name = cls, "" if cls is None else cls.name
        self.own: list[Own] = []
        self.trains, self.build_done, self.begun = True, False, False
        self.main: Written | None = None  # the inside of its first call on symbolic tensors
        self.structure: Any = None  # of the result of `call`
        self.base: str | None = None  # the layer of Keras that its class derives from
        self.based: LayerObject | None = None
        self.built_on: Any = None  # the shapes that its `build` received
        self.held: dict[int, tuple[float, LayerObject]] = {}  # layers inside, as they were assigned

    @property
    def layer(self) -> Layer:
        return self.last  # type: ignore[return-value]  # None before the first call

    @property
    def kept(self) -> Layer | None:
        return self.last

    def begin(self, kwargs: dict[str, Any]) -> None:
        """`Layer.__init__`: the name is given or counted here, once."""
        if self.begun:
            return
        self.begun = True
        name = kwargs.get("name")
        self.node.name = name if isinstance(name, str) else self.session.use_name(self.type_name)
        self.trains = kwargs.get("trainable", True) is not False
        shape = kwargs.get("input_shape")
        self.input_argument = shape if isinstance(shape, tuple | list) and not unknown_in(shape) else None

    def start(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> None:
        """`__init__` of Keras' own class."""
        self.begin(kwargs)
        if self.base is None or self.based is not None:
            return
        self.based = run.session.make(self.base, args, kwargs | {"name": self.name})
        self.error, self.input_argument = self.error or self.based.error, self.based.input_argument
        if self.based.layer is not None and not self.overrides("call", "build", "compute_output_shape"):
            self.last = copy(self.based.layer)
            self.last.type_name = self.type_name

    def get(self, run: Interpreter, name: str) -> Any:
        found = super().get(run, name)
        if name != "build" or not isinstance(found, Method) or not isinstance(found.function, Function):
            return found
        return Known("build", lambda run, *args, **kwargs: self.build_with(run, found, list(args), kwargs))

    def build_with(self, run: Interpreter, build: Method, args: list[Any], kwargs: dict[str, Any]) -> None:
        """`layer.build(…)` in the source: a call does not build it again."""
        self.build_done, self.built_on = True, next(iter([*args, *kwargs.values()]), None)
        with run.session.inside(None):
            build.call(run, args, kwargs)

    def own_method(self, name: str) -> Function | None:
        """A method that its class or a class above it in the source defines."""
        found = None if self.cls is None else self.cls.find(name)
        return found if isinstance(found, Function) else None

    def overrides(self, *names: str) -> bool:
        return any(self.own_method(name) is not None for name in names)

    def tables(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        return [({}, METHODS), *super().tables()]

    def set(self, run: Interpreter, name: str, value: Any) -> None:
        if name in ("trainable", "name", "_name"):
            super().set(run, name, value)
            return
        run.write(self.attributes, name, value)
        if isinstance(value, Variable) and value.layer not in self.own:
            self.own.append(value.layer)
        self.hold(run, value)

    def shaped(self, outputs: list[Any]) -> Any:
        return packed(self.structure, iter(outputs)) if isinstance(self.structure, dict | tuple | list) else outputs

    def held_as(self, session: Session, graph: Inside) -> dict[str, str]:
        """Where a Keras 3 weights file keeps inner layers, by name in the graph; "" for the layer's own variables."""
        names = {number: graph.nodes[number].name for number in range(len(graph.nodes))}
        own = {names[session.numbers[id(each)].node]: "" for each in self.own if id(each) in session.numbers}
        inside = dict(places_in(self, "", graph.numbers, set()))
        return own | {names[number]: path for number, path in inside.items()}

    def saved(self) -> dict[str, Any]:
        """The attributes that Keras looks through when it saves weights."""
        return self.attributes

    def hold(self, run: Interpreter, value: Any) -> None:
        for each in layers_in(value, run.count):
            self.held.setdefault(id(each), (len(self.session.layers), each))

    def forgo(self, run: Interpreter, name: str) -> None:
        """`del self.name`: what Keras keeps counting of a layer or variable is an accident of its tracking."""
        message = f"`{self.type_name}` deletes its attribute `{name}`, which densecli does not follow"
        self.error = self.error or GraphError(message, code="E354", place=run.place())

    def inner(self) -> list[LayerObject]:
        """Inner layers in order of assignment; those added to a list later come in order of creation."""
        later = [each for value in self.attributes.values() for each in layers_in(value) if id(each) not in self.held]
        found = sorted([*self.held.values(), *((each.index + 0.5, each) for each in later)], key=lambda pair: pair[0])
        return list({id(each): each for _, each in found if each is not self}.values())

    def computed_shape(self, shapes: Any) -> tuple[Any, ...] | None:
        """The output shape that its class computes itself, from one shape or several."""
        function = self.own_method("compute_output_shape")
        if function is None:
            return None
        try:
            found = self.session.run.call_function(function, [self, shapes], {})
        except (DenseError, Raised):
            return None
        return tuple(found) if isinstance(found, tuple | list) and not unknown_in(found) else None

    @property
    def tells_output(self) -> bool:
        """Whether Keras asks the class for the output shape, and does not look what `call` returns."""
        inherited = self.based is not None and self.base not in TRACED
        return self.overrides("compute_output_shape") or inherited

    def told_output(self, *shapes: Any) -> Any:
        if not self.overrides("compute_output_shape"):
            return self.based.layer.output(*shapes)  # type: ignore[union-attr]
        return self.computed_shape(shapes[0] if len(shapes) == 1 else list(shapes))

    def unseen(self) -> frozenset[int]:
        """The layers inside that stay unbuilt: Keras follows `call` for the output shape, or for a class without `build`."""
        builds = self.overrides("build") or (self.based is not None and has_weights(self.based.layer))
        if not (self.tells_output and builds):
            return frozenset()
        own = (self, self.based)
        return frozenset(each.index for each in holdings(self) if each not in own and not each.was_built)

    def held_output(self, found: Written, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The output shape that its class tells a wrapper; None if it does not tell any."""
        if self.based is not None and not self.overrides("compute_output_shape"):
            return self.based.layer.output(*args, **kwargs)
        return self.computed_shape(args[0] if len(args) == 1 else list(args))

    def config(self) -> Any:
        """The layer as an argument of another one, such as a wrapper."""
        if self.error is not None:
            raise self.error
        if self.last is not None and self.based is not None and not self.overrides("call", "build"):
            return super().config()
        from densecli.read.python.runtime.on_demand import held  # noqa: PLC0415  # few layers are

        return self.handed_out(held(self))

    def built_with(self) -> list[Any] | None:
        written = next(iter(self.written.values()), None)
        return None if written is None else [tensor.shape for tensor in written[0].own_inputs()]

    @property
    def was_seen(self) -> bool:
        return bool(self.outputs)

    @property
    def was_built(self) -> bool:
        return self.build_done or super().was_built

    # -- calling -----------------------------------------------------------------------
    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if self.based is not None and not self.overrides("call", "build", "compute_output_shape"):
            return layers.call_layer(run, self, args, kwargs)
        given = list(tensors_in([args, kwargs]))
        if not given and run.session.tracing is not None:
            args, kwargs = run.session.tracing.constants(args), run.session.tracing.constants(kwargs)
            given = list(tensors_in([args, kwargs]))
        error = self.error or next((each.error for each in given if each.error is not None), None)
        unknown = lost_in(run, [args, {key: value for key, value in kwargs.items() if key != "training"}])
        if error is None and unknown is not None:
            error = run.session.unknown_wiring(self, unknown)
        if error is None:
            error = self.prepared(run, args, kwargs)
        if error is not None:
            self.error = self.error or error
            return layers.broken(self, error)
        if not given:
            found = layers.on_arrays(run, self, args, kwargs)
            self.last = self.main or self.last
            return found
        error = self.settle(run)
        return layers.connected(run, self, [_packed(args, kwargs)], {}) if error is None else layers.broken(self, error)

    def settle(self, run: Interpreter) -> DenseError | None:
        """A graph has one way to call a layer; returns why another call cannot use it."""
        last, main = self.last, self.main
        if main is None or not isinstance(last, Written) or last is main:
            self.main = last if isinstance(last, Written) else None
            return None
        if main.samples() != last.samples() and main.covers(last):
            main.others += [last] if last not in main.others else []
            self.last = main
            return None
        if _of_samples(main) != _of_samples(last):
            text = f"`{self.type_name}` is called on {_listed(last)} after {_listed(main)}"
            return GraphError(
                f"{text} and does not use the same layers, which densecli does not follow",
                code="E354",
                place=run.place(),
            )
        if [node.layer.type_name for node in main.graph.nodes] != [node.layer.type_name for node in last.graph.nodes]:
            run.note(
                f"line {run.line()}: `{self.type_name}` is called in another way than before; its work is that of the first"
            )
        self.last = main
        return None

    def prepared(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> DenseError | None:
        """Follow `build` and `call` for these shapes; returns the reason if something is unknown."""
        key = _signature([args, kwargs])
        try:
            if key not in self.written:
                self.build_once(run, args)
                self.written[key] = self.follow(run, args, kwargs)
            self.last, self.structure = self.written[key]
        except DenseError as error:
            return error
        return None

    def build_once(self, run: Interpreter, args: list[Any]) -> None:
        if self.build_done:
            return
        self.build_done, self.built_on = True, _shapes(run, args[0] if args else None)
        build = self.own_method("build")
        if build is not None:
            with run.session.inside(None):
                run.call_function(build, [self, self.built_on], {})

    def follow(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> tuple[Written, Any]:
        graph = Inside(self.name, self)
        graph.unseen = self.unseen() | (run.session.tracing.unseen if run.session.tracing is not None else frozenset())
        names = dict(run.session.names)
        with run.session.inside(graph):
            for own in self.own:
                run.session.numbered(own)
            found = self.applied(run, entered(graph, args), entered(graph, kwargs))
            made = self.wrapped(run, graph, found)
        if graph.unseen:
            run.session.names = names
        return made, found

    def applied(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """The outputs of `call`."""
        function = self.own_method("call")
        if function is None and self.based is not None:
            return self.based.call(run, args, kwargs)
        if function is None:
            raise GraphError(f"`{self.type_name}` has no `call`", code="E354", place=self.node.place)
        return run.call_function(function, [self, *args], kwargs)

    def wrapped(self, run: Interpreter, graph: Inside, found: Any) -> Written:
        unknown = unknown_in(found)
        outputs = list(tensors_in([found]))
        if unknown is not None or not outputs:
            reason = "it returns no tensor" if unknown is None else making.because(unknown)
            hint = None if unknown is None else making.remedy(unknown)
            raise GraphError(
                f"`call` of {self.type_name} is unknown: {reason}", code="E354", hint=hint, place=self.node.place
            )
        error = next((each.error for each in outputs if each.error is not None), None)
        if error is not None:
            raise error
        made = Written(graph.graph(outputs), self.type_name, several=isinstance(found, list | tuple | dict))
        made.trainable, made.name, made.numbers = self.trains, self.name, graph.numbers
        made.held_as, made.owner, made.is_model = self.held_as(run.session, graph), self, self.kind == "model"
        made.shared_id = ("source", self.index) if self.spread else None
        made.unseen, made.tells = graph.unseen, self.told_output if self.tells_output else None
        return made

    def inherited(self, run: Interpreter, name: str) -> Any:
        if self.based is not None and name not in METHODS and name != "name":
            return self.based.inherited(run, name)
        return super().inherited(run, name)

    def renew(self, drawing: Drawing) -> None:
        """Have inner models drawn as they are now: they may have been frozen since `call` was followed."""
        for made, _ in self.written.values():
            for index, number in made.numbers.items():
                drawing.renew(self.session.layers[index], made.graph.nodes[number].layer)

    def freeze(self, run: Interpreter, value: Any) -> None:
        if self.based is not None:
            self.based.freeze(run, value)
        self.trains = run.truth(value) is True
        for own in self.own:
            own.trainable = self.trains and own.weight.trainable
        for written, _ in self.written.values():
            written.trainable = self.trains
        super().freeze(run, value)


class LambdaLayer(CustomLayer):
    """Keras' Lambda with a function of the source. `stated` is the same layer with the `output_shape=` from the source."""

    def __init__(
        self, session: Session, function: Any, arguments: dict[str, Any], stated: Layer | None, place: Place | None
    ) -> None:
        super().__init__(session, None, place)
        self.function, self.arguments, self.stated = function, arguments, stated
        self.type_name = "Lambda"

    def held_output(self, found: Written, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return found.output(*args, **kwargs)

    def applied(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return run.call(self.function, args, {**self.arguments, **kwargs})

    def prepared(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> DenseError | None:
        """Keras trusts a given `output_shape`, whatever the function returns."""
        error = super().prepared(run, args, kwargs)
        if self.stated is None:
            return error
        shapes = _shapes(run, args[0])
        if error is not None or self.last is None or self.last.output(shapes) != self.stated.output(shapes):
            self.last = self.stated
        return None


def _of_samples(way: Written) -> list[Any]:
    """The shapes of inputs and outputs, without the batch."""
    shapes = [each.shape for each in way.own_inputs()]
    return [each and each[1:] for each in (*shapes, *flat_shapes(way.output(*shapes)))]


def _listed(way: Written) -> str:
    return ", ".join(show(each.shape or ()) for each in way.own_inputs())


def _packed(args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Every tensor of a call, in the structure that its model takes."""
    found = list(tensors_in([args, kwargs]))
    return found[0] if len(found) == 1 else found


def _signature(tree: Any) -> Any:
    """Everything that shapes depend on: the shapes of tensors and arrays, and plain values."""
    if isinstance(tree, Tensor):
        return ("tensor", tree.shape and tuple(tree.shape), tree.dtype)
    if isinstance(tree, Array):
        return ("array", tree.shape and tuple(tree.shape), tree.dtype)
    if isinstance(tree, list | tuple):
        return tuple(map(_signature, tree))
    if isinstance(tree, dict):
        return tuple((key, _signature(value)) for key, value in tree.items())
    return tree if isinstance(tree, int | float | str | None) else id(tree)


def entered(graph: Inside, tree: Any) -> Any:
    """Arguments with outer tensors replaced by those of the inner graph."""
    if isinstance(tree, Tensor):
        return graph.enter(tree.shape, tree.dtype)
    if isinstance(tree, Array):
        return graph.enter([size if isinstance(size, int) else None for size in tree.shape or ()], "float32")
    if isinstance(tree, list):
        return [entered(graph, each) for each in tree]
    if isinstance(tree, tuple):
        return tuple(entered(graph, each) for each in tree)
    if isinstance(tree, dict):
        return {key: entered(graph, tree[key]) for key in sorted(tree, key=str)}
    return tree


def _shapes(run: Interpreter, tree: Any) -> Any:
    """The `input_shape` passed to `build`."""
    if isinstance(tree, Tensor):
        return tree.dims(run)
    if isinstance(tree, Array):
        return Dims(tree.shape or ())
    if isinstance(tree, list | tuple):
        return [_shapes(run, each) for each in tree]
    return {key: _shapes(run, each) for key, each in tree.items()} if isinstance(tree, dict) else tree
