"""`densecli sweep`: every combination once, mistakes in their rows, the same numbers as a summary of each."""

from __future__ import annotations

import csv
import io
import json
import shlex
from importlib.resources import files

import jsonschema
import pytest

from densecli.cli import run
from densecli.errors import LimitError, ReadError
from densecli.sweep import FIGURES, MOST, axes, span, values
from support.goldens import golden

SCHEMA = json.loads(files("densecli").joinpath("schemas/sweep-1.json").read_text(encoding="utf-8"))
STACK = "Dense($width)@(784,) -> Dense($width)*$depth -> Dense(10)"
SETS = ("--set", "width=32,64", "--set", "depth=1,3")
WRONG = "Conv2D(4, $k)@(5,5,3) -> Flatten -> Dense($units)"
SPEC = "vars: {width: 8, act: relu, shape: [3, 2]}\ninput: $shape\nlayers:\n  - Dense($width, activation=$act)\n  - Flatten\n"


def densecli(capsys, *arguments):
    code = run(list(map(str, arguments)))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def rows(capsys, *arguments):
    return json.loads(densecli(capsys, "sweep", *arguments, "-f", "json")[1])["rows"]


# -- the combinations ----------------------------------------------------------------------
def test_the_last_variable_changes_fastest(capsys):
    found = [row["set"] for row in rows(capsys, STACK, *SETS)]
    assert found == [{"width": width, "depth": depth} for width in ("32", "64") for depth in ("1", "3")]


def test_each_row_is_the_summary_of_that_model(capsys):
    for row in rows(capsys, STACK, *SETS, "-c", "params,macs,flops,weight_bytes,trainable_params"):
        settings = [part for name, value in row["set"].items() for part in ("--set", f"{name}={value}")]
        totals = json.loads(densecli(capsys, STACK, "--format", "json", *settings)[1])["totals"]
        assert {name: row[name] for name in totals if name in row} == {
            name: totals[name] for name in totals if name in row
        }


def test_memory_columns_are_those_of_memory(capsys):
    row = rows(
        capsys, STACK, "--set", "width=32", "--set", "depth=2", "-c", "inference_bytes,training_bytes", "--batch", "16"
    )[0]
    stack = STACK.replace("$width", "32").replace("$depth", "2")
    record = json.loads(densecli(capsys, "memory", stack, "--batch", "16", "-f", "json")[1])
    assert (row["inference_bytes"], row["training_bytes"]) == (
        record["inference"]["total_bytes"], record["training"]["peak_bytes"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1", ["1"]), ("1,2", ["1", "2"]), ("(3, 2),(4, 4)", ["(3, 2)", "(4, 4)"]), ("relu, 'a,b'", ["relu", "'a,b'"]),
        ("[1,2],[3]", ["[1,2]", "[3]"]), ("", [""]), ("1,", ["1", ""]), ("((1,2),3),4", ["((1,2),3)", "4"]),
    ],
)  # fmt: skip
def test_values_stand_between_commas(text, found):
    assert list(values(text)) == found


def test_values_of_every_kind_in_a_spec(capsys, tmp_path):
    path = tmp_path / "model.yaml"
    path.write_text(SPEC, encoding="utf-8")
    found = rows(capsys, path, "--set", "act=relu,gelu", "--set", "shape=(3, 2),(5, 4)", "-c", "params,output_shape")
    assert [(row["params"], row["output_shape"]) for row in found] == 2 * [(24, "(None, 24)"), (40, "(None, 40)")]


def test_standard_input_is_read_once(capsys, monkeypatch):
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Dense($w)@(3,)")))
    assert [row["params"] for row in rows(capsys, "-", "--set", "w=1,2,3")] == [4, 8, 12]


# -- mistakes ------------------------------------------------------------------------------
def test_a_mistake_stays_in_its_row_and_the_code_is_2(capsys):
    code, out, err = densecli(capsys, "sweep", WRONG, "--set", "k=3,7", "--set", "units=2,0", "-f", "csv")
    assert (code, err) == (2, "")
    found = list(csv.DictReader(io.StringIO(out)))
    assert [row["error"][:4] for row in found] == ["", "E303", "E405", "E303"]
    assert [bool(row["params"]) for row in found] == [True, False, False, False]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((STACK,), "error[E112]"),
        ((STACK, "--set", "width"), "error[E112]"),
        ((STACK, "--set", "width=1", "--set", "width=2"), "error[E112]"),
        ((STACK, "--set", "width="), "error[E112]"),
        ((STACK, "--set", "width=1,,2"), "error[E112]"),
        ((STACK, "--set", "width=0.1..0.5"), "--set width=0.1..0.5+0.1"),
        ((STACK, "--set", "widht=1,2"), "did you mean `width`?"),
        ((STACK, *SETS, "-c", "parms"), "did you mean `params`?"),
        ((STACK, *SETS, "--plot", "-f", "csv"), "--plot needs --format table"),
        (("no/such.yaml", *SETS), "error[E109]"),
        (("a.yaml", "b.yaml", *SETS), "sweep takes one model"),
    ],
    ids=str,
)
def test_error_one_message_and_exit_2(capsys, arguments, message):
    code, out, err = densecli(capsys, "sweep", *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_error_a_variable_that_a_spec_does_not_have_is_one_message(capsys, tmp_path):
    path = tmp_path / "model.yaml"
    path.write_text(SPEC, encoding="utf-8")
    code, out, err = densecli(capsys, "sweep", path, "--set", "widht=1,2,3")
    assert (code, out, err.count("error[E309]")) == (2, "", 1)
    assert "did you mean `width`?" in err


def test_error_combinations_with_too_many_layers_together(capsys):
    """Each of them is a model that may be read; all of them would take hours."""
    stack, depths = "Dense(4)@(4,) -> Dense(4)*$depth", ",".join(["90"] * 11)
    code, out, err = densecli(capsys, "sweep", stack, "--set", f"depth={depths}", "--limit", "layers=100")
    assert (code, out) == (2, "")
    assert err.startswith("error[E505]: the combinations have more than 1,000 layers together")
    assert "--limit layers=200" in err
    assert densecli(capsys, "sweep", stack, "--set", f"depth={depths}", "--limit", "layers=200")[0] == 0


def test_error_a_value_that_every_row_would_repeat(capsys):
    code, _, err = densecli(capsys, "sweep", STACK, "--set", f"width={'9' * 1001}", "--set", "depth=1,2")
    assert code == 2
    assert err.startswith("error[E505]: a value of 1,001 characters, more than the 1,000 allowed")


def test_error_too_many_combinations_are_not_begun():
    many = ",".join(map(str, range(101)))
    with pytest.raises(LimitError) as raised:
        axes([f"a={many}", f"b={many}"])
    assert raised.value.code == "E505"
    assert MOST < 101 * 101


def test_error_no_values():
    with pytest.raises(ReadError):
        axes([])


# -- the output ----------------------------------------------------------------------------
@pytest.mark.parametrize(("form", "suffix"), [("table", "txt"), ("csv", "csv"), ("json", "json"), ("markdown", "md")])
def test_outputs_are_as_kept(capsys, form, suffix):
    plot = ["--plot"] if form == "table" else []
    code, out, _ = densecli(capsys, "sweep", WRONG, "--set", "k=3,7", "--set", "units=2,200", "-f", form, *plot)
    golden(f"memory/sweep.{suffix}", out)
    assert code == 2


def test_json_follows_its_schema(capsys):
    every = ",".join(FIGURES)
    for stack, sets in ((STACK, SETS), (WRONG, ("--set", "k=3,7", "--set", "units=2"))):
        jsonschema.validate(json.loads(densecli(capsys, "sweep", stack, *sets, "-f", "json", "-c", every)[1]), SCHEMA)


def test_bars_are_as_long_as_their_numbers(capsys):
    out = densecli(capsys, "sweep", "Dense($w, use_bias=false)@(10,)", "--set", "w=1,2,4,0", "--plot")[1]
    bars = [line.split(" ")[1] for line in out.splitlines() if line.startswith("w=")]
    assert [bar.count("█") for bar in bars] == [10, 20, 40, 0]


def test_hostile_values_do_no_harm(capsys):
    for form in ("table", "csv", "json", "markdown"):
        out = densecli(capsys, "sweep", "Dense(2, name=$n)@(3,)", "--set", "n=\x1b[31m,'=1+1','<b>|`'", "-f", form)[1]
        assert all(char.isprintable() or char == "\n" for char in out)
    cells = list(
        csv.reader(io.StringIO(densecli(capsys, "sweep", "Dense($n)@(3,)", "--set", "n==1+1,@x", "-f", "csv")[1]))
    )
    assert [row[0] for row in cells[1:]] == ["'=1+1", "'@x"]


# -- ranges ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1..4", "1 2 3 4"),
        ("4..1", "4 3 2 1"),
        ("7..7", "7"),
        ("-2..1", "-2 -1 0 1"),
        ("10..50+20", "10 30 50"),
        ("10..45+20", "10 30"),
        ("50..10+15", "50 35 20"),
        ("0.1..0.5+0.2", "0.1 0.3 0.5"),
        ("0.5..2.5", "0.5 1.5 2.5"),
        ("16..128*2", "16 32 64 128"),
        ("1..100*3", "1 3 9 27 81"),
        ("128..16*2", "128 64 32 16"),
        ("16..1*2", "16 8 4 2 1"),
        ("0.1..0.5*2", "0.1 0.2 0.4"),
        ("100..1*1000", "100"),
        ("'1..4'", "'1..4'"),
        ("1.5", "1.5"),
        ("relu", "relu"),
    ],
)
def test_a_range_is_all_of_its_values(text, found):
    assert span(text) == found.split()


def test_ranges_and_values_may_be_mixed():
    assert axes(["n=1..3,8", "m=(1..3)"]) == {"n": ["1", "2", "3", "8"], "m": ["(1..3)"]}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1..x", ReadError),
        ("1..", ReadError),
        ("..4", ReadError),
        ("1...4", ReadError),
        ("1..4-1", ReadError),
        ("0.1..0.5", ReadError),
        ("0.5..4", ReadError),
        ("4..0.5", ReadError),
        ("1:4", ReadError),
        ("1:9:2", ReadError),
        ("range(1, 4)", ReadError),
        ("1..4+0", ReadError),
        ("1..4*1", ReadError),
        ("4..1*0.5", ReadError),
        ("-4..4*2", ReadError),
        ("0..4*2", ReadError),
        ("100..1*3", ReadError),
        ("1..999999999999", LimitError),
        ("0..1+0.000000000000000001", LimitError),
    ],
)
def test_error_a_range_without_end_or_step(text, kind):
    with pytest.raises(kind) as caught:
        span(text)
    assert text in caught.value.message


@pytest.mark.parametrize(
    ("text", "step"), [("0.1..0.5", "0.1"), ("0.125..0.5", "0.1"), ("0.25..0.75", "0.01"), ("0.5..4", "0.1")]
)
def test_the_step_that_is_suggested_works(text, step):
    with pytest.raises(ReadError) as caught:
        span(text)
    assert caught.value.hint == f"--set n={text}+{step}"
    assert len(span(f"{text}+{step}")) > 2


@pytest.mark.parametrize("command", [(), ("check",), ("explain",), ("memory",), ("convert", "--to", "dsl")])
@pytest.mark.parametrize("value", ["1..4", "16..128*2", "0.1..0.5", "1:4", "range(3)", "1,2", "16, 32"])
def test_error_several_values_where_one_is_expected_lead_to_sweep(capsys, command, value):
    code, _, err = densecli(capsys, *command, "Dense($n)@(3,)", "--set", f"n={value}")
    assert code == (1 if command == ("check",) and "," in value else 2)
    assert f"densecli sweep … --set {shlex.quote(f'n={value}')}" in err or command == ("check",)


@pytest.mark.parametrize(
    ("stack", "sets", "names"),
    [
        ("Dropout($n)@(3,)", ["n=0.1,0.2"], ["n"]),
        ("Dense($m)@(3,) -> Dropout($n)", ["m=1,2", "n=0.1,0.2"], ["n"]),
        ("Dense($m)@(3,) -> Dense($n)", ["m=1,2", "n=1,2"], []),
        ("Dense($n)@(3,)", ["n=4"], []),
        ("Dense($n)@(3,)", ["n=4,-1"], []),
    ],
)
def test_a_variable_that_changes_nothing_is_noted(capsys, stack, sets, names):
    words = [part for each in sets for part in ("--set", each)]
    _, _, err = densecli(capsys, "sweep", stack, *words)
    assert [line for line in err.splitlines() if line.startswith("note")] == [
        f"note: {name} changes none of these figures" for name in names
    ]


def test_error_a_file_of_stacks_needs_a_choice(capsys, tmp_path):
    path = tmp_path / "m.dsl"
    path.write_text("Dense($n)@(3,)\nDense($n)@(4,)\n", encoding="utf-8")
    code, out, err = densecli(capsys, "sweep", path, "--set", "n=1,2")
    assert (code, out, err.count("error[E403]")) == (2, "", 1)
    assert densecli(capsys, "sweep", f"{path}:2", "--set", "n=1,2")[0] == 0


def test_a_range_in_a_sweep(capsys):
    _, out, _ = densecli(capsys, "sweep", "Dense($n)@(8,)", "--set", "n=16..64*2", "-f", "csv", "-c", "params")
    assert out == "n,params,error\n16,144,\n32,288,\n64,576,\n"
