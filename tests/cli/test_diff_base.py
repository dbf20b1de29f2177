"""`densecli diff --base` in real repositories: which models it compares, with what, and that no repository makes git run anything."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

import densecli.cli
from densecli.read.git import program
from support.program import densecli as run_program
from support.repositories import commit, git, needs_git, repository, write

pytestmark = needs_git
STACK = "Dense({})@(3,)\n"
TRAIN = "import keras\nfrom parts import width\n\nmodel = keras.Sequential([keras.Input((3,)), keras.layers.Dense(width)])\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A repository with a commit on main and a branch that leaves it there."""
    folder = repository(tmp_path / "r")
    commit(folder, {"a.dsl": STACK.format(4), "sub/b.dsl": STACK.format(4), "notes.txt": "x"})
    git(folder, "switch", "--quiet", "--create", "branch")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def changes(capsys):
    """One run: exit code, {model: kind}, standard error."""

    def once(*arguments):
        code = densecli.cli.run(["diff", *map(str, arguments), "--format", "json"])
        shown = capsys.readouterr()
        models = json.loads(shown.out)["models"] if shown.out else []
        return code, {model["model"]: model["kind"] for model in models}, shown.err

    return once


# -- what is compared -------------------------------------------------------------------------
def test_nothing_changed(folder, changes, capsys):
    assert changes("--base", "main") == (0, {}, "")
    densecli.cli.run(["diff", "--base", "main"])
    base = git(folder, "rev-parse", "HEAD")[:12]
    assert capsys.readouterr().out == f"No model changed since main ({base}).\n"


def test_models_changed_added_and_removed(folder, changes):
    (folder / "sub/b.dsl").unlink()
    commit(
        folder,
        {"a.dsl": STACK.format(5), "c.dsl": STACK.format(6), ".hidden/d.dsl": STACK.format(7), "e.yaml": "a: 1\n"},
    )
    assert changes("--base", "main") == (1, {"a.dsl": "changed", "c.dsl": "added", "sub/b.dsl": "removed"}, "")
    assert changes("--base", "main", "--exit-zero")[0] == 0
    assert changes("--base", "HEAD") == (0, {}, "")


def test_the_work_tree_counts_and_what_git_does_not_track_does_not(folder, changes):
    write(folder, {"a.dsl": STACK.format(5), "new.dsl": STACK.format(6)})
    assert changes("--base", "main")[1] == {"a.dsl": "changed"}
    git(folder, "add", "--all")
    assert changes("--base", "main")[1] == {"a.dsl": "changed", "new.dsl": "added"}
    (folder / "sub/b.dsl").unlink()
    assert changes("--base", "main")[1]["sub/b.dsl"] == "removed"


def test_the_side_that_cannot_be_read_is_a_question_mark(folder, capsys):
    write(folder, {"a.dsl": "Dnse(4)@(3,)", "sub/b.dsl": STACK.format(5)})
    code = densecli.cli.run(["diff", "--base", "main", "--format", "markdown"])
    page = capsys.readouterr().out
    assert code == 2
    row = next(line for line in page.splitlines() if "`a.dsl`" in line)
    assert [cell.strip() for cell in row.split("|")][3:6] == ["16 → ?", "12 → ?", "64 → ?"]
    assert "24 %" in page or "25.0 %" in page


def test_the_merge_base_is_compared_not_what_main_became(folder, changes):
    commit(folder, {"a.dsl": STACK.format(5)})
    git(folder, "switch", "--quiet", "main")
    commit(folder, {"sub/b.dsl": STACK.format(9)})
    git(folder, "switch", "--quiet", "branch")
    assert changes("--base", "main")[1] == {"a.dsl": "changed"}
    git(folder, "merge", "--quiet", "--no-edit", "main")
    assert changes("--base", "main")[1] == {"a.dsl": "changed"}
    assert changes("--base", "HEAD^1")[1] == {"sub/b.dsl": "changed"}


def test_a_renamed_model_is_compared_with_what_it_was(folder, changes, capsys):
    long = "input: [28, 28, 1]\nlayers:\n" + "".join(f"  - Dense({size})\n" for size in range(10, 30))
    commit(folder, {"old.yaml": long, "same.yaml": long.replace("28,", "27,")})
    git(folder, "mv", "old.yaml", "sub/new.yaml")
    git(folder, "mv", "same.yaml", "kept.yaml")
    commit(folder, {"sub/new.yaml": long.replace("Dense(12)", "Dense(13)")})
    code = densecli.cli.run(["diff", "--base", "HEAD~1", "-f", "json"])
    found = json.loads(capsys.readouterr().out)
    assert (code, found["summary"]) == (1, {"changed": 1, "added": 0, "removed": 0, "unknown": 0, "same": 1})
    assert [(each["renamed_from"], each["model"]) for each in found["models"]] == [("old.yaml", "sub/new.yaml")]


def test_a_source_is_read_with_the_helpers_of_its_revision(folder, changes, capsys):
    commit(
        folder,
        {
            "src/train.py": TRAIN,
            "src/parts/__init__.py": "from parts.sizes import width\n",
            "src/parts/sizes.py": "width = 4\n",
        },
    )
    start = git(folder, "rev-parse", "HEAD").strip()
    commit(folder, {"src/parts/sizes.py": "width = 7\n", "src/other.py": TRAIN.replace("width)", "3)")})
    code = densecli.cli.run(["diff", "--base", start, "-f", "json"])
    (train, other) = sorted(json.loads(capsys.readouterr().out)["models"], key=lambda each: each["kind"] == "added")
    assert (code, train["model"], other["model"]) == (1, "src/train.py", "src/other.py")
    assert (train["before"]["params"], train["after"]["params"], other["after"]["params"]) == (16, 28, 12)
    assert changes("--base", start, "src/train.py")[1] == {"src/train.py": "changed"}


def test_models_of_one_source_are_matched_by_their_names(folder, changes):
    start = "from keras import *\n"
    one = "{0} = Sequential([Input((3,)), layers.Dense({1})])\n"
    commit(folder, {"m.py": start + one.format("small", 4) + one.format("large", 9)})
    commit(folder, {"m.py": start + one.format("large", 9) + one.format("small", 5) + one.format("huge", 99)})
    assert changes("--base", "HEAD~1")[1] == {"m.py:small": "changed", "m.py:huge": "added"}


def test_paths_choose_files_and_folders(folder, changes, monkeypatch):
    commit(
        folder,
        {
            "a.dsl": STACK.format(5),
            "sub/b.dsl": STACK.format(5),
            "sub/deep/c.dsl": STACK.format(5),
            "subway.dsl": STACK.format(1),
        },
    )
    assert changes("--base", "main", "sub")[1] == {"sub/b.dsl": "changed", "sub/deep/c.dsl": "added"}
    assert changes("--base", "main", "a.dsl", "sub/deep/")[1] == {"a.dsl": "changed", "sub/deep/c.dsl": "added"}
    monkeypatch.chdir(folder / "sub")
    assert changes("--base", "main", ".")[1] == {"b.dsl": "changed", "deep/c.dsl": "added"}
    assert changes("--base", "main")[1] == {
        "../a.dsl": "changed",
        "../subway.dsl": "added",
        "b.dsl": "changed",
        "deep/c.dsl": "added",
    }
    assert changes("--base", "main", "gone")[0] == 2


def test_a_broken_model_is_an_error_now_and_only_unknown_before(folder, changes):
    commit(folder, {"a.dsl": STACK.format(-1), "sub/b.dsl": "Dense(4) ->"})
    code, found, err = changes("--base", "main")
    assert (code, found) == (2, {"a.dsl": "unknown", "sub/b.dsl": "unknown"})
    assert "error[E3" in err
    assert "error[E2" in err
    commit(folder, {"a.dsl": STACK.format(4), "sub/b.dsl": STACK.format(4)})
    assert changes("--base", "HEAD~1") == (0, {"a.dsl": "unknown", "sub/b.dsl": "unknown"}, "")


def test_what_is_in_git_lfs_is_taken_from_there_or_said_to_be_missing(folder, changes):
    import hashlib

    text = STACK.format(4).encode()
    oid = hashlib.sha256(text).hexdigest()
    commit(folder, {"l.dsl": f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(text)}\n"})
    commit(folder, {"l.dsl": STACK.format(5)})
    code, found, _ = changes("--base", "HEAD~1")
    assert (code, found) == (0, {"l.dsl": "unknown"})
    held = folder / ".git/lfs/objects" / oid[:2] / oid[2:4]
    held.mkdir(parents=True)
    (held / oid).write_bytes(text)
    assert changes("--base", "HEAD~1")[:2] == (1, {"l.dsl": "changed"})


# -- repositories in every state ----------------------------------------------------------------
def test_a_shallow_clone_says_how_to_get_the_rest(folder, changes, monkeypatch, tmp_path):
    commit(folder, {"a.dsl": STACK.format(5)})
    git(tmp_path, "clone", "--quiet", "--depth", "1", "--no-single-branch", f"file://{folder}", "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    code, _, err = changes("--base", "origin/main")
    assert (code, "no common ancestor" in err, "fetch-depth: 0" in err) == (2, True, True)
    git(tmp_path / "shallow", "fetch", "--quiet", "--unshallow")
    assert changes("--base", "origin/main")[:2] == (1, {"a.dsl": "changed"})


@pytest.mark.parametrize(
    "base", ["nowhere", "-x", "--output=x", "", "HEAD:a.dsl", "main..branch", "a b", "x\0y", "$(touch x)", "@{bad"]
)
def test_what_is_no_revision(folder, changes, base):
    code, _, err = changes(f"--base={base}")
    assert (code, err.partition(":")[0]) == (2, "error[E131]")
    assert sorted(os.listdir(folder)) == [".git", "a.dsl", "notes.txt", "sub"]  # noqa: PTH208


def test_no_repository_no_commit_and_no_git(changes, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert changes("--base", "main")[2].startswith("error[E131]: git: not a git repository")
    git(tmp_path / "empty", "init", "--quiet")
    assert changes("--base", "HEAD")[2].startswith("error[E131]: git knows no revision 'HEAD'")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert changes("--base", "HEAD")[2].startswith("error[E131]: git is not installed")


def test_links_and_submodules_are_no_files(folder, changes, tmp_path):
    write(tmp_path, {"secret.dsl": STACK.format(9), "far/s.dsl": STACK.format(9)})
    other = repository(tmp_path / "other")
    commit(other, {"x.dsl": STACK.format(2)})
    (folder / "link.dsl").symlink_to(tmp_path / "secret.dsl")
    git(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "module")
    commit(folder, {"s.dsl": STACK.format(3)})
    shutil.rmtree(folder / "sub")
    (folder / "sub").symlink_to(tmp_path / "far")
    write(tmp_path, {"far/b.dsl": STACK.format(9)})
    assert changes("--base", "main")[1] == {"s.dsl": "added", "sub/b.dsl": "removed"}


def test_any_name_of_a_file(folder, changes):
    names = [
        "new\nline.dsl",
        "tab\t.dsl",
        "-x.dsl",
        "::error::.dsl",
        'q"uote.dsl',
        "ü.dsl",
        ":(glob)*.dsl",
        os.fsdecode(b"\xff.dsl"),
    ]
    commit(folder, dict.fromkeys(names, STACK.format(4)))
    for name in names:
        write(folder, {name: STACK.format(5)})
    assert set(changes("--base", "HEAD")[1].values()) == {"changed"}
    for form in ("table", "markdown"):
        done = run_program("diff", "--base", "HEAD", "--format", form, cwd=folder, env={"GITHUB_ACTIONS": "true"})
        assert (done.returncode, done.stderr) == (1, "")
        assert not any(line.startswith(("::", "line.dsl")) for line in done.stdout.splitlines())


# -- hostile repositories ---------------------------------------------------------------------
HOOKS = ["post-index-change", "pre-commit", "post-checkout", "reference-transaction", "fsmonitor-watchman"]
SETTINGS = [
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.sshCommand",
    "core.gitProxy",
    "core.askPass",
    "core.alternateRefsCommand",
    "diff.external",
    "diff.evil.textconv",
    "diff.evil.command",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "merge.evil.driver",
    "pager.diff",
    "pager.rev-parse",
    "pager.ls-files",
    "gpg.program",
    "credential.helper",
    "uploadpack.packObjectsHook",
    "trace2.eventTarget",
]


def hostile(folder):
    """Every setting that names a program, and every hook, writes a file; returns the files written so far."""
    marks = folder.parent / "marks"
    marks.mkdir()
    script = folder.parent / "evil.sh"
    script.write_text(f'#!/bin/sh\ntouch "{marks}/$$"\ncat\n')
    script.chmod(0o755)
    for name in HOOKS:
        shutil.copy(script, folder / ".git/hooks" / name)
    for name in SETTINGS:
        git(folder, "config", name, str(script) if not name.startswith("trace2") else str(marks / "trace"))
    for alias in ("rev-parse", "ls-files", "ls-tree", "cat-file", "merge-base", "diff-index"):
        git(folder, "config", f"alias.{alias}", f"!{script}")
    git(folder, "config", "filter.evil.required", "true")
    git(folder, "config", "log.showSignature", "true")
    write(folder, {".gitattributes": "* filter=evil diff=evil merge=evil\n"})
    return lambda: sorted(os.listdir(marks))  # noqa: PTH208


def test_no_setting_of_a_repository_runs_anything(folder, changes):
    long = "input: [28, 28, 1]\nlayers:\n" + "".join(f"  - Dense({size})\n" for size in range(10, 30))
    commit(folder, {"old.yaml": long})
    git(folder, "mv", "old.yaml", "moved.yaml")
    commit(folder, {"moved.yaml": long.replace("Dense(12)", "Dense(13)"), "a.dsl": STACK.format(5)})
    ran = hostile(folder)
    write(folder, {"sub/b.dsl": STACK.format(6)})
    code, found, err = changes("--base", "main")
    assert (code, found, err) == (1, {"a.dsl": "changed", "moved.yaml": "added", "sub/b.dsl": "changed"}, "")
    assert set(ran()) <= {"trace"}  # a file that git itself writes
    subprocess.run(["git", "status"], cwd=folder, capture_output=True, check=False)  # what people run does run them
    assert set(ran()) - {"trace"}


def test_a_partial_clone_fetches_nothing(folder, changes, tmp_path, monkeypatch):
    commit(folder, {"a.dsl": STACK.format(8)})
    git(folder, "branch", "--force", "main")
    commit(folder, {"a.dsl": STACK.format(5)})
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", f"file://{folder}", "partial")
    monkeypatch.chdir(tmp_path / "partial")
    git(tmp_path / "partial", "config", "remote.origin.url", f"ext::touch {tmp_path}/ran")
    git(tmp_path / "partial", "config", "protocol.ext.allow", "always")
    code, found, _ = changes("--base", "origin/main")
    assert (code, found, (tmp_path / "ran").exists()) == (0, {"a.dsl": "unknown"}, False)


def test_the_arguments_of_git_are_fixed_but_for_the_revision():
    assert all(word == "-c" or word.startswith("-") or "=" in word for word in program.FIXED)
    assert "GIT_EXTERNAL_DIFF" not in program._environment()


def test_a_bare_repository_in_the_checkout_is_not_taken_for_one(folder, changes, monkeypatch, tmp_path):
    git(folder, "init", "--quiet", "--bare", "trap")
    monkeypatch.chdir(folder / "trap")
    assert changes("--base", "main")[0] == 2


# -- formats ---------------------------------------------------------------------------------
def test_markdown_is_one_page_of_bounded_size(folder, capsys):
    stack = " -> ".join(f"Dense({{}}, name=layer_with_a_long_name_{number})" for number in range(300))
    commit(folder, {f"m{number}.dsl": f"Dense(2)@(3,) -> {stack.format(*[4] * 300)}" for number in range(8)})
    commit(folder, {f"m{number}.dsl": f"Dense(2)@(3,) -> {stack.format(*[5] * 300)}" for number in range(8)})
    assert densecli.cli.run(["diff", "--base", "HEAD~1", "-f", "markdown"]) == 1
    page = capsys.readouterr().out
    assert len(page) < 65_536  # what GitHub takes
    assert page.startswith("### Models\n\n**8 models changed since `HEAD~1`** (`")
    assert page.count("| `~` | `m") == 8
    assert "more models did not fit here." in page


def test_the_two_forms_of_diff_are_told_apart(folder, changes, capsys):
    for words in ((), ("a.dsl",), ("a.dsl", "a.dsl", "a.dsl")):
        assert densecli.cli.run(["diff", *words]) == 2
        assert capsys.readouterr().err.startswith(("error: missing argument", "error: expected A and B"))
    assert densecli.cli.run(["diff", "a.dsl", "a.dsl"]) == 0
