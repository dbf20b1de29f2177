"""The HTML page in a real browser: sorted, filtered and folded. Runs where Selenium and Chromium are installed."""

from __future__ import annotations

import shutil

import pytest

from densecli.infer import infer
from densecli.render import html
from densecli.render.columns import choose_columns
from densecli.render.diagram import diagram
from densecli.render.selection import Selection, select
from outputs_models import graph

selenium = pytest.importorskip("selenium")
BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(not (BROWSER and DRIVER), reason="no Chromium"),
    pytest.mark.filterwarnings("ignore"),
]

TEXT = "TimeDistributed(Dense(7))@(5,3) -> [_ | Dense(7) -> Activation(relu)] -> Add -> Dense(2, name='<i>last')"


@pytest.fixture(scope="module")
def browser():
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    options = ChromeOptions()
    options.binary_location = BROWSER
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def page(browser, tmp_path):
    report = infer(graph(TEXT))
    lines = select(report, Selection(depth=None))
    path = tmp_path / "page.html"
    path.write_text(html.render(report, lines, choose_columns("+share,macs", report), diagram(report, depth=None)))
    browser.get(path.as_uri())
    return browser


def shown(page):
    script = (
        "return [...document.querySelectorAll('tbody tr')].filter(r => !r.hidden).map(r => r.cells[0].innerText.trim())"
    )
    return page.execute_script(script)


def head(page, text):
    return next(button for button in page.find_elements("css selector", "th button") if button.text.startswith(text))


MODEL = [
    "input_layer (InputLayer)", "time_distributed (TimeDistributed)", "dense_1 (Dense)", "activation (Activation)", "add (Add)",
    "<i>last (Dense)",
]  # fmt: skip


def test_the_script_runs_under_its_policy_and_nothing_else_is_asked_for(page):
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []
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
    for scheme in ("light", "dark"):
        page.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        )
        back, ink = page.execute_script(
            "const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]"
        )
        light, dark = sorted((_luminance(back), _luminance(ink)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 7  # WCAG AAA
        assert (_luminance(back) > 0.5) == (scheme == "light")


def _luminance(rgb):
    parts = [int(part) / 255 for part in rgb[rgb.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
