"""Words and marks can be read on every ground that they lie on, in light and in dark."""

from __future__ import annotations

import re

import pytest

from densecli.render.palette.kinds import BY_NAME
from densecli.render.palette.theme import DARK, LIGHT
from densecli.render.pictures.style import MARKS, ROLES, ROWS, css
from render.palette.test_kinds import contrast

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=("light", "dark"))
RULE = re.compile(r"\.sketch \.([a-z0-9]+)(?:, \.sketch \.[a-z]+)* \{ ([^}]*) \}")


def grounds(theme):
    return [
        theme.paper,
        theme.frame,
        theme.box,
        *(theme.shade(BY_NAME[kind]).fill for kind in {*ROWS, *ROLES.values()}),
    ]


@THEMES
def test_words_and_frames_stand_out_from_every_cell(theme):
    for ground in grounds(theme):
        assert contrast(theme.ink, ground) >= 7  # the numbers in cells are small
        for mark in MARKS[theme.name]:
            assert contrast(mark, ground) >= 3


@THEMES
def test_both_frames_can_be_told_apart_and_from_the_edges_of_cells(theme):
    one, two = MARKS[theme.name]
    assert one != two
    for kind in {*ROWS, *ROLES.values()}:
        assert {one, two}.isdisjoint({theme.shade(BY_NAME[kind]).edge})


@THEMES
def test_quiet_words_stand_on_paper_alone_and_can_be_read_there(theme):
    assert contrast(theme.dim, theme.paper) >= 4.5
    assert contrast(theme.wire, theme.paper) >= 3


def test_colors_are_literal_and_paper_is_light():
    """Programs other than browsers know no variables, and print must not be white on white."""
    text = css()
    assert "var(" not in text and "url(" not in text and "@import" not in text
    assert text.count("@media screen and (prefers-color-scheme: dark)") == 1


def test_every_class_of_a_cell_has_a_color_in_both_themes():
    for theme in ("light", "dark"):
        found = {name for name, body in RULE.findall(css(theme)) if "fill" in body or "stroke" in body}
        assert {"in", "weight", "out", "pad", "here", "box", "dim", *(f"h{at}" for at in range(6))} <= found
