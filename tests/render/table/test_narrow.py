"""Tables on a narrow terminal: they keep to its width, show each column once, and have no more rules than they need."""

from __future__ import annotations

import re

import pytest

from densecli.render.table.columns import ALIASES, COLUMNS
from densecli.text import cell_width
from support.models import MODELS
from support.program import here

BRANCHED = "Conv2D(8,3,name=a)@(28,28,3) -> [_ | Conv2D(8,3,padding=same)] -> Add -> Flatten -> Dense(4)"
CHAIN = "Dense(16)@(3,2) -> Flatten -> Dense(4)"
ATTENTION = "[_ | _]@(128,1024) -> MultiHeadAttention(16, 64) -> Dense(1024)"


def table(*words):
    return here(*words).stdout.splitlines()


@pytest.mark.parametrize("width", [60, 72, 80, 100, 132])
@pytest.mark.parametrize("stack", [CHAIN, BRANCHED, MODELS["branches"]])
def test_all_columns_keep_to_the_width(stack, width):
    lines = table(stack, "-c", "all", "--width", str(width), "--expand-nested")
    assert max(map(cell_width, lines)) <= width


@pytest.mark.parametrize("width", [60, 80, 132])
def test_every_column_is_shown_once_and_each_table_names_the_layers(width):
    lines = table(BRANCHED, "-c", "all", "--width", str(width))
    heads = [line for line in lines if line.startswith("┃")]
    words = " ".join(" ".join(re.split(r"\s*┃\s*", head)) for head in heads)
    tables = sum(line.startswith("┏") for line in lines)
    assert words.count("Layer (type)") == tables > 1
    for name in ALIASES["all"]:
        if " " not in COLUMNS[name].header and name != "layer":
            assert len(re.findall(rf"┃ +{re.escape(COLUMNS[name].header)} +┃", "\n".join(heads))) == 1, name


SHAPE = r"\((?:None|\d+)(?:, (?:None|\d+))*,?\)|=\[\d+(?:, \d+)*\]"


@pytest.mark.parametrize("width", [60, 80, 100, 132])
@pytest.mark.parametrize(
    "columns",
    ["layer,arguments,input_shape,output_shape,params,weights,weight_shape,receptive_field",
     "layer,input_shape,output_shape,weights,weight_shape", "layer,output_shape,params,connected_to", "input_shape,weights"],
)  # fmt: skip
@pytest.mark.parametrize("stack", [BRANCHED, ATTENTION, "Conv3D(128, 3)@(128,128,128,1024)", *MODELS.values()])
def test_no_shape_is_broken(stack, columns, width):
    words = (stack, "-c", columns)
    narrow, whole = ("\n".join(table(*words, "--width", str(each))) for each in (width, 10_000))
    assert sorted(re.findall(SHAPE, narrow)) == sorted(re.findall(SHAPE, whole))
    assert max(map(cell_width, narrow.splitlines())) <= width


def test_a_table_that_fits_in_pieces_stays_one():
    assert sum(line.startswith("┏") for line in table(BRANCHED, "--width", "66")) == 1


def test_one_wrapped_row_puts_no_rules_between_all():
    lines = table(BRANCHED, "--width", "80")
    assert any("(InputLayer)" in line and "input_layer" not in line for line in lines)  # it wraps
    assert not [line for line in lines if line.startswith("├")]


def test_rules_keep_rows_apart_where_most_of_them_wrap():
    lines = table(BRANCHED, "-c", "layer,arguments,input_shape,output_shape", "--width", "80")
    assert sum(line.startswith("├") for line in lines) == 5


def test_a_wide_sweep_repeats_its_variables():
    words = ("sweep", "Dense($n)@8 -> Dense($m)", "--set", "n=1,2", "--set", "m=3", "--width", "60")
    lines = table(*words, "-c", "params,macs,flops,weight_bytes,activation_bytes,layers,output_shape,trainable_params")
    assert max(map(cell_width, lines)) <= 60
    assert sum(bool(re.match(r"┃ n ┃ m ┃", line)) for line in lines) == 2
