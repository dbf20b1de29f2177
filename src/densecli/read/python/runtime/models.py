"""Sequential and Functional models: layers that hold layers, as Keras builds and rebuilds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.graph.graph import row_order
from densecli.graph.model import Model
from densecli.read.python.arrays import Array
from densecli.read.python.plain import Dims
from densecli.read.python.runtime.layers import LayerObject
from densecli.read.python.runtime.tensors import Tensor, packed, tensors_in
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
    """Register an attribute of models: `rule(run, model)`."""

    def enter(rule: Callable[..., Any]) -> Callable[..., Any]:
        ATTRIBUTES.update(dict.fromkeys(names, rule))
        return rule

    return enter


def method(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a method of models: `rule(run, model, *args, **kwargs)`."""

    def enter(rule: Callable[..., Any]) -> Callable[..., Any]:
        METHODS.update(dict.fromkeys(names, rule))
        return rule

    return enter


class ModelObject(LayerObject):
    """A model. Its graph is drawn on demand from the layers in their current state."""

    kind = "model"
    lists_unbuilt = False  # whether Keras prints its layers before it is built

    def __init__(self, session: Session, name: str, type_name: str | None, place: Place | None) -> None:
        super().__init__(session, name, None, place)
        self.type_name = type_name or ""
        self.trains = True
        self.examples: list[Any] = []  # the data that it predicts on
        self.events: list[tuple[str, int]] = []
        self.made_in: str | None = session.run.stack[-1][0].name if session.run.stack else None  # the function
        self._model: tuple[int, Model] | None = None
        session.models.append(self)

    @property
    def layer(self) -> Layer:
        """The model as a layer, drawn again after each change of anything."""
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

    @property
    def was_built(self) -> bool:
        return self.is_built or super().was_built

    @property
    def was_seen(self) -> bool:
        return bool(self.outputs)

    def built_with(self) -> list[Any] | None:
        return [tensor.shape for tensor in self.layer.own_inputs()] if self.is_built else None  # type: ignore[attr-defined]

    def build_from(self, run: Interpreter, shapes: list[Any]) -> None:
        """Build for inputs of these shapes unless already built."""

    def learn(self, run: Interpreter, data: Any, batch: int | None, target: Any = None) -> None:
        """Training and prediction on known data build a model."""

    def shown(self) -> str:
        return f"the model `{self.name}`"


class Sequential(ModelObject):
    """Layers in a row. It is built as soon as its input shape is known, and again with each layer after that."""

    def __init__(self, session: Session, name: str, place: Place | None) -> None:
        super().__init__(session, name, "Sequential", place)
        self.items: list[LayerObject] = []
        self.entry: LayerObject | None = None  # the InputLayer
        self.last: Any = None  # the output, once built

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
        if any(each.name == item.name and each is not item for each in self.items):
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
        """Pass a tensor through layers. If Keras rejects a layer, the model keeps the error."""
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
        """An InputLayer of the shape given by a call, `build` or `fit`."""
        if isinstance(shape, Dims | tuple) and not unknown_in(shape):
            self.entry = run.session.input_layer(tuple(shape[1:]), batch=shape[0])

    def prepare(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> None:
        """The first call on a tensor builds the model."""
        first = next(tensors_in([args, kwargs]), None)
        if not self.is_built and first is not None and first.shape is not None:
            self.build_from(run, [first.shape])

    def build_from(self, run: Interpreter, shapes: list[Any]) -> None:
        if not self.is_built and self.entry is not None and not self.items:  # a call builds it all the same
            self.finish(run, self.entry.outputs[0][0])
        if not self.is_built and self.items and len(shapes) == 1:
            if self.entry is None:
                self.enter_shape(run, Dims(shapes[0]))
            self.rebuild(run)

    def learn(self, run: Interpreter, data: Any, batch: int | None, target: Any = None) -> None:
        found = run.session.batch_of(data)
        if not self.is_built and isinstance(found, Array) and found.shape and unknown_in(found.shape[1:]) is None:
            self.build_from(run, [(None, *found.shape[1:])])

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

    def shaped(self, outputs: list[Any]) -> Any:
        return packed(self.results, iter(outputs)) if isinstance(self.results, dict | tuple) else outputs

    def members(self) -> list[LayerObject]:
        indexes = sorted({step[0] for step in self.session.steps(self)})
        return [self.session.layers[indexes[row]] for row in row_order(self.session.graph(self))]
