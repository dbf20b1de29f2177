"""Every regular expression in src/ takes time linear in the text: no pattern may hang on untrusted input.

The list is made from the source, so that a new pattern is checked without being entered anywhere. Only patterns
built at run time must be entered, with examples as the program builds them.
"""

from __future__ import annotations

import ast
import re
from importlib import import_module

import pytest

from densecli.layers import einsum
from densecli.read.folder import pattern as folder_pattern
from densecli.read.python.text import mistakes
from support import sources
from support.regex_work import EVERYWHERE, Machine, busiest

FUNCTIONS = ("match", "fullmatch", *EVERYWHERE)
# Patterns that are made while the program runs: by file and expression, some that are made, or why none need be tried.
MADE = {
    ("check/compare/outline.py", "f\"(?:forward_|backward_)?(?:{'|'.join(map(re.escape, stems))})(?:_\\\\d+)?\""): [
        r"(?:forward_|backward_)?(?:dense|dense_norm|x_x)(?:_\d+)?"
    ],
    ("layers/einsum.py", "form"): list(einsum.FORMS),
    ("render/convert/python.py", "f'(?<![\\\\w.]){name}\\\\.'"): [r"(?<![\w.])layers\."],
    ("read/python/text/mistakes.py", "_LONG_NUMBER % limits.digits"): [mistakes._LONG_NUMBER % 3],
    ("read/folder/pattern.py", "expression"): [
        folder_pattern._regex(list(folder_pattern._tokens(each)))
        for each in (b"*a*b*", b"**/a*b/**/c*", b"x/**/[a-z]?*/**")
    ],
    ("render/table/patterns.py", "pattern"): "the user's own --filter: on at most 256 characters, and for 3 seconds",
}
# As this Python writes expressions: the quotes inside of f-strings differ from 3.12 on.
MADE = {(file, ast.unparse(ast.parse(text, mode="eval"))): made for (file, text), made in MADE.items()}
# Patterns that are passed on before they are used.
USED = {"_CODE": {"match"}, "_LETTERS": {"match"}, "NUMBER": {"match"}, "_STRING": {"match"}, "NAME": {"match"}}


def calls():
    """Each call of a function of `re` with a pattern: the file, the call, and how the pattern is used."""
    for file in files_with("re."):
        parents = {id(child): node for node in sources.nodes(file) for child in ast.iter_child_nodes(node)}
        for node in sources.nodes(file):
            if isinstance(node, ast.Call) and is_re(node.func) and node.func.attr in ("compile", *FUNCTIONS):
                yield file, node, uses(node, parents)


def files_with(*words):
    """The files that have one of the words: few of all need be taken apart."""
    return [file for file, text in sources.TEXTS.items() if any(word in text for word in words)]


def is_re(function):
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "re"


def uses(node, parents):
    """The functions that are called with the pattern."""
    parent = parents[id(node)]
    if node.func.attr != "compile":
        return {node.func.attr}
    if isinstance(parent, ast.Attribute):
        return {parent.attr}
    assert isinstance(parent, ast.Assign), ast.unparse(parent)
    name = parent.targets[0].id
    return USED.get(name, set()) | {method for method, names in METHODS.items() if name in names}


def methods():
    """Which names each function is called on, as in `NAME.match(…)`, anywhere in the source."""
    found = {function: set() for function in FUNCTIONS}
    for file in files_with(*(f".{function}" for function in FUNCTIONS)):
        for node in sources.nodes(file):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in found:
                found[node.attr].add(node.value.id)
    return found


METHODS = methods()
CALLS = list(calls())


def patterns(file, node):
    """The patterns of a call, or why they are not tried."""
    text = ast.unparse(node.args[0])
    if (file, text) in MADE:
        return MADE[file, text]
    module = import_module(f"densecli.{file.removesuffix('.py').replace('/', '.').removesuffix('.__init__')}")
    return [eval(text, dict(vars(module)))]  # our own source


def flags(node):
    given = [*node.args[1:], *(keyword.value for keyword in node.keywords if keyword.arg == "flags")]
    return sum(
        getattr(import_module("re"), each.attr) for each in given if isinstance(each, ast.Attribute) and is_re(each)
    )


@pytest.mark.parametrize(("file", "node", "used"), CALLS, ids=[f"{file}:{node.lineno}" for file, node, _ in CALLS])
def test_each_pattern_works_in_proportion_to_the_text(file, node, used):
    assert used, "nothing shows how this pattern is used: enter its name in USED"
    found = patterns(file, node)
    for pattern in [] if isinstance(found, str) else found:
        for how in used:
            assert busiest(pattern, how, flags(node)) is None


@pytest.mark.parametrize(("file", "node", "used"), CALLS, ids=[f"{file}:{node.lineno}" for file, node, _ in CALLS])
def test_no_pattern_repeats_a_group_possessively(file, node, used):
    """Before Python 3.11.5 such a group could match a part of its own pattern (gh-106052): atomic groups do not."""
    found = patterns(file, node)
    for pattern in [] if isinstance(found, str) else found:
        text = re.compile(pattern).pattern if isinstance(pattern, str) else str(pattern)
        assert not re.search(r"(?<!\\)\)[*+?]\+", text)


def test_no_pattern_hides_from_the_list():
    """Patterns are used through `re.` only, and no other code builds any from a spec."""
    for file in sources.TEXTS:
        for node in sources.nodes(file):
            if isinstance(node, ast.ImportFrom):
                assert node.module not in ("re", "fnmatch"), file
            elif isinstance(node, ast.Import):
                for each in node.names:
                    assert each.name not in ("fnmatch", "glob"), file
                    assert each.name != "re" or each.asname is None, file
    assert {(file, ast.unparse(node.args[0])) for file, node, _ in CALLS} >= MADE.keys()


# -- the measure itself ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("pattern", "how"),
    [
        (r"(a+)+$", "match"),
        (r"(a|aa)+c", "fullmatch"),
        (r"a*a*b", "match"),
        (r"a.*b.*c", "match"),
        (r"\s*x", "search"),
        (r"\s*[█▏]*\s*$", "sub"),
        (r"(?m)^\s*\[tool", "search"),
        (r"\[[^\]/]+\]", "split"),
        (r"(?:\s|#[^\r\n]*)*x", "match"),
        (r"(?:[^/]+/)*[^/]*/(?:[^/]+/)*x", "fullmatch"),
    ],
)
def test_patterns_that_are_known_to_hang_are_found(pattern, how):
    assert busiest(pattern, how) is not None


@pytest.mark.parametrize(
    ("pattern", "how", "text", "steps"),
    [
        ("abc", "match", "abc", 3),
        ("a*b", "match", "aab", 8),
        ("(?:a|b)*c", "fullmatch", "abc", 8),
        ("x", "search", "aax", 3),
    ],
)
def test_steps_are_counted(pattern, how, text, steps):
    assert Machine(pattern).work(how, text) == steps
