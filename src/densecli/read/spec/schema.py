"""The JSON Schema of YAML and JSON specs, generated from the catalog, so that editors can complete and check specs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import densecli.layers  # registers the layers
from densecli.catalogue import ALIASES, APPLICATIONS, CATALOGUE, EXTRA, lookup
from densecli.fields import LAYER_SCHEMA, REQUIRED, Object
from densecli.read.inputs import INPUT_ARGUMENTS
from densecli.read.spec.values import MODELS

if TYPE_CHECKING:
    from densecli.fields import Field
    from densecli.layer import Layer

__all__ = ["densecli", "spec_schema"]

_EXPRESSION = {"$ref": "#/$defs/expression"}
_NAMES = {"$ref": "#/$defs/names"}
_ITEMS = {"$ref": "#/$defs/items"}
_NAME = {"type": "string", "minLength": 1, "description": "the layer's name, unique in the model"}


def spec_schema() -> dict[str, Any]:
    """The schema (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "densecli spec",
        "description": "A model for densecli: an input shape and a list of layers.",
        "type": "object",
        "required": ["layers"],
        "additionalProperties": False,
        "properties": {
            **_model_properties(),
            "$schema": {"type": "string"},
            "vars": {
                "type": "object",
                "description": "variables, used as $name in values and stacks; --set NAME=VALUE overrides them",
                "propertyNames": {"pattern": r"^[^\W\d]\w*$"},
            },
            "expect": {"type": "object", "description": "expectations for `densecli check`"},
        },
        "$defs": {
            **_parts(),
            **{f"arguments.{name}": _arguments(lookup(name)) for name in (*CATALOGUE, *APPLICATIONS, *EXTRA)},
        },
    }


def _model_properties() -> dict[str, Any]:
    return {
        "type": {"enum": list(MODELS), "description": "Functional if a chain should not be a Sequential"},
        "name": {"type": "string", "description": "the model's name"},
        "input": {"$ref": "#/$defs/input"},
        "layers": _ITEMS,
        "outputs": {**_NAMES, "description": "names of the output layers; default: the last one"},
        "trainable": {"type": "boolean", "description": "false freezes the whole model"},
    }


def _parts() -> dict[str, Any]:
    """The definitions behind a spec's keys."""
    named = {"type": "object", "description": "arguments of the call by name: {initial_state: [a, b]}"}
    names = {"type": "array", "items": {"anyOf": [{"type": "string"}, named]}, "minItems": 1}
    return {
        "expression": {"type": "string", "pattern": r"\$\w|^\(", "description": "$name, $name*2, (3, 3)"},
        "names": {
            "anyOf": [{"type": "string"}, names, named],
            "description": "names of layers; name:1 is a second output",
        },
        "shape": {
            "description": "sizes of one sample, null where unknown",
            "anyOf": [
                {"type": "array", "items": {"anyOf": [{"type": ["integer", "null"], "minimum": 0}, _EXPRESSION]}},
                {"type": "integer", "minimum": 0},
                _EXPRESSION,
            ],
        },
        "input": _input(),
        "layer": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/short"}, {"$ref": "#/$defs/typed"}]},
        "items": {"type": "array", "items": {"$ref": "#/$defs/item"}, "minItems": 1},
        "item": _item(),
        "short": _short(),
        "typed": _typed(),
        "call": _object(["call"], call={"type": "string", "description": "the layer to call again"}, **_wiring()),
        "op": {
            "type": "object",
            "required": ["op"],
            "properties": {"op": {"type": "string"}, "name": _NAME, "inputs": {}},
        },
        "repeat": _object(["repeat", "layers"], repeat=_count(), layers=_ITEMS),
        "model": _object(["layers"], **_model_properties(), inputs=_NAMES),
    }


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


def _wiring() -> dict[str, Any]:
    return {"name": _NAME, "inputs": _NAMES}


def _count() -> dict[str, Any]:
    return {"anyOf": [{"type": "integer", "minimum": 1}, _EXPRESSION], "description": "number of copies of the block"}


def _input() -> dict[str, Any]:
    shape, options = {"$ref": "#/$defs/shape"}, {"$ref": "#/$defs/arguments.InputLayer"}
    either = {"anyOf": [shape, options]}
    return {
        "description": "the shape of one sample, options, or several inputs by name or in a list",
        "anyOf": [
            shape,
            options,
            {"type": "array", "items": either},
            {"type": "object", "additionalProperties": {"anyOf": [shape, options, {"type": "null"}]}},
            {"type": "null"},
        ],
    }


def _item() -> dict[str, Any]:
    """One form by the key that marks it, so that a mistake is reported for that form, not for all."""
    forms = [({"required": [key]}, {"$ref": f"#/$defs/{key}"}) for key in ("repeat", "call", "op")]
    forms += [({"required": ["type"]}, {"$ref": "#/$defs/typed"})]
    rest: dict[str, Any] = {"$ref": "#/$defs/short"}
    for condition, form in reversed(forms):
        rest = {"if": condition, "then": form, "else": rest}
    return {
        "description": "a stack such as Dense(16) -> Flatten, or a mapping",
        "if": {"type": "string"},
        "then": {"minLength": 1},
        "else": {"type": "object", **rest},
    }


def _short() -> dict[str, Any]:
    """TYPE: arguments, with name and inputs beside it."""
    types = {name: _short_arguments(name) for name in _types()}
    model = {"anyOf": [_ITEMS, {"$ref": "#/$defs/model"}]}
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 3,
        "additionalProperties": False,
        "properties": {**types, **dict.fromkeys(MODELS, model), **_wiring()},
    }


def _short_arguments(name: str) -> dict[str, Any]:
    """By name in a mapping, nothing, or the first one."""
    kind = lookup(name)
    arguments = {"$ref": f"#/$defs/arguments.{kind.__name__}"}
    first = kind.config_fields.get(kind.positional[0]) if kind.positional else None
    lone = [] if first is None else [_value(first)]
    required = any(field.default is REQUIRED for field in kind.config_fields.values())
    empty = [] if required else [{"type": "null"}]
    return {"description": _summary(kind), "anyOf": [arguments, *lone, *empty]}


def _typed() -> dict[str, Any]:
    """Everything in one mapping; `type` determines the rest."""
    names = (*_types(), *MODELS)
    by_type = [_when(name, {"$ref": f"#/$defs/arguments.{lookup(name).__name__}"}) for name in _types()]
    models = [_when(name, {"$ref": "#/$defs/model"}) for name in MODELS]
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": list(names)}},
        "allOf": by_type + models,
    }


def _when(name: str, form: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"properties": {"type": {"const": name}}}, "then": form}


def _arguments(kind: type[Layer]) -> dict[str, Any]:
    fields = kind.config_fields
    return {
        "type": "object",
        "description": _summary(kind),
        "required": [name for name, field in fields.items() if field.default is REQUIRED],
        "additionalProperties": False,
        "properties": {
            **{name: {} for name in INPUT_ARGUMENTS},
            **_wiring(),
            "type": {},
            **{name: {"description": field.doc, **_default(field), **_value(field)} for name, field in fields.items()},
        },
    }


def _value(field: Field[Any]) -> dict[str, Any]:
    return {"anyOf": [_with_layers(field.schema), _EXPRESSION]}


def _with_layers(schema: Any) -> Any:
    """The field's schema, with what a spec may write in place of a layer."""
    if schema == LAYER_SCHEMA:
        return {"$ref": "#/$defs/layer"}
    if isinstance(schema, dict):
        return {key: _with_layers(value) for key, value in schema.items()}
    return [_with_layers(value) for value in schema] if isinstance(schema, list) else schema


def _default(field: Field[Any]) -> dict[str, Any]:
    default = field.default
    if default is REQUIRED or isinstance(default, Object) or not _is_plain(default):
        return {}
    return {"default": list(default) if isinstance(default, tuple) else default}


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float)


def _summary(kind: type[Layer]) -> str:
    return (kind.__doc__ or "").strip().split("\n")[0]


def _types() -> tuple[str, ...]:
    """Every name for a layer, and the models of keras.applications."""
    return (*CATALOGUE, *ALIASES, *APPLICATIONS, *EXTRA)
