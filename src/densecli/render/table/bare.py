"""A single value of the JSON report: `--print totals.params`."""

from __future__ import annotations

from typing import Any

from densecli.errors import OutputError, did_you_mean
from densecli.render.languages.json import Json
from densecli.text import quote, safe


def bare_value(record: dict[str, Any], path: str) -> str:
    """The value at a dotted path: numbers and words bare, unknown as null, the rest as JSON on one line.

    A list is entered by position (`layers.0.params`) or by an item's name (`layers.dense_1.params`).
    Raises OutputError E607 if the path does not exist.
    """
    value: Any = record
    rest = path
    while rest:
        value, rest = _enter(value, rest, path)
    return as_text(value)


def as_text(value: Any) -> str:
    """Numbers and words bare, the rest as JSON on one line."""
    return safe(value) if isinstance(value, str) else Json.quoted(value)


def _enter(value: Any, rest: str, path: str) -> tuple[Any, str]:
    """One step down, by the longest matching key, because names may contain dots."""
    keys = _keys(value)
    parts = rest.split(".")
    for count in range(len(parts), 0, -1):
        key = ".".join(parts[:count])
        if key in keys:
            return keys[key], ".".join(parts[count:])
    hint = (
        f"did you mean `totals.{parts[0]}`?" if parts[0] in _keys(keys.get("totals")) else did_you_mean(parts[0], keys)
    )
    hint = hint or (f"available: {', '.join(list(keys)[:20])}" if keys else "it has no keys")
    raise OutputError(f"no value at {quote(path)}: unknown key {quote(parts[0])}", code="E607", hint=hint)


def _keys(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, list | tuple):
        named = {each["name"]: each for each in value if isinstance(each, dict) and isinstance(each.get("name"), str)}
        return {str(index): each for index, each in enumerate(value)} | named
    return {}
