"""`densecli check` from outside: exit codes, formats, lock files, settings, streams, hostile names."""

from __future__ import annotations

import errno
import json
import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import junitparser
import pytest

import densecli.cli
from densecli.check.expectations import READERS
from densecli.cli.check import Format
from densecli.errors import DenseError, ReadError, SpecErrors
from densecli.render.findings import FORMATS
from support.hostile import CONTROL, FORGED, TERMINAL_HOSTILE, escaped
from support.program import BASE
from support.program import densecli as program

CHAIN = "Dense(16)@(3,2) -> Activation(relu) -> Flatten -> Dense(4, name=out)"
SPEC = """name: demo
input: [3, 2]
layers:
  - Dense(16)
  - Flatten
  - Dense: {units: 4, name: out}
"""
GOOD = SPEC + "expect:\n  output: [null, 4]\n  params: 244\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to run in, with a place for specs."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def run(folder, capsys):  # the folder is where it runs
    """One run in this process: exit code, stdout, stderr."""

    def once(*arguments):
        code = densecli.cli.run([*map(str, arguments)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return once


# -- exit codes and channels ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "code", "last"),
    [
        ((), 0, "All checks passed: 1 check of 1 spec."),
        (("--expect-params", "244"), 0, "All checks passed: 2 checks of 1 spec."),
        (("--expect-output", "(None, 4)", "--max-macs", "300"), 0, "All checks passed: 3 checks of 1 spec."),
        (("--max-params", "100"), 1, "1 finding in 1 of 1 spec."),
        (("--max-params", "100", "--min-layers", "9"), 1, "2 findings in 1 of 1 spec."),
        (("--max-params", "100", "--exit-zero"), 0, "1 finding in 1 of 1 spec."),
        (("--forbid", "Flatten", "--forbid", "Act*"), 1, "2 findings in 1 of 1 spec."),
        (("--only-layers", "Dense,Flatten"), 1, "1 finding in 1 of 1 spec."),
        (("--assert", "totals.params == 244", "--assert", "totals.macs < 0"), 1, "1 finding in 1 of 1 spec."),
        (("--strict",), 0, "All checks passed: 2 checks of 1 spec."),
        (("--batch", "8", "--max-macs", "300"), 1, "1 finding in 1 of 1 spec."),
    ],
    ids=str,
)
def test_the_exit_code_is_the_verdict(run, arguments, code, last):
    found, out, err = run("check", CHAIN, *arguments)
    assert (found, out.splitlines()[-1], err) == (code, last, "")


@pytest.mark.parametrize("stack", ["Desne(4)@(3,)", "Conv2D(8, 7)@(5,5,3)", "Dense(0)@(3,)", "Dense(4)"])
def test_an_invalid_spec_was_judged_and_found_wanting(run, stack):
    code, out, err = run("check", stack)
    assert (code, err) == (1, "")
    assert re.match(r"<argument>:1:\d+: E[34]\d\d ", out)
    assert run("summary", stack)[0] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("nofile.yaml",),
        (CHAIN, "--max-params", "many"),
        (CHAIN, "--expect-output", "four"),
        (CHAIN, "--assert", "__import__('os')"),
        (CHAIN, "--assert", "layers + 1 < 2"),
        (CHAIN, "--assert", "10**10**10 > 1"),
        (CHAIN, "--forbid", "Lamda"),
        (CHAIN, "--lock", "no.lock"),
        (CHAIN, "--update-lock"),
        (CHAIN, "--format", "nonsense"),
        (CHAIN, "--max-nonsense", "1"),
        (CHAIN, "--config", "no.toml"),
        (CHAIN, "--isolated", "--config", "no.toml"),
        ("a.yaml", CHAIN),
    ],
    ids=str,
)
def test_usage_errors_are_exit_2_on_stderr(run, arguments):
    code, out, err = run("check", *arguments)
    assert code == 2
    assert err.startswith("error")
    assert "Traceback" not in err
    assert "error" not in out
    assert run("check", *arguments, "--exit-zero")[0] == 2


def test_expectations_that_make_no_sense_are_a_mistake_of_the_spec_in_its_place(run, folder):
    (folder / "m.yaml").write_text(SPEC + "expect: {max_prams: 3}\n", encoding="utf-8")
    code, _, err = run("check", "m.yaml")
    assert code == 2
    assert " --> m.yaml:7:" in err
    assert "max_params" in err


def test_all_specs_are_reported_and_the_worst_decides(run, folder):
    (folder / "good.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "bad.yaml").write_text(GOOD.replace("244", "245"), encoding="utf-8")
    (folder / "broken.yaml").write_text(SPEC.replace("units: 4", "units: 0"), encoding="utf-8")
    code, out, err = run("check", "good.yaml", "bad.yaml", "broken.yaml", "gone.yaml")
    assert code == 2
    assert re.findall(r"^(\S+?):\d+:\d+: (\w\d+)", out, re.MULTILINE) == [("bad.yaml", "C102"), ("broken.yaml", "E303")]
    assert out.splitlines()[-1] == "2 findings in 2 of 4 specs; 1 spec could not be checked."
    assert err.startswith("error[E109]: cannot read 'gone.yaml'")
    assert run("check", "good.yaml", "bad.yaml")[0] == 1


def test_one_that_could_not_be_judged_is_never_all_passed(run, folder):
    (folder / "good.yaml").write_text(GOOD, encoding="utf-8")
    code, out, _ = run("check", "good.yaml", "gone.yaml")
    assert (code, out) == (2, "0 findings; 1 spec could not be checked.\n")


def test_quiet_is_findings_only(run):
    assert run("check", CHAIN, "-q") == (0, "", "")
    code, out, _ = run("check", CHAIN, "-q", "--max-params", "1")
    assert (code, out.count("\n")) == (1, 1)


def test_every_expectation_has_an_option(run):
    page = run("check", "--help")[1]
    for key in READERS:
        option = densecli.check.expectations.spell("--", key)
        assert re.search(rf"^  {option}\b", page, re.MULTILINE), option


def test_every_format_has_a_renderer():
    assert {form.value for form in Format} == set(FORMATS)


def test_a_spec_with_one_mistake_that_is_no_judgement_was_not_judged(run, monkeypatch):
    def both(*_):
        raise SpecErrors([DenseError("shapes", code="E405"), ReadError("weights", code="E106")])

    monkeypatch.setattr("densecli.cli.verdicts.read", both)
    code, out, err = run("check", CHAIN)
    assert (code, out) == (2, "0 findings; 1 spec could not be checked.\n")
    assert re.findall(r"error\[(E\d+)\]", err) == ["E405", "E106"]


# -- standard input, options of reading ----------------------------------------------------------
def test_a_spec_comes_through_a_pipe():
    done = program("check", "-", "--max-params", "1", input=GOOD)
    assert done.returncode == 1
    assert done.stdout.startswith("-:1:1: C103") or re.match(r"-:\d+:\d+: C103", done.stdout)


def test_standard_input_is_read_only_when_asked_for():
    assert program("check", CHAIN, input=SPEC).stdout == "All checks passed: 1 check of 1 spec.\n"


def test_variables_and_input_shapes(run, folder):
    (folder / "m.yaml").write_text("vars: {width: 8}\ninput: [null, 2]\nlayers: [Dense($width)]\n", encoding="utf-8")
    assert run("check", "m.yaml", "--expect-params", "24")[0] == 0
    assert run("check", "m.yaml", "--set", "width=4", "--expect-params", "12")[0] == 0
    assert run("check", "m.yaml", "--input-shape", "5,2", "--expect-output", "None,5,8")[0] == 0
    assert run("check", "m.yaml", "--expect-output", "None,5,8")[0] == 1


# -- formats -----------------------------------------------------------------------------------
def documents(out, form):
    if form in ("json", "gitlab", "sarif"):
        return json.loads(out)
    if form == "ndjson":
        return [json.loads(line) for line in out.splitlines()]
    return ET.fromstring(out) if form == "junit" else out


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_complete_even_when_a_spec_is_missing(run, folder, form):
    (folder / "bad.yaml").write_text(GOOD.replace("244", "245"), encoding="utf-8")
    code, out, err = run("check", "bad.yaml", "gone.yaml", "--format", form)
    assert code == 2
    assert "E109" in err
    assert documents(out, form) is not None
    assert "C102" in out
    assert ("gone.yaml" in out) is (form != "text")


def test_ndjson_says_error_where_nothing_was_judged(run, folder):
    (folder / "good.yaml").write_text(GOOD, encoding="utf-8")
    records = [json.loads(line) for line in run("check", "gone.yaml", "good.yaml", "-f", "ndjson")[1].splitlines()]
    assert [record["schema"] for record in records] == ["densecli/error/1", "densecli/verdict/1"]
    assert records[0]["error"]["code"] == "E109"


def test_json_tells_what_was_not_judged(run, folder):
    (folder / "good.yaml").write_text(GOOD, encoding="utf-8")
    document = json.loads(run("check", "gone.yaml", "good.yaml", "-f", "json")[1])
    assert [(each["ok"], each["judged"]) for each in document["specs"]] == [(False, False), (True, True)]
    assert document["summary"]["not_judged"] == 1


def test_junit_has_a_case_for_each_check(run, folder):
    (folder / "m.yaml").write_text(GOOD, encoding="utf-8")
    (suite,) = junitparser.JUnitXml.fromstring(run("check", "m.yaml", "-f", "junit", "--max-params", "1")[1].encode())
    assert {(case.name, bool(case.result)) for case in suite} == {
        ("valid", False),
        ("output", False),
        ("params", False),
        ("max_params", True),
    }


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("actions", [False, True], ids=["elsewhere", "on GitHub"])
@pytest.mark.parametrize(
    "name", [*TERMINAL_HOSTILE, "x ::error::y", "::stop-commands::z", "##[add-mask]x", "a%0A::error::x"], ids=ascii
)
def test_hostile_names_stay_text(run, monkeypatch, name, actions, form):
    if actions:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
    stack = f"Dense(4, name='{escaped(name)}')@(3,)"
    code, out, err = run(
        "check", stack, "--forbid", "Dense", "--assert", f'layers["{escaped(name)}"].params < 1', "-f", form
    )
    assert code in (1, 2)
    assert not CONTROL.search(out + err)
    assert documents(out, form) is not None or out == ""
    if form in ("text", "junit", "markdown"):
        assert "##[" not in out
        assert not actions or not FORGED.search(out + err)
    if form == "github":
        assert len(re.findall(r"^\s*::", out, re.MULTILINE)) in (0, 1, 2)


def test_a_hostile_file_name_stays_text(run, folder):
    name = "a\n::error::x\x1b[31m.yaml"
    (folder / name).write_text(GOOD.replace("244", "1"), encoding="utf-8")
    for form in FORMATS:
        code, out, _ = run("check", f"./{name}", "-f", form)
        assert code == 1
        assert not CONTROL.search(out)
        assert not re.search(r"^::error::x", out, re.MULTILINE)


# -- --output and --summary ------------------------------------------------------------------------
def test_output_goes_to_a_file_in_one_step(run, folder):
    (folder / "report.json").write_text("old", encoding="utf-8")
    code, out, _ = run("check", CHAIN, "--max-params", "1", "-f", "json", "-o", "report.json")
    assert (code, out) == (1, "")
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["summary"]["findings"] == 1
    assert [path.name for path in folder.iterdir()] == ["report.json"]


@pytest.mark.parametrize("target", ["m.yaml", "l.lock", ".", "no/such/x", "/dev/full"])
def test_output_never_destroys_what_was_read(run, folder, target):
    (folder / "m.yaml").write_text(GOOD, encoding="utf-8")
    assert run("check", "m.yaml", "--lock", "l.lock", "--update-lock")[0] == 0
    before = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    code, out, err = run("check", "m.yaml", "--lock", "l.lock", "-o", target)
    assert (code, out) == (2, "")
    assert re.match(r"error\[E60[23]\]", err)
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == before


def test_the_job_summary_is_markdown(run, folder):
    code, out, _ = run("check", CHAIN, "--max-params", "1", "--summary", "page.md")
    assert code == 1
    assert out.startswith("<argument>:")
    assert (
        (folder / "page.md").read_text(encoding="utf-8").startswith("### densecli check\n\n1 finding in 1 of 1 spec.\n")
    )
    run("check", CHAIN, "--summary", "page.md")
    assert (folder / "page.md").read_text(encoding="utf-8").count("###") == 1


def test_githubs_page_is_added_to(run, folder, monkeypatch):
    page = folder / "step-summary"
    page.write_text("from before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    for _ in range(2):
        assert run("check", CHAIN, "--summary", str(page))[0] == 0
    assert page.read_text(encoding="utf-8").startswith("from before\n### densecli check")
    assert page.read_text(encoding="utf-8").count("###") == 2


def test_no_summary_where_the_variable_is_empty(run, folder):
    assert run("check", CHAIN, "--summary", "")[0] == 0
    assert not [*folder.iterdir()]


# -- lock files --------------------------------------------------------------------------------------
def test_the_life_of_a_lock_file(run, folder):
    (folder / "a.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "b.yaml").write_text(SPEC, encoding="utf-8")
    assert run("check", "a.yaml", "b.yaml", "--lock", "l.lock")[0] == 2
    code, out, err = run("check", "a.yaml", "b.yaml", "--lock", "l.lock", "--update-lock")
    assert (code, out) == (0, "All checks passed: 2 checks of 2 specs.\n")
    assert err == "l.lock: 2 models, 2 added, 0 changed, 0 removed\n"
    assert run("check", "a.yaml", "b.yaml", "--lock", "l.lock")[:2] == (0, "All checks passed: 4 checks of 2 specs.\n")

    (folder / "a.yaml").write_text(SPEC.replace("Dense(16)", "Dense(17)"), encoding="utf-8")
    code, out, _ = run("check", "a.yaml", "b.yaml", "--lock", "l.lock")
    assert code == 1
    assert "a.yaml:4:5: D104 Dense 'dense': units 16 -> 17" in out
    assert "b.yaml" not in out

    locked = (folder / "l.lock").read_text(encoding="utf-8")
    (folder / "b.yaml").rename(folder / "c.yaml")
    code, _, err = run("check", "a.yaml", "c.yaml", "--lock", "l.lock", "--update-lock")
    assert (code, err) == (0, "l.lock: 2 models, 1 added, 1 changed, 1 removed\n")
    assert (folder / "l.lock").read_text(encoding="utf-8") != locked
    assert run("check", "a.yaml", "--lock", "l.lock")[0] == 0


def test_a_model_that_is_not_locked_is_a_finding(run, folder):
    (folder / "a.yaml").write_text(SPEC, encoding="utf-8")
    run("check", "a.yaml", "--lock", "l.lock", "--update-lock")
    (folder / "b.yaml").write_text(SPEC, encoding="utf-8")
    code, out, _ = run("check", "b.yaml", "--lock", "l.lock")
    assert code == 1
    assert "D107" in out
    assert "--update-lock adds it" in out


def test_updating_one_model_keeps_the_others(run, folder):
    for name in ("a.yaml", "b.yaml"):
        (folder / name).write_text(SPEC, encoding="utf-8")
    run("check", "a.yaml", "b.yaml", "--lock", "l.lock", "--update-lock")
    (folder / "a.yaml").write_text(SPEC.replace("16", "17"), encoding="utf-8")
    run("check", "a.yaml", "--lock", "l.lock", "--update-lock")
    assert run("check", "a.yaml", "b.yaml", "--lock", "l.lock")[0] == 0


def test_a_lock_file_that_does_not_change_is_not_written(run, folder):
    (folder / "a.yaml").write_text(SPEC, encoding="utf-8")
    run("check", "a.yaml", "--lock", "l.lock", "--update-lock")
    (folder / "l.lock").chmod(0o444)
    before = (folder / "l.lock").stat()
    assert run("check", "a.yaml", "--lock", "l.lock", "--update-lock")[0] == 0
    assert (folder / "l.lock").stat().st_ino == before.st_ino


def test_nothing_is_locked_while_a_spec_is_broken(run, folder):
    (folder / "a.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "b.yaml").write_text(SPEC.replace("units: 4", "units: 0"), encoding="utf-8")
    code, out, err = run("check", "a.yaml", "b.yaml", "--lock", "l.lock", "--update-lock")
    assert code == 1
    assert "E303" in out
    assert "l.lock: not written" in err
    assert not (folder / "l.lock").exists()


@pytest.mark.parametrize("text", ["<<<<<<< HEAD\n", '{"schema": "densecli/lock/1", "models": 3}', ""])
def test_a_damaged_lock_file_is_an_error_until_it_is_written_anew(run, folder, text):
    (folder / "a.yaml").write_text(SPEC, encoding="utf-8")
    run("check", "a.yaml", "--lock", "l.lock", "--update-lock")
    (folder / "l.lock").write_text(
        text + (folder / "l.lock").read_text(encoding="utf-8")[: -5 if text else None], encoding="utf-8"
    )
    broken = bool(text)
    assert run("check", "a.yaml", "--lock", "l.lock")[0] == (2 if broken else 0)
    assert run("check", "a.yaml", "--lock", "l.lock", "--update-lock")[0] == 0
    assert run("check", "a.yaml", "--lock", "l.lock")[0] == 0


@pytest.mark.parametrize("name", ["b.yaml", "notes.json", "."])
def test_a_file_that_is_no_lock_file_is_not_overwritten(run, folder, name):
    (folder / "a.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "b.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "notes.json").write_text('{"schema": "mine"}', encoding="utf-8")
    before = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    code, _, err = run("check", "a.yaml", "--lock", name, "--update-lock")
    assert code == 2
    assert err.startswith("error[E1")
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == before


def test_a_lock_file_elsewhere_knows_models_by_their_way_from_it(run, folder):
    (folder / "models").mkdir()
    (folder / "locks").mkdir()
    (folder / "models" / "a.yaml").write_text(SPEC, encoding="utf-8")
    run("check", "models/a.yaml", "--lock", "locks/l.lock", "--update-lock")
    assert '"../models/a.yaml"' in (folder / "locks" / "l.lock").read_text(encoding="utf-8")
    assert run("check", folder / "models" / "a.yaml", "--lock", "locks/l.lock")[0] == 0


def test_a_lock_that_cannot_be_written_leaves_the_old_one(run, folder, monkeypatch):
    (folder / "a.yaml").write_text(SPEC, encoding="utf-8")
    run("check", "a.yaml", "--lock", "l.lock", "--update-lock")
    before = (folder / "l.lock").read_text(encoding="utf-8")
    (folder / "a.yaml").write_text(SPEC.replace("16", "17"), encoding="utf-8")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    code, _, err = run("check", "a.yaml", "--lock", "l.lock", "--update-lock")
    assert code == 2
    assert "E602" in err
    assert (folder / "l.lock").read_text(encoding="utf-8") == before
    assert sorted(path.name for path in folder.iterdir()) == ["a.yaml", "l.lock"]


# -- settings ------------------------------------------------------------------------------------------
SETTINGS = """
[tool.densecli]
lock = "l.lock"
[tool.densecli.expect]
max_params = 100
[tool.densecli.per-file."big/*"]
max_params = "1M"
"""


@pytest.fixture
def project(folder):
    (folder / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "small").mkdir()
    (folder / "big").mkdir()
    for name in ("small/a.yaml", "big/a.yaml"):
        (folder / name).write_text(SPEC, encoding="utf-8")
    (folder / "l.lock").write_text('{"schema": "densecli/lock/1", "models": {}}', encoding="utf-8")
    return folder


@pytest.mark.usefixtures("project")
def test_the_nearest_pyproject_says_what_is_expected(run):
    code, out, _ = run("check", "small/a.yaml", "big/a.yaml", "--update-lock")
    assert code == 1
    assert re.findall(r"^(\S+?):.* (C\d+)", out, re.MULTILINE) == [("small/a.yaml", "C103")]
    assert run("check", "big/a.yaml")[0] == 0


def test_settings_count_from_their_own_folder(run, project, monkeypatch):
    run("check", "small/a.yaml", "big/a.yaml", "--update-lock")
    monkeypatch.chdir(project / "big")
    assert run("check", "a.yaml")[:2] == (0, "All checks passed: 3 checks of 1 spec.\n")
    assert run("check", "../small/a.yaml")[0] == 1


def test_options_win_over_settings(run, project):
    run("check", "big/a.yaml", "--lock", "other.lock", "--update-lock")
    assert (project / "other.lock").exists()
    assert '"big/a.yaml"' not in (project / "l.lock").read_text(encoding="utf-8")


def test_isolated_ignores_settings(run, project):
    (project / "pyproject.toml").write_text("[tool.densecli]\nlokc = 3\n", encoding="utf-8")
    assert run("check", "small/a.yaml", "--isolated")[0] == 0
    code, _, err = run("check", "small/a.yaml")
    assert code == 2
    assert "error[E120]" in err
    assert " --> pyproject.toml:2:1" in err
    assert "did you mean `lock`?" in err


def test_settings_of_another_file(run, project):
    (project / "own.toml").write_text("[tool.densecli.expect]\nmax_params = 3\n", encoding="utf-8")
    code, out, _ = run("check", "big/a.yaml", "--config", "own.toml")
    assert code == 1
    assert "at most 3" in out
    (project / "pyproject.toml").unlink()
    (project / "densecli.toml").write_text("[expect]\nmax_params = 3\n", encoding="utf-8")
    assert run("check", "big/a.yaml")[0] == 1


@pytest.mark.parametrize(
    "text", ["[project]\nname = 'densecli'\n", "not toml at all [", "", "[tool.other]\ndensecli-like = 1\n"]
)
def test_a_pyproject_of_somebody_else_is_not_even_parsed(run, project, text):
    (project / "pyproject.toml").write_text(text, encoding="utf-8")
    assert run("check", "small/a.yaml")[0] == 0


@pytest.mark.parametrize(
    "text",
    [
        "[tool.densecli.expect]\nmax_params=1",
        "[ tool . 'densecli' . expect ]\nmax_params=1",
        "[tool]\ndensecli.expect.max_params=1",
        "tool.densecli.expect.max_params = 1",
        "tool = {densecli = {expect = {max_params = 1}}}",
        "[tool]\n  densecli = {expect = {max_params = 1}}",
    ],
)
def test_every_spelling_of_the_section_is_seen(run, project, text):
    (project / "pyproject.toml").write_text(text, encoding="utf-8")
    assert run("check", "big/a.yaml")[0] == 1


def test_the_search_ends_at_the_top_of_a_repository(run, project, monkeypatch):
    (project / "big" / ".git").mkdir()
    monkeypatch.chdir(project / "big")
    assert run("check", "../small/a.yaml")[0] == 0


def test_settings_are_defaults_of_the_summary(run, project):
    (project / "pyproject.toml").write_text(
        '[tool.densecli]\nformat = "csv"\ncolumns = ["layer", "macs"]\nbatch = 2\n', encoding="utf-8"
    )
    code, out, _ = run("small/a.yaml")
    assert code == 0
    assert out.splitlines()[0].lower().count(",") == 1
    assert run("small/a.yaml", "-f", "json")[1].startswith("{")
    assert run("small/a.yaml", "--isolated")[1].startswith('Model: "demo"')
    assert run("check", "small/a.yaml")[1] == "All checks passed: 1 check of 1 spec.\n"
    (project / "pyproject.toml").write_text('[tool.densecli]\nformat = "nonsense"\n', encoding="utf-8")
    assert run("small/a.yaml")[0] == 2


# -- streams ---------------------------------------------------------------------------------------------
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux only")
@pytest.mark.parametrize("form", FORMATS)
def test_a_full_disk_is_an_error(form):
    command = f"{sys.executable} -m densecli check --isolated -f {form} 'Dense(4)@(3,)' --max-params 1 >/dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 2
    assert "E602" in done.stderr


@pytest.mark.parametrize("form", ["text", "json"])
def test_closed_streams(form):
    command = f"{sys.executable} -m densecli check --isolated -f {form} 'Dense(4)@(3,)'"
    done = subprocess.run(
        ["bash", "-c", f"{command} >&-"], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 2
    assert "E601" in done.stderr
    done = subprocess.run(
        ["bash", "-c", f"{command} --max-params 1 2>&-"], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 1


def test_a_closed_pipe_is_silent_141():
    many = " ".join(f"--assert 'totals.params == {count}'" for count in range(1000))
    command = (
        f"{sys.executable} -m densecli check --isolated 'Dense(4)@(3,)' {many} | head -n 1; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash"], input=command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (done.stdout.splitlines()[-1], done.stderr) == ("141", "")


def test_ascii_where_the_encoding_needs_it():
    done = program(
        "check", "Dense(4, name='日本')@(3,)", "--forbid", "Dense", env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    )
    assert done.returncode == 1
    assert done.stdout.isascii()
    assert "\\u65e5\\u672c" in done.stdout


# -- progress ----------------------------------------------------------------------------------------------
def on_a_terminal(*arguments, env=None):
    """The output of densecli to a terminal on standard error; standard output is discarded."""
    leader, follower = pty.openpty()
    command = [
        sys.executable,
        "-c",
        "import sys, densecli.cli.progress as p; p.PATIENCE = p.RHYTHM = 0\nfrom densecli.cli import run; sys.exit(run(sys.argv[1:]))",
        *arguments,
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=follower, env=BASE | {"TERM": "xterm"} | (env or {})
    )
    os.close(follower)
    written = b""
    while select.select([leader], [], [], 30)[0]:
        try:
            chunk = os.read(leader, 4096)
        except OSError:
            break
        if not chunk:
            break
        written += chunk
    os.close(leader)
    return process.wait(30), written.decode()


def test_a_terminal_sees_how_far_it_is_and_then_nothing_of_it(folder):
    for number in range(5):
        (folder / f"{number}.yaml").write_text(GOOD, encoding="utf-8")
    names = [f"{number}.yaml" for number in range(5)]
    code, written = on_a_terminal("check", *names)
    assert code == 0
    assert "\r\x1b[K3 of 5 specs" in written
    assert written.endswith("\r\x1b[K")
    assert on_a_terminal("check", *names, "-q") == (0, "")
    assert on_a_terminal("check", *names, env={"TERM": "dumb"}) == (0, "")
    assert on_a_terminal("check", names[0]) == (0, "")


def test_no_progress_anywhere_else(run, folder, monkeypatch):
    monkeypatch.setattr("densecli.cli.progress.PATIENCE", 0)
    for number in range(3):
        (folder / f"{number}.yaml").write_text(GOOD, encoding="utf-8")
    assert run("check", "0.yaml", "1.yaml", "2.yaml")[2] == ""
