"""Which files git ignores: git itself is asked about random trees and patterns; hostile patterns take linear work."""

from __future__ import annotations

import os
import random

import pytest

from densecli.errors import LimitError
from densecli.read.folder.ignore import Rules, lines_of
from densecli.read.folder.pattern import _regex, _tokens, matcher
from densecli.read.folder.walk import Wishes, walk
from densecli.read.limits import LIMITS
from support.regex_work import Machine, TooMuchError
from support.repositories import git, needs_git, repository

NAMES = ["a", "b", "ab", "foo", "bar", "a.py", "foo.py", "b.txt", "fo o", "x[y]", "ü.py", "f*o"]
PIECES = [
    "a",
    "b",
    "foo",
    "bar",
    ".py",
    "*",
    "?",
    "**",
    "[ab]",
    "[!a]",
    "[a-f]",
    "[[:alpha:]]",
    "[[:digit:]]",
    "\\*",
    "\\a",
]
PIECES += ["[]a]", "[^b]", " ", "o", "[", "\\[", "***", "[b-a]", "[!]a]", "[\\]a]", "[a-c-e]", "[[:none:]]"]
SEEDS = 120


def files(folder):
    found = walk(os.fspath(folder), Wishes(("",), lambda *_: False, True, LIMITS))
    return sorted(os.path.relpath(each.path, folder) for each in found)


def a_pattern(draw):
    parts = [
        "**" if draw.random() < 0.2 else "".join(draw.choices(PIECES, k=draw.randint(1, 3)))
        for _ in range(draw.randint(1, 4))
    ]
    start, end = draw.choice(["", "", "/", "!", "!/", "#"]), draw.choice(["", "", "", "/", "  ", "\\ ", "\\"])
    return f"{start}{'/'.join(parts)}{end}"


def a_tree(draw, folder, depth=0):
    for name in draw.sample(NAMES, draw.randint(2, 6)):
        if depth < 3 and draw.random() < 0.5:
            (folder / name).mkdir()
            a_tree(draw, folder / name, depth + 1)
        else:
            (folder / name).touch()
    if draw.random() < (0.25 if depth else 0.9):
        end = draw.choice(["\n", "\r\n"])
        patterns = end.join(a_pattern(draw) for _ in range(draw.randint(1, 6)))
        (folder / ".gitignore").write_bytes(patterns.encode() + draw.choice([b"", end.encode()]))


@needs_git
@pytest.mark.parametrize("seed", range(SEEDS))
def test_git_lists_the_same_files(tmp_path, seed):
    draw, folder = random.Random(seed), repository(tmp_path / "r")
    a_tree(draw, folder)
    (folder / ".git" / "info" / "exclude").write_text(
        "\n".join(a_pattern(draw) for _ in range(draw.randint(0, 2))), encoding="utf-8"
    )
    listed = git(folder, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    assert files(folder) == sorted(name for name in listed if name and not name.endswith(".gitignore"))


@needs_git
def test_a_linked_work_tree_has_the_excludes_of_its_repository(tmp_path):
    folder = repository(tmp_path / "r")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "start")
    git(folder, "worktree", "add", "--quiet", "../linked")
    (folder / ".git" / "info" / "exclude").write_text("secret\n")
    for name in ("secret", "open"):
        (tmp_path / "linked" / name).touch()
    assert files(tmp_path / "linked") == ["open"]


@needs_git
def test_a_folder_inside_the_repository_has_the_patterns_from_above(tmp_path):
    folder = repository(tmp_path / "r")
    (folder / "a" / "b").mkdir(parents=True)
    (folder / ".gitignore").write_text("/a/b/one\ntwo\n/three\n")
    (folder / "a" / ".gitignore").write_text("!two\n")
    for name in ("one", "two", "three"):
        (folder / "a" / "b" / name).touch()
    assert files(folder / "a" / "b") == ["three", "two"]


# -- hostile patterns ----------------------------------------------------------------------
HOSTILE = {
    "stars": ("*a" * 60 + "*b", "a" * 200),
    "folders": ("**/" * 40 + "b", "a/" * 30 + "a"),
    "folders and stars": ("**/*a*/" * 20 + "b", "aa/" * 30 + "aa"),
    "a prefix in each folder": ("**/a/b/c/d/*/**/e", "a/b/c/d/" * 10 + "f"),
    "questions": ("*" + "?" * 200 + "b", "a" * 255),
    "classes": ("*[a-z]" * 50 + "[!a-z]", "a" * 255),
}


@pytest.mark.parametrize(("pattern", "path"), HOSTILE.values(), ids=HOSTILE)
def test_a_pattern_takes_work_in_proportion_to_pattern_times_path(pattern, path):
    machine = Machine(_regex(list(_tokens(pattern.encode()))), most=20 * len(pattern) * len(path))
    machine.work("match", path)
    assert not matcher(pattern.encode())(path.encode())


def test_the_machine_would_notice_the_usual_translation():
    with pytest.raises(TooMuchError):
        Machine("[^/]*a" * 60 + "[^/]*b", most=100_000).work("match", "a" * 200)


def test_patterns_with_wildcards_are_limited_and_plain_names_are_not():
    lines = [*lines_of(b"".join(b"name%d\n/path/%d\n" % (number, number) for number in range(20_000)))]
    rules = Rules(lines, LIMITS)
    assert (rules.count, rules.verdict(b"x/name19999", False), rules.verdict(b"path/7", True)) == (0, True, True)
    with pytest.raises(LimitError) as caught:
        Rules([b"*.a"] * (LIMITS.patterns + 1), LIMITS)
    assert (caught.value.code, "--limit patterns=" in (caught.value.hint or "")) == ("E505", True)
    with pytest.raises(LimitError):
        Rules([b"*.a"] * 10, LIMITS, above=LIMITS.patterns - 9)
    with pytest.raises(LimitError):
        Rules([b"a*" * 3000], LIMITS)
