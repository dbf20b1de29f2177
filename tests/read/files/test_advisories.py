"""Hostile files give a clear error or an opaque row, and their payloads never run: an audit hook watches."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import densecli as package

pytest.importorskip("h5py")

from support.advisories import (
    CANARY,
    CONFIG,
    CONFIGS,
    FILES,
    FORMS,
    MINE,
    SECRET,
    as_h5,
    as_json,
    as_keras,
    attack,
    with_weights,
)
from support.program import here

PACKAGE = str(Path(package.__file__).parent)
# Opens only the given file, imports only densecli's own modules, runs nothing, and makes no connections.
AUDIT = """
import json, sys
import densecli.cli.summary
from densecli.errors import DenseError, SpecErrors, draw
from densecli.summary.infer import infer
from densecli.read.specs import Spec, read
from densecli.render import explain, json as json_form
from densecli.render.table import table
from densecli.render.table.columns import default_columns
from densecli.render.table.selection import select

package, misdeed, harmless, hostile = json.loads(sys.stdin.read())
WATCHED = ("exec", "compile", "open", "import", "marshal.loads", "pickle.find_class", "ctypes.dlopen", "code.__new__")
FAMILIES = ("socket.", "subprocess.", "os.", "shutil.", "urllib.", "ftplib.", "http.", "tempfile.", "webbrowser.", "sqlite3.")
HARMLESS = ("os.scandir", "os.listdir")
seen, current = [], None

def own(word):
    return word.startswith((package, "densecli."))

def importing():
    frame = sys._getframe(2)
    while frame is not None and not ("importlib" in frame.f_code.co_filename and own(str(frame.f_locals.get("name", "")))):
        frame = frame.f_back
    return frame is not None

def hook(event, args):
    if current is None or not (event in WATCHED or event.startswith(FAMILIES)) or event in HARMLESS:
        return
    word = str(args[0]) if args else ""
    if event == "open" and (word == current or isinstance(args[0], int) or own(word) or args[0] == "config.json"):
        return
    if event == "import" and own(word) or importing():
        return
    seen.append((event, word[:80]))

def summary(path):
    try:
        report = infer(read(Spec(path)), path)
    except SpecErrors as several:
        return 2, "", "\\n".join(map(draw, several.errors))
    except DenseError as error:
        return 2, "", draw(error)
    lines = select(report)
    table.render(report, lines, default_columns(report))
    explain.render(report)
    return 0, json_form.render(report), "\\n".join(report.warnings)

for path in harmless:
    assert summary(path)[0] == 0, summary(path)
sys.addaudithook(hook)
if misdeed:
    from densecli.read.keras import layers as keras_layers
    before = keras_layers.is_builtin
    def is_builtin(entry):
        exec(prepared, {})
        return before(entry)
    prepared = compile(misdeed, "misdeed", "exec")
    keras_layers.is_builtin = is_builtin
for path in hostile:
    modules = set(sys.modules)
    current = path
    try:
        code, out, err = summary(path)
    finally:
        current = None
    new = sorted(name for name in set(sys.modules) - modules if not own(name + "."))
    print(json.dumps({"code": code, "out": out, "err": err, "events": seen[:], "modules": new}))
    seen.clear()
"""


def audited(folder, hostile, misdeed=""):
    """The summary of each file, and the events that the hook saw meanwhile."""
    usual = folder / "usual"
    usual.mkdir()
    harmless = [form(usual / form.__name__, CONFIG) for form in FORMS]
    harmless.append(
        with_weights(usual / "custom.keras", lambda file: file.create_dataset("layers/mine/vars/0", (3,), "f4"))
    )
    for name, text in (("a.yaml", "input: [2]\nlayers: [Dense(3)]"), ("a.dsl", "Dense(3)@(2,)")):
        (usual / name).write_text(text, encoding="utf-8")
        harmless.append(usual / name)
    asked = json.dumps([PACKAGE, misdeed, [str(path) for path in harmless], [str(path) for path in hostile]])
    here = {**os.environ, "PYTHONPATH": str(Path(PACKAGE).parent)}
    done = subprocess.run(
        [sys.executable, "-c", AUDIT],
        input=asked,
        capture_output=True,
        text=True,
        cwd=folder,
        env=here,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(found, path):
    assert (found["events"], found["modules"]) == ([], []), path
    assert found["code"] in (0, 2), found["err"]
    assert str(SECRET) not in found["out"] + found["err"]
    if found["code"]:
        assert found["err"].startswith("error[E"), path
        assert found["out"] == ""
    else:
        assert "layers" in json.loads(found["out"])


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_nothing_happens_because_a_config_says_so(tmp_path, form):
    paths = []
    for index, config in enumerate(CONFIGS.values()):
        (tmp_path / str(index)).mkdir()
        paths.append(form(tmp_path / str(index) / "model", config))
    before = sorted(tmp_path.rglob("*"))
    for name, found in zip(CONFIGS, audited(tmp_path, paths), strict=True):
        check(found, name)
    assert [path for path in sorted(tmp_path.rglob("*")) if "usual" not in path.parts] == before
    assert not Path(f"/tmp/{CANARY}").exists()


def test_nothing_happens_because_of_the_form_of_a_file(tmp_path):
    paths = [make(tmp_path) for make in FILES]
    before = sorted(tmp_path.iterdir())
    for path, found in zip(paths, audited(tmp_path, paths), strict=True):
        check(found, path)
    assert [path for path in sorted(tmp_path.iterdir()) if path.name != "usual"] == before


CODES = {
    "bomb": "E506", "pickle_file": "E105", "yaml_tags": "E203", "dsl_code": "E222", "climbing_members": None, "weights_bomb": None,
    "many_bombs": None, "external_link": None, "soft_link": None, "external_storage": None, "virtual_dataset": None,
    "yaml_paths": "E303", "dsl_vocabulary": None,
}  # fmt: skip


@pytest.mark.parametrize("make", FILES, ids=lambda make: make.__name__)
def test_a_hostile_form_has_its_error_or_leaves_a_row_open(tmp_path, make):
    (found,) = audited(tmp_path, [make(tmp_path)])
    code = CODES[make.__name__]
    assert (found["code"], found["err"][:12]) == ((2, f"error[{code}]:") if code else (0, found["err"][:12]))
    if "Mine" in found["out"]:
        row = json.loads(found["out"])["layers"][-1]
        counted = {"weights_bomb": 1 << 50, "many_bombs": 500 << 27}
        assert (row["opaque"], row["params"]) == (True, counted.get(make.__name__))
        assert bool(counted.get(make.__name__)) != ("could not be read" in found["err"])


@pytest.mark.parametrize("name", CONFIGS)
def test_a_hostile_config_is_an_opaque_row_or_an_error(tmp_path, name):
    from densecli.errors import SpecErrors
    from densecli.read.open import open_spec
    from densecli.summary.infer import infer

    try:
        found = infer(open_spec(str(as_keras(tmp_path / "attack", CONFIGS[name]))))
    except SpecErrors as several:
        assert all(error.code in ("E404", "E301", "E302", "E303", "E305", "E405") for error in several.errors)
    else:
        assert found.rows or "compile" in name


MISDEEDS = {
    "open": "open('/etc/hostname').close()",
    "import": "import sndhdr" if sys.version_info < (3, 13) else "import wave",
    "exec": "exec('1')",
    "eval": "eval('1')",
    "marshal": "import marshal; marshal.loads(marshal.dumps(1))",
    "pickle": "import pickle; pickle.loads(b'cos\\nsystem\\n.')",
    "process": "import subprocess; subprocess.run(['true'])",
    "shell": "import os; os.system('true')",
    "socket": "import socket; socket.socket().close()",
    "folder": "import os; os.makedirs('made', exist_ok=True)",
}


@pytest.mark.parametrize("name", MISDEEDS)
def test_the_hook_sees_what_must_not_happen(tmp_path, name):
    hostile = [
        as_json(tmp_path / "a", attack(MINE)),
        as_keras(tmp_path / "b", attack(MINE)),
        as_h5(tmp_path / "c", attack(MINE)),
    ]
    for found in audited(tmp_path, hostile[:1] if name in ("import", "folder") else hostile, MISDEEDS[name]):
        assert found["events"] or found["modules"]


def test_modules_of_the_program_itself_are_untouched(tmp_path):
    from densecli.read.open import open_spec
    from densecli.summary.infer import infer

    infer(open_spec(str(as_keras(tmp_path / "usual", CONFIG))))  # what reading itself imports, such as encodings.cp437
    system, before = os.system, set(sys.modules)
    infer(open_spec(str(as_keras(tmp_path / "m", CONFIGS["CVE-2025-1550 module and class of anything"]))))
    assert os.system is system
    assert not {name for name in set(sys.modules) - before if not name.startswith("densecli")}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_class_that_nobody_knows_is_a_row_and_fails_the_strict(tmp_path, form):
    path = str(form(tmp_path / "m", CONFIGS["CVE-2025-1550 module and class of anything"]))
    shown, judged, allowed = here(path, "-f", "json"), here("check", path, "--strict"), here("check", path)
    row = next(row for row in json.loads(shown.stdout)["layers"] if row["type"] == "system")
    assert (shown.returncode, row["opaque"], row["output_shapes"]) == (0, True, [None])
    assert (judged.returncode, "C121 system" in judged.stdout) == (1, True)
    assert allowed.returncode == 0
    assert not Path(f"/tmp/{CANARY}").exists()


OPAQUE = {
    "Lambda": {
        "module": "keras.layers",
        "config": {"name": "o", "function": {"class_name": "__lambda__", "config": {"code": "4wEA"}}},
    },
    "TorchModuleWrapper": {"module": "keras.utils", "config": {"name": "o", "module": "UEsDBAAACAgAAA=="}},
    "TFSMLayer": {"module": "keras.layers", "config": {"name": "o", "filepath": "/etc/passwd"}},
    "JaxLayer": {"module": "keras.layers", "config": {"name": "o", "call_fn": "x"}},
    "Mine": {"module": "my", "config": {"name": "o"}, "registered_name": "my>Mine"},
}


@pytest.mark.parametrize("kind", OPAQUE)
def test_what_only_code_could_describe_is_a_lower_bound_and_fails_the_strict(tmp_path, kind):
    dense = {"module": "keras.layers", "class_name": "Dense", "config": {"name": "d", "units": 3}}
    path = str(as_json(tmp_path / "m", attack(dense, {"class_name": kind, **OPAQUE[kind]})))
    table, record = here(path).stdout, json.loads(here(path, "-f", "json").stdout)
    assert "Total params: \u2265 15 " in table
    assert (record["layers"][-1]["opaque"], record["layers"][-1]["output_shapes"]) == (True, [None])
    assert (record["totals"]["params"], record["totals"]["lower_bound"]) == (15, True)
    judged = here("check", path, "--strict")
    assert (judged.returncode, f"C121 {kind} 'o'" in judged.stdout) == (1, True)
