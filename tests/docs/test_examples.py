"""The specs in examples/: their output, their sums, and that they meet their own expectations."""

from __future__ import annotations

import json

import pytest

from densecli.errors import Source
from densecli.read.open import open_spec
from densecli.render import explain
from densecli.render import json as render_json
from densecli.render.table import table
from densecli.render.table.columns import choose_columns
from densecli.render.table.selection import select
from densecli.run.run import run
from densecli.summary.infer import infer
from support.folders import EXAMPLE_SPECS, ROOT
from support.goldens import golden

EXAMPLES = sorted((EXAMPLE_SPECS).iterdir())


def report_of(path, **options):
    return infer(open_spec(str(path)), f"examples/specs/{path.name}", **options)


def as_table(report):
    return table.render(report, select(report), choose_columns("+macs", report))


FORMATS = {
    "txt": as_table,
    "json": lambda report: render_json.render(report) + "\n",
    "explain.txt": explain.render,
}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_print_what_was_reviewed(path, kind):
    golden(f"examples/{path.name}.{kind}", FORMATS[kind](report_of(path)))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_totals_are_the_sums_of_the_rows(path):
    report = report_of(path)
    for figure in ("params", "trainable_params", "non_trainable_params", "weight_bytes"):
        assert sum(getattr(row, figure) for row in report.rows) == getattr(report.totals, figure)
    for figure in ("macs", "flops", "activation_bytes"):
        each = [getattr(row, figure) for row in report.rows]
        assert getattr(report.totals, figure) == (None if None in each else sum(each))


@pytest.mark.parametrize("path", [path for path in EXAMPLES if path.stem != "vgg16"], ids=lambda path: path.name)
def test_examples_run_and_have_the_shapes_that_were_inferred(path):
    graph = open_spec(str(path))
    outcome = run(graph)
    for output, inferred in zip(outcome.outputs, infer(graph).outputs, strict=True):
        assert output.finite
        assert all(known in (None, size) for size, known in zip(output.shape, inferred.shape, strict=True))


def test_the_three_spellings_of_one_stack_are_one_model():
    texts = [render_json.as_record(report_of(path)) for path in EXAMPLES if path.stem == "flatten"]
    assert len(texts) == 3
    for record in texts:
        record["source"] = record["name"] = ""
    assert all(json.dumps(record) == json.dumps(texts[0]) for record in texts)


def test_vgg16_has_the_published_figures():
    """138,357,544 parameters (Keras' documentation) and 15.47 G MACs (torchvision's and timm's tables)."""
    totals = report_of(ROOT / "examples/specs/vgg16.yaml").totals
    assert (totals.params, totals.macs) == (138_357_544, 15_470_264_320)


def test_there_are_enough_examples_to_learn_from():
    assert len(EXAMPLES) >= 10
    assert all(Source("", path.read_text(encoding="utf-8")).text for path in EXAMPLES)
