"""Values of arguments in a YAML or JSON spec: variables, tuples in Python's form, layers and Keras' objects inside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from densecli import names
from densecli.catalogue import find, is_known
from densecli.errors import ArgumentError, DenseError
from densecli.fields import Object, takes_layer
from densecli.read.build import Argument, keras_object
from densecli.read.stack import parser
from densecli.read.stack.literals import ARROW
from densecli.read.stack.reader import StackReader
from densecli.read.text.spans import join
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.errors import Place
    from densecli.fields import Field
    from densecli.layer import Layer
    from densecli.read.build import Made
    from densecli.read.spec.context import Spec

MODELS = ("Sequential", "Functional", "Model")
_SIMPLE = (int, float, bool, type(None))
_VARIABLE = re.compile(r"(?<!\$)\$\w")
_TUPLE = re.compile(r"\(\s*+(?>(?:(?:\d++|None|null)\s*+,\s*+)*)(?>(?:\d++|None|null)?)\s*+\)")
_CALL = re.compile(r"\s*([A-Za-z_]\w*)\s*\(.*\)\s*", re.DOTALL)


def is_layer_name(name: object) -> bool:
    return isinstance(name, str) and is_known(name)


class Collected(Exception):  # noqa: N818  # no error of its own: it only leads out of a value
    """A value cannot be read; its mistake is already collected."""


class ValueReader:
    """Turns YAML or JSON values into layer arguments. Raises DenseError with the place of the value."""

    def __init__(self, spec: Spec, nested: Callable[..., Made | None] | None = None) -> None:
        self.spec, self.nested = spec, nested

    def collect(self, value: Any, pointer: str, default: Any = None) -> Any:
        """The value; or the default, with the mistake collected."""
        try:
            return self.read(value, pointer)
        except Collected:
            return default
        except DenseError as error:
            self.spec.fail(error, pointer)
            return default

    def read(self, value: Any, pointer: str, field: Field[Any] | None = None) -> Any:
        if isinstance(value, _SIMPLE):
            return value
        if isinstance(value, str):
            return self.text(value, pointer, field)
        if isinstance(value, list):
            return [self.read(item, join(pointer, index), field) for index, item in enumerate(value)]
        return self.mapping(value, pointer)

    def text(self, value: str, pointer: str, field: Field[Any] | None) -> Any:
        """A word; or, when it says `$name`, looks like (3, 3) or like Dense(4), a value of the DSL."""
        if _VARIABLE.search(value) or _TUPLE.fullmatch(value) or self.is_object(value):
            return self.expression(value, pointer)
        if field is not None and takes_layer(field.schema):
            if is_layer_name(value):
                return self.inner(value, [], pointer)
            if ARROW.search(value):
                return self.expression(value, pointer)
        if value.startswith("(") and ")" not in value:
            message = f"YAML cuts this at its comma: {quote(value)}"
            raise ArgumentError(message, code="E301", hint="write a list, [3, 3], or quotes around the tuple")
        return value.replace("$$", "$") if "$$" in value else value

    def is_object(self, value: str) -> bool:
        called = _CALL.fullmatch(value) if value.endswith(")") else None
        return called is not None and (is_layer_name(called[1]) or called[1] in names.OBJECTS)

    def expression(self, value: str, pointer: str) -> Any:
        setting = self.spec.setting(pointer)
        found = parser.parse_value(value, setting)
        errors = len(self.spec.builder.errors)
        read = StackReader(self.spec.builder, value, setting).value(found, 0)
        if len(self.spec.builder.errors) > errors:
            raise Collected
        return read

    def mapping(self, value: dict[str, Any], pointer: str) -> Any:
        """A layer ({Dense: 4}, {type: Dense, units: 4}), a Keras object ({L2: 0.01}), or just a mapping."""
        model = None if self.nested is None else _model(value)
        if model is not None:
            return self.model(*model, pointer)
        if is_layer_name(value.get("type")):
            rest = {key: item for key, item in value.items() if key != "type"}
            return self.inner(value["type"], self.arguments(value["type"], rest, pointer), pointer)
        if len(value) == 1:
            ((name, given),) = value.items()
            if is_layer_name(name):
                return self.inner(name, self.arguments(name, given, join(pointer, name)), pointer)
            if name in names.OBJECTS:
                return self.object(name, given, join(pointer, name))
        if is_layer_name(value.get("class_name")) and isinstance(value.get("config"), dict):
            name, given = value["class_name"], value["config"]
            return self.inner(name, self.arguments(name, given, join(pointer, "config")), pointer)
        return {key: self.read(item, join(pointer, key)) for key, item in value.items()}

    def model(self, entry: dict[str, Any], inside: str | None, pointer: str) -> Layer:
        """A model inside a layer. Raises Collected."""
        made = self.nested(self.spec, entry, pointer if inside is None else join(pointer, inside))  # type: ignore[misc]
        if made is None:
            raise Collected
        made.layer.name = made.name or ""
        return made.layer

    def object(self, name: str, given: Any, pointer: str) -> Object:
        """An initializer, regularizer or constraint: its arguments by name, none for null, else the first one."""
        if given is None:
            return Object(name, {})
        pairs = given.items() if isinstance(given, dict) else [(None, given)]
        found = [(key, pointer if key is None else join(pointer, key), value) for key, value in pairs]
        arguments = [Argument(key, self.read(value, at), self.spec.place(at)) for key, at, value in found]
        return keras_object(name, arguments)

    def inner(self, type_name: str, arguments: list[Argument] | None, pointer: str) -> Layer:
        """A layer inside a layer. Raises Collected."""
        made = None if arguments is None else self.make(type_name, arguments, self.spec.place(pointer))
        if made is None:
            raise Collected
        made.layer.name = made.name or self.spec.builder.automatic_name(type(made.layer).__name__)
        return made.layer

    # -- arguments --------------------------------------------------------------------
    def arguments(self, type_name: str, given: Any, pointer: str) -> list[Argument] | None:
        """The arguments under a layer's type: by name in a mapping, none for null, else the first one.

        None when one of them cannot be read; its mistake is collected.
        """
        kind = find(type_name)
        fields = {} if kind is None else kind.config_fields
        first = None if kind is None or not kind.positional else fields.get(kind.positional[0])
        if given is None:
            return []
        if isinstance(given, dict) and not (first is not None and _is_layer(given) and takes_layer(first.schema)):
            each = [self.argument(key, value, join(pointer, key), fields.get(key)) for key, value in given.items()]
        else:
            each = [self.argument(None, given, pointer, first)]
        found = [argument for argument in each if argument is not None]
        return found if len(found) == len(each) else None

    def argument(self, name: str | None, value: Any, pointer: str, field: Field[Any] | None) -> Argument | None:
        try:
            return Argument(name, self.read(value, pointer, field), self.spec.place(pointer))
        except Collected:
            return None
        except DenseError as error:
            self.spec.fail(error, pointer)
            return None

    def make(self, type_name: str, arguments: list[Argument], place: Place, image: Any = None) -> Made | None:
        """The layer, or None with its mistakes collected; an unknown argument is shown at its name."""
        errors = self.spec.builder.errors
        before = len(errors)
        made = self.spec.builder.make(type_name, arguments, place, image)
        for error in errors[before:]:
            if error.code == "E305" and error.place is not None and error.place.part is None:
                error.place = error.place._replace(part="key")
        return made


def _model(value: dict[str, Any]) -> tuple[dict[str, Any], str | None] | None:
    """The entry of a model and the key that it stands under, if a mapping is one: {type: Model, layers: […]}, {Sequential: […]}."""
    if value.get("type") in MODELS and "layers" in value:
        return value, None
    name, given = next(iter(value.items())) if len(value) == 1 else ("", None)
    if name not in MODELS or not isinstance(given, list | dict):
        return None
    return {"type": name} | (given if isinstance(given, dict) else {"layers": given}), name


def _is_layer(given: dict[str, Any]) -> bool:
    """Whether a mapping is a layer: {Dense: 4} or {type: Dense, …}."""
    return (
        is_layer_name(given.get("type"))
        or (len(given) == 1 and is_layer_name(next(iter(given))))
        or _model(given) is not None
    )
