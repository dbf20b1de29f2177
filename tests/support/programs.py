"""Programs in Python with every summary that they print: what densecli reads in them, in the form that is recorded of Keras."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from densecli.errors import DenseError, Source, SpecErrors
from densecli.layers.operations.functions import Operation
from densecli.read.python import reader
from densecli.read.reading import Reading
from densecli.summary.infer import infer

FOLDER = Path(__file__).parent.parent / "read/python/programs"
HEAD = "import keras\nimport numpy as np\nfrom keras import layers, ops\n"


def programs() -> dict[str, str]:
    """The programs of all files by file and number; a line `# ---` is between two."""
    found = {}
    for path in sorted(FOLDER.glob("*.txt")):
        for number, text in enumerate(path.read_text(encoding="utf-8").split("# ---\n"), 1):
            found[f"{path.stem} {number}"] = HEAD + text
    return found


def summaries(text: str) -> list[Any]:
    """The name, rows and totals of each summary, or in words why they are unknown.

    The last entry is the reason where following ended early.
    """
    try:
        models = reader.read(Source("program.py", text), Reading())
    except DenseError as error:
        return [reason(error)]
    found = [summary(each) for each in models if each.event == "summary"]
    ends = [warning for each in models if each.graph for warning in each.graph.warnings if "not followed" in warning]
    return found + ([masked(ends[0])] if ends else [])


def summary(model: Any) -> Any:
    if model.error is not None:
        return reason(model.error)
    try:
        report = infer(model.graph)
    except (DenseError, SpecErrors) as error:
        return reason(error)
    totals = [report.totals.trainable_params, report.totals.non_trainable_params]
    return {"name": report.name, "rows": [row(each) for each in report.rows], "totals": totals}


def row(it: Any) -> list[Any]:
    """Name, class, output shape, parameters, those that train, and the layers of a nested model."""
    last = it.calls[-1].output_shapes if it.calls else it.output_shapes
    shape = ",".join("?" if each is None else str(each) for each in last)
    opened = it.type in ("Sequential", "Functional")
    inside = [row(each) for each in it.layers if not isinstance(each.layer, Operation)] if opened else []
    counted, trained = (None, None) if it.unbuilt else (it.params, it.trainable_params)
    return [it.name, it.type, sizes(shape), counted, trained, [[each[0], each[1], each[3]] for each in inside]]


def sizes(shape: str) -> list[str]:
    """The sizes in a shape. Where Keras' torch backend computes a shape, an open batch is one of two odd numbers."""
    found = re.sub(r"[][() ]", "", shape).replace(",", " ").split()
    return ["None" if each in ("83", "89") else each for each in found]


def reason(error: Any) -> str:
    first = getattr(error, "errors", [error])[0]
    return f"{first.code} {masked(first.message)}"


def masked(text: str) -> str:
    """A message without the names and numbers of one program, to count alike ones."""
    return re.sub(r"'[^']*'|`[^`]*`|\d+", "…", text)[:150]
