"""[tool.densecli]: accepted values, precedence, and the places of errors."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densecli.check import glob
from densecli.check import settings as toml
from densecli.errors import Source, SpecErrors, draw
from support.work import grows_no_faster

GOOD = """
[project]
name = "x"

[tool.densecli]
lock = "densecli.lock"
columns = ["name", "params"]
color = "never"

[tool.densecli.expect]
max-params = "1M"
forbid = ["Lambda"]

[tool.densecli.per-file."models/big/*"]
max_params = "20M"

[tool.densecli.per-file."*.keras"]
strict = true
"""


def read(text, name="pyproject.toml"):
    return toml.read(Source(name, text), lambda path: path != "out")


def mistakes(text, name="pyproject.toml"):
    with pytest.raises(SpecErrors) as caught:
        read(text, name)
    assert {each.code for each in caught.value.errors} == {"E120"}
    return caught.value.errors


def wanted(found, path):
    return {each.key: each.wanted for each in found.expectations(path)}


def test_options_and_expectations():
    found = read(GOOD)
    assert found.options == {"lock": "densecli.lock", "columns": ["name", "params"], "color": "never"}
    assert wanted(found, "a.yaml") == {"max_params": 10**6, "forbid": ("Lambda",)}
    assert wanted(found, "models/big/a.yaml")["max_params"] == 20 * 10**6
    assert wanted(found, "deep/er/a.keras") == {"max_params": 10**6, "forbid": ("Lambda",), "strict": True}


def test_no_section_says_nothing():
    assert read("[project]\nname = 'x'\n") == toml.NONE._replace(name="pyproject.toml")
    assert read("").expectations("a.yaml") == []


def test_a_file_of_its_own_has_the_keys_at_the_top():
    assert read("[expect]\nmax_params = 1\n", "conf/densecli.toml").expect == {"max_params": 1}
    assert read("[expect]\nmax_params = 1\n", "conf/pyproject.toml").expect == {}


@pytest.mark.parametrize(
    ("marked", "message", "hint"),
    [
        ("[tool.densecli]\n<lok> = 'x'", "no setting named 'lok'", "did you mean `lock`?"),
        ("[tool.densecli]\n<zzzzzz> = 1", "no setting named 'zzzzzz'", "known: lock"),
        ("[tool.densecli]\n<max_params> = 1", "no setting named 'max_params'", "expectations belong under [tool.densecli.expect]"),
        ("[tool.other]\nlock = 1\n[tool.densecli]\n<lock> = 3", "tool.densecli.lock: expected the path of a lock file, got 3", None),
        ("[tool.densecli]\nlock = 'x'\n  <depth>=0", "tool.densecli.depth: expected a positive integer below 2**63, got 0", None),
        ("[tool.densecli]\n<lock> = 'out'", "'out' is outside the folder of pyproject.toml", "--lock may name any file"),
        ("[tool.densecli]\n<batch> = true", "expected a positive integer below 2**63, got boolean true", None),
        ("[tool.densecli]\n<columns> = 'params'", "expected a list of columns", None),
        ("[tool.densecli]\n<color> = 'blue'", "expected auto, always or never", None),
        ("[tool.densecli]\n<expect> = 3", "expected a table of expectations", None),
        ("[tool.densecli]\n<per-file> = 3", "expected a table of patterns", None),
        ("[tool]\n<densecli> = 3", "tool.densecli: expected a table, got 3", None),
        ("[tool.densecli.expect]\n<max_parms> = 1", "no expectation named 'max_parms'", "did you mean `max_params`?"),
        ("[tool.densecli.expect]\nforbid='Lambda'\n<max-macs> = 'lots'", "expected a count", None),
        ("[tool.densecli.expect]\nmax_macs=1\n[tool.densecli.per-file.'a/*']\n<max_macs> = 'lots'", "expected a count", None),
        ("[tool.densecli.expect]\n<assert> = 'totals.params <'", "expected a value", None),
        ("[tool.densecli]\nlock = <", "not TOML", None),
        ("<", "", None),
    ],
)  # fmt: skip
def test_mistakes_are_shown_at_their_key(marked, message, hint):
    if marked == "<":
        marked, message = "[tool.densecli\n<", "not TOML"
    text = re.sub("[<>]", "", marked) if "totals" not in marked else marked.replace("<assert>", "assert")
    errors = mistakes(text)
    assert len(errors) == 1
    assert message in errors[0].message
    assert hint is None or hint in errors[0].hint
    if message != "not TOML":
        assert errors[0].place.start == marked.index("<")
    assert re.search(r"--> pyproject.toml:\d+:\d+", draw(errors[0]))


def test_all_mistakes_come_at_once():
    assert (
        len(mistakes("[tool.densecli]\nlok = 1\ndepth = 'x'\n[tool.densecli.expect]\nparms = 1\nparams = 'x'\n")) == 4
    )


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*.yaml", ["a.yaml", "x/y/a.yaml"], ["a.yml"]),
        ("models/*", ["models/a.yaml", "./models/a.yaml"], ["models/x/a.yaml", "a.yaml"]),
        ("models/**", ["models/a.yaml", "models/x/a.yaml"], ["model/a.yaml"]),
        ("**/big/*.keras", ["big/a.keras", "x/y/big/a.keras"], ["bigger/a.keras", "big/x/a.keras"]),
        ("models/[ab].yaml", ["models/a.yaml"], ["models/c.yaml"]),
        ("models/[!ab].yaml", ["models/c.yaml"], ["models/a.yaml"]),
        ("models/a+b(c).yaml", ["models/a+b(c).yaml"], ["models/aab(c).yaml"]),
        ("<argument>", ["<argument>"], ["x"]),
    ],
)
def test_patterns(pattern, yes, no):
    assert all(glob.matches_path(path, pattern) for path in yes)
    assert not any(glob.matches_path(path, pattern) for path in no)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab/*?[]!^-\\&|~.", max_size=12), st.text(alphabet="ab/.", max_size=8))
def test_any_pattern_is_only_a_pattern(pattern, path):
    assert glob.matches_path(path, pattern) in (True, False)


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=40), st.sampled_from(["[tool.densecli]\n", "[tool.densecli.expect]\n", "", "[[tool.densecli]]\n"])
)
def test_any_text_is_read_or_refused_with_e120(text, head):
    try:
        read(head + text)
    except SpecErrors as several:
        problems = several.errors
    else:
        return
    assert {each.code for each in problems} == {"E120"}
    assert all(map(draw, problems))


# -- texts that are made to take long ------------------------------------------------------
def test_a_pattern_takes_its_length_times_that_of_the_path():
    def work(count):
        return lambda: glob.matches_path("a/" * count + "y", "**/" * 40 + "x")

    assert grows_no_faster(work, 50)


@pytest.mark.parametrize("key", ["a." * 300 + "a = 1", "[" + "a . " * 300 + "a]", 'x = {"a".' + "b." * 300 + "c = 1}"])
def test_a_key_of_hundreds_of_parts_is_refused(key):
    (error,) = mistakes(f"[tool.densecli]\ndepth = 1\n[x]\n{key}\n")
    assert error.message == "a key with more than 100 parts"


def test_dots_in_strings_are_no_parts_of_a_key():
    assert read(f"[tool.densecli]\ndepth = 1\n[x]\na = '{'. ' * 500}'\nb = [{'1.5, ' * 500}]\n").options == {"depth": 1}


def test_a_text_is_looked_through_once_for_all_of_its_mistakes(monkeypatch):
    looked = []
    monkeypatch.setattr(toml.toml_places, "spans", lambda *given: looked.append(given) or {})
    assert len(mistakes("[tool.densecli]\n" + "".join(f"wrong{index} = 1\n" for index in range(50)))) == 50
    assert len(looked) == 1


def test_a_pattern_of_thousands_of_characters_is_refused():
    (error,) = mistakes(f"[tool.densecli.per-file.'{'*' * 1001}']\nparams = 1\n")
    assert error.message == "a pattern of 1,001 characters, more than the 1,000 allowed"
