"""Start-up time is a feature: a command imports only what it needs. Checks sys.modules, never the clock."""

from __future__ import annotations

import subprocess
import sys

import pytest

from densecli.cli import COMMANDS

HEAVY = {"numpy", "rich", "yaml", "h5py", "pydantic", "lark", "zipfile", "tempfile", "xml", "tomllib"}
PROBE = """
import sys
from densecli.cli import run
code = run(sys.argv[1:])
sys.stderr.write("MODULES " + " ".join(sorted(sys.modules)))
sys.exit(code)
"""


def loaded(*arguments: str, code: int = 0) -> set[str]:
    """All modules that a run of densecli has imported."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert done.returncode == code
    return set(done.stderr.rpartition("MODULES ")[2].split())


def modules(*arguments: str) -> set[str]:
    """The top-level ones among them."""
    return {name.split(".")[0] for name in loaded(*arguments)}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "json", "Dense(4)@(3,)"),
        ("--format", "ndjson", "Dense(4)@(3,)"),
        ("--format", "svg", "Dense(4)@(3,)"),
        ("explain", "Dense(4)@(3,)"),
        ("explain", "Dense(4)@(3,)", "--format", "svg"),
        ("explain", "LSTM(4)@(3,2) -> Dense(4, activation=relu)", "--format", "html"),
        ("check", "Dense(4)@(3,)", "--max-params", "99"),
        ("check", "Dense(4)@(3,)", "--format", "json", "--assert", "totals.params == 16"),
        ("check", "Dense(4)@(3,)", "--format", "github"),
        ("check", "Dense(4)@(3,)", "--format", "sarif"),
        ("diff", "Dense(4)@(3,)", "Dense(4)@(3,)"),
        ("diff", "Dense(4)@(3,)", "Dense(5)@(3,)", "--exit-zero", "--format", "json"),
        ("convert", "Dense(4)@(3,)", "--to", "dsl"),
        ("convert", "Dense(4)@(3,)", "--to", "json"),
        ("convert", "Dense(4)@(3,)", "--to", "python"),
        ("convert", "Dense(4)@(3,)", "--to", "svg"),
        ("draw", "Dense(4)@(3,)"),
        ("draw", "Dense(4)@(3,)", "--format", "tikz"),
        ("memory", "Dense(4)@(3,)", "--format", "json", "--budget", "1GiB"),
        ("sweep", "Dense($w)@(3,)", "--set", "w=1,2", "--format", "csv"),
        ("sweep", "Dense($w)@(3,)", "--set", "w=1,2", "--format", "json"),
        ("layers",),
        ("layers", "--applications"),
        ("layers", "Dense", "--format", "json"),
        ("--help",),
        ("--version",),
    ],
    ids=" ".join,
)
def test_machine_paths_import_nothing_heavy(arguments):
    assert not HEAVY & modules(*arguments)


def test_facts_for_pictures_are_loaded_for_pictures_alone():
    assert not [name for name in loaded("explain", "Dense(4)@(3,)") if name.startswith("densecli.render.pictures")]


def test_only_a_curve_needs_numpy():
    assert "numpy" in modules("explain", "Activation(gelu)@(3,)", "--format", "svg")


def test_the_table_imports_rich_only_where_it_must_wrap():
    assert not HEAVY & modules("Dense(4)@(3,)", "--width", "80", "--color", "always")
    assert HEAVY & modules("Dense(4)@(3,)", "--width", "20") == {"rich"}


def test_what_is_converted_to_yaml_is_read_again():
    assert HEAVY & modules("convert", "Dense(4)@(3,)", "--to", "yaml") == {"yaml"}


def test_models_by_name_are_imported_when_one_is_named():
    def rooms(*arguments, code=0):
        return {name for name in loaded(*arguments, code=code) if name.startswith("densecli.applications")}

    assert not rooms("Dense(4)@(3,)")
    assert not rooms("Conv2D(4, 3)@(8,8,3) -> Desne(4)", code=2)
    assert rooms("VGG16") == {
        "densecli.applications",
        "densecli.applications.application",
        "densecli.applications.net",
        "densecli.applications.vgg",
    }
    assert "densecli.read.keras.model" not in loaded("VGG16")


def test_settings_are_parsed_only_where_there_are_some(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    assert "tomllib" not in modules("check", "Dense(4)@(3,)")
    (tmp_path / "pyproject.toml").write_text("[tool.densecli.expect]\nparams = 16\n", encoding="utf-8")
    assert "tomllib" in modules("check", "Dense(4)@(3,)")


@pytest.mark.parametrize(
    "arguments", [("memory", "Dense(4)@(3,)"), ("sweep", "Dense($w)@(3,)", "--set", "w=1,2", "--plot")], ids=" ".join
)
def test_other_tables_import_rich_only_too(arguments):
    assert HEAVY & modules(*arguments) == {"rich"}


def test_numpy_comes_with_run():
    assert "numpy" in modules("--run", "--format", "json", "Dense(4)@(3,)")


def test_a_stack_imports_no_room_that_only_other_runs_need():
    """Each import finds and reads a file, so modules for a forward pass, a file or an option are imported only when needed."""
    rare = {
        "render.run",
        "render.table.patterns",
        "render.table.rich_table",
        "cli.fitting",
        "read.open",
        "read.spec",
        "read.keras",
        "read.files.folder",
        "read.shell",
        "quantity",
        "run",
    }
    assert {f"densecli.{name}" for name in rare} & loaded("Dense(4)@(3,)") == set()


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_what_needs_no_command_imports_none(option):
    commands = {f"densecli.cli.{name}" for name in COMMANDS}
    assert commands & loaded(option) == set()
    assert commands & loaded("layers", "Dense") == {"densecli.cli.layers"}
