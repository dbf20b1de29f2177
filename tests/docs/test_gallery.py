"""The gallery is what the program draws."""

from __future__ import annotations

import pytest

import draw_gallery

FIGURES = {draw_gallery.FOLDER / f"{picture.name}.svg": picture for picture in draw_gallery.PICTURES}


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.name)
def test_a_figure_of_the_gallery_is_what_the_program_draws(path):
    fresh = draw_gallery.figure(FIGURES[path])
    assert path.read_text(encoding="utf-8") == fresh, "look at the figure, then python tools/draw_gallery.py"


def test_the_page_shows_every_figure_and_no_figure_is_left_over():
    assert draw_gallery.PAGE.read_text(encoding="utf-8") == draw_gallery.page()
    assert {*draw_gallery.FOLDER.iterdir()} == FIGURES.keys()
    assert sum(path.stat().st_size for path in FIGURES) < 300_000
