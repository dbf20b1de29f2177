"""Real scripts and notebooks compared with Keras 3.15.1 running them. Only developers have them, beside the checkout."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from densecli.errors import DenseError, Source, SpecErrors
from densecli.read.limits import LIMITS
from densecli.read.python import reader
from densecli.read.reading import Reading
from densecli.summary.infer import infer

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "python"
# Of the models with a truth, so many were equal in every row when this was last looked at; there may only be more.
EQUAL = 380

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the real sources lie beside the checkout of developers only"
)


def entries():
    csv.field_size_limit(10**9)
    with (FOLDER / "INDEX.tsv").open() as file:
        yield from csv.DictReader(file, delimiter="\t")


def plain(shapes):
    return shapes.translate(str.maketrans("", "", "[]() ")).replace(",", " ").split()


def shown(shape):
    return "?" if shape is None else ", ".join(map(str, shape))


def models_of(path):
    """Each model of a source as its rows and total; only a DenseError may be raised."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    try:
        found = reader.read(Source(str(path), text), Reading(limits=LIMITS), "*")
    except (DenseError, SpecErrors):
        return
    for each in found:
        if each.graph is not None:
            try:
                report = infer(each.graph)
            except SpecErrors:
                continue
            rows = [
                (row.name, row.type, plain(", ".join(map(shown, row.output_shapes))), row.params) for row in report.rows
            ]
            yield rows, report.totals.params


def same(model, truth):
    rows, total = model
    if total != truth["totals"]["total"]:
        return False
    if "rows" not in truth:
        return len(rows) == truth["n_rows"]
    return rows == [(row[0], row[1], plain(row[2]), row[3]) for row in truth["rows"]]


def test_real_sources_have_keras_answers():
    equal = 0
    for entry in entries():
        truths = json.loads((FOLDER / "truth" / f"{entry['id']}.json").read_text())["models"]
        left = list(models_of(FOLDER / entry["file"]))
        for truth in truths:
            if truth.get("tainted") or not truth.get("built") or truth.get("names_unstable"):
                continue
            hit = next((model for model in left if same(model, truth)), None)
            if hit is not None:
                left.remove(hit)
                equal += 1
    assert equal >= EQUAL
