"""The HTML page in a real browser: sorted, filtered and folded, alone and with several models on it."""

from __future__ import annotations

import pytest

from densecli.render.diagram.diagram import diagram
from densecli.render.pages import html, svg
from densecli.render.table.columns import choose_columns
from densecli.render.table.selection import Selection, Shown, select
from densecli.summary.infer import infer
from support.browser import complaints, scheme
from support.models import MODELS, graph

pytestmark = pytest.mark.filterwarnings("ignore")

TEXT = "TimeDistributed(Dense(7))@(5,3) -> [_ | Dense(7) -> Activation(relu)] -> Add -> Dense(2, name='<i>last')"


@pytest.fixture
def page(browser, tmp_path):
    report = infer(graph(TEXT))
    lines = select(report, Selection(depth=None))
    path = tmp_path / "page.html"
    path.write_text(
        html.render([Shown(report, lines, choose_columns("+share,macs", report))], [diagram(report, depth=None)]),
        encoding="utf-8",
    )
    browser.get(path.as_uri())
    return browser


def opened(browser, tmp_path, texts):
    """A page of all the stacks."""
    reports = [infer(graph(text)) for text in texts]
    path = tmp_path / "page.html"
    models = [Shown(each, select(each, Selection(depth=None)), choose_columns("+share,macs", each)) for each in reports]
    path.write_text(html.render(models, [diagram(each, depth=None) for each in reports]), encoding="utf-8")
    browser.get(path.as_uri())
    return browser


def shown(page, section="section"):
    script = f"return [...document.querySelectorAll('{section} tbody tr')].filter(r => !r.hidden).map(r => r.cells[0].innerText.trim())"
    return page.execute_script(script)


def head(page, text, section="section"):
    buttons = page.find_elements("css selector", f"{section} th button")
    return next(button for button in buttons if button.text.startswith(text))


MODEL = [
    "input_layer (InputLayer)", "time_distributed (TimeDistributed)", "dense_1 (Dense)", "activation (Activation)", "add (Add)",
    "<i>last (Dense)",
]  # fmt: skip


def test_the_script_runs_under_its_policy_and_nothing_else_is_asked_for(page):
    assert complaints(page) == []
    assert shown(page) == MODEL
    assert page.execute_script("return performance.getEntriesByType('resource').length") == 0


def test_a_click_sorts_the_next_turns_it_round_and_the_third_undoes_it(page):
    head(page, "Param #").click()
    assert shown(page)[:3] == ["dense_1 (Dense)", "time_distributed (TimeDistributed)", "<i>last (Dense)"]
    head(page, "Param #").click()
    assert shown(page)[-1] == "dense_1 (Dense)"
    head(page, "Param #").click()
    assert shown(page) == MODEL


def test_folding_opens_what_is_inside_and_sorting_keeps_it_there(page):
    page.find_element("css selector", ".fold").click()
    assert shown(page)[1:3] == ["time_distributed (TimeDistributed)", "dense (Dense)"]
    head(page, "Layer").click()
    rows = shown(page)
    assert rows[rows.index("time_distributed (TimeDistributed)") + 1] == "dense (Dense)"
    page.find_element("css selector", "[data-unfold=none]").click()
    assert "dense (Dense)" not in shown(page)


def test_filtering_finds_layers_inside_of_folded_ones(page):
    field = page.find_element("css selector", "input")
    field.send_keys("(dense)")
    assert shown(page) == ["time_distributed (TimeDistributed)", "dense (Dense)", "dense_1 (Dense)", "<i>last (Dense)"]
    assert page.find_element("css selector", "output").text == "4 of 7 rows"
    field.clear()
    field.send_keys("nothing like this")
    assert shown(page) == []


def test_both_colour_schemes_have_contrast(page):
    for name in ("light", "dark"):
        scheme(page, name)
        back, ink = page.execute_script(
            "const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]"
        )
        light, dark = sorted((_luminance(back), _luminance(ink)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 7  # WCAG AAA
        assert (_luminance(back) > 0.5) == (name == "light")


def _luminance(rgb):
    parts = [int(part) / 255 for part in rgb[rgb.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# -- several models ------------------------------------------------------------------------
@pytest.fixture
def pages(browser, tmp_path):
    return opened(browser, tmp_path, [TEXT, MODELS["chain"], MODELS["wrapped"]])


def test_each_model_is_sorted_filtered_and_folded_on_its_own(pages):
    before = {name: shown(pages, name) for name in ("#model-1", "#model-2", "#model-3")}
    head(pages, "Param #", "#model-2").click()
    assert shown(pages, "#model-2") == ["dense_1 (Dense)", "dense (Dense)", "flatten (Flatten)"]
    pages.find_element("css selector", "#model-3 [data-unfold=all]").click()
    assert len(shown(pages, "#model-3")) > len(before["#model-3"])
    pages.find_element("css selector", "#model-2 input").send_keys("flatten")
    assert shown(pages, "#model-2") == ["flatten (Flatten)"]
    assert shown(pages, "#model-1") == before["#model-1"] == MODEL
    assert complaints(pages) == []


def test_the_contents_lead_to_each_model(pages):
    links = pages.find_elements("css selector", "nav a")
    assert len(links) == 3
    links[2].click()
    top = pages.execute_script("return document.querySelector('#model-3').getBoundingClientRect().top")
    bottom = pages.execute_script("return scrollY + innerHeight >= document.documentElement.scrollHeight - 2")
    assert abs(top) < 100 or bottom


# -- layout --------------------------------------------------------------------------------
@pytest.mark.parametrize("width", [400, 800, 1600])
def test_the_page_itself_never_scrolls_sideways_and_numbers_and_shapes_stay_on_one_line(browser, tmp_path, width):
    pages = opened(browser, tmp_path, ["Conv2D(512, 3)@(1024,1024,3) -> Conv2D(1024, 3, name=with_a_long_name)", TEXT])
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    pages.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    assert pages.execute_script("return document.documentElement.scrollWidth") <= width
    tall = """const range = document.createRange();
        const lines = (cell) => { range.selectNodeContents(cell); return new Set([...range.getClientRects()].map(r => Math.round(r.top))).size; };
        return [...document.querySelectorAll('td.right, td.shape')].filter(cell => lines(cell) > 1).map(cell => cell.innerText)"""
    assert pages.execute_script(tall) == []
    pages.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("name", MODELS)
def test_texts_of_a_diagram_stay_in_their_boxes(browser, tmp_path, name):
    """With the fonts of this machine, not with the width that the layout took for granted."""
    path = tmp_path / "diagram.svg"
    path.write_text(svg.render(diagram(infer(graph(MODELS[name])), depth=None, collapse=True)), encoding="utf-8")
    browser.get(path.as_uri())
    script = """return [...document.querySelectorAll('g > rect.box')].flatMap(box => {
        const right = box.getBoundingClientRect().right;
        return [...box.parentNode.querySelectorAll('text')].filter(t => t.getBoundingClientRect().right > right).map(t => t.textContent);
    })"""
    assert browser.execute_script(script) == []
    assert browser.execute_script("return document.querySelectorAll('rect.box').length") > 2
