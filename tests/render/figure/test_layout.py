"""Places of parts: the longest path in one line, nothing on top of another, sources before targets, arrows apart, rows that fit."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from densecli.render.figure.figure import INFINITE, _joins
from densecli.render.figure.layout import _spine, laid
from densecli.render.figure.measure import Ruler
from densecli.render.figure.options import Options
from densecli.render.figure.plan import plan
from densecli.render.figure.tracks import STRAIGHT
from support.figures import GALLERY, overlap, report_of

MODELS = {
    **GALLERY,
    "inception": "InceptionV3",
    "nasnet": "NASNetMobile",
    "mobilenet": "MobileNetV3Small",
    "densenet": "DenseNet121",
}
LOOKS = pytest.mark.parametrize(("style", "direction"), [("volumes", "right"), ("boxes", "down"), ("flat", "up")])
BRANCHED = "Conv2D(8, 3, padding=same)@(16,16,8) -> ([Conv2D(8, 1) | Conv2D(8, 3, padding=same) | _] -> Concatenate -> Conv2D(8, 1))"


def placed(spec, style, direction, wrap=INFINITE, most=100):
    options = Options(style, direction)
    frame = plan(report_of(spec), most, _joins(options))
    return laid(frame, Ruler(frame, options), wrap)


def frames(found):
    yield found
    for inner in found.inner:
        if inner is not None:
            yield from frames(inner)


def rooms_of(found):
    return [
        (along - room.before, across - room.near, along + room.length + room.after, across + room.far)
        for (along, across), room in zip(found.at, found.rooms, strict=True)
    ]


def corners(found, link):
    """Where an arrow goes, from the end of its source to the start of its target."""
    (along, across), room = found.at[link.source[0]], found.rooms[link.source[0]]
    return [(along + room.length, across + room.leaves), *found.bends[link], found.at[link.target]]


@LOOKS
@pytest.mark.parametrize("name", MODELS)
def test_parts_have_places_of_their_own(name, style, direction):
    for found in frames(placed(MODELS[name], style, direction)):
        assert not [pair for pair in combinations(rooms_of(found), 2) if overlap(*pair)]
        for link in found.frame.links:
            assert found.span(link.source[0])[1] < found.span(link.target)[0]
        edges = [(link.source[0], link.target) for link in found.frame.links]
        axes = [found.at[part][1] for part in _spine(found.frame, edges)]
        assert max(axes) - min(axes) < 0.5


@LOOKS
@pytest.mark.parametrize("wrap", [INFINITE, 900])
@pytest.mark.parametrize("name", MODELS)
def test_arrows_with_other_ends_never_lie_on_each_other_across_the_figure(name, wrap, style, direction):
    """Between ranks each has a track of its own; only arrows from one source, or to one target, share it."""
    for found in frames(placed(MODELS[name], style, direction, wrap)):
        tracks = {}
        for link in found.frame.links:
            for one, other in pairwise(corners(found, link)):
                if abs(one[1] - other[1]) > STRAIGHT:
                    assert one[0] == other[0]  # across only
                    tracks.setdefault(round(one[0], 3), []).append((*sorted((one[1], other[1])), link))
        for steps in tracks.values():
            for (low, high, link), (start, end, other) in combinations(steps, 2):
                shared = link.source == other.source or link.target == other.target
                assert shared or min(high, end) - max(low, start) < 0.5, (link, other)


@LOOKS
@pytest.mark.parametrize("name", MODELS)
def test_skips_have_their_ends_in_one_line(name, style, direction):
    """The arrow that comes down to its target would else go through what stands above it."""
    for found in frames(placed(MODELS[name], style, direction)):
        for (part, solid), target in found.frame.skips:
            inside = solid < len(found.frame.parts[part].solids) - 1
            assert inside or abs(found.at[part][1] + found.rooms[part].leaves - found.at[target][1]) <= STRAIGHT


# -- rows ---------------------------------------------------------------------------------


@LOOKS
@pytest.mark.parametrize("name", ["resnet50", "inception", "mobilenet", "densenet", "nasnet"])
def test_a_long_figure_goes_on_in_rows_that_fit(name, style, direction):
    found, long = placed(MODELS[name], style, direction, 1500), placed(MODELS[name], style, direction)
    reach = max(found.span(part)[1] for part in range(len(found.at)))
    whole = max(long.span(part)[1] for part in range(len(long.at)))
    assert reach <= 1500 < whole or reach == whole <= 1500
    assert not [pair for pair in combinations(rooms_of(found), 2) if overlap(*pair)]
    for link in found.frame.links:
        for one, other in pairwise(corners(found, link)):  # what leads back is between the rows
            back = (*map(min, zip(one, other, strict=True)), *map(max, zip(one, other, strict=True)))
            assert other[0] >= one[0] or not any(_crosses(back, room) for room in rooms_of(found))


def _crosses(line, room):
    return line[0] < room[2] and line[2] > room[0] and line[1] < room[3] and line[3] > room[1]


def test_rows_are_as_long_as_each_other():
    """Not one full row, and the rest in another: twenty equal layers, of which thirteen would fit."""
    found = placed(
        " -> ".join(["Dense(8)@(4,)", *[f"Dense({9 + index})" for index in range(19)]]), "volumes", "right", 450
    )
    starts = [round(across) for _, across in found.at]
    counts = [starts.count(across) for across in dict.fromkeys(starts)]
    assert len(counts) > 1
    assert max(counts) - min(counts) <= 1


def test_a_figure_breaks_only_where_one_tensor_leads_on():
    """A U-Net has none but at its ends, where breaking would not make it shorter."""
    unet = placed(GALLERY["unet"], "volumes", "right", 900)
    assert unet.at == placed(GALLERY["unet"], "volumes", "right").at
    for name in ("resnet50", "inception", "densenet"):
        found = placed(MODELS[name], "volumes", "right", 900)
        leading = {}
        for link in found.frame.links:
            back = [(one, other) for one, other in pairwise(corners(found, link)) if other[0] < one[0] - STRAIGHT]
            for one, _ in back:
                leading.setdefault(round(one[1]), set()).add(link.source)
        assert len(leading) > 1
        assert all(len(sources) == 1 for sources in leading.values())


def test_a_skip_past_the_end_of_a_row_leaves_the_arrow_that_leads_to_the_next_one():
    found = placed("DenseNet121", "volumes", "right", 900)
    assert found.heads
    for skip, (along, across) in found.heads.items():
        assert along < found.at[skip.target][0]
        assert across == found.at[skip.target][1]
        assert found.at[skip.source[0]][1] < across


def test_a_nested_model_has_rows_too_and_its_output_leaves_from_the_last_one():
    found = placed(
        "MobileNetV2(include_top=false)@(96,96,3) -> GlobalAveragePooling2D -> Dense(4)", "volumes", "right", 900
    )
    (model,) = [part for part, inner in enumerate(found.inner) if inner is not None]
    inner = found.inner[model]
    assert len({round(across) for _, across in inner.at}) > 1
    assert found.rooms[model].leaves == inner.at[-1][1] - inner.at[0][1] > 0
    assert found.rooms[model].length <= 900


def test_layers_whose_connections_are_unknown_have_rows_without_arrows(tmp_path):
    path = tmp_path / "net.py"
    own = "    def __init__(self):\n        super().__init__()\n        self.all = [keras.layers.Dense(n) for n in range(1, 41)]\n"
    path.write_text(f"import keras\nclass Net(keras.Model):\n{own}model = Net()\n")
    found = placed(str(path), "volumes", "right", 500)
    assert not found.joined
    assert max(along for along, _ in found.at) < 500
    assert len({round(across) for _, across in found.at}) > 1


def test_the_longest_path_is_that_with_most_layers():
    found = placed(
        "Conv2D(8, 3, padding=same)@(16,16,8) -> [Conv2D(8, 1) -> ReLU -> Conv2D(8, 3, padding=same) | Conv2D(8, 1)] -> Add",
        "volumes",
        "right",
    )
    edges = [(link.source[0], link.target) for link in found.frame.links]
    names = [found.frame.parts[part].solids[0].box.name for part in reversed(_spine(found.frame, edges))]
    assert names == ["input_layer", "conv2d", "conv2d_1", "add"]
