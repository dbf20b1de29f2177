"""What layers of the source inherit from `keras.Layer`: the methods that they call on themselves, and their variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.errors import ArgumentError
from densecli.layer import Weight
from densecli.read.python.arrays import as_array
from densecli.read.python.runtime import making
from densecli.read.python.runtime.inside import Own
from densecli.read.python.runtime.tensors import Tensor
from densecli.read.python.signals import Raised
from densecli.read.python.values import Known, unknown_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.runtime.custom import CustomLayer
    from densecli.read.python.runtime.session import Session

SOURCE = "what the source computes"  # an initializer that is no initializer of Keras
_INITIALIZER = fields.initializer("glorot_uniform")


class Variable(Tensor):
    """The result of `add_weight`: a tensor wherever the layer's `call` is followed."""

    __slots__ = ("layer", "session")

    def __init__(self, session: Session, layer: Own) -> None:
        self.session, self.layer = session, layer
        super().__init__(None, layer.weight.shape, "float32")  # type: ignore[arg-type]

    @property
    def ref(self) -> Any:
        return self.session.reference(self)

    @ref.setter
    def ref(self, _: Any) -> None:
        """Ignored: the reference is determined anew at each use."""

    def get(self, run: Interpreter, name: str) -> Any:
        if name in ("value", "read_value"):
            return Known(name, lambda run: self)
        if name.startswith("assign"):
            return Known(name, lambda run, *_, **__: None)
        return super().get(run, name)


METHODS: dict[str, Any] = {}


def method(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a member that layers of the source inherit: `rule(run, layer, *args, **kwargs)`."""

    def enter(rule: Callable[..., Any]) -> Callable[..., Any]:
        METHODS.update(dict.fromkeys(names, rule))
        return rule

    return enter


@method("__init__")
def init(run: Interpreter, layer: CustomLayer, *args: Any, **kwargs: Any) -> None:
    layer.start(run, list(args), kwargs)


@method("build")
def build(run: Interpreter, layer: CustomLayer, input_shape: Any = None, *_: Any, **__: Any) -> None:
    layer.build_done = True


@method("call")
def call(run: Interpreter, layer: CustomLayer, *args: Any, **kwargs: Any) -> Any:
    """Call the Keras layer that the class derives from."""
    if layer.based is None:
        return run.unfit("Layer.call is not implemented", "NotImplementedError")
    return layer.based.call(run, list(args), kwargs)


@method("add_weight", "add_variable")
def add_weight(run: Interpreter, layer: CustomLayer, *args: Any, **kwargs: Any) -> Any:
    """All forms: (name, shape, dtype, initializer, …) of Keras 1 and 2, (shape, initializer, dtype, …) of Keras 3."""
    given = list(args)
    old = bool(given) and (isinstance(given[0], str) or given[0] is None)
    name = kwargs.get("name", given.pop(0) if old else None)
    shape = kwargs.get("shape", given[0] if given and "shape" not in kwargs else ())
    unknown = unknown_in(shape)
    if unknown is not None:
        layer.error = layer.error or making.unknown_argument(run, layer.type_name, "shape", unknown)
        return unknown
    sizes = (shape,) if isinstance(shape, int) else tuple(shape or ())
    if not all(isinstance(size, int) for size in sizes):
        raise Raised("ValueError", f"a weight of shape {sizes} has an open size", run.place())
    trainable = kwargs.get("trainable", True) is not False
    start = kwargs.get("initializer", (given[2 if old else 1 :] or [None])[0])
    own = Own(
        Weight(free_name(layer, name), sizes, (), trainable, initializer=initializer(start)), trainable=layer.trains
    )
    layer.own.append(own)
    return Variable(run.session, own)


def free_name(layer: CustomLayer, name: Any) -> str:
    word = name if isinstance(name, str) else f"variable_{len(layer.own)}" if layer.own else "variable"
    taken = {own.name for own in layer.own}
    while word in taken:
        word += "_"
    return word


def initializer(value: Any) -> Any:
    """What a weight starts from; by a function of the source, from nothing that densecli knows."""
    if not isinstance(value, str | making.KerasObject | None):
        return SOURCE
    try:
        return _INITIALIZER.read(None, "glorot_uniform" if value is None else making.plain(value))
    except ArgumentError:
        return SOURCE


def variable(run: Interpreter, value: Any, name: Any, *, trainable: bool) -> Any:
    """`keras.Variable`: the layer that it is assigned to owns it."""
    array = as_array(run, value)
    unknown = unknown_in(array.shape)
    if array.shape is None or unknown is not None:
        return array.lost(run, ".shape") if unknown is None else unknown
    word = name if isinstance(name, str) else "variable"
    weight = Weight(word, tuple(array.shape), (), trainable, initializer=SOURCE)  # type: ignore[arg-type]  # none is unknown
    return Variable(run.session, Own(weight, trainable=True))


@method("compute_mask", "compute_output_spec", "get_build_config", "add_metric", "add_update")
def nothing(run: Interpreter, layer: CustomLayer, *args: Any, **kwargs: Any) -> None:
    """Does not affect shapes."""


@method("get_config")
def get_config(run: Interpreter, layer: CustomLayer) -> dict[str, Any]:
    return {"name": layer.name, "trainable": layer.trains}
