"""`densecli convert` from outside: output that reads back as the same report, files, diagrams, refusals."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest

from densecli.cli import run
from support.folders import EXAMPLE_SPECS, GOLDENS
from support.hostile import HOSTILE
from support.models import MODELS

SPECS = sorted((EXAMPLE_SPECS).iterdir())
SUFFIXES = {"dsl": "dsl", "yaml": "yaml", "json": "json", "keras": "keras.json"}
BLOCKS = "Conv2D(8, 3, padding=same)@(8,8,3) -> ([_ | Conv2D(8, 3, padding=same)] -> Add)*4"


def densecli(capsys, *arguments):
    code = run(list(map(str, arguments)))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def record(capsys, *arguments):
    code, out, err = densecli(capsys, "--format", "json", *arguments)
    assert (code, err) == (0, "")
    return {key: value for key, value in json.loads(out).items() if key != "source"}


# -- there and back ------------------------------------------------------------------------
@pytest.mark.parametrize("form", SUFFIXES)
@pytest.mark.parametrize("text", MODELS.values(), ids=MODELS)
def test_a_stack_reads_back_as_the_same_report(capsys, tmp_path, text, form):
    path = tmp_path / f"model.{SUFFIXES[form]}"
    assert densecli(capsys, "convert", text, "--to", form, "-o", path) == (0, "", "")
    assert record(capsys, path) == record(capsys, text)


@pytest.mark.parametrize("form", SUFFIXES)
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_an_example_reads_back_or_is_refused(capsys, tmp_path, spec, form):
    path = tmp_path / f"model.{SUFFIXES[form]}"
    code, out, err = densecli(capsys, "convert", spec, "--to", form, "-o", path)
    assert out == ""
    if code:
        assert (code, form) == (2, "dsl")
        assert err.startswith("error[E604]")
        assert not path.exists()
        return
    back, own = record(capsys, path), record(capsys, spec)
    if form == "dsl":  # it has no name for a model
        back["name"] = own["name"]
    assert back == own


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(("form", "suffix"), [("keras", "keras.json"), ("python", "py")])
def test_what_keras_was_asked_about_is_what_is_printed(capsys, name, form, suffix):
    """tools/record_conversions.py loaded and ran these exact texts; tests/render/convert/test_convert.py compares the results."""
    assert densecli(capsys, "convert", MODELS[name], "--to", form)[1] == (
        GOLDENS / "outputs" / f"{name}.{suffix}"
    ).read_text(encoding="utf-8")


def test_a_file_of_keras_becomes_a_stack(capsys, tmp_path):
    path = tmp_path / "model.json"
    densecli(capsys, "convert", "Dense(16)@(3,2) -> Flatten -> Dense(4)", "-t", "keras", "-o", path)
    assert densecli(capsys, "convert", path, "--to", "dsl")[1] == "Dense(16)@(3,2) -> Flatten -> Dense(4)\n"


def test_variables_and_open_shapes_are_filled_in(capsys):
    found = densecli(
        capsys, "convert", "Dense($width)@(none,2)", "--to", "dsl", "--set", "width=7", "--input-shape", "3,2"
    )
    assert found == (0, "Dense(7)@(3,2)\n", "")


# -- pictures ------------------------------------------------------------------------------
@pytest.mark.parametrize("form", ["dot", "mermaid", "svg"])
def test_repeats_are_folded_when_asked(capsys, form):
    whole, folded = (densecli(capsys, "convert", BLOCKS, "--to", form, *more)[1] for more in ((), ("--collapse",)))
    assert "4 ×" in folded
    assert "4 ×" not in whole
    assert len(folded) < len(whole)


def test_depth_says_how_much_is_opened(capsys):
    siamese = EXAMPLE_SPECS / "siamese.yaml"
    opened, closed = (densecli(capsys, "convert", siamese, "-t", "dot", *more)[1] for more in ((), ("--depth", "0")))
    assert "subgraph cluster" in opened
    assert "subgraph" not in closed


@pytest.mark.parametrize("form", ["yaml", "json", "keras", "python", "dot", "mermaid", "svg"])
def test_hostile_names_stay_names(capsys, tmp_path, form):
    path = tmp_path / "hostile.json"
    names = [name for name in HOSTILE if "/" not in name]
    path.write_text(
        json.dumps({"input": [2], "layers": [{"Dense": {"units": 2, "name": name}} for name in names]}),
        encoding="utf-8",
    )
    code, out, err = densecli(capsys, "convert", path, "--to", form)
    assert (code, err) == (0, "")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028]", out)
    if form == "svg":
        assert not list(ET.fromstring(out).iter("{http://www.w3.org/2000/svg}script"))


# -- refusals ------------------------------------------------------------------------------
def test_error_a_form_that_does_not_exist(capsys):
    code, out, err = densecli(capsys, "convert", BLOCKS, "--to", "mermiad")
    assert (code, out) == (2, "")
    assert "did you mean `mermaid`?" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((BLOCKS,), "missing option --to"),
        ((BLOCKS, "--to", "dsl", "--collapse"), "are for diagrams"),
        ((BLOCKS, "--to", "yaml", "--depth", "1"), "are for diagrams"),
        ((SPECS[0], SPECS[1], "--to", "yaml"), "convert takes one model, got 2 files"),
        (("Conv2D(8, 9)@(5,5,3)", "--to", "python"), "error[E405]"),
        (("Desne(3)@(2,)", "--to", "svg"), "error[E304]"),
        ((BLOCKS, "--to", "svg", "-o", "/nonexistent/x.svg"), "error[E603]"),
    ],
    ids=str,
)
def test_error_one_message_and_exit_2(capsys, arguments, message):
    code, out, err = densecli(capsys, "convert", *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_error_the_input_is_not_overwritten(capsys, tmp_path):
    path = tmp_path / "model.dsl"
    path.write_text("Dense(4)@(3,)", encoding="utf-8")
    code, _, err = densecli(capsys, "convert", path, "--to", "dsl", "-o", path)
    assert (code, path.read_text(encoding="utf-8")) == (2, "Dense(4)@(3,)")
    assert "is an input" in err


OWN = """from keras import Input, Model, layers


class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(4)
    def build(self, shape):
        {build}
    def call(self, x):
        return {call}


x = Input((4,))
model = Model(x, Block()(x))
"""
OWN_LAYERS = {
    "layers": OWN.format(build="pass", call="layers.add([x, self.dense(x)])"),
    "functions": OWN.format(build="pass", call="self.dense(x) * 2"),
    "variable": OWN.format(build="self.w = self.add_weight(shape=(4,), name='w')", call="self.dense(x) * self.w"),
    "idle variable": OWN.format(build="self.w = self.add_weight(shape=(4,), name='w')", call="self.dense(x)"),
    "called by nobody": "from keras import Model, layers\nclass Net(Model):\n    def __init__(self):\n        super().__init__()\n"
    "        self.dense = layers.Dense(4)\n    def call(self, x):\n        return self.dense(x)\n"
    "model = Net()\nmodel.build((None, 3))\nmodel.summary()\n",
}
TEXTS = {"dsl": "m.dsl", "yaml": "m.yaml", "json": "m.json", "keras": "m.json", "python": "m.py"}


@pytest.mark.parametrize("kind", OWN_LAYERS)
def test_a_layer_of_the_source_is_a_model_inside_or_the_advice_is_one_that_works(capsys, tmp_path, kind):
    path = tmp_path / "train.py"
    path.write_text(OWN_LAYERS[kind], encoding="utf-8")
    total = json.loads(densecli(capsys, "summary", path, "-f", "json")[1])["totals"]["params"]
    works, advised = set(), set()
    for form, name in TEXTS.items():
        code, _, err = densecli(capsys, "convert", path, "--to", form, "-o", tmp_path / name)
        if code:
            advised |= set(re.findall(r"dsl|yaml|json|keras|python", err.partition("help: use --to")[2]))
            continue
        works.add(form)
        found = json.loads(densecli(capsys, "summary", f"{tmp_path / name}", "-f", "json")[1])
        assert found["totals"]["params"] == total
    assert works == ({"yaml", "json", "keras", "python"} if kind in ("layers", "functions") else set())
    assert advised == works
