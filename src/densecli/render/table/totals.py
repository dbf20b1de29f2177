"""The sums under a table, as label and text: the same in every format for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.table.columns import number
from densecli.shape import show
from densecli.summary.report import WORK
from densecli.text import binary_size, plural, safe, shortened, size

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from densecli.summary.report import Report, Signature, TensorInfo

MANY = 5  # names that a note lists


def total_lines(report: Report) -> list[tuple[str, str]]:
    """Keras' sums with Keras' own units (1 KB is 1,024 B), then the costs and the memory of a forward pass.

    In Keras, the variables of an optimizer are part of the total. Where only weights are known, there is one sum.
    """
    found, (extra, extra_bytes) = report.totals, report.optimizer or (0, 0)
    if report.weights_only and not found.non_trainable_params:  # all are trained, or nobody knows
        return [("Total params", f"{found.params:,} ({size(found.weight_bytes)})")]
    least = "≥ " if found.lower_bound else ""
    frozen_bytes = found.weight_bytes - found.trainable_bytes
    basis = f"({report.basis})"
    sums = [
        ("Total params", f"{least}{found.params + extra:,} ({size(found.weight_bytes + extra_bytes)})"),
        ("Trainable params", f"{least}{found.trainable_params:,} ({size(found.trainable_bytes)})"),
        ("Non-trainable params", f"{least}{found.non_trainable_params:,} ({size(frozen_bytes)})"),
        *([("Optimizer params", f"{extra:,} ({size(extra_bytes)})")] if report.optimizer is not None else []),
    ]
    if report.weights_only:
        return sums
    return [
        *sums,
        (f"MACs {basis}", number(found.macs)),
        (f"FLOPs {basis}", number(found.flops)),
        (f"Activations {basis}", "?" if found.activation_bytes is None else binary_size(found.activation_bytes)),
    ]


def remarks(report: Report) -> list[str]:
    """All notes, and the reader's warnings, for documents that are read later and elsewhere."""
    return [*notes(report), *map(safe, report.warnings)]


def notes(report: Report, figures: Collection[str] | None = None) -> list[str]:
    """Notes on facts the rows do not show: shared weights, opaque layers, and which of these figures could not be counted."""
    if report.weights_only:
        return _signatures(report.signatures)
    found = [
        f"{safe(row.name)} shares its weights with {safe(', '.join(row.shares_weights_with))}; they are counted once"
        for row in report.rows
        if row.shares_weights_with
    ]
    opaque = [row.name for row in report.rows if row.opaque]
    if opaque:
        found.append(f"≥: {plural(len(opaque), 'layer')} known only to its own code: {_some(opaque)}")
    found += [
        f"{WORK.get(figure, figure)} not counted: {_some(names)}"
        for figure, names in report.totals.not_counted.items()
        if figures is None or figure in figures
    ]
    return found


def _signatures(found: Sequence[Signature]) -> list[str]:
    """What the functions of a SavedModel take and give; those that only differ in their name are on one line."""
    lines: dict[str, list[str]] = {}
    for each in found:
        lines.setdefault(f"{_tensors(each.inputs)} -> {_tensors(each.outputs)}", []).append(each.name)
    shown = [f"signature {_some(names)}: {line}" for line, names in lines.items()]
    rest = [f"{plural(len(shown) - MANY, 'more signature')}"] if len(shown) > MANY else []
    return [*shown[:MANY], *rest]


def _tensors(tensors: Sequence[TensorInfo]) -> str:
    shown = [
        f"{safe(shortened(each.name))} {'?' if each.shape is None else show(each.shape)} {safe(each.dtype)}"
        for each in tensors[:MANY]
    ]
    rest = [f"{len(tensors) - MANY:,} more"] if len(tensors) > MANY else []
    return ", ".join([*shown, *rest]) or "nothing"


def basis_note(report: Report, figures: Collection[str]) -> list[str]:
    """The basis of the shown MACs and FLOPs, for a table whose totals do not state it."""
    named = [name for figure, name in WORK.items() if figure in figures]
    return [f"{', '.join(named)}: for {report.basis}"] if named else []


def _some(names: tuple[str, ...] | list[str]) -> str:
    rest = f" and {len(names) - MANY:,} more" if len(names) > MANY else ""
    return safe(", ".join(names[:MANY])) + rest
