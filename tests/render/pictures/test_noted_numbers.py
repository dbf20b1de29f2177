"""Numbers inside of a layer: pictures show what the kernels noted on their way, at the place where it belongs."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from densecli import kernels
from densecli.read.specs import expanded, read, reading, specs
from densecli.render.explain.numbers import numbers_of
from densecli.render.explain.panels import panels
from densecli.render.pictures import draw
from densecli.render.pictures.grid import number
from densecli.run.record import opened
from densecli.run.run import Options, run
from densecli.summary.infer import infer
from support.pictures import overlap


def passed(spec, *data):
    """The call, the sample and the drawing of the last layer of a stack, from a forward pass."""
    wishes = reading(None, None, None, None, None)
    (found,) = expanded(specs([spec]), wishes)
    graph = read(found, wishes)
    outcome = run(graph, Options(values=True, seed=3, data=data))
    row = infer(graph, found.name, None).rows[-1]
    sample = numbers_of(outcome, [], given=bool(data), values=False).samples[row.name]
    return outcome.calls[-1], sample, draw.figure(row, sample).drawing


def shown(drawing):
    """The numbers that stand in cells."""
    tree = ET.fromstring(f"<g>{''.join(drawing.parts)}</g>")
    return {each.text for each in tree.iter("text") if "small middle" in each.get("class", "")}


def texts(*arrays):
    return {number(float(each)) for array in arrays for each in np.ravel(array)}


RECURRENT = [
    "LSTM(3)@(3,2)", "GRU(2,return_sequences=true)@(4,3)", "GRU(2,reset_after=false)@(3,2)", "SimpleRNN(2)@(3,2)",
    "LSTM(2,go_backwards=true,return_sequences=true,return_state=true)@(4,2)", "RNN(LSTMCell(2))@(3,2)",
]  # fmt: skip


@pytest.mark.parametrize("spec", RECURRENT)
def test_states_are_those_of_a_pass_that_stops_there(spec):
    call, sample, drawing = passed(spec)
    x, layer = call.args[0], call.layer
    order = slice(None, None, -1) if layer.go_backwards else slice(None)
    state = None
    for step, noted in zip(x.swapaxes(0, 1)[order], sample.notes["states"], strict=True):
        state = layer.cell.forward(kernels, call.weights[layer.cell.name], step, *(state or zeros(layer, x)))[1:]
        assert noted == pytest.approx(np.concatenate([each[0] for each in state]), rel=1e-5)
    handed = sample.notes["states"][: None if layer.return_state else -1]
    assert texts(x[0], sample.outputs[0], *handed) <= shown(drawing)


def zeros(layer, x):
    return [np.zeros(shape, "float32") for shape in layer.cell.state_shapes((1, x.shape[2]))]


@pytest.mark.parametrize("spec", ["LSTM(3)@(3,2)", "GRU(3)@(3,2)", "GRU(3,reset_after=false)@(3,2)"])
def test_gates_are_those_of_the_worked_example(spec):
    from densecli.arithmetic import value

    call, sample, drawing = passed(spec)
    names = {"LSTM": "ifgo", "GRU": "zrg"}[call.layer.type_name]
    gates = sample.notes["gates"][-1].reshape(len(names), 3)
    for unit in range(3):
        steps = {
            step.name: step for step in call.layer.worked(kernels, call.weights, call.outputs[0], (0, unit), *call.args)
        }
        assert [value(steps[name].term) for name in names] == pytest.approx(list(gates[:, unit]), rel=1e-4)
    assert texts(gates) <= shown(drawing)


def test_a_step_behind_a_mask_has_no_gates_to_show():
    _, sample, drawing = passed("Embedding(5,2,mask_zero=true)@(3,) -> LSTM(2)", "[[1,2,0]]")
    assert texts(sample.notes["gates"][1]) <= shown(drawing)
    assert not texts(sample.notes["gates"][2]) & shown(drawing)
    assert "Gates at step 1" in "".join(drawing.parts)
    states = sample.notes["states"]
    assert list(states[2]) == list(states[1]) != list(states[0])  # it hands on what it got


@pytest.mark.parametrize("merge", ["concat", "sum"])
def test_both_ways_have_states_of_their_own(merge):
    _, sample, drawing = passed(f"Bidirectional(LSTM(2,return_sequences=true),merge_mode={merge})@(3,2)")
    states = sample.notes["states"]
    assert texts(*states[:2], *states[3:5], sample.notes["gates"][2], sample.notes["gates"][5]) <= shown(drawing)
    assert (texts(sample.outputs[0]) <= shown(drawing)) == (merge == "concat")


def test_nothing_is_noted_unless_values_are_asked_for():
    with kernels.noting(False) as notes:
        kernels.note("x", np.ones((1, 2)))
    assert notes == []


def softmax(scores):
    found = np.exp(scores - scores.max(-1, keepdims=True))
    return found / found.sum(-1, keepdims=True)


@pytest.mark.parametrize("mode", ["Attention", "Attention(score_mode=concat)", "AdditiveAttention"])
def test_attention_shows_its_scores_weights_and_outputs(mode):
    call, sample, drawing = passed(f"[Dense(3) | Dense(3)]@(3,2) -> {mode}")
    scores, weights = sample.notes["scores"][0], sample.notes["weights"][0]
    asked = call.layer.forward(kernels, call.weights, *call.args, return_attention_scores=True)
    assert weights == pytest.approx(asked[1][0]) and weights == pytest.approx(softmax(scores), rel=1e-4)
    assert texts(*sample.inputs, scores, weights, sample.outputs[0]) <= shown(drawing)


HEADS = [
    "MultiHeadAttention(2,3)",
    "MultiHeadAttention(4,2,value_dim=3)",
    "GroupQueryAttention(3,4,2)",
    "MultiHeadAttention(1,3,dropout=0.1)",
]


@pytest.mark.parametrize("layer", HEADS)
def test_heads_show_theirs_one_by_one(layer):
    call, sample, drawing = passed(f"[_ | _]@(3,5) -> {layer}")
    weights, heads, value = (sample.notes[name][0] for name in ("weights", "heads", "value"))
    asked = call.layer.forward(kernels, call.weights, *call.args, return_attention_scores=True)
    assert weights == pytest.approx(asked[1][0], rel=1e-4)
    assert weights == pytest.approx(softmax(sample.notes["scores"][0]), rel=1e-4)
    shared = np.repeat(value, heads.shape[1] // value.shape[1], axis=1)
    assert heads == pytest.approx(np.einsum("hqk,khv->qhv", weights, shared), rel=1e-4)
    assert texts(sample.notes["scores"][0][:3], weights[:3], heads[:, :3]) <= shown(drawing)
    out = call.weights["attention_output"]
    assert np.einsum("qhv,hvf->qf", heads, out["kernel"]) + out["bias"] == pytest.approx(
        sample.outputs[0], rel=1e-3, abs=1e-5
    )


def test_many_words_are_too_much_to_show():
    assert shown(passed("[_ | _]@(9,5) -> MultiHeadAttention(2,3)")[2]) == set()


ATTENTION = [f"[_ | _]@(3,5) -> {each}" for each in HEADS] + ["[Dense(3) | Dense(3)]@(3,2) -> Attention"]


def in_cells(drawing):
    """The numbers in the cells of each class, in the order in which the cells are drawn."""
    tree = ET.fromstring(f"<g>{''.join(drawing.parts)}</g>")
    words = [each for each in tree.iter("text") if "small middle" in each.get("class", "")]
    found = {}
    for rect in tree.iter("rect"):
        x, y, width, height = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
        inside = [
            word.text
            for word in words
            if x < float(word.get("x")) < x + width and y < float(word.get("y")) < y + height
        ]
        found.setdefault(rect.get("class"), []).extend(inside)
    return found


def listed(array):
    return [number(float(each)) for each in np.ravel(array)]


MOVED = ["ZeroPadding2D(((1,0),(0,2)))@(2,3,2)", "Cropping1D((1,1))@(5,1)", "Cropping1D((1,1))@(4,2)", "RepeatVector(3)@(4,)",
         "UpSampling2D(2)@(2,2,3)", "UpSampling1D(2)@(3,1)", "ZeroPadding2D(1,data_format=channels_first)@(2,2,2)"]  # fmt: skip


@pytest.mark.parametrize("spec", MOVED)
def test_copies_and_borders_hold_the_numbers_of_the_first_channel(spec):
    _, sample, drawing = passed(spec)
    channel = (lambda x: x) if "Repeat" in spec else (lambda x: x[0]) if "first" in spec else (lambda x: x[..., 0])
    tree = ET.fromstring(f"<g>{''.join(drawing.parts)}</g>")
    words = [each.text for each in tree.iter("text") if "small middle" in each.get("class", "")]
    assert words == [*listed(channel(sample.inputs[0])), *listed(channel(sample.outputs[0]))]


@pytest.mark.parametrize(
    "spec", ["Conv2DTranspose(2,(2,3),strides=2)@(2,3,2)", "Conv1DTranspose(3,2,padding=same,strides=2)@(4,2)"]
)
def test_transposed_convolutions_show_the_first_channel_and_kernel(spec):
    call, sample, drawing = passed(spec)
    found = in_cells(drawing)
    assert found["cell in"] == listed(sample.inputs[0][..., 0])
    assert found["cell out"] == listed(sample.outputs[0][..., 0])
    assert found["cell weight"] == listed(call.weights["kernel"][..., 0, 0])


def test_channels_first_are_no_plane_that_a_transposed_convolution_can_show():
    assert shown(passed("Conv2DTranspose(2,2,data_format=channels_first)@(2,2,2)")[2]) == set()


@pytest.mark.parametrize("axes", ["1", "2", "(1,2)", "(2,1)", "(2,1),normalize=true"])
def test_dot_shows_both_inputs_and_their_products(axes):
    _, sample, drawing = passed(f"[Dense(3) | Dense(3)]@(3,2) -> Dot({axes})")
    found = in_cells(drawing)
    over = axes.split("),")[0].strip("()").split(",") * 2
    left, right = sample.inputs[0], sample.inputs[1]
    left, right = left if over[0] == "2" else left.T, right if over[1] == "1" else right.T
    assert found["cell in"] == [*listed(left), *listed(right)]
    assert found["cell out"] == listed(sample.outputs[0])
    if "normalize" not in axes:
        assert left @ right == pytest.approx(sample.outputs[0], rel=1e-4)


@pytest.mark.parametrize(("rows", "width", "table"), [(9, 4, True), (9, 8, False), (30, 4, False), (9, 11, False)])
def test_an_embedding_shows_the_vectors_that_it_looks_up(rows, width, table):
    call, _, drawing = passed(f"Embedding({rows},{width})@(3,)", "[[1,8,1]]")
    vectors = call.weights["embeddings"][[1, 8, 1]]
    assert (texts(vectors) <= shown(drawing)) == (width <= 10)
    assert (texts(call.weights["embeddings"]) <= shown(drawing)) == table
    assert drawing.area.width < 1100


OTHER = [
    *MOVED,
    "Conv2DTranspose(2,(2,3),strides=2)@(2,3,2)",
    "Embedding(9,6)@(3,)",
    "Embedding(90,10)@(9,)",
    "[Dense(3) | Dense(3)]@(3,2) -> Dot(1)",
]


@pytest.mark.parametrize("spec", [*RECURRENT, *ATTENTION, *OTHER])
def test_words_stay_apart(spec):
    drawing = passed(spec)[2]
    words = drawing.words
    assert not [(a, b) for at, a in enumerate(words) for b in words[:at] if overlap(a, b)]
    assert drawing.area.width < 1100


def test_states_that_are_given_are_not_said_to_be_zero():
    given = "".join(passed("[_ | Flatten -> Dense(2)]@(3,2) -> GRU(2)")[2].parts)
    assert "h given" in given and "h = 0" not in given
    assert "h = 0" in "".join(passed("GRU(2)@(3,2)")[2].parts)


@pytest.mark.parametrize(
    "spec",
    [
        "Resizing(2,4)@(3,3,2)",
        "CenterCrop(2,2)@(4,4,1)",
        "Rescaling(0.5)@(2,3,2)",
        "Resizing(2,2,data_format=channels_first)@(1,3,3)",
    ],
)
def test_images_show_their_numbers_before_and_after(spec):
    _, sample, drawing = passed(spec)
    planes = [each[0] if "first" in spec else each[..., 0] for each in (sample.inputs[0], sample.outputs[0])]
    assert texts(*planes) <= shown(drawing)


def test_an_input_shows_what_goes_in():
    wishes = reading(None, None, None, None, None)
    (found,) = expanded(specs(["[Dense(2)@(2,) | Dense(2)@(3,)] -> Concatenate"]), wishes)
    graph = read(found, wishes)
    outcome = run(graph, Options(values=True, data=("input_layer=[[1.5, -2]]", "input_layer_1=[[7, 8, 9]]")))
    samples = numbers_of(outcome, [], given=True, values=False).samples
    rows = [row for row in infer(graph, found.name, None).rows if row.type == "InputLayer"]
    texts_of = [shown(draw.figure(row, samples[row.name]).drawing) for row in rows]
    assert texts_of == [{"1.5", "−2"}, {"7", "8", "9"}]


@pytest.mark.parametrize("spec", [
    ("CategoryEncoding(4,output_mode=count)@(5,)", "[[1, 1, 3, 1, 0]]", ["1", "3", "1"]),
    ("CategoryEncoding(4,output_mode=count)@(3,2)", "[[[1, 0], [1, 0], [2, 0]]]", ["2", "1"]),
    ("CategoryEncoding(3)@(7,)", "[[2, 2, 0, 2, 2, 2, 1]]", ["1", "1", "1"]),
    ("CategoryEncoding(3,output_mode=one_hot)@(2,)", "[[2, 0]]", ["1", "1"]),
])  # fmt: skip
def test_marks_are_the_numbers_that_come_out(spec):
    stack, data, wanted = spec
    _, sample, drawing = passed(stack, data)
    row = np.atleast_2d(sample.outputs[0])[0] if "one_hot" not in stack else sample.outputs[0].ravel()
    assert [number(float(each)) for each in row if each] == wanted
    tree = ET.fromstring(f"<g>{''.join(drawing.parts)}</g>")
    marks = [
        (float(each.get("x")), float(each.get("y")), each.text)
        for each in tree.iter("text")
        if each.get("class") == "middle"
    ]
    assert [text for x, _, text in sorted(marks, key=lambda mark: (mark[1], mark[0])) if x >= 150] == wanted


@pytest.mark.parametrize(
    "spec", ["Conv1D(2,3)@(8,2)", "Conv2D(1,3)@(8,8,1)", "MaxPooling1D(2)@(10,2)", "AveragePooling2D(2)@(8,8,1)"]
)
def test_windows_with_numbers_fit_on_a_page(spec):
    _, sample, drawing = passed(spec)
    plane = sample.inputs[0][..., 0] if sample.inputs[0].ndim == 3 else sample.inputs[0]
    assert texts(plane) <= shown(drawing)
    assert drawing.area.width <= 960


@pytest.mark.parametrize(("spec", "path"), [
    ("LSTM(2)@(3,2)", "lstm/lstm_cell"), ("RNN([LSTMCell(3), GRUCell(2)])@(3,2)", "rnn/stacked_rnn_cells/gru_cell"),
    ("TimeDistributed(Dense(2))@(3,2)", "time_distributed/dense"),
])  # fmt: skip
def test_a_layer_within_another_shows_the_numbers_of_its_call(spec, path):
    wishes = reading(None, None, None, None, None)
    (found,) = expanded(specs([spec]), wishes)
    graph = read(found, wishes)
    outcome = run(graph, Options(values=True, seed=3))
    numbers = numbers_of(outcome._replace(calls=opened(outcome.calls)), [], given=False, values=False)
    (*_, panel) = panels(infer(graph, found.name, None), [path], numbers)
    sample = numbers.samples[path]
    assert texts(sample.inputs[0], sample.outputs[0]) <= shown(panel.figure.drawing)
    assert not sample.about or panel.figure.caption.endswith(f"The numbers are those of {sample.about}.")
