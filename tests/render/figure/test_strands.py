"""Arrows that share a line: all of it is drawn, and no part of it twice but around bends."""

from __future__ import annotations

from itertools import pairwise

import pytest

from densecli.render.figure.parts import Link
from densecli.render.figure.paths import BEND
from densecli.render.figure.strands import Strands, rest
from support.figures import paths, scene_of

BUS = [(0.0, 0.0), (20.0, 0.0), (20.0, 100.0), (60.0, 100.0)]


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        ([(0.0, 0.0), (60.0, 0.0)], [(20.0 - BEND, 0.0), *BUS[1:]]),  # leaves a straight one
        ([(0.0, 0.0), (20.0, 0.0), (20.0, 40.0), (60.0, 40.0)], [(20.0, 40.0 - BEND), *BUS[2:]]),  # goes further
        ([(0.0, 0.0), (20.0, 0.0), (20.0, 160.0), (60.0, 160.0)], [(20.0, 100.0 - BEND), *BUS[2:]]),  # ends before
        ([(0.0, 0.0), (20.0, 0.0), (20.0, -40.0), (60.0, -40.0)], BUS[1:]),  # the other way
        ([(0.0, 5.0), (60.0, 5.0)], BUS),  # has nothing in common
        (BUS, BUS),
    ],
)
def test_a_line_goes_on_where_it_leaves_another(other, wanted):
    assert rest(BUS, other) == wanted


def test_arrows_to_one_target_share_its_tip():
    strands = Strands()
    first = [*strands.draw(Link((0, 0), 2), [(0.0, 0.0), (60.0, 0.0)])]
    second = [*strands.draw(Link((1, 0), 2), [(0.0, 50.0), (30.0, 50.0), (30.0, 0.0), (60.0, 0.0)])]
    assert [shape.look.name for shape in first] == ["wire", "tip"]
    assert [shape.look.name for shape in second] == ["wire"]
    assert second[0].segments[-1][-1] == (30.0 + BEND, 0.0)


def test_what_leads_to_the_next_row_is_drawn_once():
    """Four branches of InceptionV3 start at one tensor."""
    back = []
    for line in paths(scene_of("InceptionV3"), "wire"):
        points = [line.start, *[segment[-1] for segment in line.segments]]
        back += [(one, other) for one, other in pairwise(points) if other[0] < one[0] - 300]
    assert len(back) > 1
    assert len({round(one[1]) for one, _ in back}) == len(back)
