"""Invalid Python gives one sentence, at the place where Python stopped; oversized input names the limit."""

from __future__ import annotations

import warnings
from contextlib import suppress

import pytest

from densecli.errors import DenseError, Source, draw
from densecli.read.limits import LIMITS, raised
from densecli.read.python.text.parse import parse
from support.marks import marked
from support.work import grows_no_faster

# Texts with the marked place, and the message.
MISTAKES = {
    "x = «(»1,\ny = 2\n": "`(` is never closed",
    "x = f(1«]»\n": "`]` does not close `(`",
    "x = 1«)»\n": "`)` closes nothing",
    "x = 1\ny = «'abc»\nz = 3\n": "a string without its closing quote",
    "x = «'''abc»\ny = 2\n": "a string without its closing quote",
    "x = «=» 3\n": "unexpected '='",
    "é = 'ééé' «3»\n": "unexpected '3'",
    "x = 1 +«»\n": "the line ends too soon",
    "def f(x)«»\n  pass\n": "a colon is missing here",
    "if x:\n«y = 3»\n": "expected an indented block before this line",
    "x = 1\n  «y = 2»\nz = 3\n": "unexpected indentation",
    "if x:\n    y = 1\n  «z = 2»\n": "the indentation does not match any outer level",
    "f(a=1, 2«)»\n": "a positional argument follows a keyword argument",
    "«f()» = 3\n": "cannot assign to this",
    "x = «'\\Users'»\n": "a backslash in this string starts an unknown escape",
    "x = «“»relu”\n": "`“` is not a quote in Python",
    "x = a «?» b : c\n": "unexpected '?'",
    "x = «$»a\n": "unexpected '$'",
    "print 'a'\nx = «=» 3\n": "unexpected '='",
    ">>> x = 1\n>>> y = «=» 3\n1\n": "unexpected '='",
    "See:\n\n```python\nx = «=» 3\n```\n": "unexpected '='",
    "    x = 1\n    y = «=» 3\n": "unexpected '='",
    "%matplotlib inline\nx = «=» 3\n": "unexpected '='",
    "Keras is so «nice».\n": "unexpected 'nice'",
}  # fmt: skip


def mistake(text, **limits):
    with pytest.raises(DenseError) as caught:
        parse(Source("x.py", text), LIMITS._replace(**limits))
    return caught.value


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_said_in_our_words_at_its_place(text):
    plain, span = marked(text)
    found = mistake(plain)
    assert (found.code, found.message) == ("E206", f"not valid Python: {MISTAKES[text]}")
    assert found.place.start == span[0]
    assert found.place.end == max(span[1], span[0] + (span[0] == span[1]))


def test_the_drawing_marks_the_place_behind_a_prompt():
    found = mistake("Look:\n  >>> y = 1\n  >>> x = ä = = 3\n")
    assert draw(found).splitlines()[1:] == [" --> x.py:3:15", "  3 |   >>> x = ä = = 3", "    |               ^"]


LONG = {
    "a sum": "x = " + "+".join("1" * 5_000) + "\n",
    "a chain of attributes": "x = a" + ".b" * 5_000 + "\n",
    "a chain of calls": "x = a" + "()" * 5_000 + "\n",
    "signs": "x = " + "-" * 50_000 + "1\n",
    "negations": "x = " + "not " * 50_000 + "1\n",
    "brackets": "x = " + "(" * 300 + "1" + ")" * 300 + "\n",
    "open brackets": "x = " + "[" * 20_000,
    "braces": "{" * 150 + ":" + "}" * 150,
    "lambdas": "x = " + "lambda: " * 5_000 + "1\n",
    "conditions": "x = " + "1 if a else " * 5_000 + "1\n",
    "powers": "x = " + "2 ** " * 5_000 + "1\n",
    "branches": "if a: b\n" + "elif a: b\n" * 5_000,
    "blocks": "".join(" " * level + "if a:\n" for level in range(150)) + " " * 150 + "b\n",
    "functions": "".join(" " * level + "def f():\n" for level in range(99)) + " " * 99 + "b\n",
    "decorators": "@a\n" * 50_000 + "def f(): pass\n",
    "strings": "x = " + "'a' " * 50_000 + "\n",
    "comparisons": "x = " + "a < " * 50_000 + "1\n",
    "targets": "a = " * 20_000 + "1\n",
    "f-strings": "x = " + "f'{" * 100 + "1" + "}'" * 100 + "\n",
    "stars": "*" * 10_000,
    "quotes": "'" * 10_001,
    "triple quotes": "'''" * 10_001,
    "backslashes": "\\" * 10_001,
    "backslashes and lines": "\\\n" * 10_001,
    "escapes": "x = '\\d\\w\\s'\n",
    "numbers and words": "x = 1if a else 2\n",
    "a comparison with a number": "x = 1 is 1\n",
    "an empty call": "x = 1()\n",
    "backticks": "`" * 10_001,
    "fences": "```\n" * 10_001,
    "prompts": ">>> \n" * 10_001,
    "semicolons": ";" * 10_001,
    "a command that goes on": "!" + "\\\n" * 10_001,
    "question marks": "?" * 10_001,
    "words and question marks": "a" * 100_000 + "?\n",
    "a name": "x" * 500_000 + "\n",
    "names and equal signs": "a," * 10_000 + "= %",
    "blanks": " " * 500_000 + "x = (",
    "lines": "\n" * 50_000 + "x = (",
    "tabs": "if x:\n" + "\ty = 1\n" * 5_000 + "  z = 1\n",
}  # fmt: skip


@pytest.mark.parametrize("what", LONG)
@pytest.mark.filterwarnings("error")
def test_long_and_deep_texts_are_read_or_refused(what):
    """Neither a crash nor a warning, nor the words of Python's own limits."""
    try:
        parse(Source("x.py", LONG[what]))
    except DenseError as error:
        assert error.code in ("E206", "E503")
        assert error.place is not None
        assert "densecli" not in draw(error)


def test_the_filters_of_warnings_are_left_as_they_were():
    before = list(warnings.filters)
    parse(Source("x.py", "x = '\\d'\n"))
    assert warnings.filters == before


@pytest.mark.parametrize(
    ("name", "low", "code", "text"),
    [
        ("source_bytes", 20, "E501", "x = 1 + 2 + 3 + 4 + 5\n"),
        ("nesting", 5, "E503", "x = f(g(h(i(j(1)))))\n"),
        ("digits", 5, "E504", "x = 'a' + 123456\n"),
        ("digits", 5, "E504", "x = .123456\n"),
        ("digits", 5, "E504", "x = 0xabcdef0\n"),
    ],
)
def test_a_refusal_names_the_option_that_lifts_it(name, low, code, text):
    found = mistake(text, **{name: low})
    assert found.code == code
    wanted = found.hint.partition("--limit ")[2]
    assert wanted == f"{name}={2 * low}" or name == "source_bytes"
    assert parse(Source("x.py", text), raised([wanted])).tree.body


def test_digits_of_strings_and_names_are_no_number():
    assert parse(Source("x.py", "x = '123456'  # 123456\nx123456 = 1\n"), LIMITS._replace(digits=5))


@pytest.mark.parametrize(("text", "code"), [("x = 1\0", "E103"), ("x = '\ud800'", "E104")])
def test_characters_that_no_text_holds_are_refused_at_their_place(text, code):
    found = mistake(text)
    assert (found.code, found.place.source.text[found.place.start]) == (code, text[5 if code == "E104" else -1])


@pytest.mark.parametrize(
    "text", ["x = {n}\n", "print 'x'\n", "x = (", ">>> x\n1\n", "%a\n", "x = `a`\n", "'''\n", "```\nx = 1\n"]
)
def test_work_grows_with_the_text(text):
    def work(amount):
        def job():
            with suppress(DenseError):
                parse(Source("x.py", text * amount))

        return job

    assert grows_no_faster(work, 300)
