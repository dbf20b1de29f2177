"""Line breaks in tables: no text lost, no line too long, words and names unbroken if they fit."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from densecli.cli import run
from densecli.render.table.grid import natural_width
from densecli.render.table.wrapping import line_starts, lines, shared_out
from densecli.text import cell_width
from support.folders import EXAMPLE_SPECS
from support.models import MODELS

FILES = ("siamese.yaml", "lenet5.yaml", "repeats.dsl")

TEXTS = st.text(st.sampled_from("ab Z_[](),=/9 日"), max_size=40)


@pytest.mark.parametrize(
    ("text", "width", "broken"),
    [
        ("conv2d_1 (Conv2D)", 12, ["conv2d_1", "(Conv2D)"]),
        ("(None, 224, 224, 3)", 19, ["(None, 224, 224, 3)"]),
        ("(None, 224, 224, 3)", 12, ["(None, 224,", "224, 3)"]),
        ("kernel (3, 3, 64, 64), bias (64,)", 23, ["kernel (3, 3, 64, 64),", "bias (64,)"]),
        ("bn (BatchNormalization)", 15, ["bn", "(Batch", "Normalization)"]),
        ("conv2_block1_conv[0][0]", 20, ["conv2_block1_conv", "[0][0]"]),
        ("kernel_size=[3, 3], strides=[2, 2]", 20, ["kernel_size=[3, 3],", "strides=[2, 2]"]),
        ("shape=(28, 28, 1)", 14, ["shape=", "(28, 28, 1)"]),
        ("[(None, 26, 8), (None, 26, 8)]", 16, ["[(None, 26, 8),", "(None, 26, 8)]"]),
        ("adam 456 B + activations 64 B", 28, ["adam 456 B + activations", "64 B"]),
        ("output 12.25 MiB)", 13, ["output", "12.25 MiB)"]),
        ("activation=relu", 12, ["activation=", "relu"]),
        ("xxxxxxxxxxxxxxxxxxxxxxxx", 10, ["xxxxxxxxxx", "xxxxxxxxxx", "xxxx"]),
        ("日本語日本語", 5, ["日本", "語日", "本語"]),
    ],
)
def test_texts_are_broken_where_it_reads_well(text, width, broken):
    assert lines(text, width) == broken


@given(TEXTS, st.integers(4, 30), st.integers(0, 3))
def test_nothing_is_lost_and_no_line_is_too_long(text, width, indent):
    found = lines(text, width, indent)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert all(cell_width(line.rstrip()) <= width for line in found)


@given(TEXTS, st.integers(4, 30))
def test_a_word_that_fits_a_line_is_never_cut(text, width):
    cuts = [start for start in line_starts(text, width) if text[start - 1] != " " and text[start] != " "]
    spans = [found.span() for found in re.finditer(r"\S+", text)]
    for cut in cuts:
        start, end = next(span for span in spans if span[0] < cut < span[1])
        assert cell_width(text[:start] if not text[:start].strip() else "") + cell_width(text[start:end]) > width


@given(st.lists(st.tuples(*[st.integers(1, 60)] * 3), min_size=1, max_size=8), st.integers(1, 300))
def test_columns_get_between_their_wishes_and_never_more_than_the_room(wishes, room):
    wishes = [sorted(each, reverse=True) for each in wishes]
    widths = shared_out(room, wishes)
    least = sum(each[-1] for each in wishes)
    assert sum(widths) <= max(room, least)
    assert all(low <= width <= high for width, (high, _, low) in zip(widths, wishes, strict=True))
    if sum(each[0] for each in wishes) <= room:
        assert widths == [each[0] for each in wishes]


# -- whole tables ----------------------------------------------------------------------------
def table(capsys, *arguments):
    assert run(list(map(str, arguments))) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize(
    "spec", [*MODELS.values(), *(str(EXAMPLE_SPECS / name) for name in FILES)], ids=[*MODELS, *FILES]
)
def test_tables_fit_and_hold_every_word(capsys, spec, width):
    free = table(capsys, spec, "--width", "10000", "--expand-nested")
    drawn = table(capsys, spec, "--width", width, "--expand-nested")
    assert max(map(cell_width, drawn.splitlines())) <= width

    def words(text):
        return sorted(re.sub(r"[^\w]", "", text.partition("Total params")[0]))

    assert not Counter(words(free)) - Counter(words(drawn))  # tables below each other repeat the names of the layers


def test_numbers_stand_whole_in_a_table_that_is_too_narrow_for_them(capsys):
    spec = "Dense(4000)@(3000,) -> Dense(5000)"
    drawn = table(capsys, spec, "--width", "20", "-c", "+macs,flops,trainable_params")
    assert "12,004,000" in drawn
    assert "20,005,000" in drawn


def test_the_bar_of_a_share_goes_before_names_are_broken(capsys):
    spec = "Dense(40)@(30,) -> Dense(50)"
    wide, narrow = (table(capsys, spec, "--width", each, "-c", "+share") for each in ("80", "56"))
    assert "█" in wide
    assert "█" not in narrow
    assert "dense_1 (Dense)" in narrow


def test_borders_are_counted():
    assert natural_width([10, 5]) == len("│ " + "x" * 10 + " │ " + "x" * 5 + " │")
