"""The arrays of a forward pass: what went in, each layer's weights and what came out, as text and as JSON values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import kernels
from densecli.arithmetic import DIGITS
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.run.record import Recorded
    from densecli.run.run import Outcome

MOST_SHOWN = 100  # numbers of an array; of more, the middle is cut out
MOST_LISTED = 10_000  # the same in JSON, where a larger array is left out
USUAL_WIDTH = 100


def render(outcome: Outcome, digits: int | None = None, width: int | None = None) -> str:
    """The inputs, then every layer in the order of the calls."""
    lines = [
        line for name, array in outcome.inputs for line in tensor(f"Input {safe(name)}", array, digits, width, " ")
    ]
    for call in outcome.calls or ():
        lines += call_lines(call, digits, width, " ")
    return "\n".join(lines) + "\n"


def call_lines(call: Recorded, digits: int | None, width: int | None, indent: str) -> Iterator[str]:
    again = f", call {call.call + 1}" if call.call else ""
    yield f"{indent}Layer {safe(call.name)} ({safe(call.layer.type_name)}){again}"
    inside = f"{indent}  "
    if not call.inside and not call.call:
        for name, array in call.arrays():
            yield from tensor(safe(name), array, digits, width, inside)
    for inner in call.inside:
        yield from call_lines(inner, digits, width, inside)
    for array in call.outputs:
        yield from tensor("output", array, digits, width, inside)


def tensor(title: str, array: Any, digits: int | None, width: int | None, indent: str) -> Iterator[str]:
    yield f"{indent}{title} {tuple(array.shape)} {array.dtype}"
    room = (width or USUAL_WIDTH) - len(indent) - 2
    text = kernels.shown(array, digits=DIGITS if digits is None else digits, width=room, most=MOST_SHOWN)
    yield from (f"{indent}  {safe(line)}".rstrip() for line in text.split("\n"))


# -- JSON -----------------------------------------------------------------------------------
def as_record(outcome: Outcome, digits: int | None = None) -> dict[str, Any]:
    return {
        "inputs": [{"name": name} | array_record(array, digits) for name, array in outcome.inputs],
        "layers": call_records(outcome.calls or (), digits),
    }


def call_records(calls: Sequence[Recorded], digits: int | None) -> list[dict[str, Any]]:
    return [call_record(call, digits) for call in calls]


def call_record(call: Recorded, digits: int | None) -> dict[str, Any]:
    record: dict[str, Any] = {
        "name": call.name,
        "type": call.layer.type_name,
        "call": call.call,
        "weights": [{"name": name} | array_record(array, digits) for name, array in call.arrays()],
        "outputs": [array_record(array, digits) for array in call.outputs],
    }
    return record | ({"layers": call_records(call.inside, digits)} if call.inside else {})


def array_record(array: Any, digits: int | None) -> dict[str, Any]:
    """Shape, dtype and the numbers; null for more than anyone wants in JSON."""
    values = kernels.listed(array, digits) if array.size <= MOST_LISTED else None
    return {"shape": tuple(array.shape), "dtype": str(array.dtype), "values": values}
