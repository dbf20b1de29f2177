"""What people type for commands, options and layer types that have another name, and where it leads them."""

from __future__ import annotations

import json

import pytest

from densecli.catalogue import APPLICATIONS, CATALOGUE, matching
from densecli.cli import COMMANDS
from support.folders import ROOT
from support.program import here

STACK = "Dense(16)@(3,2)"


def refused(*words):
    """The message of a usage error."""
    done = here(*words)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("sumary", "`densecli summary`"), ("explian", "`densecli explain`"), ("chek", "`densecli check`"),
        ("layer", "`densecli layers`"), ("mem", "`densecli memory`"), ("sum", "`densecli summary`"),
        ("list", "`densecli layers`"), ("compare", "`densecli diff`"), ("completion", "--install-completion"),
        ("validate", "`densecli check`"), ("show", "`densecli summary`"), ("plot", "`densecli draw`"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("rest", [(), (STACK,), ("model.keras",)], ids=["alone", "stack", "file"])
def test_a_word_that_is_nearly_a_command_leads_to_it(word, hint, rest):
    message = refused(word, *rest)
    assert f"no command named '{word}'" in message
    assert hint in message


@pytest.mark.parametrize("word", ["dense", "lstm", "conv", "add", "dot", "resnet50", "zzz", "x"])
def test_a_word_that_is_nearly_a_layer_or_nothing_is_a_stack(word):
    assert refused(word).startswith("error[E304]")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_a_command_too(name):
    assert here("help", name).stdout == here(name, "--help").stdout
    assert here("help").stdout == here("--help").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("-V",),
        ("version",),
        ("check", "--version"),
        ("summary", "-V"),
        ("-q", "layers", "--version"),
        (STACK, "--version"),
    ],
)
def test_the_version_is_shown_wherever_it_is_asked_for(words):
    assert here(*words).stdout == here("--version").stdout
    assert here(STACK, "--filter", "--version").stdout != here("--version").stdout
    assert here(STACK, "--", "--version").returncode == 2


@pytest.mark.parametrize("flags", [("-q",), ("--quiet", "--debug"), ()])
def test_flags_may_precede_a_command(flags):
    assert (
        here(*flags, "check", STACK, "--max-params", "9").stdout
        == here("check", *flags, STACK, "--max-params", "9").stdout
    )
    assert here(*flags, STACK).stdout == here(STACK).stdout


OPTIONS = [
    ((STACK, "--json"), "--format json"), (("--json", STACK), "--format json"), ((STACK, "--md"), "--format markdown"),
    (("diff", STACK, STACK, "--json"), "--format json"), (("layers", "--json"), "--format json"),
    ((STACK, "--yaml"), "densecli convert SPEC --to yaml"), ((STACK, "--yml"), "densecli convert SPEC --to yaml"),
    (("convert", STACK, "--yaml"), "--to yaml"), ((STACK, "--shape", "3"), "--input-shape"),
    ((STACK, "--input_shape", "3"), "--input-shape"), ((STACK, "--Batch", "3"), "--batch"),
    ((STACK, "--batch-size", "3"), "--batch"), ((STACK, "--no-color"), "--color never"), ((STACK, "-v"), "--version"),
    ((STACK, "--macs"), "--columns +macs"), ((STACK, "--expect-output", "3"), "densecli check --expect-output"),
    ((STACK, "--budget", "3"), "densecli memory --budget"), ((STACK, "--nested"), "--expand-nested"),
    ((STACK, "--forma", "json"), "--format"), ((STACK, "-f", "md"), "markdown"), ((STACK, "-f", "JSON"), "json"),
    ((STACK, "-f", "text"), "table"), (("check", STACK, "-f", "table"), "text"),
    ((STACK, "-f", "YAML"), "densecli convert SPEC --to yaml"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "meant"), OPTIONS, ids=[" ".join(words) for words, _ in OPTIONS])
def test_an_unknown_option_or_value_leads_to_the_one_that_was_meant(words, meant):
    assert f"help: did you mean `{meant}`?" in refused(*words)


@pytest.mark.parametrize("words", [(STACK, "-x"), (STACK, "--qqqqqq"), ("convert", STACK, "--to", "xlsx")])
def test_nothing_is_made_up(words):
    assert "did you mean" not in refused(*words)


# -- densecli layers ----------------------------------------------------------------------
@pytest.mark.parametrize("name", ["dense", "DENSE", "keras.layers.Dense", "layers.Dense"])
def test_one_layer_is_shown_in_full_in_any_case(name):
    assert here("layers", name).stdout == here("layers", "Dense").stdout


def test_names_that_differ_in_case_alone_are_the_same_layer():
    for name in [*CATALOGUE, *APPLICATIONS]:
        assert [kind.__name__ for kind in matching(name.lower())] == [name]


@pytest.mark.parametrize("word", ["conv", "Conv", "pooling", "recurrent", "resnet", "max_pool"])
def test_a_part_of_names_lists_all_that_match(word):
    listed = here("layers", word).stdout
    part = word.lower().replace("_", "")
    for name in [*CATALOGUE, *APPLICATIONS]:
        if part in name.lower():
            assert f"  {name} " in listed
    assert "  Dropout " not in listed
    found = json.loads(here("layers", word, "--format", "json").stdout)["layers"]
    assert [each["type"] for each in found] == [
        line.split()[0] for line in listed.splitlines() if line.startswith("  ")
    ]


def test_aliases_are_found_too():
    assert "  MaxPooling2D " in here("layers", "maxpool").stdout
    assert here("layers", "convolution2d").stdout == here("layers", "Conv2D").stdout


def test_a_stack_leads_to_the_list_where_several_layers_have_the_name():
    for name in ("Conv", "MaxPool", "vgg"):
        assert f"`densecli layers {name}` lists" in refused(f"{name}(8)@(8,8,3)")


def test_what_matches_nothing_is_unknown():
    assert refused("layers", "zzz").startswith("error[E304]")
    assert refused("layers", "").startswith("error[E304]")


# -- shapes that were meant otherwise -----------------------------------------------------
@pytest.mark.parametrize(
    ("stack", "wanted", "reason"),
    [
        (STACK, "3,16", "(the batch is an axis of it: write None,3,16)"),
        ("Dense(4)@(3,)", "4", "(the batch is an axis of it: write None,4)"),
        (STACK, "None,16", "a Flatten before it"),
        ("Conv2D(8, 3)@(28,28,1) -> Dense(10)", "None,10", "a Flatten before it"),
        (STACK, "3,7", "got (None, 3, 16)\n"),
        ("LSTM(16, return_sequences=true)@(3,2)", "None,16", "got (None, 3, 16)\n"),
    ],
)
def test_an_expected_shape_that_is_wrong_for_a_usual_reason(stack, wanted, reason):
    done = here("check", stack, "--expect-output", wanted)
    assert done.returncode == 1
    assert reason in done.stdout


@pytest.mark.parametrize(
    "head", ["Dense(10)", "Dense(10) -> Softmax", "Dense(10) -> Dropout(0.5) -> Activation(softmax)"]
)
def test_a_dense_on_images_at_the_end_is_noted(head):
    done = here(f"Conv2D(8, 3)@(28,28,1) -> {head}")
    assert done.returncode == 0
    assert "note: <argument>: dense (Dense) works on the last axis of (None, 26, 26, 8)" in done.stderr
    assert here("--quiet", f"Conv2D(8, 3)@(28,28,1) -> {head}").stderr == ""


@pytest.mark.parametrize(
    "stack",
    [
        "Conv2D(8, 3)@(28,28,1) -> Flatten -> Dense(10)",
        "Conv2D(8, 3)@(28,28,1) -> Dense(10) -> GlobalAveragePooling2D",
        "Conv2D(8, 3)@(28,28,1) -> Dense(10) -> Conv2D(8, 3)",
        "Conv1D(8, 3)@(28,1) -> Dense(10)",
        "Dense(10)@(28,28,1)",
    ],
)
def test_other_models_are_not(stack):
    assert here(stack).stderr == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((STACK, "--profile"), "--profile needs a forward pass"),
        (("check", STACK, "--update-lock"), "--update-lock needs --lock"),
        (("check", STACK, "--statistics", "--format", "sarif"), "--statistics is text or json"),
        (("diff", STACK, STACK, "--tolerance", "1"), "--tolerance needs a forward pass"),
        (("sweep", "Dense($n)@3", "--set", "n=1", "--plot", "-f", "csv"), "--plot needs --format table"),
        (("memory", STACK, "--dtype", "int8", "--batch", "2"), "--dtype int8 is about one sample"),
        (("convert", STACK, "--to", "dsl", "--depth", "1"), "--collapse and --depth are for diagrams"),
        (("layers", "Dense", "--applications"), "--applications lists all models"),
        (("check", STACK, "--isolated", "--config", "x.toml"), "--isolated and --config cannot be combined"),
        (("diff", "--base", "main", "--run"), "--run compares A with B"),
    ],
)
def test_options_that_do_not_go_together_are_not_called_an_invalid_value(words, message):
    assert refused(*words).startswith(f"error: {message}")


def test_no_command_words_its_own_errors_as_click_does():
    files = (ROOT / "src" / "densecli" / "cli").glob("*.py")
    assert [file.name for file in files if "raise typer.BadParameter" in file.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    ("key", "meant"),
    [("variables", "vars"), ("model", "layers"), ("input_shape", "input"), ("Inputs", "input"), ("output", "outputs")],
)
def test_a_key_of_a_spec_by_another_name_leads_to_it(tmp_path, key, meant):
    path = tmp_path / "m.yaml"
    path.write_text(f"{key}: {{a: 3}}\ninput: [3]\nlayers: [Dense(3)]\n", encoding="utf-8")
    assert f"did you mean `{meant}`?" in refused(path)


@pytest.mark.parametrize("words", [("diff", "--base"), ("check", "a.yaml", "--max-params"), ("draw", "VGG16", "-o")])
def test_an_option_without_its_value_leads_to_the_help_of_its_command(words):
    first, *_, last = refused(*words).splitlines()
    assert not first.endswith(".")
    assert last == f"  usage: `densecli {words[0]} --help` shows the options"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("trian.py", "train.py"), ("m.yml", "m.yaml"), ("Train.py", "train.py"), ("sub/modle.keras", "sub/model.keras"),
        ("nothing.yaml", None), ("gone/m.yaml", None),
    ],
)  # fmt: skip
def test_a_file_that_is_missing_leads_to_its_neighbor(tmp_path, monkeypatch, typed, meant):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    for name in ("train.py", "m.yaml", "m.zip", "sub/model.keras", "x.txt"):
        (tmp_path / name).touch()
    for words in ((typed,), (STACK, "--run", "--data", typed)):
        message = refused(*words)
        assert message.startswith("error[E109]")
        assert (f"did you mean `{meant}`?" in message) == (meant is not None)


@pytest.mark.parametrize(
    ("stack", "names"),
    [("Dense(4)@3", ["n"]), ("Dense($n)@3", []), ("Dense($nn)@3", ["n"]), ("Dense($n)@3 -> Dense($m)", ["nn"])],
)
def test_a_variable_that_a_stack_never_mentions_is_warned_of(stack, names):
    sets = [
        part for name in ("n", "nn", "m") if f"${name}" in stack or name in names for part in ("--set", f"{name}=5")
    ]
    done = here(stack, *sets)
    assert done.returncode == 0
    shown = [line for line in (done.stdout + done.stderr).splitlines() if "changes nothing" in line]
    assert [f"the stack has no ${name}, so --set {name} changes nothing" in " ".join(shown) for name in names] == [
        True
    ] * len(names)
    assert len(names) > 0 or shown == []
