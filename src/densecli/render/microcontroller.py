"""Flash and RAM of an int8 model as text: a line for each operation, with sums below; Markdown; JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.memory.micro.footprint import SCHEMA
from densecli.render.languages.json import Json, document, documents
from densecli.text import binary_size, plural, safe, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.memory.micro.footprint import Microcontroller, Step
    from densecli.render.languages.markdown import Markdown
    from densecli.render.memory import Look

HEADERS = ("Layer (operation)", "Output", "Alive", "Constants")


def render_table(found: Microcontroller, top: int, look: Look) -> str:
    """The table of the operations with the most memory alive, in the style of the summary's."""
    from rich.text import Text  # noqa: PLC0415  # only tables pay for it

    from densecli.render.table.grid import FULL_WIDTH, Cell, Head, draw, grids, sentences  # noqa: PLC0415

    room = FULL_WIDTH if look.width is None else look.width
    heads = [Head(header, "right" if index else "left") for index, header in enumerate(HEADERS)]
    rows = [[Cell(Text(each)) for each in _row(step)] for step in _largest(found, top)]
    below = sentences([f" {label}: {text}" for label, text in sums(found, top)], room)
    tables = grids(heads, rows, room=room, ascii_only=look.ascii_only)
    return draw([Text(_title(found), style="bold"), *tables, below], FULL_WIDTH, look.color)


def render_markdown(found: Microcontroller, top: int) -> Markdown:
    from densecli.render.languages.markdown import Markdown  # noqa: PLC0415  # only Markdown pays for it
    from densecli.render.pages.markdown import cell, item, table  # noqa: PLC0415

    heads = [(header, "right" if index else "left") for index, header in enumerate(HEADERS)]
    steps = table(heads, [map(cell, _row(step)) for step in _largest(found, top)])
    below = Markdown.joined("\n", [item(*line) for line in sums(found, top)])
    return Markdown.put("### {}\n\n{}\n\n{}\n", Markdown.quoted(_title(found)), steps, below)


def _title(found: Microcontroller) -> str:
    return f'Memory of "{safe(found.name)}", int8 on a microcontroller'


def _largest(found: Microcontroller, top: int) -> list[Step]:
    return sorted(found.steps, key=lambda step: -step.alive_bytes)[:top]


def _row(step: Step) -> tuple[str, str, str, str]:
    made = step.operation
    constants = made.kernel + made.bias
    name = safe(f"{shortened(made.layer)} ({made.kind})")
    return (
        name,
        binary_size(step.output_bytes),
        binary_size(step.alive_bytes),
        binary_size(constants) if constants else "-",
    )


def sums(found: Microcontroller, top: int) -> list[tuple[str, str]]:
    """The sums below the table, as label and text."""
    rest = len(found.steps) - top
    parts = f"kernels {binary_size(found.kernels)} (int8) + biases {binary_size(found.biases)} (int32) + scales {binary_size(found.scales)}"
    lines = [
        ("Not shown", plural(rest, "operation") + " with less memory alive") if rest > 0 else None,
        ("Flash", f"≥ {binary_size(found.flash)} = {parts}; names, graph and the runtime's code come on top"),
        ("RAM", f"≥ {binary_size(found.arena)} for the tensors in the arena; the runtime's own structures come on top"),
    ]
    return [line for line in lines if line is not None]


def render_json(results: Sequence[Microcontroller]) -> Json:
    """One document with a line for each operation, or a list of them if there are several models."""
    return documents([document(as_record(found), "operations") for found in results])


def as_record(found: Microcontroller) -> dict[str, Any]:
    """`densecli/microcontroller/1` as JSON values; all sizes in bytes."""
    return {
        "schema": SCHEMA,
        "source": found.source,
        "name": found.name,
        "dtype": "int8",
        "arena_bytes": found.arena,
        "constant_bytes": found.flash,
        "kernel_bytes": found.kernels,
        "bias_bytes": found.biases,
        "scale_bytes": found.scales,
        "operations": [_operation(step) for step in found.steps],
    }


def _operation(step: Step) -> dict[str, Any]:
    made = step.operation
    return {
        "layer": made.layer,
        "operation": made.kind,
        "output_bytes": step.output_bytes,
        "alive_bytes": step.alive_bytes,
        "kernel_bytes": made.kernel,
        "bias_bytes": made.bias,
    }
