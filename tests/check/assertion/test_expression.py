"""The language of --assert: its results on a report, the errors it raises, and that nothing else can happen."""

from __future__ import annotations

import builtins

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densecli.check.assertion import evaluate as evaluation
from densecli.check.assertion import expression
from densecli.errors import DenseError, LimitError, Source, draw
from densecli.read.stack.reader import read_stack
from densecli.render.json import as_record
from densecli.summary.infer import infer
from support.work import calls_counted

RECORD = as_record(
    infer(read_stack(Source("<argument>", "Dense(16)@(3,2) -> Activation(relu, name=act) -> Dense(4, name=fc)")))
)


def answer(text, record=RECORD):
    return evaluation.evaluate(expression.parse(text), record)


@pytest.mark.parametrize(
    "text",
    [
        "totals.params == 116",
        'totals.params < 2 * 10**6 and layers["fc"].params == 68',
        "layers['fc'].params == 4 * (16 + 1)",
        "layers[0].output_shapes[0][-1] == 16",
        "layers[-1].name == 'fc'",
        "outputs[0].shape == (None, 3, 4)",
        "outputs[0].shape == [null, 3, 4]",
        "layers.params == [48, 0, 68]",
        "sum(layers.params) == totals.params",
        "sum(l.params for l in layers if l.type == 'Dense') == 116",
        "max(layers.params) == 68 and min(layers.params) == 0",
        "max(1, 2, 3) == 3",
        "len(layers) == 3 and len(name) > 0",
        "count(l.type == 'Dense' for l in layers) == 2",
        "all(l.dtype == 'float32' for l in layers)",
        "any(l.params > 50 for l in layers) and not any(l.params > 100 for l in layers)",
        "'Lambda' not in layers.type and 'fc' in layers and 'Dense' in layers.type",
        "1 < 2 < 3 and not 1 < 3 < 2",
        "-2 ** 2 == -4 and 2 ** -1 == 0.5 and 2 ** 3 ** 2 == 512",
        "7 // 2 == 3 and 7 % 2 == 1 and 7 / 2 == 3.5 and 1 / 3 * 3 == 1",
        "2 + 3 * 4 - 1 == 13 and (2 + 3) * 4 == 20 and 10 - 2 - 3 == 5",
        "1.5M == 1_500_000 and 16MiB == 16 * 1024 ** 2 and 2e3 == 2k",
        "abs(-3) == 3",
        "totals.params > 100 or totals.params / 0 == 1",
        "true and not false",
        "batch == null and totals.lower_bound == null",
        "'a\\'b' == \"a'b\"",
        "sum(sum(m.params for m in layers) for l in layers) == 3 * 116",
    ],
)
def test_true_of_the_model(text):
    assert answer(text).true


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("totals.params < 100", {"totals.params": "116"}),
        ("totals.params * 2 < 100 and name == 'x'", {"totals.params": "116"}),
        (
            "layers['fc'].params == 1 or outputs[0].shape == (1,)",
            {"layers['fc'].params": "68", "outputs[0].shape": "(None, 3, 4)"},
        ),
        ("max(layers.params) < 50", {"max(layers.params)": "68"}),
        ("name == 'x'", {"name": "'sequential'"}),
    ],
)
def test_a_false_one_shows_the_values_of_its_parts(text, values):
    found = answer(text)
    assert (found.true, found.unknown) == (False, None)
    assert dict(found.values) == values


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("layers['fx'].params == 1", "unknown name 'fx'"),
        ("layers['acc'].params == 1", "did you mean 'act'?"),
        ("layers[3].params == 1", "there are 3 items"),
        ("run.seconds < 1", "is null"),
        ("batch < 4", "`batch` is null"),
        ("max(l.params for l in layers if false) == 1", "nothing to compare"),
        ("1 / (totals.params - 116) == 1", "is 0"),
    ],
)
def test_what_the_model_does_not_have_leaves_it_undecided(text, reason):
    found = answer(text)
    assert not found.true
    assert reason in found.unknown


def test_an_unknown_figure_says_which_layer_keeps_it_unknown():
    record = RECORD | {"totals": RECORD["totals"] | {"macs": None, "not_counted": {"macs": ("lamb",)}}}
    assert "not counted for 'lamb'" in answer("totals.macs < 1", record).unknown


@pytest.mark.parametrize(
    "marked",
    [
        "<>",
        "1 +<>",
        "totals.params <=> 3",
        "totals.params == 1 <&>& true",
        "<!>true",
        "(1<>",
        "(1, 2<>",
        "layers[<]>",
        "layers.<5k>",
        "<foo>(1) == 1",
        "<__import__>('os')",
        "<eval>('1')",
        "layers<'x'>",
        '<">abc',
        "1 <2>",
        "<12xyz> == 1",
        "sum(l for <1> in layers)",
        "sum(l for l <layers>)",
        "<lambda>(x)",
        "[1 <for> x in layers]",
        "true <if> false",
        "1 == <;>",
    ],
)  # fmt: skip
def test_syntax_errors_point_at_the_place(marked):
    start, end = marked.index("<"), marked.rindex(">") - 1
    if marked == "totals.params <=> 3":
        start, end = len("totals.params <="), len("totals.params <=") + 1
        text = "totals.params <=> 3"
    else:
        text = marked.replace("<", "", 1)[:end] + marked[end + 2 :]
    with pytest.raises(DenseError) as caught:
        expression.parse(text)
    assert caught.value.code == "E231"
    assert caught.value.place.start == start, draw(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "totals.params",
        "totals.parms == 1",
        "params < 1",
        "totals.params < 'x'",
        "totals.params == 'x'",
        "name + 1 == 2",
        "'a' * 1000000000 == 'b'",
        "not totals.params",
        "totals.params and true",
        "sum(l.type == 'Dense' for l in layers) == 1",
        "sum(layers) == 1",
        "layers.params.x == 1",
        "totals[0] == 1",
        "name[0] == 's'",
        "len(1) == 1",
        "len(layers, layers) == 1",
        "abs(1, 2) == 1",
        "1 in totals.params",
        "any(x for x in 3)",
        "2 ** 0.5 == 1",
        "name.__class__ == 1",
        "layers.__len__ == 1",
        "true < 2",
        "schema.x == 1",
    ],
)
def test_what_makes_no_sense_of_any_model_is_a_usage_error_with_a_caret(text):
    with pytest.raises(DenseError) as caught:
        answer(text)
    assert caught.value.code == "E232"
    assert "^" in draw(caught.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9**9**9 == 1", "E232"),
        ("10**4000 == 1", "E504"),
        ("2**8000 * 2**8000 == 1", "E504"),
        ("*".join(["2**2000"] * 9) + " == 1", "E504"),
        ("(" * 100_000, "E501"),
        ("(" * 5_000, "E503"),
        ("-" * 5_000 + "1 == 1", "E503"),
        ("not " * 2_000 + "true", "E503"),
        ("2" + "**2" * 3_000 + " == 1", "E503"),
        ("x[" * 4_000, "E503"),
        ("1 == " * 20_000 + "1", "E501"),
    ],
)
def test_bombs_are_refused_at_once(text, code):
    with calls_counted() as calls, pytest.raises(DenseError) as caught:
        answer(text)
    assert caught.value.code == code
    assert calls[0] < 200_000


def test_long_but_flat_expressions_work():
    assert answer(" + ".join(["1"] * 2_000) + " == 2000").true
    assert answer(" and ".join(["true"] * 1_000)).true


def test_work_is_bounded(monkeypatch):
    assert evaluation.MOST_STEPS <= 10_000_000
    monkeypatch.setattr(evaluation, "MOST_STEPS", 10_000)
    text, record = "sum(sum(m.params for m in layers) for l in layers) > 0", RECORD | {"layers": RECORD["layers"] * 100}
    with calls_counted() as calls, pytest.raises(LimitError) as caught:
        answer(text, record)
    assert caught.value.code == "E502"
    assert calls[0] < 100 * 10_000


def test_nothing_is_evaluated_by_python(monkeypatch):
    def trap(*_):
        raise AssertionError

    monkeypatch.setattr(builtins, "eval", trap)
    monkeypatch.setattr(builtins, "exec", trap)
    assert answer("sum(l.params for l in layers) == 116").true


WORDS = [
    "totals", "params", "layers", "name", "x", ".", "[", "]", "(", ")", ",", "and", "or", "not", "in", "for", "if", "sum", "max",
    "len", "count", "any", "abs", "+", "-", "*", "/", "//", "%", "**", "<", "<=", "==", "!=", "0", "1", "2.5", "1M", "'fc'", "null",
    "true", "9999", "l", "output_shapes", "macs", "=", "\u202e", "\ud800",
]  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join),
        st.lists(st.sampled_from(WORDS), max_size=12).map("".join),
    )
)
def test_any_text_gives_an_answer_or_a_dense_error(text):
    try:
        found = answer(text)
    except DenseError as error:
        problem = error
    else:
        assert found.true in (True, False)
        return
    assert problem.code[:2] in ("E2", "E5")
    assert draw(problem)


NUMBERS = st.integers(0, 50)


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        NUMBERS.map(str),
        lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*", "//", "%"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        max_leaves=12,
    )
)
def test_arithmetic_equals_pythons(text):
    try:
        value = eval(text)
    except ZeroDivisionError:
        assert answer(f"{text} == 0").unknown is not None
    else:
        assert answer(f"{text} == {value}").true
