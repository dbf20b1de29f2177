"""Three times the input takes three times the work and the output, whatever its form: each command, each format.

Work is counted in calls of functions, Python's and built-in ones, so the figures are the same on every machine. The work inside
regular expressions is counted in test_regexes.py.
"""

from __future__ import annotations

import itertools
import json

import pytest

from densecli.render.diagram import layout
from support.program import outcome
from support.work import calls_counted

FEW, COUNT, TIMES = 20, 60, 3
MOST = 3.9  # times the work: linear work takes 3, its constant part less, work by the square 9


def tensor(name, call=0):
    config = {"shape": [None, 4], "dtype": "float32", "keras_history": [name, call, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def layer(name, *calls, kind="Dense"):
    config = {"name": name, "units": 4} if kind == "Dense" else {"name": name}
    nodes = [{"args": [call], "kwargs": {}} for call in calls]
    return {"module": "keras.layers", "class_name": kind, "name": name, "inbound_nodes": nodes, "config": config}


def functional(layers, output):
    start = {
        "class_name": "InputLayer",
        "name": "x",
        "inbound_nodes": [],
        "config": {"batch_shape": [None, 4], "name": "x"},
    }
    config = {"name": "m", "layers": [start, *layers], "input_layers": [["x", 0, 0]], "output_layers": [[*output, 0]]}
    return json.dumps(
        {"module": "keras", "class_name": "Functional", "registered_name": "Functional", "config": config}
    )


# -- what grows --------------------------------------------------------------------------
def long_chain(count):
    return "Dense(4)@(4,) -> " + " -> ".join(f"Dense(4, name=d{index})" for index in range(count))


def different_layers(count):
    return "Dense(4)@(4,) -> " + " -> ".join(f"Dense({index + 1})" for index in range(count))


def wide(count):
    """Branches side by side, and one layer that they all go into."""
    return f"Dense(4)@(4,) -> [{' | '.join(f'Dense(4, name=d{index})' for index in range(count))}] -> Add"


def wide_of_blocks(count):
    branches = " | ".join(["Dense(4) -> Activation(relu) -> Dense(4)"] * (count // 3))
    return f"Dense(4)@(4,) -> [{branches}] -> Concatenate"


def long_shortcuts(count):
    """Layers whose outputs are used again at the very end."""
    down = [layer(f"d{index}", tensor(f"d{index - 1}" if index else "x")) for index in range(count // 2)]
    back = [f"d{count // 2 - 1}", *(f"a{index}" for index in reversed(range(count // 2)))]
    pairs = [(before, name) for before, name in itertools.pairwise(back)]
    up = [layer(name, [tensor(before), tensor(f"d{name[1:]}")], kind="Add") for before, name in pairs]
    return functional([*down, *up], ("a0", 0))


def often_called(count):
    """One layer that is called again and again, and all of its outputs in one layer."""
    outputs = [tensor("s", index) for index in range(count)]
    return functional([layer("s", *[tensor("x")] * count), layer("sum", outputs, kind="Add")], ("sum", 0))


def long_words(count):
    """A name, an unknown argument's value and a dtype of many letters, in a few layers."""
    name = 'Aa_(|`$ ["\\' * count
    return functional([layer(name, tensor("x")), layer("b", tensor(name))], ("b", 0))


def deep(count):
    """Models in models, as deep as they may be, and wide inside."""
    stack = " -> ".join(["Dense(4)"] * (count // 20))
    for _ in range(20):
        stack = f"[({stack}) | Dense(4)] -> Add"
    return f"Dense(4)@(4,) -> {stack}"


SHAPES = [long_chain, different_layers, wide, wide_of_blocks, long_shortcuts, often_called, long_words, deep]

# -- what looks at it --------------------------------------------------------------------
COMMANDS = {
    **{f"summary-{name}": ("summary", "-f", name) for name in ("table", "json", "ndjson", "csv", "tsv", "markdown", "latex", "html", "svg")},
    "summary-narrow": ("summary", "--width", "60"),
    "summary-colored": ("summary", "--color", "always"),
    "summary-all": ("summary", "-c", "all", "--expand-nested"),
    "summary-collapse": ("summary", "--collapse"),
    "summary-sort": ("summary", "--sort", "params", "--filter", "^[^x]"),
    "summary-run": ("summary", "--run", "--profile"),
    "explain": ("explain",),
    "explain-colored": ("explain", "--color", "always", "--width", "60"),
    "explain-numbers": ("explain", "--run", "--values"),
    "explain-json": ("explain", "-f", "json"),
    "explain-markdown": ("explain", "-f", "markdown"),
    "explain-html": ("explain", "-f", "html"),
    "explain-svg": ("explain", "-f", "svg"),
    **{
        f"check-{name}": ("check", "-f", name, "--max-params", "1", "--forbid", "Dens*", "--only-layers", "Conv*", "--strict")
        for name in ("text", "json", "github", "gitlab", "sarif", "junit", "markdown")
    },
    "check-assert": ("check", "--assert", "sum(layer.params for layer in layers if layer.type == 'Dense') < 3"),
    **{f"convert-{name}": ("convert", "--to", name) for name in ("dsl", "yaml", "json", "keras", "python", "dot", "mermaid", "svg")},
    "convert-collapse": ("convert", "--to", "svg", "--collapse"),
    **{f"draw-{name}": ("draw", "--max-blocks", "5000", "--style", name) for name in ("volumes", "boxes", "flat")},
    "draw-tikz": ("draw", "--max-blocks", "5000", "-f", "tikz", "--labels", "sizes,types,names,params"),
    "draw-short": ("draw", "--max-blocks", "12"),
    "memory": ("memory", "--budget", "8GiB", "--top", "1000"),
    "memory-json": ("memory", "-f", "json"),
    "sweep": ("sweep", "--set", "unused=1,2"),
    "diff": ("diff", "Dense(4)@(4,) -> Dense(5)"),
    "summary-values": ("summary", "--run", "--values"),
}  # fmt: skip


def figures(words):
    """The calls of a run, and the characters that it writes."""
    with calls_counted() as counted:
        code, out, err = outcome(*words)
    assert code != 70, err
    return counted[0], len(out) + len(err)


def grows(words, paths):
    few, *paths = paths
    outcome(*words, str(few))  # imported and created once
    (work, written), (more_work, more_written) = (figures((*words, str(path))) for path in paths)
    assert more_work < MOST * work, (work, more_work)
    assert more_written < MOST * written + 1_000, (written, more_written)


@pytest.fixture
def files(tmp_path):
    def write(shape, *counts):
        found = []
        for count in counts:
            text = shape(count)
            found.append(tmp_path / f"{shape.__name__}-{count}.{'json' if text.startswith('{') else 'dsl'}")
            found[-1].write_text(text)
        return found

    return write


# An edge has a bend for each layer that it passes: by the square, up to the limit of a drawing.
DRAWINGS = ("summary-html", "convert-svg", "convert-collapse")
CASES = [
    (command, shape)
    for command in COMMANDS
    for shape in SHAPES
    if (command in DRAWINGS, shape) != (True, long_shortcuts)
]


@pytest.mark.parametrize(("command", "shape"), CASES, ids=[f"{command}-{shape.__name__}" for command, shape in CASES])
def test_work_and_output_grow_with_the_model(files, command, shape):
    grows(COMMANDS[command], files(shape, FEW, COUNT, TIMES * COUNT))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_a_diff_of_two_models_grows_with_them(files, shape):
    paths = files(shape, COUNT, COUNT + COUNT // 4, TIMES * COUNT, TIMES * (COUNT + COUNT // 4))
    pairs = [("diff", str(a), str(b)) for a, b in (paths[:2], paths[2:])]
    outcome(*pairs[0])
    (work, written), (more_work, more_written) = map(figures, pairs)
    assert more_work < MOST * work
    assert more_written < MOST * written + 1_000


def test_a_lock_file_grows_with_the_models(tmp_path, files):
    for shape in SHAPES:
        paths, lock = files(shape, FEW, COUNT, TIMES * COUNT), str(tmp_path / f"{shape.__name__}.lock")
        grows(("check", "--lock", lock, "--update-lock"), paths)
        grows(("check", "--lock", lock), paths)


@pytest.mark.parametrize("command", DRAWINGS)
def test_a_drawing_of_too_many_bends_is_refused(monkeypatch, files, command):
    monkeypatch.setattr(layout, "MAX_POINTS", 500)
    code, out, err = outcome(*COMMANDS[command], str(files(long_shortcuts, 80)[0]))
    assert (code, out) == (2, "")
    assert err.startswith("error[E509]: the diagram needs more than 500 bends")


@pytest.mark.parametrize("name", ["text", "json", "markdown"])
def test_the_catalogue_has_one_size(name):
    assert figures(("layers", "-f", name))[0] < 500_000


def test_a_layer_of_thousands_of_inputs_has_cells_of_a_bound_size(files):
    (path,) = files(wide, 3_000)
    _, table, _ = outcome(str(path))
    assert "d0[0][0], d1[0][0]" in table
    assert "d9[0][0] and 2,990 more" in table
    assert "(None, 4) and 2,990 more]" in outcome(str(path), "-c", "input_shape")[1]
    layers = json.loads(outcome(str(path), "-f", "json")[1])["layers"]
    assert len(layers[-1]["inbound"]) == len(layers[-1]["input_shapes"]) == 3_000


def test_a_long_name_is_shortened_in_a_table_and_whole_in_json():
    name = "n" * 20_000
    stack = f"Dense(4, name={name})@(4,) -> Dense(3)"
    table = outcome(stack)[1]
    assert f"{name[:500]}… (20,000 characters) (Dense)" in table
    assert max(map(len, table.splitlines())) < 700
    assert json.loads(outcome(stack, "-f", "json")[1])["layers"][0]["name"] == name


# -- names ---------------------------------------------------------------------------------
LONG = "n" * 1_001
LONG_NAMES = {
    "m.dsl": f"Dense(4, name={LONG})@(4,) -> Dense(3)",
    "input.yaml": f"input: {{{LONG}: [4]}}\nlayers: [Dense(4)]\n",
    "nested.yaml": f"input: [4]\nlayers:\n  - {{type: Model, name: {LONG}, input: [4], layers: [Dense(4)]}}\n",
    "inside.yaml": f"input: [4]\nlayers:\n  - {{type: Model, input: [4], layers: ['Dense(4, name={LONG}) -> ReLU']}}\n",
    "keras.json": functional([layer(LONG, tensor("x")), layer("b", tensor(LONG))], ("b", 0)),
    "source.py": (
        "import keras\nfrom keras.layers import Dense\n"
        f"m = keras.Sequential([keras.Input((4,)), Dense(4, name='{LONG}'), Dense(4)])\nm.summary()\n"
    ),
}


@pytest.mark.parametrize("name", LONG_NAMES)
def test_error_long_names_have_a_bound_at_their_connections(tmp_path, name):
    (tmp_path / name).write_text(LONG_NAMES[name])
    code, out, err = outcome(str(tmp_path / name), "--limit", "letters=1000")
    assert (code, out) == (2, "")
    assert "error[E505]: names of more than 100 letters occur in so many connections that they add up to " in err
    assert "--limit letters=2_000" in err
    assert outcome(str(tmp_path / name))[0] == 0


@pytest.mark.parametrize("form", ["json", "csv", "table", "svg"])
def test_error_a_long_name_of_a_layer_that_many_take(form):
    """Output by the square of the spec: 10 KB of text would make 8 MB, 1 MB of it 80 GB."""
    stack = f"Dense(4, name={'n' * 5_000})@(4,) -> [{' | '.join(['_'] * 1_000)}] -> Add"
    code, out, err = outcome(stack, "-f", form)
    assert (code, out) == (2, "")
    assert "they add up to 5,000,000 letters" in err


def test_hints_cost_no_more_than_the_names_that_there_are(tmp_path):
    """Hints that nobody sees are not looked for, and few names are compared letter by letter."""

    def spec(count):
        layers = "".join(f"  - Dense: {{units: 4, name: layer_{index}}}\n" for index in range(count))
        calls = "".join(f"  - Add: {{inputs: [layre_{index}, layer_0]}}\n" for index in range(count))
        path = tmp_path / f"{count}.yaml"
        path.write_text(f"input: [4]\nlayers:\n{layers}{calls}")
        return path

    paths = [spec(COUNT), spec(COUNT * 4), spec(TIMES * COUNT * 4)]
    assert "did you mean `layer_0`?" in outcome(str(paths[0]))[2]
    grows((), paths)
