"""Small tensors show every cell, large ones stay small pictures; golden files show what people see."""

from __future__ import annotations

from math import prod

import pytest

from densecli.render.explain import svg
from densecli.render.explain.numbers import numbers_of
from densecli.render.pictures import draw
from densecli.run.run import Options, run
from densecli.summary.infer import infer
from support.goldens import golden
from support.models import graph
from support.pictures import figure, rows, seen

LARGEST = 20_000  # characters of the picture of a layer with large tensors


def counted(spec):
    """Cells by class, those that can be pointed at included."""
    picture = seen(figure(spec))
    return len(picture.named("cell in")), len(picture.named("cell weight")), [len(looks) for looks in picture.looks]


@pytest.mark.parametrize(
    ("spec", "inputs", "weights", "looks"),
    [
        ("Dense(16)@(3,2)", 3 * 2, 2 * 16 + 16, [3 * 16]),
        ("Dense(4,use_bias=false)@(2,3,5)", 2 * 3 * 5, 5 * 4, [2 * 3 * 4]),
        ("Conv2DTranspose(1,3)@(4,5,1)", 4 * 5, 3 * 3, [4 * 5, 6 * 7]),
        ("BatchNormalization@(3,4)", 0, 4 * 4, [3 * 4]),
        ("LayerNormalization@(3,4)", 0, 2 * 4, [3 * 4]),
        ("MaxPooling2D(2)@(6,4,1)", 6 * 4, 0, [3 * 2]),
    ],
)
def test_cells_are_as_many_as_the_numbers_that_they_stand_for(spec, inputs, weights, looks):
    assert counted(spec) == (inputs, weights, looks)


@pytest.mark.parametrize("spec", ["Flatten@(2,3,4)", "Reshape((3,8))@(24,)", "Permute((2,1))@(6,4)"])
def test_moved_cells_are_as_many_on_both_sides_and_in_the_same_colors(spec):
    found = figure(spec)
    picture = seen(found)
    (looks,) = picture.looks
    assert len(picture.cells) == len(looks) == 24
    text = "".join(found.drawing.parts)
    for hue in range(6):
        assert text.count(f'class="cell h{hue}"') % 2 == 0


@pytest.mark.parametrize(("kernel", "cells"), [("3", 9), ("(2,4)", 8)])
def test_a_window_has_as_many_cells_as_its_kernel(kernel, cells):
    picture = seen(figure(f"Conv2D(1,{kernel})@(6,6,1)"))
    (name,) = {name for name, _ in picture.cells} - {"cell in"}
    assert len(picture.named(name)) == cells
    (look,) = [look for look in picture.looks[0] if look.shown]
    area = look.frames[1].width * look.frames[1].height
    cell = picture.named("cell in")[0]
    assert round(area / (cell.width * cell.height)) == cells


def test_dilated_windows_mark_each_of_their_cells():
    (looks,) = seen(figure("Conv2D(1,3,dilation_rate=2)@(7,7,1)")).looks
    assert {len(look.frames) for look in looks} == {1 + 9}


@pytest.mark.parametrize(("layer", "gates"), [("LSTM(4)", 4), ("GRU(4)", 3), ("SimpleRNN(4)", 1)])
def test_recurrent_layers_have_a_box_for_each_step_and_gate(layer, gates):
    text = "".join(figure(f"{layer}@(5,3)").drawing.parts)
    assert text.count("<title>step ") == 5
    boxes = [text.count(f'class="cell h{hue}"') for hue in range(gates)]
    assert boxes == [3] * gates  # the gate itself, its columns in both kernels


@pytest.mark.parametrize(("heads", "shown"), [(2, 2), (8, 8), (12, 8)])
def test_heads_lie_side_by_side(heads, shown):
    found = figure(f"[_ | _]@(5,24) -> MultiHeadAttention({heads},2)")
    assert f"{heads} heads" in found.caption
    lowest = max(box.y for _, box in seen(found).cells if box.height == 34)
    assert (
        len([box for _, box in seen(found).cells if box.y == lowest and box.height == 34]) == shown + 1
    )  # the output too


def test_a_mark_shows_the_integers_that_set_it():
    (looks,) = seen(figure("CategoryEncoding(4,output_mode=one_hot)@(3,)")).looks
    assert sorted(len(look.frames) for look in looks) == [1] * 9 + [2] * 3


LARGE = [
    "Dense(4096)@(25088,)", "Dense(10)@(100,100,512)", "Flatten@(224,224,3)", "Reshape((50176,3))@(224,224,3)",
    "Permute((3,1,2))@(224,224,512)", "Conv2D(512,3,padding=same)@(224,224,512)", "Conv1D(512,31,dilation_rate=64)@(16000,80)",
    "Conv3D(64,3)@(64,128,128,3)", "Conv2DTranspose(64,4,strides=2)@(128,128,512)", "MaxPooling2D(2)@(512,512,64)",
    "GlobalAveragePooling2D@(512,512,2048)", "DepthwiseConv2D(7)@(112,112,960)", "SeparableConv2D(728,3)@(299,299,728)",
    "Embedding(250000,4096)@(8192,)", "LSTM(2048,return_sequences=true)@(10000,1024)", "Bidirectional(GRU(512))@(4000,300)",
    "ConvLSTM2D(64,3)@(100,256,256,3)", "[_ | _]@(8192,4096) -> MultiHeadAttention(64,128)", "[_ | _]@(4096,512) -> Attention",
    "BatchNormalization@(224,224,512)", "LayerNormalization@(8192,4096)", "GroupNormalization(32)@(224,224,512)",
    "[_ | _]@(224,224,512) -> Add", "[_ | _ | _]@(224,224,512) -> Concatenate", "[_ | _]@(5000,300) -> Dot(2)", "Dropout(0.5)@(224,224,512)",
    "UpSampling2D(8)@(112,112,512)", "RepeatVector(10000)@(4096,)", "ZeroPadding2D(3)@(224,224,512)", "Cropping2D(16)@(512,512,3)",
    "Resizing(1080,1920)@(224,224,3)", "Rescaling(2)@(224,224,3)", "TimeDistributed(Dense(10))@(10000,512)", "Softmax@(100,50000)",
    "CategoryEncoding(100000)@(5000,)", "EinsumDense('abc,cde->abde',(512,32,128))@(512,4096)", "STFTSpectrogram@(160000,1)",
    "AdaptiveAveragePooling2D(200)@(512,512,64)", "Conv2D(1,99,dilation_rate=3)@(512,512,1)",
]  # fmt: skip


@pytest.mark.parametrize("spec", LARGE)
def test_large_tensors_make_small_pictures(spec):
    found = figure(spec)
    assert len("".join(found.drawing.parts)) < LARGEST
    assert 0 < found.drawing.area.width < 1000
    assert 0 < found.drawing.area.height < 800


@pytest.mark.parametrize(
    "spec", ["Dense(7)@(3000,2)", "Flatten@(40,30,3)", "Conv2D(4,3)@(32,48,3)", "MaxPooling2D(2)@(60,30,8)"]
)
def test_large_tensors_are_drawn_to_scale(spec):
    sizes = {
        "Dense(7)@(3000,2)": None, "Flatten@(40,30,3)": None, "Conv2D(4,3)@(32,48,3)": 48 / 32, "MaxPooling2D(2)@(60,30,8)": 30 / 60,
    }  # fmt: skip
    picture = seen(figure(spec))
    if sizes[spec] is not None:
        front = picture.named("cell in")[-1]
        assert front.width / front.height == pytest.approx(sizes[spec], rel=0.02)
    elif spec.startswith("Flatten"):
        stripes = [box for _, box in picture.cells]
        assert len(stripes) == 80  # each row of the input, and its part of the output
        assert len({round(box.width, 1) for box in stripes[40:]}) == 1
        assert prod((40, 30, 3)) == 3600
    else:
        kernel = picture.named("cell weight")[0]
        assert kernel.height <= 60


GOLDENS = {
    "dense": "Dense(4)@(3,2)", "flatten": "Flatten@(2,3)", "conv1d": "Conv1D(2,3,padding=causal)@(5,1)", "lstm": "LSTM(3)@(2,2)",
    "attention": "[_ | _]@(3,4) -> MultiHeadAttention(2,2)",
}  # fmt: skip


@pytest.mark.parametrize("name", GOLDENS)
def test_pictures_are_as_reviewed(name):
    report = infer(graph(GOLDENS[name]))
    golden(f"pictures/{name}.svg", svg.render([(report, None)], [report.rows[-1].name]))


NUMBERS = {"lstm-numbers": "LSTM(2)@(2,2)", "attention-numbers": "[_ | _]@(3,4) -> MultiHeadAttention(2,2)"}


@pytest.mark.parametrize("name", NUMBERS)
def test_pictures_with_numbers_are_as_reviewed(name):
    model = graph(NUMBERS[name])
    report, numbers = (
        infer(model),
        numbers_of(run(model, Options(values=True, number=0.5)), [], given=False, values=False),
    )
    golden(f"pictures/{name}.svg", svg.render([(report, numbers)], [report.rows[-1].name]))


def test_a_layer_whose_picture_shows_those_inside_does_not_open_them():
    opened = {
        spec: draw.opens(rows(spec)[-1])
        for spec in (
            "LSTM(4)@(3,2)",
            "TimeDistributed(Dense(4))@(3,2)",
            "Dense(4)@(3,)",
            "RNN([LSTMCell(2), GRUCell(2)])@(3,2)",
        )
    }
    assert list(opened.values()) == [False, True, False, True]
