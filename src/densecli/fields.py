"""Config fields of layers: parsing a value, its default, one line of doc, its JSON Schema.

A `Field` is declared in a layer's class body; reading returns the normal form or raises ArgumentError with the received
value. Descriptors instead of dataclasses: 140 frozen dataclasses cost some 200 ms at start-up, these cost about 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from densecli.errors import ArgumentError, did_you_mean
from densecli.names import ACTIVATION_FLOPS, CONSTRAINTS, DTYPES, INITIALIZERS, REGULARIZERS, is_quantized, quantization
from densecli.records import Record
from densecli.text import describe, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
REQUIRED: Any = object()
MAX_INT = 2**63 - 1
LAYER_SCHEMA = {"type": ["string", "object"], "title": "layer"}


class Field(Generic[T]):
    """One argument of a layer. `read(layer, value)` gets the layer (or its class) for what depends on the rank."""

    __slots__ = ("default", "doc", "read", "schema")

    def __init__(self, read: Callable[[Any, Any], T], default: Any, doc: str, schema: dict[str, Any]) -> None:
        self.read, self.default, self.doc, self.schema = read, default, doc, schema

    @overload
    def __get__(self, layer: None, owner: type) -> Field[T]: ...
    @overload
    def __get__(self, layer: object, owner: type) -> T: ...
    def __get__(self, layer: object | None, owner: type) -> Any:
        return self  # only reached on the class: an instance's own value shadows the field


class Object(Record):
    """A Keras object that a config names and densecli does not interpret: a class name and its arguments."""

    class_name: str
    config: dict[str, Any]


def wrong_type(expected: str, value: object) -> ArgumentError:
    return ArgumentError(f"expected {expected}, got {describe(value)}", code="E301")


def wrong_value(expected: str, value: object, hint: str | None = None) -> ArgumentError:
    return ArgumentError(f"expected {expected}, got {describe(value)}", code="E303", hint=hint)


def read_integer(value: Any, expected: str, least: int | None) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong_type(expected, value)
    if abs(value) > MAX_INT:
        raise ArgumentError(f"expected {expected} below 2**63, got {describe(value)}", code="E504")
    if least is not None and value < least:
        raise wrong_value(expected, value)
    return value


def _bound(least: int | None) -> str:
    return {None: "an integer", 0: "an integer of 0 or more", 1: "a positive integer"}.get(
        least, f"an integer of {least} or more"
    )


def integer(default: Any = REQUIRED, doc: str = "", *, least: int | None = None) -> Field[int]:
    expected = _bound(least)
    schema = {"type": "integer"} | ({} if least is None else {"minimum": least})
    return Field(lambda _, value: read_integer(value, expected, least), default, doc, schema)


def count(default: Any = REQUIRED, doc: str = "") -> Field[int]:
    """A positive integer."""
    return integer(default, doc, least=1)


def number(
    default: Any = REQUIRED, doc: str = "", *, least: float | None = None, most: float | None = None
) -> Field[float]:
    expected = (
        f"a number from {least} to {most}"
        if most is not None
        else "a number"
        if least is None
        else f"a number of {least} or more"
    )

    def read(_: Any, value: Any) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise wrong_type(expected, value)
        if (least is not None and not value >= least) or (most is not None and not value <= most):
            raise wrong_value(expected, value)
        return value

    bounds = {"minimum": least, "maximum": most}
    return Field(
        read, default, doc, {"type": "number"} | {key: bound for key, bound in bounds.items() if bound is not None}
    )


def flag(default: Any = False, doc: str = "") -> Field[bool]:
    def read(_: Any, value: Any) -> bool:
        if not isinstance(value, bool):
            raise wrong_type("true or false", value)
        return value

    return Field(read, default, doc, {"type": "boolean"})


def text(default: Any = REQUIRED, doc: str = "") -> Field[str]:
    def read(_: Any, value: Any) -> str:
        if not isinstance(value, str):
            raise wrong_type("a string", value)
        return value

    return Field(read, default, doc, {"type": "string"})


def choice(
    *names: str, default: Any = None, doc: str = "", none: str | None = None, any_case: bool = True
) -> Field[str]:
    """One of the names, in any case (as Keras reads most); `none` is what null stands for, if it is allowed."""
    expected = f"one of {', '.join(names)}"

    def read(_: Any, value: Any) -> str:
        if value is None and none is not None:
            return none
        if not isinstance(value, str):
            raise wrong_type(expected, value)
        if value not in names:
            folded = value.lower()
            if any_case and folded in names:
                return folded
            raise wrong_value(expected, value, did_you_mean(value, names))
        return value

    return Field(
        read,
        names[0] if default is None else default,
        doc,
        {"enum": [*names, None] if none is not None else list(names)},
    )


def data_format(*, any_case: bool = True) -> Field[str]:
    doc = "position of the channel axis: last (batch, …, channels), the default, or first"
    return choice("channels_last", "channels_first", doc=doc, none="channels_last", any_case=any_case)


def per_axis(default: Any = REQUIRED, doc: str = "", *, least: int = 1, none: bool = False) -> Field[Any]:
    """One integer for all axes of the layer's rank, or one for each."""

    def read(layer: Any, value: Any) -> tuple[int, ...] | None:
        if value is None and none:
            return None
        return read_tuple(value, layer.rank, least)

    schema = {
        "anyOf": [
            {"type": "integer", "minimum": least},
            {"type": "array", "items": {"type": "integer", "minimum": least}},
        ]
    }
    return Field(read, default, doc, {"anyOf": [*schema["anyOf"], {"type": "null"}]} if none else schema)


def read_tuple(value: Any, rank: int, least: int) -> tuple[int, ...]:
    kind = "positive integer" if least == 1 else "integer" if least < 0 else f"integer of {least} or more"
    expected = f"a {kind}" if rank == 1 else f"a {kind} or {rank} of them"
    if isinstance(value, int) and not isinstance(value, bool):
        return (read_integer(value, expected, least),) * rank
    if not isinstance(value, list | tuple):
        raise wrong_type(expected, value)
    if len(value) != rank:
        raise wrong_value(expected, value)
    return tuple(read_integer(each, expected, least) for each in value)


def integers(default: Any = REQUIRED, doc: str = "", *, one: bool = True) -> Field[Any]:
    """Some integers: a tuple, or (with `one`) a single integer that stays one."""
    expected = "an integer or a tuple of integers" if one else "a tuple of integers"

    def read(_: Any, value: Any) -> int | tuple[int, ...]:
        if one and isinstance(value, int):
            return read_integer(value, expected, None)
        if not isinstance(value, list | tuple):
            raise wrong_type(expected, value)
        return tuple(read_integer(each, expected, None) for each in value)

    array = {"type": "array", "items": {"type": "integer"}}
    return Field(read, default, doc, {"anyOf": [{"type": "integer"}, array]} if one else array)


def shape(default: Any = REQUIRED, doc: str = "", *, least: int = 0, one: bool = True) -> Field[tuple[int | None, ...]]:
    """Sizes without the batch; null where unknown. With `one`, a single integer stands for a tuple of one."""
    expected = "a tuple of sizes" if least == 0 else "a tuple of integers"

    def read(_: Any, value: Any) -> tuple[int | None, ...]:
        value = (value,) if one and isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(value, list | tuple):
            raise wrong_type(expected, value)
        if len(value) > 63:  # MAX_RANK less the batch
            raise ArgumentError(f"expected at most 63 sizes, got {len(value):,}", code="E505")
        return tuple(None if each is None else read_integer(each, expected, least) for each in value)

    return Field(read, default, doc, {"type": "array", "items": {"type": ["integer", "null"], "minimum": least}})


def array(default: Any = REQUIRED, doc: str = "") -> Field[Any]:
    """A number or a nested list of numbers, also in the form in which Keras writes NumPy arrays to a config."""

    def read(_: Any, value: Any) -> Any:
        value = array_value(value)
        array_shape(value)
        return value

    return Field(read, default, doc, {"anyOf": [{"type": "number"}, {"type": "array"}]})


def array_value(value: Any) -> Any:
    """The numbers inside {"class_name": "__numpy__", "config": {"value": …}}."""
    name, config = value if isinstance(value, Object) else (None, value)
    if isinstance(value, dict):
        name, config = value.get("class_name"), value.get("config")
    if name in ("__numpy__", "__tensor__") and isinstance(config, dict):
        return config.get("value")
    return value


def array_shape(value: Any) -> tuple[int, ...]:
    """The sizes of nested lists of numbers. Raises ArgumentError where they are ragged or hold something else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ()
    if not isinstance(value, list | tuple):
        raise wrong_type("a number or a list of numbers", value)
    inner = {array_shape(each) for each in value}
    if len(inner) > 1:
        raise ArgumentError("expected rows of equal length", code="E303")
    return (len(value), *(inner.pop() if inner else ()))


def anything(default: Any = None, doc: str = "", schema: dict[str, Any] | None = None) -> Field[Any]:
    """A value that does not affect shapes or counts (seeds, ranges, names of others): kept unchanged."""
    return Field(lambda _, value: value, default, doc, schema or {})


def seed(doc: str = "random seed") -> Field[Any]:
    """An integer or null; a generator from a file is kept unchanged."""

    def read(_: Any, value: Any) -> Any:
        return (
            value
            if value is None or (value and isinstance(value, dict | Object))
            else read_integer(value, "an integer", None)
        )

    return Field(read, None, doc, {"type": ["integer", "null"]})


def optional(field: Field[T], default: Any = None) -> Field[T | None]:
    """The same field, but null is fine, and the default unless there is another one."""

    def read(layer: Any, value: Any) -> T | None:
        return None if value is None else field.read(layer, value)

    return Field(read, default, field.doc, {"anyOf": [field.schema, {"type": "null"}]})


def _named(value: Any, names: Sequence[str], kind: str) -> str | Object | None:
    if value is None or isinstance(value, Object):
        return value
    if isinstance(value, dict) and isinstance(value.get("class_name"), str):
        return Object(value["class_name"], value["config"] if isinstance(value.get("config"), dict) else {})
    if not isinstance(value, str):
        raise wrong_type(f"the name of {kind}", value)
    if value not in names:
        raise ArgumentError(
            f"no {kind.split(' ', 1)[1]} named {quote(value)}", code="E303", hint=did_you_mean(value, names)
        )
    return value


def activation(default: Any = None) -> Field[Any]:
    """The name of an activation; null is linear. A layer as activation (LeakyReLU) comes as an Object."""
    names = tuple(ACTIVATION_FLOPS)

    def read(_: Any, value: Any) -> str | Object:
        if isinstance(getattr(value, "config_fields", None), dict):
            return Object(type(value).__name__, value.given)
        found = _named(value, names, "an activation")
        return "linear" if found is None else found

    doc = "activation function; null is linear"
    return Field(read, default, doc, {"anyOf": [{"enum": [*names, None]}, {"type": "object"}]})


def _keras_object(names: Sequence[str], kind: str, default: str | None, doc: str) -> Field[Any]:
    schema = {"anyOf": [{"enum": [*names, None]}, {"type": "object"}, {"type": "number"}]}
    return Field(lambda _, value: _named(value, names, kind), default, doc, schema)


def initializer(default: str | None, doc: str = "initializer of the weight") -> Field[Any]:
    return _keras_object(INITIALIZERS, "an initializer", default, doc)


def regularizer() -> Field[Any]:
    return _keras_object(REGULARIZERS, "a regularizer", None, "penalty on the values in training")


def constraint() -> Field[Any]:
    return _keras_object(CONSTRAINTS, "a constraint", None, "constraint on the weight after each update")


def dtype_policy() -> Field[str]:
    """A dtype or a mixed policy; Keras' policy objects arrive as {"class_name": "DTypePolicy", "config": {"name": …}}."""

    def read(_: Any, value: Any) -> str:
        if isinstance(value, dict):
            value = _policy_name(value)
        if value is None:
            return "float32"
        if not isinstance(value, str):
            raise wrong_type("the name of a dtype", value)
        source = value.rpartition("_from_")[2]  # of a quantized policy, such as int8_from_float32
        if source not in DTYPES or (is_quantized(value) and quantization(value) is None):
            raise wrong_value("a dtype", value, did_you_mean(value, DTYPES))
        return value

    return Field(
        read, None, "dtype or policy of weights and arithmetic; null is float32", {"type": ["string", "object", "null"]}
    )


def _policy_name(value: dict[str, Any]) -> Any:
    config = value.get("config")
    return config.get("name") if isinstance(config, dict) else value


def layer(default: Any = REQUIRED, doc: str = "") -> Field[Any]:
    """A layer inside this one. Readers make it (it needs a name and a place) before the outer layer is made."""

    def read(_: Any, value: Any) -> Any:
        if not isinstance(getattr(value, "config_fields", None), dict):
            raise wrong_type("a layer, such as Dense(4)", value)
        return value

    return Field(read, default, doc, LAYER_SCHEMA)


def takes_layer(schema: Any) -> bool:
    """Whether a field's schema allows a layer somewhere."""
    if isinstance(schema, list):
        return any(map(takes_layer, schema))
    if not isinstance(schema, dict):
        return False
    return schema == LAYER_SCHEMA or any(map(takes_layer, schema.values()))
