"""A model's entry in a lock file: writing an outline and reading back the same one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from densecli.automatic_names import numbered, snake_case
from densecli.check.compare.outline import FIGURES, Entry, Link, Outline, Port

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from densecli.shape import Shape


def readable(value: Any) -> str:
    """JSON with letters of all scripts kept, and everything invisible escaped, so that reviewers see all of it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
    return (
        text if text.isprintable() else "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
    )


# -- writing ----------------------------------------------------------------------------
def encode(model: Outline) -> str:
    """One model as a JSON object: a line per layer."""
    names = _names(model)
    ports = [("inputs", [_port(port) for port in model.inputs])]
    last = len(model.entries) - 1
    outputs = [_port(port) | _origin(port.origin, last, names) for port in model.outputs]
    lines = [f'      "{key}": {readable(value)},' for key, value in (*ports, ("outputs", outputs))]
    layers = _layers(_entries(model.entries, names), "      ")
    totals = readable(dict(model.totals))
    return "\n".join(["{", *lines, f'      "layers": {layers},', f'      "totals": {totals}', "    }"])


def _layers(records: Sequence[dict[str, Any]], indent: str) -> str:
    """A line per layer, including those of nested models."""
    if not records:
        return "[]"
    lines = [f"{indent}  {_record(record, indent + '  ')}" for record in records]
    return "[\n" + ",\n".join(lines) + f"\n{indent}]"


def _record(record: dict[str, Any], indent: str) -> str:
    inner = record.pop("layers", None)
    text = readable(record)
    return text if inner is None else f'{text[:-1]}, "layers": {_layers(inner, indent)}}}'


def _names(model: Outline) -> dict[int, str]:
    inputs = {-1 - number: port.name for number, port in enumerate(model.inputs) if port.name is not None}
    return inputs | _entry_names(model.entries)


def _entry_names(entries: Sequence[Entry]) -> dict[int, str]:
    return {index: entry.name for index, entry in enumerate(entries) if entry.name is not None}


def _port(port: Port) -> dict[str, Any]:
    name = {} if port.name is None else {"name": port.name}
    return name | {"shape": port.shape, "dtype": port.dtype}


def _origin(origin: int | None, last: int, names: Mapping[int, str]) -> dict[str, Any]:
    """The origin of an output, unless it is the last layer."""
    return {} if origin in (None, last) else {"from": _ref(origin or 0, last + 1, names)}


def _ref(ref: int, here: int, names: Mapping[int, str]) -> str | int:
    return names[ref] if ref in names else -1 - ref if ref < 0 else ref - here


def _link(link: Link, here: int, names: Mapping[int, str]) -> Any:
    """A layer, or [layer, call, tensor] for anything but the first output of its first call."""
    ref = _ref(link.layer, here, names)
    return [ref, link.call, link.tensor] if link.call or link.tensor else ref


def _entries(entries: Sequence[Entry], names: Mapping[int, str]) -> list[dict[str, Any]]:
    return [_entry(entry, index, names) for index, entry in enumerate(entries)]


def _entry(entry: Entry, here: int, names: Mapping[int, str]) -> dict[str, Any]:
    record: dict[str, Any] = {} if entry.name is None else {"name": entry.name}
    record["type"] = entry.type
    if entry.arguments:
        record["arguments"] = {name: entry.arguments[name] for name in sorted(entry.arguments)}
    if entry.inbound != ((Link(here - 1),),):
        calls = [[_link(link, here, names) for link in call] for call in entry.inbound]
        record |= {"inbound": calls[0]} if len(calls) == 1 else {"calls": calls}
    record |= {"output": entry.outputs[0]} if len(entry.outputs) == 1 else {"outputs": entry.outputs}
    record |= _figures(entry.figures)
    if entry.shares:
        record["shares_weights_with"] = [_ref(ref, here, names) for ref in entry.shares]
    if entry.layers:
        record["layers"] = _entries(entry.layers, _entry_names(entry.layers))
    return record


def _figures(figures: Sequence[int | None]) -> dict[str, Any]:
    """Trainable parameters are written only if some parameters are not trainable."""
    found = dict(zip(FIGURES, figures, strict=True))
    if found["trainable_params"] == found["params"]:
        del found["trainable_params"]
    return found


# -- reading ----------------------------------------------------------------------------
def decode(record: Mapping[str, Any]) -> Outline:
    """The outline of one model. Raises KeyError, TypeError or ValueError if it is not valid."""
    inputs = tuple(_read_port(port) for port in record["inputs"])
    entries = _read_entries(
        record["layers"], {port.name: -1 - number for number, port in enumerate(inputs) if port.name}
    )
    places = {port.name: -1 - number for number, port in enumerate(inputs)} | {e.name: i for i, e in enumerate(entries)}
    outputs = tuple(
        _read_port(port)._replace(origin=_read_origin(port, len(entries), places)) for port in record["outputs"]
    )
    return Outline(inputs, outputs, entries, {str(name): _count(value) for name, value in record["totals"].items()})


def _read_port(record: Mapping[str, Any]) -> Port:
    name = record.get("name")
    return Port(None if name is None else str(name), _shape(record["shape"]), str(record["dtype"]))


def _read_origin(record: Mapping[str, Any], here: int, places: Mapping[Any, int]) -> int:
    return _read_ref(record["from"], here, places) if "from" in record else here - 1


def _read_ref(ref: Any, here: int, places: Mapping[Any, int]) -> int:
    if isinstance(ref, str):
        return places[ref]
    if not isinstance(ref, int) or here + ref < 0:
        raise ValueError(ref)
    return -1 - ref if ref >= 0 else here + ref


def _read_link(link: Any, here: int, places: Mapping[Any, int]) -> Link:
    ref, call, tensor = link if isinstance(link, list) else (link, 0, 0)
    return Link(_read_ref(ref, here, places), int(call), int(tensor))


def _read_entries(records: Sequence[Mapping[str, Any]], inputs: Mapping[Any, int]) -> tuple[Entry, ...]:
    places = {**inputs, **{record["name"]: index for index, record in enumerate(records) if "name" in record}}
    shown = _shown(records)
    return tuple(_read_entry(record, (index, shown[index]), places) for index, record in enumerate(records))


def _read_entry(record: Mapping[str, Any], here: tuple[int, str], places: Mapping[Any, int]) -> Entry:
    index, shown = here
    calls = record.get("calls", [record["inbound"]] if "inbound" in record else [[-1 if index else 0]])
    outputs = [record["output"]] if "output" in record else record["outputs"]
    figures = {"trainable_params": record["params"], **record}
    return Entry(
        shown,
        record.get("name"),
        str(record["type"]),
        dict(record.get("arguments", {})),
        tuple(tuple(_read_link(ref, index, places) for ref in call) for call in calls),
        tuple(map(_shape, outputs)),
        tuple(_count(figures[figure]) for figure in FIGURES),
        tuple(_read_ref(ref, index, places) for ref in record.get("shares_weights_with", ())),
        _read_entries(record.get("layers", ()), {}),
    )


def _shown(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names to show: a layer's own, else as Keras would number it."""
    counts: dict[str, int] = {}
    names = []
    for record in records:
        stem = snake_case(record["type"])
        number = counts.get(stem, 0)
        counts[stem] = number + ("name" not in record)
        names.append(str(record.get("name", numbered(stem, number))))
    return names


def _shape(value: Any) -> Shape | None:
    return None if value is None else tuple(_count(size) for size in value)


def _count(value: Any) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise TypeError(f"expected a number, got {value!r:.40}")
