"""The recipes of docs/ci.md, run as written, as far as possible without the service they are for."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import junitparser
import pytest
import yaml

from support.folders import ROOT

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
NET = "input: [3, 2]\nlayers:\n  - Dense(16, name=first)\n  - Flatten\n  - Dense(4, name=last)\n"
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def recipe(part):
    """The only block that contains the text."""
    (found,) = [text for _, text in BLOCKS if part in text]
    return found


@pytest.fixture
def folder(tmp_path):
    """A project with models, a lock file, and densecli among its programs."""
    programs = tmp_path / ".bin"
    programs.mkdir()
    for name, script in (
        ("densecli", f'exec {sys.executable} -m densecli "$@"'),
        ("pip", "exit 0"),
        ("gh", 'echo "$@"'),
    ):
        (programs / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "net.yaml").write_text(NET, encoding="utf-8")
    (tmp_path / "models" / "other.yaml").write_text(NET.replace("16", "8"), encoding="utf-8")
    assert sh(tmp_path, "densecli check models/*.yaml --lock densecli.lock --update-lock -q").returncode == 0
    return tmp_path


def sh(folder, script, **env):
    base = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB")}
    path = f"{folder / '.bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=base | {"PATH": path} | env,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )


def test_every_block_is_run_by_a_test():
    marks = (
        "uses: OWNER", "# a `run:` step", "upload-sarif", "gh pr comment", "codequality:", "repo: URL", "$(wildcard",
        "def test_a_model", "sort_by", "select(.ok", "@csv",
    )  # fmt: skip
    assert [text for _, text in BLOCKS if not any(mark in text for mark in marks)] == []
    assert all(recipe(mark) for mark in marks)


# -- GitHub ---------------------------------------------------------------------------------------
def run_action(folder, **inputs):
    """Run the action's step as the runner does, in an existing virtual environment."""
    temp = folder / "temp" / "densecli" / "bin"
    temp.mkdir(parents=True, exist_ok=True)
    shutil.copy(folder / ".bin" / "densecli", temp / "densecli")
    for path in (folder / ".bin" / "python3", temp / "python"):
        path.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
        path.chmod(0o755)
    (step,) = ACTION["runs"]["steps"]
    values = {name: each.get("default", "") for name, each in ACTION["inputs"].items()} | inputs
    env = {
        name: values.get(re.sub(r"\$\{\{ inputs\.(\w+) \}\}", r"\1", value), "source")
        for name, value in step["env"].items()
    }
    page = folder / "page.md"
    page.touch()
    done = sh(folder, step["run"], RUNNER_TEMP=str(folder / "temp"), GITHUB_STEP_SUMMARY=str(page), **env)
    return done, page.read_text(encoding="utf-8")


def test_the_action_as_the_workflow_calls_it(folder):
    (step,) = [each for each in yaml.safe_load(recipe("uses: OWNER"))["jobs"]["models"]["steps"] if "with" in each]
    assert step["with"].keys() <= ACTION["inputs"].keys()
    done, page = run_action(folder, **step["with"])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "All checks passed: 6 checks of 2 specs.\n"
    assert page.startswith("### densecli check")
    done, page = run_action(folder, specs="models/net.yaml", args="--max-params=1", summary="false")
    assert done.returncode == 1
    assert done.stdout.startswith("::error title=densecli C103,file=models/net.yaml,line=1,col=1::")


@pytest.mark.parametrize(
    ("specs", "found"),
    [
        ("Dense(4)@(3,) -> Dense(2)", 1),
        ("models/*.yaml\nmodels/net.yaml", 2),
        ("(Dense(4)@(4,))*2", 1),
        ("models/a b.yaml", 1),
    ],
)
def test_the_actions_specs_are_lines(folder, specs, found):
    (folder / "models" / "a b.yaml").write_text(NET, encoding="utf-8")
    (folder / "models" / "a b.yaml").rename(folder / "models" / ("a b.yaml" if "a b" in specs else "a b.txt"))
    done, _ = run_action(folder, specs=specs)
    assert done.stdout.endswith(f"of {found} spec{'s' if found > 1 else ''}.\n"), done.stderr


def test_the_action_checks_folders_and_without_specs_all_of_the_checkout(folder):
    (folder / "docker.yaml").write_text("services: {}\n", encoding="utf-8")
    for specs in (None, "models", "models/"):
        done, _ = run_action(folder, **({} if specs is None else {"specs": specs}))
        assert (done.returncode, done.stdout) == (0, "All checks passed: 2 checks of 2 specs.\n"), done.stderr


def test_the_action_shows_what_changed_since_the_base(folder):
    git = "git -c user.name=x -c user.email=x@example.org"
    assert sh(folder, f"git init -q . && git add models && {git} commit -qm one").returncode == 0
    (folder / "models" / "net.yaml").write_text(NET.replace("16", "32"), encoding="utf-8")
    done, page = run_action(folder, base="HEAD")
    assert (done.returncode, page.startswith("### Models\n\n**1 model changed since `HEAD`**")) == (0, True)
    assert "### densecli check" in page
    done, _ = run_action(folder, base="--output=canary")
    assert (done.returncode, (folder / "canary").exists()) == (2, False)


def test_no_input_of_the_action_is_code(folder):
    canary = folder / "canary"
    evil = f'$(touch {canary}) `touch {canary}` "; touch {canary}; "'
    run_action(folder, specs=evil, args=f"--max-params={evil}", summary=evil, version=evil, base=evil)
    assert not canary.exists()
    assert "${{" not in ACTION["runs"]["steps"][0]["run"]


def test_a_checkout_runs_no_module_of_its_own(folder):
    """Run every `python -m` of the action and the commands that the page recommends in a folder full of namesakes."""
    canary = folder / "canary"
    modules = ("venv", "pip", "densecli", "typer", "yaml", "numpy", "rich", "warnings", "contextlib", "tomllib")
    for name in modules:
        (folder / f"{name}.py").write_text(f"open({str(canary)!r}, 'w')\n", encoding="utf-8")
    calls = re.findall(r"python3?\"? (.*?-m \w+)", ACTION["runs"]["steps"][0]["run"])
    assert [call.split()[-1] for call in calls] == ["venv", "pip"]
    (named,) = re.findall(r"`python (-P -m densecli)`", PAGE)
    for call in [*calls, named]:
        done = sh(folder, f"{sys.executable} {call} --help")
        absent = "No module named pip" in done.stderr  # in an environment that uv made
        assert (done.returncode, done.stderr) == (0, "") or absent, call
        assert not canary.exists(), call
    assert sh(folder, f"{sys.executable} -m densecli --help").returncode == 1 or canary.exists()  # so -P is needed
    canary.unlink(missing_ok=True)
    script = Path(sys.executable).with_name("densecli")
    if script.exists():
        done = sh(folder, f"{script} check models/net.yaml")
        assert (done.returncode, canary.exists()) == (0, False)


def test_the_plain_step(folder):
    page = folder / "page.md"
    done = sh(folder, recipe("# a `run:` step"), GITHUB_STEP_SUMMARY=str(page), DENSECLI="x")
    assert (done.returncode, done.stderr) == (0, "")
    assert page.exists()
    assert sh(folder, recipe("# a `run:` step"), DENSECLI="x").returncode == 0


def test_sarif_for_code_scanning(folder):
    (folder / "models" / "bad.yaml").write_text(NET + "expect: {params: 1}\n", encoding="utf-8")
    assert sh(folder, recipe("upload-sarif")).returncode == 0
    results = json.loads((folder / "densecli.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert [each["ruleId"] for each in results] == ["C102"]


def test_a_comment_on_a_pull_request(folder):
    git = "git -c user.name=x -c user.email=x@example.org"
    start = f"git init -q . && git add models && {git} commit -qm one && git update-ref refs/remotes/origin/main HEAD"
    assert sh(folder, start).returncode == 0
    (folder / "models" / "net.yaml").write_text(NET.replace("16", "32"), encoding="utf-8")
    done = sh(folder, recipe("gh pr comment"), GITHUB_BASE_REF="main", PR_NUMBER="7")
    assert (done.returncode, done.stdout) == (0, "pr comment 7 --body-file comment.md\n")
    assert "**1 model changed since" in (folder / "comment.md").read_text(encoding="utf-8")


# -- GitLab, pre-commit, make, pytest ----------------------------------------------------------------
def test_gitlab(folder):
    job = yaml.safe_load(recipe("codequality:"))["models"]
    assert sh(folder, "\n".join(job["script"]), DENSECLI="x").returncode == 0
    reports = job["artifacts"]["reports"]
    assert json.loads((folder / reports["codequality"]).read_text(encoding="utf-8")) == []
    assert sum(suite.tests for suite in junitparser.JUnitXml.fromfile(str(folder / reports["junit"]))) == 2


def test_pre_commit(folder):
    (wanted,) = yaml.safe_load(recipe("repo: URL"))["repos"][0]["hooks"]
    (hook,) = [each for each in HOOKS if each["id"] == wanted["id"]]
    files = [
        path for path in ("models/net.yaml", "models/other.yaml", "setup.yaml") if re.search(wanted["files"], path)
    ]
    assert len(files) == 2
    assert sh(folder, " ".join([hook["entry"], *wanted["args"], *files])).returncode == 0
    (folder / "models" / "net.yaml").write_text(NET.replace("16", "32"), encoding="utf-8")
    assert sh(folder, " ".join([hook["entry"], *wanted["args"], *files])).returncode == 1


def test_the_hook_of_all_files_is_given_none(folder):
    (hook,) = [each for each in HOOKS if not each.get("pass_filenames", True)]
    assert sh(folder, hook["entry"]).stdout == "All checks passed: 2 checks of 2 specs.\n"
    assert all(re.search(hook["files"], name) for name in ("train.py", "a.yaml", "b/c.keras", "n.ipynb"))


@pytest.mark.parametrize(
    ("path", "taken"),
    [("a.keras", 1), ("x/a.h5", 1), ("a.hdf5", 1), ("a.dsl", 1), ("a.model.yaml", 1), ("a.model.json", 1), ("docker.yaml", 0), ("package.json", 0)],
)  # fmt: skip
def test_the_hook_takes_models_only(path, taken):
    assert bool(re.search(HOOKS[0]["files"], path)) is bool(taken)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make(folder):
    (folder / "Makefile").write_text(recipe("$(wildcard"), encoding="utf-8")
    assert sh(folder, "make models").returncode == 0
    (folder / "models" / "net.yaml").write_text(NET.replace("16", "32"), encoding="utf-8")
    assert sh(folder, "make models").returncode == 2
    assert sh(folder, "make lock && make models models.csv").returncode == 0
    assert (folder / "models.csv").read_text(encoding="utf-8").startswith("name,type,")


def test_pytest(folder):
    (folder / "test_models.py").write_text(recipe("def test_a_model"), encoding="utf-8")
    run = f"{sys.executable} -m pytest -q -p no:cacheprovider test_models.py"
    assert "2 passed" in sh(folder, run).stdout
    (folder / "models" / "big.yaml").write_text(NET.replace("16", "1600000"), encoding="utf-8")
    assert "1 failed, 2 passed" in sh(folder, run).stdout


# -- jq ------------------------------------------------------------------------------------------------
jq = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")


@jq
def test_jq_sorts_layers(folder):
    assert sh(folder, recipe("sort_by")).stdout.splitlines()[:2] == ["last\t196", "first\t48"]


@jq
def test_jq_lists_findings(folder):
    done = sh(folder, recipe("select(.ok"))
    assert done.stdout.splitlines()[0] == "models/net.yaml: C103 244 instead of at most 100"


@jq
def test_jq_makes_csv(folder):
    rows = [*csv.reader(sh(folder, recipe("@csv")).stdout.splitlines())]
    assert rows == [["models/net.yaml", "244"], ["models/other.yaml", "124"]]
