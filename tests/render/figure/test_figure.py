"""Figures as shapes: what is drawn how large and where; nothing is cut, and nothing covers what it should not."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from densecli.render.figure.scene import Group
from densecli.render.palette.kinds import KINDS
from support.figures import GALLERY, box, overlap, paths, scene_of, texts, titles

NAMES = pytest.mark.parametrize("name", GALLERY)
STYLES = pytest.mark.parametrize("style", ["volumes", "flat", "boxes"])
DIRECTIONS = pytest.mark.parametrize("direction", ["right", "down", "left", "up"])
EVERYTHING = ("sizes", "types", "names", "params")
SKIPPED = "Conv2D(8, 3, padding=same)@(16,16,3) -> [_ | Conv2D(8, 3, padding=same) -> [_ | Conv2D(8, 3, padding=same)] -> Add] -> Add"


def inside(one, other):
    return other[0] <= one[0] and other[1] <= one[1] and one[2] <= other[2] and one[3] <= other[3]


def whole(scene):
    (x, y), (width, height) = scene.corner, scene.size
    return x, y, x + width, y + height


@NAMES
@STYLES
@DIRECTIONS
def test_everything_is_inside_the_picture_and_no_text_covers_another(name, style, direction):
    scene = scene_of(GALLERY[name], style, direction, EVERYTHING)
    assert all(inside(box(shape), whole(scene)) for shape in (*texts(scene), *paths(scene)))
    found = [box(text) for text in texts(scene)]
    assert [pair for pair in combinations(found, 2) if overlap(*pair)] == []


@NAMES
@DIRECTIONS
def test_texts_stay_in_their_boxes(name, direction):
    scene = scene_of(GALLERY[name], "boxes", direction, EVERYTHING)
    grounds = [box(path) for path in paths(scene, "front")]
    for text in texts(scene):
        touched = [ground for ground in grounds if overlap(box(text), ground)]
        assert all(inside(box(text), ground) for ground in touched), text


@pytest.mark.parametrize("direction", ["right", "left"])
@NAMES
def test_labels_are_not_on_the_fronts_of_volumes(name, direction):
    scene = scene_of(GALLERY[name], "volumes", direction, EVERYTHING)
    fronts = [box(path) for path in paths(scene, "front")]
    signs = [text for text in texts(scene) if text.text in ("+", "•")]
    assert [
        text for text in texts(scene) if text not in signs and any(overlap(box(text), each) for each in fronts)
    ] == []


@STYLES
@DIRECTIONS
@pytest.mark.parametrize(
    "spec", [SKIPPED, GALLERY["unet"], GALLERY["transformer"]], ids=["nested", "unet", "transformer"]
)
def test_skips_pass_beside_what_they_skip_and_beside_each_other(spec, style, direction):
    scene = scene_of(spec, style, direction)
    skips = [path for path in paths(scene, "wire") if len(path.segments) > 3]
    solids = [box(path) for path in paths(scene, "front") if path.look.kind.name != "input"]
    runs = []
    for skip in skips:
        ends = [each for segment in skip.segments for each in segment]
        along = 0 if direction in ("right", "left") else 1
        level = (min if True else max)(point[1 - along] for point in ends)
        low, high = sorted((skip.start[along], ends[-1][along]))
        line = (low + 8, level, high - 8, level) if along == 0 else (level, low + 8, level, high - 8)
        assert not any(_crosses(line, solid) for solid in solids)
        runs.append(line)
    assert len(runs) >= 2
    assert len(set(runs)) == len(runs)


def _crosses(line, solid):
    return line[0] < solid[2] and line[2] > solid[0] and line[1] < solid[3] and line[3] > solid[1]


@STYLES
@DIRECTIONS
@pytest.mark.parametrize("spec", [*GALLERY.values(), "InceptionV3", "NASNetMobile", "DenseNet121"])
def test_no_arrow_crosses_a_text(spec, style, direction):
    scene = scene_of(spec, style, direction)
    found = [box(text) for text in texts(scene) if len(text.text) > 1]
    for wire in paths(scene, "wire"):
        points = [wire.start, *[segment[-1] for segment in wire.segments]]
        for one, other in pairwise(points):
            line = (*map(min, zip(one, other, strict=True)), *map(max, zip(one, other, strict=True)))
            assert not [text for text in found if _crosses(line, text)]


# -- what there is ------------------------------------------------------------------------
def test_a_volume_has_three_faces_and_a_flat_one_has_one():
    stack = "Conv2D(8, 3)@(28,28,1) -> MaxPooling2D(2) -> Flatten -> Dense(10)"
    volumes, flat = scene_of(stack, "volumes"), scene_of(stack, "flat")
    legend = 5
    assert [len(paths(volumes, name)) for name in ("front", "top", "side")] == [5 + legend, 5, 5]
    assert [len(paths(flat, name)) for name in ("front", "top", "side")] == [5 + legend, 0, 0]
    assert len(titles(volumes)) == 5


def test_the_legend_has_the_kinds_that_are_drawn_in_their_order():
    scene = scene_of("Dense(8)@(3,) -> ReLU -> BatchNormalization -> [Dense(4) | Dense(4)] -> Add")
    words = [text.text for text in texts(scene)]
    legend = [word for word in words if word in {kind.title for kind in KINDS}]
    assert legend == ["Input", "Dense", "Normalization", "Activation", "Merge"]


def test_titles_say_what_a_pointer_is_on():
    scene = scene_of("Dense(4, name=first)@(3,) -> ReLU(name=second)")
    assert titles(scene) == ["input_layer (InputLayer)", "first (Dense) · (None, 4) · 16 params · second (ReLU)"]


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        (("sizes",), ["3", "8 × 8", "4", "4", "8 × 8", "5"]),
        (("types",), ["Input", "Conv2D × 2", "GlobalMaxPooling2D", "Dense"]),
        (("names",), ["input_layer", "conv", "global_max_pooling2d", "dense"]),
        (("params",), ["112 params", "148 params", "25 params"]),
        ((), []),
    ],
)
def test_labels_say_what_was_asked_for(labels, wanted):
    stack = "Conv2D(4, 3, padding=same, name=conv_1)@(8,8,3) -> Conv2D(4, 3, padding=same, name=conv_2) -> GlobalMaxPooling2D -> Dense(5)"
    scene = scene_of(stack, "volumes", labels=labels)
    words = [text.text for text in texts(scene)][: -len({"Input", "Convolution", "Pooling", "Dense"})]
    assert sorted(words) == sorted([*wanted, "4"] if labels == ("sizes",) else wanted)


def test_repeats_and_models_have_frames_with_titles():
    scene = scene_of("Dense(4)@(4,) -> ([_ | Dense(4)] -> Add)*5")
    assert len(paths(scene, "fold")) == 1
    assert "× 5" in [text.text for text in texts(scene)]
    nested = scene_of("[Dense(4, name=a)@(4,) | VGG16()@(224,224,3) -> Dense(4)] -> Add")
    assert len(paths(nested, "frame")) == 1
    assert "vgg16" in [text.text for text in texts(nested)]
    closed = scene_of("[Dense(4, name=a)@(4,) | VGG16()@(224,224,3) -> Dense(4)] -> Add", most=10)
    assert len(paths(closed, "frame")) == 0
    assert "vgg16" in [text.text for text in texts(closed)]


def test_what_is_unknown_is_said_and_not_guessed():
    scene = scene_of("Conv1D(4, 3)@(none,2) -> Dense(8)", "volumes")
    assert [text.text for text in texts(scene)].count("?") == 2  # of the input, and of the block


@pytest.mark.parametrize("style", ["volumes", "boxes"])
def test_layers_that_are_called_again_say_how_often(tmp_path, style):
    path = tmp_path / "shared.py"
    path.write_text(
        "import keras\na, b = keras.Input((5,)), keras.Input((5,))\ntower = keras.layers.Dense(3)\n"
        "model = keras.Model([a, b], keras.layers.Dense(1)(keras.layers.Subtract()([tower(a), tower(b)])))\n"
    )
    words = [text.text for text in texts(scene_of(str(path), style))]
    assert [word for word in words if "calls" in word] == ["2 calls" if style == "volumes" else "3 · 2 calls"]


def test_only_the_batch_is_left_out_of_sizes(tmp_path):
    """What a constant holds, and what is made of it, has none."""
    path = tmp_path / "model.py"
    call = "return x + self.embedding(keras.ops.arange(0, 144))"
    path.write_text(
        "import keras\nclass Position(keras.layers.Layer):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.embedding = keras.layers.Embedding(144, 64)\n    def call(self, x):\n        {call}\n"
        "i = keras.Input((144, 64))\nmodel = keras.Model(i, keras.layers.Dense(7)(Position()(i)))\n"
    )
    words = [text.text for text in texts(scene_of(str(path), "boxes"))]
    assert words.count("144 × 64") == 3  # of the input, outside and inside of the layer, and of the embedding
    assert words.count("144") == 1  # of the constant
    assert "scalar" not in words
    batched = "Input(batch_shape=(8,5,3)) -> Dense(4)"
    assert {"5 × 3", "5 × 4"} <= {text.text for text in texts(scene_of(batched, "boxes"))}


def test_an_inner_repeat_of_the_only_layers_is_fed_by_the_input_outside():
    scene = scene_of("Dense(4)@(4,)*9")
    (fold,) = [
        shape
        for shape in scene.shapes
        if isinstance(shape, Group) and "× 9" in [t.text for t in shape.shapes if hasattr(t, "text")]
    ]
    assert not [title for title in titles(scene._replace(shapes=fold.shapes)) if "InputLayer" in title]


# -- how large ------------------------------------------------------------------------------
def heights(spec, kind):
    return [box(path)[3] - box(path)[1] for path in paths(scene_of(spec, "flat"), "front", kind)][
        :-1
    ]  # without the legend's


def test_sizes_follow_the_shape_by_the_same_number_of_pixels_an_octave():
    stack = "Conv2D(8, 2, strides=2)@(128,128,3) -> Conv2D(8, 2, strides=2) -> Conv2D(8, 2, strides=2) -> Conv2D(8, 2, strides=2)"
    found = heights(stack, "convolution")
    steps = [one - other for one, other in pairwise(found)]
    assert all(step == pytest.approx(steps[0]) and step > 10 for step in steps)
    widths = [
        box(path)[2] - box(path)[0]
        for path in paths(
            scene_of("Conv2D(8, 1)@(9,9,2) -> Conv2D(16, 1) -> Conv2D(32, 1)", "flat"), "front", "convolution"
        )
    ]
    assert widths[1] - widths[0] == pytest.approx(widths[2] - widths[1])
    bars = heights("Dense(64)@(512,) -> Dense(8) -> Dense(1)", "dense")
    assert bars[0] - bars[1] == pytest.approx(bars[1] - bars[2])


@NAMES
def test_funnels_are_between_layers_of_different_size_only(name):
    scene = scene_of(GALLERY[name], "volumes")
    for funnel in paths(scene, "funnel"):
        xs = sorted({round(point[0], 3) for point in (funnel.start, *[each[0] for each in funnel.segments])})
        assert xs[0] < xs[-1]
    assert not paths(scene_of(GALLERY[name], "boxes"), "funnel")
    assert not paths(scene_of("Dense(4)@(4,) -> Dense(4, use_bias=false)", "volumes"), "funnel")
    assert len(paths(scene_of("Dense(4)@(5,) -> Dense(6)", "volumes"), "funnel")) == 2


def test_directions_are_the_same_figure_turned():
    stack = "Dense(40)@(30,) -> Dense(20)"
    middles = {}
    for direction in ("right", "left", "down", "up"):
        fronts = paths(scene_of(stack, "volumes", direction), "front")[:-2]
        at = [((box(path)[0] + box(path)[2]) / 2, (box(path)[1] + box(path)[3]) / 2) for path in fronts]
        kinds = [path.look.kind.name for path in fronts]
        middles[direction] = dict(
            zip(["input", "first", "second"], at if kinds[0] == "input" else at[::-1], strict=True)
        )
    assert middles["right"]["input"][0] < middles["right"]["first"][0] < middles["right"]["second"][0]
    assert middles["left"]["input"][0] > middles["left"]["first"][0] > middles["left"]["second"][0]
    assert middles["down"]["input"][1] < middles["down"]["first"][1] < middles["down"]["second"][1]
    assert middles["up"]["input"][1] > middles["up"]["first"][1] > middles["up"]["second"][1]


@DIRECTIONS
def test_what_is_nearer_is_drawn_later(direction):
    """Seen from the upper right; else a side would cover the front of its neighbor."""
    fronts = paths(scene_of(GALLERY["vgg16"], "volumes", direction), "front")
    middles = [((box(path)[0] + box(path)[2]) / 2, -(box(path)[1] + box(path)[3]) / 2) for path in fronts[:23]]
    along = [middle[0 if direction in ("right", "left") else 1] for middle in middles]
    assert along == sorted(along)


@pytest.mark.parametrize(
    ("layer", "sign", "bars"),
    [("Add", "+", 0), ("Subtract", "−", 0), ("Multiply", "×", 0), ("Maximum", "max", 0), ("Average", "avg", 0), ("Concatenate", "", 2), ("Dot(1)", "•", 0)],
)  # fmt: skip
def test_a_merge_shows_its_function(layer, sign, bars):
    scene = scene_of(f"[Dense(4, name=a)@(3,) | Dense(4)@(3,)] -> {layer}", labels=())
    signs = [text.text for text in texts(scene) if text.text not in {kind.title for kind in KINDS}]
    assert signs == [sign] * bool(sign)
    assert len(paths(scene, "side", "merge")) == bars


def test_a_function_on_tensors_is_a_merge_too(tmp_path):
    source = "import keras\na = keras.Input((3,))\nb = keras.Input((3,))\nmodel = keras.Model([a, b], keras.ops.subtract(a, b) * b)\n"
    path = tmp_path / "model.py"
    path.write_text(source)
    words = [text.text for text in texts(scene_of(str(path), labels=()))]
    assert {"−", "×"} <= set(words)
