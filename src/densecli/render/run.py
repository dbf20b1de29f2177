"""The results of a forward pass, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.table.wrapping import lines as broken
from densecli.text import binary_size, cell_width, duration, listed, safe, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.run.run import CallProfile, Outcome, OutputStats

NUMBERS = ("min", "max", "mean", "std")
HEADS = ("Layer (type)", "ms", "%", "MACs/s", "Output shape", "Bytes", *NUMBERS)


def render(outcome: Outcome, width: int | None = None) -> str:
    """The calls if they were profiled, then sentences: one per output, time and memory."""
    table = [] if outcome.profile is None else [*profile_table(outcome.profile, width), ""]
    told = [part for line in sentences(outcome) for part in (broken(line, width, 3) if width else [line])]
    return "\n".join([*table, *told]) + "\n"


def sentences(outcome: Outcome) -> list[str]:
    lines = [*map(output_line, outcome.outputs)]
    batch = "" if outcome.batch is None else f"batch {outcome.batch:,}, "
    lines.append(
        f" Forward pass: {duration(outcome.seconds)}, {batch}peak {binary_size(outcome.peak_bytes)}, seed {outcome.seed}, "
        f"weights {origin(outcome)}"
    )
    if outcome.first_not_finite is not None:
        lines.append(f" NaN or infinity first appeared in {safe(outcome.first_not_finite)}")
    return [*lines, *(f" Note: {note}" for note in outcome.notes)]


def origin(outcome: Outcome) -> str:
    """Where the weights come from."""
    usual = "from the initializers" if outcome.number is None else f"all {outcome.number:g}"
    base = usual if outcome.weights is None else f"from {safe(outcome.weights)}"
    return f"{base}, given {safe(listed(outcome.given))}" if outcome.given else base


def output_line(output: OutputStats) -> str:
    """Output dense_1: (1, 4) float32, min -1.2, max 0.8, mean 0.1, std 0.7, all finite"""
    head = f" Output {safe(output.name)}: {output.shape} {output.dtype}"
    if not output.finite:
        return f"{head}, has NaN or infinity"
    if output.min is None:
        return head
    numbers = ", ".join(f"{name} {getattr(output, name):.6g}" for name in NUMBERS)
    return f"{head}, {numbers}, all finite"


def profile_table(calls: Sequence[CallProfile], width: int | None = None) -> list[str]:
    """One line for each call, numbers to the right; columns that find no room follow below."""
    total = sum(call.seconds for call in calls) or 1.0
    rows = [HEADS, *(profile_row(call, total) for call in calls)]
    widths = [max(cell_width(row[column]) for row in rows) for column in range(len(HEADS))]
    blocks = [[0]]
    for column in range(1, len(HEADS)):
        if width and len(blocks[-1]) > 1 and sum(2 + widths[each] for each in (*blocks[-1], column)) - 1 > width:
            blocks.append([0])
        blocks[-1].append(column)
    tables = ["\n".join(_line(row, widths, block) for row in rows) for block in blocks]
    return "\n\n".join(tables).split("\n")


def _line(row: Sequence[str], widths: Sequence[int], columns: Sequence[int]) -> str:
    return " " + "  ".join(cell(row[column], widths[column], column) for column in columns).rstrip()


def cell(text: str, width: int, column: int) -> str:
    space = " " * (width - cell_width(text))
    return text + space if column in (0, 4) else space + text


def profile_row(call: CallProfile, total: float) -> tuple[str, ...]:
    output = call.outputs[0]
    rate = "" if call.macs_per_second is None else short(call.macs_per_second)
    numbers = [getattr(output, name) for name in NUMBERS]
    shown = ["" if number is None else f"{number:.4g}" for number in numbers] if output.finite else ["NaN or infinity"]
    return (
        f"{safe(shortened(call.name))} ({safe(shortened(call.type))})",
        f"{call.seconds * 1000:.2f}",
        f"{100 * call.seconds / total:.1f}",
        rate,
        str(output.shape),
        binary_size(call.bytes),
        *(shown + [""] * (4 - len(shown))),
    )


def short(number: float) -> str:
    """12.3 G"""
    for unit in ("", " k", " M", " G"):
        if number < 1000:
            return f"{number:.3g}{unit}"
        number /= 1000
    return f"{number:.3g} T"
