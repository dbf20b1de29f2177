"""Mistakes in a stack: the error code, and the position of the caret. `«»` in a case mark the span that must be shown."""

from __future__ import annotations

import re

import pytest

from densecli.errors import DenseError, Source, SpecErrors, draw
from densecli.read.stack.reader import read_stack
from densecli.summary.infer import infer
from support.program import outcome


def errors_of(text):
    """Every mistake that reading and inferring a stack brings up."""
    try:
        infer(read_stack(Source("<argument>", text)))
    except DenseError as error:
        return [error]
    except SpecErrors as several:
        return several.errors
    return []


JOIN = "layers are joined with ->"
CASES = [
    # code, text with the span marked, a part of the message or the hint
    ("E221", "Dense(16)@(3,2) ->«»", "ends here"),
    ("E221", "«->» Dense(4)", "expected a layer"),
    ("E221", "Dense(4)@(3,) -> «->» Dense(4)", "expected a layer"),
    ("E221", "Dense«(»16", "never closed"),
    ("E221", "[Dense(4) | Dense(4)«)»", "expected"),
    ("E221", "(Dense(4)«]»", "expected"),
    ("E221", "Dense(16)«)»", "expected `->` or the end"),
    ("E221", "«[»Dense(4) | Dense(5)", "never closed"),
    ("E221", "Dense(«'»relu)", "never closed"),
    ("E221", "Dense(16)@(3,) «Flatten»", "expected `->`"),
    ("E221", "Dense(16)@(3,) «–»> Flatten", "en dash"),
    ("E221", "Dense(4)@(3,) «|» Dense(4)", "[a | b]"),
    ("E221", "Dense(4)@(3,) «|» Dense(4)", JOIN),
    ("E221", "Dense(4)@(3,)«;» Dense(4)", JOIN),
    ("E221", "Dense(4)@(3,)«,» Dense(4)", JOIN),
    ("E221", "Dense(4)@(3,) «-» Dense(4)", JOIN),
    ("E221", "Dense(4)@3 «-» Dense(4)", JOIN),
    ("E221", "Dense(4)@(3,) «-»-> Dense(4)", JOIN),
    ("E221", "Dense(4)@(3,) «=»> Dense(4)", JOIN),
    ("E221", "Dense(4)@(3,) «>» Dense(4)", JOIN),
    ("E221", "Dense(4)@(3,) «+» Dense(4)", JOIN),
    ("E221", "Dense(4)@(3,) «/» Dense(4)", JOIN),
    ("E221", "Dense(4)@(3,) «Flatten»", JOIN),
    ("E221", "Dense(4)@(3,) «[»_ | Flatten]", JOIN),
    ("E221", "Dense(4)@(3,)\n«(»Dense(4) -> ReLU)*2", JOIN),
    ("E221", "(Dense(4)@(3,) «Flatten»)", JOIN),
    ("E221", "Dense(4)@(3,)«;»", "leave it out"),
    ("E221", "Dense(4)@(3,)«,»\n", "leave it out"),
    ("E221", "[Dense(4)@(3,) «Flatten»]", "layers are joined with ->, branches are separated with |"),
    ("E221", "[Dense(4)@(3,)\n«Flatten»]", "layers are joined with ->, branches are separated with |"),
    ("E221", "[Dense(4)@(3,)«,» Dense(4)@(3,)] -> Add", "layers are joined with ->, branches are separated with |"),
    ("E221", "Dense(4)@(3,) -> «»", "an arrow needs a layer on both sides"),
    ("E221", "Dense(4)@(3,) -> «->» Dense(4)", "an arrow needs a layer on both sides"),
    ("E221", "Dense(16)@3«,»2", "write the shape in parentheses: @(3,2)"),
    ("E221", "Dense(16)@3 «,» 2, 1 -> Flatten", "write the shape in parentheses: @(3,2,1)"),
    ("E221", "Dense(16)@3«x2»", "write the shape in parentheses: @(3,2)"),
    ("E221", "Dense(16)@None«,»2", "write the shape in parentheses: @(None,2)"),
    ("E221", "Dense(16)@3«,» Flatten", JOIN),
    ("E222", "Dense(16)@(3«x2»)", "sizes are separated with commas: (3,2)"),
    ("E222", "Conv2D(8, 3«x3»)@(9,9,1)", "sizes are separated with commas: (3,3)"),
    ("E222", "Dense(16)@(«?»,2)", "none is an unknown size"),
    ("E221", "Dense(16)@shape«=»(3,2)", "the input shape follows @ alone: @(3,2)"),
    ("E221", "Dense(16)«(»3, 2)", "the input shape follows @ alone: @(3,2)"),
    ("E221", "Dense(16)«[»3,2]", "the input shape follows @ alone: @(3,2)"),
    ("E221", "Dense(16) «:» (3,)", "the input shape follows @ alone: @(3,)"),
    ("E221", "Dense(16)«x3»@(16,)", "repeats are written with *: *3"),
    ("E221", "Dense(16)«^»3", "repeats are written with *: *3"),
    ("E221", "«3» x Dense(16)", "a repeat count follows the layer: Dense(16)*3"),
    ("E221", "ResNet«-»50", "did you mean ResNet50?"),
    ("E221", "Dense(4)@(3,) «/»/ comment", "comments start with #"),
    ("E301", "Conv2D(8, 3, «relu»)@(9,9,1)", "name it: activation=relu"),
    ("E301", "Dense(8, relu, «tanh»)@(9,)", "use_bias: expected true or false, got string 'tanh'\n"),
    ("E222", "Dense(16)@(3 «2»)", "sizes are separated with commas"),
    ("E221", "Dense(4)*2«@»(4,)", "the input shape comes before the repeat count"),
    ("E221", "«3», 2 -> Dense(16)", "the input shape follows the first layer: Dense(16)@(3,2)"),
    (
        "E221",
        "(«28», 28, 1) -> Conv2D(8, 3) -> Flatten",
        "the input shape follows the first layer: Conv2D(8, 3)@(28,28,1)",
    ),
    ("E221", "«784»-128-10", "numbers are arguments, as in Dense(16)"),
    ("E221", "Dense -> «16»", "numbers are arguments, as in Dense(16)"),
    ("E221", "Dense «16»", "arguments go in parentheses: Dense(…)"),
    ("E221", "Dense«[»16]", "arguments go in parentheses: Dense(…)"),
    ("E221", "Dense«{»16}", "arguments go in parentheses: Dense(…)"),
    ("E221", "Dense(4)@(3,) -> Dense«:»16", "arguments go in parentheses: Dense(…)"),
    ("E221", "Dense«=»16", "arguments go in parentheses: Dense(…)"),
    ("E221", "«'»Dense(16)'", "write layers without quotes"),
    ("E221", "«$»n -> Dense", "a variable is an argument"),
    ("E222", "Dense(units«:» 16)", "arguments are given with ="),
    ("E222", "Dense(16 «relu»)", "arguments are separated with commas"),
    ("E222", "Dense(16 «->» Flatten", "close the parenthesis"),
    ("E309", "Dense(«$n»)@(3,)", "set it with --set n=16"),
    ("E222", "Dense(10«**»10**10)", "not supported"),
    ("E222", "Dense(1«<<»10)", "not supported"),
    ("E222", "Dense(4,«,»3)", "expected a number"),
    ("E222", "Dense(«“»4”)", "curly quote"),
    ("E222", "Dense(lambda «x»: x)", "expected `,` or `)`"),
    ("E222", "Dense(f«'»x')", "expected `,` or `)`"),
    ("E222", "Dense(«a.b»)", "use the name alone: b"),
    ("E222", "Dense(4, activation=«tf.nn.relu»)", "use the name alone: relu"),
    ("E222", "Dense(a«[»0])", "expected `,` or `)`"),
    ("E222", "Dense(4 «//» 0)", "division by zero"),
    ("E222", "Dense(2.5«*»2)", "integers"),
    ("E222", "Dense(«-»relu)", "before a number"),
    ("E222", "Dense(«__import__»('os'))@(3,)", "neither a layer nor"),
    ("E301", "Dense(«True»)@(3,)", "expected a positive integer, got boolean true"),
    ("E301", "Dense(«4.0»)@(3,)", "got number 4.0"),
    ("E301", "Dense(«'4'»)@(3,)", "got string '4'"),
    ("E301", "Dense(units=4, «use_bias=3»)@(3,)", "expected true or false"),
    ("E303", "Dense(«0»)@(3,)", "positive integer"),
    ("E303", "Dense(«-1»)@(3,)", "positive integer"),
    ("E303", "Dense(4, «rleu»)@(3,)", "did you mean `relu`"),
    ("E303", "Conv2D(4, 3, «padding=smae»)@(9,9,1)", "did you mean `same`"),
    ("E303", "Dense(4)@«(-1,)»", "shape"),
    ("E304", "«Desne»(16)@(3,)", "did you mean `Dense`"),
    ("E304", "«dense»(16)@(3,)", "did you mean `Dense`"),
    ("E304", "«layers.dense»(16)@(3,)", "did you mean `Dense`"),
    ("E304", "«nn.Dense»(16)@(3,)", "did you mean `Dense`"),
    ("E304", "«nn.Linear»(3, 16)@(3,)", "in Keras this is `Dense(out_features)`"),
    ("E304", "«Conv2d»(3, 8, 3)@(8,8,3)", "in Keras this is `Conv2D(out_channels, kernel_size)`"),
    ("E304", "Dense(4)@(3,) -> «relu»", "did you mean `ReLU`"),
    ("E304", "Dense(4)@(3,) -> «Sigmoid»", "did you mean `Activation(sigmoid)`"),
    ("E304", "«Dеnse»(16)@(3,)", "U+0435"),
    ("E305", "Dense(16, «activtion=relu»)@(3,)", "did you mean `activation`"),
    ("E305", "Dense(16, «units=4»)@(3,)", "given twice"),
    ("E305", "Identity(«3»)@(3,)", "at most 0 positional"),
    ("E306", "Dense(4, name=a)@(3,) -> «Dense(4, name=a)»", "taken"),
    ("E307", "«Dense»()@(3,)", "units is required"),
    ("E308", "Conv2D(8, 3, strides=2, «dilation_rate=2»)@(9,9,1)", "cannot both exceed 1"),
    ("E405", "«Conv2D(8, 7)»@(5,5,3)", "a window of 7 does not fit in an axis of 5"),
    ("E405", "[Dense(4)@(3,) | Dense(5)@(7,)] -> «Add»", "4 against 5"),
    ("E406", "«Dense(16)» -> Dense(4)", "no input shape"),
    ("E406", "«Dense(16)» -> Dense(4)", "Dense(16)@(3,2), or --input-shape 3,2"),
    ("E406", "«Conv2D(8, 3)»", "Conv2D(8, 3)@(28,28,1), or --input-shape 28,28,1"),
    ("E406", "«Embedding(9, 3)»", "Embedding(9, 3)@(10,), or --input-shape 10"),
    ("E406", "«LSTM(8)»", "LSTM(8)@(10,8), or --input-shape 10,8"),
    ("E406", "«Conv2D(8,\n3)»", ": …@(28,28,1)"),
    ("E407", "[Dense(4)@(3,) | Dense(4)@(3,)] -> «Dense(4)»", "takes one tensor, got 2"),
    ("E408", "Dense(4)@(3,) -> Dense(4)@«(4,)»", "only allowed at the start of a stack"),
    ("E504", "Dense(«99999999999999999999»)@(3,)", "below 2**63"),
    ("E505", "(Dense(4))@(4,)*«1000000000»", "layers"),
]


@pytest.mark.parametrize(("code", "marked", "part"), CASES, ids=[case[1] for case in CASES])
def test_one_mistake_is_one_error_at_its_place(code, marked, part):
    start, text = split_marks(marked)
    found = errors_of(text)
    assert [error.code for error in found] == [code]
    shown = draw(found[0])
    assert part in shown
    assert found[0].place.start == start[0]
    assert found[0].place.end in (start[1], start[0] + 1)


def split_marks(marked):
    """The marked span, and the text without the marks."""
    before, inside, after = re.split("[«»]", marked)
    return (len(before), len(before) + len(inside)), before + inside + after


def test_error_drawing_is_exactly_this():
    (error,) = errors_of("Conv2D(8, 7, name=stem)@(5,5,3)")
    assert draw(error) == (
        "error[E405]: Conv2D 'stem': a window of 7 does not fit in an axis of 5\n"
        " --> <argument>:1:1\n"
        "  1 | Conv2D(8, 7, name=stem)@(5,5,3)\n"
        "    | ^^^^^^^^^^^^^^^^^^^^^^^ input (None, 5, 5, 3)\n"
        "  help: use padding=same, or a smaller window"
    )


def test_all_config_errors_are_shown_together_and_in_order():
    found = errors_of("Dense(0)@(3,) -> Desne(4) -> Dense(4, activation=rleu, use_bias=1)")
    assert [error.code for error in found] == ["E303", "E304", "E303", "E301"]


def test_a_mistake_in_a_repeated_block_is_told_once():
    found = errors_of("(Dense(0) -> Dense(units=no))*3 -> Dense(0) -> Dense(0)")
    assert [error.place.resolved().start for error in found] == [7, 19, 41, 53]


def test_below_a_shape_error_nothing_is_blamed():
    assert [error.code for error in errors_of("Conv2D(8, 7)@(5,5,3) -> Conv2D(8, 7) -> Dense(4)")] == ["E405"]


def test_multi_line_stacks_show_line_and_column():
    (error,) = errors_of("Dense(16)@(3,2)  # first\n  -> Dense(0)")
    assert error.place.source.position(error.place.start) == (2, 12)


@pytest.mark.parametrize(
    "text",
    [
        "Dense(" + "(" * 100_000,
        "[" * 100_000,
        "(" * 100_000,
        "Dense(4)@(3,) -> " * 100_000,
        "Dense(" + "9" * 5000 + ")",
        "Dense(" + "9*" * 50_000 + "9)",
        "Dense(" * 50_000,
    ],
    ids=["parentheses", "brackets", "stacks", "arrows", "digits", "product", "layers"],
)
def test_hostile_texts_are_refused_without_recursion(text):
    (error,) = errors_of(text)
    assert error.code in ("E503", "E504", "E221", "E408")
    assert len(draw(error)) < 1500


def test_a_hundred_thousand_signs_are_only_a_number():
    assert errors_of("Dense(" + "-" * 100_000 + "4)@(3,)") == []


def test_arithmetic_on_integers():
    report = infer(read_stack(Source("", "Dense(10*10*256, use_bias=False)@(100,) -> Dense(2+3*4-7//2)")))
    assert [row.output_shapes[0] for row in report.rows] == [(None, 25600), (None, 11)]


# -- what is understood -------------------------------------------------------------------
PLAIN = "Dense(16)@(3,2) -> [_ | Dense(16, activation=relu)] -> Add -> (Dense(4) -> ReLU)*2"


@pytest.mark.parametrize(
    "text",
    [
        "Dense(16)@(3,2)\n[_ | Dense(16, activation=relu)]\nAdd\n-> (Dense(4)\nReLU)*2",
        "Dense(16)@(3,2)  # one\r\n\r\n  [_ | Dense(16, activation=relu)] # two\r\n\tAdd ->\r\n(Dense(4) -> ReLU)*2\r\n",
        "Dense(16)@(3,2)\r[_ | Dense(16, activation=relu)]\rAdd -> (Dense(4)\rReLU)\r*2",
        "keras.layers.Dense(16)@(3,2) -> [_ | layers.Dense(16, activation=keras.activations.relu)] -> keras.layers.Add"
        " -> (tf.keras.layers.Dense(4) -> tensorflow.keras.layers.ReLU)*2",
        "keras.Input((3,2)) -> Dense(16) -> [_ | Dense(16, activation=activations.relu)] -> layers.Add -> (layers.Dense(4) -> ReLU)*2",
    ],
    ids=["lines", "comments", "returns", "modules", "inputs"],
)  # fmt: skip
def test_lines_and_modules_of_keras_say_the_same(text):
    assert figures(text) == figures(PLAIN)


def figures(text):
    report = infer(read_stack(Source("<argument>", text)))
    return [(row.name, row.type, row.params, row.output_shapes) for row in report.rows]


def test_a_module_may_precede_whatever_has_a_name():
    wrapped = "TimeDistributed(Dense(3, kernel_regularizer=L2(0.1), kernel_initializer=HeNormal()))@(3,2)"
    modules = (
        "layers.TimeDistributed(keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.1), "
        "kernel_initializer=initializers.HeNormal()))@(3,2)"
    )
    assert figures(modules) == figures(wrapped)
    assert figures("keras.applications.mobilenet.MobileNet()") == figures("MobileNet")


def test_a_name_with_a_module_is_not_read_as_its_first_part():
    for text in ("Dense.foo(3)@(3,)", "ReLU@(3,) -> ReLU.x", "ReLU@(3,) -> ReLU.x -> ReLU.y"):
        assert {error.code for error in errors_of(text)} == {"E304"}


@pytest.mark.parametrize("name", ["initial_state", "mask", "use_causal_mask"])
def test_error_an_argument_of_the_call_leads_to_where_it_goes(name):
    code, _, err = outcome(f"LSTM(4, {name}=x)@(5,3)")
    assert (code, "E305" in err, f"inputs: [x, {{{name}: …}}] in a YAML spec" in err) == (2, True, True)
