"""The pages with pictures, as independent readers find them: complete, without a network, harmless, and as long as the model."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise
from xml.etree import ElementTree as ET

import html5lib
import pytest

from densecli.render.explain import html, svg
from densecli.summary.infer import infer
from support.hostile import HOSTILE
from support.models import MODELS, graph

SVG, XHTML = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xhtml}"
STACK = "Embedding(20,4)@(5,) -> Bidirectional(LSTM(3, return_sequences=true)) -> TimeDistributed(Dense(2)) -> Flatten -> Dense(4, name=out)"
ELEMENTS = {"svg", "title", "desc", "style", "rect", "g", "text", "path", "circle"}
ATTRIBUTES = {
    "class", "role", "aria-labelledby", "aria-label", "aria-hidden", "width", "height", "viewBox", "x", "y", "rx", "cx", "cy", "r", "d",
    "transform", "tabindex", "id",
}  # fmt: skip


def report(text=STACK):
    return infer(graph(text))


def page(*reports, layers=()):
    """The page as a browser's parser reads it; raises for what a browser would have to mend."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=True)
    return parser.parse(html.render([(each, None) for each in reports or (report(),)], layers))


def picture(*reports, layers=()):
    return ET.fromstring(svg.render([(each, None) for each in reports or (report(),)], layers).split("?>\n", 1)[1])


def words(node):
    return " ".join("".join(node.itertext()).split())


# -- what is on them -------------------------------------------------------------------------
def test_every_layer_has_a_section_with_its_facts_and_a_picture():
    sections = page().findall(f".//{XHTML}section")
    names = [words(each.find("*")) for each in sections]
    assert names == [
        "embedding Embedding", "bidirectional Bidirectional", "forward_lstm LSTM", "lstm_cell LSTMCell", "backward_lstm LSTM",
        "time_distributed TimeDistributed", "dense Dense", "flatten Flatten", "out Dense",
    ]  # fmt: skip
    drawn = [name for name, each in zip(names, sections, strict=True) if each.find(f".//{XHTML}figure") is not None]
    assert drawn == [names[at] for at in (0, 1, 5, 6, 7, 8)]  # the picture of a Bidirectional shows what is inside
    assert "10 × 4 = 40 20 + 4" not in words(sections[8]) and "20 × 4 = 80" in words(sections[0])
    assert "2 × 40 + 4 (bias)" in words(sections[8])


def test_headings_and_links_lead_through_the_page():
    tree = page()
    levels = [int(each.tag[-1]) for each in tree.iter() if re.fullmatch(rf"{XHTML}h\d", str(each.tag))]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [each.get("id") for each in tree.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    targets = [each.get("href") for each in tree.iter(f"{XHTML}a")]
    assert targets and {target.removeprefix("#") for target in targets} <= set(ids)


def test_equal_layers_link_to_the_first_of_them():
    tree = page(report("Dense(4)@(4,) -> Dense(4) -> Dense(4)"))
    sections = tree.findall(f".//{XHTML}section")
    assert all(words(each).endswith("As dense.") for each in sections[1:])
    assert [each.find(f".//{XHTML}a").get("href") for each in sections[1:]] == [f"#{sections[0].get('id')}"] * 2
    assert len(tree.findall(f".//{XHTML}figure")) == 1


def test_one_layer_alone():
    tree = page(layers=("bidirectional/forward_lstm", "out"))
    assert [words(each.find("*")) for each in tree.findall(f".//{XHTML}section")][::2] == [
        "forward_lstm LSTM",
        "out Dense",
    ]
    assert "Total params" not in words(tree)
    names = [each.text for each in picture(layers=("out",)).iter(f"{SVG}text") if each.get("class") == "bold"]
    assert "out" in names and "embedding" not in names


def test_several_models_share_a_page():
    models = report(), report("Dense(3)@(2,)")
    assert len(page(*models).findall(f".//{XHTML}h1")) == 2
    groups = [each.get("aria-label") for each in picture(*models).iter(f"{SVG}g") if each.get("role") == "group"]
    assert len(groups) == 6 + 1


# -- for everyone ------------------------------------------------------------------------------
def test_the_picture_says_what_it_is():
    tree = picture()
    title, desc = tree.findall(f"{SVG}title") + tree.findall(f"{SVG}desc")
    assert tree.get("aria-labelledby").split() == [title.get("id"), desc.get("id")]
    assert title.text == "How the layers of sequential work" and "5 layers" in desc.text
    labels = [each.get("aria-label") for each in tree.iter(f"{SVG}g") if each.get("role") == "group"]
    assert labels[0].startswith("embedding: Each integer") and labels[-1].startswith("out: Each output is one row")


@pytest.mark.parametrize("tree", [page, picture], ids=["html", "svg"])
def test_what_can_be_focused_has_a_name_and_a_role(tree):
    stops = [each for each in tree().iter() if each.get("tabindex") is not None]
    assert stops
    assert {each.get("tabindex") for each in stops} == {"0"}  # in the order of the page
    for stop in stops:
        assert stop.get("role") == "img"
        assert stop.find(f"{SVG}title").text


def test_there_are_few_stops_and_a_way_past_them():
    tree = page(report("Dense(16)@(20,2) -> Flatten"))
    for figure in tree.iter(f"{XHTML}figure"):
        assert len([each for each in figure.iter() if each.get("tabindex")]) <= 30
    first, last = tree.iter(f"{XHTML}figure")
    assert first.find(f"{XHTML}a").text == "Next layer" and last.find(f"{XHTML}a") is None


def test_exactly_one_example_of_each_group_is_shown_without_pointing():
    for looks in (each for each in picture().iter(f"{SVG}g") if each.get("class") == "looks"):
        assert len([each for each in looks if "shown" in each.get("class")]) <= 1


# -- without a network, and harmless -------------------------------------------------------------
def test_the_page_may_do_nothing_but_show_its_style():
    text = html.render([(report(), None)])
    tree = page()
    style = tree.find(f".//{XHTML}style").text
    policy = tree.find(f".//{XHTML}meta[@http-equiv]").get("content")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not [
        each.tag for each in tree.iter() if str(each.tag).endswith(("}script", "}img", "}link", "}iframe", "}use"))
    ]
    assert not [name for each in tree.iter() for name in each.attrib if name == "style" or name.startswith("on")]
    assert not re.search(r"url\(|@import|src=", text)


def test_the_picture_is_made_of_few_kinds_of_elements():
    tree = picture()
    assert {each.tag.removeprefix(SVG) for each in tree.iter()} <= ELEMENTS
    assert {name for each in tree.iter() for name in each.attrib} <= ATTRIBUTES


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_data(name):
    model = report("Dense(4)@(3,2) -> LSTM(2) -> Custom()")
    rows = tuple(row._replace(name=name, type=f"T{name}") for row in model.rows)
    model = model._replace(rows=rows, name=name, source=name)
    for tree, text in ((picture(model), svg.render([(model, None)])), (page(model), html.render([(model, None)]))):
        assert is_harmless(text)
        assert {str(each.tag).rpartition("}")[2] for each in tree.iter()}.isdisjoint(
            {"script", "img", "input", "iframe"}
        )
        assert not [key for each in tree.iter() for key in each.attrib if key.startswith("on")]
        labels = [key for each in tree.iter() for key in each.attrib.values()]
        assert not [value for value in labels if value.startswith("javascript:")]


def is_harmless(text):
    return not [char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


@pytest.mark.parametrize("name", ['"><img src=x onerror=y>', "<script>alert(1)<b>", "x" * 500])
def test_hostile_words_inside_of_pictures_are_data(name):
    """An activation, a cell and a wrapped layer of any name."""
    config = {"class_name": name, "config": {}, "module": "m", "registered_name": name}
    model = report("Dense(4)@(3,2) -> TimeDistributed(Dense(2)) -> Activation(relu)")
    for row in model.rows:
        vars(row.layer)["activation"] = type("Odd", (), {"class_name": name, "config": config})()
    assert len(page(model).findall(f".//{XHTML}figure")) == 4  # with the wrapped one
    assert is_harmless(svg.render([(model, None)]))


# -- how long they are ------------------------------------------------------------------------------
@pytest.mark.parametrize("write", [html.render, svg.render], ids=["html", "svg"])
def test_pages_grow_with_the_number_of_layers(write):
    def length(count):
        stack = " -> ".join(f"Dense({64 + at})" for at in range(count))
        return len(write([(report(f"Input(64) -> {stack}"), None)]))

    few, more, many = length(10), length(60), length(110)
    assert many - more < 1.3 * (more - few)


@pytest.mark.parametrize("write", [html.render, svg.render], ids=["html", "svg"])
def test_equal_layers_cost_little(write):
    once, often = (len(write([(report(f"Dense(8)@(8,) -> (Dense(8)) * {count}"), None)])) for count in (1, 101))
    assert often - once < 100 * 1_000


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_kind_of_model_has_both_pages(name):
    model = infer(graph(MODELS[name])) if isinstance(MODELS[name], str) else infer(MODELS[name])
    assert picture(model) is not None and page(model) is not None


@pytest.mark.parametrize("name", ["tensorflow_functions", "operations"])
def test_functions_on_tensors_have_pages(name):
    """One of their arguments may be called `output`."""
    from densecli.errors import DenseError, Source, SpecErrors
    from densecli.read.keras.model import read_config
    from support.recorded import load

    drawn = 0
    for record in load(name) if isinstance(load(name), list) else load(name).values():
        try:
            model = infer(read_config(record["config"], Source("x", "")))
        except (DenseError, SpecErrors, KeyError, TypeError):
            continue
        assert picture(model) is not None
        drawn += 1
    assert drawn > 10
