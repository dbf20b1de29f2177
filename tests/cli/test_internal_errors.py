"""A bug in any package gives exit code 70 and one line, without text from the spec, and no traceback without --debug."""

from __future__ import annotations

import json
import zipfile
from importlib import import_module
from inspect import isgeneratorfunction
from pathlib import Path

import pytest

import densecli
from densecli.cli import run
from support.program import outcome

STACK = "Dense(4, name=secret)@(3,) -> Flatten"
YAML = "input: [3]\nlayers: [Dense: {units: 4, name: secret}]\n"
DENSE = {"class_name": "Dense", "config": {"name": "secret", "units": 4, "batch_input_shape": [None, 3]}}
INNER = {"class_name": "Sequential", "config": {"name": "inner", "layers": [DENSE]}}
BRANCHES = "[Dense(4, name=secret)@(3,) | Dense(4)@(3,)] -> Add"
# A package, a function in it, and a command that calls it; {folder} holds the files below.
ROOMS = [
    ("errors", "errors:draw", ["Desne(4, name=secret)"]),
    ("errors", "errors:draw", ["a.yaml", STACK]),
    ("text", "text:size", [STACK]),
    ("quantity", "quantity:read_size", ["check", STACK, "--max-weights", "1MB"]),
    ("names", "names:compute_dtype", [STACK]),
    ("automatic_names", "automatic_names:numbered", [STACK]),
    ("run", "run.machine:default_limit", [STACK, "--run"]),
    ("shape", "shape:product", [STACK]),
    ("kernels", "kernels.elementary:statistics", [STACK, "--run"]),
    ("fields", "fields:read_integer", [STACK]),
    ("catalogue", "catalogue:lookup", [STACK]),
    ("layer", "layer:Layer.accept", [STACK]),
    ("layers", "layers.core:Dense.output", [STACK]),
    ("applications", "applications.net:Net.add", ["VGG16"]),
    ("graph", "graph.graph:call_order", [BRANCHES]),
    ("graph", "graph.trace:trace", [STACK]),
    ("graph", "graph.model:Model.children", ["{folder}/nested.json"]),
    ("graph", "graph.forward:forward", [STACK, "--run"]),
    ("run", "run.fuse:fuse", [STACK, "--run"]),
    ("run", "run.liveness:peak_tensors", [STACK, "--run"]),
    ("memory", "memory.saved:saved", ["memory", STACK]),
    ("read", "read.specs:specs", [STACK]),
    ("read", "read.stack.reader:read_stack", [STACK]),
    ("read", "read.stack.parser:parse", [STACK]),
    ("read", "read.open:read_stream", ["{folder}/m.yaml"]),
    ("read", "read.text.yaml:load_yaml", ["{folder}/m.yaml"]),
    ("read", "read.spec.document:read_spec", ["{folder}/m.yaml"]),
    ("read", "read.text.json:load_json", ["{folder}/m.json"]),
    ("read", "read.keras.model:read_config", ["{folder}/m.json"]),
    ("read", "read.keras.model:read_config", ["{folder}/m.keras"]),
    ("read", "read.keras.model:read_config", ["{folder}/m.h5"]),
    ("read", "read.keras.keras_file:read_keras_file", ["{folder}/m.keras"]),
    ("read", "read.keras.h5_file:read_h5_file", ["{folder}/m.h5"]),
    ("read", "read.limits:raised", [STACK]),
    ("records", "records:_Tuple._replace", [STACK]),
    ("summary", "summary.rows:_row", [STACK]),
    ("summary", "summary.infer:infer", [STACK]),
    ("run", "run.run:run", [STACK, "--run"]),
    ("run", "run.weights.stored:allocate", [STACK, "--run"]),
    ("run", "run.weights.stored:misfits", ["check", "{folder}/m.keras", "--weights-fit"]),
    ("run", "run.data:given_arrays", [STACK, "--run"]),
    ("run", "run.profile:stats", [STACK, "--run"]),
    ("run", "run.example:example", ["explain", STACK, "--run"]),
    ("arithmetic", "arithmetic:symbols", ["explain", STACK, "--run"]),
    ("memory", "memory.backward:layer_memory", ["memory", STACK]),
    ("memory", "memory.footprint:footprint", ["memory", STACK]),
    ("sweep", "sweep:sweep", ["sweep", "Dense($a)@(3,)", "--set", "a=1,2"]),
    ("render", "render.table.table:render", [STACK]),
    ("render", "render.json:render", [STACK, "-f", "json"]),
    ("render", "render.pages.delimited:render_csv", [STACK, "-f", "csv"]),
    ("render", "render.pages.html:render", [STACK, "-f", "html"]),
    ("render", "render.explain:render", ["explain", STACK]),
    ("render", "render.convert.dsl:render", ["convert", STACK, "--to", "dsl"]),
    ("render", "render.catalogue:overview", ["layers"]),
    ("check", "check.judge:judge", ["check", STACK]),
    ("check", "check.expectations:read", ["check", STACK, "--max-params", "1"]),
    ("check", "check.compare.diff:compare", ["diff", STACK, BRANCHES]),
    ("check", "check.compare.lock:check", ["check", STACK, "--lock", "{folder}/lock"]),
    ("cli", "cli.summary:summarise", [STACK]),
    ("cli", "cli.complaints:complain", ["Desne(4, name=secret)"]),
    ("memory", "memory.optimizers:state_bytes", ["memory", STACK]),
]


def bomb(*_, **__):
    raise RuntimeError("secret")


def late_bomb(*_, **__):
    """For generators: since Python 3.13 a replaced `__code__` must be of the same kind."""
    raise RuntimeError("secret")
    yield


@pytest.fixture
def folder(tmp_path):
    h5py = pytest.importorskip("h5py")
    config = {"class_name": "Sequential", "config": {"name": "m", "layers": [DENSE]}}
    nested = {"class_name": "Sequential", "config": {"name": "m", "layers": [INNER]}}
    (tmp_path / "m.yaml").write_text(YAML, encoding="utf-8")
    (tmp_path / "m.json").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / "nested.json").write_text(json.dumps(nested), encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as file:
        file.writestr("config.json", json.dumps(config))
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["model_config"] = json.dumps(config)
    assert run(["check", STACK, "--lock", str(tmp_path / "lock"), "--update-lock"]) == 0
    return tmp_path


def sabotaged(monkeypatch, place):
    """Give a function another body, wherever it has been imported to."""
    module, _, name = place.partition(":")
    found = import_module(f"densecli.{module}")
    for part in name.split("."):
        found = getattr(found, part)
    monkeypatch.setattr(found, "__code__", (late_bomb if isgeneratorfunction(found) else bomb).__code__)
    monkeypatch.setattr(found, "__kwdefaults__", None)


@pytest.mark.parametrize(
    ("room", "place", "words"), ROOMS, ids=[f"{place} {words[0][:12]}" for _, place, words in ROOMS]
)
def test_a_bug_is_exit_70_and_one_line(folder, monkeypatch, capsys, room, place, words):
    words = [word.format(folder=folder) if "{folder}" in word else word for word in words]
    assert outcome(*words)[0] in (0, 1, 2)
    sabotaged(monkeypatch, place)
    code, out, err = outcome(*words)
    assert (code, out) == (70, ""), err
    assert err.startswith("internal error: RuntimeError: this is a bug in densecli")
    assert err.count("\n") == 1
    assert "secret" not in err
    code, out, err = outcome(*words, "--debug")
    assert (code, out) == (70, "")
    assert "Traceback" in err


def test_every_room_has_a_bug():
    house = Path(densecli.__file__).parent
    rooms = {path.stem for path in house.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - {"__init__", "__main__", "schemas"} == {room for room, _, _ in ROOMS}
