"""Nested rows are rows of their own where they are sorted, filtered, counted or merged; what a table leaves out is said."""

from __future__ import annotations

import csv
import io
import re

import pytest

from densecli.render.table.selection import Selection, select, selected
from densecli.summary.infer import infer
from support.models import graph
from support.program import here

STACK = (
    "Dense(6, name=first)@(5,8) -> TimeDistributed(Dense(4, name=inner), name=outer) -> Flatten -> Dense(3, name=last)"
)
REPORT = infer(graph(STACK))  # 54, 28, 0 and 63 parameters


def names(**options):
    return [line.row.name for line in select(REPORT, Selection(**options))]


def test_without_opened_levels_rows_stay_with_what_is_inside():
    assert names(sort="params") == ["last", "first", "outer", "flatten"]
    assert names(pattern="inner") == ["outer"]
    assert names(depth=None) == ["first", "outer", "inner", "flatten", "last"]


@pytest.mark.parametrize("depth", [1, None])
def test_opened_rows_are_sorted_filtered_and_counted_with_the_others(depth):
    assert names(sort="name", depth=depth) == ["first", "flatten", "last", "outer", "outer/inner"]
    assert names(sort="params", top=4, depth=depth) == ["last", "first", "outer", "outer/inner"]
    assert names(pattern="^Dense$", depth=depth) == ["first", "outer/inner", "last"]
    assert names(top=3, depth=depth) == ["first", "outer", "outer/inner"]
    assert {line.level for line in select(REPORT, Selection(sort="name", depth=depth))} == {0}


def test_groups_add_up_to_the_model():
    groups = {line.row.type: line.row for line in select(REPORT, Selection(group_by="type", depth=None))}
    assert groups.keys() == {"Dense", "Flatten"}
    assert groups["Dense"].params == REPORT.totals.params
    assert groups["Dense"].macs is None  # the row inside has those of one step
    shut = {line.row.type: line.row for line in select(REPORT, Selection(group_by="type"))}
    assert sum(row.macs for row in shut.values()) == REPORT.totals.macs


@pytest.mark.parametrize("path", ["TimeDistributed(Dense(4))@(1,3)", "Bidirectional(LSTM(3))@(5,4)", "VGG16"])
def test_groups_of_any_model_add_up_or_say_that_they_cannot(path):
    report = infer(graph(path))
    rows = [line.row for line in select(report, Selection(group_by="type", depth=None))]
    assert sum(row.params for row in rows) == report.totals.params
    for work in ("macs", "flops"):
        figures = [getattr(row, work) for row in rows]
        assert None in figures or sum(figures) == getattr(report.totals, work)


def test_what_is_left_out_is_said():
    assert selected(REPORT, Selection(top=3))[1] == ("Not shown: 1 more row (--top 3)",)
    assert selected(REPORT, Selection(top=3, depth=None))[1] == ("Not shown: 2 more rows (--top 3)",)
    assert selected(REPORT, Selection(top=4))[1] == ()
    assert selected(REPORT, Selection(pattern="LSTM"))[1] == ("No layer has a name or type that matches 'LSTM'",)
    assert selected(REPORT, Selection(pattern="LSTM", top=1))[1] == ("No layer has a name or type that matches 'LSTM'",)


@pytest.mark.parametrize("form", ["table", "markdown", "latex", "html", "svg"])
@pytest.mark.parametrize(
    ("words", "said"), [(("--top", "1"), "Not shown: 3 more rows"), (("--filter", "xyz"), "No layer")]
)
def test_every_output_for_people_says_so(form, words, said):
    done = here(STACK, "-f", form, *words)
    assert said in re.sub(r"<[^>]*>|&#160;", " ", done.stdout).replace("{}", "")
    assert done.stderr == ""


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_for_programs_it_is_a_note_beside_the_rows(form):
    done = here(STACK, "-f", form, "--top", "1")
    assert len(list(csv.reader(io.StringIO(done.stdout)))) == 2
    assert done.stderr == "note: <argument>: Not shown: 3 more rows (--top 1)\n"
    assert here(STACK, "-f", form, "--top", "1", "-q").stderr == ""


def test_pages_still_fold_what_is_inside():
    assert "inner" in here(STACK, "-f", "html", "--sort", "params").stdout
