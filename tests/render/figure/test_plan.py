"""What a figure shows: what is worn, what stands side by side, what is folded, opened, skipped and left out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densecli.render.figure.net import FARTHEST
from densecli.render.figure.parts import INLET, REST, layers_in, solids_of
from densecli.render.figure.plan import plan
from densecli.render.figure.shorter import _ends
from densecli.summary.infer import infer
from support.figures import GALLERY, report_of
from support.models import graph


def together(one, other):
    return True


def apart(one, other):
    return False


def frame_of(text, joins=apart, most=1000):
    return plan(infer(graph(text)), most, joins)


def shown(frame):
    """The types of the layers of each part, what they wear in brackets; frames as lists with how often they repeat."""
    found = []
    for part in frame.parts:
        if part.frame is not None:
            found.append((part.frame.box.times, shown(part.frame)))
        else:
            words = [each.box.type + "".join(f"[{worn.type}]" for worn in each.worn) for each in part.solids]
            found.append(" ".join(words))
    return found


def test_layers_wear_what_follows_them_and_changes_no_shape():
    frame = frame_of("Dense(4)@(3,) -> BatchNormalization -> ReLU -> Dropout(0.5) -> Dense(4)")
    assert shown(frame) == ["InputLayer", "Dense[BatchNormalization][ReLU][Dropout]", "Dense"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Dense(4)@(3,) -> [ReLU | Dense(4)] -> Add", ["InputLayer", "Dense", "ReLU", "Dense", "Add"]),  # not alone
        ("ReLU()@(3,) -> Dense(4)", ["InputLayer", "ReLU", "Dense"]),  # an input wears nothing
        (
            "Dense(4)@(4,) -> [_ | Dense(4)] -> Add -> ReLU",
            ["InputLayer", "Dense", "Dense", "Add", "ReLU"],
        ),  # nor a sign
    ],
)
def test_layers_wear_nothing_else(text, wanted):
    assert shown(frame_of(text)) == wanted


def test_side_by_side_stand_layers_in_a_row_only():
    frame = frame_of(
        "Dense(4)@(4,) -> Dense(5) -> [_ | Dense(5) -> Dense(5, use_bias=false)] -> Add -> Dense(3)", together
    )
    assert shown(frame) == ["InputLayer Dense Dense Dense Dense", "Add Dense"]
    (skip,) = frame.skips
    assert frame.parts[skip.source[0]].solids[skip.source[1]].box.name == "dense_1"
    assert frame.parts[skip.target].solids[0].box.type == "Add"


def test_repeats_that_are_worth_it_are_folded_with_what_comes_into_them():
    block = "([_ | Dense(4, activation=relu) -> Dense(4)] -> Add)"
    frame = frame_of(f"Dense(4)@(4,) -> {block}*5 -> Dense(2)")
    assert shown(frame) == ["InputLayer", "Dense", (5, [INLET, "Dense", "Dense", "Add"]), "Dense"]
    inner = frame.parts[2].frame
    assert [(link.source[0], link.target) for link in inner.links] == [(0, 1), (1, 2), (2, 3)]
    assert [(link.source[0], link.target) for link in inner.skips] == [(0, 3)]
    assert shown(frame_of("Conv2D(4, 3)@(30,30,4)*3")) == ["InputLayer", "Conv2D", "Conv2D", "Conv2D"]
    assert shown(frame_of("Dense(4)@(4,)*7")) == ["InputLayer", (7, [INLET, "Dense"])]


def test_a_fold_starts_with_a_layer_that_is_not_worn():
    block = "([_ | Dense(4)] -> Add -> ReLU)"
    frame = frame_of(f"Dense(4)@(3,) -> ReLU -> {block}*4 -> Dense(2)")
    assert shown(frame)[2] == (4, [INLET, "Dense", "Add", "ReLU"])


def test_a_fold_starts_where_fewest_tensors_come_in():
    block = "([_ | LayerNormalization -> Dense(4)] -> Add)"
    frame = frame_of(f"Dense(4)@(4,) -> {block}*5 -> LayerNormalization -> Dense(2)")
    assert shown(frame)[2] == (5, [INLET, "LayerNormalization", "Dense", "Add"])
    folds = [part.frame for part in plan(report_of("NASNetMobile"), 1000, apart).parts if part.frame is not None]
    assert [sum(part.solids[0].box.type == INLET for part in fold.parts) for fold in folds] == [
        2,
        2,
        2,
    ]  # the outputs of the two cells before


def test_a_skip_leads_past_a_chain_only():
    """Beside branches it is an arrow like theirs."""
    alone = frame_of("Dense(4)@(4,) -> [_ | Dense(4) -> Dense(4)] -> Add")
    beside = frame_of("Dense(4)@(4,) -> [_ | Dense(4) | Dense(4, activation=relu)] -> Add")
    assert (len(alone.skips), len(alone.links)) == (1, 4)
    assert (len(beside.skips), len(beside.links)) == (0, 6)


@pytest.mark.parametrize(("length", "skips"), [(FARTHEST, 1), (FARTHEST + 1, 0)])
def test_a_skip_leads_no_further_than_the_work_is_worth(length, skips):
    chain = " -> ".join(f"Dense({4 + index})" for index in range(length - 1))
    assert len(frame_of(f"Dense(4)@(4,) -> [_ | {chain} -> Dense(4)] -> Add").skips) == skips


def test_models_in_models_are_opened_until_there_are_too_many():
    report = report_of("VGG16")
    assert len(list(solids_of(plan(report, 1000, apart)))) == len(report.rows)


@pytest.mark.parametrize("most", [2, 3, 7, 20, 60])
@pytest.mark.parametrize("name", GALLERY)
def test_a_short_figure_stands_for_every_layer(name, most):
    report = report_of(GALLERY[name])
    whole = plan(report, 10_000, apart)
    inputs = 0 if any(row.type == "InputLayer" for row in report.rows) else len(report.inputs)
    short = plan(report, most, apart)
    solids = list(solids_of(short))
    assert sum(map(layers_in, short.parts)) == len(report.rows) + inputs
    assert len(solids) <= most + sum(solid.box.type == REST for solid in solids)
    assert sum(solid.box.type == REST for solid in solids) == (len(list(solids_of(whole))) > most)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=40), st.integers(0, 100))
def test_what_is_left_out_is_in_the_middle_and_no_more_than_needed(layers, most):
    first, last = _ends(layers, most)
    kept = sum(layers[:first]) + sum(layers[last + 1 :])
    assert first <= last
    assert kept <= most
    assert abs(first - (len(layers) - 1 - last)) <= 1
    assert first == last or kept + max(layers[first], layers[last]) > most


@st.composite
def nets(draw):
    """Dense layers and sums, each of earlier layers."""
    count = draw(st.integers(1, 14))
    layers = [{"name": "l0", "type": "Dense", "units": 4}]
    for index in range(1, count):
        inputs = draw(st.lists(st.integers(0, index - 1), min_size=1, max_size=3, unique=True))
        names = [f"l{each}" for each in inputs]
        kind = {"type": "Add"} if len(names) > 1 else {"type": draw(st.sampled_from(["Dense", "Dense", "ReLU"]))}
        layers.append(
            {"name": f"l{index}", **kind, **({"units": 4} if kind["type"] == "Dense" else {}), "inputs": names}
        )
    return layers


@settings(max_examples=150, deadline=None)
@given(nets(), st.booleans())
def test_every_edge_is_an_arrow_a_skip_or_between_neighbors(layers, joined):
    import json

    from densecli.read.open import read_text
    from densecli.read.reading import Reading

    last = [each["name"] for each in layers if not any(each["name"] in other.get("inputs", ()) for other in layers)]
    spec = {"input": [4], "layers": layers, "outputs": last}
    report = infer(read_text(json.dumps(spec).encode(), "m.json", Reading()))
    frame = plan(report, 1000, together if joined else apart)
    if any(part.frame is not None for part in frame.parts):
        return
    place = {each.box.name: (at, spot) for at, part in enumerate(frame.parts) for spot, each in enumerate(part.solids)}
    wearer = {worn.name: each.box.name for part in frame.parts for each in part.solids for worn in each.worn}
    wanted = set()
    for row in report.rows:
        for name in row.inbound:
            source, target = place[wearer.get(name, name)], place.get(row.name)
            if target is None:
                assert wearer[row.name] == wearer.get(name, name)
            elif target[1] == 0:
                wanted.add((source, target[0]))
            else:
                assert source == (target[0], target[1] - 1)
    assert {(link.source, link.target) for link in (*frame.links, *frame.skips)} == wanted
    assert not set(frame.links) & set(frame.skips)
    assert all(link.source[0] < link.target for link in frame.links)
    assert all(one < other for one, other in pairwise(sorted(place.values())))


def test_a_layer_that_is_called_again_has_a_line_back_to_it(tmp_path):
    path = tmp_path / "again.py"
    path.write_text(
        "import keras\nfrom keras import layers\nshared = layers.Dense(8)\ni = keras.Input((8,))\n"
        "model = keras.Model(i, layers.Dense(4)(shared(layers.ReLU()(shared(i)))))\n"
    )
    frame = plan(report_of(str(path)), 100, together)
    (back,) = frame.skips
    assert back.target < back.source[0]
    assert frame.parts[back.source[0]].solids[back.source[1]].box.type == "ReLU"
    assert any(solid.box.type == "Dense" for solid in frame.parts[back.target].solids)
