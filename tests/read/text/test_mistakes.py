"""The rows of the catalog of bad inputs on encoding, YAML and JSON: the code, the place, and no other exception."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from densecli.errors import DenseError, Source, draw
from densecli.read.limits import LIMITS
from densecli.read.stack.reader import read_stack
from densecli.read.text.encoding import decode
from densecli.read.text.json import check, load_json
from densecli.read.text.yaml import load_yaml
from support.marks import marked
from support.work import calls_counted


def mistake(load, text, *arguments):
    source = Source("spec", text)
    with pytest.raises(DenseError) as caught:
        load(source, *arguments)
    return caught.value


def same(load, code, text):
    """The mistake has the code, at the place marked by «…»."""
    text, span = marked(text)
    error = mistake(load, text)
    place = error.place.resolved()
    assert (error.code, (place.start, place.end)) == (code, span), draw(error)
    return error


# -- encoding -----------------------------------------------------------------------------
@pytest.mark.parametrize("data", [b"", b" \n\t ", b"\xef\xbb\xbf", b"\r\n"])
def test_a_text_of_blanks_is_empty(data):
    with pytest.raises(DenseError, match="empty") as caught:
        decode("spec", data)
    assert caught.value.code == "E101"


def test_a_byte_order_mark_shifts_no_column():
    source = decode("spec", "\ufeffDense(4)".encode())
    assert source.text == "Dense(4)"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_wide_encodings_are_named_with_a_way_out(encoding, mark):
    with pytest.raises(DenseError, match=encoding[:6].upper()) as caught:
        decode("spec", (mark + "name: x").encode(encoding))
    assert caught.value.code == "E102"
    assert f"iconv -f {encoding[:6].upper()}" in caught.value.hint


def test_a_latin_1_byte_is_shown_in_its_line():
    with pytest.raises(DenseError) as caught:
        decode("spec.yaml", "name: ü\nlayers: 1 # caf".encode() + b"\xe9 x")
    assert draw(caught.value).splitlines()[:4] == [
        "error[E102]: byte 0xE9 at offset 24 is not UTF-8",
        " --> spec.yaml:2:16",
        "  2 | layers: 1 # caf\\udce9 x",
        "    |                ^^^^^^",
    ]


@pytest.mark.parametrize("char", ["\0", "\x07", "\x1b", "\x7f", "\x9b", "\x0b"])
def test_control_characters_are_refused_in_their_place(char):
    with pytest.raises(DenseError) as caught:
        decode("spec", f"a: b\nc: {char}d".encode())
    assert caught.value.code == "E103"
    assert "spec:2:4" in draw(caught.value)


@pytest.mark.parametrize("char", ["\u2028", "\u0085", "\t", "\U0001f600"])
def test_odd_but_legal_characters_pass(char):
    assert decode("spec", f'"{char}"'.encode()).text == f'"{char}"'


def test_a_text_beyond_the_limit_is_refused_by_its_size():
    with pytest.raises(DenseError, match="larger than 16") as caught:
        decode("spec", b"x" * (LIMITS.spec_bytes + 1))
    assert caught.value.code == "E501"
    assert decode("spec", b"x" * LIMITS.spec_bytes).text
    assert decode("config.json", b"x" * (LIMITS.spec_bytes + 1), limit="config_bytes").text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_editors_do(end):
    error = mistake(load_yaml, end.join(["a: 1", "b: 2", "a: 3"]))
    assert " --> spec:3:1" in draw(error)


@pytest.mark.parametrize(
    "text", ["Dense(4)\udce9", r"Dense(4, name='\ud800')@(3,)", r"Dense(4, name='\U0000dfff')@(3,)"]
)
def test_a_stack_holds_no_half_characters(text):
    assert mistake(read_stack, text).code == "E104"


# -- YAML ---------------------------------------------------------------------------------
@pytest.mark.parametrize("loader", ["C", "pure"])
@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("E101", "# only a comment\n"),
        ("E101", "---\n"),
        ("E103", "a: «\ufffe»"),
        ("E104", "a: «\ud800»"),
        ("E201", "a: 1\nb: 2\n«a»: 3"),
        ("E202", "&a [«*a»]"),
        ("E202", "a: &b {c: «*b»}"),
        ("E202", "a: «*b»"),
        ("E203", "a: «!foo x»"),
        ("E203", "a: «!!str 5»"),
        ("E203", "a: «!!seq [»]"),
        ("E204", "a: {«<<»: {b: 1}}"),
        ("E205", "a: 1\n«---»\nb: 2"),
        ("E206", "a:\n«\t»- b"),
        ("E206", "a: «[»b, c"),
        ("E206", 'a: «"»b'),
        ("E206", "a: b«:» c"),
        ("E206", "a: «@»x"),
        ("E206", "- [_ | Dense(4)] «-»> Add"),
        ("E207", "«1»: a"),
        ("E207", "«true»: a"),
        ("E207", "«null»: a"),
        ("E207", "«[»a]: b"),
        ("E207", "? «{»a: 1}\n: b"),
        ("E211", "a: «.inf»"),
        ("E211", "a: «-.INF»"),
        ("E211", "a: «.nan»"),
        ("E211", "a: «1e999»"),
        ("E503", "[" * 100 + "«[»"),
        ("E503", "- " * 100 + "«-»" + " -" * 2900),
        ("E503", "[" * 100 + "«[»" + "[" * 5000),  # libyaml, which scans ahead, stops at 1,000 on its own
        ("E503", "{a: " * 100 + "«{»" + "a: {" * 5000),
    ],
)
def test_yaml_mistakes_have_a_code_and_a_place(code, text, loader, monkeypatch):
    use(loader, monkeypatch)
    if code in ("E101", "E104"):
        assert mistake(load_yaml, text.replace("«", "").replace("»", "")).code == code
    else:
        same(load_yaml, code, text)


def use(loader, monkeypatch):
    if loader == "pure":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)


@pytest.mark.parametrize("loader", ["C", "pure"])
@pytest.mark.parametrize("text", [r'a: "\ud800"', r'{"a": "x\udfffy"}'])
def test_half_a_character_in_an_escape_is_refused(text, loader, monkeypatch):
    use(loader, monkeypatch)
    assert mistake(load_yaml, text).code == "E104"


@pytest.mark.parametrize("loader", ["C", "pure"])
@pytest.mark.parametrize("text", [r'a: "\U0011ffff"', r'a: "\q"', "%YAML 3.0\n---\na: 1", "a: {b: c", "%"])
def test_what_pyyaml_refuses_is_a_syntax_error(text, loader, monkeypatch):
    use(loader, monkeypatch)
    assert mistake(load_yaml, text).code == "E206"


@pytest.mark.parametrize("loader", ["C", "pure"])
@pytest.mark.parametrize("char", ["@", "`", "%"])
def test_a_plain_word_with_a_sign_that_yaml_keeps_is_explained(char, loader, monkeypatch):
    use(loader, monkeypatch)
    error = mistake(load_yaml, f"a: {char}b")
    assert f"cannot start with `{char}`" in error.message
    assert "quotes" in error.hint


def test_scalars_are_those_of_yaml_1_2():
    words = load_yaml(Source("", "[no, 1:30, 1_000, 2001-01-01, yes, on, 0b11, '12', \"true\", .]"))
    assert words == ["no", "1:30", "1_000", "2001-01-01", "yes", "on", "0b11", "12", "true", "."]
    others = load_yaml(Source("", "[010, 1e3, 0x1F, 0o17, +1, .5, 1., -0, ~, Null, true, FALSE, 1.5E-2]"))
    assert repr(others) == "[10, 1000.0, 31, 15, 1, 0.5, 1.0, 0, None, None, True, False, 0.015]"


def test_an_alias_bomb_costs_nothing():
    lines = ["a0: &a0 [" + "x, " * 11 + "x]"]
    lines += [f"a{i}: &a{i} [" + f"*a{i - 1}, " * 11 + f"*a{i - 1}]" for i in range(1, 9)]
    with calls_counted() as calls:
        assert mistake(load_yaml, "\n".join(lines)).code == "E502"
    assert calls[0] < 20_000  # written out, there would be 12 to the 9th


def test_aliases_cannot_hide_depth():
    lines = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 200)]
    assert mistake(load_yaml, "\n".join(lines)).code == "E503"


def test_an_alias_is_the_value_it_names():
    assert load_yaml(Source("", "a: &x {b: [1]}\nc: *x\nd: &x 2\ne: *x")) == {
        "a": {"b": [1]}, "c": {"b": [1]}, "d": 2, "e": 2,
    }  # fmt: skip


def test_a_quoted_merge_key_is_only_a_word():
    assert load_yaml(Source("", '"<<": 1')) == {"<<": 1}


def test_no_tag_runs_anything(tmp_path):
    canary = tmp_path / "canary"
    for function in ("os.system", "subprocess.call"):
        text = f"!!python/object/apply:{function} ['touch {canary}']"
        assert mistake(load_yaml, text).code == "E203"
    assert not canary.exists()


def test_long_mappings_and_numbers_are_no_burden():
    text = "".join(f"k{i}: {i}\n" for i in range(20_000))
    with calls_counted() as calls:
        assert len(load_yaml(Source("", text))) == 20_000
        assert mistake(load_yaml, "a: " + "9" * 5000).code == "E504"
        assert mistake(load_yaml, "[" * 100_000).code == "E503"
    assert calls[0] < 60 * 20_000


# -- JSON ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("E104", r'{"a": "x«\ud800»"}'),
        ("E104", r'["\ud83d\ude00", "«\ude00»"]'),
        ("E201", '{"a": 1,\n "b": {"a": 2}, «"a"»: 3}'),
        ("E206", '{"a": 1«,»}'),
        ("E206", "[1«,» ]"),
        ("E206", "{«a»: 1}"),
        ("E206", "{«'»a': 1}"),
        ("E206", '{"a": 1 «/»/ b\n}'),
        ("E206", "«#» a\n{}"),
        ("E206", '{"a": «True»}'),
        ("E206", "[«None»]"),
        ("E206", "[«01»]"),
        ("E206", "[«+1»]"),
        ("E206", "[«.5»]"),
        ("E206", "[«1.»]"),
        ("E206", "[«0x10»]"),
        ("E206", '{"a": 1} «b»'),
        ("E206", '«{»"a": 1'),
        ("E206", '{"a": «[»1, 2'),
        ("E206", '["a«\t»b"]'),
        ("E206", r'["a«\»q"]'),
        ("E206", '[«"»a\n"]'),
        ("E206", '{"a" «1»}'),
        ("E206", "[1 «2»]"),
        ("E206", '{"a": 1«]»'),
        ("E206", "[«“»a”]"),
        ("E211", "[«NaN»]"),
        ("E211", "[«Infinity»]"),
        ("E211", '{"a": «-Infinity»}'),
        ("E211", "[«1e999»]"),
        ("E211", "[«-1e999»]"),
        ("E503", "[" * 100 + "«[»" + "[" * 200_000),
        ("E503", '{"a":' * 100 + "«{»" + '"a":{' * 5000),
        ("E504", "[«" + "9" * 5000 + "»]"),
        ("E504", "[«-" + "9" * 100 + "»]"),
    ],
)
def test_json_mistakes_have_a_code_and_a_place(code, text):
    same(load_json, code, text)


@pytest.mark.parametrize("text", ["[]", "1", '"a"', "null", "[[1]]"])
def test_a_model_is_an_object(text):
    assert mistake(load_json, text, LIMITS, "a model").code == "E302"


def test_depth_100_is_fine():
    text = "[" * 100 + '"]]]]\\"[", {}'[:-4] + "]" * 100
    assert load_json(Source("", text))
    assert load_yaml(Source("", "[" * 100 + "]" * 100)) is not None


def test_a_document_may_hold_two_million_values_and_no_more():
    small = LIMITS._replace(nodes=10)
    assert load_json(Source("", '["a,b,[c,d\\",e,f,g", {"a": "[,]", "b": [1, 2, 3, 4, 5]}]'), small)
    for load in (load_json, load_yaml):
        assert mistake(load, '[1, 2, 3, 4, 5, {"a": 1, "b": 2, "c": 3, "d": 4}]', small).code == "E502"


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(exclude_categories=["Cs"])), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4), max_leaves=12), st.integers(0, 4))  # fmt: skip
@settings(max_examples=200, derandomize=True, deadline=None)
def test_json_values_come_back_and_every_pointer_finds_its_value(value, indent):
    source = Source("", json.dumps(value, indent=indent or None, ensure_ascii=bool(indent % 2)))
    assert repr(load_json(source)) == repr(value)
    for pointer, part in pointers(value):
        start, end = source.locate(pointer, None)
        assert repr(json.loads(source.text[start:end])) == repr(part)
    check(source, LIMITS)


def pointers(value, pointer=""):
    yield pointer, value
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield from pointers(inner, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")


@given(st.text(st.sampled_from("{}[]\",:\\ 01-.eEtruefalsn\n\t#/'ud8")))
@settings(max_examples=500, derandomize=True, deadline=None)
def test_the_grammar_and_the_standard_library_agree_on_what_json_is(text):
    error = caught(check, text, LIMITS)
    if error is None or error.code == "E206":
        assert (error is None) == is_json(text)


def caught(function, text, *arguments):
    try:
        function(Source("", text), *arguments)
    except DenseError as error:
        return error
    return None


def is_json(text):
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@given(st.text(st.sampled_from("{}[]\"',:\\ 01-.&*!<|>?#%@\n\tab~"), max_size=40))
@settings(max_examples=500, derandomize=True, deadline=None)
def test_only_dense_errors_leave_the_yaml_reader(text):
    for load in (load_yaml, load_json):
        error = caught(load, text)
        assert error is None or draw(error)


# -- places -------------------------------------------------------------------------------
PLACES = """name: x
layers:
  - Dense(16) -> Flatten   # c
  - "Dense(4)"
  - |
    Dense(3)
     -> Foo(2)
  - Conv2D: {filters: 8, "kernel size": [1, 2]}
  - Dense(1)
    -> Bar(3)
  - 'It''s'
"""


@pytest.mark.parametrize(
    ("pointer", "part", "found"),
    [
        ("/name", None, "x"),
        ("/name", "key", "name"),
        ("/layers/0", None, "Dense(16) -> Flatten"),
        ("/layers/0", (13, 20), "Flatten"),
        ("/layers/1", (6, 7), "4"),
        ("/layers/2", (13, 16), "Foo"),
        ("/layers/3/Conv2D", "key", "Conv2D"),
        ("/layers/3/Conv2D/kernel size/1", None, "2"),
        ("/layers/3/Conv2D/kernel size", "key", '"kernel size"'),
        ("/layers/4", (12, 15), "Bar"),
        ("/layers/5", (0, 2), "'It''s'"),
    ],
)
def test_pointers_find_their_place_in_yaml(pointer, part, found):
    source = Source("", PLACES)
    load_yaml(source)
    start, end = source.locate(pointer, part)
    assert source.text[start:end] == found


@pytest.mark.parametrize("pointer", ["/layers/9", "/nope", "/name/0", "/layers/x", "/layers/" + "9" * 99])
def test_pointers_to_nothing_find_nothing(pointer):
    for load, text in ((load_yaml, PLACES), (load_json, '{"layers": [1], "name": "x"}')):
        source = Source("", text)
        load(source)
        assert source.locate(pointer, None) is None
