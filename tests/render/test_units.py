"""Every output states its units and its batch, and none shows uncounted figures as 0."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

import densecli.cli

STACK = "Dense(4)@3"
OPAQUE = "Lambda(f)@3 -> Dense(4)"
PARTLY = "Input(3) -> Pipeline([Dense(4), Lambda(f, output_shape=(4,))]) -> Dense(2)"
PEOPLE = ("table", "markdown", "html", "latex", "svg")


@pytest.fixture
def run(capsys):
    def once(*arguments):
        code = densecli.cli.run([*arguments])
        assert code == int(arguments[0] == "diff")
        return capsys.readouterr().out

    return once


def words(text):
    """The visible text: tags and each format's spelling of blanks and brackets are removed."""
    text = re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL)
    return re.sub(r"&#160;|\s+", " ", text.replace("{}", ""))


@pytest.mark.parametrize("kind", PEOPLE)
@pytest.mark.parametrize(
    ("stack", "batch", "basis"),
    [
        (STACK, (), "one sample"),
        (STACK, ("--batch", "8"), "a batch of 8"),
        ("Input(batch_shape=(2, 3)) -> Dense(4)", (), "a batch of 2"),
        ("[Input(batch_shape=(2, 3)) | Input(batch_shape=(5, 3))] -> Dot(-1)", (), "the batches of the inputs"),
    ],
)
def test_a_summary_names_units_and_batch(run, kind, stack, batch, basis):
    shown = words(run(stack, *batch, "-f", kind, "-c", "name,macs,flops,activation_bytes"))
    for unit in ("MACs", "FLOPs", "Activations"):
        assert unit in shown
    assert basis in shown


def test_a_table_without_figures_of_work_needs_no_batch(run):
    assert "sample" not in run(STACK)


@pytest.mark.parametrize(
    "words",
    [
        ("explain", STACK),
        ("diff", STACK, "Dense(5)@3"),
        ("diff", STACK, "Dense(5)@3", "-f", "markdown"),
        ("sweep", "Dense($n)@3", "--set", "n=1,2"),
        ("sweep", "Dense($n)@3", "--set", "n=1,2", "-f", "markdown"),
    ],
)
def test_other_commands_do_so_too(run, words):
    shown = run(*words)
    assert "MACs" in shown
    assert "one sample" in shown


def test_programs_find_the_unit_in_the_name_of_the_column(run):
    for kind, delimiter in (("csv", ","), ("tsv", "\t")):
        head = next(csv.reader(io.StringIO(run(STACK, "-f", kind)), delimiter=delimiter))
        assert {"params", "weight_bytes", "macs", "flops", "activation_bytes"} <= set(head)


FIGURES = ("params", "trainable_params", "non_trainable_params", "weight_bytes", "macs", "flops")


def test_what_is_not_counted_is_null_and_named(run):
    found = json.loads(run(OPAQUE, "-f", "json"))
    for row in found["layers"]:
        assert [row[figure] for figure in FIGURES] == [None] * len(FIGURES)
    assert found["totals"]["not_counted"].keys() == {"params", "macs", "flops", "activation_bytes"}
    assert found["totals"]["lower_bound"]
    rows = list(csv.DictReader(io.StringIO(run(OPAQUE, "-f", "csv"))))
    assert [row[figure] for row in rows for figure in FIGURES] == [""] * 2 * len(FIGURES)


@pytest.mark.parametrize("kind", PEOPLE)
def test_people_see_a_question_mark_not_a_0(run, kind):
    shown = words(run(OPAQUE, "-f", kind, "-c", "name,params,macs,flops"))
    cells = re.search(r"lambda(?: ?[|│&]? ?)((?:\? ?[|│&]? ?){3})", shown)
    assert cells, shown
    assert "not counted: lambda" in shown


def test_what_is_known_of_a_model_with_something_opaque_inside_is_at_least_so_much(run):
    inner = json.loads(run(PARTLY, "-f", "json"))["layers"][0]
    assert (inner["params"], inner["lower_bound"]) == (16, True)
    assert "Total params: ≥ 26" in run(PARTLY)
    assert "Non-trainable params: ≥ 0" in run(PARTLY)


@pytest.mark.parametrize("kind", ["mermaid", "dot", "svg"])
def test_diagrams_say_so_too(run, kind):
    shown = words(run("convert", PARTLY, "--to", kind).replace("&#8805;", "≥"))
    assert "≥ 16 params" in shown
    assert "? params" in words(run("convert", OPAQUE, "--to", kind)).replace("#63;", "?")


def test_groups_with_something_opaque_keep_the_mark(run):
    shown = run("Dense(4)@3 -> Lambda(f, output_shape=(4,))", "--group-by", "dtype", "-c", "type,params")
    assert "≥ 16" in shown


def test_explain_does_not_call_the_unknown_0(run):
    shown = run("explain", OPAQUE)
    assert "? parameters" in shown
    assert "Total params: ≥ 0" in shown
    assert "FLOPs not counted: lambda, dense" in shown


KERAS_TOTALS = ("Total params", "Trainable params", "Non-trainable params")
LARGE = "Dense(3000)@3000 -> Dense(500)"
CONVERTED = ("dot", "mermaid", "svg", "yaml", "python")


@pytest.mark.parametrize(
    "words",
    [
        *((LARGE, "-c", "all", "-f", kind) for kind in PEOPLE),
        (LARGE, "--run"),
        (LARGE, "--run", "--profile"),
        ("explain", LARGE),
        ("check", LARGE, "--min-weights", "1"),
        ("check", LARGE, "--max-weights", "1", "--exit-zero"),
        ("memory", LARGE, "--budget", "1GB"),
        ("memory", LARGE, "-f", "markdown"),
        ("sweep", "Dense($n)@3000", "--set", "n=3000", "-c", "weight_bytes"),
        ("diff", LARGE, "Dense(9)@3000"),
        ("layers", "--applications"),
        *(("convert", LARGE, "--to", kind) for kind in CONVERTED),
    ],
)
def test_only_the_totals_that_keras_prints_have_its_units(run, words):
    """Keras' MB is 1,048,576 bytes; wherever densecli speaks for itself, that is a MiB."""
    text = run(*words)
    if "html" in words or "svg" in words:
        text = re.sub(r"<[^>]*>", "\n", re.sub(r"</dt>\s*<dd>", ": ", text)).replace("&#160;", " ")
    for line in text.splitlines():
        if not any(label in line for label in KERAS_TOTALS):
            assert not re.search(r"\d [KMGT]B\b", line), line


@pytest.mark.parametrize(
    ("demand", "hint"),
    [
        (("--max-weights", "41MB"), "write 41MiB"),
        (("--max-weights", "41 mb"), "write 41MiB"),
        (("--expect-weights", "41MB"), None),
        (("--expect-weights", "40.07 MB"), "write 42014000"),
        (("--max-weights", "40.06MiB"), None),
        (("--max-weights", "38MB"), None),
        (("--max-weights", "42000000"), None),
        (("--assert", "totals.weight_bytes < 41MB"), "write KiB, MiB and GiB"),
        (("--assert", "totals.weight_bytes < 38MB"), None),
    ],
)
def test_a_limit_that_misses_by_the_unit_says_so(capsys, demand, hint):
    stack = "Dense(3000)@3000 -> Dense(500)"  # 42,014,000 bytes: 40.07 MiB, and "40.07 MB" in Keras' table
    assert densecli.cli.run(["check", stack, *demand]) == 1
    assert ("help:" in (said := capsys.readouterr().out)) == (hint is not None)
    assert (hint or "") in said


def test_a_forward_pass_that_misses_its_limit_by_the_unit_says_so(capsys):
    assert densecli.cli.run(["Dense(3000)@3000 -> Dense(500)", "--run", "--max-memory", "41MB"]) == 2
    assert "write 41MiB" in capsys.readouterr().err


def test_a_sweep_marks_sums_that_may_be_larger(run):
    words = ("sweep", "Lambda(f, output_shape=(4,))@3 -> Dense($n)", "--set", "n=2")
    assert "≥ 10" in run(*words)
    assert json.loads(run(*words, "-f", "json"))["rows"][0]["lower_bound"] is True
