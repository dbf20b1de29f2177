"""`densecli check FOLDER/`: which files are checked, what hostile folders can do, what holds no model."""

from __future__ import annotations

import json
import os
import socket

import pytest

import densecli.cli
from support.program import densecli as program
from support.repositories import write

SPEC = "input: [3]\nlayers: [Dense(4)]\n"
BAD = "input: [3]\nlayers: [Dense(-4)]\n"
SCRIPT = "import keras\n\nmodel = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """One run in this process, in an empty folder: exit code, the sources of the verdicts, standard error."""
    monkeypatch.chdir(tmp_path)

    def once(*arguments):
        code = densecli.cli.run(["check", *map(str, arguments), "--format", "json"])
        shown = capsys.readouterr()
        specs = json.loads(shown.out)["specs"] if shown.out else []
        return code, [spec["source"] for spec in specs], shown.err

    return once


# -- which files -----------------------------------------------------------------------------
def test_models_and_sources_in_the_order_of_their_paths(run, tmp_path):
    write(
        tmp_path,
        {
            "b.yaml": SPEC,
            "a.py": SCRIPT,
            "z/c.json": '{"input": [3], "layers": ["Dense(4)"]}',
            "m/d.dsl": "Dense(4)@(3,)",
        },
    )
    write(tmp_path, {"notes.txt": SPEC, "m/x.py": "print(1)\n"})
    wanted = ["a.py", "b.yaml", "m/d.dsl", "z/c.json"]
    assert run() == run(".") == run("./") == (0, wanted, "no model in 1 Python file\n")
    code, found, _ = run(f"{tmp_path}/")
    assert (code, found) == (0, [f"{tmp_path}/{name}" for name in wanted])
    assert run("z/", "b.yaml", "z/c.json", ".")[1] == ["z/c.json", "b.yaml", "a.py", "m/d.dsl"]


@pytest.mark.parametrize(
    "name", [".hidden/a.yaml", ".a.yaml", "node_modules/a.yaml", "x/site-packages/a.yaml", "venv/a.yaml", "e/a.yaml"]
)
def test_hidden_folders_and_other_peoples_code_are_left_out(run, tmp_path, name):
    write(tmp_path, {name: SPEC, "e/pyvenv.cfg": ""})
    assert run("./") == (0, [], "warning: no file that may hold a model in './'\n")
    assert run(name)[1] == [name]  # a file that is named is checked
    if "/" in name and not name.startswith("e/"):
        assert run(f"{name.rpartition('/')[0]}/")[1] == [name]  # and so is a folder


def test_gitignore(run, tmp_path):
    write(
        tmp_path,
        {
            ".gitignore": "a*.yaml\n!a2.yaml\n/out/\n",
            "a1.yaml": SPEC,
            "a2.yaml": SPEC,
            "out/b.yaml": SPEC,
            "x/out/b.yaml": SPEC,
        },
    )
    assert run("./")[1] == ["a2.yaml", "x/out/b.yaml"]
    assert run("./", "--no-respect-gitignore")[1] == ["a1.yaml", "a2.yaml", "out/b.yaml", "x/out/b.yaml"]
    assert run("a1.yaml", "out/")[1] == ["a1.yaml", "out/b.yaml"]


def test_exclude(run, tmp_path):
    write(tmp_path, {"a.yaml": SPEC, "x/a.yaml": SPEC, "x/y/b.yaml": SPEC, "x/keep.yaml": SPEC})
    assert run("./", "--exclude", "a.yaml")[1] == ["x/keep.yaml", "x/y/b.yaml"]
    assert run("x/", "--exclude", "/a.yaml", "--exclude", "x/y")[1] == ["x/a.yaml", "x/keep.yaml"]
    assert run("./", "--exclude", "*.yaml", "--exclude", "!keep.yaml")[1] == ["x/keep.yaml"]
    assert run("a.yaml", "x/y/b.yaml", "--exclude", "y/")[1] == ["a.yaml", "x/y/b.yaml"]
    assert run("a.yaml", "x/y/b.yaml", "--exclude", "y/", "--force-exclude")[1] == ["a.yaml"]


def test_exclude_of_the_settings_starts_at_their_folder(run, tmp_path, monkeypatch):
    write(
        tmp_path,
        {"densecli.toml": 'exclude = ["/x/y", "*.json"]\n', "x/a.yaml": SPEC, "x/y/b.yaml": SPEC, "x/c.json": SPEC},
    )
    assert run("./")[1] == ["x/a.yaml"]
    monkeypatch.chdir(tmp_path / "x")
    assert run("./")[1] == ["a.yaml"]
    assert run("./", "--isolated")[1] == ["a.yaml", "y/b.yaml"]


# -- what holds no model -----------------------------------------------------------------------
FOREIGN = {
    "ci.yml": "on: push\njobs:\n  layers: [1]\n",
    "compose.yaml": "services: {web: {image: x}}\n",
    "broken.yaml": "{{ template }}\n- [",
    "style.json": '{"version": 8, "sources": {}, "glyphs": "x", "layers": [{"id": 1}]}',
    "report.json": '{"schema": "densecli/summary/1", "source": "x", "totals": {}, "layers": [{"name": "a", "type": "Dense"}]}',
    "package.json": '{"name": "x"}',
    "list.json": "[1, 2]",
    "binary.json": "\0\1\2",
    "empty.yaml": "",
    "empty.py": "",
    "other.py": "raise SystemExit(1)\n",
    "lost.py": "class Model: pass\nassert Model().layers == 1\n",
    "py2.py": "print 'Model'; exec 'x' in y; raise\n= 3",
    "note.ipynb": '{"nbformat": 4, "cells": []}',
    "data.h5": "not HDF5",
}


def test_other_files_hold_no_model(run, tmp_path):
    write(tmp_path, {key: text for key, text in FOREIGN.items() if key != "data.h5"} | {"a.yaml": SPEC})
    assert run("./") == (0, ["a.yaml"], f"no model in {len(FOREIGN) - 1} files\n")


def test_a_weights_file_holds_no_model(run, tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["data"] = [1, 2, 3]
    assert run("./")[:2] == (0, [])
    assert run("w.h5")[0] == 0  # a table of weights, with a total that can be checked
    assert run("w.h5", "--max-params", "2")[0] == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", BAD),
        ("a.yaml", "input: [3]\nlayers: [Dense(4)\n"),
        ("a.yaml", "inputs: [3]\nlayers: [Dense(4)]\n"),
        ("a.json", '{"class_name": "Sequential", "config": {"layers": 5}}'),
        ("a.model.json", "{}"),
        ("a.model.yaml", "layer: [Dense(4)]"),
        ("a.py", SCRIPT.replace("Dense(4)", "Dense(-4)")),
        ("a.py", "import keras\nmodel = keras.Sequential(\n"),
        ("a.dsl", "Dense(-4)@(3,)"),
        ("a.keras", "not an archive"),
    ],
)
def test_a_broken_model_is_never_taken_for_another_kind_of_file(run, tmp_path, name, text):
    write(tmp_path, {name: text})
    code, found, err = run("./")
    assert (code in (1, 2), found) == (True, [name]), err


def test_a_source_that_cannot_be_followed_is_said_and_fails_only_if_all_must_be_known(run, tmp_path):
    text = 'import keras\nwidth = int(open("w").read())\n\nmodel = keras.Sequential([keras.Input((3,)), keras.layers.Dense(width)])\n'
    write(
        tmp_path,
        {
            "a.py": text,
            "test_b.py": f"{SCRIPT}\nassert model.count_params() == 1\n",
            "c.py": "import keras\nraise OSError('x')\n",
        },
    )
    code, found, err = run("./")
    assert (code, found) == (0, ["test_b.py"])
    assert [line.split(": ")[:2] for line in err.splitlines() if line.startswith("not followed")] == [
        ["not followed", "a.py:4:46"],
        ["not followed", "c.py:2:1"],
    ]
    assert run("./", "--strict")[:2] == (1, ["a.py", "c.py", "test_b.py"])
    assert run("a.py")[:2] == (1, ["a.py"])


# -- hostile folders ------------------------------------------------------------------------------
def test_links_are_not_followed(run, tmp_path):
    outside = tmp_path / "outside"
    write(tmp_path, {"outside/secret.yaml": SPEC, "in/a.yaml": SPEC, "in/sub/b.yaml": SPEC})
    (tmp_path / "in/loop").symlink_to("..")
    (tmp_path / "in/file.yaml").symlink_to(outside / "secret.yaml")
    (tmp_path / "in/folder").symlink_to(outside)
    (tmp_path / "in/dangling.yaml").symlink_to("nowhere")
    (tmp_path / "in/sub/.gitignore").symlink_to(outside / "secret.yaml")
    assert run("in/")[1] == ["in/a.yaml", "in/sub/b.yaml"]
    (tmp_path / "named").symlink_to("in")
    assert run("named/")[1] == ["named/a.yaml", "named/sub/b.yaml"]


def test_nothing_that_is_no_file_is_opened(run, tmp_path):
    write(tmp_path, {"a.yaml": SPEC})
    os.mkfifo(tmp_path / "pipe.yaml")
    os.mkfifo(tmp_path / ".gitignore")
    (tmp_path / "folder.yaml").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.py")
        assert run("./")[:2] == (0, ["a.yaml"])


def test_any_name_is_shown_safely(tmp_path):
    names = [
        "new\nline.yaml",
        "red\x1b[31m.yaml",
        "::error::x.yaml",
        "-q.yaml",
        "<argument>.yaml",
        "a b.yaml",
        os.fsdecode(b"\xff.yaml"),
    ]
    write(tmp_path, dict.fromkeys(names, BAD))
    done = program("check", "./", cwd=tmp_path, env={"GITHUB_ACTIONS": "true"})
    lines = [line for line in done.stdout.splitlines() if ": E" in line]
    assert (done.returncode, len(lines), "\x1b" in done.stdout) == (1, len(names), False)
    assert not any(line.startswith("::") for line in done.stdout.splitlines())


def test_folders_too_deep_for_a_path_are_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(60):
        os.mkdir("d" * 100)  # noqa: PTH102
        os.chdir("d" * 100)
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.yaml": SPEC})
    done = program("check", "./", cwd=tmp_path)
    assert (done.returncode, "error[E109]: cannot read" in done.stderr) == (2, True)
    assert done.stdout == "0 findings; 1 spec could not be checked.\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_cannot_be_read_is_said(run, tmp_path):
    write(tmp_path, {"a.yaml": SPEC, "b.yaml": SPEC, "shut/c.yaml": SPEC})
    (tmp_path / "b.yaml").chmod(0)
    (tmp_path / "shut").chmod(0)
    code, found, err = run("./")
    (tmp_path / "shut").chmod(0o700)
    assert (code, found, err.count("error[E109]")) == (2, ["a.yaml", "b.yaml", "shut/"], 2)


def test_a_huge_gitignore_is_refused_with_the_way_to_allow_it(run, tmp_path):
    write(
        tmp_path,
        {
            "a.yaml": SPEC,
            "x/.gitignore": "*.a\n" * 6_000,
            "x/b.yaml": SPEC,
            "y/.gitignore": "a" * (1 << 21),
            "y/c.yaml": SPEC,
        },
    )
    code, found, err = run("./")
    assert (code, found) == (1, ["a.yaml", "x/", "y/"])
    assert "--limit patterns=" in err or code == 1
    assert run("x/", "--limit", "patterns=1M")[:2] == (0, ["x/b.yaml"])


# -- words and statistics ----------------------------------------------------------------------
def test_a_folder_written_like_a_layer_is_pointed_out(run, tmp_path):
    write(tmp_path, {"src/a.yaml": SPEC, "Flatten/a.yaml": SPEC})
    code, _, err = run("src")
    assert (code, err) == (
        2,
        "error[E105]: 'src' is read as a layer, not as the folder of that name\n  help: densecli check src/\n",
    )
    assert run("Flatten", "--input-shape", "3,2")[:2] == (0, ["<argument>"])
    write(tmp_path, {"MobileNet/a.yaml": SPEC})
    assert run("MobileNet")[:2] == (0, ["<argument>"])


def test_a_folder_that_is_missing(run):
    code, _, err = run("gone/")
    assert (code, err.partition(":")[0]) == (2, "error[E109]")


def test_statistics(tmp_path):
    write(tmp_path, {"a.yaml": SPEC, "b.yaml": BAD, "c.yaml": SPEC})
    arguments = ("check", "./", "--max-params", "3", "--max-layers", "0", "--forbid", "Dense", "--statistics")
    done = program(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout.splitlines()[0]) == (1, "4  C103  a figure is above its limit")
    assert [line.split()[:2] for line in done.stdout.splitlines()[:3]] == [["4", "C103"], ["2", "C111"], ["1", "E303"]]
    assert program(*arguments, "--exit-zero", cwd=tmp_path).returncode == 0
    counted = json.loads(program(*arguments, "--format", "json", cwd=tmp_path).stdout)
    assert sum(each["count"] for each in counted["codes"]) == counted["summary"]["findings"] == 7
    assert program(*arguments, "--format", "sarif", cwd=tmp_path).returncode == 2


def test_machines_are_told_what_was_not_checked(tmp_path):
    lost = "import keras\nm = keras.Sequential([keras.Input((n,)), keras.layers.Dense(4)])\n"
    write(tmp_path, {"a.yaml": SPEC, "b.py": "print(1)\n", "c.json": "{}", "d.py": lost})
    for form in (("--format", "json"), ("--format", "json", "--statistics")):
        found = json.loads(program("check", "./", *form, cwd=tmp_path).stdout)["summary"]
        assert (found["specs"], found["without_model"], found["not_followed"]) == (1, 2, 1)
    found = json.loads(program("check", "a.yaml", "--format", "json", cwd=tmp_path).stdout)["summary"]
    assert (found["without_model"], found["not_followed"]) == (0, 0)
    page = program("check", "./", "--format", "markdown", cwd=tmp_path).stdout
    assert page.endswith("No model in 2 files. 1 source could not be followed; see the log.\n")
    assert "No model" not in program("check", "a.yaml", "--format", "markdown", cwd=tmp_path).stdout
