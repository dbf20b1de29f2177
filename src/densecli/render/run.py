"""What came out of a forward pass, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.text import safe, size

if TYPE_CHECKING:
    from densecli.run import Outcome, OutputStats


def render(outcome: Outcome) -> str:
    """A line per output, then what it took."""
    lines = [output_line(output) for output in outcome.outputs]
    lines.append(
        f" Forward pass: {outcome.seconds * 1000:,.1f} ms, peak {size(outcome.peak_bytes)}, seed {outcome.seed}"
    )
    return "\n".join(lines) + "\n"


def output_line(output: OutputStats) -> str:
    """Output dense_1: (1, 4) float32, min -1.2, max 0.8, mean 0.1, std 0.7, all finite"""
    head = f" Output {safe(output.name)}: {output.shape} {output.dtype}"
    if not output.finite:
        return f"{head}, has NaN or infinity"
    if output.min is None:
        return head
    numbers = ", ".join(f"{name} {getattr(output, name):.6g}" for name in ("min", "max", "mean", "std"))
    return f"{head}, {numbers}, all finite"
