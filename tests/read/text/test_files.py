"""The same texts in every format: empty ones, byte order marks, line ends, odd characters, long ones."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from densecli.errors import DenseError, SpecErrors, draw
from densecli.read.open import read_stream
from densecli.read.reading import Reading
from densecli.read.text import json as json_text
from densecli.read.text.encoding import Source
from densecli.read.text.file import read_text_file
from densecli.read.text.yaml import load_yaml
from densecli.summary.infer import infer
from support.program import here
from support.work import grows_no_faster

TEXTS = {
    "m.yaml": "input: [2]\nlayers:\n- Dense(3)\n- Flatten\n",
    "m.json": '{"input": [2],\n"layers": [\n"Dense(3)",\n"Flatten"]}\n',
    "m.dsl": "Dense(3)@(2,)\n\n\n-> Flatten\n",
}
KERAS = {"class_name": "Sequential", "config": {"name": "m", "layers": [
    {"class_name": "Dense", "config": {"name": "a", "units": 3, "batch_input_shape": [None, 2]}},
]}}  # fmt: skip


def report(data, name):
    return infer(read_stream(io.BytesIO(data), name, Reading()))


def error(data, name):
    with pytest.raises((DenseError, SpecErrors)) as caught:
        report(data, name)
    return caught.value.errors[0] if isinstance(caught.value, SpecErrors) else caught.value


@pytest.mark.parametrize("name", [*TEXTS, "m"])
@pytest.mark.parametrize("data", [b"", b" \n\t \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"# nothing\n\n  # more\n"])
def test_a_file_without_a_spec_is_empty_and_named(name, data):
    found = error(data, name)
    assert (found.code, found.message) == ("E101", "the spec is empty")
    assert f" --> {name}" in draw(found)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_change_nothing(name, end, mark):
    text = mark + TEXTS[name].replace("\n", end)
    assert report(text.encode(), name).totals.params == 9
    found = draw(error(text.replace("Flatten", "Flaten").encode(), name))
    column = {"m.yaml": 3, "m.json": 2, "m.dsl": 4}[name]
    assert f" --> {name}:4:{column}\n" in found
    assert found.splitlines()[3].strip(" |") == "^^^^^^"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_comments_end_with_the_line_whatever_ends_it(end):
    assert report(f"Dense(3)@(2,) # one{end}-> Dense(4) # two{end}".encode(), "m.dsl").totals.params == 25
    assert report(f"input: [2] # one{end}layers: [Dense(3)] # two{end}".encode(), "m.yaml").totals.params == 9


def test_a_byte_order_mark_inside_a_model_file_is_nothing(tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("config.json", "\ufeff" + json.dumps(KERAS))
    assert report(file.getvalue(), "m.keras").totals.params == 9


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\u0085"])
@pytest.mark.parametrize(
    "text",
    ['input: [2]\nlayers: [{{Dense: {{units: 3, name: "a{0}b"}}}}]', "input: [2]\nlayers: [{{Dense: {{units: 3, name: 'a{0}b'}}}}]",
     "input: [2]\nlayers: [{{Dense: {{units: 3, name: a{0}b}}}}]", '{{"input": [2], "layers": [{{"Dense": {{"units": 3, "name": "a{0}b"}}}}]}}',
     "Dense(3, name='a{0}b')@(2,)"],
)  # fmt: skip
def test_other_line_ends_inside_a_name_are_characters_of_it(tmp_path, text, char):
    text = text.format(char)
    name = "m.yaml" if text.startswith("input") else "m.json"
    assert report(text.encode(), name).rows[0].name == f"a{char}b"
    (tmp_path / name).write_text(text, encoding="utf-8")
    shown = here(str(tmp_path / name)).stdout
    assert shown.count("(Dense)") == 1
    assert ("a" + ascii(char).strip("'") + "b (Dense)") in shown


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\u0085"])
def test_what_an_editor_shows_as_a_comment_is_not_read(char):
    """YAML 1.1 ends lines, and so comments, at these; YAML 1.2 and editors do not."""
    assert report(f"input: [2]\nlayers: [Dense(3)] # small{char}name: hidden\n".encode(), "m.yaml").name == "sequential"
    assert report(f"Dense(3)@(2,) # small{char}-> Dense(4)\n".encode(), "m.dsl").totals.params == 9


def test_characters_of_private_use_stay_what_they_are():
    text = "a: '\ue000\u2028\ue001'\nb: \ue002 # \u0085c: d"
    assert load_yaml(Source("", text)) == {"a": "\ue000\u2028\ue001", "b": "\ue002"}


@pytest.mark.parametrize("loader", ["m.yaml", "m.json", "m.dsl"])
def test_a_layer_with_many_arguments_is_no_burden(loader):
    def work(count):
        named = [f"k{index}" for index in range(count)]
        if loader == "m.dsl":
            text = f"Dense(3, {', '.join(f'{name}=1' for name in named)})@(2,)"
        else:
            text = json.dumps({"input": [2], "layers": [{"Dense": {"units": 3, **dict.fromkeys(named, 1)}}]})
        return lambda: error(text.encode(), loader)

    assert work(10)().code == "E305"
    assert grows_no_faster(work, 300)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("no", "got string 'no'"),
        ("1:30", "got string '1:30'"),
        ("1e3", "got number 1000.0"),
        ("1_000", "got string '1_000'"),
        ("2001-01-01", "got string '2001-01-01'"),
        ("true", "got boolean true"),
        ("~", "got null"),
    ],
)
def test_a_scalar_of_the_wrong_kind_is_said_as_it_was_read(value, message):
    found = error(f"input: [2]\nlayers:\n- Dense: {{units: {value}}}\n".encode(), "m.yaml")
    assert (found.code, found.message) == ("E301", f"Dense: units: expected a positive integer, {message}")


def test_leading_zeros_are_decimal():
    assert report(b"input: [2]\nlayers:\n- Dense: {units: 010}\n", "m.yaml").totals.params == 30


def test_a_sound_json_text_is_read_once(monkeypatch):
    """What looks for mistakes character by character is slow, and only for texts that have some."""

    def check(source, limits):
        pytest.fail("a sound text was searched for mistakes")

    monkeypatch.setattr(json_text, "check", check)
    deep = f"{'[' * 20}{']' * 20}"
    for text in (TEXTS["m.json"], json.dumps(KERAS), f'{{"a": {deep}, "b": {{"a": [], "c": {{}}}}, "d": "{{[:,"}}'):
        assert json_text.load_json(Source("spec", text)) == json.loads(text)


def test_a_bare_list_of_layers_is_a_model_of_keras_1():
    assert report(json.dumps(KERAS["config"]["layers"]).encode(), "m.json").totals.params == 9


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="has no /dev/null")
def test_what_is_no_regular_file_is_not_read():
    with pytest.raises(DenseError) as caught:
        read_text_file("/dev/null")
    assert caught.value.code == "E105"
