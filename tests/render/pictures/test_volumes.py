"""Small volumes slice by slice: every cell, its number, and which cells of which slices make an output."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest

from densecli.read.specs import expanded, read, reading, specs
from densecli.render.explain.numbers import numbers_of
from densecli.render.pictures import draw
from densecli.render.pictures.grid import number
from densecli.run.run import Options, run
from densecli.summary.infer import infer
from support.pictures import figure, seen

WINDOWS = {
    "Conv3D(2,2)@(3,3,4,1)": (3 * 3 * 4, (2, 2, 3), 8),
    "Conv3D(1,(1,2,3),padding=same)@(3,4,4,2)": (3 * 4 * 4, (3, 4, 4), 6),
    "Conv3D(1,2,dilation_rate=2)@(4,4,4,1)": (4 * 4 * 4, (2, 2, 2), 8),
    "Conv3D(1,2,strides=2)@(4,4,5,1)": (4 * 4 * 5, (2, 2, 2), 8),
    "MaxPooling3D(2)@(4,4,2,3)": (4 * 4 * 2, (2, 2, 1), 8),
    "AveragePooling3D((1,2,2))@(2,2,2,1)": (8, (2, 1, 1), 4),
    "GlobalMaxPooling3D@(2,3,4,2)": (24, (1, 1, 1), 24),
    "AdaptiveAveragePooling3D(2)@(4,4,2,1)": (32, (2, 2, 2), 4),
}  # fmt: skip


@pytest.mark.parametrize("spec", WINDOWS)
def test_each_output_frames_the_cells_of_its_window(spec):
    inputs, outputs, window = WINDOWS[spec]
    picture = seen(figure(spec))
    assert len(picture.named("cell in")) == inputs
    (looks,) = picture.looks
    assert len(looks) == prod(outputs)
    cell = picture.named("cell in")[0]
    every = picture.named("cell in", "cell pad")
    for look in looks:
        frames = look.frames[1:]
        assert round(sum(frame.width * frame.height for frame in frames) / (cell.width * cell.height)) == window
        assert sum(any(each.inside(frame) for frame in frames) for each in every) == window


def test_windows_cover_all_of_the_input_as_they_move():
    picture = seen(figure("Conv3D(1,2)@(3,3,3,1)"))
    starts = {tuple(round(n) for frame in look.frames[1:] for n in frame[:2]) for look in picture.looks[0]}
    assert len(starts) == 8  # each of its own


@pytest.mark.parametrize(
    "spec", ["Conv3D(2,2)@(3,3,4,2)", "MaxPooling3D(2)@(2,2,4,2)", "AdaptiveMaxPooling3D(2)@(3,3,3,1)"]
)
def test_numbers_stand_in_the_cells(spec):
    wishes = reading(None, None, None, None, None)
    (found,) = expanded(specs([spec]), wishes)
    graph = read(found, wishes)
    outcome = run(graph, Options(values=True, seed=3))
    row = infer(graph, found.name, None).rows[-1]
    sample = numbers_of(outcome, [], given=False, values=False).samples[row.name]
    text = "".join(draw.figure(row, sample).drawing.parts)
    arrays = [sample.inputs[0][..., 0], sample.outputs[0][..., 0]]
    arrays += [sample.weights["kernel"][..., 0, :]] if "kernel" in sample.weights else []
    for each in (float(each) for array in arrays for each in np.ravel(array)):
        assert f">{number(each)}</text>" in text


def test_a_large_volume_stays_in_one_plane():
    assert "depth 1" not in "".join(figure("Conv3D(2,2)@(30,30,30,1)").drawing.parts)
