"""From the arguments of a constructor in the source to those of a layer in the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.catalogue import lookup
from densecli.errors import ArgumentError, DenseError
from densecli.fields import Object
from densecli.layers.operations.constructors import parted
from densecli.names import INITIALIZERS
from densecli.read.build import Argument
from densecli.read.keras.keras1 import modern
from densecli.read.python.arrays import Array
from densecli.read.python.plain import Dims
from densecli.read.python.runtime.tensors import tensors_in
from densecli.read.python.values import Foreign, Unknown, Value, unknown_in

if TYPE_CHECKING:
    from densecli.errors import Place
    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.runtime.session import Session

OWN_PACKAGES = ("keras", "tensorflow")  # whose names are words of a config: tf.nn.relu6
DROPPED = {("BatchNormalization", "mode")}  # of Keras 1: the mode of normalization affects neither shapes nor counts
WINDOWS = {"Conv2D": 2, "SeparableConv2D": 2, "FullConv2D": 2, "Conv3D": 3, "FullConv3D": 3}
# Arguments that Keras 3 still accepts for an InputLayer.
OLD_INPUT = {"input_shape": "shape", "batch_input_shape": "batch_shape"}


class KerasObject(Value):
    """An initializer, regularizer, constraint or another Keras object that occurs only in configs."""

    __slots__ = ("arguments", "class_name")
    kind = "Keras object"

    def __init__(self, class_name: str, arguments: dict[str, Any]) -> None:
        self.class_name, self.arguments = class_name, arguments

    def get(self, run: Interpreter, name: str) -> Any:
        return self.arguments[name] if name in self.arguments else super().get(run, name)

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """An initializer called on a shape returns an array of it."""
        shape = kwargs.get("shape", args[0] if args else None)
        if self.class_name not in INITIALIZERS or shape is None:
            return super().call(run, args, kwargs)
        sizes = run.listed(shape)
        return sizes if isinstance(sizes, Unknown) else Array(tuple(sizes), "float32")

    def config(self) -> Any:
        return Object(self.class_name, {key: plain(value) for key, value in self.arguments.items()})

    def shown(self) -> str:
        return f"`{self.class_name}`"


def arguments(
    session: Session, type_name: str, args: list[Any], kwargs: dict[str, Any], place: Place | None
) -> tuple[str, list[Argument], Any]:
    """The class, its arguments, and the input shape among them. Raises DenseError where one is unknown."""
    args = [_if_known(session.run, each) for each in args]
    kwargs = {name: _if_known(session.run, each) for name, each in kwargs.items()}
    kind, args, kwargs = _modern(session, type_name, args, kwargs)
    if kind == "InputLayer":
        kwargs |= {new: kwargs.pop(old) for old, new in OLD_INPUT.items() if old in kwargs}
        args, kwargs = _input_as_told(session, args, kwargs)
    elif session.data_format != "channels_last" and "data_format" in lookup(kind).config_fields:
        kwargs.setdefault("data_format", session.data_format)
    input_argument = _as_told(session, _input_argument(kind, kwargs), kwargs.get("name"))
    kwargs.pop("weights", None)
    if kind == "Embedding":
        kwargs.pop("input_length", None)
    found = [Argument(None, value, place) for value in args]
    found += [Argument(name, value, place) for name, value in kwargs.items()]
    positional = lookup(kind).positional
    named = [each.name or (positional[index] if index < len(positional) else "?") for index, each in enumerate(found)]
    for name, each in zip([*named, "input_shape"], [*found, Argument("input_shape", input_argument)], strict=True):
        unknown = unknown_in(each.value)
        if unknown is not None:
            raise unknown_argument(session.run, type_name, name, unknown)
    input_argument = None if input_argument is None else plain(input_argument)
    return kind, [Argument(each.name, plain(each.value), place) for each in found], input_argument


def _if_known(run: Interpreter, value: Any) -> Any:
    """A value, unless it is a name of a package that densecli knows nothing of."""
    if not isinstance(value, Foreign) or value.path.partition(".")[0] in OWN_PACKAGES:
        return value
    module, _, name = value.path.rpartition(".")
    unknown = run.unknown(f"it comes from `{module or name}`, which densecli does not know")
    unknown.name = name
    return unknown


def _as_told(session: Session, shape: Any, name: Any) -> Any:
    """A shape that is unknown in the source, taken from `--input-shape`."""
    told = session.given_shape(name) if unknown_in(shape) is not None else None
    return shape if told is None else told


def _input_as_told(session: Session, args: list[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    name = kwargs.get("name")
    args = [_as_told(session, each, name) if index == 0 else each for index, each in enumerate(args)]
    if "shape" in kwargs:
        kwargs["shape"] = _as_told(session, kwargs["shape"], name)
    if unknown_in(kwargs.get("batch_shape")) is not None and session.given_shape(name) is not None:
        kwargs["batch_shape"] = (None, *session.given_shape(name))
    return args, kwargs


def _modern(
    session: Session, type_name: str, args: list[Any], kwargs: dict[str, Any]
) -> tuple[str, list[Any], dict[str, Any]]:
    """Keras 1 names replaced by today's, with a note."""
    known = lookup(type_name).config_fields
    if all(name in known or name in ("name", "input_shape", "input_dim", "weights") for name in kwargs):
        return type_name, args, kwargs
    kind, found = modern(type_name, kwargs)
    found = {name: value for name, value in found.items() if (kind, name) not in DROPPED}
    if found.keys() == kwargs.keys():
        return kind, args, found
    old = ", ".join(sorted(kwargs.keys() - found.keys()))
    session.run.note(
        f"line {session.run.line()}: {old}: arguments of Keras 1, which Keras 3 refuses; densecli gives them their old meaning"
    )
    return kind, _window(kind, args), found


def _window(kind: str, args: list[Any]) -> list[Any]:
    """Keras 1 took the sides of a window as separate arguments: Convolution2D(32, 3, 3)."""
    sides = WINDOWS.get(kind, 1)
    if sides == 1 or len(args) < 1 + sides:
        return args
    return [args[0], tuple(args[1 : 1 + sides]), *args[1 + sides :]]


def _input_argument(kind: str, kwargs: dict[str, Any]) -> Any:
    """`input_shape=` or `input_dim=`, which belong to the model around the layer."""
    shape = kwargs.pop("input_shape", None)
    if (
        kind not in ("Embedding", "InputLayer")
        and kwargs.get("input_dim") is not None
        and "input_dim" not in lookup(kind).config_fields
    ):
        return (kwargs.pop("input_dim"),)
    if kind not in ("Embedding", "InputLayer"):
        kwargs.pop("input_dim", None)
    if isinstance(shape, list):
        return tuple(shape)
    return (shape,) if isinstance(shape, int) and kind != "InputLayer" else shape


def plain(value: Any) -> Any:
    """A value in the form of a config."""
    if isinstance(value, Dims):
        return tuple(value)
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, tuple):
        return tuple(plain(each) for each in value)
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return value.config() if isinstance(value, Value) else value


def operation_arguments(
    rule: str, args: list[Any], kwargs: dict[str, Any]
) -> tuple[dict[str, Any], list[Any], dict[str, Any]]:
    """The arguments of a keras.ops function, split as Keras does: those of the operation's constructor, and the rest."""
    known = parted(rule)
    if not known:
        return {}, args, kwargs
    made = {name for name, is_made in known if is_made}
    named = {name: value for (name, is_made), value in zip(known, args, strict=False) if is_made} | kwargs
    config = {name: plain(value) for name, value in named.items() if name in made and _is_fixed(value)}
    first = next((index for index, (_, is_made) in enumerate(known[: len(args)]) if is_made), len(args))
    if rule == "Einsum":
        return config, args[1:], kwargs
    late = {name: value for (name, _), value in list(zip(known, args, strict=False))[first:]}
    rest = {name: value for name, value in (late | kwargs).items() if name not in config}
    return config, args[:first] + args[len(known) :], rest


def _is_fixed(value: Any) -> bool:
    return unknown_in(value) is None and not any(True for _ in tensors_in([value])) and not isinstance(value, Array)


def unknown_argument(run: Interpreter, type_name: str, argument: str, unknown: Unknown) -> DenseError:
    message = f"{type_name}: `{argument}` is unknown: {because(unknown)}"
    return ArgumentError(message, code="E350", hint=remedy(unknown), place=run.place())


def because(unknown: Unknown) -> str:
    """Where an unknown value comes from, in words."""
    root = unknown.root
    line = (
        ""
        if root.place is None or root.place.start < 0
        else f" (line {root.place.source.position(root.place.start)[0]})"
    )
    name = "" if root.name is None else f"{root.name}{root.path or unknown.path}: "
    return f"{name}{root.reason}{line}"


def remedy(unknown: Unknown) -> str:
    """The option that would supply it."""
    name = unknown.root.name
    if name is None:
        return "assign the value to a name in the source, then use --set NAME=VALUE"
    if ".shape" in unknown.path or "length" in unknown.path:
        return f"provide it: --set {name}.shape=1000,28,28"
    steps = unknown.path if unknown.path.replace(".", "").replace("_", "").isalnum() else ""
    return f"provide it: --set {name}{steps}=…"
