"""One session of Keras: the existing layers and models, the names in use, the summaries."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from densecli.automatic_names import numbered, snake_case
from densecli.errors import ArgumentError, DenseError, GraphError
from densecli.graph.graph import Ref
from densecli.graph.masks import made_by
from densecli.layers.core import InputLayer
from densecli.layers.operations.functions import Operation
from densecli.read.build import Argument, Builder
from densecli.read.python.arrays import Array, as_array
from densecli.read.python.runtime import making
from densecli.read.python.runtime.holding import layers_in
from densecli.read.python.runtime.layers import MADE_INSIDE, LayerObject, computed, connected, shape_of
from densecli.read.python.runtime.model_answers import ends, fed
from densecli.read.python.runtime.models import Functional, ModelObject, Sequential
from densecli.read.python.runtime.tensors import Tensor, lost_in, tensors_in
from densecli.read.python.signals import Raised, Stop
from densecli.read.python.values import Class, Known, Unknown, Value, mapped
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from densecli.graph.graph import Graph
    from densecli.layer import Layer
    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.runtime.inherited import Variable
    from densecli.read.python.runtime.inside import Inside, Own


def loose(each: Any) -> Any:
    """A variable as an array: outside of a layer, no node has it."""
    if not isinstance(each, Tensor) or each.ref.node >= 0 or each.error is not None or each.shape is None:
        return each
    return Array(list(each.shape), each.dtype)  # type: ignore[arg-type]  # a variable has no open size


class Event(Record):
    """A `summary()` in the source: the model as it was then, or why it is unknown."""

    model: ModelObject
    graph: Graph | None
    error: DenseError | None
    line: int
    options: Mapping[str, Any] = {}


class Session:
    """The state of Keras while the source runs. `version` counts every change of it."""

    def __init__(self, run: Interpreter, host: Any) -> None:
        self.run, self.host = run, host
        self.version = 0
        self.tracing: Inside | None = None  # the custom layer whose `call` is followed
        self.numbers: dict[int, Ref] = {}  # its variables, as nodes of its graph
        self.connections = 0
        self.layers: list[LayerObject] = []
        self.models: list[ModelObject] = []
        self.events: list[Event] = []
        self.names: dict[str, int] = {}
        self.blurred: dict[int, tuple[Any, Unknown]] = {}  # lists and dicts with unknown contents
        self.data_format = "channels_last"  # of layers that do not set their own
        self.input_shapes: Mapping[str | None, Any] = {}  # from the command line, for models that have none
        self.stars: list[str] = []  # unknown modules that the source imports * from
        self.last_tensor: Tensor | None = None
        self.builder = Builder(run.limits)
        self.generators: dict[int, bool] = {}
        self.ran = False  # whether data passed through a model, which builds what only `call` builds
        self.froze = False  # whether a layer was frozen after it was made

    def touch(self) -> None:
        self.version += 1

    @property
    def built(self) -> int:
        """How much has been built so far: layers, and calls on tensors."""
        return len(self.layers) + self.connections

    def mark(self) -> tuple[int, int, int]:
        """A snapshot of the counters, to detect whether something was built since."""
        return self.version, len(self.models), len(self.events)

    def forget(self, mark: tuple[int, int, int]) -> None:
        """Drop the models and summaries made since a mark: it is unknown whether the program makes them."""
        del self.models[mark[1] :]
        del self.events[mark[2] :]

    # -- names -------------------------------------------------------------------------
    def use_name(self, type_name: str) -> str:
        """dense, dense_1, … as Keras counts them over the whole run."""
        return self.counted(snake_case(type_name))

    def counted(self, stem: str) -> str:
        number = self.names.get(stem, 0)
        self.names[stem] = number + 1
        return numbered(stem, number)

    def clear(self) -> None:
        """`clear_session()`."""
        self.names.clear()
        self.touch()

    # -- inside of custom layers -------------------------------------------------------
    @contextmanager
    def inside(self, graph: Inside | None) -> Iterator[None]:
        """Enter the graph of a custom layer that is being followed; None is outside all of them."""
        before = self.tracing, self.numbers
        self.tracing, self.numbers = graph, {}
        try:
            yield
        finally:
            self.tracing, self.numbers = before

    def numbered(self, own: Own) -> Ref:
        """A variable as a node of the graph being followed."""
        if self.tracing is None:
            return Ref(-1, -1)
        if id(own) not in self.numbers:
            self.numbers[id(own)] = Ref(self.tracing.variable(own))
        return self.numbers[id(own)]

    def reference(self, variable: Variable) -> Ref:
        variable.home = self.tracing
        return self.numbered(variable.layer)

    # -- making layers -----------------------------------------------------------------
    def make(self, type_name: str, args: list[Any], kwargs: dict[str, Any]) -> LayerObject:
        """A layer of the catalog, as its constructor in Keras makes it."""
        place = self.run.place()
        try:
            kind, arguments, input_argument = making.arguments(self, type_name, args, kwargs, place)
        except DenseError as error:
            made = LayerObject(self, self._name(type_name, kwargs), None, place)
            made.type_name, made.error = type_name, error
            return made
        layer, name = self._built(kind, arguments)
        made = LayerObject(self, name or self.use_name(layer.type_name), layer, place)
        made.input_argument = input_argument
        held = [kwargs.get("backward_layer")] if kind == "Bidirectional" else [*args, *kwargs.values()]
        made.wraps = list(layers_in(held))  # Keras copies the `layer` of a Bidirectional
        return made

    def _name(self, type_name: str, kwargs: dict[str, Any]) -> str:
        name = kwargs.get("name")
        return name if isinstance(name, str) else self.use_name(type_name)

    def _built(self, kind: str, arguments: list[Argument]) -> tuple[Layer, str | None]:
        """Raises what Keras would raise for arguments that it rejects."""
        made = self.builder.make(kind, arguments, self.run.place())
        if made is None:
            error, self.builder.errors[:] = self.builder.errors[0], []
            raised = Raised("ValueError", error.message, error.place)
            raised.error = error
            raise raised
        return made.layer, made.name

    def input_layer(self, shape: Any, batch: int | None = None, name: str | None = None, **options: Any) -> LayerObject:
        """An InputLayer with its tensor."""
        if batch is not None:
            options["batch_size"] = batch
        made = self.make("InputLayer", [], {"shape": shape, **options} | ({} if name is None else {"name": name}))
        return self.entered(made, name)

    def entered(self, made: LayerObject, name: Any = None) -> LayerObject:
        """An input layer is called once, when it is made; a given name becomes the name of its tensor."""
        from densecli.graph.graph import Call  # noqa: PLC0415

        if made.error is not None:
            made.outputs.append([Tensor(Ref(made.index, -1), None, "float32", made.error)])
            return made
        made.node.calls.append(Call(()))
        shape = made.layer.output()
        made.outputs.append([Tensor(Ref(made.index), tuple(shape), made.layer.output_dtype())])  # type: ignore[arg-type]
        made.outputs[0][0].name = name if isinstance(name, str) else self.use_name("KerasTensor")
        made.inputs.append([])
        return made

    def operation(self, rule: str, args: list[Any], kwargs: dict[str, Any], type_name: str = "") -> Any:
        """A function on tensors: as in Keras, it makes a layer with a name of its own."""
        name = kwargs.pop("name", None)
        config, args, kwargs = making.operation_arguments(rule, args, kwargs)
        layer = Operation(rule, config, type_name)
        return self.function(layer, name, args, kwargs)

    def function(self, layer: Operation, name: Any, args: list[Any], kwargs: dict[str, Any], stem: str = "") -> Any:
        """A call of a function's layer. Without a name it is counted: by `stem`, or by its class."""
        if self.tracing is not None:
            return self.traced(layer, stem or snake_case(layer.type_name), args, kwargs)
        args, kwargs = mapped(args, loose), mapped(kwargs, loose)
        if not any(True for _ in tensors_in([args, kwargs])):
            found = computed(self.run, layer, tuple(args), kwargs)
            return self.run.unknown("densecli does not know this function of a variable") if found is None else found
        if not isinstance(name, str):
            name = self.counted(stem) if stem else self.use_name(layer.type_name)
        made = LayerObject(self, name, layer, self.run.place())
        unknown = lost_in(self.run, [args, kwargs])
        broken = next((each.error for each in tensors_in([args, kwargs]) if each.error is not None), None)
        if unknown is not None or broken is not None:
            made.error = broken or self.unknown_wiring(made, unknown)  # type: ignore[arg-type]
            return Tensor(Ref(made.index, -1), None, "float32", made.error)
        return connected(self.run, made, args, kwargs)

    def traced(self, layer: Operation, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """A function on tensors inside a custom layer: it uses up no name."""
        unknown = lost_in(self.run, [args, kwargs])
        if unknown is not None:
            return unknown.derived("…")
        made = LayerObject(self, name, layer, self.run.place())
        broken = next((each for each in tensors_in([args, kwargs]) if each.error is not None), None)
        return connected(self.run, made, args, kwargs) if broken is None else broken

    def sequential(self, items: Any, name: Any) -> Sequential:
        model = Sequential(self, name if isinstance(name, str) else self.use_name("Sequential"), self.run.place())
        if items is None:
            return model
        listed = self.run.listed(items)
        if isinstance(listed, Unknown):
            model.error = self.unknown_layer(model, listed)
            return model
        for item in listed:
            model.append(self.run, item, rebuild=False)
        model.rebuild(self.run)
        return model

    def functional(self, inputs: Any, outputs: Any, name: Any) -> Functional:
        place = self.run.place()
        unknown = next((each for each in (inputs, outputs) if isinstance(each, Unknown)), None)
        model = Functional(
            self, name if isinstance(name, str) else self.use_name("Functional"), (inputs, outputs), place
        )
        if unknown is not None:
            model.error = model.error or self.unknown_wiring(model, unknown)
        elif model.error is None and not (model.entries and model.ends):
            self.run.unfit("All `inputs` and `outputs` of a model must be KerasTensors.", "ValueError")
        elif model.error is None:
            from densecli.read.python.runtime.cloning import clone  # noqa: PLC0415

            clone(self, model)
        return model

    def as_layer(self, item: Any) -> Any:
        """Convert an item that `Sequential` accepts to a layer; the tensor of an Input counts, too."""
        if isinstance(item, Tensor):
            owner = self.layers[item.ref.node]
            return owner if isinstance(owner.layer, InputLayer) or owner.error is not None else None
        return item if isinstance(item, LayerObject | Unknown) else None

    def input_shape(self, model: ModelObject) -> Any:
        return shape_of(self.run, ends(self.run, model, "input"))

    def frozen(self, layer: LayerObject, *, trainable: bool) -> None:
        self.froze = True
        if isinstance(layer, ModelObject):
            layer.trains = trainable
        elif layer.layer is not None:
            layer.layer.set_trainable(trainable=trainable, inside=layer.was_built or layer.type_name not in MADE_INSIDE)
        for each in layer.handed:
            if each is not layer.layer:
                each.set_trainable(trainable=trainable)
        self.touch()

    def repeat(self, items: list[LayerObject]) -> None:
        """A Sequential calls its layers once more: names of tensors and of what makes masks are used up."""
        for each in items:
            self.use_name("KerasTensor")
            for rule in made_by(each.layer) if each.layer is not None else ():
                self.use_name(rule)

    # -- what the source looks up ------------------------------------------------------
    def count_params(self, layer: LayerObject) -> Any:
        from densecli.read.python.runtime.counting import params  # noqa: PLC0415

        return params(self, layer)

    def batch_of(self, data: Any) -> Any:
        """The array that a model is trained on, if it is a single one."""
        if isinstance(data, Array):
            return data
        if isinstance(data, list | tuple) and data and not isinstance(data[0], Value):
            return as_array(self.run, list(data))
        return fed(data)[0]

    def summarize(self, model: ModelObject, options: Mapping[str, Any]) -> None:
        graph, error = None, model.error
        if error is None and not model.is_built:
            self.build_as_told(model)
        if error is None and not model.is_built and not model.lists_unbuilt:
            error = self.unbuilt(model)
        if error is None:
            graph = self.graph(model)
        self.events.append(Event(model, graph, error, self.run.line(), options))

    def given_shape(self, name: Any) -> Any:
        """The `--input-shape` for a model or an input."""
        named = self.input_shapes.get(name) if isinstance(name, str) else None
        return named or self.input_shapes.get(None)

    def build_as_told(self, model: ModelObject) -> None:
        shape = self.given_shape(model.name)
        if shape is not None:
            model.build_from(self.run, [(None, *shape)])

    def graph(self, model: ModelObject) -> Graph:
        from densecli.read.python.runtime.snapshot import graph_of  # noqa: PLC0415

        return graph_of(model)

    def steps(self, model: Functional) -> set[tuple[int, int]]:
        """The calls between a model's inputs and outputs."""
        from densecli.read.python.runtime.snapshot import steps_of  # noqa: PLC0415

        return steps_of(model)

    def shown(self, value: Any, node: Any) -> None:
        """A bare expression or a printed value: it gives the last tensor of a source without a model."""
        if isinstance(value, Tensor):
            self.last_tensor = value

    def loose_ends(self) -> list[Tensor]:
        """The tensor that the source shows, or those that no layer takes."""
        if self.last_tensor is not None:
            return [self.last_tensor]
        taken = {ref for layer in self.layers for call in layer.node.calls for ref in call.refs}
        ends = [each for layer in self.layers for call in layer.outputs for each in call]
        return [each for each in ends if each.ref not in taken and each.error is None]

    # -- errors ------------------------------------------------------------------------
    def unknown_argument(self, type_name: str, argument: str, unknown: Unknown) -> DenseError:
        return making.unknown_argument(self.run, type_name, argument, unknown)

    def unknown_wiring(self, layer: LayerObject, unknown: Unknown) -> DenseError:
        message = f"{layer.type_name} '{layer.name}' is called on something unknown: {making.because(unknown)}"
        return GraphError(message, code="E351", hint=making.remedy(unknown), place=self.run.place(), layer=layer.name)

    def unknown_layer(self, model: ModelObject, unknown: Unknown) -> DenseError:
        message = f"a layer of '{model.name}' is unknown: {making.because(unknown)}"
        return GraphError(message, code="E351", hint=making.remedy(unknown), place=self.run.place(), layer=model.name)

    def unknown_choice(self, choice: str, unknown: Unknown) -> DenseError:
        return GraphError(f"`{choice}` is unknown: {making.because(unknown)}", code="E351", hint=making.remedy(unknown))

    def inputs_of(self, ends: list[Tensor]) -> list[Tensor]:
        """The inputs that tensors depend on, in order of creation."""
        waiting, seen = [each.ref[:2] for each in ends if each.ref.call >= 0], set[tuple[int, int]]()
        while waiting:
            step = waiting.pop()
            if step not in seen:
                seen.add(step)
                waiting += [ref[:2] for ref in self.layers[step[0]].node.calls[step[1]].refs]
        return [
            self.layers[node].outputs[0][0]
            for node, _ in sorted(seen)
            if isinstance(self.layers[node].layer, InputLayer)
        ]

    def unbuilt(self, model: ModelObject) -> DenseError:
        message = f"{model.type_name} '{model.name}' has no input shape, so Keras has not built it"
        hint = "give the shape of one sample: --input-shape 28,28"
        return GraphError(message, code="E406", hint=hint, place=model.node.place, layer=model.name)

    def undecided(self, unknown: Unknown) -> DenseError:
        line = self.run.line()
        message = f"whether this runs is unknown, and it builds layers: {making.because(unknown)}"
        hint = f"decide with --set {line}=true, or {line}=false"
        return GraphError(message, code="E352", hint=hint, place=self.run.place())

    def stop_unknown_arguments(self, unknown: Any) -> Stop:
        message = f"the arguments of this call are unknown: {making.because(unknown)}"
        return Stop(ArgumentError(message, code="E350", hint=making.remedy(unknown), place=self.run.place()))

    def undefined(self, name: str) -> Any:
        if self.stars:
            return self.run.unknown(f"`{name}` may come from `from {self.stars[-1]} import *`")
        if self.run.trying:
            self.run.unfit(f"name {name!r} is not defined", "NameError")
        return self.run.unknown(f"`{name}` is not defined in this source")

    def builds(self, function: Any) -> bool:
        """Whether a call makes a layer or model."""
        return isinstance(function, LayerObject) or (
            isinstance(function, Known) and function.name.startswith("keras.layers.")
        )

    # -- values from the command line and the files beside the source -------------------
    def decided(self, unknown: Unknown, node: Any) -> Any:
        """A condition that `--set LINE=true` decides."""
        word = self.run.settings.get(str(node.lineno))
        if word is None:
            return unknown
        self.run.used_settings.add(str(node.lineno))
        return word.strip().lower() in ("true", "1", "yes")

    def overridden(self, name: str, value: Any, scope: Any) -> Any:
        return self.host.overridden(self.run, name, value, scope)

    def default(self, function: Any, name: str, value: Any) -> Any:
        return self.host.overridden(self.run, name, value, None) if self.run.settings else value

    def local_module(self, path: str, level: int) -> Any:
        return self.host.local_module(path, level, self.run)

    def annotated(self, cls: Class) -> list[str]:
        """The annotated names of a class body, in order: the fields of a dataclass."""
        node: Any = cls.node
        targets = [each.target for each in node.body if type(each).__name__ == "AnnAssign"]
        return [each.id for each in targets if hasattr(each, "id")]

    # -- generators --------------------------------------------------------------------
    def is_generator(self, node: Any) -> bool:
        key = id(node)
        if key not in self.generators:
            self.generators[key] = _yields(node.body)
        return self.generators[key]

    def generated(self, function: Any, scope: Any) -> Any:
        return self.run.unknown(f"densecli does not follow the generator `{function.name}`")


def _yields(body: list[Any]) -> bool:
    """Whether statements contain a yield that belongs to their own function."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        kind = type(node).__name__
        if kind in ("Yield", "YieldFrom"):
            return True
        if kind not in ("FunctionDef", "AsyncFunctionDef", "Lambda", "ClassDef"):
            waiting += [each for field in node._fields for each in _nodes(getattr(node, field, None))]
    return False


def _nodes(value: Any) -> list[Any]:
    items = value if isinstance(value, list) else [value]
    return [each for each in items if hasattr(each, "_fields")]
