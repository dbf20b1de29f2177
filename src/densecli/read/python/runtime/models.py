"""Sequential and Functional models: layers that hold layers, as Keras builds and rebuilds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.graph.graph import row_order
from densecli.graph.model import Model
from densecli.layers.operations.functions import Operation
from densecli.read.python.arrays import Array, Size
from densecli.read.python.plain import Dims
from densecli.read.python.runtime import layers
from densecli.read.python.runtime.layers import LayerObject, single
from densecli.read.python.runtime.tensors import Tensor, tensors_in
from densecli.read.python.signals import Raised
from densecli.read.python.values import Unknown, unknown_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.errors import Place
    from densecli.layer import Layer
    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.runtime.session import Session

ATTRIBUTES: dict[str, Callable[..., Any]] = {}
METHODS: dict[str, Callable[..., Any]] = {}


def attribute(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter an attribute of models: `rule(run, model)`."""

    def enter(rule: Callable[..., Any]) -> Callable[..., Any]:
        ATTRIBUTES.update(dict.fromkeys(names, rule))
        return rule

    return enter


def method(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a method of models: `rule(run, model, *args, **kwargs)`."""

    def enter(rule: Callable[..., Any]) -> Callable[..., Any]:
        METHODS.update(dict.fromkeys(names, rule))
        return rule

    return enter


class ModelObject(LayerObject):
    """A model. Its graph is drawn from the layers as they are when somebody asks."""

    kind = "model"

    def __init__(self, session: Session, name: str, type_name: str, place: Place | None) -> None:
        super().__init__(session, name, None, place)
        self.type_name = type_name
        self.trains = True
        self.examples: list[Any] = []  # numbers that it predicts on
        self.events: list[tuple[str, int]] = []
        self.made_in: str | None = session.run.stack[-1][0].name if session.run.stack else None  # the function
        self._model: tuple[int, Model] | None = None
        session.models.append(self)

    @property
    def layer(self) -> Layer:
        """The model as a layer, drawn anew after each change of anything."""
        if self._model is None or self._model[0] != self.session.version:
            self._model = (self.session.version, Model(self.session.graph(self)))
        return self._model[1]

    def tables(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        return [(ATTRIBUTES, METHODS), *super().tables()]

    def members(self) -> list[LayerObject]:
        """`model.layers`."""
        raise NotImplementedError

    def inner(self) -> list[LayerObject]:
        return self.members()

    @property
    def is_built(self) -> bool:
        raise NotImplementedError

    def shown(self) -> str:
        return f"the model `{self.name}`"


class Sequential(ModelObject):
    """Layers in a row. It is built as soon as its input shape is known, and anew with each layer after that."""

    def __init__(self, session: Session, name: str, place: Place | None) -> None:
        super().__init__(session, name, "Sequential", place)
        self.items: list[LayerObject] = []
        self.entry: LayerObject | None = None  # the InputLayer
        self.last: Any = None  # what comes out, once built

    @property
    def is_built(self) -> bool:
        return self.last is not None

    def members(self) -> list[LayerObject]:
        return list(self.items)

    def append(self, run: Interpreter, item: Any, *, rebuild: bool) -> None:
        """`add`, as Keras 3.15.1 does it."""
        item = run.session.as_layer(item)
        if item is None or isinstance(item, Unknown):
            self.fail(run, item)
            return
        if not self.items and self.entry is None and item.input_argument is not None:
            self.enter(run, run.session.input_layer(item.input_argument), rebuild=rebuild)
        if item.type_name == "InputLayer" and item.cls is None:
            self.enter(run, item, rebuild=rebuild)
            return
        if any(each.name == item.name for each in self.items):
            run.unfit(
                f"All layers added to a Sequential model should have unique names: {item.name!r} is taken", "ValueError"
            )
        self.items.append(item)
        if item.error is not None:
            self.error = self.error or item.error
        run.session.touch()
        if rebuild:
            self.rebuild(run, added=item)

    def fail(self, run: Interpreter, item: Any) -> None:
        if isinstance(item, Unknown):
            self.error = self.error or run.session.unknown_layer(self, item)
            run.session.touch()
        else:
            run.unfit("Only instances of `keras.Layer` can be added to a Sequential model.", "ValueError")

    def enter(self, run: Interpreter, item: LayerObject, *, rebuild: bool) -> None:
        if self.entry is not None:
            run.unfit(f"Sequential model '{self.name}' has already been configured with an input shape", "ValueError")
        self.entry = item
        self.error = self.error or item.error
        run.session.touch()
        if rebuild and self.items:
            self.rebuild(run)

    def rebuild(self, run: Interpreter, added: LayerObject | None = None) -> None:
        """Build if the input is known. Each time Keras makes a Functional inside and uses up its name."""
        first = self.items[0] if self.items else None
        if self.entry is None and isinstance(first, ModelObject) and first.is_built and len(self.items) > 1:
            self.enter_shape(run, run.session.input_shape(first))
        if self.entry is None or first is None or self.error is not None:
            return
        again = added is None or self.last is None
        tensor, self.last = self.entry.outputs[0][0] if again else self.last, None
        tensor = self.through(run, self.items if again else [added], tensor)
        if not again:
            run.session.repeat(self.items[:-1])
        self.finish(run, tensor)

    def through(self, run: Interpreter, items: list[Any], tensor: Any) -> Any:
        """A tensor through layers. A layer that Keras refuses leaves the model with its error."""
        try:
            with run.session.inside(None):
                for item in items:
                    tensor = item.call(run, [tensor], {})
        except Raised as refusal:
            self.error = self.error or refusal.error
            raise
        return tensor

    def finish(self, run: Interpreter, tensor: Any) -> None:
        self.last = tensor
        broken = next((each.error for each in tensors_in([tensor]) if each.error is not None), None)
        self.error = self.error or broken
        run.session.use_name("functional")
        run.session.touch()

    def enter_shape(self, run: Interpreter, shape: Any) -> None:
        """An InputLayer of the shape that a call, `build` or `fit` told."""
        if isinstance(shape, Dims | tuple) and not unknown_in(shape):
            self.entry = run.session.input_layer(tuple(shape[1:]), batch=shape[0])

    def prepare(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> None:
        """The first call on a tensor builds the model."""
        first = next(tensors_in([args, kwargs]), None)
        if not self.is_built and first is not None and first.shape is not None:
            self.build_from(run, [first.shape])

    def build_from(self, run: Interpreter, shapes: list[Any]) -> None:
        if not self.is_built and self.items and len(shapes) == 1:
            if self.entry is None:
                self.enter_shape(run, Dims(shapes[0]))
            self.rebuild(run)

    def pop(self, run: Interpreter) -> Any:
        if not self.items:
            return run.unfit("pop from empty list", "IndexError")
        item = self.items.pop()
        self.last = None
        run.session.touch()
        if self.items:
            self.rebuild(run)
        return item


class Functional(ModelObject):
    """A model between tensors."""

    def __init__(self, session: Session, name: str, ends: tuple[Any, Any], place: Place | None) -> None:
        super().__init__(session, name, "Functional", place)
        self.sources, self.results = ends  # in the structure of the call
        self.entries: list[Tensor] = list(tensors_in([self.sources]))
        self.ends: list[Tensor] = list(tensors_in([self.results]))
        self.error = next((each.error for each in (*self.entries, *self.ends) if each.error is not None), None)

    @property
    def is_built(self) -> bool:
        return True

    def members(self) -> list[LayerObject]:
        indexes = sorted({step[0] for step in self.session.steps(self)})
        return [self.session.layers[indexes[row]] for row in row_order(self.session.graph(self))]


# -- what models answer ----------------------------------------------------------------
@attribute("layers")
def layers_(run: Interpreter, model: ModelObject) -> Any:
    if model.error is not None:
        return run.unknown(model.error.message)
    return [each for each in model.members() if not isinstance(each.node.layer, Operation)]


@attribute("input", "inputs")
def input_(run: Interpreter, model: ModelObject) -> Any:
    return ends(run, model, "input")


@attribute("output", "outputs")
def output(run: Interpreter, model: ModelObject) -> Any:
    return ends(run, model, "output")


@attribute("inputs")
def inputs(run: Interpreter, model: ModelObject) -> Any:
    found = ends(run, model, "input")
    return found if isinstance(found, list) else [found]


@attribute("outputs")
def outputs(run: Interpreter, model: ModelObject) -> Any:
    found = ends(run, model, "output")
    return found if isinstance(found, list) else [found]


def ends(run: Interpreter, model: ModelObject, which: str) -> Any:
    """The tensors that the model was made of, not those of its calls."""
    if model.error is not None:
        return layers.broken(model, model.error)
    if isinstance(model, Functional):
        return single(model.entries if which == "input" else model.ends)
    if not isinstance(model, Sequential) or not model.is_built or model.entry is None:
        return run.unfit(f"Sequential model '{model.name}' has no defined {which} yet.", "AttributeError")
    return model.entry.outputs[0][0] if which == "input" else model.last


@attribute("input_shape")
def input_shape(run: Interpreter, model: ModelObject) -> Any:
    return layers.shape_of(run, input_(run, model))


@attribute("output_shape")
def output_shape(run: Interpreter, model: ModelObject) -> Any:
    return layers.shape_of(run, output(run, model))


@attribute("trainable")
def trainable(run: Interpreter, model: ModelObject) -> Any:
    return model.trains


@attribute("built")
def built(run: Interpreter, model: ModelObject) -> Any:
    return model.is_built


@attribute("output_names")
def output_names(run: Interpreter, model: ModelObject) -> Any:
    return [run.session.layers[each.ref.node].name for each in tensors_in([output(run, model)])]


@attribute("input_names")
def input_names(run: Interpreter, model: ModelObject) -> Any:
    return [run.session.layers[each.ref.node].name for each in tensors_in([input_(run, model)])]


@method("add")
def add(run: Interpreter, model: ModelObject, layer: Any, *_: Any) -> None:
    if isinstance(model, Sequential):
        model.append(run, layer, rebuild=True)
    else:
        run.unfit(f"{model.type_name!r} object has no attribute 'add'", "AttributeError")


@method("pop")
def pop(run: Interpreter, model: ModelObject, *_: Any) -> Any:
    return model.pop(run) if isinstance(model, Sequential) else None


@method("get_layer")
def get_layer(run: Interpreter, model: ModelObject, name: Any = None, index: Any = None) -> Any:
    if model.error is not None:
        return run.unknown(model.error.message)
    unknown = next((each for each in (name, index) if isinstance(each, Unknown)), None)
    if unknown is not None:
        return unknown.derived("…")
    members = model.members()
    if isinstance(name, int):
        name, index = None, name
    if index is not None:
        return (
            members[index]
            if -len(members) <= index < len(members)
            else run.unfit("no layer of that index", "ValueError")
        )
    found = next((each for each in members if each.name == name), None)
    if found is None:
        names = ", ".join(each.name for each in members[:8])
        return run.unfit(f"No such layer: {name}. Existing layers are: {names}", "ValueError")
    return found


@method("summary")
def summary(run: Interpreter, model: ModelObject, *_: Any, **options: Any) -> None:
    event(run, model, "summary")
    run.session.summarize(model, options)


def event(run: Interpreter, model: ModelObject, name: str) -> None:
    model.events.append((name, run.line()))


@method("compile", "save", "save_weights", "load_weights", "export", "reset_metrics", "set_weights")
def quiet(run: Interpreter, model: ModelObject, *_: Any, **__: Any) -> None:
    """Has no bearing on shapes."""


@method("fit", "fit_generator", "train_on_batch", "test_on_batch", "evaluate", "evaluate_generator", "predict_classes")
def on_data(run: Interpreter, model: ModelObject, x: Any = None, *_: Any, **__: Any) -> Any:
    """Training and prediction build a model that has no input shape yet; the batch stays open."""
    data = __.get("generator", x)
    found = run.session.batch_of(data)
    if isinstance(model, Sequential) and not model.is_built and isinstance(found, Array) and found.shape:
        unknown = unknown_in(found.shape[1:])
        if unknown is None:
            model.build_from(run, [(None, *found.shape[1:])])
    return run.unknown("densecli does not train models")


@method("predict", "predict_on_batch", "predict_generator", "predict_proba")
def predict(run: Interpreter, model: ModelObject, x: Any = None, *_: Any, **__: Any) -> Any:
    on_data(run, model, x, *_, **__)
    data = run.session.batch_of(__.get("generator", x))
    if isinstance(data, Array) and isinstance(data.numbers, list):
        model.examples = [data.numbers]
    return predicted(run, model, data)


def predicted(run: Interpreter, model: ModelObject, data: Any) -> Any:
    if not isinstance(data, Array) or data.shape is None or model.error is not None or not model.is_built:
        return run.unknown("densecli does not compute what training and prediction give")
    shapes = [each.shape for each in tensors_in([output(run, model)])]
    batch: Size = data.shape[0] if data.shape else run.unknown("the batch of this array is not known")
    found = [Array(None if shape is None else (batch, *(_size(run, each) for each in shape[1:]))) for shape in shapes]
    return single(found)


def _size(run: Interpreter, size: int | None) -> Size:
    return run.unknown("this size is left open by the model") if size is None else size


@method("build")
def build(run: Interpreter, model: ModelObject, input_shape: Any = None, **_: Any) -> None:
    if isinstance(input_shape, tuple | list) and not unknown_in(input_shape) and isinstance(model, Sequential):
        model.build_from(run, [tuple(input_shape)])


@method("to_json", "to_yaml", "get_config", "evaluate_generator")
def not_known(run: Interpreter, model: ModelObject, *_: Any, **__: Any) -> Any:
    return run.unknown("densecli does not write configs while it reads")


@method("call", "__call__")
def call(run: Interpreter, model: ModelObject, *args: Any, **kwargs: Any) -> Any:
    return layers.call_layer(run, model, list(args), kwargs)
