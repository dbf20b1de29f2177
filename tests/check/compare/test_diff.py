"""Differences: one edit is one row, a model never differs from itself, and no edit goes unreported."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from densecli.catalogue import lookup
from densecli.check.compare import arguments, outline, sequences
from densecli.check.compare.diff import change_text, diff
from densecli.errors import Source
from densecli.fields import Object
from densecli.read.stack.reader import read_stack
from densecli.render.diff import FORMATS, render
from densecli.summary.infer import infer
from support.goldens import golden
from support.program import here
from support.random_stacks import Step, chains, stacks, steps, text
from support.work import grows_no_faster

NET = "Conv1D(8, 3, name=stem)@(16,3) -> Activation(relu) -> [_ | Conv1D(8, 3, padding=same) -> Conv1D(8, 3, padding=same)] -> Add -> Dense(32) -> Dense(10, name=head)"


def report(stack, source="model.dsl"):
    return infer(read_stack(Source(source, stack)), source)


def differences(before, after):
    found = diff(report(before), report(after))
    return [(each.kind, each.layer, [change_text(change) for change in each.changes]) for each in found.differences]


def test_an_inserted_layer_is_one_added_row():
    assert differences(NET, NET.replace("-> Dense(32)", "-> Activation(tanh) -> Dense(32)")) == [
        ("added", "activation_1", [])
    ]


def test_shapes_inside_of_a_model_are_compared(tmp_path):
    found = []
    for units in (3, 5):
        path = tmp_path / f"{units}.yaml"
        path.write_text(
            f"input: [4]\nlayers:\n- {{type: Sequential, name: inner, layers: [Dense: {units}, Dense: 2]}}\n"
        )
        found.append(str(path))
    document = json.loads(here("diff", "--format", "json", *found).stdout)
    changes = next(each["changes"] for each in document["layers"] if each["layer"] == "inner/dense")
    assert {"what": "output", "before": [[None, 3]], "after": [[None, 5]]} in changes


def test_a_removed_layer_is_one_removed_row():
    assert differences(NET, NET.replace("Activation(relu) -> [", "[")) == [("removed", "activation", [])]


def test_an_inserted_block_with_a_skip_is_its_own_layers_only():
    block = "-> [_ | Dense(8) -> Dense(8)] -> Add -> Dense(32)"
    assert [row[:2] for row in differences(NET, NET.replace("-> Dense(32)", block))] == [
        ("added", "dense"), ("added", "dense_1"), ("added", "add_1"),
    ]  # fmt: skip


def test_a_moved_layer_is_one_moved_row():
    before = "Dense(8, name=a)@(4,) -> Dense(8, name=b) -> Activation(relu) -> Dense(8, name=c) -> Dense(8, name=d)"
    after = "Dense(8, name=a)@(4,) -> Dense(8, name=b) -> Dense(8, name=c) -> Dense(8, name=d) -> Activation(relu)"
    assert differences(before, after) == [("moved", "activation", ["inbound b -> d"])]


def test_a_rewired_layer_names_both_wirings():
    before = "Dense(8, name=a)@(4,) -> Dense(8, name=b) -> Dense(8, name=c) -> [a | c] -> Add(name=sum)"
    assert differences(before, before.replace("[a | c]", "[b | c]")) == [("changed", "sum", ["inbound a, c -> b, c"])]


def test_a_chain_that_becomes_a_graph_is_no_difference():
    assert differences("Dense(8)@(4,) -> Dense(3)", "Input(4) -> Dense(8) -> [_] -> Dense(3)") == []


def test_changed_arguments_show_the_defaults_that_were_left_out():
    assert differences("Dense(8)@(4,)", "Dense(8, activation=relu, use_bias=false)@(4,)") == [
        ("changed", "dense", ["activation linear -> relu", "use_bias true -> false", "params 40 -> 32"]),
    ]


def test_shape_changes_downstream_are_told():
    rows = differences("Dense(8)@(4,) -> Activation(relu) -> Dense(3)", "Dense(9)@(4,) -> Activation(relu) -> Dense(3)")
    assert rows == [
        ("changed", "dense", ["units 8 -> 9", "output (None, 8) -> (None, 9)", "params 40 -> 45", "macs 32 -> 36"]),
        ("changed", "activation", ["output (None, 8) -> (None, 9)"]),
        ("changed", "dense_1", ["params 27 -> 30", "macs 24 -> 27"]),
    ]


def test_own_names_matter_and_automatic_ones_do_not():
    assert differences("Dense(8)@(4,)", "Dense(8, name=dense_5)@(4,)") == []
    assert differences("Dense(8)@(4,)", "Dense(8, name=fc)@(4,)") == [("changed", "fc", ["name (automatic) -> fc"])]
    assert differences("Dense(8, name=fc)@(4,)", "Dense(8, name=head)@(4,)") == [
        ("changed", "head", ["name fc -> head"])
    ]


def test_a_layer_of_the_same_name_and_another_type_is_a_changed_layer():
    rows = differences("Dense(8, name=x)@(4,) -> Dense(2)", "Activation(relu, name=x)@(4,) -> Dense(2)")
    assert rows[0][:2] == ("changed", "x")
    assert "type Dense -> Activation" in rows[0][2]


def test_layers_in_wrappers_have_rows_of_their_own():
    rows = differences("TimeDistributed(Dense(4))@(3,2)", "TimeDistributed(Dense(4, activation=relu))@(3,2)")
    assert rows == [("changed", "time_distributed/dense", ["activation linear -> relu"])]


def test_inputs_and_outputs_are_compared():
    found = diff(report("Dense(4)@(3,)"), report("Dense(4)@(5,)"))
    assert [change_text(change) for change in found.ports] == ["input (None, 3) float32 -> (None, 5) float32"]
    one = "Dense(4, name=a)@(3,) -> Dense(4, name=b) -> [a | b]"
    assert [change_text(change) for change in diff(report(one), report(one.replace("[a | b]", "[b | a]"))).ports] == [
        "output from a -> b", "output from b -> a",
    ]  # fmt: skip


def test_totals_are_listed_whether_they_changed_or_not():
    found = diff(report("Dense(4)@(3,)"), report("Dense(4, activation=relu)@(3,)"))
    assert [total.what for total in found.changed_totals] == ["flops"]
    assert {total.what for total in found.totals} == set(outline.TOTALS)


# -- the same thing written differently -----------------------------------------------------
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"kernel_initializer": "he_normal"}, {"kernel_initializer": Object("HeNormal", {"seed": None})}),
        ({"kernel_initializer": "RandomNormal"}, {"kernel_initializer": Object("RandomNormal", {"mean": 0.0, "stddev": 0.05, "seed": 3})}),
        ({}, {"kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}}}),
        ({"kernel_regularizer": "l2"}, {"kernel_regularizer": Object("L2", {"l2": 0.01})}),
        ({"activation": "swish"}, {"activation": "silu"}),
        ({"activation": None}, {}),
        ({"dtype": "float32"}, {"trainable": True}),
    ],
)  # fmt: skip
def test_one_configuration_in_two_spellings_is_one(one, other):
    first, second = (arguments.arguments(lookup("Dense")(units=3, **config)) for config in (one, other))
    assert arguments.plain(first) == arguments.plain(second) or _normal(first) == _normal(second)


def _normal(found):
    return {
        key: value if isinstance(value, dict) else str(value).lower().replace("_", "") for key, value in found.items()
    }


def test_an_initializer_with_other_arguments_is_another():
    found = arguments.arguments(
        lookup("Dense")(units=3, kernel_initializer=Object("RandomNormal", {"mean": 0.0, "stddev": 0.1}))
    )
    assert found["kernel_initializer"] == {"random_normal": {"stddev": 0.1}}


@pytest.mark.parametrize(
    ("name", "type_name", "automatic"),
    [
        ("dense", "Dense", True), ("dense_12", "Dense", True), ("dense_a", "Dense", False), ("fc", "Dense", False), ("input_1", "InputLayer", True),
        ("input_layer_3", "InputLayer", True), ("image", "InputLayer", False), ("max_pooling2d_1", "MaxPooling2D", True),
        ("model_1", "Functional", True), ("encoder", "Functional", False), ("forward_lstm", "LSTM", True), ("dense_1_", "Dense", False),
    ],
)  # fmt: skip
def test_which_names_are_automatic(name, type_name, automatic):
    assert outline.is_automatic(name, type_name) == automatic


# -- properties -----------------------------------------------------------------------------
@settings(max_examples=150, deadline=None)
@given(stacks())
def test_a_model_does_not_differ_from_itself(stack):
    found = diff(report(stack), report(stack))
    assert found.same
    assert "No differences." in render(found, "table")


@settings(max_examples=150, deadline=None)
@given(chains(least=2), st.data())
def test_a_diff_names_every_change_that_a_random_edit_made(chain, data):
    kind = data.draw(st.sampled_from(["insert", "delete", "units", "rename", "swap"]))
    at = data.draw(st.integers(0, len(chain) - 1))
    edited, expected = edit(chain, kind, at, data)
    found = diff(report(text(chain)), report(text(edited)))
    assert not found.same
    assert expected <= {(each.kind, each.layer) for each in found.differences} | {
        (each.kind, None) for each in found.differences
    }
    outer = [each.kind for each in found.differences if "/" not in each.layer]
    assert outer.count("added") - outer.count("removed") == len(edited) - len(chain)


def edit(chain, kind, at, data):
    """The edited chain, and the rows that must be among the differences (for an unnamed layer only the kind of row)."""
    step = chain[at]
    if kind == "insert":
        return [*chain[:at], data.draw(steps())._replace(name="new"), *chain[at:]], {("added", "new")}
    if kind == "delete":
        return [*chain[:at], *chain[at + 1 :]], {("removed", step.name)}
    if kind == "units":
        return [*chain[:at], Step("Dense", ("units=7",), step.name), *chain[at + 1 :]], (
            {("changed", step.name)} if step.name else set()
        )
    if kind == "rename":
        return [*chain[:at], step._replace(name="renamed"), *chain[at + 1 :]], {("changed", "renamed")}
    assume(at + 1 < len(chain) and chain[at][:2] != chain[at + 1][:2])
    return [*chain[:at], chain[at + 1], step, *chain[at + 2 :]], set()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 3), max_size=12), st.lists(st.integers(0, 3), max_size=12))
def test_the_common_sequence_is_common_ordered_and_longest(a, b):
    found = sequences.common(a, b)
    assert all(a[x] == b[y] for x, y in found)
    assert all(one[0] < two[0] and one[1] < two[1] for one, two in pairwise(found))
    assert len(found) == longest(a, b)


def longest(a, b):
    """By the textbook table, as an oracle for the fast way."""
    row = [0] * (len(b) + 1)
    for x in a:
        before, row = row, [0] * (len(b) + 1)
        for index, y in enumerate(b):
            row[index + 1] = before[index] + 1 if x == y else max(before[index + 1], row[index])
    return row[-1]


def test_many_layers_are_not_compared_each_with_each():
    """Neither where a few are gone, nor where all have changed."""

    def removed(count):
        indices = range(1, count + 1)
        before, after = chain(indices), chain(index for index in indices if index % 100)
        return lambda: compared(before, after, "removed", count // 100)

    def changed(count):
        before, after = chain(range(count)), chain(reversed(range(count)), more=5)
        return lambda: compared(before, after, "changed", count)

    assert grows_no_faster(removed, 400)
    assert grows_no_faster(changed, 400)


def chain(indices, more=0):
    return report("Identity@(8,) -> " + " -> ".join(f"Dense({16 + index % 3 + more})" for index in indices))


def compared(before, after, what, count):
    assert diff(before, after).count(what) == count


# -- renderers ------------------------------------------------------------------------------
@pytest.mark.parametrize("form", FORMATS)
def test_golden(form):
    edited = NET.replace("Dense(32)", "Dense(64, activation=relu) -> Activation(tanh)").replace(
        " -> Activation(relu) -> [", " -> ["
    )
    golden(
        f"findings/diff.{ {'table': 'txt', 'markdown': 'md', 'json': 'json'}[form] }",
        render(diff(report(NET, "old.dsl"), report(edited, "new.dsl")), form),
    )


def test_json_holds_exact_values():
    record = json.loads(render(diff(report("Dense(8)@(4,)"), report("Dense(9)@(4,)")), "json"))
    assert (record["schema"], record["same"]) == ("densecli/diff/1", False)
    assert record["layers"][0]["changes"][1] == {"what": "output", "before": [[None, 8]], "after": [[None, 9]]}
    assert record["totals"]["params"] == {"before": 40, "after": 45}


def test_a_long_markdown_list_is_folded_and_cut_to_what_a_comment_takes():
    long = [
        report("Identity@(8,) -> " + " -> ".join(f"Dense({units}, name='{'n' * 200}{index}')" for index in range(600)))
        for units in (3, 4)
    ]
    found = render(diff(*long), "markdown")
    assert len(found) < 60_000
    assert "<details>" in found
    assert "more rows" in found


def test_shares_of_totals_stay_exact_beyond_floats():
    found = diff(report(f"Dense({2**60})@({2**62},)"), report(f"Dense({2**61})@({2**62},)"))
    assert "(+100.0 %)" in render(found, "table")


def test_unknown_to_known_totals_need_no_delta():
    found = diff(report("Dense(4)@(None, 3)"), report("Dense(4)@(5, 3)"))
    assert "unknown" in render(found, "table")
