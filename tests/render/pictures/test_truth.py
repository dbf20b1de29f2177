"""What a cell shows when it is pointed at is true: changing these inputs, and no others, changes that output in the forward pass."""

from __future__ import annotations

import numpy as np
import pytest

from densecli import kernels
from support.pictures import figure, rows, seen

MOVED = [
    "Flatten@(3,4)", "Flatten@(2,3,4)", "Reshape((4,-1))@(12,)", "Reshape((2,3,2))@(4,3)", "Permute((2,1))@(3,5)",
    "Permute((3,1,2))@(2,3,4)", "RepeatVector(3)@(6,)", "ZeroPadding1D((1,2))@(5,1)", "Cropping1D((2,1))@(9,1)",
    "UpSampling1D(3)@(4,1)",
]  # fmt: skip
WINDOWS = [
    "Conv1D(3,3)@(8,2)", "Conv1D(2,3,padding=causal,dilation_rate=2)@(9,2)", "Conv1D(4,3,groups=2,padding=same,strides=2)@(9,4)",
    "DepthwiseConv1D(3,depth_multiplier=2)@(7,3)", "SeparableConv1D(4,3)@(7,3)", "MaxPooling1D(3,strides=2,padding=same)@(8,2)",
    "GlobalAveragePooling1D@(6,3)", "AdaptiveAveragePooling1D(3)@(8,2)",
    "Conv2D(2,3)@(6,5,1)", "Conv2D(2,(3,2),padding=same,strides=(2,1))@(7,6,2)", "Conv2D(1,3,dilation_rate=2)@(8,7,2)",
    "Conv2D(2,3,padding=same,data_format=channels_first)@(2,5,6)", "AveragePooling2D((2,3),padding=same)@(5,7,2)",
    "MaxPooling2D(2)@(6,7,1)", "GlobalMaxPooling2D@(4,5,2)", "AdaptiveMaxPooling2D((2,4))@(5,9,1)", "DepthwiseConv2D(3)@(6,6,2)",
]  # fmt: skip
SPREAD = [
    "Conv1DTranspose(2,3)@(5,2)", "Conv1DTranspose(2,4,strides=3,padding=same)@(5,2)", "Conv1DTranspose(1,2,strides=3)@(4,1)",
    "Conv2DTranspose(2,3,strides=2,padding=same)@(4,3,2)", "Conv2DTranspose(1,(2,3))@(3,4,1)",
    "Conv2DTranspose(1,3,strides=2,padding=same,output_padding=1)@(3,4,1)", "Conv2DTranspose(1,2,dilation_rate=2)@(3,4,1)",
]  # fmt: skip
TOGETHER = [
    "LayerNormalization@(3,4)", "GroupNormalization(2)@(3,4)", "RMSNormalization@(4,3)", "UnitNormalization@(5,)", "Softmax@(3,4)",
    "Activation(softmax)@(2,5)",
]  # fmt: skip


def forward(row, x):
    """The layer's own forward pass, with positive weights: nothing cancels out."""
    draw = np.random.RandomState(0)
    weights = {each.name: draw.uniform(0.5, 1.5, each.shape).astype("float32") for each in row.weights}
    return np.asarray(row.layer.forward(kernels, weights, x.astype("float32"))[0])


def an_input(row):
    shape = row.input_shapes[0][1:]
    return np.random.RandomState(1).permutation(int(np.prod(shape))).reshape(1, *shape) / 7 + 1


def channels_last(row, array):
    return np.moveaxis(array, 0, -1) if vars(row.layer).get("data_format") == "channels_first" else array


def effects(row):
    """For each place of the output, without the batch, the places of the input that change it."""
    x = an_input(row)
    before = forward(row, x)
    found = {place: set() for place in np.ndindex(before.shape)}
    for place in np.ndindex(x.shape[1:]):
        changed = x.copy()
        changed[0][place] += 100
        for output in np.argwhere(np.abs(forward(row, changed) - before) > 1e-6):
            found[tuple(map(int, output))].add(place)
    return found, before.shape


@pytest.mark.parametrize("spec", MOVED)
def test_moved_cells_hold_the_number_of_the_cell_that_they_show(spec):
    row = rows(spec)[-1]
    picture = seen(figure(spec))
    cells = [box for _, box in picture.cells]
    x = an_input(row)
    y = forward(row, x).ravel()
    (looks,) = picture.looks
    assert len(cells) == x.size and len(looks) == y.size
    for value, look in zip(y, looks, strict=True):
        sources = [at for at, cell in enumerate(cells) for frame in look.frames[1:] if cell.inside(frame)]
        assert len(sources) <= 1
        assert value == pytest.approx(x.ravel()[sources[0]] if sources else 0)


def plane_effects(row):
    """The same for the plane that is drawn: (channel, step) of a sequence, (row, column) of an image, its channels as one."""
    found, _ = effects(row)
    rank = len(row.input_shapes[0]) - 2
    first = vars(row.layer).get("data_format") == "channels_first"

    def shown(place):
        if len(place) == 1:  # of global pooling
            return (place[0], 0) if rank == 1 else (0, 0)
        return (place[1], place[0]) if rank == 1 else place[1:] if first else place[:2]

    merged = {}
    for output, inputs in found.items():
        merged.setdefault(shown(output), set()).update(map(shown, inputs))
    return merged


def cells_in(frames, cells, columns):
    return {divmod(at, columns) for at, cell in enumerate(cells) if any(cell.inside(frame) for frame in frames)}


@pytest.mark.parametrize("spec", WINDOWS)
def test_windows_see_what_changes_their_output(spec):
    row = rows(spec)[-1]
    picture, truth = seen(figure(spec)), plane_effects(row)
    columns = 1 + max(place[1] for inputs in truth.values() for place in inputs)
    shape = channels_last(row, np.zeros(row.input_shapes[0][1:])).shape
    inner = shape[:2] if len(shape) == 3 else shape[::-1]
    cells = picture.named("cell in")[-inner[0] * inner[1] :]
    (looks,) = picture.looks
    wide = 1 + max(place[1] for place in truth)
    assert len(looks) == len(truth) and columns <= inner[1]
    for at, look in enumerate(looks):
        assert cells_in(look.frames[1:], cells, inner[1]) == truth[divmod(at, wide)], look.title


@pytest.mark.parametrize("spec", SPREAD)
def test_painted_cells_are_those_that_an_input_changes(spec):
    row = rows(spec)[-1]
    picture, truth = seen(figure(spec)), painted(row)
    looks, backward = picture.looks
    outputs = [look.cell for look in backward]
    wide = 1 + max(place[1] for place in truth)
    inputs = [look.cell for look in looks]
    across = 1 + max(place[1] for sources in truth.values() for place in sources)
    for at, look in enumerate(backward):
        assert cells_in(look.frames[1:], inputs, across) == truth[divmod(at, wide)]
    for at, look in enumerate(looks):
        mine = {output for output, sources in truth.items() if divmod(at, across) in sources}
        assert cells_in(look.frames[1:], outputs, wide) == mine


def painted(row):
    """By output cell, the input cells: of a sequence, steps alone."""
    found, _ = effects(row)
    flat = len(row.input_shapes[0]) == 3
    merged = {}
    for output, inputs in found.items():
        place = (0, output[0]) if flat else output[:2]
        merged.setdefault(place, set()).update((0, each[0]) if flat else each[:2] for each in inputs)
    return merged


@pytest.mark.parametrize("spec", TOGETHER)
def test_elements_that_are_normalized_together_change_each_other(spec):
    row = rows(spec)[-1]
    picture, (truth, shape) = seen(figure(spec)), effects(row)
    columns = shape[-1]
    (looks,) = picture.looks
    cells = [box for name, box in picture.cells if name != "cell weight"]
    for at, (look, output) in enumerate(zip(looks, truth, strict=True)):
        block = [frame for frame in look.frames[1:] if any(cell.inside(frame) for cell in cells)]
        inputs = {(0, *place)[-2:] for place in truth[output]}
        assert cells_in(block, cells, columns) == inputs, at


def test_a_dense_sees_its_row_and_its_column():
    row = rows("Dense(5)@(3,2)")[-1]
    picture, (truth, _) = seen(figure("Dense(5)@(3,2)")), effects(row)
    inputs = picture.named("cell in")
    kernel, bias = picture.named("cell weight")[:10], picture.named("cell weight")[10:]
    (looks,) = picture.looks
    for at, look in enumerate(looks):
        unit = at % 5
        assert cells_in(look.frames, inputs, 2) == truth[divmod(at, 5)]
        assert cells_in(look.frames, kernel, 5) == {(0, unit), (1, unit)}
        assert cells_in(look.frames, bias, 5) == {(0, unit)}


@pytest.mark.parametrize("layer", ["Add", "Multiply", "Maximum"])
def test_merged_elements_come_from_the_same_place(layer):
    picture = seen(figure(f"[Reshape((3,4)) | Reshape((3,4))]@(12,) -> {layer}"))
    (looks,) = picture.looks
    cells = [box for _, box in picture.cells]
    for at, look in enumerate(looks):
        sources = [index for index, cell in enumerate(cells) for frame in look.frames[1:] if cell.inside(frame)]
        assert sources == [at, 12 + at]


@pytest.mark.parametrize(("window", "causal"), [(None, True), (2, False), (2, True), (1, False)])
def test_weights_that_are_hidden_are_those_that_the_kernel_masks(window, causal):
    import json

    from densecli.kernels.heads import heads_mask
    from densecli.render.pictures import attention, kinds
    from densecli.render.pictures.figure import Sample

    facts = kinds.Attended(4, 5, 2, 2, causal=causal, window=window)
    picture = seen(attention.attended(facts, Sample()))
    text = "".join(attention.attended(facts, Sample()).drawing.parts)
    mask = heads_mask(np.zeros((1, 4, 2)), np.zeros((1, 5, 2)), [None] * 4, causal, window)
    weights = picture.looks[0]
    assert len(weights) == 20 and text.count('class="cell pad"') == int((~mask[0]).sum())
    assert json.dumps(mask[0].tolist())  # one row for each query
