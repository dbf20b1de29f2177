"""Places of parts: the longest path in one line, nothing on top of another, sources before targets."""

from __future__ import annotations

from itertools import combinations

import pytest

from densecli.render.figure.figure import _joins
from densecli.render.figure.layout import _spine, laid
from densecli.render.figure.measure import Ruler
from densecli.render.figure.options import Options
from densecli.render.figure.plan import plan
from support.figures import GALLERY, overlap, report_of

MODELS = {**GALLERY, "inception": "InceptionV3", "nasnet": "NASNetMobile", "mobilenet": "MobileNetV3Small"}


def placed(spec, style, direction):
    options = Options(style, direction)
    frame = plan(report_of(spec), 100, _joins(options))
    return laid(frame, Ruler(frame, options))


def frames(found):
    yield found
    for inner in found.inner:
        if inner is not None:
            yield from frames(inner)


@pytest.mark.parametrize(("style", "direction"), [("volumes", "right"), ("boxes", "down"), ("flat", "up")])
@pytest.mark.parametrize("name", MODELS)
def test_parts_have_places_of_their_own(name, style, direction):
    for found in frames(placed(MODELS[name], style, direction)):
        rooms = [
            (along - room.before, across - room.near, along + room.length + room.after, across + room.far)
            for (along, across), room in zip(found.at, found.rooms, strict=True)
        ]
        assert not [pair for pair in combinations(rooms, 2) if overlap(*pair)]
        for link in found.frame.links:
            assert found.span(link.source[0])[1] < found.span(link.target)[0]
        edges = [(link.source[0], link.target) for link in found.frame.links]
        axes = [found.at[part][1] for part in _spine(found.frame, edges)]
        assert max(axes) - min(axes) < 0.5


def test_the_longest_path_is_that_with_most_layers():
    found = placed(
        "Conv2D(8, 3, padding=same)@(16,16,8) -> [Conv2D(8, 1) -> ReLU -> Conv2D(8, 3, padding=same) | Conv2D(8, 1)] -> Add",
        "volumes",
        "right",
    )
    edges = [(link.source[0], link.target) for link in found.frame.links]
    names = [found.frame.parts[part].solids[0].box.name for part in reversed(_spine(found.frame, edges))]
    assert names == ["input_layer", "conv2d", "conv2d_1", "add"]
