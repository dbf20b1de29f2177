"""Layers as objects of the source: their attributes and methods, and calling them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.automatic_names import snake_case
from densecli.errors import ConfigError, DenseError, GraphError, ShapeError, SpecErrors
from densecli.graph.graph import Call, Node, Ref, map_refs, refs_in
from densecli.graph.masks import given, taken
from densecli.graph.mending import Before, mend
from densecli.graph.trace import Tensor as Traced
from densecli.graph.trace import apply, flat_inputs
from densecli.layer import Constant, Layer
from densecli.layers.recurrent_cells import Cell
from densecli.read.keras.calls import CallReader
from densecli.read.python.arrays import Array
from densecli.read.python.plain import Dims
from densecli.read.python.runtime.tensors import Tensor, lost_in, tensors_in
from densecli.read.python.signals import Raised
from densecli.read.python.values import Known, Unknown, Value, mapped, unknown_in
from densecli.shape import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from densecli.errors import Place
    from densecli.graph.trace import Result
    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.runtime.session import Session
    from densecli.read.python.values import Class

ATTRIBUTES: dict[str, Callable[..., Any]] = {}
METHODS: dict[str, Callable[..., Any]] = {}
# Inner layers that a layer makes when it is built: Keras counts their names, too.
MADE_INSIDE = dict.fromkeys(("MultiHeadAttention", "GroupedQueryAttention"), ("Softmax", "Dropout"))
PARTS = {"forward_layer": "ahead", "backward_layer": "back"}  # of a Bidirectional, by their attributes in Keras
QUIET = ("training",)  # arguments of calls that do not affect the outputs


def attribute(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register an attribute of layers: `rule(run, layer)`."""

    def enter(rule: Callable[..., Any]) -> Callable[..., Any]:
        ATTRIBUTES.update(dict.fromkeys(names, rule))
        return rule

    return enter


def method(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a method of layers: `rule(run, layer, *args, **kwargs)`."""

    def enter(rule: Callable[..., Any]) -> Callable[..., Any]:
        METHODS.update(dict.fromkeys(names, rule))
        return rule

    return enter


class LayerObject(Value):
    """A layer that the source made. `node` collects its calls, with tensors as references to the session's layers."""

    kind = "layer"

    def __init__(self, session: Session, name: str, layer: Layer | None, place: Place | None) -> None:
        self.session, self.index = session, len(session.layers)
        self.node = Node(name, layer, [], place)  # type: ignore[arg-type]  # None where there is a mistake
        self.outputs: list[list[Tensor]] = []  # of each call
        self.inputs: list[list[Tensor]] = []
        self.freezing = False
        self.handed: list[Layer] = []  # to other layers, such as wrappers, as an argument
        self.wraps: list[LayerObject] = []  # layers that it got as arguments, and holds
        self.home: Any = None  # the inside of the layer that called it last
        self.spread = False  # whether it was called in several homes
        self.built_by: tuple[Any, ...] | None = None  # shapes of a call on arrays
        self.input_argument: Any = None  # input_shape=, for the first layer of a Sequential
        self.error: DenseError | None = None
        self.cls: Class | None = None  # of the source, for a custom layer
        self.attributes: dict[str, Any] = {}
        self.type_name = "" if layer is None else layer.type_name
        session.layers.append(self)
        session.touch()

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def plain(self) -> LayerObject | None:
        """The layer of Keras that an object of the source is in all but name."""
        return None

    @property
    def layer(self) -> Layer:
        """The layer that computes shapes and weights."""
        return self.node.layer

    @property
    def kept(self) -> Layer | None:
        """The same, if it lasts: that of a model is drawn again and again."""
        return self.node.layer

    def get(self, run: Interpreter, name: str) -> Any:
        if name in self.attributes:
            return self.attributes[name]
        if self.cls is not None:
            from densecli.read.python.classes import bound  # noqa: PLC0415

            member = self.cls.find(name)
            if member is not None:
                return bound(run, member, self, self.cls)
        return self.inherited(run, name)

    def inherited(self, run: Interpreter, name: str) -> Any:
        """An attribute that the layer inherits from Keras."""
        for table in self.tables():
            if name in table[0]:
                return table[0][name](run, self)
            if name in table[1]:
                return self.bound(name, table[1][name])
        known = () if self.layer is None else (*self.layer.config_fields, "cell")
        inner = PARTS.get(name, name)
        if (name in known or inner != name) and hasattr(self.layer, inner):
            return mapped(getattr(self.layer, inner), self.part)
        return super().get(run, name)

    def part(self, value: Any) -> Any:
        """A layer inside this one as an object of the source: the one that it got as an argument, or that it made."""
        if not isinstance(value, Layer):
            return value
        known = next((each for each in self.wraps if any(value is held for held in each.handed)), None)
        if known is None:
            known = LayerObject(self.session, value.name, value, self.node.place)
            known.handed.append(value)
            self.wraps.append(known)
        return known

    def bound(self, name: str, rule: Callable[..., Any]) -> Known:
        return Known(f"{self.type_name}.{name}", lambda run, *args, **kwargs: rule(run, self, *args, **kwargs))

    def tables(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        return [(ATTRIBUTES, METHODS)]

    def set(self, run: Interpreter, name: str, value: Any) -> None:
        if name == "trainable":
            self.freeze(run, value)
        elif name in ("name", "_name") and isinstance(value, str):
            self.node.name = value
            run.session.touch()
        elif name not in ATTRIBUTES:
            run.write(self.attributes, name, value)

    def freeze(self, run: Interpreter, value: Any) -> None:
        """Set `trainable` on this layer and its inner layers."""
        if isinstance(value, Unknown):
            self.error = self.error or run.session.unknown_argument(self.type_name, "trainable", value)
            return
        run.session.frozen(self, trainable=run.truth(value) is True)
        self.freezing = True
        for each in self.inner():
            if not each.freezing:  # layers may hold each other
                each.freeze(run, value)
        self.freezing = False

    def first_used(self) -> None:
        """Use up the names of the inner layers that this one makes when it is built."""
        if self.type_name in MADE_INSIDE and self.built_by is None and not self.outputs:
            for each in MADE_INSIDE[self.type_name]:
                self.session.use_name(each)

    def built_with(self) -> list[Any] | None:
        """The shapes of the inputs that the layer was built with; None if it was not built."""
        if self.built_by is not None:
            return [tensor.shape for tensor in self.built_by[1]]
        return [tensor.shape for tensor in self.inputs[0]] if self.inputs else None

    @property
    def was_built(self) -> bool:
        return self.built_by is not None or bool(self.outputs)

    @property
    def was_seen(self) -> bool:
        """Whether Keras built it, whatever densecli followed."""
        return self.was_built

    def lives_in(self, home: Any) -> None:
        """A layer called in two places is one layer: its weights count once."""
        if self.home is not None and self.home is not home:
            self.spread = True
            if self.kept is not None:
                self.kept.shared_id = ("source", self.index)
        self.home = home

    def shaped(self, outputs: list[Any]) -> Any:
        """Several outputs, in the structure that the layer returns: a cell's states are a list."""
        return (outputs[0], outputs[1:]) if isinstance(self.layer, Cell) else outputs

    def inner(self) -> list[LayerObject]:
        """Layers of the source inside this one."""
        return self.wraps

    def config(self) -> Any:
        if self.error is not None:
            raise self.error
        layer = self.layer
        layer.name = self.name
        return self.handed_out(layer)

    def handed_out(self, layer: Layer) -> Layer:
        """The layer as an argument of another one. In several places it is one layer: its weights count once."""
        self.handed.append(layer)
        if len(self.handed) > 1 or isinstance(self.home, LayerObject):
            self.share(layer, *filter(None, [self.kept]))
        return layer

    def share(self, *places: Layer) -> None:
        for each in (*places, *self.handed):
            each.shared_id = ("source", self.index)

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return call_layer(run, self, args, kwargs)

    def shown(self) -> str:
        return f"the layer `{self.name}`"


# -- calling ---------------------------------------------------------------------------
def call_layer(run: Interpreter, layer: LayerObject, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """The output tensors; or a tensor with an error if something is unknown."""
    switched = any(key in kwargs for key in QUIET)
    kwargs = {key: value for key, value in kwargs.items() if key not in QUIET}
    tensors = list(tensors_in([args, kwargs]))
    error = layer.error or next((each.error for each in tensors if each.error is not None), None)
    if error is None:
        unknown = lost_in(run, [args, kwargs]) if tensors else unknown_in([args, kwargs])
        if unknown is not None and tensors:
            error = run.session.unknown_wiring(layer, unknown)
        elif unknown is not None:
            return unknown.derived("…")
    if error is not None:
        return broken(layer, error)
    layer.first_used()
    if not tensors and run.session.tracing is not None:
        args, kwargs = run.session.tracing.constants(args), run.session.tracing.constants(kwargs)
        tensors = list(tensors_in([args, kwargs]))
    if not tensors:
        return on_arrays(run, layer, args, kwargs)
    return connected(run, layer, args, kwargs, switched=switched)


def broken(layer: LayerObject, error: DenseError) -> Tensor:
    """A call with an unknown result; models that need it have this error."""
    layer.session.touch()
    return Tensor(Ref(layer.index, -1), None, "float32", error)


def connected(
    run: Interpreter, layer: LayerObject, args: list[Any], kwargs: dict[str, Any], *, switched: bool = False
) -> Any:
    """A call on symbolic tensors. If `training` is passed (`switched`), Keras drops the layer's mask."""
    if hasattr(layer, "prepare"):
        layer.prepare(run, args, kwargs)
    if run.session.tracing is not None:
        call = _call(run, layer, args, kwargs)
        known = {each.ref: each for each in tensors_in([args, kwargs])}
        result = _result(run, layer, call, known)
        if layer.index not in run.session.tracing.unseen:
            layer.built_by = layer.built_by or (result.args, result.inputs)
            build_held(run, layer, result.args, result.kwargs)
        if layer.handed and layer.kept is not None:
            layer.share(layer.kept)
        return run.session.tracing.connect(layer, call, result)
    layer.lives_in(run.session)
    tensors = list(tensors_in([args, kwargs]))
    mask = None if switched else taken(layer.layer, args, kwargs)
    named = kwargs if mask is None else kwargs | {"mask": mask}
    call = _call(run, layer, args, named)
    result = _result(run, layer, call, {each.ref: each for each in tensors_in([args, named])})
    build_held(run, layer, result.args, result.kwargs)
    layer.node.calls.append(call)
    number = len(layer.node.calls) - 1
    found = [Tensor(Ref(layer.index, number, index), *each) for index, each in enumerate(result.tensors)]
    for each in found:
        each.name = run.session.use_name("KerasTensor")
    layer.outputs.append(found)
    layer.inputs.append(tensors)
    layer.session.connections += 1
    layer.session.touch()
    given(layer.layer, args, kwargs, found, run.session.operation)
    return layer.shaped(found) if isinstance(result.output, list) else found[0]


def build_held(run: Interpreter, layer: LayerObject, args: Any, kwargs: Any) -> None:
    """A wrapper builds what it wraps, for the shapes that it calls it on."""
    for each in layer.wraps:
        inside = layer.layer.children(*args, **kwargs)
        child = next((child for child in inside if any(child.layer is held for held in each.handed)), None)
        if child is None:
            continue
        if hasattr(each, "build_from"):
            each.build_from(run, list(child.inputs))
        elif each.cls is None:
            build_held(run, each, child.inputs, child.kwargs)
            shapes = flat_inputs([list(child.inputs), child.kwargs])
            each.built_by = each.built_by or (child.inputs, tuple([Traced(shape, "float32") for shape in shapes]))


def _call(run: Interpreter, layer: LayerObject, args: list[Any], kwargs: dict[str, Any]) -> Call:
    try:
        return CallReader.fitted(
            layer.layer, tuple(map(_as_graph, args)), {key: _as_graph(value) for key, value in kwargs.items()}
        )
    except GraphError as error:
        raise refused(run, layer, error, []) from None


def _as_graph(value: Any) -> Any:
    """An argument in a graph's form: tensors are references, arrays constants."""
    if isinstance(value, Tensor):
        return value.ref
    if isinstance(value, Dims):
        return list(value)
    if isinstance(value, list):
        return [_as_graph(each) for each in value]
    if isinstance(value, tuple):
        return [_as_graph(each) for each in value] if any(True for _ in tensors_in(value)) else value
    if isinstance(value, dict):
        return {key: _as_graph(each) for key, each in value.items()}
    if isinstance(value, Array):
        return _constant(value)
    return value


def _constant(array: Array) -> Any:
    if array.numbers is not None and not isinstance(array.numbers, list):
        return array.numbers
    found = Constant(array.numbers, array.dtype)
    if array.numbers is None:
        found.shape = tuple(size if isinstance(size, int) else None for size in array.shape or ())
    return found


def _result(run: Interpreter, layer: LayerObject, call: Call, known: dict[Ref, Tensor]) -> Result:
    """Shapes and dtypes of the outputs. Raises what Keras would raise on shapes that do not fit."""
    inputs = tuple(Traced(known[ref].shape, known[ref].dtype) for ref in call.refs)
    args, kwargs = map_refs((call.args, call.kwargs), lambda ref: known[ref].shape)
    extra = len(list(refs_in(call.extra)))
    try:
        return apply(layer.layer, args, kwargs, inputs[: len(inputs) - extra])
    except (ShapeError, GraphError) as error:
        if isinstance(error, ShapeError) and inputs and run.session.tracing is None:
            error.hint = mend(layer.layer, inputs[0].shape, len(inputs), _before(run, call.refs[0])) or error.hint
        raise refused(run, layer, error, [each.shape for each in inputs]) from None
    except SpecErrors as several:
        raise refused(run, layer, several.errors[0], [each.shape for each in inputs]) from None
    except ConfigError as several:
        reason = next(iter(several.problems.values()))
        raise refused(
            run, layer, GraphError(f"cannot be called on what it is given: {reason.message}", code="E407"), []
        ) from None


def _before(run: Interpreter, ref: Ref) -> Iterator[Before]:
    """The layers that a tensor comes from, for what to do about a call that failed."""
    while True:
        made = run.session.layers[ref.node]
        sources = made.inputs[ref.call] if ref.call < len(made.inputs) else []
        yield Before(made.name, made.layer, bool(sources) and sources[0].shape == made.outputs[ref.call][0].shape)
        if not sources:
            return
        ref = sources[0].ref


def refused(run: Interpreter, layer: LayerObject, error: DenseError, shapes: list[Any]) -> Raised:
    """Keras rejects a call: the source would end here unless it catches the error."""
    if error.layer is None:
        error.message = f"{layer.type_name} '{layer.name}': {error.message}"
        error.label = error.label or (f"input {show(shapes[0] if len(shapes) == 1 else shapes)}" if shapes else None)
    error.place, error.layer = run.place(), layer.name
    raised = Raised("ValueError", error.message, error.place)
    raised.error = error
    return raised


def on_arrays(run: Interpreter, layer: LayerObject, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """A call on data: builds the layer and returns arrays of the output shapes."""
    arrays = [each for each in args if isinstance(each, Array)]
    if not arrays or any(each.shape is None or unknown_in(each.shape) for each in arrays):
        lost = next((each for each in arrays if each.shape is None or unknown_in(each.shape)), None)
        return run.unknown("densecli does not know the inputs of the layer") if lost is None else lost.lost(run, "…")
    shapes: list[Any] = [each.shape for each in arrays]
    if hasattr(layer, "build_from"):
        layer.build_from(run, shapes)
        if layer.error is not None:
            return run.unknown(layer.error.message)
    inputs = tuple(Traced(shape, "float32") for shape in shapes)
    given = (list(shapes),) if layer.layer.takes == "list" else tuple(shapes)
    try:
        result = apply(layer.layer, given, {}, inputs)
    except (ShapeError, GraphError) as error:
        raise refused(run, layer, error, shapes) from None
    except SpecErrors as several:
        raise refused(run, layer, several.errors[0], shapes) from None
    layer.built_by = layer.built_by or (given, inputs)
    run.session.ran = run.session.ran or hasattr(layer.layer, "graph")
    build_held(run, layer, result.args, result.kwargs)
    found = [Array(_open(run, each.shape), each.dtype) for each in result.tensors]
    return layer.shaped(found) if isinstance(result.output, list) else found[0]


def computed(run: Interpreter, operation: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A tensor function on arrays: returns arrays of the output shapes, or None if no sizes are known."""
    arrays: list[Tensor] = []

    def entered(each: Any) -> Any:
        if not isinstance(each, Array):
            return each
        arrays.append(Tensor(Ref(len(arrays)), each.shape, each.dtype or "float32"))  # type: ignore[arg-type]
        return arrays[-1]

    unknown = unknown_in([args, kwargs])
    if unknown is not None:
        return unknown.derived("…")
    given, named = mapped(tuple(args), entered), mapped(kwargs, entered)
    if not arrays or any(each.shape is None or unknown_in(each.shape) for each in arrays):
        return None
    made = Loose(operation)
    call = _call(run, made, list(given), named)  # type: ignore[arg-type]
    result = _result(run, made, call, {each.ref: each for each in arrays})  # type: ignore[arg-type]
    found = [Array(_open(run, each.shape), each.dtype) for each in result.tensors]
    return found if isinstance(result.output, list) else found[0]


class Loose:
    """A function called outside any model."""

    def __init__(self, layer: Layer) -> None:
        self.layer, self.name, self.type_name = layer, snake_case(layer.type_name), layer.type_name


def _open(run: Interpreter, shape: Any) -> Any:
    """A shape as an array has it."""
    return (
        None if shape is None else [run.unknown("this size is left open") if each is None else each for each in shape]
    )


def single(items: list[Any]) -> Any:
    return items[0] if len(items) == 1 else list(items)


def shape_of(run: Interpreter, tensors: Any) -> Any:
    return [each.dims(run) for each in tensors] if isinstance(tensors, list) else tensors.dims(run)
