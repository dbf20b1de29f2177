"""Figures as SVG: for readers of XML, for those who cannot see, in a browser in light and dark, and as they were reviewed."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from densecli.render.figure import svg
from densecli.render.figure.scene import Look, Paint, paint
from densecli.render.palette.kinds import KINDS
from densecli.render.palette.theme import DARK, LIGHT
from support.browser import scheme
from support.contrast import contrast
from support.figures import GALLERY, hostile_scene, scene_of, texts
from support.foreign import texts_of_figure
from support.goldens import golden
from support.hostile import CONTROL, FORGED, HOSTILE

BLOCKS = "Conv2D(8, 3, padding=same)@(8,8,3) -> ([_ | Conv2D(8, 3, padding=same)] -> Add)*4 -> Flatten -> Dense(2)"


def tree_of(text):
    return ET.fromstring(text.split("?>\n", 1)[1])


@pytest.mark.parametrize(("style", "theme"), [("volumes", "auto"), ("boxes", "light"), ("flat", "dark")])
def test_figures_are_printed_as_reviewed(style, theme):
    golden(f"figures/blocks-{style}-{theme}.svg", svg.render(scene_of(BLOCKS, style), theme))


@pytest.mark.parametrize("name", GALLERY)
def test_a_figure_is_xml_with_all_its_texts_and_loads_nothing(name):
    scene = scene_of(GALLERY[name])
    text = svg.render(scene)
    assert texts_of_figure(text) == [each.text for each in texts(scene)]
    assert "url(" not in text
    assert "@import" not in text


def test_those_who_cannot_see_it_get_a_title_and_a_description():
    tree = tree_of(svg.render(scene_of("Dense(16)@(3,2) -> Flatten -> Dense(4)")))
    found = {each.get("id"): each.text for each in tree if each.get("id")}
    assert tree.get("role") == "img"
    assert tree.get("aria-labelledby").split() == list(found)
    assert found["title"] == "sequential (Sequential)"
    assert found["desc"] == "3 layers from 3 × 2 to 4. Total params: 244 (976.00 B)."


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_faces_and_lines_can_be_seen_and_text_on_them_be_read(theme):
    for kind in KINDS:
        faces = {name: paint(Look(name, kind), theme) for name in ("front", "top", "side")}
        assert contrast(theme.ink, faces["front"].fill) >= 7  # text in boxes, signs
        assert all(contrast(face.stroke, theme.paper) >= 3 for face in faces.values())
        assert len({face.fill for face in faces.values()}) == 3
    for name in ("wire", "tip"):
        color = next(each for each in paint(Look(name), theme)[:2] if each is not None)
        assert min(contrast(color, ground) for ground in (theme.paper, theme.frame)) >= 3


def test_every_look_is_painted():
    assert all(isinstance(paint(Look(name), LIGHT), Paint) for name in ("wire", "tip", "funnel", "frame", "fold"))


@pytest.mark.parametrize("style", ["volumes", "boxes"])
def test_hostile_names_stay_text(style):
    scene = hostile_scene(style)
    text = svg.render(scene)
    assert texts_of_figure(text) == [each.text for each in texts(scene)]
    assert len(texts(scene)) > 3 * len(HOSTILE)
    assert not FORGED.search(text)
    assert not CONTROL.search(text)


# -- in a browser -----------------------------------------------------------------------------
def opened(browser, tmp_path, text, colors="light"):
    path = tmp_path / "figure.svg"
    path.write_text(text, encoding="utf-8")
    scheme(browser, colors)
    browser.get(path.as_uri())


def fills(browser, selector):
    script = (
        f"return [...new Set([...document.querySelectorAll('{selector}')].map(each => getComputedStyle(each).fill))]"
    )
    return browser.execute_script(script)


def rgb(color):
    return f"rgb({color >> 16}, {color >> 8 & 255}, {color & 255})"


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_the_theme_decides_or_the_system_does(browser, tmp_path, theme):
    (dense,) = [kind for kind in KINDS if kind.name == "dense"]
    for system in ("light", "dark"):
        wanted = {"light": LIGHT, "dark": DARK}[system if theme == "auto" else theme]
        opened(browser, tmp_path, svg.render(scene_of("Dense(4)@(3,)"), theme), system)
        assert fills(browser, "text:not(.dim)") == [rgb(wanted.ink)]
        assert fills(browser, ".dense-front") == [rgb(wanted.shade(dense).fill)]
        assert fills(browser, ".paper") == ([] if theme == "auto" else [rgb(wanted.paper)])


@pytest.mark.parametrize("name", GALLERY)
def test_a_browser_draws_every_shape_and_cuts_no_text(browser, tmp_path, name):
    """With the fonts of this machine, not with the widths that the figure took for granted."""
    scene = scene_of(GALLERY[name], labels=("sizes", "types", "names", "params"))
    opened(browser, tmp_path, svg.render(scene))
    cut = """const edge = document.documentElement.getBoundingClientRect();
        return [...document.querySelectorAll('text')].filter(t => { const r = t.getBoundingClientRect();
            return r.left < edge.left || r.right > edge.right || r.top < edge.top || r.bottom > edge.bottom + 1; }).map(t => t.textContent)"""
    assert browser.execute_script(cut) == []
    empty = """return [...document.querySelectorAll('path, text')].filter(each => { const r = each.getBoundingClientRect();
        return !(r.width || r.height); }).length"""
    assert browser.execute_script(empty) == 0
    assert browser.execute_script("return document.querySelectorAll('text').length") == len(texts(scene))


@pytest.mark.parametrize("name", GALLERY)
def test_texts_stay_in_their_boxes_in_a_browser(browser, tmp_path, name):
    opened(
        browser, tmp_path, svg.render(scene_of(GALLERY[name], "boxes", "down", ("sizes", "types", "names", "params")))
    )
    script = """return [...document.querySelectorAll('g')].flatMap(g => { const own = [...g.children];
        const grounds = own.filter(e => /-front$/.test(e.getAttribute('class') || ''));
        return own.filter(e => e.tagName == 'text').filter(t => { const r = t.getBoundingClientRect();
            return grounds.length && !grounds.some(e => { const b = e.getBoundingClientRect(); return r.left >= b.left - 0.5 && r.right <= b.right + 0.5; })
                && !document.querySelector('svg').lastElementChild.contains(t) && r.left < grounds[0].getBoundingClientRect().right - 2; }).map(t => t.textContent) })"""
    assert browser.execute_script(script) == []
