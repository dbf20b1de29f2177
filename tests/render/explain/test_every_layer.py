"""Every layer that Keras was asked about, explained at widths from 40 to 100: lines break between words only, and no word is lost."""

from __future__ import annotations

from zlib import crc32

import pytest

from densecli import kernels
from densecli.graph.forward import arguments, call_layer
from densecli.render.explain.explanation import explanation
from densecli.render.explain.lines import drawn
from densecli.render.explain.numbers import example_lines
from densecli.render.explain.text import layer_lines
from densecli.run.example import example
from densecli.run.record import Recorded
from densecli.summary.rows import call_cost
from support.answers import CASES, answers, call_case, make
from support.forward_pass import prepared

ANSWERS = answers()
RIGHT = [case for case in CASES if "raises" not in ANSWERS[case.id]]
ONE_OF_EACH = list({case.layer: case for case in RIGHT}.values())
RUNNABLE = list({case.layer: case for case in RIGHT if "values" in ANSWERS[case.id]}.values())
WIDTHS = range(40, 101)


def told(case):
    layer = make(case.layer, case.config)
    row = call_cost(layer, call_case(case, layer)).row
    return list(layer_lines(explanation(row), "one sample", None, None))


def worked(case):
    layer = make(case.layer, case.config)
    weights, call, values = prepared(case, layer)
    outputs = tuple(each.array for each in call_layer(layer, kernels, weights, call, values))
    args, kwargs, _ = arguments(layer, call, values)
    return list(example_lines(example(Recorded("x", layer, 0, args, kwargs, weights, outputs), "x"), 4))


def check(lines, width, whole):
    broken = drawn([lines], width=width)
    assert broken.split() == whole
    for line in broken.splitlines():
        assert len(line) <= width or " " not in line.strip(), (width, line)


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case.id)
def test_no_word_is_broken(case):
    lines = told(case)
    whole = drawn([lines]).split()
    for width in {40 + crc32(case.id.encode()) % 61, 80}:
        check(lines, width, whole)


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=lambda case: case.layer)
def test_at_no_width(case):
    lines = told(case)
    whole = drawn([lines]).split()
    for width in WIDTHS:
        check(lines, width, whole)


@pytest.mark.parametrize("case", RUNNABLE, ids=lambda case: case.layer)
def test_nor_in_an_example(case):
    lines = worked(case)
    whole = drawn([lines]).split()
    for width in WIDTHS:
        check(lines, width, whole)
