"""The pages with pictures in a real browser: nothing is cut or covered, and pointing and the tab key show the same."""

from __future__ import annotations

import pytest

from densecli.render.explain import html, svg
from densecli.render.explain.numbers import numbers_of
from densecli.run.run import Options, run
from densecli.summary.infer import infer
from support.browser import complaints, scheme
from support.models import MODELS, graph

pytestmark = pytest.mark.filterwarnings("ignore")

# Words by their boxes on the screen, in pictures one after the other, those in groups that can be pointed at left out.
WORDS = """
return [...document.querySelectorAll('svg.sketch')].map(svg => {
  const box = each => { const b = each.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom] };
  return [box(svg), ...[...svg.querySelectorAll('text')].filter(each => each.textContent.trim()).map(each => [each.textContent, ...box(each)])];
})
"""
LIT = """
return [...arguments[0].querySelectorAll('.lit')].map(each => getComputedStyle(each).visibility)
"""
STACKS = {
    **MODELS,
    "sequence": "Embedding(2000,8)@(12,) -> Bidirectional(GRU(300, return_sequences=true)) -> LSTM(3) -> Dropout(0.3) -> BatchNormalization",
    "image": "Conv2D(4,3,padding=same,strides=2)@(7,9,3) -> SeparableConv2D(16,3,padding=same) -> Conv2DTranspose(2,3,strides=2) -> MaxPooling2D -> GlobalMaxPooling2D -> Activation(gelu)",
    "attention": "[_ | _]@(6,12) -> MultiHeadAttention(3,4) -> LayerNormalization -> Softmax -> Permute((2,1)) -> TimeDistributed(Dense(3))",
}  # fmt: skip


def opened(browser, tmp_path, text, write=html, name="page.html"):
    path = tmp_path / name
    path.write_text(write.render([(infer(graph(text)), None)]), encoding="utf-8")
    browser.get(path.as_uri())
    return browser


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("write", [html, svg], ids=["html", "svg"])
def test_no_word_is_cut_or_covers_another(browser, tmp_path, name, write):
    page = opened(browser, tmp_path, STACKS[name], write, "page.html" if write is html else "page.svg")
    check_words(page)


def check_words(page):
    pictures = page.execute_script(WORDS)
    assert pictures
    for (left, top, right, bottom), *words in pictures:
        for text, *box in words:
            assert box[0] >= left - 1 and box[1] >= top - 1 and box[2] <= right + 1 and box[3] <= bottom + 1, text
        for at, (text, *one) in enumerate(words):
            for other_text, *other in words[at + 1 :]:
                assert not covers(one, other), (text, other_text)


NUMBERS = {
    "recurrent": "Embedding(9,4,mask_zero=true)@(4,) -> Bidirectional(GRU(3, return_sequences=true)) -> LSTM(3,return_state=true)",
    "attention": "[_ | _]@(3,6) -> MultiHeadAttention(4,3) -> ZeroPadding1D(1) -> RNN(LSTMCell(2))",
    "products": "[Dense(3) | Dense(3)]@(3,3) -> AdditiveAttention",
    "image": "Conv2DTranspose(2,3,strides=2)@(2,2,2) -> Cropping2D(1) -> UpSampling2D(2)",
    "volumes": "Conv3D(4,2,padding=same)@(2,3,3,2) -> AveragePooling3D(2) -> TimeDistributed(Conv2D(2,1))",
    "images": "Rescaling(0.5)@(3,4,1) -> Resizing(2,3) -> Conv2D(2,2) -> Flatten -> CategoryEncoding(5,output_mode=count)",
    "dot": "[Dense(4) | Dense(4)]@(3,) -> Dot(1) -> RepeatVector(3) -> Conv1DTranspose(2,3)",
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("write", [html, svg], ids=["html", "svg"])
def test_no_number_is_cut_or_covers_another(browser, tmp_path, name, write):
    model = graph(NUMBERS[name])
    numbers = numbers_of(run(model, Options(values=True)), [], given=False, values=False)
    path = tmp_path / ("page.html" if write is html else "page.svg")
    path.write_text(write.render([(infer(model), numbers)]), encoding="utf-8")
    browser.get(path.as_uri())
    check_words(browser)


def covers(one, other, slack=2.5):
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > slack and min(one[3], other[3]) - max(one[1], other[1]) > slack
    )


def looks(page):
    return page.find_elements("css selector", ".sketch .looks .look")


def visible(page, look):
    return set(page.execute_script(LIT, look)) == {"visible"}


def test_pointing_shows_one_cell_and_hides_the_example(browser, tmp_path):
    from selenium.webdriver.common.action_chains import ActionChains

    page = opened(browser, tmp_path, "Dense(4)@(3,2)")
    found = looks(page)
    (example,) = [each for each in found if visible(page, each)]
    assert "shown" in example.get_attribute("class")
    other = found[-1]
    ActionChains(page).move_to_element(other.find_element("css selector", "rect")).perform()
    assert [each for each in found if visible(page, each)] == [other]
    ActionChains(page).move_to_element(page.find_element("css selector", "h1")).perform()
    assert [each for each in found if visible(page, each)] == [example]


def test_the_tab_key_shows_the_same(browser, tmp_path):
    from selenium.webdriver.common.keys import Keys

    page = opened(browser, tmp_path, "Dense(4)@(3,2) -> Flatten")
    links = len(page.find_elements("css selector", "nav a"))
    active = page.find_element("css selector", "body")
    for _ in range(links + 1):
        active.send_keys(Keys.TAB)
        active = page.switch_to.active_element
    assert active.text == "Next layer"
    assert active.rect["x"] >= 0  # it shows itself to those who come by
    first = looks(page)[:12]
    for expected in first:
        active.send_keys(Keys.TAB)
        active = page.switch_to.active_element
        assert active == expected
        assert [each for each in first if visible(page, each)] == [expected]


def test_the_page_keeps_to_its_policy_and_to_the_readers_colors(browser, tmp_path):
    page = opened(browser, tmp_path, STACKS["sequence"])
    assert complaints(page) == []
    assert page.execute_script("return performance.getEntriesByType('resource').length") == 0
    color = "return getComputedStyle(document.querySelector('.sketch text')).fill"
    seen = {}
    for name in ("light", "dark"):
        scheme(page, name)
        seen[name] = page.execute_script(color)
    scheme(page, "light")
    assert seen["light"] != seen["dark"]


def test_print_is_light_and_shows_the_example(browser, tmp_path):
    page = opened(browser, tmp_path, "Dense(4)@(3,2)")
    page.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]},
    )
    ink = page.execute_script("return getComputedStyle(document.querySelector('.sketch .bold')).fill")
    shown = [each for each in looks(page) if visible(page, each)]
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert ink == "rgb(28, 36, 48)"
    assert len(shown) == 1
