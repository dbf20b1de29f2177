"""Expectations: parsing, failing, and unknown figures."""

from __future__ import annotations

import pytest

from densecli import quantity
from densecli.check import expectations, finding, judge
from densecli.errors import ArgumentError, Place, Source, SpecErrors
from densecli.layer import Layer
from densecli.read.build import Builder, Made
from densecli.read.stack.reader import read_stack
from densecli.render.json import as_record
from densecli.summary.infer import infer

CHAIN = "Dense(16)@(3,2) -> Activation(relu) -> Dense(4, name=out)"


def subject(text, source="model.dsl", batch=None):
    graph = read_stack(Source(source, text))
    return finding.subject(graph, infer(graph, source, batch))


def verdict(text, **wanted):
    about = subject(text) if isinstance(text, str) else text
    return judge.judge(about, expectations.read(wanted), as_record(about.report))


def codes(text, **wanted):
    return [each.code for each in verdict(text, **wanted).findings]


# -- counts and sizes -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "count"),
    [
        (244, 244), ("244", 244), ("1_000_000", 10**6), ("1,000,000", 10**6), ("1M", 10**6), ("1.5k", 1500), ("2e6", 2 * 10**6),
        (1e6, 10**6), ("7B", 7 * 10**9), ("0", 0), (" 3 m ", 3 * 10**6), ("1.000001M", 1_000_001), (10**30, 10**30),
    ],
)  # fmt: skip
def test_counts_read_as_people_write_them(text, count):
    assert quantity.read_count(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [(4096, 4096), ("4096", 4096), ("16MiB", 16_777_216), ("16MB", 16_000_000), ("1.5 GB", 1_500_000_000), ("512kib", 524_288), ("1Ki", 1024), ("8B", 8)],
)  # fmt: skip
def test_sizes_read_as_people_write_them(text, count):
    assert quantity.read_size(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "",
        "M",
        "-1",
        -1,
        True,
        None,
        "1.5",
        1.5,
        "1,00",
        "1__0",
        "1Q",
        "1MiB",
        float("nan"),
        float("inf"),
        "9" * 5000,
        [1],
        "\u0661",
    ],
)
def test_what_is_no_count_is_a_usage_error(text):
    with pytest.raises(ArgumentError) as caught:
        quantity.read_count(text)
    assert caught.value.code == "E241"


# -- shapes -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "(None, 3, 4)",
        "None,3,4",
        "[null, 3, 4]",
        "(?, 3, 4,)",
        [None, 3, 4],
        (None, 3, 4),
        "out=(None, 3, 4)",
        {"out": [None, 3, 4]},
        [[None, 3, 4]],
        "(*, *, 4)",
    ],
)
def test_a_shape_may_be_written_in_many_ways(text):
    assert codes(CHAIN, output=text) == []


def test_none_matches_any_size_and_a_number_only_itself():
    assert codes(CHAIN, output="(None, None, 4)") == []
    assert codes(CHAIN, output="(None, 3, 5)") == ["C101"]
    assert codes(CHAIN, output="(None, 4)") == ["C101"]


def test_a_size_that_the_model_leaves_open_fails_a_number_and_says_why():
    found = verdict(CHAIN, output="(8, 3, 4)").findings
    assert "a size that the input leaves open" in found[0].message
    assert codes(subject(CHAIN, batch=8), output="(8, 3, 4)") == []


def test_inputs_have_shapes_too():
    assert codes(CHAIN, input="(None, 3, 2)") == []
    assert codes(CHAIN, input="(None, 3, 9)") == ["C101"]


def test_several_outputs_in_order_or_by_name():
    two = "Dense(4, name=a)@(2,) -> [Dense(3, name=p) | Dense(5, name=q)]"
    assert codes(two, output=[[None, 3], [None, 5]]) == []
    assert codes(two, output=("(None, 3)", "(None, 5)")) == []
    assert codes(two, output={"q": [None, 5]}) == []
    assert codes(two, output=[[None, 5], [None, 3]]) == ["C101", "C101"]
    assert codes(two, output=[None, 3]) == ["C101"]
    assert codes(two, output={"r": [None, 5]}) == ["C101"]


@pytest.mark.parametrize(
    "text", ["", "(a, b)", "((", "(1.5,)", "(-1,)", "[" * 100_000, [True], {"x": "y"}, 4, None, "(3," * 2000]
)
def test_what_is_no_shape_is_a_usage_error(text):
    with pytest.raises(SpecErrors) as caught:
        expectations.read({"output": text})
    assert [each.code for each in caught.value.errors] == ["E241"]


# -- figures ----------------------------------------------------------------------------
def test_every_figure_has_an_exact_demand_and_two_limits():
    totals = subject(CHAIN).report.totals
    figures = {
        "params": totals.params, "trainable_params": totals.trainable_params, "non_trainable_params": 0, "macs": totals.macs,
        "flops": totals.flops, "weights": totals.weight_bytes, "activations": totals.activation_bytes, "layers": 3,
    }  # fmt: skip
    assert set(figures) == set(expectations.FIGURES)
    for name, value in figures.items():
        assert codes(CHAIN, **{name: value, f"max_{name}": value, f"min_{name}": value}) == []
        assert codes(CHAIN, **{name: value + 1, f"min_{name}": value + 1}) == ["C102", "C104"]
        if value:
            assert codes(CHAIN, **{f"max_{name}": value - 1}) == ["C103"]


def test_got_and_wanted_stand_in_the_finding():
    found = verdict(CHAIN, max_params=100).findings[0]
    assert (found.got, found.wanted, found.check) == ("116", "at most 100", "max_params")
    assert found.message == "parameters: expected at most 100, got 116 (16, 16.0 % more)"


def test_sizes_in_messages_name_their_unit():
    found = verdict("Dense(1000)@(1000,)", max_weights="1MB").findings[0]
    assert (
        found.message
        == "weights: expected at most 1,000,000 bytes (976.56 KiB), got 4,004,000 bytes (3.82 MiB) (3,004,000, 300.4 % more)"
    )


def test_demands_of_different_origins_all_hold_and_equal_ones_count_once():
    about = subject(CHAIN)
    own = expectations.read({"max_params": 100})
    outer = expectations.read({"max_params": 100, "min_params": 1}, "--")
    stricter = expectations.read({"max_params": 50})
    assert len(judge.judge(about, [*own, *outer, *stricter]).findings) == 2


def test_huge_figures_stay_exact():
    found = verdict(f"Dense({2**62})@({2**61},)", max_params=1).findings[0]
    assert f"{2**62 * 2**61 + 2**62:,}" in found.message


# -- unknown values ---------------------------------------------------------------------
class Blackbox(Layer, abstract=True):
    opaque = True
    type_name = "Lambda"
    defaults = {"trainable": True, "dtype": "float32", "activity_regularizer": None}  # noqa: RUF012  # as every layer's

    def output(self, *_, **__):
        return None


def opaque_subject():
    builder = Builder()
    ref = builder.input_of_shape((3,), None)
    for layer, name in ((Blackbox(), "lamb"),):
        ref = builder.call(builder.add(Made(layer, name, {}), None), [ref])
    graph = builder.finish([ref])
    return finding.subject(graph, infer(graph, "opaque.keras"))


def test_an_expectation_on_an_unknown_figure_is_a_finding_that_says_why():
    found = verdict(opaque_subject(), max_macs=10, max_params=10, output=(None, 3)).findings
    assert [each.code for each in found] == ["C105", "C105", "C101"]
    assert "not counted for 'lamb'" in found[0].message
    assert "'lamb' may have weights" in found[1].message
    assert "unknown shape" in found[2].message


def test_a_minimum_that_the_known_part_reaches_holds():
    assert codes(opaque_subject(), min_params=0) == []
    assert codes(opaque_subject(), min_params=1) == ["C105"]


def test_strict_names_every_opaque_layer_and_every_figure_that_is_not_counted():
    found = verdict(opaque_subject(), strict=True).findings
    assert {each.code for each in found} == {"C121", "C122"}
    assert codes(CHAIN, strict=True) == []
    assert codes(opaque_subject(), strict=False) == []


# -- types ------------------------------------------------------------------------------
def test_forbidden_types_and_patterns_are_found_with_their_line():
    found = verdict("Dense(4)@(2,)\n-> Activation(relu, name=act)", forbid=["Act*"]).findings[0]
    assert (found.code, found.layer, found.spot.line, found.spot.file) == ("C111", "act", 2, "model.dsl")
    assert codes(CHAIN, forbid="Lambda, Conv*") == []


def test_forbidden_layers_are_found_inside_wrappers():
    found = verdict("TimeDistributed(Activation(relu))@(3,2)", forbid="Activation").findings
    assert [each.layer for each in found] == ["time_distributed/activation"]


def test_only_layers():
    assert codes(CHAIN, only_layers=["Dense", "Activation"]) == []
    assert codes(CHAIN, only_layers="Dense") == ["C112"]
    assert codes("Dense(4)@(2,) -> [_ | Dense(4)] -> Add", only_layers="Dense, Add") == []


def test_aliases_mean_the_type():
    assert expectations.read({"forbid": "Input"})[0].wanted == ("InputLayer",)


@pytest.mark.parametrize("name", ["dense", "Actvation", "DENSE", "Embeding"])
def test_a_type_that_is_nearly_one_is_a_usage_error_for_the_gate_would_never_close(name):
    with pytest.raises(SpecErrors) as caught:
        expectations.read({"forbid": name})
    assert "did you mean" in caught.value.errors[0].hint
    assert codes(CHAIN, forbid="MyOwnLayer") == []


# -- keys -------------------------------------------------------------------------------
def test_unknown_keys_are_usage_errors_with_the_key_that_was_meant():
    with pytest.raises(SpecErrors) as caught:
        expectations.read({"max_parms": 1, "params": "x", "forbid": 3, "strict": "yes", "assert": ["1 +"]})
    assert [each.code for each in caught.value.errors] == ["E242", "E241", "E241", "E241", "E231"]
    assert caught.value.errors[0].hint == "did you mean `max_params`?"
    assert all(not finding.is_judgement(each) for each in caught.value.errors)


def test_a_mistake_in_a_spec_is_placed_by_its_pointer():
    source = Source(
        "model.yaml", "expect:\n  params: x\n", lambda pointer, _: {"/expect/params": (10, 19)}.get(pointer)
    )
    with pytest.raises(SpecErrors) as caught:
        expectations.read({"params": "x"}, place=Place(source))
    assert caught.value.errors[0].place.resolved()[1:3] == (10, 19)


def test_a_finding_about_an_expectation_of_the_spec_stands_at_its_line():
    source = Source(
        "model.yaml", "layers: …\nexpect:\n  params: 3\n", lambda pointer, _: {"/expect/params": (20, 29)}.get(pointer)
    )
    about = subject(CHAIN)._replace(place=Place(source, 0, 1))
    found = judge.judge(about, expectations.read({"params": 3}, place=about.place)).findings[0]
    assert found.spot == finding.Spot("model.yaml", 3, 3)


def test_options_are_spelled_as_the_command_line_has_them():
    with pytest.raises(SpecErrors) as caught:
        expectations.read({"params": "x", "max_macs": "x"}, "--")
    assert [each.message.split(":")[0] for each in caught.value.errors] == ["--expect-params", "--max-macs"]


def test_which_errors_condemn_a_spec():
    def judged(text):
        try:
            subject(text)
        except SpecErrors as several:
            return [finding.is_judgement(each) for each in several.errors]

    assert judged("Desne(4)@(2,)") == [True]
    assert judged("Dense(0)@(2,)") == [True]
    found = finding.of_error(error_of("Dense(4)@(2,)\n-> Desne(5)"), "model.dsl")
    assert (found.code, found.spot.line, found.check) == ("E304", 2, "valid")
    assert any("^^^^^" in note for note in found.notes)


def error_of(text):
    with pytest.raises(SpecErrors) as caught:
        subject(text)
    return caught.value.errors[0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([f"T{index}*" for index in range(1_001)], "expected at most 1,000 of them, got 1,001"),
        (["T" * 1_001], "expected a type of at most 1,000 characters"),
    ],
)
def test_error_a_demand_of_thousands_of_words_is_refused(words, message):
    with pytest.raises(SpecErrors) as caught:
        expectations.read({"forbid": words})
    assert message in caught.value.errors[0].message


def test_many_names_in_a_message_are_counted():
    stack = " | ".join(f"Dense(1, name=o{index})" for index in range(50))
    (found,) = verdict(f"Dense(1)@(1,) -> [{stack}]", output={"gone": [None, 1]}).findings
    assert found.got.endswith("o9 (None, 1) and 40 more")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("30GFLOPs", "write 30G: the option says of what"),
        ("1.5 MMACs", "write 1.5M: the option says of what"),
        ("12 params", "write 12: the option says of what"),
        ("12 parsecs", "'parsecs' is not a unit here: k, M, G, B, T"),
    ],
)
def test_a_count_with_what_is_counted_is_told_to_leave_it_out(text, hint):
    with pytest.raises(SpecErrors) as caught:
        expectations.read({"max_flops": text}, "--")
    assert caught.value.errors[0].hint == hint
