"""With a forward pass, small pictures show its numbers in their cells."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from densecli import kernels
from densecli.render.pictures import draw
from densecli.render.pictures.figure import Sample
from densecli.render.pictures.grid import LETTERS, number
from support.pictures import Box, rows

SPECS = [
    "Dense(4)@(3,2)", "Flatten@(2,3)", "Permute((2,1))@(2,4)", "Conv1D(3,3)@(6,2)", "Conv2D(2,3,padding=same)@(4,5,1)",
    "MaxPooling2D(2)@(4,6,1)", "GlobalAveragePooling2D@(3,3,1)", "GlobalMaxPooling1D@(4,2)", "BatchNormalization@(3,4)",
    "LayerNormalization@(3,4)", "DepthwiseConv2D(2)@(4,4,2)", "Conv2D(2,2,data_format=channels_first)@(2,4,4)", "Softmax@(2,3)",
    "Reshape((3,2))@(6,)",
]  # fmt: skip


def sample_of(row):
    draw_ = np.random.RandomState(3)
    x = draw_.randint(-50, 50, (1, *row.input_shapes[0][1:])).astype("float32") / 10
    weights = {each.name: (draw_.randint(1, 90, each.shape) / 10).astype("float32") for each in row.weights}
    y = np.asarray(row.layer.forward(kernels, weights, x))
    return Sample((x[0],), weights, (y[0],))


def drawn(spec):
    row = rows(spec)[-1]
    sample = sample_of(row)
    return sample, draw.figure(row, sample).drawing


def numbers(drawing):
    """The numbers that stand in cells, by the centers of their words."""
    tree = ET.fromstring(f"<g>{''.join(drawing.parts)}</g>")
    return [
        each.text
        for each in tree.iter("text")
        if "small middle" in each.get("class", "") and re.match(r"[−\d]", each.text)
    ]


@pytest.mark.parametrize("spec", [spec for spec in SPECS if "channels_first" not in spec])
def test_the_numbers_of_input_and_output_are_in_the_picture(spec):
    sample, drawing = drawn(spec)
    found = numbers(drawing)
    for array in (sample.inputs[0], sample.outputs[0]):
        plane = array[..., 0] if array.ndim == 3 else array[:1] if array.ndim == 1 and "2D" in spec else array
        wanted = [number(float(each)) for each in np.ravel(plane)]
        assert not [each for each in wanted if each not in found]


@pytest.mark.parametrize(
    "spec", ["Dense(4)@(3,2)", "Conv1D(3,3)@(6,2)", "Conv2D(2,3,padding=same)@(4,5,1)", "BatchNormalization@(3,4)"]
)
def test_so_are_those_of_the_weights(spec):
    sample, drawing = drawn(spec)
    found = numbers(drawing)
    for name, array in sample.weights.items():
        if name != "bias" or spec.startswith("Dense"):
            assert not [each for each in map(number, map(float, np.ravel(array))) if each not in found], name


def test_channels_that_come_first_show_no_numbers_rather_than_wrong_ones():
    assert numbers(drawn("Conv2D(2,2,data_format=channels_first)@(2,4,4)")[1]) == []


@pytest.mark.parametrize("spec", SPECS)
def test_every_number_stays_inside_of_its_cell(spec):
    drawing = drawn(spec)[1]
    tree = ET.fromstring(f"<g>{''.join(drawing.parts)}</g>")
    cells = [Box(*(float(each.get(key)) for key in ("x", "y", "width", "height"))) for each in tree.iter("rect")]
    for each in tree.iter("text"):
        if "small middle" in each.get("class", "") and re.match(r"[−\d]", each.text):
            half = len(each.text) * 3.1
            word = Box(float(each.get("x")) - half, float(each.get("y")) - 8, 2 * half, 9)
            assert any(word.inside(cell) for cell in cells), each.text


@pytest.mark.parametrize("value", [0.0, -0.06743, 1e-7, -1.234e-12, 123456.0, -9.99e22, 1e300, 0.1 + 0.2])
def test_numbers_are_short(value):
    text = number(value).replace("−", "-")
    assert len(text) <= LETTERS
    assert float(text) == pytest.approx(value, rel=0.5)


def test_large_tensors_show_none():
    row = rows("Dense(40)@(3,20)")[-1]
    assert numbers(draw.figure(row, sample_of(row)).drawing) == []


def test_words_are_no_numbers(capsys):
    from densecli.cli import run

    assert run(["explain", "StringLookup(vocabulary=(a, b))@(2,)", "--run", "-f", "svg"]) in (0, 2)
    assert "Traceback" not in capsys.readouterr().err
