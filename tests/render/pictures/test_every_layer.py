"""Every layer that Keras was asked about has a picture that is sound: parts that fit, words that don't collide, a bounded size."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from densecli.render.pictures import draw, kinds
from densecli.summary.rows import call_cost
from support.answers import CASES, answers, call_case, make
from support.pictures import overlap

ANSWERS = answers()
RIGHT = [case for case in CASES if "raises" not in ANSWERS[case.id]]
LARGEST = 160_000  # characters of a picture


def row_of(case):
    layer = make(case.layer, case.config)
    result = call_case(case, layer)
    return call_cost(layer, result).row


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case.id)
def test_it_is_drawn_with_words_apart(case):
    row = row_of(case)
    found = draw.figure(row)
    if found is None:
        assert row.layers
        return
    drawing = found.drawing
    assert drawing.parts and found.caption.endswith(".")
    assert len("".join(drawing.parts)) < LARGEST
    assert drawing.area.width < 1100
    ET.fromstring(f"<g>{''.join(drawing.parts)}</g>")
    for one, other in combinations(drawing.words, 2):
        assert not overlap(one, other), (one, other)


def test_every_kind_has_a_drawing_and_a_layer_that_is_drawn_so():
    every = {each for each in vars(kinds).values() if isinstance(each, type) and each.__module__ == kinds.__name__}
    assert set(draw.DRAWERS) == every - {kinds.Span}
    assert {type(draw.picture(row_of(case))) for case in RIGHT} - {type(None)} == set(draw.DRAWERS)
