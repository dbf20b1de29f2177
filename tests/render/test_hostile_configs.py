"""Hostile text in any place of a Keras config: each output language's own parser finds only data in the output."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from xml.etree import ElementTree as ET

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densecli.errors import DenseError, OutputError, SpecErrors
from densecli.read.open import read_text
from densecli.read.reading import Reading
from densecli.render.convert import FORMS, OUR_OWN, convert
from densecli.render.convert.masks import without_masks
from densecli.render.diagram import dot, mermaid
from densecli.render.diagram.diagram import diagram
from densecli.render.explain import html as explained_page
from densecli.render.explain import svg as explained_picture
from densecli.render.figure import svg as figure_svg
from densecli.render.figure import tikz
from densecli.render.figure.figure import figure
from densecli.render.figure.options import Options
from densecli.render.figure.scene import Text, flat
from densecli.render.json import as_record
from densecli.render.json import render as render_json
from densecli.render.pages import html, latex, markdown, svg
from densecli.render.table import table
from densecli.render.table.columns import COLUMNS
from densecli.render.table.selection import Selection, Shown, select
from densecli.summary.infer import infer
from densecli.text import safe
from support import foreign
from support.hostile import FORGED
from support.hostile_configs import CONFIGS, PLACES, TEXTS, poisoned

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of pydot and pyparsing
# More by hand: DENSECLI_HOSTILE_EXAMPLES=20000
EXAMPLES = int(os.environ.get("DENSECLI_HOSTILE_EXAMPLES", "120"))
FILES = {"dsl": "m.dsl", "yaml": "m.yaml", "json": "m.json", "keras": "m.json"}
SHOWN = [COLUMNS[name] for name in ("name", "type", "output_shape", "arguments", "dtype", "connected_to")]


def read(text, name="m.json"):
    return read_text(str(text).encode(), name, Reading())


def graph_of(config):
    """The graph, or None where densecli refuses the config, which it may."""
    try:
        return read(json.dumps(config))
    except (DenseError, SpecErrors):
        return None


def is_harmless(text):
    bad = [char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    return not bad and not FORGED.search(text)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(PLACES), st.one_of(st.sampled_from(TEXTS), st.text(max_size=12)))
def test_hostile_text_in_any_place_of_a_config_is_data(place, text):
    graph = graph_of(poisoned(*place, text))
    if graph is None:
        return
    try:
        report = infer(graph)
    except SpecErrors:
        return
    for form in FORMS:
        check_form(graph, report, form)
    check_pictures(report)
    check_figures(report)
    check_pages(report)
    check_explained(report)


@pytest.mark.parametrize("name", CONFIGS)
def test_every_config_is_read_and_shown_as_it_is(name):
    report = infer(read(json.dumps(CONFIGS[name])))
    check_pictures(report)
    check_figures(report)
    check_pages(report)
    check_explained(report)


# -- output that is read back or run ----------------------------------------------------------
def check_form(graph, report, form):
    try:
        text = convert(graph, form)
    except OutputError as error:
        assert error.code == "E604"
        return
    assert is_harmless(text)
    if form in OUR_OWN:  # which leave the rows of masks, and their names, to the reader
        report = infer(without_masks(graph)[1])
    if form == "python":
        strings = foreign.strings_of_code(text)
    else:
        assert_reads_back(text, form, report)
        strings = (
            foreign.strings_of_yaml(text)
            if form == "yaml"
            else foreign.strings_of_json(text)
            if form != "dsl"
            else None
        )
    if strings is not None and form != "yaml":
        own_names = {row.name for row in report.rows if not re.fullmatch(r"[a-z0-9_]+", row.name)}
        assert own_names <= {string.replace("$$", "$") if form == "json" else string for string in strings}


def assert_reads_back(text, form, report):
    wanted, found = (
        {**as_record(each), "source": "", "warnings": ()} for each in (report, infer(read(text, FILES[form])))
    )
    if wanted["type"] != "Sequential":  # a custom class is written as a Functional in every format
        wanted["type"] = "Functional"
    if form == "dsl":  # which has no names of models
        wanted["name"] = found["name"]
    assert found == wanted


# -- output for people ---------------------------------------------------------------------------
def check_pictures(report):
    box = diagram(report, depth=0)
    wanted = [[safe(f"{each.type} {each.short_name}"), *([each.detail] if each.detail else [])] for each in box.boxes]
    for text, (labels, edges) in (
        (drawn := dot.render(box), foreign.labels_of_dot(drawn)),
        (drawn := mermaid.render(box), foreign.labels_of_mermaid(drawn)),
    ):
        assert is_harmless(text)
        assert sorted(labels) == sorted(wanted)
        assert edges == len(box.edges)
    picture = svg.render(box)
    assert is_harmless(picture)
    assert sorted(foreign.titles_of_svg(picture)) == sorted(f"{each.name} ({each.type})" for each in box.boxes)


def check_figures(report):
    for style in ("volumes", "boxes"):
        drawn = figure(report, Options(style, "right", ("sizes", "types", "names", "params")))
        for text, texts in (
            (picture := figure_svg.render(drawn), foreign.texts_of_figure(picture)),
            (document := tikz.render(drawn), foreign.texts_of_tikz(document)),
        ):
            assert is_harmless(text)
            assert texts == [each.text for each in flat(drawn.shapes) if isinstance(each, Text)]


def check_pages(report):
    lines = select(report, Selection(depth=0))
    shown = [Shown(report, lines, SHOWN)]
    wanted = [[column.text(line.row, report).strip() for column in SHOWN] for line in lines]
    for text, rows in (
        (page := html.render(shown, [diagram(report)]), foreign.rows_of_html(page)),
        (page := markdown.render(shown), foreign.rows_of_markdown(page)),
        (page := latex.render(shown), foreign.rows_of_latex(page)),
    ):
        assert is_harmless(text)
        assert [[cell.strip() for cell in row] for row in rows[1 : len(wanted) + 1]] == wanted
    assert is_harmless(table.render(report, lines, SHOWN))
    assert is_harmless(render_json(report))


def check_explained(report):
    """Elements of our own alone, and no attribute that does anything."""
    picture, page = explained_picture.render([(report, None)]), explained_page.render([(report, None)])
    assert is_harmless(picture) and is_harmless(page)
    tree = html5lib.HTMLParser(strict=True).parse(page)
    for each in (*ET.fromstring(picture.split("?>\n", 1)[1]).iter(), *tree.iter()):
        assert str(each.tag).rpartition("}")[2] not in ("script", "img", "iframe", "object", "use", "foreignObject")
        assert not [name for name in each.attrib if name.startswith("on") or name == "style"]
        assert each.get("href", "#").startswith("#")
