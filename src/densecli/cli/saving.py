"""`--save`: the outputs of a forward pass in a file; the suffix chooses the format. What cannot work is refused before the pass."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from densecli.cli.output import check_target, deliver_file
from densecli.errors import OutputError
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from densecli.graph.graph import Graph
    from densecli.read.specs import Spec
    from densecli.run.run import Outcome

SUFFIXES = ("", ".npy", ".npz", ".csv")  # without one it is .npy for one output and .npz for several


def check_save(path: str, graph: Graph, spec: Spec) -> None:
    """Refuse a file that cannot store the outputs of `graph`. Raises OutputError (E603)."""
    suffix = suffix_of(path)
    if suffix not in SUFFIXES:
        raise OutputError(
            f"{quote(path)}: cannot save outputs as {quote(suffix)}",
            code="E603",
            hint="use .npy, .npz or .csv",
        )
    if suffix in (".npy", ".csv") and len(graph.outputs) > 1:
        message = f"{plural(len(graph.outputs), 'output')} do not fit in {quote(path)}"
        raise OutputError(message, code="E603", hint="use .npz")
    check_target(path, inputs(spec))


def save(outcome: Outcome, path: str, spec: Spec) -> None:
    """Save the outputs; in an .npz under the names of the output layers. Raises OutputError."""
    from densecli import kernels  # noqa: PLC0415

    suffix, arrays = suffix_of(path), by_name([output.name for output in outcome.outputs], outcome.arrays)
    if suffix == ".csv" and outcome.arrays[0].dtype.kind not in "fiub":
        raise OutputError(f"{quote(path)}: a .csv takes numbers, but the output is text", code="E603", hint="use .npy")

    def write(file: BinaryIO) -> None:
        if suffix == ".npz" or len(arrays) > 1:
            kernels.save_npz(file, arrays)
        elif suffix == ".csv":
            kernels.save_csv(file, outcome.arrays[0])
        else:
            kernels.save_npy(file, outcome.arrays[0])

    deliver_file(write, path, inputs(spec))


def suffix_of(path: str) -> str:
    return os.path.splitext(path)[1].lower()  # noqa: PTH122


def inputs(spec: Spec) -> list[str]:
    """The file that must not be overwritten."""
    return [] if spec.text is not None else [spec.name]


def by_name(names: Sequence[str], arrays: Sequence[Any]) -> dict[str, Any]:
    """Arrays by name; a repeated name gets a number."""
    found: dict[str, Any] = {}
    for name, array in zip(names, arrays, strict=True):
        unique, number = name, 0
        while unique in found:
            number += 1
            unique = f"{name}_{number}"
        found[unique] = array
    return found
