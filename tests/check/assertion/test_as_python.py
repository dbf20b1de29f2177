"""Numbers and conditions in assertions come to what Python makes of them, with exact fractions."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from densecli.check.assertion import evaluate as evaluation
from densecli.check.assertion import expression
from densecli.errors import DenseError

NUMBERS = st.recursive(
    st.integers(0, 9).map(str),
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner)
        | st.builds("({})".format, inner)
        | st.builds("-{}".format, inner)
        | st.builds("{} ** {}".format, inner, st.integers(0, 2))
        | st.builds("({}) ** -{}".format, inner, st.integers(1, 2))
    ),
    max_leaves=5,
)
CONDITIONS = st.recursive(
    st.builds("{} {} {}".format, NUMBERS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMBERS)
    | st.builds("{} < {} <= {}".format, NUMBERS, NUMBERS, NUMBERS)
    | st.builds("{} in ({}, {})".format, NUMBERS, NUMBERS, NUMBERS)
    | st.builds("{} not in [{}]".format, NUMBERS, NUMBERS),
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner)
        | st.builds("not {}".format, inner)
        | st.builds("({})".format, inner)
    ),
    max_leaves=4,
)


def answer(text):
    return evaluation.evaluate(
        expression.parse(text), {"n": 3, "items": [{"k": 1, "name": "a"}, {"k": 2, "name": "b"}]}
    )


@given(CONDITIONS)
def test_a_condition_holds_as_in_python(text):
    try:
        truth = eval(re.sub(r"\d+", r"F(\g<0>)", text), {"F": Fraction})
    except ZeroDivisionError:
        return  # which leaves the condition unknown
    assert (answer(text).true, answer(text).unknown) == (truth, None)


@pytest.mark.parametrize("text", ["1 / 0 == 1", "1 % 0 == 1", "1 // 0 == 1"])
def test_a_division_by_zero_is_neither_true_nor_false(text):
    assert answer(text).unknown
    assert answer(f"not {text}").unknown


@pytest.mark.parametrize(
    "text", ["(-8) ** 0.5 == 1", "(0 - 2 ** 0.5) ** 0.5 == 1", "1.5 ** 9999999 > 1", "'a' + 1 == 2", "-'a' == 1"]
)
def test_what_cannot_be_computed_is_an_error(text):
    with pytest.raises(DenseError):
        answer(text)


@pytest.mark.parametrize("word", ["and", "or", "not", "in", "for", "if"])
def test_words_of_the_language_are_no_names(word):
    for text in (
        f"{word} == 1",
        f"sum({word}.k for {word} in items) == 3",
        f"sum(1 for {word} in items) == 2",
        f"n == {word}",
    ):
        with pytest.raises(DenseError):
            answer(text)


@pytest.mark.parametrize(
    "text",
    [
        "sum(i.k for i in items if i.name == 'b') == 2",
        "count(not i.k == 1 for i in items) == 1",
        "items[-1].k == 2",
    ],
)
def test_lists(text):
    assert answer(text).true is True


@pytest.mark.parametrize("text", ["n ==", "nobody == 1", "n + 'a' == 1"])
def test_a_mistake_is_shown_in_the_assertion(text):
    with pytest.raises(DenseError) as caught:
        answer(text)
    assert (caught.value.place.source.name, caught.value.place.source.text) == ("--assert", text)
