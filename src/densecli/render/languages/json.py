"""JSON, in plain ASCII."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from densecli.render.languages.written import Written
from densecli.text import defused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ENCODER = json.JSONEncoder(allow_nan=False, separators=(", ", ": "))


class Json(Written):
    """A document or a part of one."""

    __slots__ = ()

    @classmethod
    def quoted(cls, value: Any, indent: int | None = None) -> Json:
        """Any value, on one line unless it is indented."""
        encoder = _ENCODER if indent is None else json.JSONEncoder(allow_nan=False, indent=indent)
        return cls(defused(encoder.encode(value), r"\u0023"))


def pairs(record: Mapping[str, Any]) -> Json:
    """The contents of an object's braces."""
    return Json.joined(
        ", ", [Json.put("{}: {}", Json.quoted(key), Json.quoted(value)) for key, value in record.items()]
    )


def document(record: Mapping[str, Any], items: str = "") -> Json:
    """An object with one key per line, and one item per line under the key `items`."""
    values = {key: _listed(value) if key == items else Json.quoted(value) for key, value in record.items()}
    lines = [Json.put("  {}: {}", Json.quoted(key), value) for key, value in values.items()]
    return Json.put("{{\n{}\n}}", Json.joined(",\n", lines))


def documents(found: Sequence[Json]) -> Json:
    """One document, or a list of them if there are several, with a final newline."""
    return Json.put("{}\n", found[0] if len(found) == 1 else Json.put("[\n{}\n]", Json.joined(",\n", found)))


def _listed(items: Sequence[Any]) -> Json:
    lines = [Json.put("    {}", item if isinstance(item, Json) else Json.quoted(item)) for item in items]
    return Json.put("[\n{}\n  ]", Json.joined(",\n", lines)) if lines else Json.put("[]")
