"""Which file of patterns a user's own settings name: git itself is asked about them, and about what it then ignores."""

from __future__ import annotations

import os
import random
import subprocess

import pytest

from densecli.errors import ReadError
from densecli.read.folder.contents import MOST_BYTES
from densecli.read.folder.user import excludes_file
from densecli.read.folder.walk import Wishes, walk
from densecli.read.limits import LIMITS
from support.repositories import needs_git, repository, write

SETTINGS = [
    "[core]\n\texcludesFile = /a/b\n",
    "[core]\nexcludesfile=/a b/c\n",
    "[CORE] EXCLUDESFILE = /a/b ; comment\n",
    '[core]\n\texcludesFile = "/a b; c"  # comment\n',
    '[core]\n\texcludesFile = /a\\\\b"  "c\n',
    "[core]\n\texcludesFile = /a/\\\nb\n",
    "[core]\r\n\texcludesFile = /a/b\r\n",
    "\ufeff[core]\n\texcludesFile = /a/b\n",
    "[core]\n\texcludesFile = /a\n\texcludesFile = /b\n",
    "[user]\n\texcludesFile = /a\n[core]\n\teditor = vi\n",
    '[core "x"]\n\texcludesFile = /a\n',
    "[core]\n\tother = [core]\n[diff]\n\texcludesFile = /a\n",
    "[core]\n\t# excludesFile = /a\n\t; excludesFile = /b\n",
    "# excludesFile = /a\n",
    "[core]\n\texcludesFile =\n",
    "[core]\n\tpager = less\n\texcludesFile = /ü/b\n",
    "",
]

REFUSED = object()


def by_git(text, folder):
    """What git itself reads from the settings, as bytes; None if nothing."""
    (folder / "settings").write_bytes(text.encode())
    command = ["git", "config", "--file", "settings", "--null", "core.excludesFile"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return {0: done.stdout[:-1], 1: None}.get(done.returncode, REFUSED)


@needs_git
@pytest.mark.parametrize("text", SETTINGS)
def test_settings_mean_what_they_mean_to_git(tmp_path, text):
    assert excludes_file(text.encode()) == by_git(text, tmp_path)


@needs_git
def test_random_values_mean_what_they_mean_to_git(tmp_path):
    draw = random.Random(7)
    compared = 0
    for _ in range(120):
        value = "".join(
            draw.choices(
                ['"a b"', "/x", " ", "\\\\", '\\"', "\\t", "y", "#z", ";", '"#"', "\\\n"], k=draw.randint(1, 6)
            )
        )
        text = f"[core]\n\texcludesFile = {value}\n"
        expected = by_git(text, tmp_path)
        if expected is not REFUSED:
            assert excludes_file(text.encode()) == expected, text
            compared += 1
    assert compared > 30


# -- what is left out -----------------------------------------------------------------------
@pytest.fixture
def home(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    return home


@pytest.fixture
def tree(tmp_path):
    tree = repository(tmp_path / "tree")
    write(tree, {"a.yaml": "", "b.yaml": "", "c/a.yaml": "", "c/k.yaml": "", ".gitignore": "!k.yaml\n"})
    return tree


def found(folder, *, gitignore=True):
    wishes = Wishes((".yaml",), lambda *_: False, gitignore, LIMITS)
    return sorted(os.path.relpath(each.path, folder).replace(os.sep, "/") for each in walk(os.fspath(folder), wishes))


def kept_by_git(tree, home, **more):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "XDG_"))}
    command = ["git", "ls-files", "--others", "--exclude-standard"]
    done = subprocess.run(
        command, cwd=tree, env=env | {"HOME": str(home)} | more, capture_output=True, check=True, text=True
    )
    return sorted(line for line in done.stdout.splitlines() if line.endswith(".yaml"))


@needs_git
@pytest.mark.parametrize(
    "files",
    [
        {".config/git/ignore": "a.yaml\nk.yaml\n"},
        {".gitconfig": "[core]\n\texcludesFile = ~/mine\n", "mine": "/a.yaml\n"},
        {".gitconfig": "[core]\n\texcludesFile = ~/mine\n", "mine": "b.yaml\n", ".config/git/ignore": "a.yaml\n"},
        {".config/git/config": "[core]\n\texcludesFile = ~/mine\n", "mine": "c/\n"},
        {
            ".config/git/config": "[core]\n\texcludesFile = ~/one\n", ".gitconfig": "[core]\n\texcludesFile = ~/two\n",
            "one": "a.yaml\n", "two": "b.yaml\n",
        },
        {".gitconfig": "[core]\n\texcludesFile = ~/gone\n", ".config/git/ignore": "a.yaml\n"},
        {".gitconfig": "[core]\n\texcludesFile =\n", ".config/git/ignore": "a.yaml\n"},
        {".gitconfig": "[core]\n\texcludesFile = mine\n", "../tree/mine": "a.yaml\n"},
        {},
    ],
)  # fmt: skip
def test_the_files_that_git_leaves_out_for_this_user(tree, home, files):
    write(home, files)
    assert found(tree) == kept_by_git(tree, home)
    assert len(found(tree, gitignore=False)) == 4


@needs_git
def test_the_variables_of_git_win(tree, home, monkeypatch):
    write(home, {".gitconfig": "[core]\n\texcludesFile = ~/mine\n", "mine": "a.yaml\n"})
    write(home, {"x/git/ignore": "b.yaml\n", "other": "[core]\n\texcludesFile = ~/third\n", "third": "c/\n"})
    for name, value in {"XDG_CONFIG_HOME": home / "x", "GIT_CONFIG_GLOBAL": home / "other"}.items():
        monkeypatch.setenv(name, str(value))
        assert found(tree) == kept_by_git(tree, home, **{name: str(value)})
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    assert found(tree) == ["a.yaml", "c/a.yaml", "c/k.yaml"]


def test_settings_of_the_repository_name_no_file(tree, home):
    write(tree, {".git/config": "[core]\n\texcludesFile = ../home/mine\n"})
    write(home, {"mine": "a.yaml\n"})
    assert "a.yaml" in found(tree)


def test_settings_that_are_no_files_or_too_large(tree, home):
    os.mkfifo(home / ".gitconfig")
    assert len(found(tree)) == 4
    (home / ".gitconfig").unlink()
    (home / "dotfiles").write_text("[core]\n\texcludesFile = ~/mine\n", encoding="utf-8")
    (home / ".gitconfig").symlink_to("dotfiles")
    (home / "mine").write_text("a.yaml\n", encoding="utf-8")
    assert found(tree) == ["b.yaml", "c/k.yaml"]
    (home / "mine").write_bytes(b"x\n" * MOST_BYTES)
    (each,) = walk(os.fspath(tree), Wishes((".yaml",), lambda *_: False, True, LIMITS))
    assert isinstance(each.error, ReadError)
    assert each.error.code == "E501"
