"""Models that a program froze: converted, they are as frozen as before, or the conversion is refused."""

from __future__ import annotations

import json

import pytest

from support.program import here

HEAD = "from keras import *\nfrom keras.applications import MobileNet\n"
SOURCES = {
    "a layer": "m = Sequential([Input((6, 4)), layers.LSTM(3), layers.Dense(2)])\nm.layers[0].trainable = False",
    "a wrapper": "m = Sequential([Input((6, 4)), layers.Bidirectional(layers.LSTM(2))])\nm.layers[0].trainable = False",
    "a nested model": "b = MobileNet(include_top=False, input_shape=(32, 32, 3))\nb.trainable = False\n"
    "m = Sequential([b, layers.Flatten(), layers.Dense(2)])",
    "half a model": "m = MobileNet(include_top=False, input_shape=(32, 32, 3))\n"
    "for each in m.layers[:20]:\n    each.trainable = False",
}


def totals(*arguments):
    done = here("summary", *arguments, "-f", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["totals"]


@pytest.mark.parametrize("form", ["keras", "python", "yaml", "json"])
@pytest.mark.parametrize("name", SOURCES)
def test_what_is_frozen_stays_so(name, form, tmp_path):
    source = tmp_path / "m.py"
    source.write_text(HEAD + SOURCES[name], encoding="utf-8")
    written = tmp_path / {"keras": "out.json", "python": "out.py"}.get(form, f"out.{form}")
    done = here("convert", f"{source}:m", "--to", form, "-o", written)
    assert done.returncode == 0, done.stderr
    before, after = totals(f"{source}:m"), totals(written)
    assert before["trainable_params"] < before["params"]
    assert (after["params"], after["trainable_params"]) == (before["params"], before["trainable_params"])


@pytest.mark.parametrize("form", ["keras", "python"])
def test_a_frozen_application_of_a_stack_is_written(form, tmp_path):
    stack = "MobileNetV2(include_top=false, trainable=false)@(96,96,3) -> GlobalAveragePooling2D -> Dense(5)"
    written = tmp_path / {"keras": "out.json", "python": "out.py"}[form]
    assert here("convert", stack, "--to", form, "-o", written).returncode == 0
    assert totals(written) == totals(stack)


def test_what_no_argument_can_say_is_refused(tmp_path):
    """Layers that MultiHeadAttention makes inside are frozen by a program alone."""
    source = tmp_path / "m.py"
    text = "i = Input((6, 4))\na = layers.MultiHeadAttention(2, 3)\nm = Model(i, a(i, i))\na.trainable = False"
    source.write_text(HEAD + text, encoding="utf-8")
    done = here("convert", f"{source}:m", "--to", "keras")
    assert (done.returncode, "E604" in done.stderr) == (2, True)
