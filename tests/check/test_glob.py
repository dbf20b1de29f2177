"""Patterns of names match as in Python's fnmatch, and those with folders as in git."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from densecli.check.glob import matches, matches_path

PATTERNS = st.text("ab-]!*?c", max_size=4) | st.builds(
    "{}[{}]{}".format, st.text("a*", max_size=2), st.text("abc-!]", min_size=1, max_size=5), st.text("b?", max_size=2)
)


@given(PATTERNS, st.text("abc-]!", max_size=4))
def test_a_pattern_without_folders_is_what_fnmatch_takes_it_for(pattern, text):
    assert matches(text, pattern) == fnmatch.fnmatchcase(text, pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "answer"),
    [
        ("[ac]", "c", True), ("[ab]c", "bc", True), ("[a-b]", "-", False), ("[a-]", "-", True), ("[!a]", "b", True),
        ("[^a]", "a", False), ("[]]", "]", True), ("[abc]x", "cx", True), ("[a-bx-z]", "y", True), ("[", "[", True),
        ("[*]", "*", True), ("[*]", "a", False),
    ],
)  # fmt: skip
def test_classes(pattern, text, answer):
    assert matches(text, pattern) is answer


# The results of `git check-ignore` for files.
@pytest.mark.parametrize(
    ("pattern", "path", "answer"),
    [
        ("*.h5", "a/b/m.h5", True), ("m.*", "./m.h5", True), ("a/*.h5", "a/m.h5", True), ("a/*.h5", "a/b/m.h5", False),
        ("a/**/m.h5", "a/m.h5", True), ("a/**/m.h5", "a/b/c/m.h5", True), ("**/m.h5", "m.h5", True), ("**/m.h5", "a/m.h5", True),
        ("a/**", "a/b/m.h5", True), ("/a/m.h5", "a/m.h5", True), ("./a/m.h5", "a/m.h5", True), ("a/?.h5", "a/m.h5", True),
        ("a?m.h5", "a/m.h5", False), ("a[/]m.h5", "a/m.h5", False), ("b/*.h5", "a/b/m.h5", False), ("**/b/*", "a/b/m.h5", True),
        ("a/*/m.h5", "a/b/m.h5", True), ("a/*/m.h5", "a/m.h5", False), ("a/[!b]/*", "a/b/m.h5", False), ("a/[!x]/*", "a/b/m.h5", True),
    ],
)  # fmt: skip
def test_paths(pattern, path, answer):
    assert matches_path(path, pattern) is answer
